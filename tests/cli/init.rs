//! `init` makes a publication that builds at once, or says what it cannot make.

use crate::publication::Publication;

#[test]
fn a_new_publication_builds_at_once() {
    let publication = Publication::empty();
    publication
        .run(&["init", "essays"])
        .prints("Made a publication in essays.\nNext: postrider --root essays build\n");
    publication
        .run(&["--root", "essays", "build"])
        .prints("Built 1 post and 9 feed files into public: 27 written, 0 as they were.\n");
    assert!(publication.read("essays/public/index.html").contains("The first letter"));
    assert!(publication.read("essays/.gitignore").contains("/postrider.key\n"));
}

#[test]
fn a_title_may_hold_quotes_backslashes_braces_and_any_script() {
    for title in
        [r#"He said "hi""#, r"C:\letters", "晩の手紙", "{{ title }} & <b>", "@URL@ @DATE@", "O'Neill’s #1"]
    {
        let publication = Publication::empty();
        publication.run(&["init", ".", "--title", title]).succeeds();
        publication.run(&["build"]).succeeds();
        let feed: serde_json::Value = serde_json::from_str(&publication.read("public/feed.json")).unwrap();
        assert_eq!(feed["title"], title);
    }
}

#[test]
fn the_commented_out_sender_is_good_when_uncommented() {
    for title in ["My letters", r#"He said "hi""#, "晩の手紙"] {
        let publication = Publication::empty();
        publication.run(&["init", ".", "--title", title]).succeeds();
        let uncommented: String = publication
            .read("config.toml")
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(key) if key.contains(" = \"") && !key.contains('…') => format!("{key}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        assert!(uncommented.contains("\npostal_address = "), "{uncommented}");
        publication.write("config.toml", uncommented);
        publication.run(&["build"]).succeeds();
    }
}

#[test]
fn a_folder_with_anything_in_it_is_left_alone() {
    let publication = Publication::new();
    let before = publication.tree(".");
    publication.run(&["init", "."]).fails(
        64,
        "error: .: expected an empty folder, found files in it\n  help: name a folder that is empty or absent\n",
    );
    publication
        .run(&["init", "config.toml"])
        .fails(64, "error: config.toml: Not a directory (os error 20)\n");
    publication
        .run(&["init", "config.toml/letters"])
        .fails(64, "error: config.toml/letters: Not a directory (os error 20)\n");
    assert_eq!(publication.tree("."), before);
}

#[test]
fn what_cannot_be_built_is_not_made() {
    let help = "  help: give one such as https://letters.example.org/\n";
    for (option, value, what) in [
        ("--url", "example.org", format!("expected an https or http address, found `example.org`\n{help}")),
        ("--url", "", format!("expected an https or http address, found ``\n{help}")),
        ("--url", "https://", format!("expected an https or http address, found `https://`\n{help}")),
        (
            "--url",
            "mailto:a@example.org",
            format!("expected an https or http address, found `mailto:a@example.org`\n{help}"),
        ),
        (
            "--url",
            "ftp://example.org",
            format!("expected an https or http address, found `ftp://example.org/`\n{help}"),
        ),
        (
            "--url",
            "https://example.org/?a",
            format!("expected an address without `?` and `#`, found `https://example.org/?a`\n{help}"),
        ),
        (
            "--url",
            "https://ada:sesame@example.org/",
            format!("expected an address without user and password\n{help}"),
        ),
        (
            "--url",
            "https://192.0.2.1/",
            format!("`192.0.2.1` is not a domain: expected a name, not an address of digits\n{help}"),
        ),
        ("--title", "", "expected a name, found nothing\n".to_owned()),
        ("--title", " ", "expected a name, found nothing\n".to_owned()),
        ("--title", "two\nlines", "expected one line, found a line break\n".to_owned()),
        ("--title", "bell\u{7}", "expected text, found the control character U+0007\n".to_owned()),
        (
            "--language",
            "klingon!",
            "`klingon!` is not a language tag: expected one such as en, ja, zh-Hant or pt-BR\n".to_owned(),
        ),
    ] {
        let publication = Publication::empty();
        publication.run(&["init", "essays", option, value]).fails(64, &format!("error: {option}: {what}"));
        assert!(!publication.path("essays").exists(), "{option} {value}");
    }
}

#[test]
fn an_international_domain_becomes_its_ascii_form_in_ids() {
    let publication = Publication::empty();
    publication.run(&["init", ".", "--url", "https://例え.example/手紙", "--language", "ja"]).succeeds();
    publication.run(&["build"]).succeeds();
    let post = publication.read("posts/2026-11-22-the-first-letter.md");
    assert!(post.contains("id = \"tag:xn--r8jz45g.example,2026-11-22:the-first-letter\""), "{post}");
}
