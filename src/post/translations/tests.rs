//! Which posts find each other, and what is impossible among them.

use std::path::Path;

use crate::post::essay::tests::settings;
use crate::post::{LoadError, Posts};

fn load(files: &[(&str, &str)]) -> Result<Posts, LoadError> {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    Posts::load(root.path(), Path::new("posts"), &settings(), "2026-11-22T12:00:00Z".parse().unwrap())
}

/// The slugs of each post's set, for every post that is in one.
fn sets(files: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
    let posts = load(files).unwrap();
    let slugs = |set: Vec<&crate::post::Post>| set.iter().map(|post| post.slug.to_string()).collect();
    let sets =
        posts.published.iter().map(|post| (post.slug.to_string(), slugs(posts.versions(post).collect())));
    sets.filter(|(_, set): &(String, Vec<String>)| !set.is_empty()).collect()
}

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    match load(files) {
        Err(LoadError::Faults(faults)) => faults
            .iter()
            .map(|fault| format!("{fault} [{}]", fault.help.as_deref().unwrap_or_default()))
            .collect(),
        other => panic!("expected faults, found {other:?}"),
    }
}

fn post(lang: &str, more: &str) -> String {
    format!("+++\ntitle = \"A\"\ndate = 2026-01-01\nlang = \"{lang}\"\n{more}\n+++\nText\n")
}

#[test]
fn files_that_differ_in_language_alone_are_one_essay_the_original_first() {
    let (en, ja, zh) = (post("en", ""), post("ja", ""), post("zh-Hant", ""));
    let found = sets(&[
        ("maps.ja.md", &ja),
        ("maps.md", &en),
        ("maps.zh-Hant.md", &zh),
        ("2019/index.md", &en),
        ("2019/index.ja.md", &ja),
        ("other/maps.md", &post("en", "id = \"tag:a,2026:o\"\nslug = \"other\"")),
    ]);
    let maps = ["maps", "maps-ja", "maps-zh-hant"].map(str::to_owned).to_vec();
    let bundle = ["2019", "2019-ja"].map(str::to_owned).to_vec();
    for (slug, set) in &found {
        assert_eq!(set, if slug.starts_with("maps") { &maps } else { &bundle }, "given {slug}");
    }
    assert_eq!(found.len(), 5);
}

#[test]
fn a_post_names_what_it_translates_by_id_slug_or_older_address() {
    let original = post("en", "id = \"tag:example.org,2026:maps\"\naliases = [\"/2019/maps/\"]");
    for name in ["tag:example.org,2026:maps", "on-maps", "/2019/maps/"] {
        let german = post("de", &format!("translation_of = \"{name}\""));
        let french = post("fr", "translation_of = \"karten\"");
        let found = sets(&[("karten.md", &german), ("on-maps.md", &original), ("plans.md", &french)]);
        assert_eq!(found.len(), 3, "given {name}");
        assert!(found.iter().all(|(_, set)| set[..] == ["on-maps", "karten", "plans"]), "given {name}");
    }
}

#[test]
fn a_key_in_common_is_enough() {
    let found = sets(&[
        ("a.md", &post("en", "translationKey = \"maps\"")),
        ("b.md", &post("de", "translationKey = \"maps\"")),
        ("c.md", &post("de", "translationKey = \"paper\"")),
    ]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].1, ["a", "b"]);
}

#[test]
fn what_is_not_out_is_nobody_s_translation_yet() {
    let held = post("en", "draft = true");
    assert_eq!(sets(&[("maps.md", &held), ("maps.ja.md", &post("ja", ""))]), []);
    let found = sets(&[("maps.md", &held), ("maps.ja.md", &post("ja", "")), ("maps.de.md", &post("de", ""))]);
    assert_eq!(found[0].1, ["maps-de", "maps-ja"]);
}

#[test]
fn impossible_sets_are_faults() {
    assert_eq!(
        faults(&[
            ("a.md", &post("en", "translation_of = \"on-mpas\"")),
            ("b.md", &post("en", "translation_of = \"b\"")),
            ("c.md", &post("en", "translation_of = \"nothing like it\"")),
            ("on-maps.md", &post("en", "")),
            ("on-maps.de.md", &post("en", "")),
        ]),
        [
            "posts/a.md:5: `translation_of`: expected the id or slug of a post, found `on-mpas` [did you mean `on-maps`?]",
            "posts/b.md:5: `translation_of`: expected another post, found this one, `b` [it belongs into the translation, not the original]",
            "posts/c.md:5: `translation_of`: expected the id or slug of a post, found `nothing like it` [write the `id` of the post it translates]",
            "posts/on-maps.de.md: expected one post of the same essay in `en`, found posts/on-maps.md as well [say in `lang` what each is written in, or part them]",
        ]
    );
}

#[test]
fn posts_that_name_each_other_in_a_circle_are_told_once_and_a_chain_is_none() {
    let of = |lang: &str, name: &str| post(lang, &format!("translation_of = \"{name}\""));
    let help = "[take `translation_of` out of the one that was written first]";
    let expected =
        "`translation_of`: expected an original that translates none of its own translations, found";
    assert_eq!(
        faults(&[
            ("a.md", &of("en", "b")),
            ("b.md", &of("de", "a")),
            ("c.md", &of("fr", "f")),
            ("d.md", &of("es", "c")),
            ("e.md", &of("pt", "d")),
            ("f.md", &of("ja", "e")),
            ("g.md", &of("ko", "f")),
        ]),
        [
            format!("posts/a.md:5: {expected} posts/b.md, which names posts/a.md {help}"),
            format!(
                "posts/c.md:5: {expected} posts/f.md, which names posts/e.md, which names posts/d.md, \
                 which names posts/c.md {help}"
            ),
        ]
    );
    let found = sets(&[("a.md", &of("en", "b")), ("b.md", &of("de", "c")), ("c.md", &post("fr", ""))]);
    assert_eq!(found[0].1, ["c", "b", "a"]);
}
