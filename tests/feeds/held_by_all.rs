//! What holds of every feed: which there are, what each carries, and that the same posts give the same octets.

use std::collections::BTreeSet;
use std::sync::Mutex;

use postrider::post::{Post, Posts};
use postrider::site::feed::{self, Catalogue, Form, Oversize, Press, Scope};
use postrider::site::sitemap::{self, SitemapEntry};
use postrider::site::{FeedContent, FeedFormat};
use serde_json::Value;

use crate::publication::{Publication, artifacts, author, piece, post, tag};

fn ids(feed: &str) -> Vec<String> {
    let feed: Value = serde_json::from_str(feed).unwrap();
    let items = feed["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_whole_each_language_tag_and_author_have_a_feed_in_every_format() {
    let files = Publication::plain().files();
    let folders: BTreeSet<_> = files.keys().map(|path| path.rsplit_once('/').map_or("", |it| it.0)).collect();
    let want = [
        "",
        "authors/ada",
        "authors/hanako",
        "languages/en",
        "languages/ja",
        "tags/maps",
        "tags/paper",
        "tags/紙",
    ];
    assert_eq!(folders.into_iter().collect::<Vec<_>>(), want);
    assert_eq!(files.len(), want.len() * 3);
    let (maps, paper, letters) = (
        "tag:example.org,2026-03-01:on-maps",
        "tag:example.org,2026-03-01:xxx",
        "tag:example.org,2026-03-01:letters",
    );
    for (path, want) in [
        ("feed.json", vec![maps, paper, letters]),
        ("tags/paper/feed.json", vec![maps, paper]),
        ("tags/紙/feed.json", vec![paper]),
        ("authors/ada/feed.json", vec![maps, paper, letters]),
        ("languages/ja/feed.json", vec![paper]),
    ] {
        assert_eq!(ids(&files[path]), want, "{path}");
    }
    assert!(files["tags/paper/atom.xml"].contains("<title>Notes &amp; Maps – paper</title>"), "newest name");
    assert!(files["tags/紙/rss.xml"].contains("https://example.org/notes/tags/%E7%B4%99/rss.xml"));
    assert!(files["languages/ja/rss.xml"].contains("<language>ja</language>"));
}

#[test]
fn a_publication_in_one_language_has_no_feed_of_it_beside_the_whole() {
    let files = Publication::of(vec![post("a", "A"), post("b", "B")]).files();
    assert!(files.keys().all(|path| !path.starts_with("languages/")));
}

#[test]
fn a_post_that_names_a_tag_twice_is_in_its_feed_once() {
    let mut twice = post("a", "A");
    twice.tags = vec![tag("maps", "Maps"), tag("maps", "maps")];
    assert_eq!(ids(&Publication::of(vec![twice]).file("tags/maps/feed.json")).len(), 1);
}

#[test]
fn a_feed_holds_the_newest_items_and_asks_for_no_other_essay() {
    let mut publication = Publication::plain();
    publication.settings.feeds.items = 2;
    publication.settings.feeds.archive = false;
    let asked = Mutex::new(BTreeSet::new());
    let urls = publication.urls();
    let settings = publication.settings.clone();
    let none = Posts::default();
    let press = Press { posts: &none, settings: &settings, urls: &urls };
    let supply = |post: &Post, form| {
        asked.lock().unwrap().insert(post.slug.to_string());
        piece(post, form, &press)
    };
    publication.posts.published.iter_mut().for_each(|post| post.tags.clear());
    publication.posts.published.iter_mut().for_each(|post| post.authors = vec![author("ada", "Ada")]);
    publication.posts.published.iter_mut().for_each(|post| post.lang = "en".parse().unwrap());
    let catalogue = Catalogue::new(&publication.posts, &settings);
    artifacts(&catalogue, &press, &supply, drop).unwrap();
    assert_eq!(asked.into_inner().unwrap(), BTreeSet::from(["on-maps".to_owned(), "紙の話".to_owned()]));
    let is_carried = |post: &Post| catalogue.short_forms(post).want_essay();
    assert_eq!(publication.posts.published.iter().map(is_carried).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(ids(&publication.file("feed.json")).len(), 2);
}

#[test]
fn a_feed_of_summaries_carries_no_essay() {
    let mut publication = Publication::plain();
    publication.settings.feeds.content = FeedContent::Summary;
    for (path, text) in publication.files() {
        assert!(!text.contains("Text of") && !text.contains("content:encoded"), "{path}");
        assert!(["Tom &", "What "].iter().any(|summary| text.contains(summary)), "{path}");
    }
}

#[test]
fn only_the_formats_asked_for_are_written_and_told_of_atom_first() {
    let mut publication = Publication::plain();
    let links = |publication: &Publication, scope| {
        let links = feed::links(scope, &publication.settings, &publication.urls());
        links
            .into_iter()
            .map(|link| format!("{} {} {}", link.media_type, link.title, link.url))
            .collect::<Vec<_>>()
    };
    let want = [
        "application/atom+xml Notes & Maps (Atom) https://example.org/notes/atom.xml",
        "application/rss+xml Notes & Maps (RSS) https://example.org/notes/rss.xml",
        "application/feed+json Notes & Maps (JSON) https://example.org/notes/feed.json",
    ];
    assert_eq!(links(&publication, Scope::Whole), want);
    publication.settings.feeds.formats = vec![FeedFormat::Rss, FeedFormat::Rss];
    let want =
        ["application/rss+xml Notes & Maps – 紙 (RSS) https://example.org/notes/tags/%E7%B4%99/rss.xml"];
    assert_eq!(links(&publication, Scope::Tag(&tag("紙", "紙"))), want);
    assert!(publication.files().keys().all(|path| path.ends_with("rss.xml")));
}

#[test]
fn every_link_told_of_leads_to_a_file_that_is_written() {
    let publication = Publication::plain();
    let (files, urls) = (publication.files(), publication.urls());
    let mut told = 0;
    for feed in feed::feeds(&publication.posts) {
        for link in feed::links(feed.scope, &publication.settings, &urls) {
            let is_written = files.keys().any(|path| urls.file(path) == link.url);
            assert!(is_written, "{}", link.url);
            told += 1;
        }
    }
    assert_eq!(told, files.len());
}

#[test]
fn the_same_posts_give_the_same_octets_and_no_time_of_building() {
    for make in [Publication::plain, Publication::nasty] {
        assert_eq!(make().files(), make().files());
    }
    let year = jiff::Zoned::now().date().year();
    let mut old = post("old", "Old");
    old.published = "1999-12-31T12:00:00+00:00[UTC]".parse().unwrap();
    old.id = "tag:example.org,1999:old".parse().unwrap();
    for (path, text) in Publication::of(vec![old]).files() {
        let text = text.replace("tag:example.org,2026:", "");
        assert!(!text.contains(&year.to_string()), "{path}: {text}");
        assert!(!text.contains(env!("CARGO_PKG_VERSION")), "an upgrade is no news: {path}");
    }
}

#[test]
fn ids_stay_when_title_slug_scheme_and_dates_change() {
    let before = Publication::plain();
    let mut after = Publication::plain();
    after.settings.url = "http://example.org:8080/notes/".parse().unwrap();
    after.settings.title = "Renamed".into();
    for post in &mut after.posts.published {
        post.title.push_str(" (revised)");
        post.slug = format!("{}-moved", post.slug).parse().unwrap();
        post.updated = Some("2027-01-01T00:00:00+00:00[UTC]".parse().unwrap());
    }
    assert_eq!(ids(&before.file("feed.json")), ids(&after.file("feed.json")));
    let ids_of = |publication: &Publication| {
        let feed = atom_syndication::Feed::read_from(publication.file("atom.xml").as_bytes()).unwrap();
        let entries = feed.entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>();
        (feed.id, entries)
    };
    assert_eq!(ids_of(&before), ids_of(&after));
    assert_eq!(ids_of(&before).0, "tag:example.org,2026:/notes/");
}

#[test]
fn a_year_that_feeds_cannot_say_names_the_post() {
    let mut ancient = post("ides", "The ides");
    ancient.published = "-000044-03-15T12:00:00+00:00[UTC]".parse().unwrap();
    let publication = Publication::of(vec![ancient]);
    let urls = publication.urls();
    let press = Press { posts: &publication.posts, settings: &publication.settings, urls: &urls };
    let post = &publication.posts.published[0];
    let form = Form { format: FeedFormat::Atom, content: FeedContent::Full };
    let error = piece(post, form, &press).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ides.md: `-000044-03-15T12:00:00+00:00[UTC]` cannot stand in a feed: expected a year from 0 to 9999"
    );
}

#[test]
fn a_large_feed_is_told_of_and_one_that_services_refuse_is_not_written() {
    let written = |octets: usize, max_octets: usize| {
        let mut long = post("long", "Long");
        long.body = long.body.with_source("x".repeat(octets));
        let mut publication = Publication::of(vec![long]);
        publication.settings.feeds.formats = vec![FeedFormat::Rss];
        publication.settings.feeds.max_octets = max_octets;
        publication.try_written().map(|(_, oversizes)| oversizes)
    };
    assert_eq!(written(Oversize::HEAVY_OCTETS - 10_000, 5_000_000).unwrap(), []);
    let warnings = written(Oversize::HEAVY_OCTETS, 5_000_000).unwrap();
    assert_eq!(
        warnings.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(),
        ["rss.xml", "authors/ada/rss.xml"]
    );
    assert!(warnings[0].to_fault().help.unwrap().contains("`items`"));
    let error = written(5_000_000, 5_000_000).unwrap_err();
    assert!(error.to_string().contains("rss.xml: expected at most 5000000 octets, found 500"), "{error}");
    assert!(error.help().unwrap().contains("feeds.max_octets"));
    assert_eq!(written(5_000_000, 6_000_000).unwrap(), [], "who raised the bound knows");
}

#[test]
fn a_publication_without_posts_has_feeds_without_items() {
    let files = Publication::of(Vec::new()).files();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["atom.xml", "feed.json", "rss.xml"]);
    assert!(!files["rss.xml"].contains("lastBuildDate"));
    assert!(files["atom.xml"].contains("<updated>1970-01-01T00:00:00+00:00</updated>"));
}

#[test]
fn the_list_of_feeds_names_each_feed_once() {
    for (publication, count) in
        [(Publication::plain(), 8), (Publication::nasty(), 9), (Publication::of(vec![]), 1)]
    {
        let list = publication.list();
        let text = String::from_utf8(list.bytes.to_vec()).unwrap();
        assert_eq!(list.path, "feeds.opml");
        assert_eq!(text.matches("<outline type=\"rss\"").count(), count, "{text}");
        assert_eq!(text.matches("/atom.xml\"").count(), count);
    }
    let publication = Publication::plain();
    let list = publication.list();
    let text = String::from_utf8(list.bytes.to_vec()).unwrap();
    assert!(text.contains("<dateModified>Thu, 02 Apr 2026 10:11:12 +0200</dateModified>"), "{text}");
    let want = concat!(
        "<outline type=\"rss\" text=\"Notes &amp; Maps – 紙\" title=\"Notes &amp; Maps – 紙\" ",
        "xmlUrl=\"https://example.org/notes/tags/%E7%B4%99/atom.xml\" ",
        "htmlUrl=\"https://example.org/notes/tags/%E7%B4%99/\" language=\"ja\"/>"
    );
    assert!(text.contains(want), "{text}");
}

#[test]
fn the_sitemap_lists_pages_and_robots_are_led_to_it() {
    let publication = Publication::plain();
    let urls = publication.urls();
    let post = &publication.posts.published[0];
    let pages = [
        SitemapEntry { url: urls.home().clone(), lastmod: None },
        SitemapEntry { url: urls.post(&post.slug), lastmod: post.updated.as_ref() },
    ];
    let sitemaps = sitemap::sitemaps(&pages, &urls);
    assert_eq!(sitemaps.len(), 1);
    let sitemap = sitemaps[0].artifact().unwrap();
    let text = String::from_utf8(sitemap.bytes.to_vec()).unwrap();
    let want = "<url>\n  <loc>https://example.org/notes/on-maps/</loc>\n  <lastmod>2026-04-02T10:11:12+02:00</lastmod>\n </url>";
    assert_eq!(sitemap.path, "sitemap.xml");
    assert!(text.contains(want), "{text}");
    assert_eq!(text.matches("<lastmod>").count(), 1);
    let robots = String::from_utf8(sitemap::robots(&urls).bytes.to_vec()).unwrap();
    assert!(robots.ends_with("\nSitemap: https://example.org/notes/sitemap.xml\n"), "{robots}");
}

#[test]
fn more_pages_than_one_sitemap_may_hold_are_spread_over_several() {
    let urls = Publication::of(Vec::new()).urls();
    let lastmod: jiff::Zoned = "2026-04-02T10:11:12+00:00[UTC]".parse().unwrap();
    let page = |number: usize| SitemapEntry {
        url: urls.file(&format!("{number}/")),
        lastmod: (number == 50_000).then_some(&lastmod),
    };
    let pages: Vec<_> = (0..50_001).map(page).collect();
    let sitemaps = sitemap::sitemaps(&pages, &urls);
    let paths: Vec<_> = sitemaps.iter().map(|sitemap| sitemap.path.as_str()).collect();
    assert_eq!(paths, ["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]);
    let index = String::from_utf8(sitemaps[2].artifact().unwrap().bytes.to_vec()).unwrap();
    let want =
        "<loc>https://example.org/notes/sitemap-2.xml</loc>\n  <lastmod>2026-04-02T10:11:12+00:00</lastmod>";
    assert!(index.contains("<sitemapindex") && index.contains(want), "{index}");
    assert_eq!(sitemap::sitemaps(&pages[..50_000], &urls).len(), 1);
}

#[test]
fn an_entry_leads_to_its_translations_and_to_where_it_stood_first() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "2026-03-01-maps.md",
        "+++\ntitle = \"Maps\"\ncanonical_url = \"https://old.example.org/?a=1&b=2\"\n+++\nText.\n",
    );
    write(
        "2026-03-02-maps.zh-Hant.md",
        "+++\ntitle = \"地圖\"\nslug = \"地圖\"\ntranslation_of = \"maps\"\n+++\n正文。\n",
    );
    let mut publication = Publication::of(Vec::new());
    let settings =
        postrider::post::PostSettings { author: author("ada", "Ada"), ..Publication::post_settings() };
    let now = "2026-12-01T00:00:00Z".parse().unwrap();
    publication.posts =
        postrider::post::Posts::load(folder.path(), std::path::Path::new("posts"), &settings, now).unwrap();
    let feed = atom_syndication::Feed::read_from(publication.file("atom.xml").as_bytes()).unwrap();
    let links = |at: usize| -> Vec<(String, Option<String>, String)> {
        let links = feed.entries[at].links.iter();
        links.map(|link| (link.rel.clone(), link.hreflang.clone(), link.href.clone())).collect()
    };
    let link = |rel: &str, lang: Option<&str>, href: &str| {
        (rel.to_owned(), lang.map(str::to_owned), href.to_owned())
    };
    let english = |rel| link(rel, Some("en"), "https://example.org/notes/maps/");
    let chinese = |rel| link(rel, Some("zh-Hant"), "https://example.org/notes/%E5%9C%B0%E5%9C%96/");
    let first = link("related", None, "https://old.example.org/?a=1&b=2");
    assert_eq!(links(0), [chinese("alternate"), english("related")], "its own page is the only alternate");
    assert_eq!(links(1), [english("alternate"), chinese("related"), first]);
    let json: Value = serde_json::from_str(&publication.file("feed.json")).unwrap();
    assert_eq!(json["items"][1]["external_url"], "https://old.example.org/?a=1&b=2");
}
