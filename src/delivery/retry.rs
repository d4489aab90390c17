//! When a recipient is tried again. No randomness: the same row and try give the same time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::message::IssueId;
use crate::subscriber::{SubscriberId, scattered};

/// Minutes to the next try, after the first refusal, the second and so on; the last one goes on.
///
/// RFC 5321 §4.5.4.1 asks for half an hour at least, and allows for less at first. Greylisting lets pass what
/// comes again after five minutes.
const MINUTES: [i64; 9] = [5, 15, 30, 60, 120, 240, 480, 960, 1440];

/// How long a recipient waits of whom it cannot be known whether the mail was accepted: a server that has it may
/// still be telling others.
const AFTER_DOUBT: SignedDuration = SignedDuration::from_mins(10);

/// How long one waits over whom connections broke again and again: perhaps it is this mail that breaks them.
const AFTER_STUMBLES: SignedDuration = SignedDuration::from_mins(5);

/// Which recipient of which issue.
pub(super) type RowKey = (IssueId, SubscriberId);

/// When to try again after a server refused for now; `attempts` is how often it was tried before this time.
pub(super) fn after_refusal(row: RowKey, attempts: u32, now: Timestamp) -> Timestamp {
    let step = (attempts as usize).min(MINUTES.len() - 1);
    let secs = MINUTES[step] * 60;
    now + SignedDuration::from_secs(secs + secs * tenth(row, attempts) / 1000)
}

/// When to try again after a reply was lost.
pub(super) fn after_doubt(now: Timestamp) -> Timestamp {
    now + AFTER_DOUBT
}

/// When to try again a row over which several connections were lost.
pub(super) fn after_stumbles(now: Timestamp) -> Timestamp {
    now + AFTER_STUMBLES
}

/// When a recipient is given up: so long after the first try, however late that came.
pub(super) fn end_of_trying(
    first_tried_at: Option<Timestamp>,
    now: Timestamp,
    expire: Duration,
) -> Timestamp {
    let first_tried_at = first_tried_at.unwrap_or(now);
    SignedDuration::try_from(expire)
        .ok()
        .and_then(|expire| first_tried_at.checked_add(expire).ok())
        .unwrap_or(Timestamp::MAX)
}

/// What is written down for a recipient who is given up.
pub(super) fn words_of_expiry(expire: Duration) -> String {
    format!("given up {} h after the first try", expire.as_secs() / 3600)
}

/// The time so long from now.
pub(super) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok()).unwrap_or(Timestamp::MAX)
}

/// How long it is from `now` to `due`; no time if that has passed. A little longer rather than shorter: the
/// ledger keeps milliseconds.
pub(super) fn wait_until(due: Timestamp, now: Timestamp) -> Duration {
    match Duration::try_from(due.duration_since(now)) {
        Ok(wait) if !wait.is_zero() => wait + Duration::from_millis(1),
        _ => Duration::ZERO,
    }
}

/// From 0 to 100 thousandths, spread evenly over rows and tries: a list that was refused at once does not come back
/// at once. Never sooner: a greylist lets pass what comes after its five minutes, and makes the rest wait again.
fn tenth((issue, subscriber): RowKey, attempts: u32) -> i64 {
    let seed = subscriber.0 ^ (u64::from(issue.0) << 32) ^ u64::from(attempts);
    (scattered(seed) % 101) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_secs(subscriber: u64, attempts: u32) -> i64 {
        let now = Timestamp::UNIX_EPOCH;
        after_refusal((IssueId(3), SubscriberId(subscriber)), attempts, now).as_second()
    }

    #[test]
    fn each_try_waits_longer_up_to_a_day_and_up_to_a_tenth_more() {
        for (attempts, minutes) in
            [(0, 5), (1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 480), (7, 960), (8, 1440), (99, 1440)]
        {
            for subscriber in 0..200 {
                let found = wait_secs(subscriber, attempts);
                let want = minutes * 60;
                let most = want + want / 10;
                assert!((want..=most).contains(&found), "try {attempts}: {found} s of {want}");
            }
        }
    }

    #[test]
    fn recipients_refused_at_once_come_back_spread_over_the_tenths() {
        let mut times: Vec<_> = (0..1000).map(|subscriber| wait_secs(subscriber, 0)).collect();
        assert_eq!(times, (0..1000).map(|subscriber| wait_secs(subscriber, 0)).collect::<Vec<_>>());
        times.sort_unstable();
        assert!(times[100] < 306 && times[900] > 324, "{} to {}", times[100], times[900]);
    }

    #[test]
    fn a_recipient_is_given_up_so_long_after_the_first_try() {
        let (first, now) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(50_000).unwrap());
        let hour = Duration::from_secs(3600);
        assert_eq!(end_of_trying(Some(first), now, hour).as_second(), 3600);
        assert_eq!(end_of_trying(None, now, hour).as_second(), 53_600, "never tried is never too late");
        assert_eq!(end_of_trying(Some(first), now, Duration::MAX), Timestamp::MAX);
    }
}
