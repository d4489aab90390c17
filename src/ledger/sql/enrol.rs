//! How readers come onto the list: all rows of a file at once, or none.

use jiff::Timestamp;

use super::Ledger;
use super::clerk::{Clerk, Manner};
use crate::ledger::error::LedgerError;
use crate::ledger::report::Enrolment;
use crate::subscriber::NewSubscriber;
use crate::token::Keys;

/// Rows taken at once.
const SHEET: usize = 1_000;

impl Ledger {
    /// Adds the readers of a list to those there are, and takes over what the list says of those known.
    ///
    /// What a row leaves open stays as it is. Who left or does not work stays so, unless the row says that
    /// they confirmed later. A new reader gets what is announced from now on. Enrolling a list twice is
    /// enrolling it once. `keys` recognise those who asked to be forgotten.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written. Rows at fault are no error: see [`Enrolment::Refused`].
    pub fn import<F>(
        &mut self,
        rows: impl IntoIterator<Item = Result<NewSubscriber, F>>,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Enrolment<F>, LedgerError> {
        self.enrol(rows, Manner::Addition, keys, now)
    }

    /// Makes the list what `rows` say, as [`import`](Self::import) does, except that what a row leaves open
    /// is open, and whoever is in no row is dropped. Who comes back into the list is a reader again,
    /// unless they had left by themselves.
    ///
    /// # Errors
    ///
    /// As [`import`](Self::import).
    pub fn declare<F>(
        &mut self,
        rows: impl IntoIterator<Item = Result<NewSubscriber, F>>,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Enrolment<F>, LedgerError> {
        self.enrol(rows, Manner::Declaration, keys, now)
    }

    fn enrol<F>(
        &mut self,
        rows: impl IntoIterator<Item = Result<NewSubscriber, F>>,
        manner: Manner,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Enrolment<F>, LedgerError> {
        let mut faults = Faults { first: Vec::new(), more: 0 };
        let mut rows = rows.into_iter();
        let enrolled = self.attempt(|tx| {
            let mut clerk = Clerk::new(tx, manner, keys, now)?;
            loop {
                let sheet = faults.sort_out(rows.by_ref().take(SHEET));
                if !faults.first.is_empty() {
                    rows.by_ref().filter_map(Result::err).for_each(|fault| faults.add(fault));
                    return Ok(None);
                }
                if sheet.is_empty() {
                    return clerk.finish().map(Some);
                }
                clerk.take(&sheet)?;
            }
        })?;
        Ok(match enrolled {
            Some(enrolled) => Enrolment::Done(enrolled),
            None => Enrolment::Refused { faults: faults.first, more: faults.more },
        })
    }
}

struct Faults<F> {
    first: Vec<F>,
    more: u64,
}

impl<F> Faults<F> {
    /// The rows without a fault.
    fn sort_out(&mut self, rows: impl Iterator<Item = Result<NewSubscriber, F>>) -> Vec<NewSubscriber> {
        rows.filter_map(|row| row.map_err(|fault| self.add(fault)).ok()).collect()
    }

    fn add(&mut self, fault: F) {
        if self.first.len() < Enrolment::<F>::MAX_FAULTS {
            self.first.push(fault);
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::report::Enrolled;
    use crate::ledger::stage::{On, Stage, keys, later, on_each, reader, start};
    use crate::subscriber::{Pace, State, SubscriberId};

    fn stage_of(on: On, rows: impl Iterator<Item = NewSubscriber>) -> Stage {
        let mut stage = on.empty();
        stage.enrol(rows);
        stage
    }

    fn done(enrolment: Enrolment<()>) -> Enrolled {
        match enrolment {
            Enrolment::Done(enrolled) => enrolled,
            Enrolment::Refused { .. } => panic!("rows without faults are enrolled"),
        }
    }

    fn import(stage: &mut Stage, rows: impl IntoIterator<Item = NewSubscriber>, secs: i64) -> Enrolled {
        done(stage.ledger.import(rows.into_iter().map(Ok), &keys(), later(secs)).unwrap())
    }

    fn declare(stage: &mut Stage, rows: impl IntoIterator<Item = NewSubscriber>, secs: i64) -> Enrolled {
        done(stage.ledger.declare(rows.into_iter().map(Ok), &keys(), later(secs)).unwrap())
    }

    fn history(stage: &Stage, id: u64) -> Vec<(&'static str, String)> {
        let events = stage.ledger.history(SubscriberId(id)).unwrap();
        events.into_iter().map(|event| (event.what, event.why)).collect()
    }

    #[test]
    fn readers_come_in_the_order_of_the_list_however_long_it_is() {
        on_each(|on| {
            let stage = stage_of(on, (0..2_500).map(reader));
            let mut place = 0;
            stage
                .ledger
                .each_subscriber(Some(State::Confirmed), |found| {
                    assert_eq!(found.address, reader(place).address);
                    assert_eq!(found.name, reader(place).name);
                    assert_eq!(found.consent.source, "test");
                    place += 1;
                })
                .unwrap();
            assert_eq!(place, 2_500);
            assert_eq!(history(&stage, 2_500), [("joined", "test".to_owned())]);
        });
    }

    #[test]
    fn a_reader_named_again_counts_once_whether_far_below_or_in_the_next_row() {
        on_each(|on| {
            let mut stage = on.empty();
            let shouted = NewSubscriber { address: "READER-1@example.org".parse().unwrap(), ..reader(7) };
            let again = [reader(3), shouted, reader(2_000)];
            let rows = (0..4).map(reader).chain([reader(2)]).chain((4..2_001).map(reader)).chain(again);
            let first = import(&mut stage, rows, 0);
            assert_eq!(first, Enrolled { added: 2_001, repeated: 4, ..Enrolled::default() });
            let second = import(&mut stage, (0..2_001).chain([5, 5]).map(reader), 1);
            assert_eq!(second, Enrolled { unchanged: 2_001, repeated: 2, ..Enrolled::default() });
            assert_eq!(stage.ledger.subscriber(SubscriberId(2)).unwrap().unwrap().address, reader(1).address);
        });
    }

    #[test]
    fn what_a_list_says_otherwise_is_taken_over_and_written_down() {
        on_each(|on| {
            let mut stage = stage_of(on, (0..3).map(reader));
            let mut renamed = reader(0);
            renamed.name = Some("Ada".to_owned());
            renamed.preferences.pace = None;
            let mut weekly = reader(1);
            weekly.name = None;
            weekly.preferences.pace = Some(Pace::Weekly);
            weekly.address = "Reader-1@example.org".parse().unwrap();
            let came = import(&mut stage, [renamed, weekly, reader(2)], 9);
            assert_eq!(came, Enrolled { changed: 2, unchanged: 1, ..Enrolled::default() });
            let ada = stage.ledger.subscriber(SubscriberId(1)).unwrap().unwrap();
            assert_eq!((ada.name.as_deref(), ada.preferences.pace), (Some("Ada"), Some(Pace::Each)));
            let second = stage.ledger.subscriber(SubscriberId(2)).unwrap().unwrap();
            assert_eq!(second.name.as_deref(), Some("Reader 1"), "a row that leaves it open changes nothing");
            assert_eq!(second.address.as_str(), "Reader-1@example.org");
            assert_eq!(second.preferences.pace, Some(Pace::Weekly));
            let cohorts: Vec<_> = stage.ledger.cohorts().unwrap().into_iter().map(|(id, _)| id).collect();
            let earlier = stage.ledger.standings(&cohorts, start()).unwrap();
            assert_eq!(earlier.iter().map(|group| group.readers).sum::<u64>(), 2, "a new pace begins now");
            let want = [("joined", "test".to_owned()), ("changed", "import".to_owned())];
            assert_eq!(history(&stage, 2), want);
        });
    }

    #[test]
    fn whoever_left_comes_back_only_by_confirming_later() {
        on_each(|on| {
            let mut stage = stage_of(on, (0..3).map(reader));
            for id in [1, 2] {
                stage.ledger.leave(SubscriberId(id), "a link", later(10)).unwrap();
            }
            let confirmed = NewSubscriber { confirmed_at: Some(later(20)), ..reader(0) };
            let came = import(&mut stage, [confirmed, reader(1), reader(2)], 30);
            assert_eq!(came, Enrolled { returned: 1, kept_out: 1, unchanged: 1, ..Enrolled::default() });
            let back = stage.ledger.subscriber(SubscriberId(1)).unwrap().unwrap();
            assert_eq!((back.state, back.consent.confirmed_at), (State::Confirmed, later(20)));
            assert_eq!(stage.ledger.subscriber(SubscriberId(2)).unwrap().unwrap().state, State::Left);
            let what: Vec<_> = history(&stage, 1).into_iter().map(|(what, _)| what).collect();
            assert_eq!(what, ["joined", "left", "joined"]);
        });
    }

    #[test]
    fn whoever_was_forgotten_stays_out_until_they_confirm_anew() {
        on_each(|on| {
            let mut stage = stage_of(on, (0..2).map(reader));
            stage.ledger.forget(&reader(1).address, &keys(), later(10)).unwrap();
            let came = import(&mut stage, (0..3).map(reader), 20);
            assert_eq!(came, Enrolled { unchanged: 1, kept_out: 1, added: 1, ..Enrolled::default() });
            let anew = NewSubscriber { confirmed_at: Some(later(30)), ..reader(1) };
            let came = import(&mut stage, [reader(1), anew, reader(1)], 40);
            assert_eq!(came, Enrolled { kept_out: 1, added: 1, repeated: 1, ..Enrolled::default() });
        });
    }

    #[test]
    fn a_declared_list_drops_whom_it_does_not_name_and_takes_them_back() {
        on_each(|on| {
            let mut stage = stage_of(on, (0..1_200).map(reader));
            stage.ledger.leave(SubscriberId(1), "a link", later(10)).unwrap();
            let came = declare(&mut stage, (0..1_100).map(reader), 20);
            let want = Enrolled { unchanged: 1_099, kept_out: 1, dropped: 100, ..Enrolled::default() };
            assert_eq!(came, want);
            let came = declare(&mut stage, (0..1_200).map(reader), 30);
            let want = Enrolled { unchanged: 1_099, kept_out: 1, returned: 100, ..Enrolled::default() };
            assert_eq!(came, want);
            let what: Vec<_> = history(&stage, 1_200).into_iter().map(|(what, _)| what).collect();
            assert_eq!(what, ["joined", "dropped", "joined"]);
        });
    }

    #[test]
    fn a_list_with_a_fault_changes_nothing_and_every_fault_is_counted() {
        on_each(|on| {
            let mut stage = on.empty();
            let rows =
                (0..1_100).map(|place| Ok(reader(place))).chain((0..130).map(Err)).chain([Ok(reader(9))]);
            match stage.ledger.import(rows, &keys(), start()).unwrap() {
                Enrolment::Refused { faults, more } => {
                    assert_eq!((faults.len(), faults[99], more), (100, 99, 30));
                }
                Enrolment::Done(_) => panic!("a row at fault spoils the list"),
            }
            assert_eq!(stage.ledger.headcount().unwrap().confirmed, 0);
        });
    }
}
