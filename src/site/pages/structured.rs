//! What search engines are told of a post: schema.org in JSON-LD.
//!
//! Follows schema.org `BlogPosting` and JSON-LD 1.1 §9.1 (what may stand in a script element).

use serde_json::{Map, Value, json};
use url::Url;

use crate::site::feed::picture_url;
use crate::site::pages::Press;
use crate::site::pages::context::{AuthorFacts, ImageFacts, PostFacts, VersionFacts};
use crate::site::{SiteSettings, Urls};

/// `post` as a `BlogPosting` with its page at `url`, shown as `image`; without anything that would end a script element.
pub(super) fn blog_posting(
    post: &PostFacts,
    url: &Url,
    image: Option<&ImageFacts>,
    versions: &[VersionFacts],
    press: &Press<'_>,
) -> String {
    let settings = press.settings;
    let person = |author: &AuthorFacts| {
        let url = author.website.as_ref().unwrap_or(&author.url);
        json!({ "@type": "Person", "name": author.name, "url": url })
    };
    let authors: Vec<Value> = post.authors.iter().map(person).collect();
    let mut posting = Map::new();
    let mut say = |name: &str, value: Value| posting.insert(name.to_owned(), value);
    say("@context", "https://schema.org".into());
    say("@type", "BlogPosting".into());
    say("@id", posting_id(url).into());
    say("mainEntityOfPage", json!({ "@type": "WebPage", "@id": url }));
    say("url", url.as_str().into());
    say("headline", post.title.as_str().into());
    if !post.summary.is_empty() {
        say("description", post.summary.as_str().into());
    }
    say("datePublished", post.published.as_str().into());
    say("dateModified", post.updated.as_ref().unwrap_or(&post.published).as_str().into());
    say("inLanguage", post.lang.as_str().into());
    say("author", authors.into());
    say("publisher", publisher(settings, press.urls));
    say("isPartOf", json!({ "@type": "Blog", "name": settings.title, "url": settings.url }));
    if let Some(image) = image {
        say("image", picture(image));
    }
    if let Some((name, value)) = translations(versions) {
        say(name, value);
    }
    if !post.tags.is_empty() {
        say("keywords", post.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().into());
    }
    say("wordCount", post.word_count.into());
    say("timeRequired", format!("PT{}M", post.reading_minutes).into());
    in_script(&Value::Object(posting))
}

/// What the post is called among the data of many pages: not as its page, which is another thing.
fn posting_id(url: &Url) -> String {
    format!("{}#content", url.as_str().split('#').next().unwrap_or_default())
}

fn publisher(settings: &SiteSettings, urls: &Urls) -> Value {
    let mut publisher = json!({ "@type": "Organization", "name": settings.title, "url": settings.url });
    let feeds = &settings.feeds;
    if let Some(logo) =
        feeds.logo.as_deref().or(feeds.icon.as_deref()).and_then(|path| picture_url(path, urls))
    {
        publisher["logo"] = json!({ "@type": "ImageObject", "url": logo });
    }
    publisher
}

/// The same essay in other languages, the original first in `versions`: all of them for the original, which each other names.
fn translations(versions: &[VersionFacts]) -> Option<(&'static str, Value)> {
    let posting = |version: &VersionFacts| {
        json!({
            "@type": "BlogPosting", "@id": posting_id(&version.url), "url": version.url,
            "headline": version.title, "inLanguage": version.lang,
        })
    };
    let (original, others) = versions.split_first()?;
    if original.is_this {
        Some(("workTranslation", others.iter().map(posting).collect()))
    } else {
        Some(("translationOfWork", posting(original)))
    }
}

fn picture(image: &ImageFacts) -> Value {
    let mut picture = json!({ "@type": "ImageObject", "url": image.url });
    if let Some((width, height)) = image.width.zip(image.height) {
        picture["width"] = width.into();
        picture["height"] = height.into();
    }
    if !image.alt.is_empty() {
        picture["caption"] = image.alt.as_str().into();
    }
    picture
}

/// `value` as JSON in which no letter means anything to HTML.
fn in_script(value: &Value) -> String {
    let text = value.to_string();
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_ends_the_script_it_stands_in() {
        let value = json!({ "headline": "</script><!-- & 雪 -->" });
        let text = in_script(&value);
        assert_eq!(text, r#"{"headline":"\u003c/script\u003e\u003c!-- \u0026 雪 --\u003e"}"#);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
