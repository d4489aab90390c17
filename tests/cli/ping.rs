//! `ping`: hubs are told which feeds have changed, and of nothing else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::publication::Publication;

/// Serves the files of a folder, and takes what is posted to `/hub`.
#[derive(Clone)]
pub struct Server {
    address: SocketAddr,
    folder: PathBuf,
    posted: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn of(folder: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), folder, posted: Arc::default() };
        let of_thread = server.clone();
        thread::spawn(move || listener.incoming().for_each(|stream| of_thread.answer(stream.unwrap())));
        server
    }

    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        while head.last().is_none_or(|line: &String| line != "\r\n") {
            let mut line = String::new();
            assert_ne!(reader.read_line(&mut line).unwrap(), 0, "{head:?}");
            head.push(line);
        }
        let octets = head.iter().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; octets.map_or(0, |octets| octets.trim().parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        let answer = match head[0].split(' ').nth(1).unwrap() {
            "/hub" => {
                self.posted.lock().unwrap().push(String::from_utf8(body).unwrap());
                b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()
            }
            "/refusing" => b"HTTP/1.1 403 Forbidden\r\ncontent-length: 10\r\n\r\nwho is it?".to_vec(),
            path => match std::fs::read(self.folder.join(&path[1..])) {
                Ok(file) => {
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", file.len());
                    [head.into_bytes(), file].concat()
                }
                Err(_) => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
            },
        };
        reader.into_inner().write_all(&answer).unwrap();
    }

    /// Feeds the hub was told of since it was last asked, in order.
    fn told(&self) -> Vec<String> {
        let site = format!("hub.mode=publish&hub.url=http%3A%2F%2F127.0.0.1%3A{}%2F", self.address.port());
        let posted = std::mem::take(&mut *self.posted.lock().unwrap());
        let path = |form: &String| {
            let rest = form.strip_prefix(&site).unwrap_or_else(|| panic!("{form}"));
            rest.split('&').next().unwrap().replace("%2F", "/")
        };
        let mut told: Vec<String> = posted.iter().map(path).collect();
        told.sort();
        told
    }
}

/// A publication with one post, built, and served from where it was built.
pub fn publication(hub: &str) -> (Publication, Server) {
    let publication = Publication::empty();
    let server = Server::of(publication.path("public"));
    let address = server.address;
    publication.write("posts/2026-11-01-maps.md", "---\ntitle: Maps\ntags: [maps]\n---\nOn maps.\n");
    publication.write(
        "config.toml",
        format!(
            "[publication]\nurl = \"http://{address}/\"\ntitle = \"Letters\"\n\
             [posts]\nid_authority = \"example.org\"\n[mail]\nlist_id = \"letters.example.org\"\n\
             from = \"ada@example.org\"\npostal_address = \"1 Example Street\"\nleave_address = \"leave@example.org\"\n\
             [feeds]\nformats = [\"atom\"]\nhubs = [\"http://{address}{hub}\"]\nprivate_hubs = true\n"
        ),
    );
    publication.run(&["ledger", "init"]).succeeds();
    publication.run(&["build"]).exits(0);
    (publication, server)
}

#[test]
fn hubs_are_told_of_feeds_that_have_changed_and_of_each_once() {
    let (publication, server) = publication("/hub");
    let all = ["atom.xml", "authors/letters/atom.xml", "tags/maps/atom.xml"];
    let hub = format!("http://{}/hub", server.address);
    let intent = publication.run(&["ping", "--dry-run"]).succeeds().out;
    let lines: String = all.iter().map(|feed| format!("  http://{}/{feed}\n", server.address)).collect();
    assert_eq!(intent, format!("{hub} would be told of 3 feeds:\n{lines}"));
    assert!(server.told().is_empty());
    publication.run(&["ping"]).prints(&format!("Told {hub} of 3 feeds.\n"));
    assert_eq!(server.told(), all);
    publication.run(&["ping"]).prints("No feed has changed since the hubs were told.\n");
    assert!(server.told().is_empty());
    publication.write("posts/2026-11-02-seas.md", "---\ntitle: Seas\n---\nOn seas.\n");
    publication.run(&["build"]).exits(0);
    let json = publication.run(&["ping", "--json"]).exits(0).json();
    assert_eq!(json["hubs"][0]["told"].as_array().unwrap().len(), 2, "{json}");
    assert_eq!(server.told(), ["atom.xml", "authors/letters/atom.xml"]);
    publication.run(&["ping", "--all"]).prints(&format!("Told {hub} of 3 feeds.\n"));
    assert_eq!(server.told(), all);
}

#[test]
fn what_is_not_out_yet_is_told_after_the_deploy() {
    let (publication, server) = publication("/hub");
    publication.write("posts/2026-11-02-seas.md", "---\ntitle: Seas\n---\nOn seas.\n");
    publication.run(&["build", "--out", "next"]).exits(0);
    let run = publication.run(&["ping", "--out", "next"]).exits(0);
    let site = format!("http://{}", server.address);
    assert_eq!(run.out, format!("Told {site}/hub of 1 feed.\n"));
    assert_eq!(
        run.err,
        format!(
            "note: {site}/atom.xml: is not there as it was built: no hub was told of this feed and 1 more\n  \
             help: run `postrider ping` again when the deploy is over, or with --wait SECS; \
             where the site changes feeds on their way, with --unchecked\n"
        )
    );
    assert_eq!(server.told(), ["tags/maps/atom.xml"]);
    publication
        .run(&["ping", "--out", "next", "--unchecked"])
        .prints(&format!("Told {site}/hub of 2 feeds.\n"));
    assert_eq!(server.told(), ["atom.xml", "authors/letters/atom.xml"]);
}

#[test]
fn publish_tells_hubs_where_it_is_asked_to_and_a_hub_that_refuses_holds_nothing_up() {
    let (publication, server) = publication("/hub");
    publication.run(&["publish"]).exits(0);
    assert!(server.told().is_empty());
    let asked = [("POSTRIDER_FEEDS__PING_ON_PUBLISH", "true")];
    let run = publication.run_with(&asked, &["publish"]).exits(0);
    assert!(run.out.contains(&format!("\nTold http://{}/hub of 3 feeds.\n", server.address)), "{run:#?}");
    assert_eq!(server.told().len(), 3);
    let refusing = format!("http://{}/refusing", server.address);
    let run = publication.run_with(&[asked[0], ("POSTRIDER_FEEDS__HUBS", &refusing)], &["publish"]).exits(0);
    let note = format!(
        "note: {refusing}: answered 403 Forbidden: who is it?: it was not told of 3 feeds\n  \
         help: the next `postrider ping` tells it again\n"
    );
    assert!(run.err.contains(&note), "{run:#?}");
    assert!(run.out.contains("No hub was told of anything.\n"), "{run:#?}");
}

#[test]
fn a_private_address_is_not_asked_unless_that_is_allowed() {
    let (publication, server) = publication("/hub");
    let run = publication.run_with(&[("POSTRIDER_FEEDS__PRIVATE_HUBS", "false")], &["ping"]).exits(0);
    let first = run.err.lines().next().unwrap();
    assert!(first.contains("127.0.0.1 leads to 127.0.0.1, which is no public address"), "{run:#?}");
    assert!(server.told().is_empty());
}

#[test]
fn what_stands_in_the_way_of_telling_is_told() {
    let (publication, _server) = publication("/hub");
    publication.run(&["ping", "--out", "nowhere"]).fails(
        64,
        "error: nowhere: expected a public tree, found none\n  help: run `postrider build`, or name it with --out\n",
    );
    publication.run_with(&[("POSTRIDER_FEEDS__HUBS", "")], &["ping"]).fails(
        78,
        "error: `feeds.hubs` names no hub\n  \
         help: add `hubs = [\"https://pubsubhubbub.appspot.com/\"]` to [feeds] and build again\n",
    );
    publication.run_with(&[("POSTRIDER_FEEDS__HUBS", "ftp://hub.example/")], &["ping"]).fails(
        78,
        "error: POSTRIDER_FEEDS__HUBS: `hubs`: expected an https or http address, found `ftp://hub.example/`\n",
    );
    publication.write("postrider.pings", "{");
    let run = publication.run(&["ping", "--dry-run"]).exits(0);
    assert_eq!(
        run.err,
        "note: postrider.pings: expected what an earlier ping wrote, found something else: \
         EOF while parsing an object at line 1 column 1\n  \
         help: hubs are told of every feed once more, which does no harm\n"
    );
}
