//! What the public tree must be told.

use serde::Serialize;
use url::Url;

use crate::post::Author;
use crate::words::Lang;

/// Facts about the publication that pages and feeds show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSettings {
    /// Where the public tree is served; ends in `/`.
    pub url: Url,
    pub title: String,
    pub description: String,
    pub lang: Lang,
    /// Whoever a post names when it names nobody.
    pub author: Author,
    /// Rights statement for feeds and footers.
    pub rights: Option<String>,
    /// Posts on one index page.
    pub posts_per_page: usize,
    /// Where readers ask for the mail: a web page, or `mailto:`.
    pub subscribe_url: Option<Url>,
    pub feeds: FeedSettings,
}

/// What feeds hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// Items in a feed; 0 is all.
    pub items: usize,
    pub content: FeedContent,
    /// In any order; a format written twice counts once.
    pub formats: Vec<FeedFormat>,
}

impl FeedSettings {
    /// The formats to write, each once, the one readers handle best first.
    pub fn formats(&self) -> impl Iterator<Item = FeedFormat> + '_ {
        [FeedFormat::Atom, FeedFormat::Rss, FeedFormat::Json]
            .into_iter()
            .filter(|format| self.formats.contains(format))
    }
}

/// How much of a post a feed carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
