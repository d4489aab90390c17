//! What a browser gets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use super::*;
use crate::site::{Artifact, Tree as _};

/// A publication at `/letters/` of this machine.
struct Browser {
    preview: Preview,
}

/// What came of a request: status, header section, body.
struct Got {
    status: u16,
    head: String,
    body: Vec<u8>,
}

fn artifacts(files: &[(&str, &str)]) -> Vec<Artifact> {
    let artifact = |(path, text): &(&str, &str)| Artifact::new(*path, text.as_bytes().to_vec());
    files.iter().map(artifact).collect()
}

fn tree(files: &[(&str, &str)]) -> Tree {
    next_tree(files).finish(Marks::default())
}

fn next_tree(files: &[(&str, &str)]) -> NextTree {
    let tree = NextTree::after(Arc::default());
    artifacts(files).into_iter().for_each(|artifact| tree.put(artifact).unwrap());
    tree
}

impl Browser {
    fn new() -> Self {
        let home = "https://example.org/letters/".parse().unwrap();
        Self { preview: Preview::start(Listen::At(([127, 0, 0, 1], 0).into()), &home).unwrap() }
    }

    fn seeing(files: &[(&str, &str)]) -> Self {
        let browser = Self::new();
        browser.preview.show(tree(files));
        browser
    }

    fn open(&self, method: &str, path: &str, fields: &str) -> BufReader<TcpStream> {
        let url = self.preview.url();
        let address = (url.host_str().unwrap(), url.port().unwrap());
        let mut stream = TcpStream::connect(address).unwrap();
        let host = if fields.contains("host: ") { "" } else { "host: localhost\r\n" };
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}{fields}connection: close\r\n\r\n").unwrap();
        BufReader::new(stream)
    }

    fn ask(&self, method: &str, path: &str, fields: &str) -> Got {
        let mut octets = Vec::new();
        self.open(method, path, fields).read_to_end(&mut octets).unwrap();
        let end = octets.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let head = String::from_utf8(octets[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Got { status, head, body: octets[end..].to_vec() }
    }

    fn get(&self, path: &str) -> Got {
        self.ask("GET", path, "")
    }
}

impl Got {
    fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// The next event of `events`.
fn next(events: &mut impl BufRead) -> serde_json::Value {
    loop {
        let mut line = String::new();
        assert_ne!(events.read_line(&mut line).unwrap(), 0, "the events ended");
        if let Some(data) = line.strip_prefix("data: ") {
            return serde_json::from_str(data).unwrap();
        }
    }
}

#[test]
fn a_path_leads_to_its_file_and_nowhere_else() {
    let browser = Browser::seeing(&[
        ("index.html", "<p>home</p>"),
        ("余白/index.html", "<p>blank</p>"),
        ("404.html", "<p>lost</p>"),
        ("robots.txt", "all"),
    ]);
    for (path, status, words) in [
        ("/letters/", 200, "<p>home</p><script"),
        ("/letters/index.html", 200, "<p>home</p><script"),
        ("/letters/%E4%BD%99%E7%99%BD/", 200, "<p>blank</p><script"),
        ("/letters/robots.txt?a", 200, "all"),
        ("/letters/none", 404, "<p>lost</p><script"),
        ("/letters/none/", 404, "<p>lost</p><script"),
        ("/letters/../../etc/passwd", 404, "<p>lost</p><script"),
        ("/letters/%2e%2e/%2e%2e/etc/passwd", 404, "<p>lost</p><script"),
        ("/letters/%ff", 404, "<p>lost</p><script"),
        ("/elsewhere", 404, "<p>lost</p><script"),
        ("/_preview/live.js", 200, "// Shows the page anew"),
    ] {
        let got = browser.get(path);
        assert_eq!((got.status, got.text().starts_with(words)), (status, true), "{path}: {}", got.text());
    }
    for (path, to) in [
        ("/", "/letters/"),
        ("/letters", "/letters/"),
        ("/letters/%E4%BD%99%E7%99%BD?a=b", "/letters/%E4%BD%99%E7%99%BD/?a=b"),
    ] {
        let got = browser.get(path);
        assert_eq!((got.status, got.field("location")), (307, Some(to)), "{path}");
    }
    assert_eq!(browser.ask("POST", "/letters/", "content-length: 0\r\n").status, 405);
}

#[test]
fn a_page_on_another_site_reads_nothing() {
    let browser = Browser::seeing(&[("index.html", "a draft")]);
    for host in ["evil.example", "evil.example:8000", "localhost.evil.example"] {
        let got = browser.ask("GET", "/letters/", &format!("host: {host}\r\n"));
        assert_eq!((got.status, got.text().contains("draft")), (403, false), "{host}");
    }
}

#[test]
fn what_a_browser_has_is_not_sent_again() {
    let browser = Browser::seeing(&[("index.html", "a"), ("atom.xml", "<feed/>")]);
    for path in ["/letters/", "/letters/atom.xml", "/_preview/live.js"] {
        let got = browser.get(path);
        let etag = got.field("etag").unwrap();
        let again = browser.ask("GET", path, &format!("if-none-match: \"x\", {etag}\r\n"));
        assert_eq!((again.status, again.body.len(), again.field("etag")), (304, 0, Some(etag)), "{path}");
        let head = browser.ask("HEAD", path, "");
        let length = got.body.len().to_string();
        assert_eq!((head.status, head.body.len(), head.field("etag")), (200, 0, Some(etag)), "{path}");
        assert_eq!(head.field("content-length"), Some(length.as_str()), "{path}");
        assert_eq!(got.field("cache-control"), Some("no-cache"), "{path}");
    }
    assert_eq!(
        browser.get("/letters/atom.xml").field("content-type"),
        Some("application/atom+xml; charset=utf-8")
    );
}

#[test]
fn a_player_gets_the_part_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let talk = folder.path().join("talk.mp3");
    let octets: Vec<u8> = (0..600_000_u32).map(|number| (number % 251) as u8).collect();
    std::fs::write(&talk, &octets).unwrap();
    let browser = Browser::new();
    let tree = next_tree(&[("index.html", "a")]);
    tree.copy("talk.mp3".to_owned(), &talk);
    tree.copy("gone.mp3".to_owned(), &folder.path().join("gone.mp3"));
    browser.preview.show(tree.finish(Marks::default()));
    let whole = browser.get("/letters/talk.mp3");
    assert_eq!((whole.status, whole.field("content-type"), &whole.body), (200, Some("audio/mpeg"), &octets));
    let etag = whole.field("etag").unwrap();
    for (fields, status, range, part) in [
        ("range: bytes=10-19\r\n".to_owned(), 206, Some("bytes 10-19/600000"), &octets[10..20]),
        ("range: bytes=300000-\r\n".to_owned(), 206, Some("bytes 300000-599999/600000"), &octets[300_000..]),
        (
            format!("range: bytes=-1\r\nif-range: {etag}\r\n"),
            206,
            Some("bytes 599999-599999/600000"),
            &octets[599_999..],
        ),
        ("range: bytes=-1\r\nif-range: \"old\"\r\n".to_owned(), 200, None, &octets[..]),
        ("range: bytes=600000-\r\n".to_owned(), 416, Some("bytes */600000"), &[][..]),
    ] {
        let got = browser.ask("GET", "/letters/talk.mp3", &fields);
        assert_eq!(
            (got.status, got.field("content-range"), got.body == part),
            (status, range, true),
            "{fields}"
        );
    }
    assert_eq!(browser.get("/letters/gone.mp3").status, 404);
}

#[test]
fn a_browser_hears_of_each_tree_and_of_what_stands_in_its_way() {
    let browser = Browser::new();
    let shell = browser.get("/letters/on-maps/");
    assert_eq!((shell.status, shell.text().contains("/_preview/live.js")), (503, true));
    let mut events = browser.open("GET", "/_preview/events", "");
    assert_eq!(next(&mut events), serde_json::json!({ "files": 0, "errors": [] }));
    let complaint = || Complaint {
        message: "posts/a.md:3: no".to_owned(),
        causes: Vec::new(),
        help: Some("do".to_owned()),
    };
    browser.preview.complain(vec![complaint()]);
    assert_eq!(next(&mut events)["errors"][0]["message"], "posts/a.md:3: no");
    assert!(browser.get("/letters/").text().contains("<pre>posts/a.md:3: no\n  help: do\n</pre>"));
    browser.preview.show(tree(&[("index.html", "one"), ("map.png", "1")]));
    assert_eq!(next(&mut events), serde_json::json!({ "files": 0, "errors": [] }));
    browser.preview.complain(vec![complaint()]);
    assert_eq!(next(&mut events)["errors"][0]["help"], "do");
    assert!(browser.get("/letters/").text().starts_with("one"), "the last good tree stays");
    browser.preview.show(tree(&[("index.html", "two"), ("map.png", "1")]));
    assert_eq!(next(&mut events)["files"], 0, "only pages changed");
    browser.preview.show(tree(&[("index.html", "two"), ("map.png", "2")]));
    assert_eq!(next(&mut events)["files"], 1, "a picture changed");
}

#[test]
fn a_page_that_is_open_is_known_and_shown_before_the_rest() {
    let browser = Browser::new();
    assert!(browser.preview.open_pages().is_empty());
    let mut events = browser.open("GET", "/_preview/events?/letters/%E4%BD%99%E7%99%BD/", "");
    next(&mut events);
    assert_eq!(browser.preview.open_pages(), HashSet::from(["余白/index.html".to_owned()]));
    browser.preview.patch(artifacts(&[("index.html", "nothing to patch")]));
    browser.preview.show(tree(&[("index.html", "one"), ("a/index.html", "two")]));
    next(&mut events);
    browser.preview.patch(artifacts(&[("a/index.html", "three")]));
    next(&mut events);
    assert!(browser.get("/letters/").text().starts_with("one"));
    assert!(browser.get("/letters/a/").text().starts_with("three"));
}

#[test]
fn a_port_that_is_taken_is_passed_over_unless_it_was_asked_for() {
    let home = "https://example.org/".parse().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let preview = Preview::start(Listen::From(port), &home).unwrap();
    assert_ne!(preview.url().port(), Some(port));
    let asked = Listen::At(([127, 0, 0, 1], port).into());
    assert!(matches!(Preview::start(asked, &home), Err(WebError::Listen { .. })));
}
