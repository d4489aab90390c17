//! What a built tree holds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use crate::post::{Author, Body, Format, MarkupSettings, Post, Posts, Tag};
use crate::site::{
    Artifact, FeedContent, FeedFormat, FeedSettings, SiteError, SiteSettings, Source, build, glance,
};
use crate::template::Templates;

mod cards;
mod company;
mod lists;

fn author(slug: &str, name: &str) -> Author {
    Author { slug: slug.parse().unwrap(), name: name.to_owned(), url: None }
}

fn tag(name: &str) -> Tag {
    Tag { slug: name.parse().unwrap(), name: name.to_owned() }
}

fn settings() -> SiteSettings {
    SiteSettings {
        url: "https://example.org/letters/".parse().unwrap(),
        title: "The Evening Post".to_owned(),
        description: "Letters & more".to_owned(),
        lang: "en".parse().unwrap(),
        author: author("ada", "Ada"),
        rights: Some("© Ada".to_owned()),
        posts_per_page: 2,
        toc: true,
        search: true,
        subscribe_url: None,
        feeds: FeedSettings {
            items: 20,
            content: FeedContent::Full,
            formats: vec![FeedFormat::Json, FeedFormat::Atom, FeedFormat::Rss],
            ..FeedSettings::default()
        },
    }
}

fn post(slug: &str, published: &str, title: &str, text: &str) -> Post {
    Post {
        id: format!("tag:example.org,2026:{published}").replace(['[', ']'], "-").parse().unwrap(),
        is_id_stored: true,
        slug: slug.parse().unwrap(),
        title: title.to_owned(),
        published: published.parse().unwrap(),
        updated: None,
        lang: "en".parse().unwrap(),
        authors: vec![author("ada", "Ada")],
        tags: vec![tag("maps")],
        given_summary: Some("In short.".to_owned()),
        image: None,
        enclosure: None,
        canonical_url: None,
        aliases: Vec::new(),
        series: None,
        toc: None,
        is_mailed: true,
        extra: serde_json::Map::new(),
        content_hash: String::new(),
        source: format!("{slug}.md").into(),
        body: Body::new(Format::Markdown, text, true),
        survey: std::sync::OnceLock::new(),
    }
}

fn three_posts() -> Posts {
    let mut snow = post("雪の記憶", "2026-03-03T09:00:00+09:00[Asia/Tokyo]", "雪の記憶", "本文です。");
    snow.lang = "ja".parse().unwrap();
    snow.authors = vec![author("mori", "森")];
    let mut maps =
        post("on-maps", "2026-02-02T09:00:00+00:00[UTC]", "On <maps> & {{ 1 + 1 }}", "{{ site }} *yes*");
    maps.aliases = vec!["/2019/maps/".to_owned()];
    let first = post("first", "2026-01-01T09:00:00+00:00[UTC]", "First", "![A map](images/map.png)");
    Posts { published: vec![snow, maps, first], assets: vec!["images/map.png".into()], ..Posts::default() }
}

/// What is built without anything kept, drawn or scaled.
fn source<'a>(
    posts: &'a Posts,
    settings: &'a SiteSettings,
    templates: &'a Templates,
    markup: &'a MarkupSettings,
) -> Source<'a> {
    Source {
        posts,
        settings,
        templates,
        markup,
        cache: None,
        pictures: None,
        cards: None,
        has_records: false,
        program: None,
    }
}

fn tree_in(
    posts: &Posts,
    settings: &SiteSettings,
    overrides: Option<&Path>,
) -> Result<BTreeMap<String, String>, SiteError> {
    let templates = Templates::load(overrides).unwrap();
    let markup = MarkupSettings::default();
    let found = Mutex::new(BTreeMap::new());
    let emit = |artifact: Artifact| {
        let text = String::from_utf8(artifact.bytes.to_vec()).unwrap();
        assert!(
            found.lock().unwrap().insert(artifact.path.clone(), text).is_none(),
            "{} twice",
            artifact.path
        );
        Ok(())
    };
    build(&source(posts, settings, &templates, &markup), &emit)?;
    Ok(found.into_inner().unwrap())
}

fn tree(posts: &Posts) -> BTreeMap<String, String> {
    tree_in(posts, &settings(), None).unwrap()
}

#[test]
fn a_publication_becomes_pages_lists_feeds_and_what_machines_ask_for() {
    let tree = tree(&three_posts());
    let is_named_by_octets = |path: &&str| path.contains("assets/") || path.starts_with("search/terms/");
    let paths: Vec<&str> = tree.keys().map(String::as_str).filter(|path| !is_named_by_octets(path)).collect();
    let scopes = ["", "authors/ada/", "authors/mori/", "languages/en/", "languages/ja/", "tags/maps/"];
    let mut want: Vec<String> = scopes
        .iter()
        .flat_map(|scope| {
            ["atom.xml", "rss.xml", "feed.json", "index.html"].map(|file| format!("{scope}{file}"))
        })
        .collect();
    want.extend(
        [
            "2019/maps/index.html",
            "404.html",
            "authors/index.html",
            "feeds.opml",
            "first/index.html",
            "languages/index.html",
            "on-maps/index.html",
            "page/2/index.html",
            "robots.txt",
            "search/index.html",
            "search/index.txt",
            "search/posts/0.json",
            "sitemap.xml",
            "subscribe/index.html",
            "tags/index.html",
            "tags/maps/page/2/index.html",
            "雪の記憶/index.html",
        ]
        .map(str::to_owned),
    );
    want.sort();
    assert_eq!(paths, want);
}

#[test]
fn two_builds_give_the_same_octets() {
    let posts = three_posts();
    assert_eq!(tree(&posts), tree(&posts));
}

#[test]
fn a_glance_shows_pages_as_a_build_makes_them() {
    let (posts, settings, markup) = (three_posts(), settings(), MarkupSettings::default());
    let templates = Templates::load(None).unwrap();
    let source = source(&posts, &settings, &templates, &markup);
    let paths = ["first/index.html", "index.html", "nowhere/index.html"].map(str::to_owned);
    let seen = Mutex::new(BTreeMap::new());
    let emit = |artifact: Artifact| {
        let text = String::from_utf8(artifact.bytes.to_vec()).unwrap();
        seen.lock().unwrap().insert(artifact.path, text);
        Ok(())
    };
    glance(&source, &paths.into(), &emit).unwrap();
    let (seen, built) = (seen.into_inner().unwrap(), tree(&posts));
    let pages: Vec<&str> = seen.keys().map(String::as_str).filter(|path| path.ends_with(".html")).collect();
    assert_eq!(pages, ["first/index.html"], "a post that somebody looks at, and no list");
    assert!(seen.keys().any(|path| path.ends_with(".css")));
    seen.iter().for_each(|(path, text)| assert_eq!(text, &built[path], "{path}"));
}

#[test]
fn text_of_an_author_is_never_markup_and_never_a_template() {
    let page = &tree(&three_posts())["on-maps/index.html"];
    assert!(page.contains("On &lt;maps&gt; &amp; {{ 1 + 1 }}"), "{page}");
    assert!(page.contains("<p>{{ site }} <em>yes</em></p>"), "{page}");
}

#[test]
fn a_page_speaks_the_language_of_its_post() {
    let tree = tree(&three_posts());
    let page = &tree["雪の記憶/index.html"];
    for want in [
        "<html lang=\"ja\" dir=\"ltr\">",
        "<article lang=\"ja\"",
        "2026年3月3日",
        "1分で読めます",
        "本文へ移動",
    ] {
        assert!(page.contains(want), "no {want} in {page}");
    }
    let index = &tree["index.html"];
    assert!(
        index.contains("<html lang=\"en\"") && index.contains("lang=\"ja\" dir=\"ltr\"><a href="),
        "{index}"
    );
}

#[test]
fn links_are_absolute_and_ascii_and_the_style_sheet_is_beside_the_page() {
    let tree = tree(&three_posts());
    let style = tree.keys().find(|path| path.starts_with("assets/style.")).unwrap();
    for (path, page) in tree.iter().filter(|(path, _)| path.ends_with(".html")) {
        for href in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let is_own = href.starts_with('#') || href.ends_with(style);
            assert!(is_own || href.starts_with("https://example.org/letters/"), "{path}: {href}");
            assert!(href.is_ascii(), "{path}: {href}");
        }
        let up = "../".repeat(path.matches('/').count());
        let sheet = if path == "404.html" { "https://example.org/letters/" } else { &up };
        let has_style = page.contains(&format!("<link rel=\"stylesheet\" href=\"{sheet}{style}\">"));
        assert!(has_style || path == "2019/maps/index.html", "{path}");
        let has_script = page.replace("<script type=\"application/ld+json\">", "").contains("<script");
        assert!(has_script == (path == "search/index.html") && !page.contains("src=\"http://"), "{path}");
    }
}

#[test]
fn a_template_of_the_publication_is_used_and_its_style_comes_last() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("post.html"), "{{ post.title }} by {{ site.author }}").unwrap();
    std::fs::write(folder.path().join("custom.css"), "body { color: teal }").unwrap();
    let tree = tree_in(&three_posts(), &settings(), Some(folder.path())).unwrap();
    assert_eq!(tree["first/index.html"], "First by Ada");
    let (_, css) = tree.iter().find(|(path, _)| path.starts_with("assets/style.")).unwrap();
    assert!(css.ends_with("body { color: teal }") && css.contains(".hl-keyword"));
}
