//! Feeds: the whole publication, each language, tag and author, in up to three formats.
//!
//! In: [`Posts`], a [`Press`]. Out: [`Artifact`]s named `atom.xml`, `rss.xml`, `feed.json`, each checked by a
//! strict parser, and [`FeedLink`]s by which pages tell of them.
//!
//! Follows RFC 4287 (Atom), RSS 2.0 and the RSS Profile, JSON Feed 1.1, Media RSS. No time of building and
//! no version of the program is in any feed, so equal posts give equal octets. Items carry their stored id
//! and nothing made from a URL. Leaves out: stylesheets, paging (RFC 5005), `sy:` and podcast elements.

mod atom;
mod document;
mod error;
mod json;
mod media;
mod rss;
mod scope;

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use url::Url;

pub use error::{FeedError, Oversize};
pub use scope::{Feed, Scope, feeds};

use self::document::Document;
use crate::post::{Post, Posts};
use crate::site::{Artifact, FeedFormat, SiteSettings, Urls, xml};

/// What made the feeds, without its version: an upgrade is no news to readers.
const GENERATOR: &str = "Postrider";

/// What feeds are made with.
pub struct Press<'a> {
    pub settings: &'a SiteSettings,
    pub urls: &'a Urls,
    /// The portable HTML of a post. Asked for only where a feed carries it, once for each feed.
    pub portable: &'a (dyn Fn(&Post) -> Arc<str> + Sync),
}

/// Hands every feed to `emit`, from several threads, in no certain order. What is too large is told
/// in the order of [`feeds`].
///
/// # Errors
///
/// If a date has no four-digit year, if `emit` fails, or, by a fault of the program, if a feed is not well-formed.
pub fn artifacts<E>(
    posts: &Posts,
    press: &Press<'_>,
    emit: impl Fn(Artifact) -> Result<(), E> + Sync,
) -> Result<Vec<Oversize>, E>
where
    E: From<FeedError> + Send,
{
    let oversizes = feeds(posts).into_par_iter().map(|feed| {
        let document = Document::new(&feed, press)?;
        let mut oversizes = Vec::new();
        for format in press.settings.feeds.formats() {
            let artifact = written(&document, feed.scope, format)?;
            oversizes.extend(Oversize::of(&artifact));
            emit(artifact)?;
        }
        Ok(oversizes)
    });
    let oversizes = oversizes.collect::<Result<Vec<_>, E>>()?;
    Ok(oversizes.into_iter().flatten().collect())
}

fn written(document: &Document, scope: Scope<'_>, format: FeedFormat) -> Result<Artifact, FeedError> {
    let path = format!("{}{}", scope.folder(), format.file_name());
    let bytes = match format {
        FeedFormat::Atom => atom::written(document).map_err(Box::from),
        FeedFormat::Rss => rss::written(document).map_err(Box::from),
        FeedFormat::Json => json::written(document).map_err(Box::from),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(source) => return Err(FeedError::Write { path, format, source }),
    };
    let artifact = Artifact { path, bytes };
    match format {
        FeedFormat::Atom | FeedFormat::Rss => Ok(xml::checked(artifact)?),
        FeedFormat::Json => Ok(artifact),
    }
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
    settings.feeds.formats().map(link).collect()
}

impl FeedFormat {
    /// Name of the file in a feed's folder: the one that readers try when a page has no link.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Atom => "atom.xml",
            Self::Rss => "rss.xml",
            Self::Json => "feed.json",
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
