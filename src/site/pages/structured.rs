//! What search engines are told of a post: schema.org in JSON-LD.
//!
//! Follows schema.org `BlogPosting` and JSON-LD 1.1 §9.1 (what may stand in a script element).

use serde_json::{Map, Value, json};
use url::Url;

use crate::site::SiteSettings;
use crate::site::pages::context::{AuthorFacts, ImageFacts, PostFacts};

/// `post` as a `BlogPosting`, published first at `canonical` if not here; without anything that would end a script element.
pub(super) fn blog_posting(post: &PostFacts, canonical: Option<&Url>, settings: &SiteSettings) -> String {
    let url = canonical.unwrap_or(&post.url);
    let person = |author: &AuthorFacts| {
        let url = author.website.as_ref().unwrap_or(&author.url);
        json!({ "@type": "Person", "name": author.name, "url": url })
    };
    let authors: Vec<Value> = post.authors.iter().map(person).collect();
    let mut posting = Map::new();
    let mut say = |name: &str, value: Value| posting.insert(name.to_owned(), value);
    say("@context", "https://schema.org".into());
    say("@type", "BlogPosting".into());
    say("@id", url.as_str().into());
    say("mainEntityOfPage", url.as_str().into());
    say("url", url.as_str().into());
    say("headline", post.title.as_str().into());
    if !post.summary.is_empty() {
        say("description", post.summary.as_str().into());
    }
    say("datePublished", post.published.as_str().into());
    say("dateModified", post.updated.as_ref().unwrap_or(&post.published).as_str().into());
    say("inLanguage", post.lang.as_str().into());
    say("author", authors.into());
    say("publisher", json!({ "@type": "Organization", "name": settings.title, "url": settings.url }));
    say("isPartOf", json!({ "@type": "Blog", "name": settings.title, "url": settings.url }));
    if let Some(image) = &post.image {
        say("image", picture(image));
    }
    if !post.tags.is_empty() {
        say("keywords", post.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().into());
    }
    say("wordCount", post.word_count.into());
    say("timeRequired", format!("PT{}M", post.reading_minutes).into());
    in_script(&Value::Object(posting))
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
