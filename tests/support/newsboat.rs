//! A real feed reader, and a server to read from.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tempfile::TempDir;

/// Serves over HTTP on a free port of this machine until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// `find` gives what stands at a path; it is made from the address.
    pub fn start<F>(find: impl FnOnce(SocketAddr) -> F) -> Self
    where
        F: Fn(&str) -> Option<Vec<u8>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let find = find(address);
        let is_over = Arc::new(AtomicBool::new(false));
        let is_over_there = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over_there.load(Ordering::SeqCst) {
                    return;
                }
                answer(stream.unwrap(), &find);
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

fn answer(mut stream: TcpStream, find: &impl Fn(&str) -> Option<Vec<u8>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let found = find(request.split(' ').nth(1).unwrap_or_default());
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    let body = found.unwrap_or_default();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // The client may have gone; the test then sees that items are missing.
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).ok();
}

/// An item as newsboat keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub guid: String,
    pub title: String,
    pub author: String,
    pub url: String,
    /// Seconds since 1970.
    pub published: i64,
}

/// A reader at home in a folder of its own, subscribed to one feed.
pub struct Newsboat {
    home: TempDir,
}

impl Newsboat {
    pub fn subscribed_to(url: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("urls"), format!("{url}\n")).unwrap();
        fs::write(home.path().join("config"), "use-proxy no\n").unwrap();
        Self { home }
    }

    /// Reads the feed and says how many items are new, in newsboat's words.
    pub fn unread_after_reload(&self) -> String {
        let at = |name: &str| self.home.path().join(name);
        let mut command = Command::new("newsboat");
        command.env("HOME", self.home.path()).env("LC_ALL", "C.UTF-8").env_remove("http_proxy");
        command.arg("-u").arg(at("urls")).arg("-C").arg(at("config")).arg("-c").arg(at("cache.db"));
        let output = command.args(["-x", "reload", "print-unread"]).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{err}");
        format!("{}{err}", String::from_utf8_lossy(&output.stdout)).trim().to_owned()
    }

    /// In the order of their guids.
    pub fn items(&self) -> Vec<Item> {
        let cache = Connection::open(self.home.path().join("cache.db")).unwrap();
        let mut rows =
            cache.prepare("SELECT guid, title, author, url, pubDate FROM rss_item ORDER BY guid").unwrap();
        let items = rows.query_map([], |row| {
            let [guid, title, author, url] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok(Item { guid, title, author, url, published: row.get(4)? })
        });
        items.unwrap().map(Result::unwrap).collect()
    }

    pub fn mark_all_as_read(&self) {
        let cache = Connection::open(self.home.path().join("cache.db")).unwrap();
        cache.execute("UPDATE rss_item SET unread = 0", []).unwrap();
    }
}
