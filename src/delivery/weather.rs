//! Tells a crowded server from recipients who are put off one by one.
//!
//! One reply of 4yz says nothing. Where three in ten of the last replies do, the server has more than it can or will
//! take, and no recipient is to blame. Greylisting puts off many as well, but only at their first try, and all of
//! them: so a share alone is no storm, unless mail passes between the refusals or second tries are refused like first
//! ones.

use crate::delivery::reply::Reply;

/// Results that are looked at; older ones count half, a quarter and so on.
const SPAN: u32 = 64;
/// Fewer results than this say nothing.
const FEWEST: u32 = 10;

/// What a server said lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weather {
    accepted: u32,
    crowded: u32,
    /// Of the crowded ones, those to recipients who had been tried before.
    crowded_again: u32,
}

impl Weather {
    /// The server took a mail, or refused it for good: it had the time to.
    pub(super) fn fair(&mut self) {
        self.accepted += 1;
        self.age();
    }

    /// The server would not take more for now. `tries`: how often this recipient was tried before.
    pub(super) fn crowded(&mut self, tries: u32) {
        self.crowded += 1;
        self.crowded_again += u32::from(tries > 0);
        self.age();
    }

    /// Whether so many refusals in so few replies are the server's state.
    pub(super) fn is_stormy(&self) -> bool {
        let results = self.accepted + self.crowded;
        results >= FEWEST && self.share_is_high() && (self.accepted > 0 || self.crowded_again > 0)
    }

    /// Whether three in ten or more are refused.
    pub(super) fn share_is_high(&self) -> bool {
        self.crowded * 10 >= (self.accepted + self.crowded) * 3 && self.crowded > 0
    }

    fn age(&mut self) {
        if self.accepted + self.crowded >= SPAN {
            self.accepted /= 2;
            self.crowded /= 2;
            self.crowded_again /= 2;
        }
    }
}

/// Whether a reply that puts a recipient off may speak of how much there is rather than of them: 4.7.x (RFC 3463
/// §3.8, policy) and bare 451, unless it says that it is greylisting.
pub(super) fn may_be_crowding(reply: &Reply) -> bool {
    let is_policy = match reply.enhanced() {
        Some((4, 7, _)) => true,
        Some(_) => false,
        None => reply.code() == 451,
    };
    is_policy && !reply.speaks_of_greylisting()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weather after results: `.` taken, `x` put off at the first try, `X` at a later one.
    fn after(results: &str) -> Weather {
        let mut weather = Weather::default();
        for result in results.chars() {
            match result {
                '.' => weather.fair(),
                'x' => weather.crowded(0),
                _ => weather.crowded(1),
            }
        }
        weather
    }

    #[test]
    fn three_in_ten_put_off_while_others_pass_are_a_storm() {
        for (results, want) in [
            ("..x..x..x.", true),
            ("..x..x....", false),
            ("..x..x..x", false),
            ("x..x..x..x..x..x", true),
            ("....................xxx", false),
            ("....................xxxxxxxxx", true),
        ] {
            assert_eq!(after(results).is_stormy(), want, "{results}");
        }
    }

    #[test]
    fn all_put_off_at_their_first_try_are_greylisted_and_at_the_second_are_not() {
        assert!(!after(&"x".repeat(500)).is_stormy());
        assert!(after("xxxxxxxxxX").is_stormy());
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        assert!(!after(&format!("{}{}", "x.".repeat(40), ".".repeat(120))).is_stormy());
    }

    #[test]
    fn a_reply_about_greylisting_or_a_mailbox_is_no_crowding() {
        for (code, text, want) in [
            (451, "4.7.1 too many messages, slow down", true),
            (450, "4.7.28 unusual rate of unsolicited mail", true),
            (451, "try again later", true),
            (450, "try again later", false),
            (451, "4.7.1 Greylisting in action, please come back later", false),
            (450, "4.7.1 <ada@example.org>: Recipient address rejected: Gray-listed", false),
            (450, "4.2.0 mailbox busy", false),
        ] {
            assert_eq!(may_be_crowding(&Reply::new(code, text)), want, "{code} {text}");
        }
    }
}
