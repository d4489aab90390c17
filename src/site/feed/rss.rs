//! RSS 2.0 and the RSS Profile, with `content:encoded`, Dublin Core and Media RSS.

use std::collections::BTreeMap;

use quick_xml::escape::partial_escape;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Image};

use super::frame::Frame;
use super::item::Item;
use super::settings::{FeedContent, FeedFormat};
use super::{GENERATOR, history, look, media, namespaces, podcast};
use crate::site::stamp::Stamp;

/// `frame` as an RSS feed without items.
pub(super) fn without_items(frame: &Frame<'_>) -> Result<Vec<u8>, rss::Error> {
    let mut bytes = written(&channel(frame), Vec::new())?;
    // The crate writes the declaration and knows of nothing else before the root.
    let root = bytes.windows(5).position(|window| window == b"<rss ").unwrap_or_default();
    let instruction = look::instruction(&frame.sheet.path(FeedFormat::Rss));
    bytes.splice(root..root, instruction.into_bytes());
    Ok(bytes)
}

/// A feed that holds `item` and says nothing of itself.
pub(super) fn of_one(item: &Item<'_>, content: FeedContent) -> Result<Vec<u8>, rss::Error> {
    let room = Vec::with_capacity(item.html.len() + 4096);
    written(&Channel { items: vec![as_rss(item, content)], ..nothing() }, room)
}

fn written(channel: &Channel, start: Vec<u8>) -> Result<Vec<u8>, rss::Error> {
    let mut bytes = channel.pretty_write_to(start, b' ', 2)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The crate declares the prefixes it has types for where they are used, and no other.
fn nothing() -> Channel {
    Channel { namespaces: namespaces::of_rss(), ..Channel::default() }
}

fn channel(frame: &Frame<'_>) -> Channel {
    Channel {
        title: frame.title.clone(),
        link: frame.page.clone(),
        description: frame.description.clone(),
        language: Some(frame.lang.clone()),
        copyright: frame.rights.clone(),
        last_build_date: frame.updated.as_ref().map(Stamp::to_rfc822),
        generator: Some(GENERATOR.into()),
        docs: Some("https://www.rssboard.org/rss-specification".into()),
        image: frame.logo.as_ref().map(|url| image(url, frame)),
        extensions: both(history::elements(frame), podcast::channel_elements(frame)),
        itunes_ext: podcast::channel(frame),
        atom_ext: Some(AtomExtension { links: links(frame) }),
        ..nothing()
    }
}

/// Elements of two sorts, each with a prefix of its own.
fn both(mut some: ExtensionMap, more: ExtensionMap) -> ExtensionMap {
    some.extend(more);
    some
}

fn image(url: &str, frame: &Frame<'_>) -> Image {
    Image { url: url.to_owned(), title: frame.title.clone(), link: frame.page.clone(), ..Image::default() }
}

fn links(frame: &Frame<'_>) -> Vec<Link> {
    let format = FeedFormat::Rss;
    let link = |rel: &str, href: String| Link { href, rel: rel.into(), ..Link::default() };
    let typed = |(rel, url)| Link { mime_type: Some(format.media_type().into()), ..link(rel, url) };
    let hubs = frame.hubs.iter().map(|hub| link("hub", hub.clone()));
    let history = history::links(frame, format).map(typed);
    std::iter::once(typed(("self", frame.url(format)))).chain(hubs).chain(history).collect()
}

fn as_rss(item: &Item<'_>, content: FeedContent) -> rss::Item {
    rss::Item {
        title: Some(item.title.clone()),
        link: Some(item.url.clone()),
        // An item's description is HTML, a summary is plain text.
        description: Some(partial_escape(&item.summary).into_owned()),
        categories: item.tags.iter().map(|name| Category { name: name.clone(), domain: None }).collect(),
        enclosure: item.enclosure.as_ref().map(|file| rss::Enclosure {
            url: file.url.clone(),
            length: file.octets.to_string(),
            mime_type: file.media_type.clone(),
        }),
        guid: Some(Guid { value: item.id.clone(), permalink: false }),
        pub_date: Some(item.published.to_rfc822()),
        content: (content == FeedContent::Full).then(|| item.html.clone().into_owned()),
        extensions: both(
            item.image.as_ref().map(media::elements).unwrap_or_default(),
            podcast::item_elements(item),
        ),
        itunes_ext: podcast::item(item),
        dublin_core_ext: Some(DublinCoreExtension {
            creators: item.authors.iter().map(|author| author.name.clone()).collect(),
            languages: vec![item.lang.clone()],
            ..DublinCoreExtension::default()
        }),
        ..rss::Item::default()
    }
}

impl media::Element for Extension {
    fn new(name: &str, attrs: BTreeMap<String, String>, value: &str, child: Option<(&str, Self)>) -> Self {
        let children = child.map(|(name, child)| (name.to_owned(), vec![child])).into_iter().collect();
        Self { name: name.to_owned(), value: Some(value.to_owned()), attrs, children }
    }
}
