//! The publication's feeds as a list that feed readers import.
//!
//! In: [`Posts`]. Out: `feeds.opml`, one outline a feed, its first format only: whoever imports the list
//! wants each feed once.
//!
//! Follows OPML 2.0, subscription lists. Its `type` is `rss` for every format, as readers expect.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::post::{Post, Posts};
use crate::site::feed::{Feed, feeds, links};
use crate::site::stamp::Stamp;
use crate::site::xml::{XmlError, checked, clean};
use crate::site::{Artifact, SiteSettings, Urls};

/// The file's path in the public tree.
pub const PATH: &str = "feeds.opml";

/// Lists every feed; the whole publication's comes first.
///
/// # Errors
///
/// By a fault of the program only: if the document is not well-formed.
pub fn artifact(posts: &Posts, settings: &SiteSettings, urls: &Urls) -> Result<Artifact, XmlError> {
    let bytes =
        written(posts, settings, urls).map_err(|source| XmlError::Write { path: PATH.to_owned(), source })?;
    Ok(Artifact::new(PATH, checked(PATH, bytes)?))
}

fn written(posts: &Posts, settings: &SiteSettings, urls: &Urls) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new("opml").with_attributes([("version", "2.0")])))?;
    writer.create_element("head").write_inner_content(|head| write_head(head, posts, settings))?;
    writer.create_element("body").write_inner_content(|body| {
        feeds(posts).iter().try_for_each(|feed| write_outline(body, feed, settings, urls))
    })?;
    writer.write_event(Event::End(BytesEnd::new("opml")))?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_head(writer: &mut Writer<Vec<u8>>, posts: &Posts, settings: &SiteSettings) -> io::Result<()> {
    let mut write = |name: &str, text: &str| {
        writer.create_element(name).write_text_content(BytesText::new(&clean(text))).map(|_| ())
    };
    write("title", &settings.title)?;
    if let Some(modified) = newest_change(&posts.published) {
        write("dateModified", &modified.to_rfc822())?;
    }
    write("ownerName", &settings.author.name)?;
    write("docs", "http://opml.org/spec2.opml")
}

fn newest_change(posts: &[Post]) -> Option<Stamp> {
    let changed = |post: &Post| Stamp::new(post.updated.as_ref().unwrap_or(&post.published));
    posts.iter().filter_map(changed).max()
}

fn write_outline(
    writer: &mut Writer<Vec<u8>>,
    feed: &Feed<'_>,
    settings: &SiteSettings,
    urls: &Urls,
) -> io::Result<()> {
    let Some(link) = links(feed.scope, settings, urls).into_iter().next() else { return Ok(()) };
    let title = feed.scope.title(settings);
    let title = clean(&title);
    writer
        .create_element("outline")
        .with_attributes([
            ("type", "rss"),
            ("text", &*title),
            ("title", &*title),
            ("xmlUrl", link.url.as_str()),
            ("htmlUrl", &feed.scope.page(urls)),
            ("language", feed.scope.lang(settings).as_str()),
        ])
        .write_empty()?;
    Ok(())
}
