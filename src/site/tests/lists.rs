//! Lists of posts, their feeds, and the page that lists those.

use super::*;
use crate::site::{ExtraFeed, PostFilter};

#[test]
fn a_list_tells_of_its_own_feeds_first_and_a_post_of_the_publication_s() {
    let tree = tree(&three_posts());
    let alternates = |path: &str| -> Vec<String> {
        let lines = tree[path].lines().filter(|line| line.contains("rel=\"alternate\""));
        lines.map(|line| line.split("href=\"").nth(1).unwrap().trim_end_matches("\">").to_owned()).collect()
    };
    let whole =
        ["atom.xml", "rss.xml", "feed.json"].map(|file| format!("https://example.org/letters/{file}"));
    assert_eq!(alternates("first/index.html")[..3], whole);
    assert_eq!(alternates("first/index.html")[3], "https://example.org/letters/languages/en/atom.xml");
    assert_eq!(alternates("tags/maps/index.html")[0], "https://example.org/letters/tags/maps/atom.xml");
    assert_eq!(alternates("tags/maps/index.html")[3..], whole);
}

#[test]
fn a_list_has_as_many_pages_as_it_needs_and_each_leads_to_the_next() {
    let tree = tree(&three_posts());
    let (first, second) = (&tree["index.html"], &tree["page/2/index.html"]);
    assert!(first.contains("rel=\"next\" href=\"https://example.org/letters/page/2/\""));
    assert!(second.contains("rel=\"prev\" href=\"https://example.org/letters/\""));
    assert!(first.contains("雪の記憶") && !first.contains(">First<") && second.contains(">First<"));
}

#[test]
fn a_publication_without_posts_has_a_front_page() {
    let tree = tree(&Posts::default());
    assert!(tree["index.html"].contains("Nothing has been published yet."));
    assert!(!tree.contains_key("tags/index.html"));
}

#[test]
fn one_page_says_what_feeds_are_and_lists_each_of_them_to_be_copied() {
    let mut settings = settings();
    settings.feeds.extra = vec![ExtraFeed {
        name: "short".parse().unwrap(),
        title: Some("In <short>".to_owned()),
        filter: PostFilter::default(),
        items: 5,
        content: FeedContent::Summary,
        formats: vec![FeedFormat::Rss],
        archive: false,
    }];
    settings.subscribe_url = Some("mailto:letters@example.org".parse().unwrap());
    let tree = tree_in(&three_posts(), &settings, None).unwrap();
    let page = &tree["subscribe/index.html"];
    for feed in [
        "atom.xml",
        "tags/maps/atom.xml",
        "languages/ja/atom.xml",
        "authors/mori/atom.xml",
        "feeds/short/rss.xml",
    ] {
        let address =
            format!("<code class=\"address\" dir=\"ltr\">https://example.org/letters/{feed}</code>");
        assert!(page.contains(&address), "no {address} in {page}");
    }
    for want in
        ["In &lt;short&gt;", "feeds.opml", "mailto:letters@example.org", "<dt lang=\"ja\">日本語</dt>"]
    {
        assert!(page.contains(want), "no {want} in {page}");
    }
    assert!(tree["first/index.html"].contains("href=\"https://example.org/letters/subscribe/\""));
    assert!(tree["assets/feed.css"].contains("This is a feed."));
}

#[test]
fn a_feed_of_posts_in_one_language_is_in_that_language() {
    let mut posts = three_posts();
    posts.published[0].tags = vec![tag("雪"), tag("maps")];
    let mut settings = settings();
    settings.feeds.extra = [("snow", false), ("kept", true)]
        .map(|(name, archive)| ExtraFeed {
            name: name.parse().unwrap(),
            title: None,
            filter: PostFilter { tags: vec!["雪".parse().unwrap()], ..PostFilter::default() },
            items: 5,
            content: FeedContent::Full,
            formats: vec![FeedFormat::Atom, FeedFormat::Rss, FeedFormat::Json],
            archive,
        })
        .into();
    let tree = tree_in(&posts, &settings, None).unwrap();
    for (folder, lang) in [
        ("tags/雪", "ja"),
        ("authors/mori", "ja"),
        ("tags/maps", "en"),
        ("feeds/snow", "ja"),
        ("feeds/kept", "en"),
    ] {
        assert!(tree[&format!("{folder}/atom.xml")].contains(&format!("xml:lang=\"{lang}\"")), "{folder}");
        let rss = &tree[&format!("{folder}/rss.xml")];
        assert!(rss.contains(&format!("<language>{lang}</language>")), "{folder}: {rss}");
        let json: serde_json::Value = serde_json::from_str(&tree[&format!("{folder}/feed.json")]).unwrap();
        assert_eq!(json["language"], lang, "{folder}");
    }
    let outline = |name: &str| tree["feeds.opml"].lines().find(|line| line.contains(name)).unwrap();
    assert!(outline("Post – 雪\"").contains("language=\"ja\""), "{}", tree["feeds.opml"]);
    assert!(outline("Post – maps\"").contains("language=\"en\""), "{}", tree["feeds.opml"]);
    let page = &tree["subscribe/index.html"];
    assert!(page.contains("<dt lang=\"ja\">雪</dt>") && page.contains("<dt>maps</dt>"), "{page}");
}

#[test]
fn a_long_list_of_tags_leads_to_their_pages() {
    let mut posts = three_posts();
    posts.published[0].tags = (0..101).map(|number| tag(&format!("t{number}"))).collect();
    let page = &tree(&posts)["subscribe/index.html"];
    assert_eq!(
        page.matches("/letters/tags/t").count(),
        100 * 3 - 3,
        "each in three formats, one place for maps"
    );
    assert!(page.contains("<a href=\"https://example.org/letters/tags/\">There are more</a>"), "{page}");
}

#[test]
fn the_front_page_is_light() {
    let published = (10..30)
        .map(|day| {
            post(&format!("letter-{day}"), &format!("2026-01-{day}T09:00:00+00:00[UTC]"), "A letter", "x")
        })
        .collect();
    let posts = Posts { published, ..Posts::default() };
    let settings = SiteSettings { posts_per_page: 20, ..settings() };
    let tree = tree_in(&posts, &settings, None).unwrap();
    let (_, css) = tree.iter().find(|(path, _)| path.starts_with("assets/style.")).unwrap();
    let octets = tree["index.html"].len() + css.len();
    assert!(octets < 40 * 1024, "page and style sheet have {octets} octets");
}
