//! What every document passes before and after it is written: no octet that XML 1.0 forbids gets in,
//! no document that a strict parser refuses gets out.
//!
//! In: any text, any URL. Out: text of XML characters with line feeds only, URIs in ASCII, and a
//! verdict on finished documents.
//!
//! Follows XML 1.0 (Fifth Edition) §2.2 and §2.11, Namespaces in XML 1.0 §5, and RFC 3986.

mod syntax;

use std::borrow::Cow;
use std::io;

use quick_xml::NsReader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use thiserror::Error;
use url::{Position, Url};

/// Why a document was not written. Posts cannot cause these: each is a fault of the program.
#[derive(Debug, Error)]
pub enum XmlError {
    #[error("{path}: not written")]
    Write { path: String, source: io::Error },
    #[error("{path}: octet {octet}: expected well-formed XML, found {what}; this is a fault of the program")]
    IllFormed { path: String, octet: u64, what: String },
}

/// Whether XML 1.0 allows `c` in a document (§2.2, `Char`).
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether all of `text` may stand in a document. Looks at characters only near octets that are suspect: most
/// text has none.
fn is_xml_text(text: &str) -> bool {
    let is_suspect = |octet: u8| (octet < b' ' && octet != b'\t' && octet != b'\n') || octet == 0xef;
    let mut at = 0;
    text.as_bytes().chunks(64).all(|chunk| {
        let start = text.floor_char_boundary(at);
        at += chunk.len();
        let is_plain = !chunk.iter().fold(false, |found, octet| found | is_suspect(*octet));
        is_plain || text[start..text.ceil_char_boundary(at)].chars().all(is_xml_char)
    })
}

/// `text` without what XML 1.0 forbids, its line ends as parsers hand them on: a line feed each.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') && is_xml_text(text) {
        return Cow::Borrowed(text);
    }
    let with_line_feeds = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(with_line_feeds.chars().filter(|c| is_xml_char(*c)).collect())
}

/// `text` as an absolute URI of RFC 3986, in ASCII; none where it is no absolute URL.
///
/// Browsers' rules leave `{`, `|`, `[` and a lone `%` in a path, and `{` in a host, as they are; feed validators do not.
pub fn uri(text: &str) -> Option<String> {
    let url = Url::parse(clean(text).trim()).ok()?;
    let (octets, head) = (url.as_str().as_bytes(), url[..Position::BeforePath].len());
    let mut out = String::with_capacity(octets.len());
    let mut is_in_fragment = false;
    for (at, octet) in octets.iter().copied().enumerate() {
        let is_kept = match octet {
            // Around an address of IPv6.
            b'[' | b']' => at < head,
            b'%' => is_escape(&octets[at..]),
            b'#' => !std::mem::replace(&mut is_in_fragment, true),
            _ => octet.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&octet),
        };
        if is_kept {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    Some(out)
}

fn is_escape(text: &[u8]) -> bool {
    matches!(text, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// Lets `document`, which is to stand at `path`, pass if a strict parser would: every character allowed, every element closed, every
/// prefix bound, every reference known, every attribute once.
///
/// # Errors
///
/// [`XmlError::IllFormed`] with the place in octets.
pub fn checked(path: &str, document: Vec<u8>) -> Result<Vec<u8>, XmlError> {
    match first_fault(&document) {
        None => Ok(document),
        Some((octet, what)) => Err(XmlError::IllFormed { path: path.to_owned(), octet, what }),
    }
}

fn first_fault(bytes: &[u8]) -> Option<(u64, String)> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Some((error.valid_up_to() as u64, "octets that are not UTF-8".to_owned())),
    };
    let mut forbidden = text.char_indices().filter(|(_, c)| !is_xml_char(*c));
    if !is_xml_text(text)
        && let Some((at, c)) = forbidden.next()
    {
        return Some((at as u64, format!("U+{:04X}", u32::from(c))));
    }
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut roots = Roots::default();
    loop {
        let is_first = reader.buffer_position() == 0;
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Some((reader.error_position(), error.to_string())),
        };
        if !is_first && matches!(event, Event::Decl(_)) {
            return Some((reader.buffer_position(), "a declaration behind the beginning".to_owned()));
        }
        if let Err(what) = roots.follow(&event).and_then(|()| check_event(&reader, &event)) {
            return Some((reader.buffer_position(), what));
        }
        if matches!(event, Event::Eof) {
            return None;
        }
    }
}

/// How deep the reader is, and how many root elements there were.
#[derive(Default)]
struct Roots {
    depth: usize,
    seen: usize,
}

impl Roots {
    fn follow(&mut self, event: &Event<'_>) -> Result<(), String> {
        let is_outside = self.depth == 0;
        match event {
            Event::Start(_) | Event::Empty(_) if is_outside && self.seen > 0 => {
                Err("a second root".to_owned())
            }
            Event::Start(_) | Event::Empty(_) => {
                self.seen += usize::from(is_outside);
                self.depth += usize::from(matches!(event, Event::Start(_)));
                Ok(())
            }
            Event::End(_) => {
                self.depth -= 1;
                Ok(())
            }
            Event::Text(text) if is_outside && text.iter().all(u8::is_ascii_whitespace) => Ok(()),
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if is_outside => {
                Err("text outside the root".to_owned())
            }
            Event::Eof if !is_outside || self.seen == 0 => Err("the end of the document".to_owned()),
            _ => Ok(()),
        }
    }
}

fn check_event(reader: &NsReader<&[u8]>, event: &Event<'_>) -> Result<(), String> {
    match event {
        Event::Start(element) | Event::Empty(element) => {
            syntax::check_tag(utf_8(element)?)?;
            check_element(reader, element)
        }
        Event::Decl(declaration) => syntax::check_declaration(utf_8(declaration)?),
        Event::PI(instruction) => syntax::check_instruction(utf_8(instruction)?),
        Event::DocType(_) => Err("a document type".to_owned()),
        Event::Text(text) if holds_section_end(text) => Err("`]]>` in a text".to_owned()),
        Event::GeneralRef(reference) if PREDEFINED.contains(&&**reference) => Ok(()),
        Event::GeneralRef(reference) => {
            let name = reference.decode().map_err(|error| error.to_string())?;
            check_text(&format!("&{name};"))
        }
        _ => Ok(()),
    }
}

/// The entities that every document has (XML 1.0 §4.6).
const PREDEFINED: [&[u8]; 5] = [b"lt", b"gt", b"amp", b"quot", b"apos"];

fn holds_section_end(text: &[u8]) -> bool {
    text.contains(&b'>') && text.windows(3).any(|window| window == b"]]>")
}

fn utf_8(octets: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(octets).map_err(|error| error.to_string())
}

fn check_element(reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Result<(), String> {
    check_prefix(&reader.resolver().resolve_element(element.name()).0)?;
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        check_prefix(&reader.resolver().resolve_attribute(attribute.key).0)?;
        check_text(&String::from_utf8_lossy(&attribute.value))?;
    }
    Ok(())
}

fn check_prefix(resolved: &ResolveResult<'_>) -> Result<(), String> {
    match resolved {
        ResolveResult::Unknown(prefix) => {
            Err(format!("the unbound prefix `{}`", String::from_utf8_lossy(prefix)))
        }
        ResolveResult::Bound(_) | ResolveResult::Unbound => Ok(()),
    }
}

/// Checks a text as it stands in the document: its references must be known ones, to allowed characters.
fn check_text(text: &str) -> Result<(), String> {
    if text.contains('<') {
        return Err("`<` in an attribute".to_owned());
    }
    let meant = unescape(text).map_err(|error| error.to_string())?;
    match meant.chars().find(|c| !is_xml_char(*c)) {
        None => Ok(()),
        Some(c) => Err(format!("U+{:04X}", u32::from(c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_characters_of_xml_are_left_and_every_line_ends_in_a_line_feed() {
        for (given, want) in [
            ("a\u{0}b\u{1}c\u{b}d\u{1f}e\u{fffe}f\u{ffff}g", "abcdefg"),
            ("tab\tline\nend", "tab\tline\nend"),
            ("one\r\ntwo\rthree\r\r\nfour", "one\ntwo\nthree\n\nfour"),
            ("日本語\u{3000}🦉\u{85}\u{e000}", "日本語\u{3000}🦉\u{85}\u{e000}"),
        ] {
            assert_eq!(clean(given), want, "given {given:?}");
        }
        assert!(matches!(clean("nothing to do，可以了"), Cow::Borrowed(_)));
        for at in 0..140 {
            let text = format!("{}\u{ffff}。", "a".repeat(at));
            assert_eq!(clean(&text), text.replace('\u{ffff}', ""), "after {at} octets");
        }
    }

    #[test]
    fn a_uri_is_ascii_and_keeps_to_rfc_3986() {
        for (given, want) in [
            (
                "https://example.org/地圖/?q=日本#結",
                "https://example.org/%E5%9C%B0%E5%9C%96/?q=%E6%97%A5%E6%9C%AC#%E7%B5%90",
            ),
            ("https://例え.example/", "https://xn--r8jz45g.example/"),
            ("https://example.org/a b?c=1&d=2", "https://example.org/a%20b?c=1&d=2"),
            ("https://example.org/{a}|[b]^`c`", "https://example.org/%7Ba%7D%7C%5Bb%5D%5E%60c%60"),
            ("https://example.org/100%?x=%zz%41", "https://example.org/100%25?x=%25zz%41"),
            ("https://example.org/#a#b", "https://example.org/#a%23b"),
            ("https://a{b}.example/", "https://a%7Bb%7D.example/"),
            ("https://[2001:db8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
            ("https://example.org/a\u{1}b", "https://example.org/ab"),
        ] {
            assert_eq!(uri(given).as_deref(), Some(want), "given {given}");
        }
        assert_eq!(uri("cover.png"), None);
        assert_eq!(uri(""), None);
    }

    #[test]
    fn what_a_strict_parser_refuses_does_not_pass() {
        for (given, found) in [
            ("<a><b></a>", "expected"),
            ("<a>", "the end of the document"),
            ("", "the end of the document"),
            ("<a/><b/>", "a second root"),
            ("<a/>tail", "text outside the root"),
            ("<a>&nbsp;</a>", "nbsp"),
            ("<a href='?x=1&y=2'/>", "&"),
            ("<a>this & that</a>", "reference not closed"),
            ("<a>&#1;</a>", "U+0001"),
            ("<a b='&#1;'/>", "U+0001"),
            ("<media:a/>", "the unbound prefix `media`"),
            ("<a media:b='c'/>", "the unbound prefix `media`"),
            ("<a b='1' b='2'/>", "duplicate"),
            ("<a b='<'/>", "`<` in an attribute"),
            ("<a>\u{1}</a>", "U+0001"),
            ("<a>\u{ffff}</a>", "U+FFFF"),
            ("<a><![CDATA[ ]]></a>\u{0}", "U+0000"),
            ("<a b='1'c='2'/>", "no white space before `c='2'`"),
            ("<a b/>", "an attribute"),
            ("<1a/>", "the name `1a`"),
            ("<a b:c:d='1'/>", "the name `b:c:d`"),
            ("<a>]]></a>", "`]]>` in a text"),
            ("<?xml version='1.0' e=ncoding='utf-8'?><a/>", "a value without a quote"),
            ("<?xml version='1.1'?><a/>", "the declaration"),
            ("<a/><?xml version='1.0'?>", "a declaration behind the beginning"),
            ("<?XML x?><a/>", "the instruction `XML`"),
            ("<!DOCTYPE a><a/>", "a document type"),
        ] {
            let error = checked("rss.xml", given.into()).expect_err(given).to_string();
            assert!(error.starts_with("rss.xml: octet ") && error.contains(found), "{given}: {error}");
        }
        let fine =
            r#"<?xml version="1.0"?><a xmlns:m="urn:m"><m:b c="&amp;&#10;">&lt;<![CDATA[<b>]]></m:b></a>"#;
        assert_eq!(first_fault(fine.as_bytes()), None);
        assert!(first_fault(b"<a>\xff</a>").is_some());
    }
}
