//! The tables of `config.toml` that say which feeds there are and what they hold.

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::file::{parsed, web_addresses};
use crate::site::{FeedContent, FeedFormat, FeedSettings};
use crate::words::Lang;

/// The feeds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Feeds {
    /// Posts in a feed; 0 is all. Default 20.
    pub items: usize,
    /// `full` text or `summary` only. Default `full`.
    pub content: FeedText,
    /// Formats to write: `atom`, `rss`, `json`. Default all three.
    pub formats: Vec<FeedKind>,
    /// Formats of the feeds of each tag; `[]` for no such feeds. Default: as `formats`.
    pub tags: Option<Vec<FeedKind>>,
    /// Formats of the feeds of each author; `[]` for no such feeds. Default: as `formats`.
    pub authors: Option<Vec<FeedKind>>,
    /// Formats of the feeds of each language; `[]` for no such feeds. Default: as `formats`.
    pub languages: Option<Vec<FeedKind>>,
    /// Write archive documents (RFC 5005) beside the feed of the whole publication, through which a reader can fetch every
    /// post there is. Default true.
    pub archive: bool,
    /// A small square picture that stands for the publication: a path below `posts/` or an address. Default none.
    pub icon: Option<String>,
    /// A picture twice as wide as high: a path below `posts/` or an address. Default none.
    pub logo: Option<String>,
    /// Octets from which on a feed is an error, for most services refuse what is larger than the default. Default 5000000.
    #[schemars(range(min = 1))]
    pub max_octets: usize,
    /// WebSub hubs to tell when feeds have changed, such as `https://pubsubhubbub.appspot.com/`. Default none.
    #[serde(deserialize_with = "web_addresses")]
    #[schemars(with = "Vec<String>")]
    pub hubs: Vec<Url>,
    /// Tell the hubs in `publish` too, right after the build. For public trees that are served from where they are built;
    /// elsewhere run `postrider ping` after the deploy. Default false.
    pub ping_on_publish: bool,
    /// Let hubs, and the feeds they are told of, be in private networks and on this machine too. Default false.
    pub private_hubs: bool,
}

impl Default for Feeds {
    fn default() -> Self {
        let FeedSettings { items, archive, max_octets, .. } = FeedSettings::default();
        Self {
            items,
            content: FeedText::Full,
            formats: vec![FeedKind::Atom, FeedKind::Rss, FeedKind::Json],
            tags: None,
            authors: None,
            languages: None,
            archive,
            icon: None,
            logo: None,
            max_octets,
            hubs: Vec::new(),
            ping_on_publish: false,
            private_hubs: false,
        }
    }
}

/// A feed of the posts that pass a filter, at `feeds/NAME/`. The name is of small letters, digits and hyphens. Where a
/// list is left out, every post passes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExtraFeedTable {
    /// What it is called. Default: the publication's title with the name of the feed.
    pub title: Option<String>,
    /// Posts with one of these tags.
    pub tags: Vec<String>,
    /// No posts with one of these tags.
    pub without_tags: Vec<String>,
    /// Posts by one of these authors.
    pub authors: Vec<String>,
    /// Posts in this language (BCP 47); `zh` takes `zh-Hans` and `zh-Hant` too.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub language: Option<Lang>,
    /// Posts in the feed; 0 is all. Default: as `feeds.items`.
    pub items: Option<usize>,
    /// `full` text or `summary` only. Default: as `feeds.content`.
    pub content: Option<FeedText>,
    /// Formats to write. Default: as `feeds.formats`.
    pub formats: Option<Vec<FeedKind>>,
    /// Write archive documents (RFC 5005) beside it. Default false.
    pub archive: bool,
}

/// How much of a post a feed carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FeedText {
    Full,
    Summary,
}

impl From<FeedText> for FeedContent {
    fn from(text: FeedText) -> Self {
        match text {
            FeedText::Full => Self::Full,
            FeedText::Summary => Self::Summary,
        }
    }
}

/// Formats of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FeedKind {
    Atom,
    Rss,
    Json,
}

impl From<FeedKind> for FeedFormat {
    fn from(kind: FeedKind) -> Self {
        match kind {
            FeedKind::Atom => Self::Atom,
            FeedKind::Rss => Self::Rss,
            FeedKind::Json => Self::Json,
        }
    }
}
