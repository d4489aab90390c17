//! A post to render, and where it is published.

use postrider::post::{Author, Body, Format, MarkupSettings, Post, Posts, Rendering};
use postrider::site::Urls;

/// An essay in `source`, published at `https://letters.example/essay/`.
pub fn post(source: &str, format: Format, lang: &str) -> Post {
    Post {
        id: "tag:letters.example,2026:essay".parse().unwrap(),
        is_id_stored: true,
        slug: "essay".parse().unwrap(),
        title: "An essay".to_owned(),
        published: "2026-03-01T09:00:00+00:00[UTC]".parse().unwrap(),
        updated: None,
        lang: lang.parse().unwrap(),
        authors: vec![Author { slug: "ada".parse().unwrap(), name: "Ada".to_owned(), url: None }],
        tags: Vec::new(),
        given_summary: Some(String::new()),
        image: None,
        enclosure: None,
        canonical_url: None,
        aliases: Vec::new(),
        series: None,
        toc: None,
        is_mailed: true,
        extra: serde_json::Map::new(),
        content_hash: String::new(),
        source: "essay.md".into(),
        body: Body::new(format, source.to_owned(), true),
        survey: std::sync::OnceLock::new(),
    }
}

/// Where the essay is published, alone.
pub fn urls() -> Urls {
    Urls::new(&"https://letters.example/".parse().unwrap(), &Posts::default())
}

/// The essay in Markdown in every flavour of HTML, by name.
pub fn flavours(source: &str) -> [(&'static str, String); 3] {
    let post = post(source, Format::Markdown, "en");
    let settings = MarkupSettings::default();
    let Rendering { web, portable } = post.render(&urls(), &settings);
    [("web", web), ("portable", portable), ("mail", post.render_mail(&urls(), &settings))]
}

/// The essay in Markdown as text.
pub fn text(source: &str, lang: &str) -> String {
    post(source, Format::Markdown, lang).render_text(&urls(), 72)
}
