//! The feeds in a public tree, as a hub knows them: WebSub calls each a topic.

use std::fs;
use std::io;
use std::path::Path;

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use url::Url;

use crate::site::tree::manifest;
use crate::site::{FeedFormat, TreeError, Urls};

/// One feed as it was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Path in the public tree.
    pub path: String,
    /// Where it is published: its `rel="self"`.
    pub url: Url,
    pub octets: usize,
    /// SHA-256 of its octets in hexadecimal.
    pub digest: String,
}

impl Topic {
    fn new(path: &str, urls: &Urls, octets: &[u8]) -> Self {
        Self { path: path.to_owned(), url: urls.file(path), octets: octets.len(), digest: digest_of(octets) }
    }

    /// Whether `octets` are those of the feed.
    pub fn is_made_of(&self, octets: &[u8]) -> bool {
        self.octets == octets.len() && self.digest == digest_of(octets)
    }
}

fn digest_of(octets: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, octets).as_ref())
}

/// The feeds that the last build wrote below `out`, in order of path. Archive documents (RFC 5005) have names of their
/// own and are none of them: they do not change. None where nothing was built there.
///
/// # Errors
///
/// If the tree cannot be read.
pub fn topics(out: &Path, urls: &Urls) -> Result<Option<Vec<Topic>>, TreeError> {
    if !out.join(manifest::NAME).exists() {
        return Ok(None);
    }
    let names = [FeedFormat::Atom, FeedFormat::Rss, FeedFormat::Json].map(FeedFormat::file_name);
    let is_feed = |path: &&String| path.rsplit('/').next().is_some_and(|name| names.contains(&name));
    let mut topics = Vec::new();
    for path in manifest::read(out)?.iter().filter(is_feed) {
        let file = out.join(path);
        match fs::read(&file) {
            Ok(octets) => topics.push(Topic::new(path, urls, &octets)),
            // Between two builds, or removed by hand: nobody can read it either.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(TreeError::io(&file, "read")(error)),
        }
    }
    Ok(Some(topics))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Posts;
    use crate::site::{Artifact, Part, TreeWriter};

    #[test]
    fn feeds_that_may_change_are_topics_and_archive_documents_are_none() {
        let out = tempfile::tempdir().unwrap();
        let urls = Urls::new(&"https://example.org/letters/".parse().unwrap(), &Posts::default());
        assert_eq!(topics(out.path(), &urls).unwrap(), None);
        let tree = TreeWriter::open(out.path(), Part::Site).unwrap();
        for (path, text) in [
            ("index.html", "<p>"),
            ("atom.xml", "<feed><title>a</title></feed>"),
            ("archive/2026-1.atom.xml", "<feed/>"),
            ("sitemap.xml", "<urlset/>"),
            ("rss.xml", "<rss/>"),
            ("tags/余白/feed.json", "{}"),
        ] {
            tree.put(&Artifact::new(path, text.as_bytes().to_vec())).unwrap();
        }
        tree.finish().unwrap();
        let found = topics(out.path(), &urls).unwrap().unwrap();
        let found: Vec<_> = found.iter().map(|topic| topic.url.as_str()).collect();
        assert_eq!(
            found,
            [
                "https://example.org/letters/atom.xml",
                "https://example.org/letters/rss.xml",
                "https://example.org/letters/tags/%E4%BD%99%E7%99%BD/feed.json"
            ]
        );
    }

    #[test]
    fn a_topic_is_known_by_its_octets() {
        let urls = Urls::new(&"https://example.org/".parse().unwrap(), &Posts::default());
        let topic = Topic::new("atom.xml", &urls, b"<feed/>");
        assert!(topic.is_made_of(b"<feed/>"));
        assert!(!topic.is_made_of(b"<feed />") && !topic.is_made_of(b""));
    }
}
