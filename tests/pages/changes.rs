//! The small changes that `docs/templates.md` shows do what it says.

use crate::document::document;
use crate::publication::rich;

/// The first block of code in `language`.
fn example(language: &str) -> String {
    let page = document();
    let (_, rest) = page.split_once(&format!("\n```{language}\n")).expect("the document has an example");
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn rules_in_custom_css_come_after_those_of_the_theme() {
    let rules = example("css");
    let tree = rich(&[("custom.css", &rules)]);
    let (path, style) = tree.iter().find(|(path, _)| path.starts_with("assets/style.")).unwrap();
    assert!(style.ends_with(&rules), "{style}");
    for rule in rules.lines() {
        let names = rule.split("--").skip(1).map(|rest| rest.split(':').next().unwrap());
        for name in names {
            assert!(style.matches(&format!("--{name}:")).count() > rules.matches(name).count(), "{name}");
        }
    }
    assert!(tree["on-maps/index.html"].contains(&format!("href=\"../{path}\"")), "pages use it");
}

#[test]
fn a_part_in_the_publication_takes_the_place_of_the_built_in_one() {
    let tree = rich(&[("parts/follow.html", &example("html"))]);
    let want = "<p id=\"follow\">Follow: <a href=\"https://letters.example.org/feeds.opml\">OPML</a></p>";
    for path in ["index.html", "on-maps/index.html", "tags/maps/index.html", "404.html"] {
        assert!(tree[path].contains(want), "{path}");
        assert!(!tree[path].contains("class=\"feeds\""), "{path}");
    }
}

#[test]
fn the_document_lists_the_files_there_are() {
    let page = document();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for (below, prefix) in [("", ""), ("parts", "parts/")] {
        for entry in std::fs::read_dir(folder.join(below)).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            let is_listed = page.lines().any(|line| line.starts_with(&format!("| `{name}`")));
            assert!(is_listed || entry.path().is_dir(), "docs/templates.md does not list {name}");
        }
    }
}
