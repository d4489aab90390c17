//! An edit costs what it changes, and gives what a clean build gives.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::shelf::{Files, difference, public, tree};
use crate::{assert_succeeds, build};

const CONFIG: &str = "[publication]\nurl = \"https://letters.example/\"\ntitle = \"Letters\"\nlanguage = \"en\"\n\
                      time_zone = \"UTC\"\nauthor = \"Ada\"\n\
                      [extra_feeds.all]\nitems = 0\nformats = [\"atom\", \"rss\", \"json\"]\n";

const NAMES: [&str; 6] = ["one", "two", "three", "four", "five", "six"];

/// A publication of posts that lead to each other in every way there is.
fn publication(root: &Path) {
    fs::create_dir_all(root.join("posts")).unwrap();
    fs::write(root.join("config.toml"), CONFIG).unwrap();
    for day in 1..=104 {
        let name = NAMES[day % NAMES.len()];
        let (month, day_of_month) = (day / 28 + 1, day % 28 + 1);
        let text = format!(
            "+++\nid = \"tag:letters.example,2026:{day}\"\ntitle = \"Letter {day}\"\ntags = [\"{name}\"]\n+++\n\n\
             A letter of *some* words about {name}.[^1]\n\n[^1]: See <https://example.org/{day}>.\n"
        );
        fs::write(post(root, &format!("2026-{month:02}-{day_of_month:02}-letter-{day}.md")), text).unwrap();
    }
    let links = "+++\nid = \"tag:letters.example,2026:links\"\ntitle = \"Links\"\n+++\n\nSee [[letter-7]] and \
                 [this](2026-01-09-letter-8.md).\n";
    fs::write(post(root, "2026-04-01-links.md"), links).unwrap();
}

fn post(root: &Path, name: &str) -> std::path::PathBuf {
    root.join("posts").join(name)
}

fn change(root: &Path, name: &str, from: &str, to: &str) {
    let text = fs::read_to_string(post(root, name)).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    fs::write(post(root, name), text.replace(from, to)).unwrap();
}

/// Files that the build wrote.
fn written(root: &Path) -> u64 {
    let mut command = build(root);
    let output = command.arg("--json").output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    json["written"].as_u64().unwrap()
}

/// What a build gives where nothing was built before.
fn clean(root: &Path) -> Files {
    let fresh = TempDir::new().unwrap();
    for folder in ["posts", "templates"].iter().filter(|folder| root.join(folder).exists()) {
        for (path, octets) in tree(&root.join(folder)) {
            let file = fresh.path().join(folder).join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, octets).unwrap();
        }
    }
    fs::copy(root.join("config.toml"), fresh.path().join("config.toml")).unwrap();
    assert_succeeds(build(fresh.path()));
    public(tree(&fresh.path().join("public")))
}

type Edit = fn(&Path);

const EDITS: [(&str, Edit); 15] = [
    ("another word", |root| change(root, "2026-01-08-letter-7.md", "some", "other")),
    ("another title", |root| change(root, "2026-01-08-letter-7.md", "Letter 7", "Lettre 7")),
    ("another address", |root| {
        change(root, "2026-01-09-letter-8.md", "title =", "slug = \"eight\"\ntitle =")
    }),
    ("an older address", |root| {
        change(root, "2026-01-09-letter-8.md", "title =", "aliases = [\"/8/\"]\ntitle =")
    }),
    ("another tag", |root| change(root, "2026-01-20-letter-19.md", "[\"two\"]", "[\"seven\"]")),
    ("a new post", |root| fs::write(post(root, "2026-05-01-new.md"), "# New\n\nNews.\n").unwrap()),
    ("a post that came late", |root| {
        fs::write(post(root, "2026-01-15-late.md"), "# Late\n\nLate.\n").unwrap()
    }),
    ("a translation", |root| {
        let text = "+++\nid = \"tag:letters.example,2026:7de\"\ntitle = \"Brief 7\"\n+++\n\nEin Brief.\n";
        fs::write(post(root, "2026-01-08-letter-7.de.md"), text).unwrap();
    }),
    ("another language", |root| change(root, "2026-02-02-letter-29.md", "title =", "lang = \"de\"\ntitle =")),
    ("another title in that language", |root| change(root, "2026-01-08-letter-7.de.md", "Brief", "Post")),
    ("a series", |root| change(root, "2026-02-03-letter-30.md", "title =", "series = \"A\"\ntitle =")),
    ("another date", |root| {
        change(root, "2026-02-05-letter-32.md", "title =", "date = 2026-03-03T09:00:00Z\ntitle =")
    }),
    ("a post taken away", |root| fs::remove_file(post(root, "2026-02-04-letter-31.md")).unwrap()),
    ("a template", |root| {
        fs::create_dir_all(root.join("templates")).unwrap();
        fs::write(root.join("templates/custom.css"), "p { color: red }\n").unwrap();
    }),
    ("a title of the whole", |root| {
        fs::write(root.join("config.toml"), CONFIG.replace("\"Letters\"", "\"Post\"")).unwrap();
    }),
];

#[test]
fn after_every_edit_the_tree_is_what_a_clean_build_makes() {
    let root = TempDir::new().unwrap();
    publication(root.path());
    // Long enough for essays to count as left alone, so that from here on only what is edited is read.
    thread::sleep(Duration::from_millis(2100));
    assert_succeeds(build(root.path()));
    let out = root.path().join("public");
    for (what, edit) in EDITS {
        edit(root.path());
        assert_succeeds(build(root.path()));
        let found = public(tree(&out));
        assert_eq!(difference(&found, &clean(root.path())), None, "after {what}");
        assert_eq!(written(root.path()), 0, "after {what}, built again");
    }
}

#[test]
fn a_file_that_somebody_changed_is_made_anew() {
    let root = TempDir::new().unwrap();
    publication(root.path());
    assert_succeeds(build(root.path()));
    let out = root.path().join("public");
    let want = public(tree(&out));
    for (path, octets) in
        [("letter-9/index.html", &b"<p>mine</p>"[..]), ("atom.xml", b"<feed/>"), ("rss.xml", b"")]
    {
        fs::write(out.join(path), octets).unwrap();
    }
    fs::remove_file(out.join("letter-10/index.html")).unwrap();
    assert_eq!(written(root.path()), 4);
    assert_eq!(difference(&want, &public(tree(&out))), None);
}

/// Whether it tells how the tree or the essays were found.
fn is_list(path: &str) -> bool {
    path.starts_with("seals-1/") || path.starts_with("records-2/")
}

#[test]
fn without_what_was_kept_the_tree_is_the_same() {
    let root = TempDir::new().unwrap();
    publication(root.path());
    assert_succeeds(build(root.path()));
    let out = root.path().join("public");
    let want = public(tree(&out));
    let cache = root.path().join(".postrider/cache");
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(written(root.path()), 0);
    for damaged in ["", "x\n", "00 1 2", &"a".repeat(4000)] {
        for path in tree(&cache).keys().filter(|path| is_list(path)) {
            fs::write(cache.join(path), damaged).unwrap();
        }
        assert_eq!(written(root.path()), 0);
        assert_eq!(difference(&want, &public(tree(&out))), None);
    }
    let mut anew = build(root.path());
    anew.arg("--no-cache");
    assert_succeeds(anew);
    assert_eq!(difference(&want, &public(tree(&out))), None);
}

/// WAV of four seconds at 1,000 octets each, or of two at twice as many: as long a file, another length of sound.
fn recording(per_second: u32) -> Vec<u8> {
    let rate = per_second.to_le_bytes();
    let format = [&b"WAVEfmt \x10\0\0\0\x01\0\x01\0"[..], &rate, &rate, b"\x01\0\x08\0data"].concat();
    [&b"RIFF\xc4\x0f\0\0"[..], &format, &4000_u32.to_le_bytes(), &[0; 4000]].concat()
}

/// The tree that a build of `root` leaves must be what one makes that keeps nothing.
fn assert_as_without_cache(root: &Path, what: &str) {
    assert_succeeds(build(root));
    let (kept, anew) = (root.join("public"), root.join("anew"));
    let mut without = build(root);
    without.args(["--no-cache", "--out", "anew"]);
    assert_succeeds(without);
    assert_eq!(difference(&public(tree(&kept)), &public(tree(&anew))), None, "{what}");
}

#[test]
fn whatever_becomes_of_a_recording_the_tree_is_what_a_build_without_cache_makes() {
    let root = TempDir::new().unwrap();
    let root = root.path();
    let put = |per_second| fs::write(post(root, "talk.wav"), recording(per_second)).unwrap();
    let plays = |length: &str| {
        let feed = fs::read_to_string(root.join("public/rss.xml")).unwrap();
        assert!(feed.contains(&format!("<itunes:duration>{length}</itunes:duration>")), "{feed}");
    };
    fs::create_dir_all(root.join("posts")).unwrap();
    fs::write(root.join("config.toml"), CONFIG).unwrap();
    let heard =
        "+++\nid = \"tag:letters.example,2026:heard\"\nenclosure = \"talk.wav\"\n+++\n\n# Heard\n\nText.\n";
    fs::write(post(root, "2026-01-01-heard.md"), heard).unwrap();
    put(1000);
    assert_as_without_cache(root, "a new recording");
    // Long enough for the recording to count as left alone: now the post is recorded.
    thread::sleep(Duration::from_millis(2100));
    assert_as_without_cache(root, "left alone");
    let kept = tree(&root.join(".postrider/cache"));
    let names = |octets: &[u8]| String::from_utf8_lossy(octets).contains("2026-01-01-heard.md");
    assert!(kept.iter().any(|(path, octets)| path.starts_with("records-2/") && names(octets)));
    assert_as_without_cache(root, "unchanged");
    plays("4");
    put(2000);
    assert_as_without_cache(root, "replaced by another");
    plays("2");
    let before = public(tree(&root.join("public")));
    fs::remove_file(post(root, "talk.wav")).unwrap();
    let gone = build(root).output().unwrap();
    let said = String::from_utf8(gone.stderr).unwrap();
    assert_eq!(gone.status.code(), Some(1), "{said}");
    let fault = "posts/2026-01-01-heard.md:3: `enclosure`: expected a file at `talk.wav`, found none";
    assert!(said.contains(fault), "{said}");
    assert_eq!(difference(&before, &public(tree(&root.join("public")))), None, "a fault changes nothing");
    put(1000);
    assert_as_without_cache(root, "put back");
    plays("4");
}
