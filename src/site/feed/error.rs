//! Why a feed was not written, and what is said of one that is large.

use std::error::Error;
use std::path::PathBuf;

use thiserror::Error;

use super::settings::{FeedFormat, FeedSettings};
use crate::post::Fault;
use crate::site::xml::XmlError;

/// Why a feed was not written.
#[derive(Debug, Error)]
pub enum FeedError {
    #[error("{}: `{date}` cannot stand in a feed: expected a year from 0 to 9999", post.display())]
    Year { post: PathBuf, date: String },
    #[error("{}: expected at most {max_octets} octets, found {}: most services refuse more", size.path, size.octets)]
    TooLarge { size: Oversize, max_octets: usize },
    #[error("{path}: not written as {format}")]
    Write { path: String, format: FeedFormat, source: Box<dyn Error + Send + Sync> },
    #[error(transparent)]
    Xml(#[from] XmlError),
}

impl FeedError {
    /// What to do about it, where the publisher can do something.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge { .. } => Some(
                "set `items` of this feed lower (0 is all), or `content` to `summary`; \
                 or raise `feeds.max_octets`, knowing that few readers will take it",
            ),
            _ => None,
        }
    }
}

/// A feed larger than some of its readers take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oversize {
    /// Path in the public tree.
    pub path: String,
    pub octets: usize,
}

impl Oversize {
    /// From here on every poll of every reader is dear, and some services stop reading.
    pub const HEAVY_OCTETS: usize = 512 * 1024;

    /// Some when the feed at `path`, of `octets`, deserves a word. A publisher who raised the bound knows.
    ///
    /// # Errors
    ///
    /// If it is larger than `max_octets`.
    pub(super) fn of(path: &str, octets: usize, max_octets: usize) -> Result<Option<Self>, FeedError> {
        let size = Self { path: path.to_owned(), octets };
        if octets > max_octets {
            return Err(FeedError::TooLarge { size, max_octets });
        }
        let is_known = max_octets > FeedSettings::default().max_octets;
        Ok((octets > Self::HEAVY_OCTETS && !is_known).then_some(size))
    }

    /// As a finding: what is wrong and what to change.
    pub fn to_fault(&self) -> Fault {
        let (limit, octets) = (Self::HEAVY_OCTETS, self.octets);
        let what =
            format!("expected at most {limit} octets, found {octets}: some services stop reading there");
        let help = "set `items` of this feed lower (0 is all), or `content` to `summary`".to_owned();
        Fault { file: PathBuf::from(&self.path), line: 0, what, help: Some(help) }
    }
}
