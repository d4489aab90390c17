//! Verbs that go on until Ctrl-C: `preview`, and `build --watch`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use crate::publication::Publication;

/// A run that goes on, and is ended when this is dropped.
struct Going {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Going {
    fn start(publication: &Publication, arguments: &[&str]) -> Self {
        let mut command = publication.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next line it prints.
    #[track_caller]
    fn says(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "it has ended");
        line.trim_end().to_owned()
    }

    /// Reads lines up to one that begins with `words`.
    #[track_caller]
    fn says_in_the_end(&mut self, words: &str) -> String {
        loop {
            let line = self.says();
            if line.starts_with(words) {
                return line;
            }
        }
    }

    /// Its first line on standard error.
    fn complains(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Presses Ctrl-C; gives the exit code.
    fn interrupt(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn publication() -> Publication {
    let publication = Publication::empty();
    publication
        .write("config.toml", "[publication]\nurl = \"https://example.org/letters/\"\ntitle = \"Letters\"\n");
    publication.write("posts/2026-11-01-maps.md", post("Maps", "First words."));
    publication
}

fn post(title: &str, text: &str) -> String {
    format!("---\nid: tag:example.org,2026:{title}\ntitle: {title}\n---\n{text}\n")
}

/// Where a run of `preview` with `arguments` is found, once it has built.
fn previewing(publication: &Publication, arguments: &[&str]) -> (Going, String) {
    let mut run = Going::start(publication, &[&["preview"], arguments].concat());
    let line = run.says();
    let url =
        line.strip_prefix("Preview at http://").and_then(|rest| rest.strip_suffix(" – Ctrl-C ends it."));
    let (address, path) = url.unwrap_or_else(|| panic!("{line}")).split_once('/').unwrap();
    assert_eq!(path, "letters/");
    run.says_in_the_end("Built ");
    (run, address.to_owned())
}

/// Writes in two steps, as some editors do.
fn edit(publication: &Publication, name: &str, text: &str) {
    let path = publication.path(name);
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&text.as_bytes()[..text.len() / 2]).unwrap();
    file.write_all(&text.as_bytes()[text.len() / 2..]).unwrap();
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The data of the next event.
fn next(events: &mut impl BufRead) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(events.read_line(&mut line).unwrap(), 0, "the events ended");
        if let Some(data) = line.strip_prefix("data: ") {
            return data.trim_end().to_owned();
        }
    }
}

#[test]
fn an_edit_is_on_the_screen_and_a_mistake_is_shown_over_the_last_page() {
    let publication = publication();
    let (mut run, address) = previewing(&publication, &[]);
    let address = address.as_str();
    let page = get(address, "/letters/maps/");
    assert!(page.contains("First words.") && page.contains(&format!("http://{address}/letters/")), "{page}");
    let mut events = BufReader::new(TcpStream::connect(address).unwrap());
    write!(events.get_mut(), "GET /_preview/events?/letters/maps/ HTTP/1.1\r\nhost: {address}\r\n\r\n")
        .unwrap();
    assert_eq!(next(&mut events), r#"{"files":0,"errors":[]}"#);
    edit(&publication, "posts/2026-11-01-maps.md", &post("Maps", "Second words."));
    while !get(address, "/letters/maps/").contains("Second words.") {
        next(&mut events);
    }
    edit(&publication, "posts/2026-11-01-maps.md", "---\ntitel: Maps\n---\nThird words.\n");
    while !next(&mut events).contains("expected a `title`") {}
    assert!(get(address, "/letters/maps/").contains("Second words."));
    assert!(!publication.path("public").exists());
    assert_eq!(run.interrupt(), Some(0));
}

#[test]
fn what_is_not_published_is_previewed_with_a_mark() {
    let publication = publication();
    publication.write("posts/2026-11-03-seas.md", "---\ntitle: Seas\ndraft: true\n---\nOn seas.\n");
    publication.write("posts/2026-12-24-snow.md", "---\ntitle: Snow\n---\nOn snow.\n");
    let (_run, address) = previewing(&publication, &[]);
    let home = get(&address, "/letters/");
    for (slug, why) in [("seas", "draft"), ("snow", "from 2026-12-24")] {
        let page = get(&address, &format!("/letters/{slug}/"));
        assert!(page.contains(&format!("body::after {{ content: \"{why}: not in a build yet\"")), "{page}");
        let mark = format!("a[href=\"http://{address}/letters/{slug}/\"]::before {{ content: \"{why}\"");
        assert!(home.contains(&mark), "{home}");
    }
    assert!(!get(&address, "/letters/maps/").contains("body::after"));
    let (_run, address) = previewing(&publication, &["--published"]);
    assert!(get(&address, "/letters/seas/").starts_with("HTTP/1.1 404 "));
    assert!(!get(&address, "/letters/").contains("::before"));
}

#[test]
fn a_tree_is_built_again_whenever_a_file_changes_and_survives_mistakes() {
    let publication = publication();
    let mut run = Going::start(&publication, &["build", "--watch"]);
    let line = run.says();
    assert!(line.starts_with("Built 1 post and ") && line.ends_with(" ms."), "{line}");
    publication.write("posts/2026-11-02-seas.md", post("Seas", "On seas."));
    let line = run.says_in_the_end("Built 2 posts and ");
    assert!(line.contains(" as they were. "), "{line}");
    assert!(publication.read("public/seas/index.html").contains("On seas."));
    publication.write("posts/2026-11-02-seas.md", "---\ntitle: [\n---\n");
    assert!(run.complains().starts_with("error: posts/2026-11-02-seas.md:"));
    assert!(publication.read("public/seas/index.html").contains("On seas."));
    publication.write("posts/2026-11-02-seas.md", post("Seas", "On seas again."));
    run.says_in_the_end("Built 2 posts and ");
    assert!(publication.read("public/seas/index.html").contains("On seas again."));
    assert_eq!(run.interrupt(), Some(0));
}

#[test]
fn all_addresses_at_once_and_one_that_is_taken_are_refused() {
    let publication = publication();
    publication.run(&["preview", "--listen", "0.0.0.0:8000"]).fails(
        64,
        "error: --listen 0.0.0.0:8000: expected one address of this machine, found all of them\n  \
         help: name the one that other machines know, such as 192.168.1.5:8000\n",
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = publication.run(&["preview", "--listen", &address]).exits(78).err;
    assert!(
        error.starts_with(&format!("error: {address}: nobody can be served there\n  cause: ")),
        "{error}"
    );
}
