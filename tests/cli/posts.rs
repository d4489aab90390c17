//! `new` and `adopt`: posts with a stored id, and essays kept to the letter.

use crate::publication::Publication;

#[test]
fn a_new_post_is_a_draft_with_an_id() {
    let publication = Publication::new();
    publication.run(&["new", "On maps"]).prints(
        "Wrote posts/2026-11-22-on-maps.md.\n\
         Next: write the essay below the front matter. It is a draft until you take out\n\
         `draft = true`; `date` is when it counts as published.\n",
    );
    assert_eq!(
        publication.read("posts/2026-11-22-on-maps.md"),
        "+++\nid = \"tag:example.org,2026-11-22:on-maps\"\ntitle = \"On maps\"\ndate = 2026-11-22T09:00:00+00:00\n\
         draft = true\n+++\n\n"
    );
    publication
        .run(&["build"])
        .prints("Built 1 post and 9 feed files into public: 27 written, 0 as they were.\n");
}

#[test]
fn a_title_leads_nowhere_but_into_the_posts_folder() {
    for (title, file) in [
        ("../../etc/passwd", "posts/2026-11-22-etc-passwd.md"),
        ("晩の手紙", "posts/2026-11-22-晩の手紙.md"),
        ("two\nlines \"quoted\"", "posts/2026-11-22-two-lines-quoted.md"),
        ("+++", "posts/2026-11-22.md"),
    ] {
        let publication = Publication::new();
        let run = publication.run(&["new", title]);
        if run.code == Some(64) {
            assert!(run.err.starts_with("error: "), "{title}: {}", run.err);
            continue;
        }
        run.succeeds();
        assert!(publication.path(file).exists(), "{title}: no {file}");
        publication.run(&["build"]).succeeds();
    }
}

#[test]
fn no_post_is_written_over() {
    let publication = Publication::new();
    publication.write("posts/2026-11-22-on-maps.md", "mine\n");
    publication.run(&["new", "On maps"]).fails(
        64,
        "error: posts/2026-11-22-on-maps.md: this file is there already\n\
         \x20 help: give it another title, or write the file by hand\n",
    );
    assert_eq!(publication.read("posts/2026-11-22-on-maps.md"), "mine\n");
}

#[test]
fn a_plain_essay_is_adopted_to_the_letter_and_only_once() {
    let text = "The first  paragraph,\nwith its   own line breaks.\n\n\t* and {{ marks }} _as they are_\n";
    let publication = Publication::new();
    publication.write("2026-03-01-walking.txt", format!("On walking\n\nBy Ada Marlow\n\n{text}"));
    let before = publication.tree("posts");
    publication.run(&["adopt", "--dry-run", "2026-03-01-walking.txt"]).succeeds();
    assert!(publication.tree("posts") == before, "a dry run wrote something");

    publication.run(&["adopt", "2026-03-01-walking.txt"]).succeeds();
    let adopted: Vec<_> =
        publication.tree("posts").into_keys().filter(|path| !before.contains_key(path)).collect();
    let [post] = &adopted[..] else { panic!("{adopted:?}") };
    let post = std::fs::read_to_string(post).unwrap();
    assert!(post.starts_with("+++\nid = \"tag:example.org,2026-03-01:"), "{post}");
    assert!(
        post.contains("title = \"On walking\"\n") && post.contains("authors = [\"Ada Marlow\"]\n"),
        "{post}"
    );
    assert!(post.ends_with(text), "{post}");
    publication.run(&["build"]).succeeds();

    let tree = publication.tree("posts");
    let again = publication.run(&["adopt", "2026-03-01-walking.txt"]).succeeds();
    assert!(again.out.ends_with("Nothing to do.\n"), "{}", again.out);
    assert!(publication.tree("posts") == tree, "a second adoption changed something");
}

#[test]
fn an_essay_that_is_not_there_is_told_and_nothing_is_adopted() {
    let publication = Publication::new();
    publication.write("walking.txt", "On walking\n\nText.\n");
    let before = publication.tree("posts");
    publication
        .run(&["adopt", "walking.txt", "nowhere.txt"])
        .fails(64, "error: nowhere.txt: there is no such file\n");
    assert!(publication.tree("posts") == before, "something was adopted");
}
