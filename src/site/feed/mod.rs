//! Feeds: the whole publication, each language, tag and author, in up to three formats.
//!
//! In: [`Posts`], a [`Press`]. Out: [`Blank`]s to be filled, named `atom.xml`, `rss.xml`,
//! `feed.json`, and [`FeedLink`]s by which pages tell of them.
//!
//! A [`Catalogue`] says which feeds there are and in which forms they carry a post. Each post is cut into
//! [`Pieces`] once, wherever its page is made; a feed is a frame with the pieces of its posts in it. Frames
//! and pieces are checked by a strict parser, each once, so that a feed of ten thousand essays costs little
//! more than writing its octets.
//!
//! Follows RFC 4287 (Atom), RSS 2.0 and the RSS Profile, JSON Feed 1.1, Media RSS. No time of building and
//! no version of the program is in any feed, so equal posts give equal octets. Items carry their stored id
//! and nothing made from a URL. RFC 5005 §4 (archives). CSS for browsers, no XSLT, which they drop. RSS feeds of posts with
//! recordings follow Apple's and Podcasting 2.0's namespaces. Leaves out: `sy:`, which says how often a feed changes, and
//! `source`, which credits the feed of somebody else: an item here is cut once for all feeds that carry it, and all are ours.

mod archive;
mod atom;
mod catalogue;
mod error;
mod frame;
mod history;
mod item;
mod json;
mod look;
mod media;
mod memory;
mod namespaces;
mod piece;
mod podcast;
mod rss;
mod scope;
mod settings;
mod splice;

use serde::Serialize;
use url::Url;

pub use catalogue::{Catalogue, Edition, Sheet};
pub use error::{FeedError, Oversize};
pub use look::style_sheet;
pub use memory::Memory;
pub use piece::{Form, Forms, Piece, Pieces};
pub use scope::{Feed, Scope, feeds};
pub use settings::{ExtraFeed, FeedContent, FeedFormat, FeedSettings, PodcastSettings, PostFilter, is_meant};
pub use splice::{Blank, Opened};

pub(super) use frame::picture_url;

use self::frame::Frame;
use crate::post::Posts;
use crate::site::{SiteSettings, Urls};

/// What made the feeds, without its version: an upgrade is no news to readers.
const GENERATOR: &str = "Postrider";

/// What feeds are made with.
#[derive(Clone, Copy)]
pub struct Press<'a> {
    /// Where translations of a post are found.
    pub posts: &'a Posts,
    pub settings: &'a SiteSettings,
    pub urls: &'a Urls,
}

/// `sheet` without its items, in each of its formats.
///
/// # Errors
///
/// If, by a fault of the program, a frame is not well-formed.
pub fn blanks<'a>(sheet: Sheet<'a>, press: &Press<'a>) -> Result<Vec<Blank<'a>>, FeedError> {
    let frame = Frame::new(sheet, press);
    sheet.edition.formats.iter().map(|format| Blank::new(&frame, *format)).collect()
}

/// Some when the feed at `path`, of `octets`, deserves a word. What is read once, an archive, may be long.
///
/// # Errors
///
/// If it is larger than the settings allow.
pub fn oversize(
    sheet: Sheet<'_>,
    path: &str,
    octets: usize,
    press: &Press<'_>,
) -> Result<Option<Oversize>, FeedError> {
    let oversize = Oversize::of(path, octets, press.settings.feeds.max_octets)?;
    Ok(oversize.filter(|_| !sheet.is_archive()))
}

/// How a page tells of a feed: `<link rel="alternate" type="…" title="…" href="…">`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedLink {
    pub format: FeedFormat,
    /// What people call the format.
    pub name: String,
    pub media_type: &'static str,
    /// Of the publication, what narrows it, and the format.
    pub title: String,
    pub url: Url,
}

/// The feeds of `scope`: Atom before RSS before JSON, as far as they are written.
pub fn links(scope: Scope<'_>, settings: &SiteSettings, urls: &Urls) -> Vec<FeedLink> {
    let link = |format: FeedFormat| FeedLink {
        format,
        name: format.to_string(),
        media_type: format.media_type(),
        title: format!("{} ({format})", scope.title(settings)),
        url: urls.file(&format!("{}{}", scope.folder(), format.file_name())),
    };
    settings.feeds.formats(scope).into_iter().map(link).collect()
}
