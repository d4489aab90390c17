//! A client against servers of ours on this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;
use crate::trust::client_config;

/// Answers each connection in turn with one of `answers`, then closes it; hands out what was asked.
fn serving(answers: Vec<Vec<u8>>) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, questions) = mpsc::channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut question = Vec::new();
            let mut block = [0; 4096];
            while !is_whole(&question) {
                let read = stream.read(&mut block).unwrap();
                assert_ne!(read, 0, "the question ended early");
                question.extend_from_slice(&block[..read]);
            }
            asked.send(String::from_utf8(question).unwrap()).unwrap();
            // Who asked may have gone before the end.
            let _gone = stream.write_all(&answer);
        }
    });
    (address, questions)
}

fn is_whole(question: &[u8]) -> bool {
    let text = String::from_utf8_lossy(question);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn client(reach: Reach, limits: Limits) -> Client {
    Client::new(reach, limits, client_config(None).unwrap())
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn url(address: SocketAddr) -> Url {
    format!("http://{address}/hub?a=1").parse().unwrap()
}

fn answer_to_get(answer: &[u8], most_octets: usize) -> Result<Answer, WebError> {
    let (address, _questions) = serving(vec![answer.to_vec()]);
    let limits = Limits { answer: Duration::from_secs(5), ..Limits::default() };
    run(client(Reach::Anywhere, limits).get(&url(address), most_octets))
}

#[test]
fn a_form_is_posted_as_forms_are() {
    let (address, questions) = serving(vec![b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()]);
    let fields = [("hub.mode", "publish"), ("hub.url", "https://example.org/余白/atom.xml?a&b")];
    let answer = run(client(Reach::Anywhere, Limits::default()).post(&url(address), &fields, 100)).unwrap();
    assert_eq!(answer.status, 204);
    let question = questions.recv().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        question,
        format!(
            "POST /hub?a=1 HTTP/1.1\r\nhost: {address}\r\nuser-agent: Postrider/{version}\r\naccept: */*\r\n\
             accept-encoding: identity\r\ncache-control: no-cache\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: 90\r\n\r\n\
             hub.mode=publish&hub.url=https%3A%2F%2Fexample.org%2F%E4%BD%99%E7%99%BD%2Fatom.xml%3Fa%26b"
        )
    );
}

#[test]
fn a_body_is_read_however_it_is_framed_and_no_further_than_allowed() {
    for framed in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nhello",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    ] {
        let whole = answer_to_get(framed, 5).unwrap();
        assert_eq!((whole.status.as_u16(), whole.body.as_slice(), whole.is_cut), (200, &b"hello"[..], false));
        let part = answer_to_get(framed, 4).unwrap();
        assert_eq!((part.body.as_slice(), part.is_cut), (&b"hell"[..], true));
    }
}

#[test]
fn what_is_no_http_is_an_error_that_may_pass() {
    let endless_head = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".repeat(20_000)].concat();
    for answer in [
        &b"220 mail.example.org ESMTP\r\n"[..],
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        &endless_head,
    ] {
        let error = answer_to_get(answer, 100).unwrap_err();
        assert_eq!(error.to_string(), "127.0.0.1: the answer is no HTTP/1.1");
        assert!(error.is_transient());
    }
}

#[test]
fn a_server_that_says_nothing_is_waited_for_so_long_and_no_longer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let limits = Limits { answer: Duration::from_millis(50), ..Limits::default() };
    let address = listener.local_addr().unwrap();
    let error = run(client(Reach::Anywhere, limits).get(&url(address), 100)).unwrap_err();
    assert!(matches!(error, WebError::Late { step: Step::Answer, .. }), "{error:?}");
}

#[test]
fn this_machine_and_private_networks_are_not_connected_to() {
    // The address is free and nothing listens: a connection would be refused, and told otherwise.
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:10.0.0.1]", "0x7f.1", "169.254.169.254"] {
        let url = format!("http://{host}:9/").parse().unwrap();
        let error = run(client(Reach::Public, Limits::default()).get(&url, 100)).unwrap_err();
        assert!(matches!(error, WebError::Private { .. }), "{host}: {error:?}");
        assert!(!error.is_transient());
    }
}

#[test]
fn only_web_addresses_without_secrets_are_asked() {
    for wrong in
        ["ftp://example.org/", "file:///etc/passwd", "https://ada:sesame@example.org/", "mailto:a@b.example"]
    {
        let error =
            run(client(Reach::Public, Limits::default()).get(&wrong.parse().unwrap(), 100)).unwrap_err();
        assert!(matches!(error, WebError::Address { .. }), "{wrong}: {error:?}");
    }
}

#[test]
fn a_redirect_is_followed_a_few_times_with_the_form() {
    let on = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n".to_vec();
    let done = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec();
    let (address, questions) = serving(vec![on.clone(), done]);
    let ask =
        |address| run(client(Reach::Anywhere, Limits::default()).post(&url(address), &[("a", "b")], 100));
    assert_eq!(ask(address).unwrap().status, 202);
    assert!(questions.recv().unwrap().starts_with("POST /hub?a=1 "));
    let second = questions.recv().unwrap();
    assert!(second.starts_with("POST /next ") && second.ends_with("a=b"), "{second}");
    let (address, questions) = serving(vec![on; 8]);
    assert!(matches!(ask(address).unwrap_err(), WebError::Redirect { .. }));
    assert_eq!(questions.try_iter().count(), MOST_HOPS);
}
