//! How long a batch of steps waits for company.
//!
//! On a disk that takes milliseconds, connections fall into two groups that take turns: the one whose intents are being
//! made durable, and the one that has sent meanwhile and waits for the disk. Each commit then carries half of what it
//! could; and with one connection, a result and the next intent, which follows at once, cost a commit each. So a batch
//! waits until it has an intent of each connection that had a mail in flight lately: at most half of what the last
//! commit took, for a server may be slow to answer one of them. On a disk that is quick there is nothing to gain, and
//! nothing waits.

use std::time::Duration;

use super::step::{Ruling, Step, Stepped};

/// A commit that takes no longer is not worth waiting before.
const QUICK: Duration = Duration::from_millis(1);

/// What the last commit took, and how many mails are in flight.
#[derive(Debug, Default)]
pub(super) struct Tempo {
    last_commit: Duration,
    in_flight: usize,
    /// The most that were in flight lately.
    company: usize,
}

impl Tempo {
    /// How long the next batch may wait.
    pub fn patience(&self) -> Duration {
        if self.last_commit > QUICK { self.last_commit / 2 } else { Duration::ZERO }
    }

    /// Whether more intents may come soon than the `begun` of this batch.
    pub fn expects_more(&self, begun: usize) -> bool {
        begun < self.company
    }

    /// A batch is durable.
    pub fn committed(&mut self, took: Duration, steps: &[Step], stepped: &[Stepped]) {
        self.last_commit = took;
        let begun = stepped.iter().filter(|done| matches!(done, Stepped::Begun(Ruling::Ready { .. })));
        let settled = steps.iter().filter(|step| matches!(step, Step::Settle { .. }));
        self.in_flight = (self.in_flight + begun.count()).saturating_sub(settled.count());
        self.company = self.in_flight.max(self.company - self.company.div_ceil(8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_waits_only_before_a_slow_disk_and_only_for_as_many_as_were_in_flight_lately() {
        let begun = || (0..3).map(|_| Stepped::Begun(Ruling::Ready { until: None })).collect::<Vec<_>>();
        let slow = Duration::from_millis(4);
        let mut tempo = Tempo::default();
        assert_eq!((tempo.patience(), tempo.expects_more(0)), (Duration::ZERO, false));
        tempo.committed(slow, &[], &begun());
        assert_eq!(tempo.patience(), Duration::from_millis(2));
        assert!(tempo.expects_more(2) && !tempo.expects_more(3));
        tempo.committed(Duration::from_micros(200), &[], &[Stepped::Begun(Ruling::Lost), Stepped::Noted]);
        assert_eq!(tempo.patience(), Duration::ZERO);
        assert!(tempo.expects_more(2) && !tempo.expects_more(3), "what is lost is not in flight");
        tempo.in_flight = 0;
        (0..3).for_each(|_| tempo.committed(slow, &[], &[]));
        assert!(!tempo.expects_more(0), "nobody waits for connections that went");
    }
}
