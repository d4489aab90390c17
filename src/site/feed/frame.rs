//! What a feed says of itself, around its items.

use url::Url;

use super::Press;
use super::catalogue::Sheet;
use super::item::{Person, first_of, text};
use super::scope::Scope;
use super::settings::{FeedFormat, PodcastSettings};
use crate::post::{Enclosure, Post};
use crate::site::Urls;
use crate::site::stamp::Stamp;
use crate::site::xml::uri;

/// A feed without items and without a format.
pub(super) struct Frame<'a> {
    /// A `tag:` URI that outlives changes of title and scheme; the same in the archive.
    pub(super) id: String,
    pub(super) title: String,
    /// The title where there is no description.
    pub(super) description: String,
    /// URL of the page beside the feed.
    pub(super) page: String,
    pub(super) lang: String,
    pub(super) rights: Option<String>,
    pub(super) author: Person,
    /// Hubs that know of changes (WebSub). An archive has none.
    pub(super) hubs: Vec<String>,
    /// URLs of pictures: small and square, wide, large and square.
    pub(super) icon: Option<String>,
    pub(super) logo: Option<String>,
    pub(super) cover: Option<String>,
    /// When the newest change was made to any item; none where there are no items.
    pub(super) updated: Option<Stamp>,
    pub(super) sheet: Sheet<'a>,
    /// What podcast players are told, if there is something to hear.
    podcast: Option<&'a PodcastSettings>,
    urls: &'a Urls,
}

impl<'a> Frame<'a> {
    pub(super) fn new(sheet: Sheet<'a>, press: &Press<'a>) -> Self {
        let settings = press.settings;
        let scope = sheet.edition.scope;
        let changed = sheet.posts().iter().map(|post| post.updated.as_ref().unwrap_or(&post.published));
        let feeds = &settings.feeds;
        let picture = |path: &Option<String>| path.as_ref().and_then(|path| picture_url(path, press.urls));
        let icon = picture(&feeds.icon);
        let hubs = settings.feeds.hubs.iter().filter(|_| !sheet.is_archive());
        Self {
            id: feed_id(press.urls.file(&scope.folder()).as_str()),
            title: text(&scope.title(settings)),
            description: text(first_of(&settings.description, &settings.title)),
            page: scope.page(press.urls),
            lang: sheet.edition.lang(settings).to_string(),
            rights: settings.rights.as_deref().map(text),
            author: Person::from(&scope.author(settings)),
            hubs: hubs.filter_map(|hub| uri(hub.as_str())).collect(),
            logo: picture(&feeds.logo),
            cover: picture(&feeds.podcast.image).or_else(|| icon.clone()),
            icon,
            updated: changed.max().and_then(Stamp::new),
            podcast: has_recordings(sheet.posts()).then_some(&feeds.podcast),
            sheet,
            urls: press.urls,
        }
    }

    /// Where this document is published in `format`.
    pub(super) fn url(&self, format: FeedFormat) -> String {
        self.url_of(self.sheet, format)
    }

    /// Where the feed is whose archive this is.
    pub(super) fn current(&self, format: FeedFormat) -> Option<String> {
        self.sheet.current().map(|sheet| self.url_of(sheet, format))
    }

    /// Where the archive goes on with older posts.
    pub(super) fn previous(&self, format: FeedFormat) -> Option<String> {
        self.sheet.previous().map(|sheet| self.url_of(sheet, format))
    }

    /// What podcast players are told, if there is something to hear.
    pub(super) fn podcast(&self) -> Option<&'a PodcastSettings> {
        self.podcast
    }

    /// Whether it is of the whole publication.
    pub(super) fn is_whole(&self) -> bool {
        self.sheet.edition.scope == Scope::Whole
    }

    fn url_of(&self, sheet: Sheet<'_>, format: FeedFormat) -> String {
        self.urls.file(&sheet.path(format)).into()
    }
}

fn has_recordings(posts: &[&Post]) -> bool {
    posts.iter().any(|post| post.enclosure.as_ref().is_some_and(Enclosure::is_recording))
}

/// Where the picture is that settings name by address or by path.
pub(in crate::site) fn picture_url(path: &str, urls: &Urls) -> Option<String> {
    match Url::parse(path) {
        Ok(url) => uri(url.as_str()),
        Err(_) => Some(urls.file(path.trim_start_matches('/')).into()),
    }
}

/// The id of the feed in the folder at `folder`: `tag:HOST,2026:PATH` (RFC 4151).
///
/// It is made of where the feed is, without scheme and port, so that a new title or a move to https
/// leaves it alone. The year is the same for every publication: it says which rule made the id.
fn feed_id(folder: &str) -> String {
    let Ok(url) = Url::parse(folder) else { return folder.to_owned() };
    let host = url.host_str().unwrap_or("localhost");
    let is_authority = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let authority: String = host.chars().map(|c| if is_authority(c) { c } else { '-' }).collect();
    format!("tag:{authority},2026:{}", url.path())
}

#[cfg(test)]
mod tests {
    use super::feed_id;

    #[test]
    fn a_feed_keeps_its_id_when_scheme_and_port_change() {
        for (page, want) in [
            ("https://example.org/", "tag:example.org,2026:/"),
            ("http://example.org/", "tag:example.org,2026:/"),
            (
                "http://localhost:8000/blog/tags/%E5%9C%B0%E5%9C%96/",
                "tag:localhost,2026:/blog/tags/%E5%9C%B0%E5%9C%96/",
            ),
            ("http://[::1]/", "tag:---1-,2026:/"),
        ] {
            assert_eq!(feed_id(page), want);
        }
    }
}
