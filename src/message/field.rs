//! Header fields: text, mailboxes and URLs become folded ASCII lines (RFC 5322 §2.2).
//!
//! Lines are at most 78 octets wherever a word allows it. What comes from outside is cleaned of control
//! characters first, so a name or title can add neither a line nor a field.

use std::fmt::Write;

use crate::address::{EmailAddress, Mailbox};
use crate::message::encoded_word;

/// Longest line a header field should have (RFC 5322 §2.1.1), without CRLF.
const LINE: usize = 78;
/// ASCII words longer than this are encoded, so that they can be folded.
const MAX_WORD: usize = 60;
/// Quoted names longer than this are encoded, so that they can be folded.
const MAX_QUOTED: usize = 60;

/// Appends an unstructured field such as `Subject` (RFC 5322 §3.6.5).
pub(super) fn text(out: &mut String, name: &str, body: &str) {
    let body = clean(body);
    let column = begin(out, name);
    if body.split(' ').all(is_plain_word) {
        push_words(out, column, &body);
    } else {
        encoded_word::push(out, column, &body);
    }
    out.push_str("\r\n");
}

/// Appends a field that holds one mailbox, such as `From`.
pub(super) fn mailbox(out: &mut String, field: &str, mailbox: &Mailbox) {
    named(out, field, mailbox.name.as_deref(), &mailbox.address);
}

/// Appends a field that holds one address under a name, if there is one (RFC 5322 §3.4).
///
/// An address that only SMTPUTF8 carries would make the whole header section UTF-8 (RFC 6532 §3.2), so
/// such a reader is addressed as an empty group; the envelope knows them.
pub(super) fn named(out: &mut String, field: &str, name: Option<&str>, address: &EmailAddress) {
    let mut column = begin(out, field);
    if address.needs_smtputf8() {
        out.push_str("undisclosed-recipients:;\r\n");
        return;
    }
    let name = name.map(clean).filter(|name| !name.is_empty());
    if let Some(name) = &name {
        column = push_phrase(out, column, name);
        let fits = column + address.as_str().len() + 3 <= encoded_word::MAX_LINE;
        out.push_str(if fits { " <" } else { "\r\n <" });
        out.push_str(address.as_str());
        out.push_str(">\r\n");
    } else {
        out.push_str(address.as_str());
        out.push_str("\r\n");
    }
}

/// Appends a field that lists URLs in angle brackets, folded between them only (RFC 2369 §2).
pub(super) fn urls<'a>(out: &mut String, name: &str, urls: impl IntoIterator<Item = &'a str>) {
    begin(out, name);
    for (at, url) in urls.into_iter().enumerate() {
        debug_assert!(url.bytes().all(|b| b.is_ascii_graphic()), "a URL is ASCII by the time it is written");
        out.push_str(if at == 0 { "<" } else { ",\r\n <" });
        out.push_str(url);
        out.push('>');
    }
    out.push_str("\r\n");
}

/// Appends `List-Id` (RFC 2919): the list's title and its name in angle brackets.
pub(super) fn list_id(out: &mut String, title: &str, id: &str) {
    let column = begin(out, "List-Id");
    let column = push_phrase(out, column, &clean(title));
    let fits = column + id.len() + 3 <= encoded_word::MAX_LINE;
    write!(out, "{}<{id}>\r\n", if fits { " " } else { "\r\n " }).expect("a String takes all text");
}

/// Appends a field whose body is ASCII of our own making.
pub(super) fn plain(out: &mut String, name: &str, body: &str) {
    debug_assert!(body.bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
    let column = begin(out, name);
    push_words(out, column, body);
    out.push_str("\r\n");
}

/// `text` on one line: control characters count as spaces, runs of spaces as one.
pub(super) fn clean(text: &str) -> String {
    let is_gap = |c: char| c.is_control() || c == ' ' || matches!(c, '\u{2028}' | '\u{2029}');
    text.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn begin(out: &mut String, name: &str) -> usize {
    out.push_str(name);
    out.push_str(": ");
    name.len() + 2
}

fn is_plain_word(word: &str) -> bool {
    word.len() <= MAX_WORD && word.bytes().all(|b| b.is_ascii_graphic()) && !word.contains("=?")
}

/// Appends words between spaces, folding before a word that would pass the line.
fn push_words(out: &mut String, column: usize, text: &str) -> usize {
    let mut column = column;
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 && column + 1 + word.len() > LINE {
            out.push_str("\r\n ");
            column = 1;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
    column
}

/// Appends a display name: as atoms, quoted, or in encoded-words, whichever comes first that can.
fn push_phrase(out: &mut String, column: usize, name: &str) -> usize {
    if name.split(' ').all(|word| is_plain_word(word) && word.bytes().all(is_atext)) {
        return push_words(out, column, name);
    }
    let is_ascii = name.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    if !is_ascii || name.contains("=?") || name.len() > MAX_QUOTED {
        return encoded_word::push(out, column, name);
    }
    let quoted = format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    out.push_str(&quoted);
    column + quoted.len()
}

/// `atext` of RFC 5322 §3.2.3.
fn is_atext(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn subject(body: &str) -> String {
        let mut out = String::new();
        text(&mut out, "Subject", body);
        out
    }

    fn to(name: &str) -> String {
        let mut out = String::new();
        named(&mut out, "To", Some(name), &"ada@example.org".parse().unwrap());
        out
    }

    #[test]
    fn a_name_is_written_the_plainest_way_that_is_right() {
        for (given, want) in [
            ("Ada Lovelace", "To: Ada Lovelace <ada@example.org>\r\n"),
            ("Lovelace, Ada", "To: \"Lovelace, Ada\" <ada@example.org>\r\n"),
            (r#"Ada "A" \o/"#, "To: \"Ada \\\"A\\\" \\\\o/\" <ada@example.org>\r\n"),
            ("山田 花子", "To: =?utf-8?B?5bGx55SwIOiKseWtkA==?= <ada@example.org>\r\n"),
            ("=?utf-8?Q?x?=", "To: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?= <ada@example.org>\r\n"),
            (" \r\n", "To: ada@example.org\r\n"),
            ("Eve\r\nBcc: all@example.org", "To: \"Eve Bcc: all@example.org\" <ada@example.org>\r\n"),
        ] {
            assert_eq!(to(given), want, "given {given:?}");
        }
    }

    #[test]
    fn a_reader_whose_address_needs_smtputf8_is_named_by_the_envelope_alone() {
        let mut out = String::new();
        named(&mut out, "To", Some("花子"), &"花子@example.org".parse().unwrap());
        assert_eq!(out, "To: undisclosed-recipients:;\r\n");
    }

    #[test]
    fn a_subject_in_ascii_is_folded_at_spaces_and_a_word_without_end_is_encoded() {
        let folded = subject(&"seven words make a line of mail ".repeat(6));
        assert!(folded.split("\r\n").all(|line| line.len() <= LINE), "{folded}");
        assert!(!folded.contains("=?"));
        let endless = subject(&"x".repeat(2000));
        assert!(endless.split("\r\n").all(|line| line.len() <= LINE), "{endless}");
    }

    #[test]
    fn urls_are_folded_between_and_never_inside() {
        let mut out = String::new();
        let long = format!("https://example.org/{}", "a".repeat(90));
        urls(&mut out, "List-Unsubscribe", [long.as_str(), "mailto:leave@example.org"]);
        assert_eq!(out, format!("List-Unsubscribe: <{long}>,\r\n <mailto:leave@example.org>\r\n"));
    }

    proptest! {
        #[test]
        fn no_text_adds_a_line_that_is_not_a_continuation(given in any::<String>()) {
            for field in [subject(&given), to(&given)] {
                prop_assert!(field.is_ascii());
                prop_assert!(field.ends_with("\r\n"));
                let lines = field[..field.len() - 2].split("\r\n");
                for (at, line) in lines.enumerate() {
                    prop_assert!(at == 0 || line.starts_with(' '), "{field:?}");
                    prop_assert!(at == 0 || !line.trim().is_empty(), "{field:?}");
                    prop_assert!(line.len() <= LINE, "{field:?}");
                    prop_assert!(!line.bytes().any(|b| b.is_ascii_control()), "{field:?}");
                }
            }
        }
    }
}
