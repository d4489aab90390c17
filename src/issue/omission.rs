//! Why a post of a window does not go to a group: what `plan` tells beside what goes out.

use std::fmt;

use serde::Serialize;

use crate::issue::{Announced, Ground, Group, Seq};
use crate::subscriber::Topics;

/// Why a post is left out for a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Omission {
    /// It was published before mailing began.
    Baseline,
    /// Its author does not want it mailed.
    NotForMail,
    /// It was deleted, or is a draft again, or is dated later.
    Withdrawn,
    /// It has none of the group's topics.
    OtherTopics,
}

impl fmt::Display for Omission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Baseline => "published before mailing began",
            Self::NotForMail => "`email = false`",
            Self::Withdrawn => "no longer published",
            Self::OtherTopics => "none of their topics",
        })
    }
}

/// The posts of its window, and of those it is owed, that a group with `topics` does not get, oldest first. The plan
/// gives it all others.
pub fn left_out<'a>(
    ground: &Ground<'a>,
    topics: &Topics,
    group: &Group,
    through: Seq,
) -> Vec<(&'a Announced, Omission)> {
    let off_topic = |post: &Announced| (!topics.want(&post.tags)).then_some(Omission::OtherTopics);
    let lacked = ground.book.lacked(&group.owed, group.after, through);
    lacked
        .filter_map(|post| Some((post, not_for_anybody(ground, post).or_else(|| off_topic(post))?)))
        .collect()
}

/// Why `post` goes to nobody; none if it can be mailed at all.
pub(super) fn not_for_anybody(ground: &Ground<'_>, post: &Announced) -> Option<Omission> {
    if post.is_baseline {
        Some(Omission::Baseline)
    } else if !post.is_mailed {
        Some(Omission::NotForMail)
    } else if ground.missing.binary_search(&post.seq).is_ok() {
        Some(Omission::Withdrawn)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::{Book, CohortId};
    use crate::subscriber::{CadenceDefaults, Hour, MonthDay, Pace};
    use jiff::civil::Weekday;

    #[test]
    fn each_post_of_a_window_that_a_group_does_not_get_has_a_reason() {
        let post = |seq: u64, tag: &str, is_baseline, is_mailed| Announced {
            seq: Seq(seq),
            id: format!("tag:example.org,2026:{seq}").parse().unwrap(),
            source: format!("{seq}.md").into(),
            slug: seq.to_string().parse().unwrap(),
            title: format!("Post {seq}"),
            published: jiff::Timestamp::UNIX_EPOCH,
            content_hash: seq.to_string(),
            tags: vec![tag.parse().unwrap()],
            is_baseline,
            is_mailed,
        };
        let announced = vec![
            post(1, "maps", true, true),
            post(2, "maps", false, false),
            post(3, "maps", false, true),
            post(4, "feeds", false, true),
            post(5, "maps", false, true),
        ];
        let defaults = CadenceDefaults {
            pace: Pace::Each,
            hour: Hour::new(8).unwrap(),
            weekday: Weekday::Sunday,
            month_day: MonthDay::new(1).unwrap(),
            zone: "UTC".parse().unwrap(),
            lang: "en".parse().unwrap(),
        };
        let book = Book { announced, ..Book::default() };
        let ground = Ground { book: &book, missing: &[Seq(3)], defaults: &defaults };
        let group = Group { cohort: CohortId(1), after: Seq(1), owed: vec![Seq(1)], readers: 1 };
        let told: Vec<_> = left_out(&ground, &"maps".parse().unwrap(), &group, Seq(5))
            .into_iter()
            .map(|(post, why)| (post.seq.0, why))
            .collect();
        let want = [
            (1, Omission::Baseline),
            (2, Omission::NotForMail),
            (3, Omission::Withdrawn),
            (4, Omission::OtherTopics),
        ];
        assert_eq!(told, want);
    }
}
