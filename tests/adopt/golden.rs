//! File pairs: an essay, the post it becomes, and what that post says when it is read back.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use postrider::post::{Adoption, Author, Given, MarkupSettings, PostSettings, Posts, Shelf, SlugStyle};
use postrider::site::Urls;

fn settings() -> PostSettings {
    let lang = "en".parse().unwrap();
    PostSettings {
        zone: TimeZone::get("Asia/Taipei").unwrap(),
        author: Author::named("Ada Marlow", None, SlugStyle::Keep, &lang).unwrap(),
        lang,
        tag_authority: "letters.example.org".to_owned(),
        slugs: SlugStyle::Keep,
        unpublished: postrider::post::Unpublished::default(),
        has_math: true,
    }
}

fn now() -> Timestamp {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn essays() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adopt");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_essay = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(|c: char| c.is_ascii_digit()) && (name.ends_with(".txt") || name.ends_with(".md"))
    };
    let mut essays: Vec<PathBuf> = paths.filter(is_essay).collect();
    essays.sort();
    essays
}

/// What becomes of `essay` in an empty posts folder.
fn adopted(essay: &Path, posts: &Path) -> Adoption {
    let settings = settings();
    let shelf = Shelf::read(posts, Path::new("posts"), &settings, now()).unwrap();
    let given = Given {
        file: essay.file_name().unwrap().into(),
        below_posts: None,
        modified: "2026-10-31T20:00:00Z".parse().unwrap(),
        bytes: fs::read(essay).unwrap(),
    };
    shelf.adopt(&[given]).unwrap().remove(0)
}

/// What the post says when it is read back, and its headings as a page shows them.
fn reading(adoption: &Adoption, posts_folder: &Path) -> String {
    fs::write(posts_folder.join(&adoption.target), &adoption.bytes).unwrap();
    let posts = Posts::load(posts_folder, Path::new("posts"), &settings(), now()).unwrap();
    assert!(posts.findings.is_empty(), "{:?}", posts.findings);
    let post = &posts.published[0];
    let urls = Urls::new(&"https://letters.example.org/".parse().unwrap(), &posts);
    let web = post.render_web(&urls, &MarkupSettings::default());
    let headings: Vec<&str> = web.lines().filter(|line| line.starts_with("<h")).collect();
    let authors: Vec<&str> = post.authors.iter().map(|author| author.name.as_str()).collect();
    format!(
        "file: {}\ntitle: {} (from {:?})\nauthors: {}\nlang: {}\ndate: {} (from {:?})\nsummary: {}\n{}\n",
        adoption.target.display(),
        post.title,
        adoption.facts.title_from,
        authors.join("; "),
        post.lang,
        post.published,
        adoption.facts.date_from,
        post.summary(),
        headings.join("\n"),
    )
}

#[test]
fn every_essay_becomes_the_post_that_is_expected() {
    let mut faults = Vec::new();
    let essays = essays();
    assert!(essays.len() >= 24, "found {}", essays.len());
    for essay in essays {
        let posts = tempfile::tempdir().unwrap();
        let adoption = adopted(&essay, posts.path());
        let reading = reading(&adoption, posts.path()).into_bytes();
        for (suffix, found) in [("post", &adoption.bytes), ("read", &reading)] {
            let expected = essay.with_extension(suffix);
            if std::env::var_os("UPDATE_EXPECTED").is_some() {
                fs::write(&expected, found).unwrap();
            }
            if fs::read(&expected).unwrap_or_default() != *found {
                faults.push(format!("{}:\n{}", expected.display(), String::from_utf8_lossy(found)));
            }
        }
    }
    assert!(faults.is_empty(), "differ from what is expected:\n{}", faults.join("\n"));
}

#[test]
fn an_essay_below_its_head_is_kept_to_the_octet() {
    for essay in essays() {
        let posts = tempfile::tempdir().unwrap();
        let adoption = adopted(&essay, posts.path());
        let bytes = fs::read(&essay).unwrap();
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let front = adoption.front.len() + adoption.front.lines().count() * usize::from(has_crlf(text));
        let body = &adoption.bytes[front..];
        assert!(adoption.bytes.starts_with(b"+++"));
        let lost = text.len() - body.len();
        // What is kept above the text (a subtitle, a month) is there as well; the longest essay's head is short.
        let tail = &body[body.len().min(lost)..];
        assert!(text.ends_with(tail) && !tail.is_empty(), "{}", essay.display());
        assert!(lost < 200, "{} lost {lost} octets", essay.display());
    }
}

fn has_crlf(text: &[u8]) -> bool {
    text.windows(2).any(|pair| pair == b"\r\n")
}

#[test]
fn an_essay_that_was_adopted_is_known_again_whatever_its_post_has_become() {
    for essay in essays() {
        let posts = tempfile::tempdir().unwrap();
        let first = adopted(&essay, posts.path());
        let mut post = first.bytes.clone();
        post.splice(3..3, b"\ntags = [\"letters\"]".iter().copied());
        fs::write(posts.path().join(&first.target), post).unwrap();
        let second = adopted(&essay, posts.path());
        assert_eq!(second.change, postrider::post::Change::Nothing, "{}", essay.display());
        assert_eq!(second.target, first.target);
    }
}
