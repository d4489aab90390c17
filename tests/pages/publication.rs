//! Publications to build with the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A public tree: text files by their path.
pub type Tree = BTreeMap<String, String>;

/// Posts that use every field and more tags than one list shows, with `templates` in the place of built-in ones.
pub fn rich(templates: &[(&str, &str)]) -> Tree {
    read(&rich_folder(templates).path().join("public"))
}

/// The same with its public tree on disk, in `public`.
pub fn rich_folder(templates: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let many: String = (0..101).map(|number| format!("\"Tag {number}\", ")).collect();
    // One that is wider than a phone.
    let many = format!("{many}\"{}\"", "tag".repeat(40));
    let many = format!(
        "+++\nid = \"tag:example.org,2025:many\"\ntitle = \"Many tags\"\nlang = \"la\"\ntags = [{many}]\n+++\nTags.\n"
    );
    let files = [
        ("config.toml", CONFIG),
        ("posts/2026-03-01-on-maps.md", ON_MAPS),
        ("posts/2026-03-01-on-maps.de.md", UEBER_KARTEN),
        ("posts/2026-02-01-on-paper.md", ON_PAPER),
        ("posts/2026-01-01-letters.md", LETTERS),
        ("posts/2025-12-01-many.md", &many),
        ("posts/hill.gif", HILL),
    ];
    let templates = templates.iter().map(|(name, text)| (format!("templates/{name}"), *text));
    for (name, text) in files.map(|(name, text)| (name.to_owned(), text)).into_iter().chain(templates) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    run(folder.path(), &["build"], &folder.path().join("public"));
    folder
}

/// The publication in this repository.
pub fn sample() -> Tree {
    let out = TempDir::new().unwrap();
    let public = out.path().join("public");
    run(Path::new(env!("CARGO_MANIFEST_DIR")), &["build"], &public);
    read(&public)
}

/// The same with its public tree on disk, in `public`, copies of the digests among it.
pub fn sample_folder() -> TempDir {
    let (root, folder) = (Path::new(env!("CARGO_MANIFEST_DIR")), TempDir::new().unwrap());
    for name in ["config.toml", "subscribers.csv"] {
        fs::copy(root.join(name), folder.path().join(name)).unwrap();
    }
    copy_below(&root.join("posts"), &folder.path().join("posts"));
    run(folder.path(), &["publish", "--first-run"], &folder.path().join("public"));
    folder
}

fn copy_below(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let copy = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_below(&entry.path(), &copy),
            false => drop(fs::copy(entry.path(), copy).unwrap()),
        }
    }
}

fn run(root: &Path, verb: &[&str], public: &Path) {
    let run = Command::new(env!("CARGO_BIN_EXE_postrider"))
        .args(["--now", "2026-12-01T00:00:00Z", "--root"])
        .arg(root)
        .args(verb)
        .arg("--out")
        .arg(public)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

fn read(public: &Path) -> Tree {
    let mut tree = Tree::new();
    read_below(public, "", &mut tree);
    tree
}

/// Files that are not text are there, and empty.
fn read_below(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => read_below(&entry.path(), &format!("{name}/"), tree),
            false => drop(tree.insert(name, fs::read_to_string(entry.path()).unwrap_or_default())),
        }
    }
}

const CONFIG: &str = r#"
[publication]
url = "https://letters.example.org/"
title = "The Evening Post"
description = "Essays on letters."
author = "Ada Marlow"
author_url = "https://ada.example.org/"
rights = "© 2026 the authors"

[site]
posts_per_page = 1
subscribe_url = "mailto:letters@example.org?subject=Subscribe"
"#;

const LETTERS: &str = "+++\ntitle = \"Letters\"\nseries = \"Paper\"\ntags = [\"maps\"]\n+++\n\nAn essay.\n";

const ON_PAPER: &str = r#"+++
title = "紙について"
lang = "ja"
tags = ["紙"]
authors = ["白井さより"]
date = 2026-02-01T09:00:00+09:00
updated = 2026-02-02T09:00:00+09:00
aliases = ["/2019/paper/"]
summary = "紙の話。"

[image]
src = "https://letters.example.org/paper.png"
alt = "A sheet"

[enclosure]
url = "https://letters.example.org/talk.mp3"
octets = 1048576
media_type = "audio/mpeg"

[extra]
mood = "calm"
+++

紙は待つ。
"#;

const ON_MAPS: &str = r#"+++
title = "On maps"
tags = ["maps"]
series = "Paper"

[image]
src = "hill.gif"
alt = "A hill"
+++

An essay.

![A hill](hill.gif)

## Lines

## Colours

### Of water
"#;

const UEBER_KARTEN: &str = "+++\ntitle = \"Über Karten\"\n+++\n\nEin Aufsatz.\n";

/// 320 by 112 pixels, as far as its beginning tells.
const HILL: &str = "GIF89a\x40\x01\x70\x00\x00\x00\x00";
