//! RSS 2.0 and the RSS Profile, with `content:encoded`, Dublin Core and Media RSS.

use std::collections::BTreeMap;

use quick_xml::escape::partial_escape;
use rss::extension::Extension;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, Guid};

use super::document::{Document, Item};
use super::{FeedFormat, GENERATOR, media};
use crate::site::stamp::Stamp;

/// `document` as RSS.
pub(super) fn written(document: &Document) -> Result<Vec<u8>, rss::Error> {
    let mut bytes = channel(document).pretty_write_to(Vec::new(), b' ', 2)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn channel(document: &Document) -> Channel {
    let format = FeedFormat::Rss;
    let itself = Link {
        href: document.url(format),
        rel: "self".into(),
        mime_type: Some(format.media_type().into()),
        ..Link::default()
    };
    Channel {
        title: document.title.clone(),
        link: document.page.clone(),
        description: document.description.clone(),
        language: Some(document.lang.clone()),
        copyright: document.rights.clone(),
        last_build_date: document.updated.as_ref().map(Stamp::to_rfc822),
        generator: Some(GENERATOR.into()),
        docs: Some("https://www.rssboard.org/rss-specification".into()),
        items: document.items.iter().map(item).collect(),
        atom_ext: Some(AtomExtension { links: vec![itself] }),
        // The crate declares the prefixes it has types for, and no other.
        namespaces: BTreeMap::from([("media".into(), media::NAMESPACE.into())]),
        ..Channel::default()
    }
}

fn item(item: &Item) -> rss::Item {
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
        content: item.html.as_deref().map(str::to_owned),
        extensions: item.image.as_ref().map(media::elements).unwrap_or_default(),
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
