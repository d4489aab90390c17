//! The readers and posts of these tests.

use jiff::Timestamp;

use postrider::address::EmailAddress;
use postrider::issue::{Announced, Seq};
use postrider::subscriber::{CadenceDefaults, Hour, MonthDay, Pace, SubscriberId};

pub fn address(id: SubscriberId) -> EmailAddress {
    format!("reader-{}@example.org", id.0).parse().unwrap()
}

pub fn defaults() -> CadenceDefaults {
    CadenceDefaults {
        pace: Pace::Weekly,
        hour: Hour::new(8).unwrap(),
        weekday: jiff::civil::Weekday::Sunday,
        month_day: MonthDay::new(1).unwrap(),
        zone: "UTC".parse().unwrap(),
        lang: "en".parse().unwrap(),
    }
}

pub fn post(seq: u64) -> Announced {
    Announced {
        seq: Seq(seq),
        id: format!("tag:example.org,2026:post-{seq}").parse().unwrap(),
        source: format!("post-{seq}.md").into(),
        slug: format!("post-{seq}").parse().unwrap(),
        title: format!("Post {seq}"),
        published: Timestamp::UNIX_EPOCH,
        content_hash: format!("hash-{seq}"),
        tags: vec![if seq.is_multiple_of(2) { "even" } else { "odd" }.parse().unwrap()],
        is_baseline: false,
        is_mailed: true,
    }
}
