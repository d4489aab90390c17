//! What the folder promises: every file read, or every fault told.

use std::fs;
use std::path::Path;

use crate::post::essay::tests::settings;
use crate::post::{LoadError, PostSettings, Posts, Unpublished};

fn load(files: &[(&str, &str)]) -> Result<Posts, LoadError> {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Posts::load(root.path(), Path::new("posts"), &settings(), "2026-11-22T12:00:00Z".parse().unwrap())
}

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    match load(files) {
        Err(LoadError::Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
        other => panic!("expected faults, found {other:?}"),
    }
}

#[test]
fn posts_come_newest_first_with_what_is_held_apart() {
    let posts = load(&[
        ("2026-01-01-old.md", "# Old\n\nText"),
        ("2026-03-01-new.md", "# New\n\nText"),
        ("2027-01-01-future.md", "# Future\n\nText"),
        ("draft.md", "+++\ntitle = \"Draft\"\ndraft = true\n+++\n"),
        ("new/map.png", "png"),
    ])
    .unwrap();
    assert_eq!(posts.published.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["New", "Old"]);
    assert_eq!(posts.held.iter().map(|held| held.title.as_str()).collect::<Vec<_>>(), ["Future", "Draft"]);
    assert_eq!(posts.assets, [Path::new("new/map.png")]);
    assert_eq!(posts.findings.len(), 4);
}

#[test]
fn what_is_held_stands_among_the_published_for_its_author() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("2026-01-01-old.md"), "# Old\n\nText").unwrap();
    fs::write(root.path().join("2027-01-01-future.md"), "# Future\n\nText").unwrap();
    fs::write(root.path().join("draft.md"), "+++\ntitle = \"Draft\"\ndraft = true\n+++\n").unwrap();
    let settings = PostSettings { unpublished: Unpublished::Shown, ..settings() };
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let posts = Posts::load(root.path(), Path::new("posts"), &settings, now).unwrap();
    let titles: Vec<_> = posts.published.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(titles, ["Future", "Draft", "Old"]);
    assert_eq!(posts.held.iter().map(|held| held.title.as_str()).collect::<Vec<_>>(), ["Future", "Draft"]);
}

#[test]
fn all_faults_of_all_files_are_told_in_order() {
    assert_eq!(
        faults(&[
            ("b.md", "+++\ntitle = \"b\"\ndate = \"soon\"\nslug = \"A\"\n+++\n"),
            ("a.md", "+++\ntitle = \"a\"\n+++\n"),
            ("2026-01-01-good.md", "# Good\n\nText"),
        ]),
        [
            "posts/a.md: expected a `date` in front matter or in the file name, found none",
            "posts/b.md:3: `date` is not an RFC 3339 date: expected a year of four digits, found `s`",
            "posts/b.md:4: `slug`: `A` is not a slug: expected lower-case letters, digits and hyphens, at most 200 octets",
        ]
    );
    let error = load(&[("a.md", "+++\n+++\n"), ("b.txt", "")]).unwrap_err();
    assert_eq!(error.to_string(), "3 faults in 2 posts");
}

#[test]
fn two_posts_share_no_id_slug_or_alias() {
    assert_eq!(
        faults(&[
            (
                "2026-01-01-maps.md",
                "+++\nid = \"tag:a,2026:maps\"\ntitle = \"a\"\naliases = [\"/old/\"]\n+++\n"
            ),
            (
                "2026-01-02-Maps.md",
                "+++\nid = \"tag:a,2026:maps\"\ntitle = \"b\"\naliases = [\"old/index.html\"]\n+++\n"
            ),
            ("2026-01-03-tags.md", "# Tags\n\nText"),
            ("2026-01-04-strasse.md", "# a\n\nText"),
            (
                "b.md",
                "+++\ntitle = \"b\"\ndate = 2026-01-05\nslug = \"straße\"\naliases = [\"/feed.json\", \"/maps\"]\n+++\n"
            ),
        ]),
        [
            "posts/2026-01-02-Maps.md: the slug `maps` leads to posts/2026-01-01-maps.md",
            "posts/2026-01-02-Maps.md:2: the id `tag:a,2026:maps` is that of posts/2026-01-01-maps.md",
            "posts/2026-01-02-Maps.md:4: the alias `/old/index.html` leads to posts/2026-01-01-maps.md",
            "posts/2026-01-03-tags.md: the slug `tags` is a name the site needs itself",
            "posts/b.md:4: the slug `straße` leads to posts/2026-01-04-strasse.md",
            "posts/b.md:5: the alias `/feed.json` is a name the site needs itself",
            "posts/b.md:5: the alias `/maps` leads to posts/2026-01-01-maps.md",
        ]
    );
}

#[test]
fn an_alias_is_known_by_the_file_that_stands_for_it() {
    let post = |aliases: &str| format!("+++\ntitle = \"a\"\naliases = [{aliases}]\n+++\n");
    assert_eq!(
        faults(&[
            ("2026-01-01-a.md", &post("\"/%62/\", \"/old.html/part/\"")),
            ("2026-01-02-b.md", &post("\"/old.html\", \"/issues/7/\"")),
        ]),
        [
            "posts/2026-01-01-a.md:3: the alias `/%62/` leads to posts/2026-01-02-b.md",
            "posts/2026-01-01-a.md:3: the alias `/old.html/part/` needs a folder where a page leads to \
             posts/2026-01-02-b.md",
            "posts/2026-01-02-b.md:3: the alias `/issues/7/` is a name the site needs itself",
        ]
    );
}

#[test]
fn a_file_is_enclosed_by_its_name_and_an_empty_one_is_none() {
    let post = |url: &str| format!("+++\ntitle = \"a\"\nenclosure = \"{url}\"\n+++\n");
    let posts = load(&[("2026-01-01-a.md", &post("録音 #1%.mp3")), ("録音 #1%.mp3", "ID3")]).unwrap();
    let enclosure = posts.published[0].enclosure.as_ref().unwrap();
    assert_eq!((enclosure.octets, enclosure.media_type.as_str()), (3, "audio/mpeg"));
    assert_eq!(
        faults(&[("2026-01-01-a.md", &post("a.mp3")), ("a.mp3", "")]),
        [
            "posts/2026-01-01-a.md:3: `enclosure`: expected a file with something in it at `a.mp3`, found an empty one"
        ]
    );
}

#[test]
fn a_tag_has_one_name_however_posts_spell_it() {
    let post = |tags: &str| format!("+++\ntitle = \"a\"\ntags = [{tags}]\n+++\n");
    let posts = load(&[
        ("2026-01-01-a.md", &post("\"rss\"")),
        ("2026-01-02-b.md", &post("\"RSS\", \"Feeds\"")),
        ("2026-01-03-c.md", &post("\"RSS\", \"feeds\"")),
    ])
    .unwrap();
    let names: Vec<&str> =
        posts.published.iter().flat_map(|post| &post.tags).map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["RSS", "feeds", "RSS", "feeds", "RSS"]);
}

#[test]
fn links_between_essays_that_lead_nowhere_are_told_with_their_lines() {
    let from = "+++\ntitle = \"A\"\nid = \"tag:a,2026:a\"\n+++\n\n[b](2026-01-02-b.md#one) [b](2026-01-02-b.md#secnod-part)\n\
                [c](2026-01-02-c.md) [img](b/map.png) [img](b/mop.png) [img](b/a#1.png)\n[d](draft.md) [page](../b/) [[b]] [[B, in full|b]] [[bb]]\n\
                [old](../2019/b/) [gone](../zzz/)\n";
    let posts = load(&[
        ("2026-01-01-a.md", from),
        (
            "2026-01-02-b.md",
            "+++\ntitle = \"B, in full\"\nid = \"tag:a,2026:b\"\naliases = [\"/2019/b/\"]\n+++\n\n## One\n\n## Second part\n",
        ),
        ("draft.md", "+++\ntitle = \"D\"\nid = \"tag:a,2026:d\"\ndraft = true\n+++\n[x](nowhere.md)\n"),
        ("b/map.png", ""),
        ("b/a#1.png", ""),
    ])
    .unwrap();
    let told: Vec<String> = posts
        .findings
        .iter()
        .map(|finding| format!("{finding} [{}]", finding.help.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            "posts/2026-01-01-a.md:6: `2026-01-02-b.md#secnod-part`: expected a heading `secnod-part` in posts/2026-01-02-b.md, found none [did you mean `#second-part`?]",
            "posts/2026-01-01-a.md:7: `2026-01-02-c.md`: expected a file beside the essay, found none [did you mean posts/2026-01-02-b.md?]",
            "posts/2026-01-01-a.md:7: `b/mop.png`: expected a file beside the essay, found none [did you mean posts/b/map.png?]",
            "posts/2026-01-01-a.md:8: `[[bb]]`: expected the slug of a published post, found `bb` [did you mean `[[b]]`?]",
            "posts/2026-01-01-a.md:8: `draft.md` leads to posts/draft.md, which is not published yet []",
            "posts/2026-01-01-a.md:9: `../zzz/`: expected a file beside the essay, found none [write the path from the essay's folder, or `[[slug]]` for a post]",
        ]
    );
}

#[test]
fn a_folder_that_is_not_there_is_named_as_it_is_shown() {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let error = Posts::load(Path::new("/nowhere/at/all"), Path::new("posts"), &settings(), now).unwrap_err();
    assert!(matches!(&error, LoadError::Io { path, .. } if path == Path::new("posts")), "{error:?}");
    assert_eq!(error.to_string(), "posts: cannot be read");
}
