//! What search engines are told: `sitemap.xml` and `robots.txt`.
//!
//! In: the pages, with the dates of their posts. Out: one sitemap, or for more pages than one may hold, an
//! index in its place and the sitemaps beside it.
//!
//! Follows the sitemap protocol 0.9 and RFC 9309. Leaves out: `changefreq` and `priority`, which nobody reads.

use std::borrow::Cow;
use std::io;

use jiff::Zoned;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use url::Url;

use crate::site::stamp::Stamp;
use crate::site::xml::{XmlError, checked, uri};
use crate::site::{Artifact, Seal, Sealer, Urls};

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitemapEntry<'a> {
    pub url: Url,
    /// When its post was last changed, or the newest of its posts; left out where the year has no four digits.
    pub lastmod: Option<&'a Zoned>,
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

/// The list of pages, or a part of it, before it is written.
pub struct Sitemap<'a> {
    pub path: String,
    entries: Cow<'a, [SitemapEntry<'a>]>,
    is_index: bool,
}

/// Lists `pages` in the order given.
pub fn sitemaps<'a>(pages: &'a [SitemapEntry<'a>], urls: &Urls) -> Vec<Sitemap<'a>> {
    if pages.len() <= MAX_PAGES {
        return vec![Sitemap { path: PATH.to_owned(), entries: pages.into(), is_index: false }];
    }
    let (mut sitemaps, mut parts) = (Vec::new(), Vec::new());
    for (number, pages) in (1..).zip(pages.chunks(MAX_PAGES)) {
        let path = format!("sitemap-{number}.xml");
        let lastmod = pages.iter().filter_map(|page| page.lastmod).max();
        parts.push(SitemapEntry { url: urls.file(&path), lastmod });
        sitemaps.push(Sitemap { path, entries: pages.into(), is_index: false });
    }
    sitemaps.push(Sitemap { path: PATH.to_owned(), entries: parts.into(), is_index: true });
    sitemaps
}

impl Sitemap<'_> {
    /// All that it is made from, besides the program.
    pub fn seal(&self, program: Seal) -> Seal {
        let sealer = Sealer::default().with(program).with([u8::from(self.is_index)]);
        let sealed = self.entries.iter().fold(sealer, |sealer, entry| {
            let when = entry.lastmod.map(|when| (when.timestamp().as_second(), when.offset().seconds()));
            let (second, offset) = when.unzip();
            let second = second.map(i64::to_le_bytes);
            let offset = offset.map(i32::to_le_bytes);
            sealer.with(entry.url.as_str()).with(second.as_slice().concat()).with(offset.as_slice().concat())
        });
        sealed.seal()
    }

    /// # Errors
    ///
    /// By a fault of the program only: if it is not well-formed.
    pub fn artifact(&self) -> Result<Artifact, XmlError> {
        let (root, element) = if self.is_index { ("sitemapindex", "sitemap") } else { ("urlset", "url") };
        match written(root, element, &self.entries) {
            Ok(bytes) => Ok(Artifact::new(&self.path, checked(&self.path, bytes)?)),
            Err(source) => Err(XmlError::Write { path: self.path.clone(), source }),
        }
    }
}

fn written(root: &str, element: &str, entries: &[SitemapEntry<'_>]) -> io::Result<Vec<u8>> {
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

fn write_page(writer: &mut Writer<Vec<u8>>, entry: &SitemapEntry<'_>) -> io::Result<()> {
    if let Some(url) = uri(entry.url.as_str()) {
        writer.create_element("loc").write_text_content(BytesText::new(&url))?;
    }
    if let Some(stamp) = entry.lastmod.and_then(Stamp::new) {
        writer.create_element("lastmod").write_text_content(BytesText::new(&stamp.to_rfc3339()))?;
    }
    Ok(())
}
