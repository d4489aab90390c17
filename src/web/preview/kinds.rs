//! What a file is, by its name.

use crate::site::FeedFormat;

/// Media types by the end of the name. Text is in UTF-8.
const KINDS: [(&str, &str); 32] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("xml", "application/xml; charset=utf-8"),
    ("opml", "text/x-opml; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("heic", "image/heic"),
    ("ico", "image/x-icon"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("flac", "audio/flac"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
    ("vtt", "text/vtt; charset=utf-8"),
    ("woff2", "font/woff2"),
    ("woff", "font/woff"),
    ("pdf", "application/pdf"),
    ("wasm", "application/wasm"),
];

/// The media type to serve the file at `path` with.
pub(super) fn media_type(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_of = |format: &FeedFormat| {
        // Archive documents are `2026-1.atom.xml`.
        let before = name.strip_suffix(format.file_name());
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let feed = [FeedFormat::Atom, FeedFormat::Rss, FeedFormat::Json].into_iter().find(is_of);
    match feed {
        Some(FeedFormat::Json) => FeedFormat::Json.media_type().to_owned(),
        Some(format) => format!("{}; charset=utf-8", format.media_type()),
        None => kind_of(name).unwrap_or("application/octet-stream").to_owned(),
    }
}

fn kind_of(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(end)).map(|(_, kind)| *kind)
}

/// Whether the file at `path` is a page.
pub(super) fn is_page(path: &str) -> bool {
    path.ends_with(".html")
}

/// Whether pages show the file at `path`: a page itself, a feed or a list for machines is seen by itself alone.
pub(super) fn is_part_of_pages(path: &str) -> bool {
    ![".html", ".xml", ".json", ".opml", ".txt"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_has_the_type_of_feeds_and_text_names_its_encoding() {
        for (path, want) in [
            ("atom.xml", "application/atom+xml; charset=utf-8"),
            ("tags/余白/rss.xml", "application/rss+xml; charset=utf-8"),
            ("archive/2026-1.rss.xml", "application/rss+xml; charset=utf-8"),
            ("myatom.xml", "application/xml; charset=utf-8"),
            ("feed.json", "application/feed+json"),
            ("sitemap.xml", "application/xml; charset=utf-8"),
            ("index.html", "text/html; charset=utf-8"),
            ("feeds.opml", "text/x-opml; charset=utf-8"),
            ("maps/map.PNG", "image/png"),
            ("talk.mp3", "audio/mpeg"),
            ("LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(media_type(path), want, "{path}");
        }
    }
}
