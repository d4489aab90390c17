//! Frames and pieces become whole feeds, which share their pieces and are never held in one.

use bytes::Bytes;

use super::catalogue::Sheet;
use super::error::FeedError;
use super::frame::Frame;
use super::piece::{Form, Piece};
use super::settings::FeedFormat;
use super::{atom, json, rss};
use crate::site::{Artifact, xml};

/// Where the items go in a feed without any, and what stands around them.
struct Slot {
    /// Items go before the last of these.
    before: &'static [u8],
    lead: &'static [u8],
    between: &'static [u8],
    tail: &'static [u8],
}

impl Slot {
    fn of(format: FeedFormat) -> Self {
        let plain = |before| Self { before, lead: b"", between: b"", tail: b"" };
        match format {
            FeedFormat::Atom => plain(b"</feed>"),
            FeedFormat::Rss => plain(b"  </channel>"),
            FeedFormat::Json => Self { before: b"]", lead: b"\n", between: b",\n", tail: b"\n  " },
        }
    }
}

/// A feed without its items.
pub struct Blank<'a> {
    pub sheet: Sheet<'a>,
    pub format: FeedFormat,
    /// In the public tree.
    pub path: String,
    frame: Vec<u8>,
}

impl<'a> Blank<'a> {
    pub(super) fn new(frame: &Frame<'a>, format: FeedFormat) -> Result<Self, FeedError> {
        let path = frame.sheet.path(format);
        let written = match format {
            FeedFormat::Atom => atom::without_items(frame).map_err(Box::from),
            FeedFormat::Rss => rss::without_items(frame).map_err(Box::from),
            FeedFormat::Json => json::without_items(frame).map_err(Box::from),
        };
        let written = match written {
            Ok(written) => written,
            Err(source) => return Err(FeedError::Write { path, format, source }),
        };
        let frame_octets = match format {
            FeedFormat::Atom | FeedFormat::Rss => xml::checked(&path, written)?,
            FeedFormat::Json => written,
        };
        Ok(Self { sheet: frame.sheet, format, path, frame: frame_octets })
    }

    /// What the items of this feed are written as.
    pub fn form(&self) -> Form {
        Form { format: self.format, content: self.sheet.edition.content }
    }

    /// All it says but its items.
    pub fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// The feed, with `pieces` as its items.
    pub fn filled(self, pieces: impl IntoIterator<Item = Piece>) -> Artifact {
        let octets = filled(Bytes::from(self.frame), &Slot::of(self.format), pieces);
        Artifact { bytes: octets.into_iter().collect(), path: self.path, seal: None }
    }
}

fn filled(frame: Bytes, slot: &Slot, pieces: impl IntoIterator<Item = Piece>) -> Vec<Bytes> {
    let at = frame.windows(slot.before.len()).rposition(|window| window == slot.before);
    let (head, foot) = (frame.slice(..at.unwrap_or(frame.len())), frame.slice(at.unwrap_or(frame.len())..));
    let mut all = vec![head];
    for piece in pieces {
        all.push(Bytes::from_static(if all.len() == 1 { slot.lead } else { slot.between }));
        all.push(piece);
    }
    if all.len() > 1 {
        all.push(Bytes::from_static(slot.tail));
    }
    all.push(foot);
    all
}
