//! What search engines are told: `sitemap.xml` and `robots.txt`.
//!
//! In: the pages, with the dates of their posts. Out: one sitemap, or for more pages than one may hold, an
//! index in its place and the sitemaps beside it.
//!
//! Follows the sitemap protocol 0.9 and RFC 9309. Leaves out: `changefreq` and `priority`, which nobody reads.

use std::io;

use jiff::Zoned;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use url::Url;

use crate::site::stamp::Stamp;
use crate::site::xml::{XmlError, checked, uri};
use crate::site::{Artifact, Urls};

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitemapEntry {
    pub url: Url,
    /// When its post was last changed, or the newest of its posts; left out where the year has no four digits.
    pub lastmod: Option<Zoned>,
}

/// The path of the sitemap that `robots.txt` names.
pub const PATH: &str = "sitemap.xml";

/// Most pages one sitemap may hold.
const MAX_PAGES: usize = 50_000;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `robots.txt`: everything may be read, and here is the list.
pub fn robots(urls: &Urls) -> Artifact {
    let text = format!("User-agent: *\nAllow: /\n\nSitemap: {}\n", urls.file(PATH));
    Artifact::new("robots.txt", text.into_bytes())
}

/// Lists `pages` in the order given.
///
/// # Errors
///
/// By a fault of the program only: if a document is not well-formed.
pub fn artifacts(pages: &[SitemapEntry], urls: &Urls) -> Result<Vec<Artifact>, XmlError> {
    if pages.len() <= MAX_PAGES {
        return Ok(vec![document(PATH.to_owned(), "urlset", "url", pages)?]);
    }
    let mut artifacts = Vec::new();
    let mut parts = Vec::new();
    for (number, pages) in (1..).zip(pages.chunks(MAX_PAGES)) {
        let path = format!("sitemap-{number}.xml");
        let lastmod = pages.iter().filter_map(|page| page.lastmod.clone()).max();
        parts.push(SitemapEntry { url: urls.file(&path), lastmod });
        artifacts.push(document(path, "urlset", "url", pages)?);
    }
    artifacts.push(document(PATH.to_owned(), "sitemapindex", "sitemap", &parts)?);
    Ok(artifacts)
}

fn document(path: String, root: &str, element: &str, entries: &[SitemapEntry]) -> Result<Artifact, XmlError> {
    match written(root, element, entries) {
        Ok(bytes) => Ok(Artifact::new(&path, checked(&path, bytes)?)),
        Err(source) => Err(XmlError::Write { path, source }),
    }
}

fn written(root: &str, element: &str, entries: &[SitemapEntry]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new(root).with_attributes([("xmlns", NAMESPACE)])))?;
    for entry in entries {
        writer.create_element(element).write_inner_content(|page| write_page(page, entry))?;
    }
    writer.write_event(Event::End(BytesEnd::new(root)))?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_page(writer: &mut Writer<Vec<u8>>, entry: &SitemapEntry) -> io::Result<()> {
    if let Some(url) = uri(entry.url.as_str()) {
        writer.create_element("loc").write_text_content(BytesText::new(&url))?;
    }
    if let Some(stamp) = entry.lastmod.as_ref().and_then(Stamp::new) {
        writer.create_element("lastmod").write_text_content(BytesText::new(&stamp.to_rfc3339()))?;
    }
    Ok(())
}
