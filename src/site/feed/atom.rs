//! Atom (RFC 4287), with Media RSS for pictures.

use std::collections::BTreeMap;

use atom_syndication as atom;
use atom_syndication::extension::Extension;
use atom_syndication::{Category, Content, Entry, Generator, Link, Text, TextType, WriteConfig};
use quick_xml::escape::escape;

use super::document::{Document, Item, Person};
use super::{FeedFormat, GENERATOR, media};
use crate::site::stamp::Stamp;

/// The crate's own names no encoding.
const PROLOG: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// `document` as Atom.
pub(super) fn written(document: &Document) -> Result<Vec<u8>, atom::Error> {
    let config = WriteConfig { write_document_declaration: false, indent_size: Some(2) };
    let mut bytes = feed(document).write_with_config(PROLOG.to_vec(), config)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn feed(document: &Document) -> atom::Feed {
    let lang = Some(document.lang.clone());
    atom::Feed {
        title: plain(&document.title, None),
        id: document.id.clone(),
        updated: document.updated.clone().unwrap_or_else(Stamp::epoch).to_chrono(),
        authors: vec![person(&document.author)],
        generator: Some(Generator { value: GENERATOR.into(), uri: None, version: None }),
        links: vec![
            link("self", &document.url(FeedFormat::Atom), FeedFormat::Atom.media_type()),
            Link { hreflang: lang.clone(), ..link("alternate", &document.page, "text/html") },
        ],
        rights: document.rights.as_ref().map(|rights| plain(rights, None)),
        subtitle: Some(plain(&document.description, None)),
        entries: document.items.iter().map(entry).collect(),
        namespaces: BTreeMap::from([("media".into(), media::NAMESPACE.into())]),
        lang,
        ..atom::Feed::default()
    }
}

fn entry(item: &Item) -> Entry {
    Entry {
        title: plain(&item.title, Some(&item.lang)),
        id: item.id.clone(),
        updated: item.updated.to_chrono(),
        // Some readers take authors from here only, not from the feed.
        authors: item.authors.iter().map(person).collect(),
        categories: item.tags.iter().map(|tag| category(tag)).collect(),
        links: links(item),
        published: Some(item.published.to_chrono()),
        summary: Some(plain(&item.summary, Some(&item.lang))),
        content: item.html.as_deref().map(|html| Content {
            lang: Some(item.lang.clone()),
            value: Some(html.to_owned()),
            content_type: Some("html".into()),
            ..Content::default()
        }),
        extensions: item.image.as_ref().map(media::elements).unwrap_or_default(),
        ..Entry::default()
    }
}

fn links(item: &Item) -> Vec<Link> {
    let page = Link { hreflang: Some(item.lang.clone()), ..link("alternate", &item.url, "text/html") };
    let enclosure = item.enclosure.as_ref().map(|file| Link {
        length: Some(file.octets.to_string()),
        ..link("enclosure", &file.url, &file.media_type)
    });
    std::iter::once(page).chain(enclosure).collect()
}

fn link(rel: &str, href: &str, media_type: &str) -> Link {
    Link { href: href.into(), rel: rel.into(), mime_type: Some(media_type.into()), ..Link::default() }
}

/// Text that is no HTML. An entry cannot say its language, so its texts do.
fn plain(value: &str, lang: Option<&str>) -> Text {
    Text { value: value.into(), lang: lang.map(str::to_owned), base: None, r#type: TextType::Text }
}

fn person(person: &Person) -> atom::Person {
    atom::Person { name: person.name.clone(), uri: person.url.clone(), ..atom::Person::default() }
}

fn category(tag: &str) -> Category {
    Category { term: tag.into(), scheme: None, label: None }
}

impl media::Element for Extension {
    /// The crate writes attributes of extensions as they are, so they are escaped here.
    fn new(
        name: &str,
        attributes: BTreeMap<String, String>,
        value: &str,
        child: Option<(&str, Self)>,
    ) -> Self {
        let escaped = attributes.into_iter().map(|(name, value)| (name, escape(&value).into_owned()));
        let children = child.map(|(name, child)| (name.to_owned(), vec![child])).into_iter().collect();
        Self { name: name.to_owned(), value: Some(value.to_owned()), attrs: escaped.collect(), children }
    }
}
