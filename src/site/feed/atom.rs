//! Atom (RFC 4287), with Media RSS for pictures.

use std::collections::BTreeMap;

use atom_syndication as atom;
use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Entry, Generator, Link, Text, TextType, WriteConfig};
use quick_xml::escape::escape;

use super::document::{Document, Item, Person, Picture};
use super::{FeedFormat, GENERATOR, MEDIA_NAMESPACE};
use crate::site::stamp::Stamp;

/// The crate's own names no encoding.
const PROLOG: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// `document` as Atom.
pub(super) fn written(document: &Document) -> Result<Vec<u8>, atom::Error> {
    let config = WriteConfig { write_document_declaration: false, indent_size: Some(2) };
    feed(document).write_with_config(PROLOG.to_vec(), config)
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
        namespaces: BTreeMap::from([("media".into(), MEDIA_NAMESPACE.into())]),
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
        extensions: item.image.as_ref().map(media).unwrap_or_default(),
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

/// The crate writes attributes of extensions as they are, so the URL is escaped here.
fn media(picture: &Picture) -> ExtensionMap {
    let url = ("url".to_owned(), escape(&picture.url).into_owned());
    let description = picture.alt.as_ref().map(|alt| Extension {
        name: "media:description".into(),
        value: Some(alt.clone()),
        attrs: BTreeMap::from([("type".into(), "plain".into())]),
        ..Extension::default()
    });
    let content = Extension {
        name: "media:content".into(),
        attrs: BTreeMap::from([url.clone(), ("medium".into(), "image".into())]),
        children: description.into_iter().map(|it| ("description".into(), vec![it])).collect(),
        ..Extension::default()
    };
    let thumbnail =
        Extension { name: "media:thumbnail".into(), attrs: BTreeMap::from([url]), ..Extension::default() };
    let elements = BTreeMap::from([("content".into(), vec![content]), ("thumbnail".into(), vec![thumbnail])]);
    ExtensionMap::from([("media".into(), elements)])
}
