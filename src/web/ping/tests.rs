//! Hubs and a site on this machine, and what they are asked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::*;
use crate::post::Posts;
use crate::site::{Artifact, Part, TreeWriter, Urls, topics};
use crate::trust::client_config;
use crate::web::client::{Limits, Reach};

/// What stands at which path: answers to give in turn, the last of them for ever.
type Answers = BTreeMap<String, Vec<String>>;

/// A server that answers by path and keeps what it was asked: path and body.
#[derive(Clone)]
struct Server {
    address: SocketAddr,
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { address, answers: Arc::default(), asked: Arc::default() };
        let of_thread = server.clone();
        thread::spawn(move || listener.incoming().for_each(|stream| of_thread.answer(stream.unwrap())));
        server
    }

    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let (mut path, mut octets) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                break;
            }
            if path.is_empty() {
                path = line.split(' ').nth(1).unwrap().to_owned();
            }
            octets = line.strip_prefix("content-length: ").map_or(octets, |n| n.trim().parse().unwrap());
        }
        let mut body = vec![0; octets];
        reader.read_exact(&mut body).unwrap();
        self.asked.lock().unwrap().push((path.clone(), String::from_utf8(body).unwrap()));
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.get_mut(&path) {
            Some(answers) if answers.len() > 1 => answers.remove(0),
            Some(answers) => answers[0].clone(),
            None => answer(404, "there is nothing here"),
        };
        reader.into_inner().write_all(answer.as_bytes()).unwrap();
    }

    fn will(&self, path: &str, answers: &[String]) {
        self.answers.lock().unwrap().insert(path.to_owned(), answers.to_vec());
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// Bodies that were posted to `path`, in order.
    fn posted(&self, path: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let mut posted: Vec<_> =
            asked.iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect();
        posted.sort();
        posted
    }
}

fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn busy(retry_after: &str) -> String {
    format!("HTTP/1.1 429 X\r\nretry-after: {retry_after}\r\ncontent-length: 4\r\n\r\nbusy")
}

/// A site with some feeds, as built and as served.
struct Site {
    server: Server,
    topics: Vec<Topic>,
}

impl Site {
    fn with(feeds: &[&str]) -> Self {
        let server = Server::start();
        let out = tempfile::tempdir().unwrap();
        let tree = TreeWriter::open(out.path(), Part::Site).unwrap();
        for path in feeds {
            tree.put(&Artifact::new(*path, path.as_bytes().to_vec())).unwrap();
            server.will(&format!("/{path}"), &[answer(200, path)]);
        }
        tree.finish().unwrap();
        let urls = Urls::new(&server.url("/"), &Posts::default());
        let topics = topics(out.path(), &urls).unwrap().unwrap();
        Self { server, topics }
    }

    fn news(&self, hubs: &[Url]) -> Vec<News<'_>> {
        Memory::default().news(&hubs.iter().cloned().collect(), &self.topics)
    }
}

/// Tells `news` with a pretended clock; gives the waits too.
fn tell<'a>(news: &[News<'a>], reach: Reach, patience_secs: u64) -> (PingReport<'a>, Vec<u64>) {
    let waits = Mutex::new(Vec::new());
    let pause = |wait: Duration| {
        waits.lock().unwrap().push(wait.as_secs());
        Box::pin(async {}) as Pin<Box<dyn Future<Output = ()> + Send>>
    };
    let client = Client::new(reach, Limits::default(), client_config(None).unwrap());
    let patience = Duration::from_secs(patience_secs);
    let report = Ping { client: &client, pause: &pause, looks: true, patience }.tell(news).unwrap();
    let mut waits = waits.into_inner().unwrap();
    waits.sort_unstable();
    (report, waits)
}

#[test]
fn each_hub_is_told_of_each_feed_by_itself() {
    let site = Site::with(&["atom.xml", "tags/maps/rss.xml"]);
    let hubs = Server::start();
    hubs.will("/one", &[answer(204, "")]);
    hubs.will("/two", &[answer(202, "thank you")]);
    let news = site.news(&[hubs.url("/one"), hubs.url("/two")]);
    let (report, waits) = tell(&news, Reach::Anywhere, 0);
    assert!(report.not_live.is_empty() && waits.is_empty());
    for (hub, path) in report.hubs.iter().zip(["/one", "/two"]) {
        assert_eq!((hub.told.len(), hub.untold.len()), (2, 0), "{path}");
        let site = format!("http%3A%2F%2F127.0.0.1%3A{}", site.server.address.port());
        let form = |path: &str| format!("hub.mode=publish&hub.url={site}%2F{path}&hub.topic={site}%2F{path}");
        assert_eq!(hubs.posted(path), [form("atom.xml"), form("tags%2Fmaps%2Frss.xml")]);
    }
}

#[test]
fn a_feed_that_is_not_out_as_it_was_built_is_not_told_of() {
    let site = Site::with(&["atom.xml", "feed.json", "rss.xml"]);
    let hub = Server::start();
    hub.will("/", &[answer(204, "")]);
    site.server.will("/atom.xml", &[answer(200, "atom.xml of yesterday")]);
    site.server.will("/rss.xml", &[answer(503, "")]);
    let (news, url) = (site.news(&[hub.url("/")]), hub.url("/"));
    let (report, waits) = tell(&news, Reach::Anywhere, 0);
    let found: Vec<_> =
        report.not_live.iter().map(|missing| (missing.topic.path.as_str(), &missing.why)).collect();
    assert!(
        matches!(found[..], [("atom.xml", Absent::Different), ("rss.xml", Absent::Status(503))]),
        "{found:?}"
    );
    assert_eq!(
        report.hubs[0].told.iter().map(|topic| topic.path.as_str()).collect::<Vec<_>>(),
        ["feed.json"]
    );
    assert_eq!((hub.posted("/").len(), waits.len()), (1, 0));
    // The next run tells the rest, and only that.
    let (mut memory, hubs) = (Memory::default(), BTreeSet::from([url]));
    memory.note(&report, &hubs, &site.topics);
    let left = memory.news(&hubs, &site.topics);
    let left: Vec<_> = left[0].topics.iter().map(|topic| topic.path.as_str()).collect();
    assert_eq!(left, ["atom.xml", "rss.xml"]);
}

#[test]
fn of_very_many_feeds_some_are_looked_at_and_stand_for_the_rest() {
    let mut paths: Vec<String> = (0..100).map(|number| format!("tags/{number}/atom.xml")).collect();
    paths.push("atom.xml".to_owned());
    let site = Site::with(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let hub = Server::start();
    hub.will("/", &[answer(204, "")]);
    let (report, _) = tell(&site.news(&[hub.url("/")]), Reach::Anywhere, 0);
    assert_eq!((report.hubs[0].told.len(), site.server.asked.lock().unwrap().len()), (101, 40));
    site.server.will("/atom.xml", &[answer(200, "of yesterday")]);
    let (report, _) = tell(&site.news(&[hub.url("/")]), Reach::Anywhere, 0);
    assert_eq!((report.hubs[0].told.len(), report.not_live.len()), (39, 62));
    assert!(matches!(report.not_live[61].why, Absent::WithOthers));
}

#[test]
fn a_feed_is_waited_for_as_long_as_asked() {
    let site = Site::with(&["atom.xml"]);
    let hub = Server::start();
    hub.will("/", &[answer(204, "")]);
    site.server.will("/atom.xml", &[answer(404, ""), answer(404, ""), answer(200, "atom.xml")]);
    let (report, waits) = tell(&site.news(&[hub.url("/")]), Reach::Anywhere, 120);
    assert_eq!((report.hubs[0].told.len(), waits), (1, vec![5, 5]));
    site.server.will("/atom.xml", &[answer(404, "")]);
    let (report, waits) = tell(&site.news(&[hub.url("/")]), Reach::Anywhere, 12);
    assert_eq!((report.not_live.len(), waits), (1, vec![2, 5, 5]));
}

#[test]
fn a_hub_that_is_busy_is_tried_again_and_one_that_stays_so_is_left_alone() {
    let site = Site::with(&["atom.xml"]);
    for (answers, told, want, words) in [
        (vec![answer(503, ""), answer(500, ""), answer(204, "")], 1, vec![1, 5], None),
        (vec![busy("7"), answer(204, "")], 1, vec![7], None),
        (vec![busy("3600")], 0, vec![], Some("answered 429 Too Many Requests: busy")),
        (vec![answer(503, "")], 0, vec![1, 5, 15], Some("answered 503 Service Unavailable")),
        (
            vec![answer(400, "hub.url is wrong\nat all")],
            0,
            vec![],
            Some("answered 400 Bad Request: hub.url is wrong"),
        ),
        (vec![answer(404, "<html>lost")], 0, vec![], Some("answered 404 Not Found")),
    ] {
        let hub = Server::start();
        hub.will("/", &answers);
        let (report, waits) = tell(&site.news(&[hub.url("/")]), Reach::Anywhere, 0);
        let refusal = report.hubs[0].refusal.as_ref().map(ToString::to_string);
        assert_eq!(
            (report.hubs[0].told.len(), waits, refusal.as_deref()),
            (told, want, words),
            "{answers:?}"
        );
    }
}

#[test]
fn a_hub_that_is_not_there_is_left_alone_after_its_first_feeds_and_others_are_told() {
    let paths: Vec<String> = (0..40).map(|number| format!("tags/{number}/atom.xml")).collect();
    let site = Site::with(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let hub = Server::start();
    hub.will("/", &[answer(204, "")]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone: Url = format!("http://{free}/").parse().unwrap();
    let (report, waits) = tell(&site.news(&[gone.clone(), hub.url("/")]), Reach::Anywhere, 0);
    let of = |url: &Url| report.hubs.iter().find(|hub| hub.hub == *url).unwrap();
    assert_eq!((of(&gone).told.len(), of(&gone).untold.len()), (0, 40));
    assert!(
        of(&gone)
            .refusal
            .as_ref()
            .unwrap()
            .to_string()
            .starts_with("127.0.0.1: no connection to 127.0.0.1: ")
    );
    assert_eq!((of(&hub.url("/")).told.len(), hub.posted("/").len()), (40, 40));
    assert!(waits.len() <= 4 * 3, "{waits:?}");
}

#[test]
fn a_hub_in_a_private_network_is_told_only_where_that_is_allowed() {
    let site = Site::with(&["atom.xml"]);
    let hub = Server::start();
    let news = site.news(&[hub.url("/")]);
    let (report, waits) = tell(&news, Reach::Public, 0);
    let why = &report.not_live[0].why;
    assert!(matches!(why, Absent::Unreachable(WebError::Private { .. })), "{why:?}");
    assert_eq!((report.hubs[0].told.len(), waits.len(), hub.posted("/").len()), (0, 0, 0));
}

#[test]
fn a_memory_is_the_same_after_it_was_written_and_read() {
    let site = Site::with(&["atom.xml", "rss.xml"]);
    let hub = Server::start();
    hub.will("/", &[answer(204, "")]);
    let (hubs, folder) = (BTreeSet::from([hub.url("/")]), tempfile::tempdir().unwrap());
    let file = folder.path().join(Memory::FILE_NAME);
    assert!(Memory::load(&file).unwrap().is_none());
    let (report, _) = tell(&site.news(&[hub.url("/")]), Reach::Anywhere, 0);
    let mut memory = Memory::default();
    memory.note(&report, &hubs, &site.topics);
    memory.save(&file).unwrap();
    assert_eq!(Memory::load(&file).unwrap(), Some(memory.clone()));
    assert!(memory.news(&hubs, &site.topics).is_empty());
    // Feeds and hubs that are gone are forgotten.
    memory.note(&PingReport::default(), &BTreeSet::new(), &site.topics);
    assert_eq!(memory, Memory::default());
    std::fs::write(&file, "{").unwrap();
    assert!(matches!(Memory::load(&file), Err(MemoryError::Garbled { .. })));
}
