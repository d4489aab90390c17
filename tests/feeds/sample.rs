//! What the feeds of the sample publication hold: real essays, rendered as a build renders them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::publication::Publication;

/// Each feed's path and items.
fn feeds() -> Vec<(String, Vec<Value>)> {
    let files = Publication::sample().files().into_iter().filter(|(path, _)| path.ends_with(".json"));
    let feeds = files.map(|(path, text)| {
        let mut feed: Value = serde_json::from_str(&text).unwrap();
        (path, feed["items"].as_array_mut().unwrap().drain(..).collect())
    });
    feeds.collect()
}

#[test]
fn every_item_of_a_feed_has_an_id_of_its_own() {
    for (path, items) in feeds() {
        let ids: BTreeSet<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), items.len(), "{path}");
    }
}

#[test]
fn every_link_and_picture_in_an_essay_is_absolute_and_in_ascii() {
    let mut seen = 0;
    for (path, items) in feeds() {
        for item in items {
            let html = item["content_html"].as_str().unwrap();
            let urls =
                [" href=\"", " src=\""].into_iter().flat_map(|attribute| html.split(attribute).skip(1));
            for url in urls.map(|rest| rest.split('"').next().unwrap()) {
                let is_absolute = url.starts_with("https://") || url.starts_with("mailto:");
                assert!(is_absolute && url.is_ascii(), "{path}: {}: {url}", item["id"]);
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "the essays have links: {seen}");
}
