//! What a feed says, before it is said in a format: every text cleaned, every URL a URI, every date a stamp.

use std::borrow::Cow;
use std::sync::Arc;

use url::Url;

use super::error::FeedError;
use super::scope::Feed;
use super::{FeedFormat, Press};
use crate::post::{self, Author, Linker, Post};
use crate::site::FeedContent;
use crate::site::stamp::Stamp;
use crate::site::xml::{clean, uri};

/// A feed without a format.
pub(super) struct Document {
    /// A `tag:` URI that outlives changes of title and scheme.
    pub(super) id: String,
    pub(super) title: String,
    /// The title where there is no description.
    pub(super) description: String,
    /// URL of the page beside the feed; the feeds lie under it.
    pub(super) page: String,
    pub(super) lang: String,
    pub(super) rights: Option<String>,
    pub(super) author: Person,
    /// When the newest change was made to any item; none where there are no items.
    pub(super) updated: Option<Stamp>,
    pub(super) items: Vec<Item>,
}

/// A post as feeds tell it.
pub(super) struct Item {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) title: String,
    /// Plain text: the title where the post has no summary.
    pub(super) summary: String,
    /// The whole essay, where the feed carries it.
    pub(super) html: Option<Arc<str>>,
    pub(super) published: Stamp,
    /// When it was last changed; when it was published, if never.
    pub(super) updated: Stamp,
    pub(super) lang: String,
    pub(super) authors: Vec<Person>,
    pub(super) tags: Vec<String>,
    pub(super) image: Option<Picture>,
    pub(super) enclosure: Option<Enclosure>,
}

pub(super) struct Person {
    pub(super) name: String,
    pub(super) url: Option<String>,
}

pub(super) struct Picture {
    pub(super) url: String,
    pub(super) alt: Option<String>,
}

pub(super) struct Enclosure {
    pub(super) url: String,
    pub(super) octets: u64,
    pub(super) media_type: String,
}

impl Document {
    /// Takes as many posts of `feed` as the settings allow.
    pub(super) fn new(feed: &Feed<'_>, press: &Press<'_>) -> Result<Self, FeedError> {
        let settings = press.settings;
        let limit = if settings.feeds.items == 0 { usize::MAX } else { settings.feeds.items };
        let items = feed.posts.iter().take(limit).map(|post| Item::new(post, press));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        let page = feed.scope.page(press.urls);
        Ok(Self {
            id: feed_id(&page),
            title: text(&feed.scope.title(settings)),
            description: text(first_of(&settings.description, &settings.title)),
            lang: feed.scope.lang(settings).to_string(),
            rights: settings.rights.as_deref().map(text),
            author: Person::from(&feed.scope.author(settings)),
            updated: items.iter().map(|item| &item.updated).max().cloned(),
            page,
            items,
        })
    }

    /// Where this feed is published in `format`.
    pub(super) fn url(&self, format: FeedFormat) -> String {
        format!("{}{}", self.page, format.file_name())
    }
}

impl Item {
    fn new(post: &Post, press: &Press<'_>) -> Result<Self, FeedError> {
        let stamp = |date| {
            let year = || FeedError::Year { post: post.source.clone(), date: format!("{date}") };
            Stamp::new(date).ok_or_else(year)
        };
        let is_full = press.settings.feeds.content == FeedContent::Full;
        Ok(Self {
            id: post.id.to_string(),
            url: press.urls.permalink(post).into(),
            title: text(&post.title),
            summary: text(first_of(&post.summary, &post.title)),
            html: is_full.then(|| cleaned((press.portable)(post))),
            published: stamp(&post.published)?,
            updated: stamp(post.updated.as_ref().unwrap_or(&post.published))?,
            lang: post.lang.to_string(),
            authors: post.authors.iter().map(Person::from).collect(),
            tags: post.tags.iter().map(|tag| text(&tag.name)).collect(),
            image: post.image.as_ref().and_then(|image| Picture::new(post, image, press)),
            enclosure: post.enclosure.as_ref().and_then(|file| Enclosure::new(post, file, press)),
        })
    }
}

impl From<&Author> for Person {
    fn from(author: &Author) -> Self {
        let url = author.url.as_ref().and_then(|url| uri(url.as_str()));
        Self { name: text(&author.name), url }
    }
}

impl Picture {
    fn new(post: &Post, image: &post::Image, press: &Press<'_>) -> Option<Self> {
        let url = uri(&press.urls.resolve(post, &image.src))?;
        let alt = text(&image.alt);
        Some(Self { url, alt: (!alt.is_empty()).then_some(alt) })
    }
}

impl Enclosure {
    fn new(post: &Post, file: &post::Enclosure, press: &Press<'_>) -> Option<Self> {
        let url = uri(&press.urls.resolve(post, &file.url))?;
        Some(Self { url, octets: file.octets, media_type: text(&file.media_type) })
    }
}

/// `text`, or `other` where there is none: feeds want something in both places.
fn first_of<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.trim().is_empty() { other } else { text }
}

fn text(text: &str) -> String {
    clean(text).into_owned()
}

fn cleaned(html: Arc<str>) -> Arc<str> {
    match clean(&html) {
        Cow::Borrowed(_) => html,
        Cow::Owned(cleaned) => cleaned.into(),
    }
}

/// The id of the feed whose page is at `page`: `tag:HOST,2026:PATH` (RFC 4151).
///
/// It is made of where the page is, without scheme and port, so that a new title or a move to https
/// leaves it alone. The year is the same for every publication: it says which rule made the id.
fn feed_id(page: &str) -> String {
    let Ok(url) = Url::parse(page) else { return page.to_owned() };
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
