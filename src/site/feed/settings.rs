//! Which feeds there are and what they hold, as the publisher wishes.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::scope::Scope;
use crate::post::{Post, Slug};
use crate::words::Lang;

/// What feeds hold. A format written twice counts once, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// Items in a feed; 0 is all.
    pub items: usize,
    pub content: FeedContent,
    pub formats: Vec<FeedFormat>,
    /// Formats of the feeds of each tag; none for those of the whole.
    pub tags: Option<Vec<FeedFormat>>,
    pub authors: Option<Vec<FeedFormat>>,
    pub languages: Option<Vec<FeedFormat>>,
    /// Whether the feed of the whole publication has archive documents (RFC 5005).
    pub archive: bool,
    /// The largest feed that is written.
    pub max_octets: usize,
    /// Hubs that are told of changes (WebSub).
    pub hubs: BTreeSet<Url>,
    /// A small square picture: an address, or a path in the public tree.
    pub icon: Option<String>,
    /// A picture twice as wide as high, likewise.
    pub logo: Option<String>,
    pub podcast: PodcastSettings,
    pub extra: Vec<ExtraFeed>,
}

/// What podcast players are told of feeds with recordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodcastSettings {
    /// Whoever answers for the feed where it names nobody.
    pub author: Option<String>,
    pub owner_email: Option<String>,
    /// Category, then subcategory.
    pub category: Option<Vec<String>>,
    /// A large square picture: an address, or a path in the public tree. The icon where there is none.
    pub image: Option<String>,
    pub is_explicit: bool,
    /// Whether it is to be heard in order.
    pub is_serial: bool,
    /// Whether other platforms may not import it.
    pub is_locked: bool,
    /// A UUID it had before.
    pub guid: Option<String>,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            items: 20,
            content: FeedContent::Full,
            formats: vec![FeedFormat::Atom, FeedFormat::Rss, FeedFormat::Json],
            tags: None,
            authors: None,
            languages: None,
            archive: true,
            max_octets: 5_000_000,
            hubs: BTreeSet::new(),
            icon: None,
            logo: None,
            podcast: PodcastSettings::default(),
            extra: Vec::new(),
        }
    }
}

impl FeedSettings {
    /// The formats to write of `scope`, each once, the one readers handle best first.
    pub fn formats(&self, scope: Scope<'_>) -> Vec<FeedFormat> {
        let own = match scope {
            Scope::Whole => None,
            Scope::Language(_) => self.languages.as_ref(),
            Scope::Tag(_) => self.tags.as_ref(),
            Scope::Author(_) => self.authors.as_ref(),
            Scope::Extra(extra) => Some(&extra.formats),
        };
        let wanted = own.unwrap_or(&self.formats);
        FeedFormat::ALL.into_iter().filter(|format| wanted.contains(format)).collect()
    }
}

/// A feed of the posts that pass a filter, at `feeds/<name>/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraFeed {
    pub name: Slug,
    pub title: Option<String>,
    pub filter: PostFilter,
    /// Items in the feed; 0 is all.
    pub items: usize,
    pub content: FeedContent,
    pub formats: Vec<FeedFormat>,
    /// Whether it has archive documents (RFC 5005).
    pub archive: bool,
}

impl ExtraFeed {
    /// The name no extra feed has: archive documents of the whole publication stand there.
    pub const RESERVED: &str = "archive";
}

/// Which posts an extra feed carries: those that pass every part that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostFilter {
    /// At least one of these, by name or slug.
    pub tags: Vec<String>,
    /// None of these, by name or slug.
    pub without_tags: Vec<String>,
    /// At least one of these, by name or slug.
    pub authors: Vec<String>,
    /// This language, or one that is more exactly told.
    pub lang: Option<Lang>,
}

impl PostFilter {
    /// Whether `post` passes.
    pub fn passes(&self, post: &Post) -> bool {
        let has_tag =
            |wanted: &String| post.tags.iter().any(|tag| is_meant(wanted, &tag.name, tag.slug.as_str()));
        let is_by = |wanted: &String| {
            post.authors.iter().any(|author| is_meant(wanted, &author.name, author.slug.as_str()))
        };
        (self.tags.is_empty() || self.tags.iter().any(has_tag))
            && !self.without_tags.iter().any(has_tag)
            && (self.authors.is_empty() || self.authors.iter().any(is_by))
            && self.lang.as_ref().is_none_or(|lang| includes(lang, &post.lang))
    }
}

/// Whether a filter that says `wanted` means the tag or author of this `name` and `slug`.
pub fn is_meant(wanted: &str, name: &str, slug: &str) -> bool {
    if wanted.is_ascii() && name.is_ascii() {
        return wanted == slug || wanted.eq_ignore_ascii_case(name);
    }
    let folded = |text: &str| text.nfc().collect::<String>().to_lowercase();
    wanted == slug || folded(wanted) == folded(name)
}

/// Whether `lang` is `wide` or a narrower form of it: `zh` includes `zh-Hant`.
fn includes(wide: &Lang, lang: &Lang) -> bool {
    lang.as_str().strip_prefix(wide.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// How much of a post a feed carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FeedContent {
    Full,
    Summary,
}

/// The formats a feed is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedFormat {
    Atom,
    Rss,
    Json,
}

impl FeedFormat {
    /// The one readers handle best first.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// Name of the file in a feed's folder: the one that readers try when a page has no link.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Atom => "atom.xml",
            Self::Rss => "rss.xml",
            Self::Json => "feed.json",
        }
    }

    /// What the names of archive documents end in.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Atom => "atom.xml",
            Self::Rss => "rss.xml",
            Self::Json => "json",
        }
    }

    /// The type to serve it with and to name in links.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }
}

impl fmt::Display for FeedFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Atom => "Atom",
            Self::Rss => "RSS",
            Self::Json => "JSON",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    #[test]
    fn a_name_is_meant_in_any_case_and_however_it_is_composed() {
        for (wanted, name, slug, is) in [
            ("Maps", "maps", "maps", true),
            ("map-making", "Map making", "map-making", true),
            ("Cafe\u{301}", "café", "cafe", true),
            ("ÉTÉ", "été", "ete", true),
            ("雪", "雪国", "雪国", false),
            ("map", "maps", "maps", false),
        ] {
            assert_eq!(is_meant(wanted, name, slug), is, "{wanted} for {name}");
        }
    }
}
