//! Whatever authors paste, what comes out is whole: two hundred nasty essays, and the sample publication, are built by
//! the program and read by strict parsers and by a feed reader.
//!
//! `scripts/test` installs what reads: Python with lxml, feedparser and jsonschema, and newsboat. Where one is missing the test
//! says so and checks nothing; with `CI` set that is a failure.

#[path = "../support/chance.rs"]
#[allow(dead_code, reason = "the faults draw more kinds of numbers")]
mod chance;
#[path = "../support/newsboat.rs"]
mod newsboat;

mod bodies;
mod essays;
mod faults;
mod site;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::Value;

use newsboat::{Newsboat, Server};
use site::Site;

/// Decides the essays.
const SEED: u64 = 20_261_124;

/// Python as the distribution has it, for its packages.
const PYTHON: &str = "/usr/bin/python3";

/// Whether `test_run`, a command that only tells a version, succeeds.
fn is_installed(name: &str, test_run: &mut Command) -> bool {
    let is_there = test_run.output().is_ok_and(|output| output.status.success());
    if !is_there {
        assert!(std::env::var_os("CI").is_none(), "{name} is not installed: on CI it must be");
        eprintln!("not checked with {name}: it is not installed");
    }
    is_there
}

/// What strict parsers and feedparser find wrong with the public tree, and how many documents they read.
fn looked_at(site: &Site) -> Option<Value> {
    let packages = ["-c", "import feedparser, jsonschema, lxml.etree"];
    if !is_installed("feedparser, jsonschema and lxml", Command::new(PYTHON).args(packages)) {
        return None;
    }
    let expected = site.path("expected.json");
    std::fs::write(&expected, serde_json::to_vec(&site.expected).unwrap()).unwrap();
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nasty");
    let mut look = Command::new(PYTHON);
    look.arg(format!("{tests}/look.py")).arg(site.path("public")).arg(expected);
    let output = look.arg(format!("{tests}/json-feed-1.1.schema.json")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    Some(serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}")))
}

/// `least` documents in XML and in JSON are read.
fn assert_clean(site: &Site, least: [usize; 2]) {
    let Some(found) = looked_at(site) else { return };
    let problems: Vec<&str> =
        found["problems"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    for (kind, least) in ["xml", "json"].into_iter().zip(least) {
        assert!(found[kind].as_u64().unwrap() >= least as u64, "{found}");
    }
}

/// One build for both: it takes longer than they do.
#[test]
fn no_strict_parser_faults_what_nasty_essays_make_and_newsboat_sees_nothing_new_the_second_time() {
    let site = Site::nasty(SEED).built();
    assert_eq!(site.expected.len(), essays::COUNT);
    assert_clean(&site, [70; 2]);
    newsboat_sees_nothing_new(&site);
}

#[test]
fn ten_thousand_tags_make_feeds_that_no_strict_parser_faults() {
    let site = Site::tagged().built();
    assert!(site.path("public/tags").read_dir().unwrap().count() > essays::TAGS);
    assert_clean(&site, [essays::TAGS, 0]);
}

#[test]
fn the_sample_publication_makes_feeds_that_no_strict_parser_faults() {
    assert_clean(&Site::sample().built(), [10; 2]);
}

/// Documents with a fault each, and a word of what is said of it.
const FAULTY: &[(&str, &str, &str)] = &[
    ("control.xml", "<a>\u{1}</a>", "not well-formed"),
    ("unbound.xml", "<a><b:c/></a>", "not well-formed"),
    ("relative.opml", "<opml><outline xmlUrl='/rss.xml'/></opml>", "is not absolute"),
    (
        "twice/rss.xml",
        "<rss version='2.0'><channel><item><guid>a</guid></item><item><guid>a</guid></item></channel></rss>",
        "two have one",
    ),
    (
        "script/rss.xml",
        "<rss version='2.0'><channel><item><description>&lt;script/&gt;</description></item></channel></rss>",
        "<script>",
    ),
    (
        "link/rss.xml",
        "<rss version='2.0'><channel><item><description>&lt;a href=b&gt;</description></item></channel></rss>",
        "is not absolute",
    ),
    (
        "date/rss.xml",
        "<rss version='2.0'><channel><item><guid>a</guid></item></channel></rss>",
        "no published",
    ),
    (
        "few/feed.json",
        r#"{"version":"https://jsonfeed.org/version/1.1","items":[]}"#,
        "'title' is a required",
    ),
    (
        "empty/feed.json",
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"","items":[
            {"id":"a","language":"en","date_published":"2026-01-01T00:00:00Z"}]}"#,
        "is not valid under any",
    ),
];

#[test]
fn what_strict_parsers_fault_is_found_out() {
    let site = Site::sample();
    for (path, text, _) in FAULTY {
        site.write(&format!("public/{path}"), text);
    }
    let Some(found) = looked_at(&site) else { return };
    let problems: Vec<&str> =
        found["problems"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for (path, _, want) in FAULTY {
        let is_found = problems.iter().any(|problem| problem.starts_with(path) && problem.contains(want));
        assert!(is_found, "{path}: {want}: {}", problems.join("\n"));
    }
}

/// Feeds of the whole, of languages, and some of the others; newsboat takes a fifth of a second for each.
fn feeds_to_read(public: &Path) -> Vec<PathBuf> {
    let below = |folder: &str, share: usize| {
        let mut folders: Vec<PathBuf> =
            public.join(folder).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders.into_iter().filter(|folder| folder.is_dir()).step_by(share).collect::<Vec<_>>()
    };
    let mut folders = vec![public.to_owned()];
    folders.extend([("languages", 1), ("authors", 7), ("tags", 7)].iter().flat_map(|it| below(it.0, it.1)));
    folders.iter().flat_map(|folder| ["atom.xml", "rss.xml"].map(|name| folder.join(name))).collect()
}

/// Reads feeds, reads them again, and once more after a build from the same essays.
fn newsboat_sees_nothing_new(site: &Site) {
    if !is_installed("newsboat", Command::new("newsboat").arg("--version")) {
        return;
    }
    let public = site.path("public");
    let server = Server::start(|_| {
        let public = public.clone();
        move |path| {
            let path = percent_encoding::percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
            std::fs::read(public.join(&*path)).ok()
        }
    });
    let feeds = feeds_to_read(&public);
    assert!(feeds.len() > 20, "{feeds:?}");
    let readers = read_all(&feeds, |feed| {
        let below = feed.strip_prefix(&public).unwrap().to_str().unwrap().to_owned();
        let reader = Newsboat::subscribed_to(&format!("http://{}/{below}", server.address));
        let unread = reader.unread_after_reload();
        assert_eq!(unread, format!("{} unread articles", entries(feed)), "{below}");
        let items = reader.items();
        reader.mark_all_as_read();
        assert_eq!(reader.unread_after_reload(), "0 unread articles", "{below}: nothing new");
        assert_eq!(reader.items(), items, "{below}: the same items");
        (below, reader, items)
    });
    site.assert_builds();
    read_all(&readers, |(below, reader, items)| {
        assert_eq!(reader.unread_after_reload(), "0 unread articles", "{below}: nothing new after a build");
        assert_eq!(reader.items(), *items, "{below}: the same items after a build");
    });
}

/// Two at a time: newsboat mostly waits.
fn read_all<T: Sync, R: Send>(all: &[T], read: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let half = |from: usize| all.iter().skip(from).step_by(2).map(&read).collect::<Vec<R>>();
    thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut done = half(0);
        done.extend(other.join().unwrap());
        done
    })
}

/// How many items the feed has, counted in its text.
fn entries(feed: &Path) -> usize {
    let text = std::fs::read_to_string(feed).unwrap();
    text.matches("<entry>").count() + text.matches("<item>").count()
}
