//! Whole mails, compared octet by octet with `tests/mail/NN-name.eml`.
//!
//! `UPDATE_EXPECTED=1 cargo test --test mail` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use postrider::message::{Content, Leave, Recipient};

use crate::essays::{Edition, about_margins, late_letter, on_maps, recipient};

/// Every edition there is an expected mail of, with its recipient.
pub fn editions() -> Vec<(&'static str, Edition, Recipient)> {
    let post = Edition { label: "each/17", ..Edition::of(vec![on_maps()]) };
    let digest = Edition::of(vec![on_maps(), about_margins(), late_letter()]);
    let mut japanese = Edition { label: "each/18", lang: "ja", ..Edition::of(vec![about_margins()]) };
    japanese.masthead.leave = Leave::Mail { address: "leave@example.org".parse().unwrap() };
    japanese.masthead.bounce_address = None;
    let chinese = Edition {
        label: "daily/2026-11-22",
        lang: "zh-Hant",
        content: Content::Full,
        web_copy: Some("https://example.org/issues/daily-2026-11-22/".parse().unwrap()),
        ..Edition::of(vec![late_letter(), about_margins()])
    };
    vec![
        ("01-post", post, recipient(Some("Zoë Ångström"))),
        ("02-digest", digest, recipient(None)),
        ("03-post-ja", japanese, recipient(Some("山田 花子"))),
        ("04-digest-zh-hant", chinese, recipient(Some("林墨"))),
    ]
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail").join(format!("{name}.eml"))
}

#[test]
fn each_edition_gives_the_mail_on_record() {
    for (name, edition, recipient) in editions() {
        let mail = edition.mail_for(&recipient);
        let path = path(name);
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, &mail.content).unwrap();
        }
        let want = fs::read(&path).unwrap();
        assert!(mail.content == want, "{}: UPDATE_EXPECTED=1 cargo test --test mail", path.display());
    }
}
