//! Text becomes HTML text: marks escaped, characters that XML 1.0 forbids left out.

use std::borrow::Cow;

/// Whether XML 1.0 allows `c` (production 2, `Char`), or would make feeds unreadable.
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// `text` without characters that XML 1.0 forbids, with line feeds as its only line ends.
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_clean(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().filter(|&c| is_xml_char(c) && c != '\u{feff}').collect())
}

/// Whether nothing is to be cleaned in `text`. Looks closely only near octets that are suspect, because every essay
/// comes by here several times.
fn is_clean(text: &[u8]) -> bool {
    let is_suspect = |octet: u8| (octet < b' ' && octet != b'\t' && octet != b'\n') || octet == 0xef;
    let mut at = 0;
    text.chunks(64).all(|chunk| {
        let start = at;
        at += chunk.len();
        let is_plain = !chunk.iter().fold(false, |found, octet| found | is_suspect(*octet));
        is_plain || (start..at).all(|at| is_clean_at(text, at))
    })
}

fn is_clean_at(text: &[u8], at: usize) -> bool {
    match text[at] {
        b'\t' | b'\n' => true,
        0..b' ' => false,
        // U+FEFF, U+FFFE and U+FFFF.
        0xef => !matches!(text[at..], [_, 0xbb, 0xbf, ..] | [_, 0xbf, 0xbe | 0xbf, ..]),
        _ => true,
    }
}

/// Writes `text` so that it reads as text.
pub fn push_text(text: &str, out: &mut String) {
    push(text, out, false);
}

/// Writes `text` so that it may stand in a quoted attribute.
pub fn push_attribute(text: &str, out: &mut String) {
    push(text, out, true);
}

const MAY_BE_REPLACED: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet < 256 {
        table[octet] = may_be_replaced(octet as u8);
        octet += 1;
    }
    table
};

fn push(text: &str, out: &mut String, is_quoted: bool) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|octet| MAY_BE_REPLACED[usize::from(octet)]) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') if is_quoted => out.push_str("&quot;"),
            // Only an entity brings a carriage return so far.
            other => out.extend(other.filter(|&c| is_xml_char(c) && c != '\r')),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// Whether a character that begins with `octet` may have to be escaped or left out; 0xef begins U+FFFE.
const fn may_be_replaced(octet: u8) -> bool {
    octet < b' ' && octet != b'\n' || matches!(octet, b'&' | b'<' | b'>' | b'"' | 0xef)
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

    #[test]
    fn every_character_is_judged_alike_by_its_octets_and_by_itself() {
        for c in '\0'..=char::MAX {
            let (text, mut out) = (c.to_string(), String::new());
            let is_text = is_xml_char(c) && c != '\r';
            assert_eq!(matches!(clean(&text), Cow::Borrowed(_)), is_text && c != '\u{feff}', "given {c:?}");
            push_text(&text, &mut out);
            assert_eq!(!out.is_empty(), is_text, "given {c:?}");
        }
    }
}
