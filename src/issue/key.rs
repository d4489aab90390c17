//! Schedule keys: what makes an issue unique within its series, and which of two comes later.

use std::fmt;

use crate::issue::{IssueKey, Seq};

impl IssueKey {
    /// The key of the issue that brings the post `seq` to those who want each one at once.
    pub fn of_post(seq: Seq) -> Self {
        Self(format!("each/{}", seq.0))
    }

    /// The key of an issue that catches up behind this one without a new post: `each/17`, `each/17+2`, `each/17+3`.
    pub(super) fn to_catch_up(&self) -> Self {
        let (post, nth) = self.0.split_once('+').unwrap_or((&self.0, "1"));
        let nth: u64 = nth.parse().unwrap_or(1);
        Self(format!("{post}+{}", nth + 1))
    }

    /// Whether this occurrence comes after `other`, both being of one series.
    pub fn is_later_than(&self, other: &Self) -> bool {
        self.numbers() > other.numbers()
    }

    /// The numbers in the key from left to right, which grow from one occurrence to the next.
    fn numbers(&self) -> Vec<u64> {
        self.0.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
    }
}

impl fmt::Display for IssueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_occurrence_is_later_by_number_and_not_by_letter() {
        for (earlier, later) in [
            ("each/9", "each/10"),
            ("each/17", "each/17+2"),
            ("each/17+9", "each/17+10"),
            ("each/17+2", "each/18"),
            ("daily/2026-11-22", "daily/2026-11-23"),
            ("weekly/2026-W53", "weekly/2027-W01"),
            ("monthly/2026-12", "monthly/2027-01"),
        ] {
            let [earlier, later] = [earlier, later].map(|key| IssueKey(key.to_owned()));
            assert!(later.is_later_than(&earlier), "{later} after {earlier}");
            assert!(!earlier.is_later_than(&later), "{earlier} before {later}");
            assert!(!later.is_later_than(&later), "{later} is not after itself");
        }
    }

    #[test]
    fn catching_up_never_uses_a_key_twice() {
        let first = IssueKey::of_post(Seq(17)).to_catch_up();
        assert_eq!(first.to_string(), "each/17+2");
        assert_eq!(first.to_catch_up().to_string(), "each/17+3");
    }
}
