//! What one essay file becomes, and what is said of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::post::essay::{Desk, Essay, read};
use crate::post::{Author, Hold, PostSettings, SlugStyle};

pub(in crate::post) fn settings() -> PostSettings {
    PostSettings {
        zone: TimeZone::get("Asia/Taipei").unwrap(),
        lang: "en".parse().unwrap(),
        author: Author { slug: "ada".parse().unwrap(), name: "Ada".to_owned(), url: None },
        tag_authority: "example.org".to_owned(),
        slugs: SlugStyle::Keep,
        unpublished: crate::post::Unpublished::default(),
        has_math: true,
    }
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// What came of a file: the essay or its faults, and the findings, each `LINE: WHAT [HELP]`.
struct Came {
    essay: Option<Essay>,
    faults: Vec<String>,
    findings: Vec<String>,
}

fn came_with(path: &str, bytes: &[u8], settings: &PostSettings) -> Came {
    let assets = BTreeMap::from([(PathBuf::from("talks/talk.mp3"), 4096)]);
    let desk = Desk { settings, now: now(), shown_as: Path::new("posts"), assets: &assets };
    let reading = read(Path::new(path), bytes, desk);
    let told = |flaws: Vec<crate::post::remarks::Flaw>| {
        let line = |f: crate::post::remarks::Flaw| match f.help {
            Some(help) => format!("{}: {} [{help}]", f.line, f.what),
            None => format!("{}: {}", f.line, f.what),
        };
        flaws.into_iter().map(line).collect()
    };
    Came {
        essay: reading.essay.map(|essay| *essay),
        faults: told(reading.remarks.faults),
        findings: told(reading.remarks.findings),
    }
}

fn came(path: &str, text: &str) -> Came {
    came_with(path, text.as_bytes(), &settings())
}

fn post(path: &str, text: &str) -> crate::post::Post {
    let came = came(path, text);
    assert_eq!(came.faults, Vec::<String>::new(), "given {path}: {text}");
    came.essay.unwrap().post
}

#[test]
fn front_matter_in_toml_fills_every_field() {
    let text = r##"+++
id = "tag:example.org,2020:on-maps"
title = "On maps"
date = 2026-03-01T09:00:00+09:00
updated = 2026-03-02
slug = "maps"
aliases = ["/2019/on-maps/", "old/maps.html"]
summary = "What maps leave out."
tags = ["Maps", "Reading", "maps"]
authors = ["Ada", { name = "Grace Hopper", url = "https://example.org/grace" }]
lang = "en-GB"
image = { src = "map.png", alt = "A map" }
canonical_url = "https://example.net/on-maps"
enclosure = { url = "talks/talk.mp3" }
email = false

[extra]
mood = "calm"
+++
Text.
"##;
    let came = came("2026-01-01-a.md", text);
    assert_eq!((came.faults.len(), came.findings), (0, vec![]));
    let post = came.essay.unwrap().post;
    assert_eq!(post.id.as_str(), "tag:example.org,2020:on-maps");
    assert!(post.is_id_stored && !post.is_mailed);
    assert_eq!(post.published.to_string(), "2026-03-01T09:00:00+09:00[+09:00]");
    assert_eq!(post.updated.as_ref().unwrap().to_string(), "2026-03-02T00:00:00+08:00[Asia/Taipei]");
    assert_eq!((post.title.as_str(), post.slug.as_str()), ("On maps", "maps"));
    assert_eq!(post.aliases, ["/2019/on-maps/", "/old/maps.html"]);
    assert_eq!(post.summary(), "What maps leave out.");
    assert_eq!(post.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["Maps", "Reading"]);
    assert_eq!(post.authors.iter().map(|a| a.slug.as_str()).collect::<Vec<_>>(), ["ada", "grace-hopper"]);
    assert_eq!(post.lang.as_str(), "en-GB");
    assert_eq!(post.image.map(|image| (image.src, image.alt)), Some(("map.png".into(), "A map".into())));
    assert_eq!(post.canonical_url.unwrap().as_str(), "https://example.net/on-maps");
    let enclosure = post.enclosure.unwrap();
    assert_eq!((enclosure.octets, enclosure.media_type.as_str()), (4096, "audio/mpeg"));
    assert_eq!(post.extra["mood"], "calm");
    assert_eq!(post.body.source(), "Text.\n");
}

#[test]
fn a_summary_is_plain_text_however_it_is_written() {
    let text = "+++\ntitle = 'a'\ndate = 2026-03-01\nsummary = 'The word *post*'\n+++\nText.\n";
    assert_eq!(post("a.md", text).summary(), "The word post");
    assert_eq!(post("a.txt", text).summary(), "The word *post*", "in a plain essay a star is a star");
}

#[test]
fn front_matter_in_yaml_keeps_the_letters_as_written() {
    let text = "---\ntitle: 007\ndate: 2026-03-01 09:00:00 +0800\ntags: [no, 1.0, yes]\nsummary: |\n  Two\n  lines.\n\
        extra:\n  on: yes\n  n: 7\n---\nText.\n";
    let post = post("a.md", text);
    assert_eq!(post.title, "007");
    assert_eq!(post.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["no", "1.0", "yes"]);
    assert_eq!(post.summary(), "Two lines.");
    assert_eq!(serde_json::to_string(&post.extra).unwrap(), r#"{"on":true,"n":7}"#);
}

#[test]
fn the_file_name_gives_what_front_matter_does_not() {
    let post = post("2026-03-01-on-maps.ja.md", "# Über Karten\n\nText.\n");
    assert_eq!(post.published.to_string(), "2026-03-01T00:00:00+08:00[Asia/Taipei]");
    assert_eq!((post.slug.as_str(), post.lang.as_str()), ("on-maps-ja", "ja"));
    assert_eq!((post.title.as_str(), post.body.source().as_ref()), ("Über Karten", "\nText.\n"));
    assert_eq!(post.id.as_str(), "tag:example.org,2026-03-01:on-maps.ja");
    assert!(!post.is_id_stored);
    assert_eq!(post.authors[0].name, "Ada");
}

#[test]
fn a_heading_that_is_the_title_does_not_stand_in_the_text_again() {
    for (path, body, want) in [
        ("a.md", "# On maps\n\nText.", "\nText."),
        ("a.md", "On maps\n=======\nText.", "Text."),
        ("a.md", "# On other maps\n\nText.", "# On other maps\n\nText."),
        ("a.md", "Text.\n\n# On maps\n", "Text.\n\n# On maps\n"),
        ("a.txt", "On maps\n\nText.", "\nText."),
        ("a.txt", "On maps\nText.", "On maps\nText."),
    ] {
        let post = post(path, &format!("+++\ntitle = \"On maps\"\ndate = 2026-03-01\n+++\n{body}"));
        assert_eq!(post.body.source(), want, "given {body:?}");
    }
}

/// A file's path and text, and the fault that is told of it.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "a.md",
        "+++\ntitle = \"a\"\ndate = \"2026/03/01\"\n+++\n",
        "3: `date` is not an RFC 3339 date: expected `-` after the year, found `/` [write it as 2026-03-01T09:00:00Z]",
    ),
    (
        "a.md",
        "+++\ntitle = \"a\"\ndate = 2026/03/01\n+++\n",
        "3: `date` is not an RFC 3339 date: expected `-` after the year, found `/` [write it as 2026-03-01T09:00:00Z]",
    ),
    (
        "a.md",
        "---\ntitle: a\nlastmod: soon\ndate: 2026-03-01\n---\n",
        "3: `lastmod` is not an RFC 3339 date: expected a year of four digits, found `s` [write it as 2026-03-01T09:00:00Z]",
    ),
    (
        "a.md",
        "---\ntitle: a\n---\nText",
        "0: expected a `date` in front matter or in the file name, found none [add `date = 2026-03-01T09:00:00Z`, or name the file 2026-03-01-on-maps.md]",
    ),
    (
        "0000-01-01-a.md",
        "# A\n\nText",
        "0: the day in the file's name: expected a year from 0001 to 9999, found `0000` [name the file after another day, as in 2026-03-01-on-maps.md, or add a `date`]",
    ),
    (
        "0001-01-01-a.md",
        "# A\n\nText",
        "0: the day in the file's name: expected a time from 0001-01-01T00:00:00Z to 9999-12-30T22:00:00Z, found `0001-01-01T00:00:00[Asia/Taipei]` [name the file after another day, as in 2026-03-01-on-maps.md, or add a `date`]",
    ),
    (
        "x/a.txt",
        "On maps\n\nText",
        "0: expected a `date` in front matter or in the file name, found none [`postrider adopt posts/x/a.txt` writes the front matter]",
    ),
    (
        "2026-03-01-a.md",
        "Text",
        "0: expected a `title` in front matter or a first heading, found none [`postrider adopt posts/2026-03-01-a.md` writes the front matter]",
    ),
    (
        "2026-03-01-a.md",
        "+++\ntitle = \" \\u200b\\u202e\"\n+++\n# \u{feff}\u{200b}\n",
        "0: expected a `title` in front matter or a first heading, found none [add `title = \"…\"`]",
    ),
    ("2026-03-01-a.md", "", "0: expected an essay, found an empty file"),
    (
        "2026-03-01-a.md",
        "+++\ntitle = \"a\"\nslug = \"On Maps\"\n+++\n",
        "3: `slug`: `On Maps` is not a slug: expected lower-case letters, digits and hyphens, at most 200 octets [write it as `on-maps`]",
    ),
    (
        "2026-03-01-a.md",
        "+++\ntitle = \"a\"\nid = \"on maps\"\n+++\n",
        "3: `id`: `on maps` is not an id: expected an absolute URI in ASCII such as tag:example.org,2026:on-maps",
    ),
    (
        "2026-03-01-a.md",
        "+++\ntitle = \"a\"\ntags = { a = 1 }\n+++\n",
        "3: `tags`: expected a list, found a table",
    ),
    (
        "2026-03-01-a.md",
        "---\ntitle: a\ndraft: maybe\n---\n",
        "3: `draft`: expected `true` or `false`, found `maybe`",
    ),
    (
        "2026-03-01-a.md",
        "---\ntitle: a\naliases: [/../x]\n---\n",
        "3: `aliases`: expected a path on this site such as /2019/on-maps/, found `/../x`",
    ),
    (
        "2026-03-01-a.md",
        "---\ntitle: a\nenclosure: gone.mp3\n---\n",
        "3: `enclosure`: expected a file at `gone.mp3`, found none",
    ),
    (
        "2026-03-01-a.md",
        "+++\ntitle = \"a\"\nenclosure = { url = \"https://a.example/a\", octets = 1, type = \"audio/<b>\" }\n+++\n",
        "3: `enclosure`: expected a media type such as `audio/mpeg`, found `audio/<b>`",
    ),
    ("2026-03-01-a.md", "---\n- a\n---\n", "2: YAML: expected `key: value` lines, found a list"),
];

#[test]
fn a_fault_names_line_and_what_to_do() {
    for (path, text, want) in FAULTS {
        assert_eq!(came(path, text).faults, [*want], "given {text:?}");
    }
}

#[test]
fn every_fault_of_a_file_is_told_at_once() {
    let came = came("a.md", "---\ndate: soon\nslug: A B\ndraft: 7\nlang: English language\n---\nText");
    let lines: Vec<&str> = came.faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["2", "3", "5", "4", "0"]);
    let toml = came_with(
        "a.md",
        b"+++\ntitle = on maps\ndate = 2026-03-01\ntags = [\"a\" \"b\"]\n+++\n",
        &settings(),
    );
    assert_eq!(toml.faults.len(), 2, "{:?}", toml.faults);
    assert!(
        toml.faults[0].starts_with("2: TOML: ") && toml.faults[1].starts_with("4: TOML: "),
        "{:?}",
        toml.faults
    );
}

#[test]
fn a_yaml_fault_is_told_at_its_line_of_the_file() {
    for (text, want) in [
        ("---\ntitle: a\ndate: [\n---\n", "3"),
        ("\n---\ntitle: a\ntitle: b\n---\n", "4"),
        ("---\ntitle: \"a\nb: c\n---\n", "3"),
    ] {
        let came = came("2026-03-01-a.md", text);
        assert!(came.faults[0].starts_with(&format!("{want}: YAML: ")), "given {text:?}: {:?}", came.faults);
        assert!(!came.faults[0].contains('\n'));
    }
}

#[test]
fn an_alias_bomb_is_refused_soon() {
    let mut text = "---\ntitle: a\nextra:\n  a0: &a0 [x, x]\n".to_owned();
    for n in 1..40 {
        text.push_str(&format!("  a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
    }
    let started = std::time::Instant::now();
    let came = came("2026-03-01-a.md", &format!("{text}---\n"));
    assert!(came.faults[0].contains("YAML: "), "{:?}", came.faults);
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn an_unknown_field_is_a_finding_with_the_nearest_name() {
    let came = came(
        "2026-03-01-a.md",
        "---\nid: tag:a,2026:a\ntitle: a\nsumary: b\nweight: 3\ncolour: red\n---\nText",
    );
    assert_eq!(
        came.findings,
        [
            "4: `sumary` is not a field of a post, so it has no effect [did you mean `summary`? what templates use goes under `extra`]",
            "6: `colour` is not a field of a post, so it has no effect [what templates use goes under `extra`]",
        ]
    );
}

#[test]
fn a_post_without_a_stored_id_is_a_finding_that_says_how_to_store_one() {
    let came = came("maps/index.md", "---\ntitle: a\ndate: 2026-03-01\n---\nText");
    assert_eq!(
        came.findings,
        [
            "0: no `id`: the one made from date and file name changes with them [`postrider adopt posts/maps/index.md` stores it, or add `id = \"tag:example.org,2026-03-01:maps\"`]"
        ]
    );
}

#[test]
fn drafts_and_what_is_dated_after_now_are_held() {
    let hold = |path: &str, text: &str| came(path, text).essay.unwrap().hold;
    assert_eq!(hold("a.md", "---\ntitle: a\ndraft: true\n---\nText"), Some(Hold::Draft));
    assert_eq!(hold("_drafts/a.md", "---\ntitle: a\n---\nText"), Some(Hold::Draft));
    assert_eq!(hold("2026-01-01-a.md", "---\ntitle: a\npublished: false\n---\nText"), Some(Hold::Draft));
    assert_eq!(hold("2026-11-22-a.md", "---\ntitle: a\n---\nText"), None);
    let future = hold("2026-11-22-a.md", "---\ntitle: a\ndate: 2026-11-22T12:00:01Z\n---\nText");
    assert!(matches!(future, Some(Hold::Until(_))));
}

#[test]
fn a_romanised_slug_with_kanji_asks_for_one() {
    let romanised = PostSettings { slugs: SlugStyle::Romanised, ..settings() };
    let text = "---\nid: tag:a,2026:a\ntitle: 雪国だより\n---\nことばのたより";
    let came = came_with("2026-03-01-雪国だより.md", text.as_bytes(), &romanised);
    assert_eq!(
        came.findings,
        [
            "0: `雪国だより` cannot be romanised: its kanji have more than one reading [add `slug = \"…\"` in Latin letters]"
        ]
    );
    assert_eq!(came.essay.unwrap().post.slug.as_str(), "雪国だより");
    assert_eq!(post("2026-03-01-!!!.md", text).slug.as_str().len(), "2026-03-01-abcdef".len());
}

#[test]
fn the_digest_knows_title_and_text_and_nothing_else() {
    let hash = |path: &str, text: &str| post(path, text).content_hash;
    let first = hash("2026-03-01-a.md", "---\ntitle: a\n---\nText\n");
    assert_eq!(first.len(), 64);
    assert_eq!(first, hash("b.md", "+++\r\ntitle = \"a\"\r\ndate = 2020-01-01\r\n+++\r\nText\r\n"));
    assert_ne!(first, hash("2026-03-01-a.md", "---\ntitle: b\n---\nText\n"));
    assert_ne!(first, hash("2026-03-01-a.md", "---\ntitle: a\n---\nOther text\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_octets_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        came_with("a.md", &bytes, &settings());
        came_with("2026-03-01-a.txt", &bytes, &settings());
    }

    #[test]
    fn no_front_matter_panics(
        fence in prop::sample::select(vec!["+++", "---"]),
        lines in prop::collection::vec(
            ("(title|date|tags|authors|image|enclosure|aliases|extra|slug|id|\\[a\\]|url)", "( = |: |)", "[-0-9\"'\\[\\]{}T:,.é圖a-c ]{0,24}"),
            0..8,
        ),
    ) {
        let lines: String = lines.into_iter().map(|(key, sign, value)| format!("{key}{sign}{value}\n")).collect();
        came("2026-03-01-a.md", &format!("{fence}\n{lines}{fence}\nText"));
    }
}

#[test]
fn a_heading_whose_text_is_dropped_is_read_as_it_is_written() {
    let post = post("2026-03-01-a.md", "# <template>inside\n\nText.");
    assert_eq!(post.title, "<template>inside");
}
