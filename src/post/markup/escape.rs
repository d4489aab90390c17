//! Text becomes HTML text: marks escaped, characters that XML 1.0 forbids left out.

use std::borrow::Cow;

/// Whether XML 1.0 allows `c` (production 2, `Char`), or would make feeds unreadable.
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// `text` without characters that XML 1.0 forbids, with line feeds as its only line ends.
pub fn clean(text: &str) -> Cow<'_, str> {
    let is_clean = |c| is_xml_char(c) && c != '\r' && c != '\u{feff}';
    if text.chars().all(is_clean) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().filter(|&c| is_clean(c)).collect())
}

/// Writes `text` so that it reads as text.
pub fn push_text(text: &str, out: &mut String) {
    push(text, out, false);
}

/// Writes `text` so that it may stand in a quoted attribute.
pub fn push_attribute(text: &str, out: &mut String) {
    push(text, out, true);
}

fn push(text: &str, out: &mut String, is_quoted: bool) {
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let replacement = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if is_quoted => "&quot;",
            c if is_xml_char(c) => continue,
            _ => "",
        };
        out.push_str(&text[start..at]);
        out.push_str(replacement);
        start = at + c.len_utf8();
    }
    out.push_str(&text[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_escaped_and_forbidden_characters_left_out() {
        let mut out = String::new();
        push_attribute("a<b>&\"c\u{1}\u{b}\u{fffe}\u{ffff}雪\t", &mut out);
        assert_eq!(out, "a&lt;b&gt;&amp;&quot;c雪\t");
        assert_eq!(clean("\u{feff}a\r\nb\rc\u{0}"), "a\nb\nc");
    }
}
