//! Why a feed was not written, and what is said of one that is too large.

use std::error::Error;
use std::path::PathBuf;

use thiserror::Error;

use crate::post::Fault;
use crate::site::xml::XmlError;
use crate::site::{Artifact, FeedFormat};

/// Why a feed was not written.
#[derive(Debug, Error)]
pub enum FeedError {
    #[error("{}: `{date}` cannot stand in a feed: expected a year from 0 to 9999", post.display())]
    Year { post: PathBuf, date: String },
    #[error("{path}: not written as {format}")]
    Write { path: String, format: FeedFormat, source: Box<dyn Error + Send + Sync> },
    #[error(transparent)]
    Xml(#[from] XmlError),
}

/// A feed larger than some of its readers take. It is written all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oversize {
    /// Path in the public tree.
    pub path: String,
    pub octets: usize,
}

impl Oversize {
    /// From here on every poll of every reader is dear, and some services stop reading.
    pub const HEAVY_OCTETS: usize = 512 * 1024;

    /// From here on most services refuse the feed, as the W3C validator does.
    pub const REFUSED_OCTETS: usize = 5_000_000;

    /// Some when `feed` is larger than [`HEAVY_OCTETS`](Self::HEAVY_OCTETS).
    pub(super) fn of(feed: &Artifact) -> Option<Self> {
        let octets = feed.bytes.len();
        (octets > Self::HEAVY_OCTETS).then(|| Self { path: feed.path.clone(), octets })
    }

    /// Whether it is an error, not only a warning.
    pub fn is_refused(&self) -> bool {
        self.octets > Self::REFUSED_OCTETS
    }

    /// As a finding: what is wrong and what to change.
    pub fn to_fault(&self) -> Fault {
        let (limit, who) = if self.is_refused() {
            (Self::REFUSED_OCTETS, "most services refuse more")
        } else {
            (Self::HEAVY_OCTETS, "some services stop reading there")
        };
        let what = format!("expected at most {limit} octets, found {}: {who}", self.octets);
        let help = "set `feeds.items` lower (0 is all), or `feeds.content` to `summary`".to_owned();
        Fault { file: PathBuf::from(&self.path), line: 0, what, help: Some(help) }
    }
}
