//! What strict parsers and a real feed reader make of the feeds: `xmllint`, feedparser and newsboat.
//!
//! Where one is not installed, the test says so and checks nothing; on CI that is a failure.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use quick_xml::NsReader;
use quick_xml::events::Event;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

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

/// Serves files over HTTP on a free port until it is dropped.
struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// `files` is made from the port.
    fn start(files: impl FnOnce(SocketAddr) -> BTreeMap<String, String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let files = files(address);
        let is_over = Arc::new(AtomicBool::new(false));
        let is_over_there = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over_there.load(Ordering::SeqCst) {
                    return;
                }
                answer(stream.unwrap(), &files);
            }
        });
        Self { address, is_over, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        self.thread.take().map(JoinHandle::join);
    }
}

fn answer(mut stream: TcpStream, files: &BTreeMap<String, String>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches("/notes/");
    let (status, text) = files.get(path).map_or(("404 Not Found", ""), |text| ("200 OK", text.as_str()));
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
    // The client may have gone; the test then sees that items are missing.
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes())).ok();
}

/// A reader at home in a folder of its own, subscribed to one feed.
struct Newsboat {
    home: TempDir,
}

impl Newsboat {
    fn subscribed_to(url: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("urls"), format!("{url}\n")).unwrap();
        fs::write(home.path().join("config"), "use-proxy no\n").unwrap();
        Self { home }
    }

    fn run(&self, verb: &str) -> String {
        let at = |name: &str| self.home.path().join(name);
        let mut command = Command::new("newsboat");
        command.env("HOME", self.home.path()).env("LC_ALL", "C.UTF-8").env_remove("http_proxy");
        command.arg("-u").arg(at("urls")).arg("-C").arg(at("config")).arg("-c").arg(at("cache.db"));
        let output = command.args(["-x", verb]).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    }

    /// Guid, title, author, link and date of every item.
    fn items(&self) -> Vec<(String, String, String, String, i64)> {
        let cache = Connection::open(self.home.path().join("cache.db")).unwrap();
        let mut rows =
            cache.prepare("SELECT guid, title, author, url, pubDate FROM rss_item ORDER BY guid").unwrap();
        let items =
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)));
        items.unwrap().map(Result::unwrap).collect()
    }

    fn mark_all_as_read(&self) {
        let cache = Connection::open(self.home.path().join("cache.db")).unwrap();
        cache.execute("UPDATE rss_item SET unread = 0", []).unwrap();
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
            publication.files()
        });
        let [atom, rss] = ["atom.xml", "rss.xml"].map(|name| {
            let reader = Newsboat::subscribed_to(&format!("http://{}/notes/{name}", server.address));
            reader.run("reload");
            let first = reader.items();
            assert_eq!(first.len(), publication.posts.published.len(), "{name}");
            assert_eq!(
                reader.run("print-unread").trim(),
                format!("{} unread articles", first.len()),
                "{name}"
            );
            reader.mark_all_as_read();
            reader.run("reload");
            assert_eq!(reader.items(), first, "{name}: the same items");
            assert_eq!(reader.run("print-unread").trim(), "0 unread articles", "{name}: nothing new");
            first
        });
        let essence = |items: &[(String, String, String, String, i64)]| {
            items.iter().map(|it| (it.0.clone(), it.1.clone(), it.3.clone(), it.4)).collect::<Vec<_>>()
        };
        assert_eq!(essence(&atom), essence(&rss), "guid, title, link and date");
        for (guid, _, author, ..) in atom.iter().chain(&rss) {
            assert!(!author.is_empty(), "{guid} has an author");
        }
        let mut ids: Vec<_> = publication.posts.published.iter().map(|post| post.id.to_string()).collect();
        ids.sort();
        assert_eq!(atom.into_iter().map(|item| item.0).collect::<Vec<_>>(), ids);
    }
}
