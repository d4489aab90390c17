//! What the public tree must be told.

use url::Url;

use crate::post::Author;
use crate::site::FeedSettings;
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
    /// Whether posts of three headings or more have a table of contents, where they do not say otherwise.
    pub toc: bool,
    /// Whether there is a page that searches the publication.
    pub search: bool,
    /// Where readers ask for the mail: a web page, or `mailto:`.
    pub subscribe_url: Option<Url>,
    pub feeds: FeedSettings,
}
