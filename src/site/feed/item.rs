//! What a feed says of a post, before it is said in a format: every text cleaned, every URL a URI, every
//! date a stamp.

use std::borrow::Cow;

use serde::Serialize;

use super::Press;
use super::error::FeedError;
use crate::post::{self, Author, Linker, Post};
use crate::site::stamp::Stamp;
use crate::site::xml::{clean, uri};

/// A post as feeds tell it.
#[derive(Serialize)]
pub(super) struct Item<'a> {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) title: String,
    /// Plain text: the title where the post has no summary.
    pub(super) summary: String,
    /// The whole essay.
    #[serde(skip)]
    pub(super) html: Cow<'a, str>,
    pub(super) published: Stamp,
    /// When it was last changed; when it was published, if never.
    pub(super) updated: Stamp,
    pub(super) lang: String,
    pub(super) authors: Vec<Person>,
    pub(super) tags: Vec<String>,
    /// The same essay in other languages: language and URL.
    pub(super) translations: Vec<(String, String)>,
    /// Where it was published first, if not here.
    pub(super) original: Option<String>,
    pub(super) image: Option<Picture>,
    pub(super) enclosure: Option<Enclosure>,
}

#[derive(Serialize)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Picture {
    pub(super) url: String,
    pub(super) alt: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Enclosure {
    pub(super) url: String,
    pub(super) octets: u64,
    pub(super) media_type: String,
    pub(super) duration_secs: Option<u64>,
    pub(super) is_explicit: Option<bool>,
    /// URL and media type.
    pub(super) transcript: Option<(String, String)>,
    is_recording: bool,
}

impl<'a> Item<'a> {
    /// `post`, whose portable HTML is `essay`.
    pub(super) fn new(post: &Post, essay: &'a str, press: &Press<'_>) -> Result<Self, FeedError> {
        let stamp = |date| {
            let year = || FeedError::Year { post: post.source.clone(), date: format!("{date}") };
            Stamp::new(date).ok_or_else(year)
        };
        Ok(Self {
            id: post.id.to_string(),
            url: press.urls.permalink(post).into(),
            title: text(&post.title),
            summary: text(first_of(post.summary(), &post.title)),
            html: clean(essay),
            published: stamp(&post.published)?,
            updated: stamp(post.updated.as_ref().unwrap_or(&post.published))?,
            lang: post.lang.to_string(),
            authors: post.authors.iter().map(Person::from).collect(),
            tags: post.tags.iter().map(|tag| text(&tag.name)).collect(),
            translations: translations(post, press),
            original: post.canonical_url.as_ref().and_then(|url| uri(url.as_str())),
            image: post.image.as_ref().and_then(|image| Picture::new(post, image, press)),
            enclosure: post.enclosure.as_ref().and_then(|file| Enclosure::new(post, file, press)),
        })
    }

    /// Its enclosure, if it is something to hear or to watch.
    pub(super) fn recording(&self) -> Option<&Enclosure> {
        self.enclosure.as_ref().filter(|file| file.is_recording)
    }
}

fn translations(post: &Post, press: &Press<'_>) -> Vec<(String, String)> {
    let versions = press.posts.versions(post).filter(|version| version.id != post.id);
    versions.map(|version| (version.lang.to_string(), press.urls.permalink(version).into())).collect()
}

impl From<&Author> for Person {
    fn from(author: &Author) -> Self {
        let url = author.url.as_ref().and_then(|url| uri(url.as_str()));
        Self { name: text(&author.name), url }
    }
}

impl Picture {
    fn new(post: &Post, image: &post::Image, press: &Press<'_>) -> Option<Self> {
        let sources = press.urls.sources(post, &image.src);
        let url = sources.map_or_else(|| press.urls.resolve(post, &image.src), |sources| sources.plain);
        let url = uri(&url)?;
        let alt = text(&image.alt);
        Some(Self { url, alt: (!alt.is_empty()).then_some(alt) })
    }
}

impl Enclosure {
    fn new(post: &Post, file: &post::Enclosure, press: &Press<'_>) -> Option<Self> {
        let url = uri(&press.urls.resolve(post, &file.url))?;
        let transcript = file.transcript.as_ref().and_then(|transcript| {
            Some((uri(&press.urls.resolve(post, &transcript.url))?, text(&transcript.media_type)))
        });
        Some(Self {
            url,
            octets: file.octets,
            media_type: text(&file.media_type),
            duration_secs: file.duration_secs,
            is_explicit: file.is_explicit,
            transcript,
            is_recording: file.is_recording(),
        })
    }
}

/// `text`, or `other` where there is none: feeds want something in both places.
pub(super) fn first_of<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.trim().is_empty() { other } else { text }
}

/// `text` as it may stand in a feed.
pub(super) fn text(text: &str) -> String {
    clean(text).into_owned()
}
