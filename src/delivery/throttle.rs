//! How many connections of a lane may work, how fast, and when to leave the relay alone.
//!
//! Half as many after a failure, and more each half minute that goes well, as TCP does it. What fails together
//! counts as one failure: only a try that began after the last one counted can be the next. A relay that fails
//! ten times in a row is left alone for a while; one that never worked in this run is given up after a second, once
//! every connection has tried: somebody may be waiting who mistyped a port.
//!
//! A server that answers and says that it has too much to do is another matter: single words of that kind are let
//! pass, and where three in ten replies are, connections and speed are halved ([`Pace`]).

use std::time::Duration;

use tokio::time::Instant;

use crate::delivery::pace::Pace;
use crate::delivery::weather::Weather;

/// How long all must go well before more connections work: a sixteenth of them, or one.
const GROWTH: Duration = Duration::from_secs(30);
/// Failures in a row, nothing between them that worked, after which the relay is left alone.
const IN_A_ROW: u32 = 10;
/// So many words of a crowded server in a row are let pass without a wait.
const LET_PASS: u32 = 3;
/// The wait after the first failure in a row; each further one waits twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Results between two times that a crowded server makes the lane slower.
const RESULTS_TO_SLOW: u32 = 20;
/// How long a relay is tried that never worked.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);
/// How long the relay is left alone the first time; twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Which connections may work, and since when.
#[derive(Debug)]
pub(super) struct Throttle {
    most: usize,
    active: usize,
    /// Counts failures; a try keeps the number it began with.
    failures: u64,
    in_a_row: u32,
    pauses: u32,
    /// Tries that have not ended.
    under_way: usize,
    has_worked: bool,
    began_at: Instant,
    /// When the number of connections changed last, or something failed.
    changed_at: Instant,
    free_at: Instant,
    weather: Weather,
    /// How fast mail may go.
    pub(super) pace: Pace,
    /// Results since the lane was last made slower.
    since_slowed: u32,
    /// How often a crowded server made the lane slower.
    slowed: u64,
}

/// A try to hand over one mail, from connecting to the reply.
#[derive(Debug)]
#[must_use = "a try ends as worked, failed or abandoned"]
pub(super) struct Try {
    failures: u64,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterFailure {
    GoOn,
    /// The relay should be left alone for so long.
    Pause(Duration),
    /// Nothing ever worked, and nothing is under way that still could.
    Hopeless,
}

impl Throttle {
    pub(super) fn new(connections: usize, now: Instant) -> Self {
        Self {
            most: connections.max(1),
            active: connections.max(1),
            failures: 0,
            in_a_row: 0,
            pauses: 0,
            under_way: 0,
            has_worked: false,
            began_at: now,
            changed_at: now,
            free_at: now,
            weather: Weather::default(),
            pace: Pace::new(now),
            since_slowed: 0,
            slowed: 0,
        }
    }

    /// Whether the server refuses so much that no recipient is to blame.
    pub(super) fn is_stormy(&self) -> bool {
        self.weather.is_stormy()
    }

    /// How often a crowded server made the lane slower.
    pub(super) fn times_slowed(&self) -> u64 {
        self.slowed
    }

    /// How many connections may work.
    pub(super) fn active(&self) -> usize {
        self.active
    }

    /// Whether the connection with this number, from 0, is among them.
    pub(super) fn admits(&self, number: usize) -> bool {
        number < self.active
    }

    /// Before then nothing is tried.
    pub(super) fn free_at(&self) -> Instant {
        self.free_at
    }

    pub(super) fn begin(&mut self) -> Try {
        self.under_way += 1;
        Try { failures: self.failures }
    }

    /// A try ended and says nothing of the relay.
    pub(super) fn abandoned(&mut self, _: Try) {
        self.under_way -= 1;
    }

    /// The relay answered for or about a mail. True if one more connection may work.
    pub(super) fn worked(&mut self, _: Try, now: Instant) -> bool {
        self.under_way -= 1;
        self.has_worked = true;
        self.in_a_row = 0;
        self.pauses = 0;
        self.since_slowed += 1;
        self.weather.fair();
        self.pace.answered(now);
        if !self.weather.share_is_high() {
            self.pace.grow(now);
        }
        let grows = self.active < self.most && now.duration_since(self.changed_at) >= GROWTH;
        if grows {
            self.active = (self.active + (self.most / 16).max(1)).min(self.most);
            self.changed_at = now;
        }
        grows
    }

    /// The server answered that it would not take more for now, to a recipient who had been tried so often before.
    pub(super) fn crowded(&mut self, attempt: Try, tries: u32, now: Instant) -> AfterFailure {
        self.under_way -= 1;
        self.note_crowding(tries, now);
        if self.is_hopeless(now) {
            return AfterFailure::Hopeless;
        }
        if attempt.failures != self.failures {
            return AfterFailure::GoOn;
        }
        self.failures += 1;
        self.in_a_row += 1;
        if self.in_a_row > LET_PASS {
            self.free_at = now + doubled(FIRST_WAIT, self.in_a_row - LET_PASS - 1, LONGEST_WAIT);
        }
        if self.in_a_row >= IN_A_ROW { self.next_pause() } else { AfterFailure::GoOn }
    }

    /// The server put a recipient off in words that may speak of itself.
    pub(super) fn perhaps_crowded(&mut self, _: Try, tries: u32, now: Instant) {
        self.under_way -= 1;
        self.has_worked = true;
        self.note_crowding(tries, now);
    }

    fn note_crowding(&mut self, tries: u32, now: Instant) {
        self.weather.crowded(tries);
        self.pace.answered(now);
        self.since_slowed += 1;
        self.changed_at = now;
        if self.since_slowed >= RESULTS_TO_SLOW && self.weather.is_stormy() {
            self.since_slowed = 0;
            self.slowed += 1;
            self.active = (self.active / 2).max(1);
            self.pace.slow(now);
        }
    }

    /// The connection or the server failed.
    pub(super) fn failed(&mut self, attempt: Try, now: Instant) -> AfterFailure {
        self.under_way -= 1;
        let is_counted = attempt.failures == self.failures;
        if is_counted {
            self.count_failure(now);
        }
        if self.is_hopeless(now) {
            return AfterFailure::Hopeless;
        }
        match is_counted && self.in_a_row >= IN_A_ROW {
            true => self.next_pause(),
            false => AfterFailure::GoOn,
        }
    }

    fn is_hopeless(&self, now: Instant) -> bool {
        !self.has_worked && self.under_way == 0 && now.duration_since(self.began_at) >= FIRST_PATIENCE
    }

    /// Leaves the relay alone for `pause` from now on.
    pub(super) fn pause(&mut self, pause: Duration, now: Instant) {
        self.free_at = now + pause;
    }

    /// Leaves the relay alone for as long as after so many failures in a row.
    pub(super) fn rest(&mut self, now: Instant) {
        if let AfterFailure::Pause(pause) = self.next_pause() {
            self.pause(pause, now);
        }
    }

    fn count_failure(&mut self, now: Instant) {
        self.failures += 1;
        self.active = (self.active / 2).max(1);
        self.changed_at = now;
        self.free_at = now + doubled(FIRST_WAIT, self.in_a_row, LONGEST_WAIT);
        self.in_a_row += 1;
    }

    fn next_pause(&mut self) -> AfterFailure {
        let pause = doubled(FIRST_PAUSE, self.pauses, LONGEST_PAUSE);
        self.pauses += 1;
        // After a pause one more failure is enough for the next.
        self.in_a_row = IN_A_ROW - 1;
        AfterFailure::Pause(pause)
    }
}

/// `first`, doubled so many times, at most `longest`.
fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(1 << times.min(16)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A throttle under which one mail was sent already.
    fn working(connections: usize, now: Instant) -> Throttle {
        let mut throttle = Throttle::new(connections, now);
        let first = throttle.begin();
        throttle.worked(first, now);
        throttle
    }

    fn fail(throttle: &mut Throttle, now: Instant) -> AfterFailure {
        let attempt = throttle.begin();
        throttle.failed(attempt, now)
    }

    #[test]
    fn a_failure_halves_the_connections_and_half_a_minute_gives_one_back() {
        let now = Instant::now();
        let mut throttle = working(8, now);
        assert_eq!(fail(&mut throttle, now), AfterFailure::GoOn);
        assert_eq!(throttle.active(), 4);
        assert!(throttle.admits(3) && !throttle.admits(4));
        for (secs, want) in
            [(1, 4), (29, 4), (30, 5), (31, 5), (59, 5), (60, 6), (300, 7), (330, 8), (360, 8)]
        {
            let attempt = throttle.begin();
            let before = throttle.active();
            let grew = throttle.worked(attempt, now + secs * SECOND);
            assert_eq!((throttle.active(), grew), (want, want > before), "after {secs} s");
        }
    }

    /// Lets a throttle see so many results in a row, each `x` of a crowded server; gives what followed from the last.
    fn see(throttle: &mut Throttle, results: &str, now: Instant) -> AfterFailure {
        let mut after = AfterFailure::GoOn;
        for result in results.chars() {
            let attempt = throttle.begin();
            match result {
                'x' => after = throttle.crowded(attempt, 0, now),
                _ => drop(throttle.worked(attempt, now)),
            }
        }
        after
    }

    #[test]
    fn a_crowded_server_gets_half_the_connections_and_half_the_speed_each_twenty_results() {
        let now = Instant::now();
        let mut throttle = working(16, now);
        see(&mut throttle, &"..x".repeat(6), now);
        assert_eq!((throttle.active(), throttle.times_slowed()), (16, 0));
        see(&mut throttle, "..x", now);
        assert_eq!((throttle.active(), throttle.times_slowed()), (8, 1));
        let first = throttle.pace.per_second().unwrap();
        see(&mut throttle, &"..x".repeat(14), now);
        assert_eq!((throttle.active(), throttle.times_slowed()), (2, 3));
        assert_eq!(throttle.pace.per_second().unwrap(), first / 4.0);
        see(&mut throttle, &".".repeat(200), now + GROWTH);
        assert_eq!(throttle.active(), 3, "it grows again when the storm is over");
    }

    #[test]
    fn a_few_words_of_a_crowded_server_slow_nothing_and_many_in_a_row_pause() {
        let now = Instant::now();
        let mut throttle = working(16, now);
        see(&mut throttle, &"........x".repeat(50), now);
        assert_eq!((throttle.active(), throttle.free_at()), (16, now));
        assert_eq!(see(&mut throttle, ".xxxxxxxxx", now), AfterFailure::GoOn);
        assert!(throttle.free_at() > now);
        assert_eq!(see(&mut throttle, "x", now), AfterFailure::Pause(FIRST_PAUSE));
    }

    #[test]
    fn what_fails_together_counts_once() {
        let now = Instant::now();
        let mut throttle = working(100, now);
        let together: Vec<_> = (0..100).map(|_| throttle.begin()).collect();
        for attempt in together {
            assert_eq!(throttle.failed(attempt, now), AfterFailure::GoOn);
        }
        assert_eq!(throttle.active(), 50);
    }

    #[test]
    fn each_failure_in_a_row_waits_longer_until_the_relay_is_left_alone() {
        let now = Instant::now();
        let mut throttle = working(4, now);
        let mut waits = Vec::new();
        for _ in 0..9 {
            assert_eq!(fail(&mut throttle, now), AfterFailure::GoOn);
            waits.push((throttle.free_at() - now).as_millis());
        }
        assert_eq!(waits, [100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000]);
        let pauses: Vec<_> = (0..6).map(|_| fail(&mut throttle, now)).collect();
        let want = [60, 120, 240, 480, 900, 900].map(|secs| AfterFailure::Pause(secs * SECOND));
        assert_eq!(pauses, want);
        assert_eq!(throttle.active(), 1);
        let attempt = throttle.begin();
        throttle.worked(attempt, now);
        assert_eq!(fail(&mut throttle, now), AfterFailure::GoOn, "a success forgives");
    }

    #[test]
    fn a_relay_that_never_worked_is_given_up_after_a_second_once_every_connection_has_tried() {
        let now = Instant::now();
        let later = now + SECOND;
        let mut throttle = Throttle::new(3, now);
        assert_eq!(fail(&mut throttle, now), AfterFailure::GoOn, "too early");
        let (first, second) = (throttle.begin(), throttle.begin());
        assert_eq!(throttle.failed(first, later), AfterFailure::GoOn, "another is trying");
        assert_eq!(throttle.failed(second, later), AfterFailure::Hopeless);
        let mut throttle = working(3, now);
        assert_eq!(fail(&mut throttle, later), AfterFailure::GoOn, "it worked before");
    }
}
