//! Any text at all in any place of a post: every feed is written, and says what was meant.

use postrider::post::{Enclosure, Image};
use proptest::prelude::*;

use crate::publication::{Publication, author, post, tag};

/// Mostly what breaks markup, sometimes any character at all.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\x00-\\x20<>&'\"\\]\\[!a;#x漢🦉\u{85}\u{fffd}-\u{ffff}]{0,24}",
        "\\PC{0,16}",
        any::<String>()
    ]
}

/// What is left of `text` in XML.
fn allowed(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_allowed =
        |c: &char| *c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n');
    lines.chars().filter(is_allowed).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_place_is_written_and_read_as_meant(texts in prop::collection::vec(any_text(), 9)) {
        let mut strange = post("strange", &texts[0]);
        strange.given_summary = Some(texts[1].clone());
        strange.body = strange.body.with_source(texts[2].as_str());
        strange.tags = vec![tag("strange", &texts[3])];
        strange.authors = vec![author("strange", &texts[4])];
        strange.image = Some(Image { src: texts[5].clone(), alt: texts[6].clone() });
        strange.enclosure = Some(Enclosure { url: texts[7].clone(), octets: 1, media_type: texts[8].clone(), ..Enclosure::default() });
        let files = Publication::of(vec![strange]).files();
        let atom = atom_syndication::Feed::read_from(files["atom.xml"].as_bytes()).unwrap();
        let entry = &atom.entries[0];
        prop_assert_eq!(entry.title.value.trim().to_owned(), allowed(&texts[0]).trim().to_owned());
        prop_assert_eq!(entry.content.as_ref().unwrap().value.as_deref().unwrap_or(""), allowed(&texts[2]));
        prop_assert_eq!(entry.links.iter().all(|link| link.href.is_ascii()), true);
        rss::Channel::read_from(files["rss.xml"].as_bytes()).unwrap();
        serde_json::from_str::<serde_json::Value>(&files["feed.json"]).unwrap();
    }
}
