//! How readers come onto the list: all rows of a file at once, or none.

use jiff::Timestamp;

use super::book::head;
use super::cohorts::Cohorts;
use super::readers::{Known, add_event, last_event, reader_by_identity};
use super::values::{EventKind, Millis};
use super::{Fault, Ledger, View, values};
use crate::issue::Seq;
use crate::ledger::error::LedgerError;
use crate::ledger::report::{Enrolled, Enrolment};
use crate::subscriber::{NewSubscriber, Preferences, State, SubscriberId, Topics};
use crate::token::Keys;

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
        let enrolled = self.attempt(|tx| {
            let mut clerk = Clerk::new(tx, manner, keys, now)?;
            for row in rows {
                match row {
                    Ok(reader) if faults.first.is_empty() => clerk.take(&reader)?,
                    Ok(_) => {}
                    Err(fault) => faults.add(fault),
                }
            }
            if faults.first.is_empty() { clerk.finish().map(Some) } else { Ok(None) }
        })?;
        Ok(match enrolled {
            Some(enrolled) => Enrolment::Done(enrolled),
            None => Enrolment::Refused { faults: faults.first, more: faults.more },
        })
    }
}

/// What the rows of a list mean for readers who are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// What a row leaves open stays as it is.
    Addition,
    /// The list is the truth.
    Declaration,
}

impl Manner {
    fn wording(self) -> &'static str {
        match self {
            Self::Addition => "import",
            Self::Declaration => "declared list",
        }
    }
}

struct Faults<F> {
    first: Vec<F>,
    more: u64,
}

impl<F> Faults<F> {
    fn add(&mut self, fault: F) {
        if self.first.len() < Enrolment::<F>::MAX_FAULTS {
            self.first.push(fault);
        } else {
            self.more += 1;
        }
    }
}

/// Takes one row after the other within a transaction.
struct Clerk<'a> {
    tx: &'a View<'a>,
    manner: Manner,
    keys: &'a Keys,
    now: Timestamp,
    /// Where new readers begin.
    head: Seq,
    /// Whether anybody ever asked to be forgotten.
    knows_forgotten: bool,
    cohorts: Cohorts,
    enrolled: Enrolled,
}

impl<'a> Clerk<'a> {
    fn new(tx: &'a View<'a>, manner: Manner, keys: &'a Keys, now: Timestamp) -> Result<Self, Fault> {
        tx.batch("CREATE TEMP TABLE IF NOT EXISTS seen (id BIGINT PRIMARY KEY); DELETE FROM seen;")?;
        let knows_forgotten =
            tx.one("SELECT count(*) FROM (SELECT 1 FROM suppression LIMIT 1) AS found", &[], |row| {
                row.get(0)
            })?;
        let head = head(tx)?;
        let (cohorts, enrolled) = (Cohorts::default(), Enrolled::default());
        Ok(Self { tx, manner, keys, now, head, knows_forgotten, cohorts, enrolled })
    }

    fn take(&mut self, row: &NewSubscriber) -> Result<(), Fault> {
        let Some(known) = reader_by_identity(self.tx, &row.address.identity())? else {
            return self.add(row);
        };
        if !self.is_first_sight(known.id)? {
            self.enrolled.repeated += 1;
            return Ok(());
        }
        match known.state {
            State::Confirmed => self.update(&known, row),
            State::Pending => self.enrol_again(&known, row),
            State::Left | State::Suppressed if self.may_return(known.id, row)? => {
                self.enrol_again(&known, row)
            }
            State::Left | State::Suppressed => {
                self.enrolled.kept_out += 1;
                Ok(())
            }
        }
    }

    fn add(&mut self, row: &NewSubscriber) -> Result<(), Fault> {
        if self.knows_forgotten && self.is_forgotten(row)? {
            self.enrolled.kept_out += 1;
            return Ok(());
        }
        let confirmed_at = row.confirmed_at.unwrap_or(self.now);
        let cohort = self.cohorts.id(self.tx, &row.preferences)?;
        let source = self.source(row)?;
        let identity = row.address.identity();
        let id = self.tx.one(
            "INSERT INTO subscriber (identity, spelling, name, cohort_id, state, through_seq, cadence_since,
             confirmed_at, source_id) VALUES (?1, ?2, ?3, ?4, 'C', ?5, ?6, ?6, ?7) RETURNING id",
            values![
                identity,
                spelling(row, &identity),
                row.name,
                cohort,
                self.head,
                Millis(confirmed_at),
                source
            ],
            |row| row.get(0),
        )?;
        add_event(self.tx, id, EventKind::Joined, self.now, source)?;
        self.is_first_sight(id)?;
        self.enrolled.added += 1;
        Ok(())
    }

    /// Takes over what the row says otherwise. A reader whose pace, hour, day or zone changes waits for the
    /// next issue that comes due after now.
    fn update(&mut self, known: &Known, row: &NewSubscriber) -> Result<(), Fault> {
        let before = self.cohorts.preferences(self.tx, known.cohort)?.clone();
        let after = self.preferences(&before, row);
        let cohort = self.cohorts.id(self.tx, &after)?;
        let name = self.name(known, row);
        let identity = row.address.identity();
        let spelling = spelling(row, &identity);
        if cohort == known.cohort && name == known.name.as_deref() && spelling == known.spelling.as_deref() {
            self.enrolled.unchanged += 1;
            return Ok(());
        }
        let since = (!is_same_cadence(&before, &after)).then_some(Millis(self.now));
        self.tx.execute(
            "UPDATE subscriber SET name = ?2, spelling = ?3, cohort_id = ?4,
             cadence_since = coalesce(?5, cadence_since) WHERE id = ?1",
            values![known.id, name, spelling, cohort, since],
        )?;
        let why = intern_wording(self.tx, self.manner.wording())?;
        add_event(self.tx, known.id, EventKind::Changed, self.now, why)?;
        self.enrolled.changed += 1;
        Ok(())
    }

    fn enrol_again(&mut self, known: &Known, row: &NewSubscriber) -> Result<(), Fault> {
        let before = self.cohorts.preferences(self.tx, known.cohort)?.clone();
        let preferences = self.preferences(&before, row);
        let cohort = self.cohorts.id(self.tx, &preferences)?;
        let source = self.source(row)?;
        let identity = row.address.identity();
        self.tx.execute(
            "UPDATE subscriber SET name = ?2, spelling = ?3, cohort_id = ?4, state = 'C', through_seq = ?5,
             cadence_since = ?6, confirmed_at = ?6, source_id = ?7, failures = 0 WHERE id = ?1",
            values![
                known.id,
                self.name(known, row),
                spelling(row, &identity),
                cohort,
                self.head,
                Millis(row.confirmed_at.unwrap_or(self.now)),
                source
            ],
        )?;
        add_event(self.tx, known.id, EventKind::Joined, self.now, source)?;
        self.enrolled.returned += 1;
        Ok(())
    }

    fn preferences(&self, before: &Preferences, row: &NewSubscriber) -> Preferences {
        match self.manner {
            Manner::Addition => completed(&row.preferences, before),
            Manner::Declaration => row.preferences.clone(),
        }
    }

    fn name<'r>(&self, known: &'r Known, row: &'r NewSubscriber) -> Option<&'r str> {
        match self.manner {
            Manner::Addition => row.name.as_deref().or(known.name.as_deref()),
            Manner::Declaration => row.name.as_deref(),
        }
    }

    fn source(&self, row: &NewSubscriber) -> Result<i64, Fault> {
        intern_wording(self.tx, row.source.as_deref().unwrap_or(self.manner.wording()))
    }

    /// Marks a reader as named by this list; false if a row before this one named them.
    fn is_first_sight(&self, id: SubscriberId) -> Result<bool, Fault> {
        Ok(self.tx.execute("INSERT INTO seen (id) VALUES (?1) ON CONFLICT DO NOTHING", values![id])? == 1)
    }

    /// Whether a reader who went may come back: because they confirmed since, or because only the declared
    /// list had dropped them.
    fn may_return(&self, id: SubscriberId, row: &NewSubscriber) -> Result<bool, Fault> {
        let Some((kind, at)) = last_event(self.tx, id)? else { return Ok(false) };
        Ok(kind == EventKind::Dropped
            || row.confirmed_at.is_some_and(|confirmed| Millis::kept(confirmed) > at))
    }

    /// Whether the reader asked to be forgotten and did not confirm since.
    fn is_forgotten(&self, row: &NewSubscriber) -> Result<bool, Fault> {
        let fingerprint = self.keys.fingerprint(&row.address.identity());
        let since: Option<Millis> = self.tx.first(
            "SELECT since FROM suppression WHERE fingerprint = ?1",
            values![fingerprint],
            |row| row.get(0),
        )?;
        let confirmed = row.confirmed_at.map(Millis::kept);
        Ok(since.is_some_and(|since| confirmed.is_none_or(|confirmed| confirmed <= since.0)))
    }

    fn finish(mut self) -> Result<Enrolled, Fault> {
        if self.manner == Manner::Declaration {
            self.enrolled.dropped = self.drop_unseen()?;
        }
        self.tx.batch("DROP TABLE seen")?;
        Ok(self.enrolled)
    }

    fn drop_unseen(&self) -> Result<u64, Fault> {
        let why = intern_wording(self.tx, "no longer in the declared list")?;
        let absent: Vec<SubscriberId> = self.tx.all(
            "SELECT id FROM subscriber WHERE state IN ('P', 'C') AND id NOT IN (SELECT id FROM seen)",
            &[],
            |row| row.get(0),
        )?;
        for id in &absent {
            self.tx.execute("UPDATE subscriber SET state = 'L' WHERE id = ?1", values![id])?;
            add_event(self.tx, *id, EventKind::Dropped, self.now, why)?;
        }
        Ok(absent.len() as u64)
    }
}

/// The address as it is written, where that is not the identity.
fn spelling<'r>(row: &'r NewSubscriber, identity: &str) -> Option<&'r str> {
    Some(row.address.as_str()).filter(|written| *written != identity)
}

/// `given`, with what it leaves open taken from `before`.
fn completed(given: &Preferences, before: &Preferences) -> Preferences {
    let Topics(topics) = &given.topics;
    Preferences {
        pace: given.pace.or(before.pace),
        hour: given.hour.or(before.hour),
        weekday: given.weekday.or(before.weekday),
        month_day: given.month_day.or(before.month_day),
        zone: given.zone.as_ref().or(before.zone.as_ref()).cloned(),
        topics: if topics.is_empty() { before.topics.clone() } else { given.topics.clone() },
        lang: given.lang.as_ref().or(before.lang.as_ref()).cloned(),
    }
}

/// Whether mail comes due at the same times under both.
fn is_same_cadence(before: &Preferences, after: &Preferences) -> bool {
    let when =
        |p: &Preferences| (p.pace, p.hour, p.weekday.map(|day| day.as_str()), p.month_day, p.zone.clone());
    when(before) == when(after)
}

/// The number of a text that is kept once.
pub(super) fn intern_wording(tx: &View<'_>, text: &str) -> Result<i64, Fault> {
    let known = tx.first("SELECT id FROM wording WHERE text = ?1", values![text], |row| row.get(0))?;
    match known {
        Some(id) => Ok(id),
        None => {
            tx.one("INSERT INTO wording (text) VALUES (?1) RETURNING id", values![text], |row| row.get(0))
        }
    }
}
