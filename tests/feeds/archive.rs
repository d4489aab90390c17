//! The archive of a feed: every post is in reach, and what is written once stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use postrider::post::Post;
use postrider::site::feed::Catalogue;
use serde_json::Value;

use crate::publication::{Publication, post};

/// `counts` posts in each year, newest first.
fn posts(counts: &[(i16, usize)]) -> Vec<Post> {
    let mut posts = Vec::new();
    for (year, count) in counts {
        for number in 1..=*count {
            let mut one = post(&format!("p{year}-{number}"), &format!("Number {number} of {year}"));
            let (month, day) = (number / 28 + 1, number % 28 + 1);
            one.published = format!("{year}-{month:02}-{day:02}T12:00:00+00:00[UTC]").parse().unwrap();
            posts.push(one);
        }
    }
    posts.sort_by(|a, b| b.published.cmp(&a.published));
    posts
}

fn publication(counts: &[(i16, usize)]) -> Publication {
    let mut publication = Publication::of(posts(counts));
    publication.settings.feeds.items = 20;
    publication
}

/// The archive documents in every format.
fn archive(publication: &Publication) -> BTreeMap<String, String> {
    publication.files().into_iter().filter(|(path, _)| path.starts_with("feeds/archive/")).collect()
}

/// The ids a client finds in Atom that follows `prev-archive` from the feed.
fn reached(publication: &Publication) -> Vec<String> {
    let files = publication.files();
    let mut ids = Vec::new();
    let mut next = Some("atom.xml".to_owned());
    while let Some(path) = next {
        let feed = atom_syndication::Feed::read_from(files[&path].as_bytes()).unwrap();
        ids.extend(feed.entries.into_iter().map(|entry| entry.id));
        let older = feed.links.into_iter().find(|link| link.rel == "prev-archive");
        next = older.map(|link| link.href["https://example.org/notes/".len()..].to_owned());
    }
    ids
}

#[test]
fn following_the_archive_reaches_every_post_whatever_their_number() {
    for counts in [
        &[(2026, 21)][..],
        &[(2024, 3), (2025, 45), (2026, 19)],
        &[(2025, 20), (2026, 20)],
        &[(2020, 1), (2021, 1), (2026, 70)],
        &[(2025, 5), (2026, 39)],
    ] {
        for items in [1, 10, 20, 50] {
            let mut publication = publication(counts);
            publication.settings.feeds.items = items;
            let ids: BTreeSet<_> = reached(&publication).into_iter().collect();
            let want: BTreeSet<_> =
                publication.posts.published.iter().map(|post| post.id.to_string()).collect();
            assert_eq!(ids, want, "given {counts:?} and {items} items");
            let feed = publication.file("atom.xml");
            assert_eq!(feed.matches("<entry>").count(), items.min(want.len()), "no more than asked for");
        }
    }
}

#[test]
fn a_new_post_changes_no_archive_document() {
    let mut before = archive(&publication(&[(2024, 3), (2025, 45), (2026, 1)]));
    assert_eq!(
        before.keys().filter(|path| path.ends_with("atom.xml")).collect::<Vec<_>>(),
        ["2024-1", "2025-1", "2025-2", "2025-3"]
            .map(|name| format!("feeds/archive/{name}.atom.xml"))
            .iter()
            .collect::<Vec<_>>()
    );
    for count in 2..65 {
        let after = archive(&publication(&[(2024, 3), (2025, 45), (2026, count)]));
        for (path, text) in &before {
            assert_eq!(after.get(path), Some(text), "{path} with {count} posts");
        }
        before = after;
    }
    assert!(before.contains_key("feeds/archive/2026-3.rss.xml"), "{:?}", before.keys());
}

#[test]
fn a_post_dated_back_changes_documents_of_its_year_only() {
    let before = archive(&publication(&[(2023, 30), (2024, 30), (2026, 25)]));
    let after = archive(&publication(&[(2023, 30), (2024, 31), (2026, 25)]));
    for (path, text) in &before {
        assert_eq!(after.get(path) == Some(text), !path.starts_with("feeds/archive/2024-2."), "{path}");
    }
}

#[test]
fn an_archive_document_says_what_it_is_and_where_the_feed_is() {
    let mut publication = publication(&[(2025, 25), (2026, 20)]);
    publication.settings.feeds.hubs = BTreeSet::from(["https://hub.example.org/".parse().unwrap()]);
    let files = publication.files();
    let feed = &files["feeds/archive/2025-2.atom.xml"];
    let parsed = atom_syndication::Feed::read_from(feed.as_bytes()).unwrap();
    let links: Vec<_> = parsed.links.iter().map(|link| (link.rel.as_str(), link.href.as_str())).collect();
    let at = |path: &str| format!("https://example.org/notes/{path}");
    let want = [
        ("self", at("feeds/archive/2025-2.atom.xml")),
        ("alternate", at("")),
        ("current", at("atom.xml")),
        ("prev-archive", at("feeds/archive/2025-1.atom.xml")),
    ];
    assert_eq!(links, want.iter().map(|(rel, href)| (*rel, href.as_str())).collect::<Vec<_>>());
    assert!(feed.contains("<fh:archive></fh:archive>"), "{feed}");
    assert_eq!(parsed.id, "tag:example.org,2026:/notes/", "the feed's own");
    let rss = &files["feeds/archive/2025-2.rss.xml"];
    for want in ["<fh:archive></fh:archive>", "rel=\"current\"", "rel=\"prev-archive\""] {
        assert!(rss.contains(want), "no {want} in {rss}");
    }
    assert!(!files["atom.xml"].contains("fh:archive>") && files["atom.xml"].contains("rel=\"prev-archive\""));
}

#[test]
fn a_json_feed_leads_to_older_items_page_by_page() {
    let files = publication(&[(2025, 25), (2026, 20)]).files();
    let mut path = "feed.json".to_owned();
    let mut pages = Vec::new();
    loop {
        let page: Value = serde_json::from_str(&files[&path]).unwrap();
        assert_eq!(page["feed_url"], "https://example.org/notes/feed.json");
        pages.push(page["items"].as_array().unwrap().len());
        let Some(next) = page["next_url"].as_str() else { break };
        path = next["https://example.org/notes/".len()..].to_owned();
    }
    assert_eq!(pages, [20, 20, 5, 20]);
}

#[test]
fn a_feed_that_carries_every_post_needs_no_archive() {
    assert!(archive(&publication(&[(2025, 10), (2026, 10)])).is_empty());
    let mut all = publication(&[(2025, 30), (2026, 10)]);
    all.settings.feeds.items = 0;
    assert!(archive(&all).is_empty());
    let mut none = publication(&[(2025, 30), (2026, 10)]);
    none.settings.feeds.archive = false;
    assert!(archive(&none).is_empty());
    assert_eq!(Catalogue::new(&none.posts, &none.settings).editions()[0].posts.len(), 20);
}
