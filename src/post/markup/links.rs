//! Which links may leave an essay: the scheme check for Markdown and raw HTML alike.

use url::Url;

use crate::post::markup::escape::is_xml_char;

/// What a URL is for; pictures may do less than links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Link,
    /// A picture, sound or film that is loaded with the page.
    Load,
}

/// `href` as a browser reads it, if it may stand in a page; relative URLs may.
///
/// Browsers drop tabs and line ends anywhere in a URL and spaces around it (WHATWG URL §4.4), so
/// `java\tscript:` is JavaScript: they are dropped before the scheme is looked at. Links may be
/// http, https, mailto and tel; loaded things http and https. `data:` is no URL of ours: mail
/// clients block it and feeds swell.
pub fn allowed(href: &str, purpose: Use) -> Option<String> {
    let is_dropped = |c: char| !is_xml_char(c) || matches!(c, '\t' | '\n' | '\r');
    let href: String = href.chars().filter(|&c| !is_dropped(c)).collect();
    let href = href.trim_matches(|c: char| c <= ' ' || c.is_whitespace()).to_owned();
    let is_allowed = match scheme(&href) {
        None => true,
        Some(scheme) => match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => true,
            "mailto" | "tel" => purpose == Use::Link,
            _ => false,
        },
    };
    is_allowed.then_some(href)
}

/// The address that was made of a link, if it is absolute and may stand in a page. `//a]b/` is no URL, whatever it is seen
/// from, and leads nowhere.
pub fn reached(url: &str, purpose: Use) -> Option<String> {
    allowed(url, purpose).filter(|url| Url::parse(url).is_ok())
}

/// The scheme of an absolute URL: what stands before a colon that comes before any slash.
///
/// More is taken for a scheme than RFC 3986 §3.1 allows, so that no odd character hides one.
fn scheme(href: &str) -> Option<&str> {
    let end = href.find([':', '/', '?', '#'])?;
    href[end..].starts_with(':').then(|| &href[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_may_stand_in_a_link() {
        for (given, want) in [
            ("https://example.org/", Some("https://example.org/")),
            ("../maps/index.md#a:b", Some("../maps/index.md#a:b")),
            ("//example.org/", Some("//example.org/")),
            ("mailto:ada@example.org", Some("mailto:ada@example.org")),
            ("TEL:+44", Some("TEL:+44")),
            (" https://example.org/ ", Some("https://example.org/")),
            ("javascript:alert(1)", None),
            ("JaVaScRiPt:alert(1)", None),
            ("java\tscript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("java\u{0}script:alert(1)", None),
            ("javascript&colon;alert(1)", Some("javascript&colon;alert(1)")),
            ("vbscript:x", None),
            ("data:text/html,x", None),
            ("ｊavascript:x", None),
            ("feed:https://example.org", None),
        ] {
            assert_eq!(allowed(given, Use::Link).as_deref(), want, "given {given:?}");
        }
        assert_eq!(allowed("mailto:ada@example.org", Use::Load), None);
    }
}
