//! Which feeds a publisher may have: formats by scope, feeds with a filter, hubs.

use std::collections::BTreeSet;

use postrider::post::Slug;
use postrider::site::{ExtraFeed, FeedContent, FeedFormat, PostFilter};
use serde_json::Value;

use crate::publication::Publication;

fn extra(name: &str, filter: PostFilter) -> ExtraFeed {
    ExtraFeed {
        name: name.parse::<Slug>().unwrap(),
        title: None,
        filter,
        items: 0,
        content: FeedContent::Full,
        formats: vec![FeedFormat::Json],
        archive: false,
    }
}

/// The slugs of the posts in the extra feed of `filter`, in the order of the feed.
fn chosen(filter: PostFilter) -> Vec<String> {
    let mut publication = Publication::plain();
    publication.settings.feeds.extra = vec![extra("chosen", filter)];
    let feed: Value = serde_json::from_str(&publication.file("feeds/chosen/feed.json")).unwrap();
    let ids = feed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap());
    ids.map(|id| id.rsplit(':').next().unwrap().to_owned()).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_filter_takes_posts_by_tag_author_and_language_and_leaves_others_out() {
    let all = PostFilter::default();
    for (filter, want) in [
        (all.clone(), vec!["on-maps", "xxx", "letters"]),
        (PostFilter { tags: texts(&["Maps & Plans"]), ..all.clone() }, vec!["on-maps"]),
        (PostFilter { tags: texts(&["maps", "紙"]), ..all.clone() }, vec!["on-maps", "xxx"]),
        (PostFilter { without_tags: texts(&["PAPER"]), ..all.clone() }, vec!["letters"]),
        (PostFilter { authors: texts(&["山田花子"]), ..all.clone() }, vec!["xxx"]),
        (PostFilter { lang: Some("ja".parse().unwrap()), ..all.clone() }, vec!["xxx"]),
        (
            PostFilter { tags: texts(&["paper"]), lang: Some("en".parse().unwrap()), ..all.clone() },
            vec!["on-maps"],
        ),
    ] {
        assert_eq!(chosen(filter.clone()), want, "given {filter:?}");
    }
}

#[test]
fn the_language_of_a_filter_takes_narrower_languages_too() {
    let filter = |lang: &str| PostFilter { lang: Some(lang.parse().unwrap()), ..PostFilter::default() };
    let mut post = Publication::plain().posts.published.remove(0);
    post.lang = "zh-Hant".parse().unwrap();
    for (lang, want) in [("zh", true), ("zh-Hant", true), ("zh-Hans", false), ("z", false)] {
        if let Ok(lang) = lang.parse::<postrider::words::Lang>() {
            assert_eq!(filter(lang.as_str()).passes(&post), want, "given {lang}");
        }
    }
}

#[test]
fn newest_as_rss_rss_per_tag_and_all_in_one_atom_feed_can_be_all_there_is() {
    let mut publication = Publication::plain();
    let feeds = &mut publication.settings.feeds;
    feeds.items = 2;
    feeds.formats = vec![FeedFormat::Rss];
    feeds.archive = false;
    feeds.authors = Some(Vec::new());
    feeds.languages = Some(Vec::new());
    feeds.extra =
        vec![ExtraFeed { formats: vec![FeedFormat::Atom], ..extra("everything", PostFilter::default()) }];
    let files = publication.files();
    let want = [
        "feeds/everything/atom.xml",
        "rss.xml",
        "tags/maps/rss.xml",
        "tags/paper/rss.xml",
        "tags/紙/rss.xml",
    ];
    assert_eq!(files.keys().collect::<Vec<_>>(), want);
    assert_eq!(files["feeds/everything/atom.xml"].matches("<entry>").count(), 3);
    assert_eq!(files["rss.xml"].matches("<item>").count(), 2);
}

#[test]
fn an_extra_feed_has_its_own_title_id_and_address_and_is_in_the_list() {
    let mut publication = Publication::plain();
    let titled = ExtraFeed { title: Some("Only <maps>".into()), ..extra("maps-only", PostFilter::default()) };
    publication.settings.feeds.extra =
        vec![ExtraFeed { formats: vec![FeedFormat::Atom], ..titled }, extra("plain", PostFilter::default())];
    let feed =
        atom_syndication::Feed::read_from(publication.file("feeds/maps-only/atom.xml").as_bytes()).unwrap();
    assert_eq!(feed.title.value, "Only <maps>");
    assert_eq!(feed.id, "tag:example.org,2026:/notes/feeds/maps-only/");
    let links: Vec<_> = feed.links.iter().map(|link| (link.rel.as_str(), link.href.as_str())).collect();
    let want = [
        ("self", "https://example.org/notes/feeds/maps-only/atom.xml"),
        ("alternate", "https://example.org/notes/"),
    ];
    assert_eq!(links, want);
    let list = String::from_utf8(publication.list().bytes.to_vec()).unwrap();
    for want in ["text=\"Only &lt;maps&gt;\"", "text=\"Notes &amp; Maps – plain\""] {
        assert!(list.contains(want), "{list}");
    }
}

#[test]
fn a_feed_of_summaries_and_one_in_full_can_stand_side_by_side() {
    let mut publication = Publication::plain();
    let brief = ExtraFeed { content: FeedContent::Summary, ..extra("brief", PostFilter::default()) };
    publication.settings.feeds.extra = vec![brief];
    let files = publication.files();
    assert!(!files["feeds/brief/feed.json"].contains("content_html"));
    assert!(files["feed.json"].contains("content_html"));
}

#[test]
fn every_feed_names_the_hubs_that_know_of_its_changes() {
    let mut publication = Publication::plain();
    let hub = "https://hub.example.org/?a=1&b=2";
    publication.settings.feeds.hubs = BTreeSet::from([hub.parse().unwrap()]);
    for (path, text) in publication.files() {
        let want = match path.rsplit('.').next() {
            Some("json") => {
                r#"{
      "type": "WebSub",
      "url": "https://hub.example.org/?a=1&b=2"
    }"#
            }
            _ => r#"href="https://hub.example.org/?a=1&amp;b=2" rel="hub""#,
        };
        assert!(text.contains(want), "{path}: {text}");
    }
}
