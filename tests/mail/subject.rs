//! Subjects and names of every script, read back by a second implementation.

use postrider::message::{IssueId, compose};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::essays::{Edition, about_margins, keys, late_letter, on_maps, post, recipient};
use crate::oracle::{ask, field};

/// Names and titles that have broken mail elsewhere, and some that nobody thought of.
fn hard_texts() -> Vec<String> {
    let known = [
        "雪の朝、ひとりで机に向かって書いた手紙のことを、いまでもときどき思い出す。返事は来なかった",
        "Lovelace, Ada \"the first\" (née Byron) <ada@example.org>",
        "=?utf-8?Q?not_encoded?= =?x",
        "A\r\nBcc: all@example.org\r\n\r\nbody",
        "👩‍👩‍👧‍👦🏳️‍🌈 family: a; group, of: people;",
        "رسالة متأخرة؟",
        "back\\slash and \u{7} bell\u{0}",
        "Zoë",
        "  many   spaces\tand tabs  ",
        "a_b=c?d",
    ];
    let mut runner = TestRunner::deterministic();
    let any = (0..30).map(|_| any::<String>().new_tree(&mut runner).unwrap().current());
    known.into_iter().map(str::to_owned).chain(any).collect()
}

/// `text` as one line: control characters count as spaces, runs of spaces as one.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c == ' ' || "\u{2028}\u{2029}".contains(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Encoded-words of the header section and the lines they stand on.
fn assert_encoded_words_are_short(content: &[u8], given: &str) {
    let text = std::str::from_utf8(content).unwrap();
    let (header, _) = text.split_once("\r\n\r\n").unwrap();
    for line in header.split("\r\n").filter(|line| line.contains("=?utf-8?")) {
        assert!(line.len() <= 76, "given {given:?}: {line}");
        let words = line.split(' ').filter(|word| word.starts_with("=?"));
        words.for_each(|word| assert!(word.len() <= 75, "given {given:?}: {line}"));
    }
}

#[test]
fn a_subject_and_a_name_of_any_script_are_read_back_as_written() {
    let draft = Edition::of(vec![on_maps()]).draft().unwrap();
    for given in hard_texts() {
        let edition = Edition::of(vec![post("any", "en", &given, "Text.")]);
        let titled = edition.draft().unwrap();
        let mail = compose(&titled, &keys(), IssueId(3), &recipient(None), None).unwrap();
        assert_encoded_words_are_short(&mail.content, &given);
        let Some(read) = ask(&mail.content, &[]) else { return };
        assert_eq!(field(&read, "Subject").trim(), titled.subject().trim(), "given {given:?}");
        assert_eq!(read["defects"], serde_json::json!([]), "given {given:?}");

        let mail = compose(&draft, &keys(), IssueId(3), &recipient(Some(&given)), None).unwrap();
        assert_encoded_words_are_short(&mail.content, &given);
        let Some(read) = ask(&mail.content, &[]) else { return };
        assert_eq!(read["to"], serde_json::json!([one_line(&given), "reader@example.net"]));
        assert_eq!(read["defects"], serde_json::json!([]), "given {given:?}");
    }
}

#[test]
fn a_subject_names_the_first_post_and_counts_the_others() {
    for (lang, count, want) in [
        ("en", 1, "On maps, and what they leave out"),
        ("en", 2, "On maps, and what they leave out (and 1 more)"),
        ("de", 2, "On maps, and what they leave out (und 1 weiterer)"),
        ("de", 3, "On maps, and what they leave out (und 2 weitere)"),
        ("fr", 3, "On maps, and what they leave out (et 2 autres)"),
        ("ja", 3, "On maps, and what they leave out（ほか2件）"),
        ("zh-Hant", 3, "On maps, and what they leave out（另有 2 篇）"),
    ] {
        let posts = [on_maps(), about_margins(), late_letter()].into_iter().take(count).collect();
        let edition = Edition { lang, ..Edition::of(posts) };
        assert_eq!(edition.draft().unwrap().subject(), want, "{lang}");
    }
}

#[test]
fn a_sender_without_a_name_goes_by_the_name_of_the_publication() {
    let mut edition = Edition::of(vec![on_maps()]);
    edition.masthead.from = "letters@example.org".parse().unwrap();
    let Some(read) = ask(&edition.mail_for(&recipient(None)).content, &[]) else { return };
    assert_eq!(field(&read, "From"), "Field Notes <letters@example.org>");
}
