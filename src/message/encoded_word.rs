//! Encoded-words: text of any script inside a header field (RFC 2047).
//!
//! Each word is at most 75 octets, its line at most 76, and it holds whole characters. A text is encoded
//! as a whole, spaces included, because readers drop the white space between two encoded-words (§6.2).

use std::fmt::Write;

use data_encoding::BASE64;

/// Longest encoded-word (RFC 2047 §2).
const MAX_OCTETS: usize = 75;
/// Longest line that holds one (RFC 2047 §2).
pub(super) const MAX_LINE: usize = 76;
/// Octets of `=?utf-8?B?` and `?=`.
const FRAME: usize = 12;
/// With less room than this at the end of a line, a new line is begun.
const LEAST_ROOM: usize = 16;

/// Appends `text` in encoded-words to a line that is `column` octets long. Returns the new column.
pub(super) fn push(out: &mut String, column: usize, text: &str) -> usize {
    let method = Method::shortest_for(text);
    let mut column = column;
    let mut rest = text;
    while !rest.is_empty() {
        if column + FRAME + LEAST_ROOM > MAX_LINE {
            out.push_str("\r\n ");
            column = 1;
        }
        let room = (MAX_LINE - column).min(MAX_OCTETS) - FRAME;
        let (word, tail) = rest.split_at(method.fitting(rest, room));
        column += method.write(out, word);
        rest = tail;
    }
    column
}

/// The two encodings of RFC 2047 §4.
#[derive(Clone, Copy)]
enum Method {
    Q,
    B,
}

impl Method {
    fn shortest_for(text: &str) -> Self {
        let q_octets: usize = text.chars().map(q_cost).sum();
        if q_octets <= b_cost(text.len()) { Self::Q } else { Self::B }
    }

    /// Octets at the start of `text` that fit into `room`, whole characters only.
    fn fitting(self, text: &str, room: usize) -> usize {
        let mut used = 0;
        for (at, c) in text.char_indices() {
            used += q_cost(c);
            let cost = match self {
                Self::Q => used,
                Self::B => b_cost(at + c.len_utf8()),
            };
            if cost > room {
                return at;
            }
        }
        text.len()
    }

    /// Appends one encoded-word and returns its length.
    fn write(self, out: &mut String, text: &str) -> usize {
        let start = out.len();
        match self {
            Self::Q => {
                out.push_str("=?utf-8?Q?");
                text.chars().for_each(|c| write_q(out, c));
            }
            Self::B => {
                out.push_str("=?utf-8?B?");
                BASE64.encode_append(text.as_bytes(), out);
            }
        }
        out.push_str("?=");
        out.len() - start
    }
}

/// Octets that stand for themselves even inside a phrase (RFC 2047 §5 rule 3).
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!*+-/".contains(c)
}

fn q_cost(c: char) -> usize {
    if is_plain(c) || c == ' ' { 1 } else { 3 * c.len_utf8() }
}

fn b_cost(octets: usize) -> usize {
    octets.div_ceil(3) * 4
}

fn write_q(out: &mut String, c: char) {
    match c {
        ' ' => out.push('_'),
        c if is_plain(c) => out.push(c),
        c => {
            for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                write!(out, "={octet:02X}").expect("a String takes all text");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        let mut out = String::new();
        push(&mut out, 0, text);
        out
    }

    #[test]
    fn latin_text_stays_readable_and_cjk_stays_short() {
        for (given, want) in [
            ("Über Karten", "=?utf-8?Q?=C3=9Cber_Karten?="),
            ("地圖上的沉默", "=?utf-8?B?5Zyw5ZyW5LiK55qE5rKJ6buY?="),
            ("=?utf-8?Q?x?=", "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?="),
        ] {
            assert_eq!(encoded(given), want, "given {given}");
        }
    }

    #[test]
    fn a_long_title_is_cut_between_characters_into_words_of_75_octets() {
        let title = "雪の朝、ひとりで机に向かって書いた手紙のことを、いまでもときどき思い出す。".repeat(4);
        let mut out = String::from("Subject: ");
        push(&mut out, 9, &title);
        for line in out.split("\r\n") {
            assert!(line.len() <= MAX_LINE, "{line}");
        }
        for word in out["Subject: ".len()..].split_whitespace() {
            let payload = word.strip_prefix("=?utf-8?B?").unwrap().strip_suffix("?=").unwrap();
            assert!(word.len() <= MAX_OCTETS, "{word}");
            String::from_utf8(BASE64.decode(payload.as_bytes()).unwrap()).expect("whole characters");
        }
    }
}
