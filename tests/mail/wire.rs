//! What goes over the wire, octet by octet.

use postrider::message::{ComposeError, Content, Draft, IssueId, compose};
use postrider::post::Format;
use postrider::token::{KeyError, KeyId, Keys, Purpose, Sealed};
use proptest::prelude::*;

use crate::essays::{Edition, about_margins, keys, on_maps, post, recipient};

/// Names of the header fields, unfolded by RFC 5322 §2.2.3 alone.
fn field_names(content: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(content).unwrap();
    let (header, _) = text.split_once("\r\n\r\n").unwrap();
    let starts = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    starts.map(|line| line.split_once(':').unwrap().0.to_owned()).collect()
}

const FIELDS: [&str; 17] = [
    "Date",
    "From",
    "Reply-To",
    "Subject",
    "To",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "List-Post",
    "List-Archive",
    "Archived-At",
    "Feedback-ID",
    "Precedence",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
];

fn assert_fit_for_the_wire(content: &[u8], given: &str) {
    let text = std::str::from_utf8(content).unwrap();
    assert!(text.is_ascii(), "given {given:?}");
    assert!(text.ends_with("--\r\n") && !text.ends_with("\r\n\r\n"), "given {given:?}");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']), "given {given:?}");
    assert!(text.split("\r\n").all(|line| line.len() <= 998), "given {given:?}");
    assert!(!text.contains("\r\n."), "given {given:?}");
}

#[test]
fn no_mix_of_line_ends_and_dots_in_an_essay_reaches_the_wire() {
    let marks = ["\r", "\n", ".", "\r\n", "x"];
    for first in marks {
        for second in marks {
            for third in marks {
                let mix = [first, second, third].concat();
                let source = format!(
                    "Before{mix}.{mix}\r\n.\r\nMAIL FROM:<x@example.org>\r\n```\n{mix}\n.\n```\nafter"
                );
                let mut essay = post("mix", "en", &format!("A{mix}B"), &source);
                essay.given_summary = Some(mix.clone());
                let mail = Edition::of(vec![essay]).mail_for(&recipient(Some(&mix)));
                assert_fit_for_the_wire(&mail.content, &mix);
            }
        }
    }
}

#[test]
fn a_second_attempt_has_the_same_octets_as_the_first() {
    let draft = Edition::of(vec![on_maps(), about_margins()]).draft().unwrap();
    let thawed = Draft::from_bytes(&draft.to_bytes()).unwrap();
    assert_eq!(thawed, draft);
    let first = compose(&draft, &keys(), IssueId(3), &recipient(Some("Ada")), None).unwrap();
    let rotated = keys().rotate([8; 32]).unwrap();
    let second = compose(&thawed, &rotated, IssueId(3), &recipient(Some("Ada")), None).unwrap();
    assert_eq!(first, second);
    assert_eq!(first.content, second.content);
}

#[test]
fn the_envelope_names_the_recipient_to_us_alone() {
    let mail = Edition::of(vec![on_maps()]).mail_for(&recipient(None));
    assert_eq!(mail.envelope.forward_path.as_str(), "reader@example.net");
    let token = mail.envelope.reverse_path.local_part().strip_prefix("bounces+").unwrap();
    let sealed = Sealed { subscriber: 7, issue: 3 };
    assert_eq!(keys().open(Purpose::Bounce, token), Some(sealed));
    let token = mail.message_id.strip_prefix('<').unwrap().strip_suffix("@letters.example.org>").unwrap();
    assert_eq!(keys().open(Purpose::MessageId, token), Some(sealed));
}

#[test]
fn without_the_key_it_was_frozen_with_a_draft_gives_no_mail() {
    let draft = Edition::of(vec![on_maps()]).draft().unwrap();
    let others = Keys::from_file_text(&keys().to_file_text().replacen('1', "2", 1)).unwrap();
    let refused = compose(&draft, &others, IssueId(3), &recipient(None), None);
    assert_eq!(refused, Err(ComposeError::Key(KeyError::Missing { id: KeyId(1) })));
}

#[test]
fn what_is_no_draft_is_refused() {
    let bytes = Edition::of(vec![on_maps()]).draft().unwrap().to_bytes();
    let newer = String::from_utf8(bytes).unwrap().replacen("\"format\":1", "\"format\":2", 1);
    let refused = Draft::from_bytes(newer.as_bytes()).unwrap_err();
    assert_eq!(refused.to_string(), "a frozen draft has format 2: expected 1");
    assert_eq!(Draft::from_bytes(b"{}").unwrap_err().to_string(), "a frozen draft cannot be read");
}

/// What servers, mailboxes and transfer encodings take for something else.
fn any_mix() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        "\r", "\n", "\r\n", ".", "\n.\n", "\nFrom ", "=", "=\n", " ", "\t", "\0", "\u{85}", "\u{2028}", "é",
        "雪", "\n--", "```\n", "<!--", "{{ x }}",
    ]);
    prop::collection::vec(mark, 0..80).prop_map(|marks| marks.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_essay_whatever_it_holds_reaches_the_wire_unencoded(mix in any_mix(), is_plain: bool, is_han: bool) {
        let lang = if is_han { "ja" } else { "en" };
        let mut essay = post("mix", lang, "Mix", &format!("{mix}{}", if is_han { "雪".repeat(400) } else { String::new() }));
        if is_plain {
            essay.body.format = Format::Plain;
        }
        let edition = Edition { content: Content::Full, ..Edition::of(vec![essay, on_maps()]) };
        let mail = edition.mail_for(&recipient(Some("Ada")));
        prop_assert_eq!(field_names(&mail.content).len(), FIELDS.len() - 1, "no Archived-At without a web copy");
        assert_fit_for_the_wire(&mail.content, &mix);
    }

    #[test]
    fn no_name_or_title_adds_a_field(name: String, title: String, publication: String) {
        let mut edition = Edition::of(vec![post("any", "en", &title, "Text.")]);
        edition.masthead.title = publication;
        let mail = edition.mail_for(&recipient(Some(&name)));
        prop_assert_eq!(field_names(&mail.content), FIELDS);
        assert_fit_for_the_wire(&mail.content, &name);
    }
}
