//! Links from a feed to its archive and back, and the mark of a document that does not change (RFC 5005 §4).

use std::collections::BTreeMap;

use super::frame::Frame;
use super::media::Element;
use super::settings::FeedFormat;

/// Relation and URL of each document that belongs to the one in `frame`.
pub(super) fn links(frame: &Frame<'_>, format: FeedFormat) -> impl Iterator<Item = (&'static str, String)> {
    let current = frame.current(format).map(|url| ("current", url));
    let previous = frame.previous(format).map(|url| ("prev-archive", url));
    current.into_iter().chain(previous)
}

/// `fh:archive`, where it is one.
pub(super) fn elements<E: Element>(frame: &Frame<'_>) -> BTreeMap<String, BTreeMap<String, Vec<E>>> {
    if !frame.sheet.is_archive() {
        return BTreeMap::new();
    }
    let archive = vec![E::new("fh:archive", BTreeMap::new(), "", None)];
    BTreeMap::from([("fh".to_owned(), BTreeMap::from([("archive".to_owned(), archive)]))])
}
