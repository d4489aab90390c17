//! The publication's feeds as a list that feed readers import.
//!
//! In: a [`Catalogue`]. Out: `feeds.opml`, one outline a feed, its first format only: whoever imports the list
//! wants each feed once.
//!
//! Follows OPML 2.0, subscription lists. Its `type` is `rss` for every format, as readers expect.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::site::feed::{Catalogue, Edition, links};
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
pub fn artifact(
    catalogue: &Catalogue<'_>,
    settings: &SiteSettings,
    urls: &Urls,
) -> Result<Artifact, XmlError> {
    let bytes = written(catalogue, settings, urls)
        .map_err(|source| XmlError::Write { path: PATH.to_owned(), source })?;
    Ok(Artifact::new(PATH, checked(PATH, bytes)?))
}

fn written(catalogue: &Catalogue<'_>, settings: &SiteSettings, urls: &Urls) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new("opml").with_attributes([("version", "2.0")])))?;
    writer.create_element("head").write_inner_content(|head| write_head(head, catalogue, settings))?;
    writer.create_element("body").write_inner_content(|body| {
        let mut editions = catalogue.editions().iter();
        editions.try_for_each(|edition| write_outline(body, edition, settings, urls))
    })?;
    writer.write_event(Event::End(BytesEnd::new("opml")))?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_head(
    writer: &mut Writer<Vec<u8>>,
    catalogue: &Catalogue<'_>,
    settings: &SiteSettings,
) -> io::Result<()> {
    let mut write = |name: &str, text: &str| {
        writer.create_element(name).write_text_content(BytesText::new(&clean(text))).map(|_| ())
    };
    write("title", &settings.title)?;
    if let Some(modified) = newest_change(catalogue) {
        write("dateModified", &modified.to_rfc822())?;
    }
    write("ownerName", &settings.author.name)?;
    write("docs", "http://opml.org/spec2.opml")
}

fn newest_change(catalogue: &Catalogue<'_>) -> Option<Stamp> {
    let posts = catalogue.editions().iter().flat_map(|edition| &edition.posts);
    posts.map(|post| post.updated.as_ref().unwrap_or(&post.published)).max().and_then(Stamp::new)
}

fn write_outline(
    writer: &mut Writer<Vec<u8>>,
    edition: &Edition<'_>,
    settings: &SiteSettings,
    urls: &Urls,
) -> io::Result<()> {
    let scope = edition.scope;
    let Some(link) = links(scope, settings, urls).into_iter().next() else { return Ok(()) };
    let title = scope.title(settings);
    let title = clean(&title);
    writer
        .create_element("outline")
        .with_attributes([
            ("type", "rss"),
            ("text", &*title),
            ("title", &*title),
            ("xmlUrl", link.url.as_str()),
            ("htmlUrl", &scope.page(urls)),
            ("language", edition.lang(settings).as_str()),
        ])
        .write_empty()?;
    Ok(())
}
