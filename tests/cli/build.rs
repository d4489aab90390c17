//! `build`: every fault of every post in one run, or the whole tree; never half of it.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::publication::{PROGRAM, Publication, Run};

fn toml(fields: &str) -> String {
    format!("+++\n{fields}\n+++\n\nText.\n")
}

fn yaml(fields: &str) -> String {
    format!("---\n{fields}\n---\n\nText.\n")
}

/// A good post with `fields` besides title, date and id.
fn post(name: &str, fields: &str) -> String {
    toml(&format!("id = \"tag:example.org,2026:{name}\"\ntitle = \"{name}\"\ndate = 2026-11-01\n{fields}"))
}

/// Nine links each naming nine others, fifty deep: a billion nodes if anybody follows them all.
fn laughing_aliases() -> String {
    let mut fields = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..=50 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        fields += &format!("a{level}: &a{level} [{below}]\n");
    }
    yaml(&format!("{fields}title: *a50\ndate: 2026-01-01"))
}

/// File, what it holds, what is said of it. In the order in which faults are told.
fn faulty_posts() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: String| text.into_bytes();
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    vec![
        (
            "alias.md",
            text(toml("title = \"A\"\ndate = 2026-01-01\naliases = [\"../../x\"]")),
            "alias.md:4: `aliases`: expected a path on this site such as /2019/on-maps/, found `../../x`",
        ),
        (
            "date-toml.md",
            text(toml("title = \"A\"\ndate = 2026-13-01")),
            "date-toml.md:3: `date` is not an RFC 3339 date: expected a month from 01 to 12, found `13`\n  help: write it as 2026-03-01T09:00:00Z",
        ),
        (
            "date-yaml.md",
            text(yaml("title: A\ndate: 2026/03/01")),
            "date-yaml.md:3: `date` is not an RFC 3339 date: expected `-` after the year, found `/`\n  help: write it as 2026-03-01T09:00:00Z",
        ),
        (
            "deep-toml.md",
            text(toml(&format!("title = \"A\"\ndate = 2026-01-01\nextra = {{ x = {deep} }}"))),
            "deep-toml.md:4: TOML: cannot recurse further; max recursion depth met",
        ),
        (
            "deep-yaml.md",
            text(yaml(&format!("title: A\ndate: 2026-01-01\nextra: {deep}"))),
            "deep-yaml.md:4: YAML: recursion limit exceeded",
        ),
        (
            "dots.md",
            text(toml("title = \"A\"\ndate = 2026-01-01\nslug = \"../../etc/passwd\"")),
            "dots.md:4: `slug`: `../../etc/passwd` is not a slug: expected lower-case letters, digits and hyphens, at most 200 octets\n  help: write it as `etc-passwd`",
        ),
        (
            "draft.md",
            text(toml("title = \"A\"\ndate = 2026-01-01\ndraft = \"no\"")),
            "draft.md:4: `draft`: expected `true` or `false`, found `no`",
        ),
        ("empty.md", Vec::new(), "empty.md: expected an essay, found an empty file"),
        (
            "latin1.md",
            b"+++\ntitle = \"A\"\ndate = 2026-01-01\n+++\ncaf\xe9\n".to_vec(),
            "latin1.md:5: expected text in UTF-8, found the octet 0xe9\n  help: save the file as UTF-8, or convert it with `iconv -f ENCODING -t UTF-8`",
        ),
        (
            "no-date.md",
            text(toml("title = \"A\"")),
            "no-date.md: expected a `date` in front matter or in the file name, found none\n  help: add `date = 2026-03-01T09:00:00Z`, or name the file 2026-03-01-on-maps.md",
        ),
        (
            "nul.md",
            b"+++\ntitle = \"A\"\ndate = 2026-01-01\n+++\na\0b, a line long enough to be no other encoding than it says it is, and then as much again to be sure of it\n".to_vec(),
            "nul.md:5: expected text, found a NUL",
        ),
        (
            "plain.md",
            b"No title, no date.\n".to_vec(),
            "plain.md: expected a `date` in front matter or in the file name, found none\n  help: `postrider adopt posts/plain.md` writes the front matter",
        ),
        (
            "same-id-2.md",
            text(toml("id = \"tag:example.org,2026:same\"\ntitle = \"B\"\ndate = 2026-01-01")),
            "same-id-2.md:2: the id `tag:example.org,2026:same` is that of posts/same-id-1.md\n  help: every post needs an id of its own",
        ),
        (
            "same-slug-2.md",
            text(yaml("slug: same\ntitle: B\ndate: 2026-01-01")),
            "same-slug-2.md:2: the slug `same` leads to posts/same-slug-1.md\n  help: add a `slug` of its own, or rename the file",
        ),
        (
            "syntax-toml.md",
            text(toml("title = \"A\ndate = 2026-01-01")),
            "syntax-toml.md:2: TOML: invalid basic string, expected `\"`",
        ),
        (
            "syntax-yaml.md",
            text(yaml("title: A\n\tdate: 2026-01-01")),
            "syntax-yaml.md:2: YAML: while scanning a plain scalar, found a tab",
        ),
        (
            "transcript.md",
            text(toml(
                "title = \"A\"\ndate = 2026-01-01\n\
                 enclosure = { url = \"https://a.example/a.mp3\", octets = 1, transcript = \"a.vtt\" }",
            )),
            "transcript.md:4: `enclosure`: expected a transcript at `a.vtt`, found none\n  help: name a file beside the essay (a `.txt` there is a post), or an `https:` URL",
        ),
        (
            "unclosed-toml.md",
            b"+++\ntitle = \"A\"\ndate = 2026-01-01\n\nText.\n".to_vec(),
            "unclosed-toml.md:1: front matter opens with `+++`: expected a second `+++`, found the end of the file\n  help: write `+++` on a line of its own between front matter and essay",
        ),
        (
            "unclosed-yaml.md",
            b"---\ntitle: A\ndate: 2026-01-01\n\nText.\n".to_vec(),
            "unclosed-yaml.md:1: front matter opens with `---`: expected a second `---`, found the end of the file\n  help: write `---` on a line of its own between front matter and essay",
        ),
        (
            "utf16.md",
            b"\xff\xfe+\0+\0+\0".to_vec(),
            "utf16.md:1: expected text in UTF-8, found UTF-16\n  help: save the file as UTF-8, or convert it with `iconv -f UTF-16 -t UTF-8`",
        ),
        (
            "yaml-laughs.md",
            text(laughing_aliases()),
            "yaml-laughs.md:7: YAML: budget breached: Nodes { nodes: 250001 }",
        ),
    ]
}

#[test]
fn every_fault_of_every_post_is_told_in_one_run_and_the_public_tree_stays_as_it_was() {
    let publication = Publication::new();
    publication.run(&["build"]).succeeds();
    let before = publication.tree("public");
    publication.write("posts/good.md", post("good", ""));
    publication.write(
        "posts/same-id-1.md",
        toml("id = \"tag:example.org,2026:same\"\ntitle = \"A\"\ndate = 2026-01-01"),
    );
    publication.write("posts/same-slug-1.md", yaml("slug: same\ntitle: A\ndate: 2026-01-01"));
    for (name, octets, _) in faulty_posts() {
        publication.write(&format!("posts/{name}"), octets);
    }
    let want: String = faulty_posts().iter().map(|(.., said)| format!("error: posts/{said}\n")).collect();
    publication.run(&["build"]).fails(1, &want);
    assert!(publication.tree("public") == before, "the public tree changed");

    let told = publication.run(&["build", "--json"]).exits(1).json();
    assert_eq!(told["errors"].as_array().unwrap().len(), faulty_posts().len());
    assert_eq!(told["exit_code"], 1);
}

#[test]
fn an_unknown_field_is_a_note_with_the_nearest_name() {
    let publication = Publication::new();
    publication.write("posts/toml.md", post("toml", "sumary = \"S\""));
    publication.write(
        "posts/yaml.md",
        yaml("id: tag:example.org,2026:yaml\ntitle: Y\ndate: 2026-01-01\ntagss: [a]"),
    );
    let run = publication.run(&["build"]).exits(0);
    assert_eq!(
        run.err,
        "note: posts/toml.md:5: `sumary` is not a field of a post, so it has no effect\n\
         \x20 help: did you mean `summary`? what templates use goes under `extra`\n\
         note: posts/yaml.md:5: `tagss` is not a field of a post, so it has no effect\n\
         \x20 help: did you mean `tags`? what templates use goes under `extra`\n"
    );
    let json = publication.run(&["build", "--json"]).exits(0).json();
    assert_eq!(json["findings"][0]["file"], "posts/toml.md");
    assert_eq!(json["findings"][0]["line"], 5);
}

#[test]
fn a_mistyped_title_is_recognised_where_the_title_is_missed() {
    let publication = Publication::new();
    publication.write("posts/a.md", toml("titel = \"A\"\ndate = 2026-01-01"));
    publication.run(&["build"]).fails(
        1,
        "error: posts/a.md: expected a `title` in front matter or a first heading, found none\n\
         \x20 help: did you mean `title` in line 2?\n",
    );
}

#[test]
fn what_is_unchanged_is_not_written_again() {
    let publication = Publication::new();
    publication.run(&["build"]).succeeds();
    let before = publication.tree("public");
    publication.run(&["build"]).prints("Built 1 post and 9 feed files into public: nothing changed.\n");
    assert!(publication.tree("public") == before, "a file was touched");
}

#[test]
fn the_public_tree_may_lie_elsewhere() {
    let publication = Publication::new();
    publication
        .run(&["build", "--out", "site/a"])
        .prints("Built 1 post and 9 feed files into site/a: 27 written, 0 as they were.\n");
    let absolute = publication.path("../b");
    publication.run(&["build", "--out", absolute.to_str().unwrap()]).succeeds();
    assert!(publication.path("site/a/index.html").exists() && absolute.join("index.html").exists());
    assert!(!publication.path("public").exists());
}

#[test]
fn the_public_tree_is_never_written_over_the_publication() {
    let publication = Publication::new();
    publication.write("templates/custom.css", "");
    let before = publication.tree(".");
    for out in [".", "..", "./posts", "posts/public", "templates", "config.toml"] {
        publication.run(&["build", "--out", out]).fails(
            64,
            &format!(
                "error: --out {out}: expected a folder of its own, found one with the publication in it\n\
                 \x20 help: name a folder for the public tree alone, such as public\n"
            ),
        );
    }
    assert!(publication.tree(".") == before, "a file was touched");
}

#[test]
fn drafts_and_posts_of_the_future_are_held_back_until_their_time() {
    let publication = Publication::new();
    publication.write("posts/draft.md", post("draft", "draft = true"));
    publication.write(
        "posts/2027-01-01-future.md",
        "+++\nid = \"tag:example.org,2027:f\"\ntitle = \"Future\"\n+++\n\nText.\n",
    );
    publication
        .run(&["build"])
        .prints("Built 1 post and 9 feed files into public: 27 written, 0 as they were.\n");
    let holds = |word: &str| {
        publication.tree("public").values().any(|(octets, _)| String::from_utf8_lossy(octets).contains(word))
    };
    assert!(!holds("Future") && !holds("draft"), "held back in no output");
    publication.run(&["build", "--now", "2026-12-31T23:59:59Z"]).succeeds();
    assert!(!holds("Future"));
    publication.run(&["build", "--now", "2027-01-01T00:00:00Z"]).succeeds();
    assert!(holds("Future"));
    let run = publication.run(&["build"]).exits(0);
    assert!(run.err.starts_with("note: posts/2027-01-01-future.md: no longer published: "), "{}", run.err);
    assert!(!holds("Future") && !publication.path("public/future").exists(), "what was withdrawn is gone");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let publication = Publication::new();
    let essay =
        yaml("id: tag:example.org,2026:plain\ntitle: Plain\nslug: plain\ndate: 2026-01-01") + "\nMore.\n";
    publication.write("posts/a.md", &essay);
    publication.run(&["build"]).succeeds();
    let before = publication.read("public/plain/index.html");
    for other in [essay.replace('\n', "\r\n"), format!("\u{feff}{essay}")] {
        publication.write("posts/a.md", other);
        publication.run(&["build"]).succeeds();
        assert_eq!(publication.read("public/plain/index.html"), before);
    }
}

#[test]
fn large_posts_are_built_and_feeds_that_services_refuse_only_where_they_are_wanted() {
    let publication = Publication::new();
    let line = "Lorem ipsum dolor sit amet, consectetur adipiscing elit sed.\n";
    publication.write(
        "posts/big.md",
        post("big", "") + &format!("\n{}", line.repeat(10)).repeat(10 * 1024 * 1024 / 610),
    );
    let links: String = (0..5000).map(|n| format!("[{n}](https://example.org/{n}) ")).collect();
    publication.write("posts/links.md", post("links", "") + &links);
    let run = publication.run(&["build"]).exits(1);
    assert!(run.err.contains("expected at most 5000000 octets, found "), "{}", run.err);
    assert!(run.err.contains("\n  help: set `items` of this feed lower"), "{}", run.err);
    assert!(!publication.path("public/links/index.html").exists(), "the tree stays as it was");
    let config = publication.read("config.toml");
    publication.write("config.toml", format!("{config}\n[feeds]\nmax_octets = 20_000_000\n"));
    publication.run(&["build"]).succeeds();
    let page = publication.read("public/links/index.html");
    assert_eq!(page.matches("<a href=\"https://example.org/4").count(), 1111);
}

#[test]
fn what_is_no_essay_file_is_passed_over_with_a_word() {
    let publication = Publication::new();
    std::fs::create_dir(publication.path("posts/folder.md")).unwrap();
    publication.write("posts/folder.md/inner.md", post("inner", ""));
    symlink(".", publication.path("posts/loop")).unwrap();
    symlink("nowhere", publication.path("posts/dangling.md")).unwrap();
    symlink("../config.toml", publication.path("posts/outside.md")).unwrap();
    let run = publication.run(&["build"]).exits(0);
    assert_eq!(
        run.err,
        "note: posts/dangling.md: this symbolic link leads nowhere, so it was not followed\n\
         \x20 help: put the file itself here\n\
         note: posts/loop: this symbolic link leads to a folder, so it was not followed\n\
         \x20 help: put the file itself here\n\
         note: posts/outside.md: this symbolic link leads out of the posts folder, so it was not followed\n\
         \x20 help: put the file itself here\n"
    );
    assert!(run.out.starts_with("Built 2 posts "), "{}", run.out);
}

#[test]
fn an_unreadable_post_stops_the_build_and_is_named() {
    let publication = Publication::new();
    publication.write("posts/secret.md", post("secret", ""));
    std::fs::set_permissions(publication.path("posts/secret.md"), Permissions::from_mode(0o000)).unwrap();
    as_nobody(&publication, &["build", "--out", "/nowhere"])
        .fails(78, "error: posts/secret.md: cannot be read\n  cause: Permission denied (os error 13)\n");
}

#[test]
fn a_missing_posts_folder_is_told() {
    let publication = Publication::new();
    std::fs::remove_dir_all(publication.path("posts")).unwrap();
    publication
        .run(&["build"])
        .fails(78, "error: posts: cannot be read\n  cause: No such file or directory (os error 2)\n");
}

#[test]
fn a_template_that_is_no_template_is_told_with_its_line() {
    let publication = Publication::new();
    publication.run(&["build"]).succeeds();
    let before = publication.tree("public");
    publication.write("templates/post.html", "<p>\n{% if %}\n");
    let run = publication.run(&["build"]).exits(1);
    assert!(
        run.err.starts_with("error: templates/post.html:2:7: found `%}` but expected one of: "),
        "{}",
        run.err
    );
    publication.write("templates/post.html", "<p>{{ post.nonsense.name }}\n");
    let run = publication.run(&["build"]).exits(1);
    assert!(run.err.starts_with("error: templates/post.html:1:"), "{}", run.err);
    assert!(publication.tree("public") == before, "the public tree changed");
}

#[test]
fn braces_in_an_essay_are_text() {
    let publication = Publication::new();
    publication.write("posts/a.md", post("a", "") + "{{ secret }} {% if %}\n");
    publication.run(&["build"]).succeeds();
    assert!(publication.read("public/a/index.html").contains("{{ secret }} {% if %}"));
}

/// A run by somebody who may not read everything: root may.
fn as_nobody(publication: &Publication, arguments: &[&str]) -> Run {
    use std::os::unix::process::CommandExt;
    let mut command = publication.command(arguments);
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if is_root {
        let program = publication.path("../postrider");
        // Written by a process of its own: what this one has open for writing, a test beside it may hand to a child,
        // and then it cannot be run.
        assert!(
            std::process::Command::new("cp").args([PROGRAM.as_ref(), &*program]).status().unwrap().success()
        );
        std::fs::set_permissions(publication.path(".."), Permissions::from_mode(0o755)).unwrap();
        let mut lesser = std::process::Command::new(program);
        lesser.current_dir(publication.root()).env_clear().args(arguments).uid(65534).gid(65534);
        command = lesser;
    }
    Run::of(command.output().unwrap(), arguments)
}
