//! JSON Feed 1.1. Optional members are left out, never null; `authors` is a list.

use serde::Serialize;

use super::frame::Frame;
use super::item::{Item, Person};
use super::settings::{FeedContent, FeedFormat};

/// `frame` as a JSON feed without items.
pub(super) fn without_items(frame: &Frame<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(&JsonFeed::from(frame))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// `item` as it stands in the list of items.
pub(super) fn item(item: &Item<'_>, content: FeedContent) -> Result<Vec<u8>, serde_json::Error> {
    let written = serde_json::to_string_pretty(&JsonItem::new(item, content))?;
    // No text holds a line feed as it is, so every one of them is between members.
    Ok(format!("    {}", written.replace('\n', "\n    ")).into_bytes())
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    /// The feed's, in its archive too: it is what clients know the feed by.
    feed_url: String,
    /// Older items.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favicon: Option<&'a str>,
    language: &'a str,
    authors: Vec<JsonAuthor<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<JsonHub<'a>>,
    /// None yet.
    items: [(); 0],
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    url: &'a str,
    /// Where it was published first, if not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    /// An item needs content; without the essay that is its summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    authors: Vec<JsonAuthor<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<[JsonAttachment<'a>; 1]>,
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonHub<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct JsonAttachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    size_in_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

impl<'a> From<&'a Frame<'_>> for JsonFeed<'a> {
    fn from(frame: &'a Frame<'_>) -> Self {
        Self {
            version: "https://jsonfeed.org/version/1.1",
            title: &frame.title,
            home_page_url: &frame.page,
            feed_url: frame.current(FeedFormat::Json).unwrap_or_else(|| frame.url(FeedFormat::Json)),
            next_url: frame.previous(FeedFormat::Json),
            description: &frame.description,
            language: &frame.lang,
            authors: vec![JsonAuthor::from(&frame.author)],
            icon: frame.cover.as_deref(),
            favicon: frame.icon.as_deref(),
            hubs: frame.hubs.iter().map(|url| JsonHub { r#type: "WebSub", url }).collect(),
            items: [],
        }
    }
}

impl<'a> JsonItem<'a> {
    fn new(item: &'a Item<'_>, content: FeedContent) -> Self {
        let is_full = content == FeedContent::Full;
        Self {
            id: &item.id,
            url: &item.url,
            external_url: item.original.as_deref(),
            title: &item.title,
            content_html: is_full.then_some(&*item.html),
            content_text: (!is_full).then_some(&item.summary),
            summary: &item.summary,
            image: item.image.as_ref().map(|image| image.url.as_str()),
            date_published: item.published.to_rfc3339(),
            date_modified: item.updated.to_rfc3339(),
            authors: item.authors.iter().map(JsonAuthor::from).collect(),
            tags: &item.tags,
            language: &item.lang,
            attachments: item.enclosure.as_ref().map(|file| {
                [JsonAttachment {
                    url: &file.url,
                    mime_type: &file.media_type,
                    size_in_bytes: file.octets,
                    duration_in_seconds: file.duration_secs,
                }]
            }),
        }
    }
}

impl<'a> From<&'a Person> for JsonAuthor<'a> {
    fn from(person: &'a Person) -> Self {
        Self { name: &person.name, url: person.url.as_deref() }
    }
}
