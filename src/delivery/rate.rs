//! At most so many mails a second, evenly (the generic cell rate algorithm). No timer runs: asking costs a comparison.

use std::time::Duration;

use tokio::time::Instant;

/// How much time is made up for in which nothing was sent, so that a timer that wakes late costs no speed.
const SLACK: Duration = Duration::from_millis(100);
/// The slowest rate there is: one mail in an hour.
const LONGEST_INTERVAL: Duration = Duration::from_secs(3600);

/// A rate, and when the next mail keeps to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    interval: Duration,
    next: Instant,
}

impl Rate {
    /// So many mails a second, the first of them now.
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        Self { interval: interval(per_second), next: now }
    }

    pub(super) fn per_second(&self) -> f64 {
        1.0 / self.interval.as_secs_f64()
    }

    /// From one mail to the next.
    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// Changes the rate from the next mail on.
    pub(super) fn set(&mut self, per_second: f64) {
        self.interval = interval(per_second);
    }

    /// When the next mail may go; it may have been long ago.
    pub(super) fn free_at(&self) -> Instant {
        self.next
    }

    /// A mail goes now, or in its turn behind those that were let go ahead.
    pub(super) fn take(&mut self, now: Instant) {
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        self.next = self.next.max(earliest) + self.interval;
    }

    /// A mail that was let go did not.
    pub(super) fn give_back(&mut self) {
        self.next = self.next.checked_sub(self.interval).unwrap_or(self.next);
    }

    /// Whether it holds nobody back and remembers nobody.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.next <= now
    }
}

fn interval(per_second: f64) -> Duration {
    Duration::try_from_secs_f64(1.0 / per_second).unwrap_or(LONGEST_INTERVAL).min(LONGEST_INTERVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many mails a rate lets go if asked every `step` for `span`.
    fn let_go(rate: &mut Rate, start: Instant, span: Duration, step: Duration) -> u32 {
        let mut count = 0;
        let mut now = start;
        while now < start + span {
            while rate.free_at() <= now {
                rate.take(now);
                count += 1;
            }
            now += step;
        }
        count
    }

    #[test]
    fn a_rate_lets_go_what_it_says_however_often_it_is_asked() {
        for (per_second, secs, step_millis, want) in [
            (10.0, 10, 1, 100),
            (10.0, 10, 90, 100),
            (2_000.0, 5, 7, 10_000),
            (0.5, 20, 100, 10),
            (1.0, 5, 1, 5),
        ] {
            let now = Instant::now();
            let mut rate = Rate::new(per_second, now);
            let (span, step) = (Duration::from_secs(secs), Duration::from_millis(step_millis));
            let found = let_go(&mut rate, now, span, step);
            // Of the last step some, of the first a tenth of a second.
            let slack = (per_second * SLACK.as_secs_f64()) as u32 + 1;
            assert!(
                (want - slack / 10..=want + slack).contains(&found),
                "{per_second} a second: {found} in {secs} s"
            );
        }
    }

    #[test]
    fn more_than_a_tenth_of_a_second_is_not_made_up_for() {
        let now = Instant::now();
        let mut rate = Rate::new(10.0, now);
        let later = now + Duration::from_secs(60);
        let found = let_go(&mut rate, later, Duration::from_secs(1), Duration::from_millis(1));
        assert!((11..=12).contains(&found), "{found}");
    }

    #[test]
    fn a_mail_that_did_not_go_leaves_its_turn_to_another() {
        let now = Instant::now();
        let mut rate = Rate::new(4.0, now);
        (0..4).for_each(|_| rate.take(now));
        assert_eq!(rate.free_at() - now, Duration::from_secs(1));
        rate.give_back();
        assert_eq!(rate.free_at() - now, Duration::from_millis(750));
        assert!(!rate.is_idle(now) && rate.is_idle(now + Duration::from_millis(750)));
    }
}
