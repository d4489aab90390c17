//! The namespaces that every feed declares, used or not: a piece fits into each frame.

use std::collections::BTreeMap;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";
const HISTORY: &str = "http://purl.org/syndication/history/1.0";
const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";
const MEDIA: &str = "http://search.yahoo.com/mrss/";
const PODCAST: &str = "https://podcastindex.org/namespace/1.0";

/// Those of an Atom feed, besides its own.
pub(super) fn of_atom() -> BTreeMap<String, String> {
    declared(&[("fh", HISTORY), ("media", MEDIA)])
}

/// Those of an RSS feed.
pub(super) fn of_rss() -> BTreeMap<String, String> {
    declared(&[
        ("atom", ATOM),
        ("content", CONTENT),
        ("dc", DUBLIN_CORE),
        ("fh", HISTORY),
        ("itunes", ITUNES),
        ("media", MEDIA),
        ("podcast", PODCAST),
    ])
}

fn declared(namespaces: &[(&str, &str)]) -> BTreeMap<String, String> {
    namespaces.iter().map(|(prefix, uri)| ((*prefix).to_owned(), (*uri).to_owned())).collect()
}
