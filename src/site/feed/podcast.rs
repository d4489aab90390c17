//! What podcast players look for: Apple's elements (`itunes:`) and those of Podcasting 2.0 (`podcast:`), in RSS only,
//! for that is all they read.

use std::collections::BTreeMap;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use rss::extension::Extension;
use rss::extension::itunes::{ITunesCategory, ITunesChannelExtension, ITunesItemExtension, ITunesOwner};

use super::frame::Frame;
use super::item::{Enclosure, Item};
use super::media::Element;
use super::settings::{FeedFormat, PodcastSettings};

/// Elements of an RSS feed by prefix and name.
type Elements = BTreeMap<String, BTreeMap<String, Vec<Extension>>>;

/// What Apple wants to know of a podcast.
pub(super) fn channel(frame: &Frame<'_>) -> Option<ITunesChannelExtension> {
    let PodcastSettings { author, owner_email, category, is_explicit, is_serial, .. } = frame.podcast()?;
    let author = author.clone().unwrap_or_else(|| frame.author.name.clone());
    Some(ITunesChannelExtension {
        owner: owner_email
            .as_ref()
            .map(|email| ITunesOwner { name: Some(author.clone()), email: Some(email.clone()) }),
        author: Some(author),
        categories: category.iter().map(|category| category_of(category)).collect(),
        image: frame.cover.clone(),
        explicit: Some(is_explicit.to_string()),
        r#type: Some(if *is_serial { "serial" } else { "episodic" }.to_owned()),
        ..ITunesChannelExtension::default()
    })
}

fn category_of(category: &[String]) -> ITunesCategory {
    let (text, below) = category.split_first().map_or(("", &[][..]), |(text, below)| (text, below));
    let subcategory = (!below.is_empty()).then(|| Box::new(category_of(below)));
    ITunesCategory { text: text.to_owned(), subcategory }
}

/// What Podcasting 2.0 wants to know of a podcast.
pub(super) fn channel_elements(frame: &Frame<'_>) -> Elements {
    let Some(podcast) = frame.podcast() else { return Elements::new() };
    let itself = || frame.current(FeedFormat::Rss).unwrap_or_else(|| frame.url(FeedFormat::Rss));
    let guid = podcast.guid.clone().filter(|_| frame.is_whole()).unwrap_or_else(|| guid(&itself()));
    let locked = if podcast.is_locked { "yes" } else { "no" };
    elements([
        ("guid", element("podcast:guid", [], &guid)),
        ("locked", element("podcast:locked", [], locked)),
        ("medium", element("podcast:medium", [], "podcast")),
    ])
}

/// What Apple wants to know of an episode.
pub(super) fn item(item: &Item<'_>) -> Option<ITunesItemExtension> {
    let recording = item.recording()?;
    Some(ITunesItemExtension {
        author: Some(item.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>().join(", ")),
        duration: recording.duration_secs.map(|secs| secs.to_string()),
        explicit: recording.is_explicit.map(|is| is.to_string()),
        image: item.image.as_ref().map(|image| image.url.clone()),
        ..ITunesItemExtension::default()
    })
}

/// What Podcasting 2.0 wants to know of an episode.
pub(super) fn item_elements(item: &Item<'_>) -> Elements {
    let Some(Enclosure { transcript: Some((url, media_type)), .. }) = item.recording() else {
        return Elements::new();
    };
    let attributes = [("url", url.as_str()), ("type", media_type), ("language", &item.lang)];
    elements([("transcript", element("podcast:transcript", attributes, ""))])
}

fn element<const N: usize>(name: &str, attributes: [(&str, &str); N], value: &str) -> Extension {
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Extension::new(name, BTreeMap::from(attributes), value, None)
}

fn elements<const N: usize>(elements: [(&str, Extension); N]) -> Elements {
    let elements = elements.map(|(name, element)| (name.to_owned(), vec![element]));
    BTreeMap::from([("podcast".to_owned(), BTreeMap::from(elements))])
}

/// The namespace of the ids of podcasts, `ead4c236-bf58-58c6-a2c6-a6b28d128cb6`.
const NAMESPACE: [u8; 16] = 0xead4_c236_bf58_58c6_a2c6_a6b2_8d12_8cb6_u128.to_be_bytes();

/// The id of the podcast at `url`: a UUID of version 5 (RFC 9562 §5.5) of the address without scheme and last slashes.
fn guid(url: &str) -> String {
    let name = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    context.update(&NAMESPACE);
    context.update(name.as_bytes());
    let mut octets: [u8; 16] = context.finish().as_ref()[..16].try_into().expect("SHA-1 has 20 octets");
    octets[6] = octets[6] & 0x0f | 0x50;
    octets[8] = octets[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(octets);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        number >> 96,
        number >> 80 & 0xffff,
        number >> 64 & 0xffff,
        number >> 48 & 0xffff,
        number & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::guid;

    #[test]
    fn the_id_of_a_podcast_is_that_of_the_specification_s_own_example() {
        assert_eq!(guid("https://mp3s.nashownotes.com/pc20rss.xml"), "917393e3-1b1e-5cef-ace4-edaa54e1f810");
        assert_eq!(
            guid("http://mp3s.nashownotes.com/pc20rss.xml//"),
            guid("https://mp3s.nashownotes.com/pc20rss.xml")
        );
    }
}
