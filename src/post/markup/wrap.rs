//! Breaks text into lines of a width, where UAX 14 allows: never before `、。」）`, never after `「（`.

use unicode_linebreak::linebreaks;
use unicode_width::UnicodeWidthStr;

/// Keeps what stands before and after it on one line; taken out of the lines (U+2060, word joiner).
pub const GLUE: char = '\u{2060}';

/// `text` in lines of at most `columns`; a wide character takes two. What cannot be broken overflows.
///
/// A line feed in `text` ends a line. No line ends in white space.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrap_line(line.trim(), columns)).collect()
}

fn wrap_line(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut last = 0;
    for (at, _) in linebreaks(text) {
        if last > start && text[start..at].trim_end().width() > columns {
            lines.push(finished(&text[start..last]));
            start = last;
        }
        last = at;
    }
    lines.push(finished(&text[start..]));
    lines
}

fn finished(line: &str) -> String {
    line.trim_end().replace(GLUE, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_the_script_allows() {
        for (given, columns, want) in [
            ("one two three", 7, vec!["one two", "three"]),
            ("日本語の文章、終わり。", 12, vec!["日本語の文", "章、終わり。"]),
            ("彼は「そうだ」と言った", 8, vec!["彼は「そ", "うだ」と", "言った"]),
            ("彼は「そうだ」と", 6, vec!["彼は", "「そう", "だ」と"]),
            ("a\nb", 10, vec!["a", "b"]),
            ("unbreakablelongword x", 5, vec!["unbreakablelongword", "x"]),
            ("漢字\u{2060}[1]と", 4, vec!["漢", "字[1]", "と"]),
            ("", 10, vec![""]),
        ] {
            assert_eq!(wrap(given, columns), want, "given {given}");
        }
    }
}
