//! A rate that gives way: halved when a server is crowded, and won back by and by.
//!
//! TCP's way with a crowded network (RFC 5681): less by half at a sign of trouble, more by a fixed step while all goes
//! well. Without trouble there is no rate at all.

use std::time::Duration;

use tokio::time::Instant;

use crate::delivery::rate::Rate;

/// How long a speed is measured.
const MEASURE: Duration = Duration::from_secs(1);
/// The shortest time a speed is told from.
const SHORTEST_MEASURE: Duration = Duration::from_millis(20);
/// How long all must go well before the rate grows by a step.
const GROWTH: Duration = Duration::from_secs(5);
/// So many steps from nothing to the speed before the trouble.
const STEPS: f64 = 16.0;
/// The rate falls to this part of the speed before the trouble, and no further.
const LEAST_PART: f64 = 1.0 / 16.0;
/// Nor below so many mails a second.
const LEAST: f64 = 1.0;

/// How fast mail goes, and how fast it may.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    measured_from: Instant,
    /// Results since then.
    count: u32,
    /// Mails a second when last measured.
    speed: f64,
    limit: Option<Limit>,
}

#[derive(Clone, Debug)]
struct Limit {
    rate: Rate,
    /// Mails a second before the trouble.
    before: f64,
    changed_at: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { measured_from: now, count: 0, speed: 0.0, limit: None }
    }

    /// When the next mail may go, if anything holds it back.
    pub(super) fn free_at(&self) -> Option<Instant> {
        self.limit.as_ref().map(|limit| limit.rate.free_at())
    }

    /// Mails a second that may go, if they are limited.
    pub(super) fn per_second(&self) -> Option<f64> {
        self.limit.as_ref().map(|limit| limit.rate.per_second())
    }

    /// A mail goes.
    pub(super) fn take(&mut self, now: Instant) {
        if let Some(limit) = &mut self.limit {
            limit.rate.take(now);
        }
    }

    /// A mail that was let go did not.
    pub(super) fn give_back(&mut self) {
        if let Some(limit) = &mut self.limit {
            limit.rate.give_back();
        }
    }

    /// The server answered.
    pub(super) fn answered(&mut self, now: Instant) {
        self.count += 1;
        let elapsed = now.saturating_duration_since(self.measured_from);
        if elapsed >= MEASURE {
            self.speed = f64::from(self.count) / elapsed.as_secs_f64();
            self.measured_from = now;
            self.count = 0;
        }
    }

    /// Less by half.
    pub(super) fn slow(&mut self, now: Instant) {
        let speed = self.speed_now(now);
        let limit = self.limit.get_or_insert_with(|| Limit {
            rate: Rate::new(speed, now),
            before: speed,
            changed_at: now,
        });
        let least = (limit.before * LEAST_PART).max(LEAST);
        limit.rate.set((limit.rate.per_second() / 2.0).max(least));
        limit.changed_at = now;
    }

    /// More by a step, if all went well for long enough.
    pub(super) fn grow(&mut self, now: Instant) {
        let Some(limit) = &mut self.limit else { return };
        if now.saturating_duration_since(limit.changed_at) < GROWTH {
            return;
        }
        let grown = limit.rate.per_second() + limit.before / STEPS;
        // A rate is kept in whole nanoseconds.
        if grown >= limit.before * 0.999 {
            self.limit = None;
            return;
        }
        limit.rate.set(grown);
        limit.changed_at = now;
    }

    /// Whether there is nothing to remember.
    pub(super) fn is_free(&self) -> bool {
        self.limit.is_none()
    }

    fn speed_now(&self, now: Instant) -> f64 {
        let elapsed = now.saturating_duration_since(self.measured_from).max(SHORTEST_MEASURE);
        (f64::from(self.count) / elapsed.as_secs_f64()).max(self.speed).max(LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pace at which 320 mails were answered in a second.
    fn running(now: Instant) -> (Pace, Instant) {
        let mut pace = Pace::new(now);
        (1..=320).for_each(|at| pace.answered(now + Duration::from_secs(at) / 320));
        (pace, now + Duration::from_secs(1))
    }

    #[test]
    fn nothing_is_limited_until_there_is_trouble() {
        let (mut pace, now) = running(Instant::now());
        assert!(pace.is_free() && pace.free_at().is_none());
        pace.grow(now + GROWTH);
        assert!(pace.is_free());
    }

    #[test]
    fn trouble_halves_the_speed_down_to_a_sixteenth() {
        let (mut pace, now) = running(Instant::now());
        let rates: Vec<f64> = (0..7)
            .map(|_| {
                pace.slow(now);
                pace.per_second().unwrap().round()
            })
            .collect();
        assert_eq!(rates, [160.0, 80.0, 40.0, 20.0, 20.0, 20.0, 20.0]);
    }

    #[test]
    fn the_speed_is_won_back_in_sixteen_steps_while_all_goes_well() {
        let (mut pace, now) = running(Instant::now());
        pace.slow(now);
        pace.grow(now + GROWTH / 2);
        assert_eq!(pace.per_second().unwrap().round(), 160.0, "too early");
        let mut steps = 0;
        while !pace.is_free() {
            steps += 1;
            pace.grow(now + steps * GROWTH);
        }
        assert_eq!(steps, 8);
    }

    #[test]
    fn a_slow_server_is_still_sent_a_mail_a_second() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        (0..9).for_each(|_| pace.slow(now));
        assert_eq!(pace.per_second().unwrap().round(), 1.0);
    }
}
