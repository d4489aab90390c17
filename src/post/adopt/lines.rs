//! The lines of a file with the octets they take, whatever ends them.

use std::ops::Range;

/// One line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Without white space around it; full-width spaces are white space.
    pub text: &'a str,
    /// White space before the text.
    pub indent: &'a str,
    /// Where it stands in the file, with its line end.
    pub range: Range<usize>,
}

impl Line<'_> {
    pub fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}

/// The lines of `text`, one after another without a gap.
pub(super) fn lines(text: &str) -> Lines<'_> {
    Lines { text, at: 0 }
}

/// See [`lines`].
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let mark = match rest.as_bytes().get(end..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([_, ..]) => 1,
            _ => 0,
        };
        let (whole, start) = (&rest[..end], self.at);
        self.at += end + mark;
        let indent = &whole[..whole.len() - whole.trim_start().len()];
        Some(Line { text: whole.trim(), indent, range: start..self.at })
    }
}

/// How `text` ends its lines: as its first one does.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_any_system_ends_them() {
        let text = "a\r\n\u{3000}b \n\rc";
        let found: Vec<(&str, &str)> = lines(text).map(|line| (line.text, &text[line.range])).collect();
        assert_eq!(found, [("a", "a\r\n"), ("b", "\u{3000}b \n"), ("", "\r"), ("c", "c")]);
        assert_eq!(
            [line_end(text), line_end("a\rb"), line_end("a"), line_end("a\nb\r\n")],
            ["\r\n", "\r", "\n", "\n"]
        );
    }
}
