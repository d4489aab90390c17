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
        let opened = self.opened();
        let mut all = vec![opened.head.clone()];
        for (at, piece) in pieces.into_iter().enumerate() {
            all.extend([opened.before(at), piece]);
        }
        all.push(if all.len() > 1 { opened.foot } else { opened.foot_of_none });
        Artifact { bytes: all.into_iter().collect(), path: self.path, seal: None }
    }

    /// What stands around the items.
    pub fn opened(&self) -> Opened {
        let slot = Slot::of(self.format);
        let at = self.frame.windows(slot.before.len()).rposition(|window| window == slot.before);
        let (head, foot) = self.frame.split_at(at.unwrap_or(self.frame.len()));
        Opened {
            head: Bytes::copy_from_slice(head),
            foot: [slot.tail, foot].concat().into(),
            foot_of_none: Bytes::copy_from_slice(foot),
            slot,
        }
    }
}

/// A feed as it stands around its items.
pub struct Opened {
    pub head: Bytes,
    /// Behind the last item.
    pub foot: Bytes,
    foot_of_none: Bytes,
    slot: Slot,
}

impl Opened {
    /// What stands before the item that is number `at`, from 0.
    pub fn before(&self, at: usize) -> Bytes {
        Bytes::from_static(if at == 0 { self.slot.lead } else { self.slot.between })
    }
}
