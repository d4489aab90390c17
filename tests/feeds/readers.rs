//! What strict parsers and a real feed reader make of the feeds: `xmllint`, feedparser and newsboat.
//!
//! Where one is not installed, the test says so and checks nothing; on CI that is a failure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quick_xml::NsReader;
use quick_xml::events::Event;
use serde_json::Value;
use tempfile::TempDir;

use crate::newsboat::{Item, Newsboat, Server};
use crate::publication::Publication;

/// Whether `test_run`, a command that only tells a version, succeeds.
fn is_installed(name: &str, test_run: &mut Command) -> bool {
    let is_there = test_run.output().is_ok_and(|output| output.status.success());
    if !is_there {
        assert!(std::env::var_os("CI").is_none(), "{name} is not installed: on CI it must be");
        eprintln!("not checked with {name}: it is not installed");
    }
    is_there
}

/// Writes the publication's feeds below a fresh folder.
fn saved(publication: &Publication) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = publication.files().into_iter().map(|(path, text)| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

fn is_xml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "xml")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn whatever_authors_paste_every_feed_is_well_formed() {
    for (path, text) in Publication::nasty().files() {
        if path.ends_with(".json") {
            let feed: Value = serde_json::from_str(&text).unwrap();
            assert!(!feed["items"].as_array().unwrap().is_empty(), "{path}");
            continue;
        }
        let mut reader = NsReader::from_str(&text);
        while !matches!(reader.read_event().expect(&path), Event::Eof) {}
    }
}

#[test]
fn xmllint_finds_no_fault_in_any_feed() {
    if !is_installed("xmllint", Command::new("xmllint").arg("--version")) {
        return;
    }
    let none = Publication::of(Vec::new());
    for publication in [Publication::plain(), Publication::nasty(), Publication::sample(), none] {
        let (_folder, paths) = saved(&publication);
        let xml = paths.iter().filter(|path| is_xml(path));
        let output = Command::new("xmllint").args(["--noout", "--nonet"]).args(xml).output().unwrap();
        assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    }
}

const FEEDPARSER: &str = r#"
import feedparser, json, sys
def entry(e):
    return {"id": e.id, "link": e.link, "title": e.title_detail.value, "author": e.author_detail.name,
            "published": e.published, "tags": [t.term for t in e.get("tags", [])],
            "enclosures": [x.href for x in e.enclosures]}
def feed(path):
    f = feedparser.parse(path, sanitize_html=False, resolve_relative_uris=False)
    return {"path": path, "bozo": repr(f.get("bozo_exception", "")) if f.bozo else "", "version": f.version,
            "entries": [entry(e) for e in f.entries]}
print(json.dumps([feed(path) for path in sys.argv[1:]]))
"#;

#[test]
fn feedparser_reads_every_feed_without_a_complaint() {
    let python = "/usr/bin/python3";
    if !is_installed("feedparser", Command::new(python).args(["-c", "import feedparser"])) {
        return;
    }
    for publication in [Publication::plain(), Publication::nasty(), Publication::sample()] {
        let (folder, paths) = saved(&publication);
        let xml = paths.iter().filter(|path| is_xml(path));
        let output = Command::new(python).args(["-c", FEEDPARSER]).args(xml).output().unwrap();
        let feeds: Vec<Value> =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        for feed in &feeds {
            let path = feed["path"].as_str().unwrap();
            assert_eq!(feed["bozo"], "", "{path}");
            assert_eq!(
                feed["version"],
                if path.ends_with("atom.xml") { "atom10" } else { "rss20" },
                "{path}"
            );
        }
        for name in ["atom.xml", "rss.xml"] {
            let whole = folder.path().join(name);
            let feed = feeds.iter().find(|feed| feed["path"] == whole.to_str().unwrap()).unwrap();
            expect_posts(feed, &publication);
        }
    }
}

fn expect_posts(feed: &Value, publication: &Publication) {
    let entries = feed["entries"].as_array().unwrap();
    assert_eq!(entries.len(), publication.posts.published.len());
    for (entry, post) in entries.iter().zip(&publication.posts.published) {
        assert_eq!(entry["id"], post.id.as_str());
        assert_eq!(entry["link"], publication.urls().post(&post.slug).as_str());
        assert_eq!(entry["tags"].as_array().unwrap().len(), post.tags.len());
        assert_eq!(entry["enclosures"].as_array().unwrap().len(), usize::from(post.enclosure.is_some()));
        let published: jiff::Timestamp = match entry["published"].as_str().unwrap() {
            date if date.starts_with(|c: char| c.is_ascii_digit()) => date.parse().unwrap(),
            date => jiff::fmt::rfc2822::parse(date).unwrap().timestamp(),
        };
        assert_eq!(published.as_second(), post.published.timestamp().as_second());
    }
}

#[test]
fn newsboat_sees_the_same_items_in_atom_and_rss_and_nothing_new_the_second_time() {
    if !is_installed("newsboat", Command::new("newsboat").arg("--version")) {
        return;
    }
    for make in [Publication::plain, Publication::nasty] {
        let mut publication = make();
        let server = Server::start(|address| {
            publication.settings.url = format!("http://{address}/notes/").parse().unwrap();
            let files = publication.files();
            move |path| files.get(path.trim_start_matches("/notes/")).map(|text| text.clone().into_bytes())
        });
        let [atom, rss] = ["atom.xml", "rss.xml"].map(|name| {
            let reader = Newsboat::subscribed_to(&format!("http://{}/notes/{name}", server.address));
            let unread = reader.unread_after_reload();
            let first = reader.items();
            assert_eq!(first.len(), publication.posts.published.len(), "{name}");
            assert_eq!(unread, format!("{} unread articles", first.len()), "{name}");
            reader.mark_all_as_read();
            assert_eq!(reader.unread_after_reload(), "0 unread articles", "{name}: nothing new");
            assert_eq!(reader.items(), first, "{name}: the same items");
            first
        });
        let essence = |items: &[Item]| {
            let of_item = |it: &Item| (it.guid.clone(), it.title.clone(), it.url.clone(), it.published);
            items.iter().map(of_item).collect::<Vec<_>>()
        };
        assert_eq!(essence(&atom), essence(&rss), "guid, title, link and date");
        for Item { guid, author, .. } in atom.iter().chain(&rss) {
            assert!(!author.is_empty(), "{guid} has an author");
        }
        let mut ids: Vec<_> = publication.posts.published.iter().map(|post| post.id.to_string()).collect();
        ids.sort();
        assert_eq!(atom.into_iter().map(|item| item.guid).collect::<Vec<_>>(), ids);
    }
}
