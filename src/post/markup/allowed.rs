//! The allow-list for authors' HTML: what is not on it is dropped, its text kept.
//!
//! No script, style, frame, form, SVG, `style` attribute or event handler. Addresses are checked again
//! when they are written ([`crate::post::markup::links`]).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

/// Elements, and the attributes each may have besides those for all.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang"]),
    ("abbr", &[]),
    ("address", &[]),
    ("article", &[]),
    ("aside", &[]),
    ("audio", &["src", "loop"]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    ("blockquote", &["cite"]),
    ("br", &[]),
    ("caption", &[]),
    ("center", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("data", &["value"]),
    ("dd", &[]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("dfn", &[]),
    ("div", &["align"]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[]),
    ("footer", &[]),
    ("h1", &["align"]),
    ("h2", &["align"]),
    ("h3", &["align"]),
    ("h4", &["align"]),
    ("h5", &["align"]),
    ("h6", &["align"]),
    ("header", &[]),
    ("hgroup", &[]),
    ("hr", &[]),
    ("i", &[]),
    ("img", &["src", "srcset", "sizes", "alt", "width", "height"]),
    ("ins", &["cite", "datetime"]),
    ("kbd", &[]),
    ("li", &["value"]),
    ("mark", &[]),
    ("nav", &[]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &["align"]),
    ("picture", &[]),
    ("pre", &[]),
    ("q", &["cite"]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &[]),
    ("small", &[]),
    ("source", &["src", "srcset", "sizes", "type", "media"]),
    ("span", &[]),
    ("strike", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["colspan", "rowspan", "align", "headers"]),
    ("tfoot", &[]),
    ("th", &["colspan", "rowspan", "align", "headers", "scope"]),
    ("thead", &[]),
    ("time", &["datetime"]),
    ("tr", &[]),
    ("tt", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("video", &["src", "poster", "width", "height", "loop", "muted"]),
    ("wbr", &[]),
    ("math", &["display", "xmlns"]),
    ("mfrac", &["linethickness"]),
    ("mi", &["mathvariant"]),
    ("mn", &[]),
    (
        "mo",
        &["stretchy", "symmetric", "fence", "separator", "lspace", "rspace", "minsize", "maxsize", "form"],
    ),
    ("mover", &["accent"]),
    ("mpadded", &["width", "height", "depth"]),
    ("mphantom", &[]),
    ("mroot", &[]),
    ("mrow", &[]),
    ("mspace", &["width", "height", "depth"]),
    ("msqrt", &[]),
    ("mstyle", &["displaystyle", "scriptlevel"]),
    ("msub", &[]),
    ("msubsup", &[]),
    ("msup", &[]),
    ("mtable", &["columnalign"]),
    ("mtd", &["columnspan", "rowspan"]),
    ("mtext", &[]),
    ("mtr", &[]),
    ("munder", &["accentunder"]),
    ("munderover", &[]),
];

/// Attributes that any element may have.
const FOR_ALL: [&str; 5] = ["class", "dir", "id", "lang", "title"];

/// Elements that go with all that is in them.
const DROPPED_WHOLE: [&str; 9] =
    ["script", "style", "svg", "template", "iframe", "object", "noscript", "title", "textarea"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    let attributes: HashMap<_, HashSet<_>> =
        ELEMENTS.iter().map(|(name, own)| (*name, own.iter().copied().collect())).collect();
    cleaner
        .tags(ELEMENTS.iter().map(|(name, _)| *name).collect())
        .clean_content_tags(DROPPED_WHOLE.into())
        .generic_attributes(FOR_ALL.into())
        .tag_attributes(attributes)
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .link_rel(None)
        .strip_comments(true);
    cleaner
});

/// `html` with nothing but what is allowed, every element closed.
pub fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}
