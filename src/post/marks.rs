//! What an essay leads to, told from its source without a parse. Says yes too often, never too seldom.

use serde::{Deserialize, Serialize};

use crate::post::Format;

/// What may stand in an essay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    pub shows_pictures: bool,
    /// A link may lead to another file or post.
    pub leans_on_others: bool,
    /// A post may be called by its name: `[[…]]`.
    pub calls_by_name: bool,
}

impl Marks {
    /// In plain text a mark is text.
    pub fn of(format: Format, source: &str) -> Self {
        if format == Format::Plain {
            return Self::default();
        }
        let pictures = ["![", "<img", "<IMG", "<source", "<video"];
        let calls_by_name = source.contains("[[");
        Self {
            shows_pictures: pictures.iter().any(|mark| source.contains(mark)),
            leans_on_others: calls_by_name || has_html(source) || has_path(source),
            calls_by_name,
        }
    }
}

fn has_html(source: &str) -> bool {
    let mut tags =
        source.split('<').skip(1).filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    tags.any(|rest| !is_absolute(rest))
}

/// Whether a link or a reference has a target other than an absolute URL or a place in the same essay.
fn has_path(source: &str) -> bool {
    let is_path = |rest: &str| {
        let target = rest.trim_start_matches([' ', '\t', '\n', '<']);
        !(is_absolute(target) || target.starts_with('#'))
    };
    let is_note = |label: &str| label.rsplit('[').next().is_some_and(|label| label.starts_with('^'));
    source.match_indices(']').any(|(at, _)| match source.as_bytes().get(at + 1) {
        Some(b':') => !is_note(&source[..at]) && is_path(&source[at + 2..]),
        Some(b'(') => is_path(&source[at + 2..]),
        _ => false,
    })
}

fn is_absolute(target: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_essay_leans_on_others_where_a_link_may_lead_to_them() {
        let marks = |source| Marks::of(Format::Markdown, source);
        for (source, leans) in [
            ("Plain words, 1 < 2.", false),
            ("See [this](https://example.org/) and [that](#below) and <https://example.org/>.", false),
            ("See [this](<other.md>).", true),
            ("See [this](other.md).", true),
            ("See [[on-maps]].", true),
            ("See [this][one].\n\n[one]: other.md", true),
            ("A note.[^1]\n\n[^1]: It stands here.", false),
            ("See <a href=\"other.md\">this</a>.", true),
        ] {
            assert_eq!(marks(source).leans_on_others, leans, "given {source}");
        }
        assert!(marks("![a map](map.png)").shows_pictures);
        assert!(!marks("a [map](map.png)!").shows_pictures);
        assert!(marks("See [[on-maps]].").calls_by_name);
        assert_eq!(Marks::of(Format::Plain, "See [[on-maps]] ![a](b.png)"), Marks::default());
    }
}
