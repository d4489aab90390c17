//! How many mails each lane carried: one row for each hour, taken by the slice, so that several senders share it.

use jiff::Timestamp;

use super::{Ledger, values};
use crate::ledger::error::LedgerError;
use crate::ledger::quota::{Grant, HOURS, Quota, hour_of};

/// Hours that are kept: a week.
const KEPT_HOURS: i64 = 7 * 24;

impl Ledger {
    /// Takes up to `want` mails of what a lane may still carry; what it does not carry it gives back with
    /// [`unspend`](Self::unspend). Senders that share the ledger share the quota.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn spend(&mut self, quota: &Quota, want: u64, now: Timestamp) -> Result<Grant, LedgerError> {
        let hour = hour_of(now);
        self.write(|tx| {
            // Whoever else takes of this hour waits for this transaction from here on.
            tx.execute(
                "INSERT INTO spent (lane, hour, mails) VALUES (?1, ?2, 0)
                 ON CONFLICT (lane, hour) DO UPDATE SET mails = spent.mails",
                values![quota.lane, hour],
            )?;
            let spent: Vec<(i64, u64)> = tx.all(
                "SELECT hour, mails FROM spent WHERE lane = ?1 AND hour > ?2 AND hour <= ?3 ORDER BY hour",
                values![quota.lane, hour - HOURS, hour],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let grant = quota.grant(want, hour, &spent);
            tx.execute(
                "UPDATE spent SET mails = mails + ?3 WHERE lane = ?1 AND hour = ?2",
                values![quota.lane, hour, grant.mails],
            )?;
            tx.execute("DELETE FROM spent WHERE hour < ?1", values![hour - KEPT_HOURS])?;
            Ok(grant)
        })
    }

    /// Gives mails back that a lane was given at `taken_at` and did not carry.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn unspend(&mut self, lane: &str, mails: u64, taken_at: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE spent SET mails = CASE WHEN mails > ?3 THEN mails - ?3 ELSE 0 END
                 WHERE lane = ?1 AND hour = ?2",
                values![lane, hour_of(taken_at), mails],
            )?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::stage::{later, on_each};

    fn quota(lane: &str, per_hour: Option<u64>, per_day: Option<u64>) -> Quota {
        Quota { lane: lane.to_owned(), per_hour, per_day }
    }

    #[test]
    fn what_a_lane_carried_is_remembered_by_the_hour_whoever_opens_the_ledger() {
        on_each(|on| {
            let mut stage = on.empty();
            let main = quota("main", Some(100), Some(150));
            // It is eight o'clock.
            let given: Vec<u64> =
                (0..3).map(|_| stage.ledger.spend(&main, 40, later(0)).unwrap().mails).collect();
            assert_eq!(given, [40, 40, 20]);
            let mut stage = stage.reopen();
            let mut spend = |secs| stage.ledger.spend(&main, 40, later(secs)).unwrap();
            assert_eq!(spend(60), Grant { mails: 0, next_at: Some(later(3600)) });
            assert_eq!(spend(3600).mails, 40);
            assert_eq!(spend(3601), Grant { mails: 10, next_at: Some(later(24 * 3600)) });
            assert_eq!(spend(24 * 3600 - 1).mails, 0);
            assert_eq!(spend(24 * 3600).mails, 40, "what was carried a day ago no longer counts");
            stage.assert_sound();
        });
    }

    #[test]
    fn lanes_share_nothing_and_what_was_not_carried_is_given_back() {
        on_each(|on| {
            let mut stage = on.empty();
            let (main, other) = (quota("main", Some(50), None), quota("other", Some(50), None));
            let mut spend = |quota| stage.ledger.spend(quota, 50, later(0)).unwrap().mails;
            assert_eq!((spend(&main), spend(&main), spend(&other)), (50, 0, 50));
            stage.ledger.unspend("main", 12, later(0)).unwrap();
            assert_eq!(stage.ledger.spend(&main, 50, later(9)).unwrap().mails, 12);
            stage.ledger.unspend("main", 999, later(0)).unwrap();
            assert_eq!(stage.ledger.spend(&main, 99, later(9)).unwrap().mails, 50, "never below nothing");
        });
    }
}
