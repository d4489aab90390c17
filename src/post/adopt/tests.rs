//! Rules that hold for any essay that is adopted.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::post::essay::tests::settings;

use super::*;

fn came(below: Option<&str>, file: &str, bytes: &[u8]) -> Result<Adoption, Vec<Flaw>> {
    let (settings, assets) = (settings(), BTreeMap::new());
    let now = "2026-11-24T09:00:00Z".parse().unwrap();
    let desk = Desk { settings: &settings, now, shown_as: Path::new("posts"), assets: &assets };
    let given =
        Given { file: file.into(), below_posts: below.map(Into::into), modified: now, bytes: bytes.to_vec() };
    adopt(&given, &BTreeSet::from(["Ada"]), desk)
}

fn read_back(adoption: &Adoption) -> Post {
    let (settings, assets) = (settings(), BTreeMap::new());
    let now = "2026-11-24T09:00:00Z".parse().unwrap();
    let desk = Desk { settings: &settings, now, shown_as: Path::new("posts"), assets: &assets };
    read(&adoption.target, &adoption.bytes, desk).unwrap()
}

#[test]
fn a_post_below_a_dated_name_keeps_its_date_whatever_its_head_says() {
    let essay = "On maps\nBy Tobias Fenn\n22 November 2026\n\nText.\n";
    let post =
        came(Some("2026-03-01-on-maps.txt"), "posts/2026-03-01-on-maps.txt", essay.as_bytes()).unwrap();
    assert_eq!(post.facts.date, "2026-03-01");
    assert_eq!(post.facts.id.as_str(), "tag:example.org,2026-03-01:on-maps");
    assert!(
        post.bytes.ends_with(b"+++\n22 November 2026\n\nText.\n"),
        "{}",
        String::from_utf8_lossy(&post.bytes)
    );
}

#[test]
fn a_file_that_build_passes_over_is_not_adopted() {
    for path in ["README.md", ".a.md", "_index.md", ".git/a.md"] {
        let flaws = came(Some(path), path, b"Text\n").unwrap_err();
        assert!(flaws[0].what.starts_with("this name is passed over"), "given {path}");
    }
}

#[test]
fn a_post_from_another_generator_keeps_its_address_and_gets_an_id() {
    let post =
        came(None, "content/on-maps/index.md", b"---\ntitle: x\ndate: 2026-03-01\n---\nText\n").unwrap();
    assert_eq!(post.target, Path::new("2026-03-01-on-maps.md"));
    assert_eq!(post.facts.id.as_str(), "tag:example.org,2026-03-01:on-maps");
    assert_eq!(read_back(&post).slug.as_str(), "on-maps");
    let copied =
        came(None, "a.md", b"---\nid: tag:a,2026:a\ntitle: x\ndate: 2026-03-01\n---\nText\n").unwrap();
    assert_eq!(copied.change, Change::Copy);
}

/// Lines as heads and texts are made of.
fn essay() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        prop::sample::select(vec![
            "",
            "",
            "　",
            "On maps",
            "By Tobias Fenn",
            "《論地圖》",
            "論地圖",
            "文／林晚舟",
            "2026年11月22日",
            "====",
            "　　正文。",
            "一、晚",
            "— Ada",
            "Ada",
            "「你來了。」",
            "二〇二六年十一月",
            "# *Ü*",
            "朱　自　清",
            "---",
            "+++",
            "Text that ends like text.",
            "Dear Ada,",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,30}",
    ];
    let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    (prop::collection::vec(line, 1..14), end).prop_map(|(lines, end)| lines.join(end))
}

proptest! {
    #[test]
    fn no_octets_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for file in ["a.txt", "2026-03-01-a.md"] {
            let _either = came(None, file, &bytes);
            let _or = came(Some(file), file, &bytes);
        }
    }

    #[test]
    fn what_is_adopted_reads_back_and_is_adopted_once(
        text in essay(),
        file in prop::sample::select(vec!["on-maps.txt", "on-maps.md"]),
    ) {
        let Ok(adoption) = came(None, file, text.as_bytes()) else { return Ok(()) };
        let post = read_back(&adoption);
        let facts = &adoption.facts;
        prop_assert_eq!((&post.id, &post.title, &post.lang), (&facts.id, &facts.title, &facts.lang));
        prop_assert!(facts.date.starts_with(&post.published.date().to_string()));
        let path = adoption.target.to_str().unwrap();
        let again = came(Some(path), path, &adoption.bytes).unwrap();
        prop_assert_eq!((again.change, again.bytes), (Change::Nothing, adoption.bytes));
    }

    #[test]
    fn below_the_front_matter_the_text_is_to_the_letter(text in essay()) {
        let Ok(adoption) = came(None, "on-maps.txt", text.as_bytes()) else { return Ok(()) };
        prop_assume!(adoption.change == Change::Adopt);
        let front = adoption.front.replace('\n', lines::line_end(&text));
        let post = String::from_utf8(adoption.bytes).unwrap();
        let mut rest = post.strip_prefix(&front).unwrap();
        let mut lifted = 0;
        // Every line of the essay stands in the post in its place, or was lifted, or was an empty line above.
        for line in lines::lines(&text) {
            match rest.strip_prefix(&text[line.range.clone()]) {
                Some(after) => rest = after,
                None => lifted += usize::from(!line.is_blank()),
            }
        }
        prop_assert_eq!(rest, "");
        prop_assert!(lifted <= adoption.lifted_lines);
    }
}
