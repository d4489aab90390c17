//! The octets of an essay's file become text: front matter here, essay there.
//!
//! A byte order mark is dropped and every line end becomes a line feed, so that a post reads, and its
//! digest comes out, the same on every system. UTF-8 is the only encoding; a NUL is no text.

use crate::post::encoding;
use crate::post::remarks::Flaw;

/// How front matter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Toml,
    Yaml,
}

impl Syntax {
    fn of_fence(line: &str) -> Option<Self> {
        match line.trim_end() {
            "+++" => Some(Self::Toml),
            "---" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// The line that opens and closes it.
    pub fn fence(self) -> &'static str {
        match self {
            Self::Toml => "+++",
            Self::Yaml => "---",
        }
    }

    /// YAML may also end its document with `...` (YAML 1.2 §9.1.4).
    fn is_closed_by(self, line: &str) -> bool {
        let line = line.trim_end();
        line == self.fence() || (self == Self::Yaml && line == "...")
    }
}

/// Front matter as it stands in the file, without its fences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Front<'a> {
    pub syntax: Syntax,
    pub text: &'a str,
    /// Line of the file on which `text` begins.
    pub first_line: usize,
}

/// An essay's file, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source<'a> {
    pub front: Option<Front<'a>>,
    pub body: &'a str,
}

/// The text of a file, its line ends all line feeds.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Flaw> {
    let text = text_of(bytes)?;
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() })
}

/// How many octets [`decode`] would make of a file that is text, without making them.
pub(super) fn length(bytes: &[u8]) -> usize {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let pairs =
        if bytes.contains(&b'\r') { bytes.windows(2).filter(|pair| pair == b"\r\n").count() } else { 0 };
    bytes.len() - pairs
}

/// The text of a file as it is, without its byte order mark.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Flaw> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    match text.find('\0') {
        Some(at) if encoding::guess(bytes).is_some() => Err(not_utf8(bytes, at)),
        Some(at) => Err(Flaw::new(line_of(bytes, at), "expected text, found a NUL")),
        None => Ok(text),
    }
}

fn not_utf8(bytes: &[u8], at: usize) -> Flaw {
    let (found, from) = match encoding::guess(bytes) {
        Some(named) => (named.name.to_owned(), named.iconv),
        None => (format!("the octet 0x{:02x}", bytes[at]), "ENCODING"),
    };
    Flaw::new(line_of(bytes, at), format!("expected text in UTF-8, found {found}"))
        .with_help(format!("save the file as UTF-8, or convert it with `iconv -f {from} -t UTF-8`"))
}

/// The line, from 1, on which the octet `at` stands.
fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|octet| **octet == b'\n').count()
}

/// Splits front matter from the essay.
pub(super) fn split(text: &str) -> Result<Source<'_>, Flaw> {
    let blank: usize =
        text.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum();
    let opening = text[blank..].split_inclusive('\n').next().unwrap_or("");
    let Some(syntax) = Syntax::of_fence(opening) else {
        return Ok(Source { front: None, body: text });
    };
    let opening_line = line_of(text.as_bytes(), blank);
    let start = blank + opening.len();
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        let next = end + line.len();
        if syntax.is_closed_by(line) {
            let front = Front { syntax, text: &text[start..end], first_line: opening_line + 1 };
            return Ok(Source { front: Some(front), body: &text[next..] });
        }
        end = next;
    }
    let fence = syntax.fence();
    Err(Flaw::new(
        opening_line,
        format!("front matter opens with `{fence}`: expected a second `{fence}`, found the end of the file"),
    )
    .with_help(format!("write `{fence}` on a line of its own between front matter and essay")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_stands_between_its_fences() {
        let toml = split("+++\ntitle = \"a\"\n+++\nbody\n").unwrap();
        assert_eq!(toml.front, Some(Front { syntax: Syntax::Toml, text: "title = \"a\"\n", first_line: 2 }));
        assert_eq!(toml.body, "body\n");
        let yaml = split("\n--- \ntitle: a\n...\nbody").unwrap();
        assert_eq!(yaml.front, Some(Front { syntax: Syntax::Yaml, text: "title: a\n", first_line: 3 }));
        assert_eq!(yaml.body, "body");
        assert_eq!(split("--- not a fence\n").unwrap().front, None);
        assert_eq!(split("").unwrap(), Source { front: None, body: "" });
    }

    #[test]
    fn front_matter_that_never_ends_is_named_by_its_first_line() {
        let flaw = split("\n+++\ntitle = \"a\"\n---\n").unwrap_err();
        assert_eq!(flaw.line, 2);
        assert_eq!(
            flaw.what,
            "front matter opens with `+++`: expected a second `+++`, found the end of the file"
        );
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_make_no_difference() {
        assert_eq!(decode(b"\xef\xbb\xbfa\r\nb\rc\n").unwrap(), "a\nb\nc\n");
        for bytes in [&b"\xef\xbb\xbfa\r\nb\rc\n"[..], b"\r\r\n\n\r", b"\r\n\r\n", b"a\nb", b""] {
            assert_eq!(length(bytes), decode(bytes).unwrap().len(), "given {bytes:?}");
        }
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_line() {
        for (bytes, line, what) in [
            (&b"a\nb\xa4\xa4\n"[..], 2, "expected text in UTF-8, found the octet 0xa4"),
            (b"\xff\xfea\0", 1, "expected text in UTF-8, found UTF-16"),
            (b"a\0b\0\n\0", 1, "expected text in UTF-8, found UTF-16"),
            (b"a\r\n\r\nb\0", 3, "expected text, found a NUL"),
        ] {
            let flaw = decode(bytes).unwrap_err();
            assert_eq!((flaw.line, flaw.what.as_str()), (line, what));
        }
    }
}
