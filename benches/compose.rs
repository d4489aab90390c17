//! How long an edition takes to become a draft, and a draft the mail of one recipient.
//!
//! `cargo bench --bench compose`

#[path = "../tests/mail/essays.rs"]
mod essays;

use divan::Bencher;
use divan::counter::BytesCount;
use postrider::message::{Content, IssueId, compose};

use crate::essays::{Edition, about_margins, keys, late_letter, on_maps, recipient};

fn main() {
    divan::main();
}

/// An edition in quoted-printable and one in base64.
fn edition(name: &str) -> Edition {
    match name {
        "latin" => Edition::of(vec![on_maps()]),
        _ => Edition {
            lang: "ja",
            content: Content::Full,
            ..Edition::of(vec![about_margins(), late_letter()])
        },
    }
}

#[divan::bench(args = ["latin", "han"])]
fn draft(bencher: Bencher, name: &str) {
    let edition = edition(name);
    bencher.bench(|| edition.draft().unwrap());
}

#[divan::bench(args = ["latin", "han"])]
fn mail(bencher: Bencher, name: &str) {
    let edition = edition(name);
    let (draft, keys, recipient) = (edition.draft().unwrap(), keys(), recipient(Some("山田 花子")));
    let octets = edition.mail_for(&recipient).content.len();
    bencher
        .counter(BytesCount::new(octets))
        .bench(|| compose(&draft, &keys, IssueId(3), &recipient, None).unwrap());
}
