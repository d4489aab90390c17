//! Transfer encodings: a rendered part becomes ASCII lines with holes between them (RFC 2045 §6).
//!
//! A part is encoded once. In quoted-printable a hole stands between two soft line breaks; in base64 it
//! begins a line, takes along the one or two octets that would break the group of three before it, and is
//! filled up to a whole group. So every value can be encoded alone, and the rest never changes.
//!
//! Quoted-printable stays readable and is smaller up to some 18 % of octets outside ASCII; base64 is smaller
//! above. Base64 for plain ASCII text is a mark of spam to several filters, so it is never used for it.
//! Leaves out 7bit: a part must take a name in any script, and mailboxes change lines that begin with `From `.

use std::fmt::Write;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::message::hole::{Hole, Piece};

/// Longest encoded line (RFC 2045 §6.7 rule 5, §6.8).
const MAX_LINE: usize = 76;
/// Octets in a full line of base64.
const BASE64_OCTETS: usize = 57;

/// What a part is: decides how a value is escaped and filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Markup {
    Text,
    Html,
}

/// A `Content-Transfer-Encoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Encoding {
    #[serde(rename = "quoted-printable")]
    QuotedPrintable,
    #[serde(rename = "base64")]
    Base64,
}

impl Encoding {
    /// The encoding's name in a header field.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::QuotedPrintable => "quoted-printable",
            Self::Base64 => "base64",
        }
    }

    /// The text that `sent` stands for, lines of our own making.
    pub(super) fn decode(self, sent: &[u8]) -> String {
        let octets = match self {
            Self::QuotedPrintable => unquoted(sent),
            Self::Base64 => {
                let digits: Vec<u8> = sent.iter().copied().filter(|octet| !b"\r\n".contains(octet)).collect();
                BASE64.decode(&digits).expect("lines of base64 hold whole groups")
            }
        };
        String::from_utf8(octets).expect("parts are encoded from text").replace("\r\n", "\n")
    }

    /// The encoding that makes `pieces` smallest.
    fn for_pieces(pieces: &[Piece<'_>]) -> Self {
        let octets = || pieces.iter().filter_map(Piece::as_text).flat_map(str::bytes);
        let ascii = octets().filter(u8::is_ascii).count();
        let other = octets().count() - ascii;
        if ascii + 3 * other > (ascii + other) * 137 / 100 { Self::Base64 } else { Self::QuotedPrintable }
    }
}

impl<'a> Piece<'a> {
    fn as_text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Hole(_) => None,
        }
    }
}

/// A stretch of an encoded part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Segment {
    /// ASCII lines as they are sent.
    Fixed(String),
    /// A value to be encoded after `lead`, which belongs to the same group of three octets.
    Hole { hole: Hole, lead: Vec<u8> },
}

/// A part of a multipart, encoded but for its holes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) markup: Markup,
    pub(super) encoding: Encoding,
    pub(super) segments: Vec<Segment>,
}

impl Part {
    /// Encodes what [`settled`] gave, cut at its holes.
    pub(super) fn encode(markup: Markup, pieces: &[Piece<'_>]) -> Self {
        let encoding = Encoding::for_pieces(pieces);
        let segments = match encoding {
            Encoding::QuotedPrintable => quoted_printable(pieces),
            Encoding::Base64 => base64(pieces),
        };
        Self { markup, encoding, segments }
    }

    /// Appends `value` as it stands in this part, encoded.
    pub(super) fn push_value(&self, out: &mut Vec<u8>, lead: &[u8], value: &str) {
        match (self.encoding, self.markup) {
            (Encoding::QuotedPrintable, Markup::Text) => push_quoted(out, value.as_bytes()),
            (Encoding::QuotedPrintable, Markup::Html) => {
                let mut html = Vec::with_capacity(value.len() + 16);
                push_references(&mut html, value);
                push_quoted(out, &html);
            }
            (Encoding::Base64, markup) => push_base64(out, &filled(lead, markup, value)),
        }
    }

    /// Octets of all that is fixed.
    pub(super) fn fixed_octets(&self) -> usize {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Fixed(text) => text.len(),
                Segment::Hole { .. } => 0,
            })
            .sum()
    }
}

/// `text` with `\n` at the end of each line and of the whole, and no control character but tabs.
pub(super) fn settled(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let mut out: String = unified.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn quoted_printable(pieces: &[Piece<'_>]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut line = QuotedLine { out: String::new(), column: 0 };
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                if !segments.is_empty() && !text.starts_with('\n') {
                    line.soft_break();
                }
                line.push(text);
            }
            Piece::Hole(hole) => {
                if line.column > 0 {
                    line.soft_break();
                }
                segments.push(Segment::Fixed(std::mem::take(&mut line.out)));
                segments.push(Segment::Hole { hole: *hole, lead: Vec::new() });
            }
        }
    }
    segments.push(Segment::Fixed(line.out));
    segments
}

/// A line of quoted-printable under way.
struct QuotedLine {
    out: String,
    column: usize,
}

impl QuotedLine {
    fn push(&mut self, text: &str) {
        for (at, c) in text.char_indices() {
            let rest = &text[at + c.len_utf8()..];
            let is_first = self.column == 0 || self.column + 1 >= MAX_LINE;
            match c {
                '\n' => self.end_line(),
                ' ' | '\t' if rest.is_empty() || rest.starts_with('\n') => self.push_octets(c),
                '=' => self.push_octets(c),
                '.' if is_first => self.push_octets(c),
                'F' if is_first && rest.starts_with("rom ") => self.push_octets(c),
                ' '..='~' | '\t' => self.push_token(1, |out| out.push(c)),
                c => self.push_octets(c),
            }
        }
    }

    fn push_octets(&mut self, c: char) {
        self.push_token(3 * c.len_utf8(), |out| {
            for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                write!(out, "={octet:02X}").expect("a String takes all text");
            }
        });
    }

    /// Writes what must not be parted, on a new line where this one has no room left for it and `=`.
    fn push_token(&mut self, octets: usize, write: impl FnOnce(&mut String)) {
        if self.column + octets >= MAX_LINE {
            self.soft_break();
        }
        write(&mut self.out);
        self.column += octets;
    }

    fn soft_break(&mut self) {
        self.out.push('=');
        self.end_line();
    }

    fn end_line(&mut self) {
        self.out.push_str("\r\n");
        self.column = 0;
    }
}

/// Appends a value in quoted-printable, from the start of a line on; no line end follows.
fn push_quoted(out: &mut Vec<u8>, value: &[u8]) {
    let mut column = 0;
    for (at, &octet) in value.iter().enumerate() {
        let is_first = column == 0 || column + 1 >= MAX_LINE;
        let is_literal = match octet {
            b'=' => false,
            b'.' => !is_first,
            b' ' => at + 1 < value.len(),
            octet => octet.is_ascii_graphic(),
        };
        let width = if is_literal { 1 } else { 3 };
        if column + width >= MAX_LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if is_literal {
            out.push(octet);
        } else {
            out.extend_from_slice(&[b'=', hex_digit(octet >> 4), hex_digit(octet & 15)]);
        }
        column += width;
    }
}

fn hex_digit(nibble: u8) -> u8 {
    b"0123456789ABCDEF"[usize::from(nibble)]
}

/// Undoes quoted-printable.
fn unquoted(sent: &[u8]) -> Vec<u8> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'A' + 10,
    };
    let mut octets = Vec::with_capacity(sent.len());
    let mut rest = sent;
    loop {
        rest = match rest {
            [] => return octets,
            [b'=', b'\r', b'\n', tail @ ..] => tail,
            [b'=', high, low, tail @ ..] => {
                octets.push(value(*high) << 4 | value(*low));
                tail
            }
            [octet, tail @ ..] => {
                octets.push(*octet);
                tail
            }
        };
    }
}

fn base64(pieces: &[Piece<'_>]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut lead = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                let mut octets = text.replace('\n', "\r\n").into_bytes();
                if at + 1 < pieces.len() {
                    lead = octets.split_off(octets.len() / 3 * 3);
                }
                let mut lines = Vec::with_capacity(octets.len() * 7 / 5 + 8);
                push_base64(&mut lines, &octets);
                segments.push(Segment::Fixed(String::from_utf8(lines).expect("base64 is ASCII")));
            }
            Piece::Hole(hole) => {
                segments.push(Segment::Hole { hole: *hole, lead: std::mem::take(&mut lead) })
            }
        }
    }
    segments
}

/// Appends whole lines of base64.
fn push_base64(out: &mut Vec<u8>, octets: &[u8]) {
    for line in octets.chunks(BASE64_OCTETS) {
        let start = out.len();
        out.resize(start + BASE64.encode_len(line.len()), 0);
        BASE64.encode_mut(line, &mut out[start..]);
        out.extend_from_slice(b"\r\n");
    }
}

/// `lead` and `value`, filled up to a multiple of three octets: with spaces in text, in HTML with zeros in
/// the last character's reference, which no reader shows.
fn filled(lead: &[u8], markup: Markup, value: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(lead.len() + value.len() + 16);
    octets.extend_from_slice(lead);
    match (markup, value.char_indices().next_back()) {
        (Markup::Html, Some((at, last))) => {
            push_references(&mut octets, &value[..at]);
            let reference = format!("{};", u32::from(last));
            let missing = (3 - (octets.len() + 2 + reference.len()) % 3) % 3;
            octets.extend_from_slice(b"&#");
            octets.extend(std::iter::repeat_n(b'0', missing));
            octets.extend_from_slice(reference.as_bytes());
        }
        _ => {
            octets.extend_from_slice(value.as_bytes());
            octets.resize(octets.len().next_multiple_of(3), b' ');
        }
    }
    octets
}

/// Appends `value` as HTML text or attribute value, in ASCII: character references for all that is neither
/// a letter, a digit nor harmless.
fn push_references(out: &mut Vec<u8>, value: &str) {
    for c in value.chars() {
        match c {
            ' '..='~' if !"<>&\"'`".contains(c) => out.push(c as u8),
            c => out.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::hole::Markers;

    /// A part with every hole filled with `value`, as sent.
    fn sent(part: &Part, value: &str) -> String {
        let mut out = Vec::new();
        for segment in &part.segments {
            match segment {
                Segment::Fixed(text) => out.extend_from_slice(text.as_bytes()),
                Segment::Hole { lead, .. } => part.push_value(&mut out, lead, value),
            }
        }
        String::from_utf8(out).unwrap()
    }

    /// Undoes quoted-printable and base64, by their definition and not by our code.
    fn decoded(encoding: Encoding, sent: &str) -> String {
        let octets = match encoding {
            Encoding::Base64 => BASE64.decode(sent.replace("\r\n", "").as_bytes()).unwrap(),
            Encoding::QuotedPrintable => {
                let mut octets = Vec::new();
                let joined = sent.replace("=\r\n", "");
                let mut rest = joined.bytes();
                while let Some(octet) = rest.next() {
                    let mut digit = || char::from(rest.next().unwrap()).to_digit(16).unwrap() as u8;
                    octets.push(if octet == b'=' { digit() << 4 | digit() } else { octet });
                }
                octets
            }
        };
        String::from_utf8(octets).unwrap()
    }

    /// What an HTML reader makes of character references.
    fn unreferenced(html: &str) -> String {
        let mut parts = html.split("&#");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let reference = part.split_once(';');
            match reference.and_then(|(number, rest)| Some((char::from_u32(number.parse().ok()?)?, rest))) {
                Some((c, rest)) => out.extend([c.to_string().as_str(), rest]),
                None => out.extend(["&#", part]),
            }
        }
        out
    }

    #[test]
    fn each_part_takes_the_encoding_its_letters_ask_for() {
        for (given, want) in [
            ("Short lines.\n", Encoding::QuotedPrintable),
            ("Über Käse wird gern geschrieben.\n", Encoding::QuotedPrintable),
            ("地圖上的沉默\n", Encoding::Base64),
        ] {
            assert_eq!(Encoding::for_pieces(&[Piece::Text(given)]), want, "given {given}");
        }
    }

    #[test]
    fn line_ends_of_every_kind_become_one_kind() {
        for given in ["a\r\nb\r\n", "a\nb", "a\rb\r", "a\u{2028}b", "a\r\nb\r\n\r\n \n", "a\n\u{1b}b\u{0}"] {
            assert_eq!(settled(given), "a\nb\n", "given {given:?}");
        }
    }

    #[test]
    fn what_a_server_or_mailbox_would_change_is_encoded() {
        let part = Part::encode(Markup::Text, &[Piece::Text("é\n.\n.hidden\nFrom me\ntrailing \n=_\n")]);
        assert_eq!(sent(&part, ""), "=C3=A9\r\n=2E\r\n=2Ehidden\r\n=46rom me\r\ntrailing=20\r\n=3D_\r\n");
    }

    #[test]
    fn a_hole_alone_on_its_line_leaves_no_soft_break_behind() {
        let pieces = [
            Piece::Text("Some words and é\n"),
            Piece::Hole(Hole::Greeting),
            Piece::Text("\nat "),
            Piece::Hole(Hole::Leave),
            Piece::Text("!\n"),
        ];
        let part = Part::encode(Markup::Text, &pieces);
        assert_eq!(sent(&part, "Zoë"), "Some words and =C3=A9\r\nZo=C3=AB\r\nat=20=\r\nZo=C3=AB=\r\n!\r\n");
    }

    fn any_pieces() -> impl Strategy<Value = Vec<(String, bool)>> {
        let letters = prop_oneof![
            Just("é"),
            Just("雪"),
            Just("a b. "),
            Just("=\n"),
            Just(".\n"),
            Just("..."),
            Just("\u{1F4EE}")
        ];
        let text =
            prop_oneof![any::<String>(), prop::collection::vec(letters, 0..120).prop_map(|l| l.concat())];
        prop::collection::vec((text, any::<bool>()), 1..6)
    }

    proptest! {
        #[test]
        fn what_is_decoded_is_what_was_written(given in any_pieces(), value in "\\PC{1,90}", is_html: bool) {
            let markup = if is_html { Markup::Html } else { Markup::Text };
            let markers = Markers::apart_from([]);
            let marked: String = given.iter().map(|(text, holed)| {
                if *holed { format!("{text}{}|", markers.marker(Hole::Leave)) } else { text.clone() }
            }).collect();
            let marked = settled(&marked);
            let pieces = markers.cut(&marked);
            let part = Part::encode(markup, &pieces);
            let sent = sent(&part, &value);
            prop_assert!(sent.is_ascii());
            prop_assert!(sent.ends_with("\r\n"));
            prop_assert!(!sent.replace("\r\n", "").contains(['\r', '\n']), "{sent:?}");
            prop_assert!(sent.split("\r\n").all(|line| line.len() <= MAX_LINE), "{sent:?}");
            prop_assert!(!sent.contains("=_"));
            prop_assert!(!format!("\r\n{sent}").contains("\r\n."), "{sent:?}");
            let decoded = decoded(part.encoding, &sent).replace("\r\n", "\n");
            prop_assert_eq!(&part.encoding.decode(sent.as_bytes()), &decoded);
            let decoded = if is_html { unreferenced(&decoded) } else { decoded };
            let want = marked.replace(&markers.marker(Hole::Leave), &value);
            let unfilled = |text: &str| text.replace("  |", "|").replace(" |", "|");
            prop_assert_eq!(unfilled(&decoded), unfilled(&want));
        }
    }
}
