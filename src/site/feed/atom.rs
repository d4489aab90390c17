//! Atom (RFC 4287), with Media RSS for pictures.

use std::collections::BTreeMap;

use atom_syndication as atom;
use atom_syndication::extension::Extension;
use atom_syndication::{Category, Content, Entry, Generator, Link, Text, TextType, WriteConfig};
use quick_xml::escape::escape;

use super::frame::Frame;
use super::item::{Item, Person};
use super::settings::{FeedContent, FeedFormat};
use super::{GENERATOR, history, look, media, namespaces};
use crate::site::stamp::Stamp;

/// The crate's own names no encoding.
const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// `frame` as an Atom feed without entries.
pub(super) fn without_items(frame: &Frame<'_>) -> Result<Vec<u8>, atom::Error> {
    let prolog = format!("{PROLOG}{}", look::instruction(&frame.sheet.path(FeedFormat::Atom)));
    written(&feed(frame), prolog.into_bytes())
}

/// A feed that holds `item` and says nothing of itself.
pub(super) fn of_one(item: &Item<'_>, content: FeedContent) -> Result<Vec<u8>, atom::Error> {
    let room = Vec::with_capacity(item.html.len() / 2 * 3 + 4096);
    written(&atom::Feed { entries: vec![entry(item, content)], ..nothing() }, room)
}

fn written(feed: &atom::Feed, start: Vec<u8>) -> Result<Vec<u8>, atom::Error> {
    let config = WriteConfig { write_document_declaration: false, indent_size: Some(2) };
    let mut bytes = feed.write_with_config(start, config)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn nothing() -> atom::Feed {
    atom::Feed { namespaces: namespaces::of_atom(), ..atom::Feed::default() }
}

fn feed(frame: &Frame<'_>) -> atom::Feed {
    let lang = Some(frame.lang.clone());
    atom::Feed {
        title: plain(&frame.title, None),
        id: frame.id.clone(),
        updated: frame.updated.clone().unwrap_or_else(Stamp::epoch).to_chrono(),
        authors: vec![person(&frame.author)],
        generator: Some(Generator { value: GENERATOR.into(), uri: None, version: None }),
        links: links_of_feed(frame),
        icon: frame.icon.clone(),
        logo: frame.logo.clone(),
        rights: frame.rights.as_ref().map(|rights| plain(rights, None)),
        subtitle: Some(plain(&frame.description, None)),
        lang,
        extensions: history::elements(frame),
        ..nothing()
    }
}

fn links_of_feed(frame: &Frame<'_>) -> Vec<Link> {
    let itself = |rel, url: &str| link(rel, url, FeedFormat::Atom.media_type());
    let page = Link { hreflang: Some(frame.lang.clone()), ..link("alternate", &frame.page, "text/html") };
    let hubs = frame.hubs.iter().map(|hub| Link { mime_type: None, ..link("hub", hub, "") });
    let history = history::links(frame, FeedFormat::Atom).map(|(rel, url)| itself(rel, &url));
    let links = [itself("self", &frame.url(FeedFormat::Atom)), page];
    links.into_iter().chain(hubs).chain(history).collect()
}

fn entry(item: &Item<'_>, content: FeedContent) -> Entry {
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
        content: (content == FeedContent::Full).then(|| Content {
            lang: Some(item.lang.clone()),
            value: Some(item.html.clone().into_owned()),
            content_type: Some("html".into()),
            ..Content::default()
        }),
        extensions: item.image.as_ref().map(media::elements).unwrap_or_default(),
        ..Entry::default()
    }
}

fn links(item: &Item<'_>) -> Vec<Link> {
    let page = Link { hreflang: Some(item.lang.clone()), ..link("alternate", &item.url, "text/html") };
    let enclosure = item.enclosure.as_ref().map(|file| Link {
        length: Some(file.octets.to_string()),
        ..link("enclosure", &file.url, &file.media_type)
    });
    // Of several alternates feedparser and newsboat open the last, others the first: one only, and no
    // reader opens an essay in another language.
    let translation = |(lang, url): &(String, String)| Link {
        hreflang: Some(lang.clone()),
        ..link("related", url, "text/html")
    };
    let original = item.original.as_ref().map(|url| link("related", url, "text/html"));
    let translations = item.translations.iter().map(translation);
    std::iter::once(page).chain(translations).chain(original).chain(enclosure).collect()
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
