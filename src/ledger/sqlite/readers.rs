//! Looking at readers: who they are, where they stand, what happened to them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::cohorts::Cohorts;
use super::values::{EventKind, Millis, count, misfit, parsed};
use super::{Fault, Ledger};
use crate::address::EmailAddress;
use crate::issue::CohortId;
use crate::ledger::error::LedgerError;
use crate::ledger::report::{Event, Headcount};
use crate::subscriber::{Consent, State, Subscriber, SubscriberId};

/// A reader's row, as enrolling and leaving need it.
pub(super) struct Known {
    pub id: SubscriberId,
    pub spelling: Option<String>,
    pub name: Option<String>,
    pub cohort: CohortId,
    pub state: State,
}

impl Ledger {
    /// The reader with this address, however it is typed.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn find(&self, address: &EmailAddress) -> Result<Option<Subscriber>, LedgerError> {
        self.read(|view| {
            let known = reader_by_identity(view, &address.identity())?;
            known.map_or(Ok(None), |known| subscriber(view, known.id))
        })
    }

    /// The reader with this number, unless they were forgotten.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn subscriber(&self, id: SubscriberId) -> Result<Option<Subscriber>, LedgerError> {
        self.read(|view| subscriber(view, id))
    }

    /// Shows each reader, or each in one state, in the order they came. Holds one at a time in memory.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn each_subscriber(
        &self,
        state: Option<State>,
        mut show: impl FnMut(&Subscriber),
    ) -> Result<(), LedgerError> {
        self.read(|view| {
            let mut cohorts = Cohorts::default();
            let mut readers = view.prepare(&format!(
                "{SUBSCRIBER} WHERE identity IS NOT NULL AND (?1 IS NULL OR state = ?1) ORDER BY subscriber.id"
            ))?;
            let mut rows = readers.query([state])?;
            while let Some(row) = rows.next()? {
                show(&read_subscriber(view, row, &mut cohorts)?);
            }
            Ok(())
        })
    }

    /// How many subscribers stand where.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn headcount(&self) -> Result<Headcount, LedgerError> {
        self.read(|view| {
            let mut states = view.prepare("SELECT state, count(*) FROM subscriber GROUP BY state")?;
            let mut rows = states.query([])?;
            let mut heads = Headcount::default();
            while let Some(row) = rows.next()? {
                let place = match row.get(0)? {
                    State::Pending => &mut heads.pending,
                    State::Confirmed => &mut heads.confirmed,
                    State::Left => &mut heads.left,
                    State::Suppressed => &mut heads.suppressed,
                };
                *place = count(row, 1)?;
            }
            Ok(heads)
        })
    }

    /// What happened to a reader, in order: when they joined, changed, left, and why.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn history(&self, id: SubscriberId) -> Result<Vec<Event>, LedgerError> {
        self.read(|view| {
            let mut events = view.prepare(
                "SELECT kind, at, text FROM event JOIN wording ON wording.id = wording_id
                 WHERE sub_id = ?1 ORDER BY no",
            )?;
            let rows = events.query_map([id], |row| {
                let (kind, at): (EventKind, Millis) = (row.get(0)?, row.get(1)?);
                Ok(Event { at: at.0, what: kind.as_str(), why: row.get(2)? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

const SUBSCRIBER: &str =
    "SELECT subscriber.id, identity, spelling, name, cohort_id, state, confirmed_at, text
    FROM subscriber JOIN wording ON wording.id = source_id";

fn subscriber(view: &Connection, id: SubscriberId) -> Result<Option<Subscriber>, Fault> {
    let mut reader =
        view.prepare_cached(&format!("{SUBSCRIBER} WHERE subscriber.id = ?1 AND identity IS NOT NULL"))?;
    let found =
        reader.query_row([id], |row| read_subscriber(view, row, &mut Cohorts::default())).optional()?;
    Ok(found)
}

fn read_subscriber(view: &Connection, row: &Row<'_>, cohorts: &mut Cohorts) -> rusqlite::Result<Subscriber> {
    let confirmed_at: Millis = row.get(6)?;
    Ok(Subscriber {
        id: row.get(0)?,
        address: read_address(row, 1)?,
        name: row.get(3)?,
        preferences: cohorts.preferences(view, row.get(4)?)?.clone(),
        state: row.get(5)?,
        consent: Consent { confirmed_at: confirmed_at.0, source: row.get(7)? },
    })
}

/// Reads an address from two columns: the identity at `at`, and the spelling where that is another.
pub(super) fn read_address(row: &Row<'_>, at: usize) -> rusqlite::Result<EmailAddress> {
    let written: Option<String> = row.get(at + 1)?;
    let text = written.map_or_else(|| row.get(at), Ok)?;
    parsed(&text, "an address").map_err(|_: rusqlite::Error| misfit("…", "an address"))
}

pub(super) fn reader_by_identity(view: &Connection, identity: &str) -> Result<Option<Known>, Fault> {
    let known = view
        .prepare_cached("SELECT id, spelling, name, cohort_id, state FROM subscriber WHERE identity = ?1")?
        .query_row([identity], |row| {
            Ok(Known {
                id: row.get(0)?,
                spelling: row.get(1)?,
                name: row.get(2)?,
                cohort: row.get(3)?,
                state: row.get(4)?,
            })
        })
        .optional()?;
    Ok(known)
}

/// Adds to the evidence.
pub(super) fn add_event(
    tx: &Connection,
    id: SubscriberId,
    kind: EventKind,
    now: Timestamp,
    wording: i64,
) -> Result<(), Fault> {
    tx.prepare_cached(
        "INSERT INTO event (sub_id, no, kind, at, wording_id)
         SELECT ?1, ifnull(max(no) + 1, 0), ?2, ?3, ?4 FROM event WHERE sub_id = ?1",
    )?
    .execute((id, kind, Millis(now), wording))?;
    Ok(())
}

/// What happened to a reader last.
pub(super) fn last_event(
    view: &Connection,
    id: SubscriberId,
) -> Result<Option<(EventKind, Timestamp)>, Fault> {
    let last = view
        .prepare_cached("SELECT kind, at FROM event WHERE sub_id = ?1 ORDER BY no DESC LIMIT 1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get::<_, Millis>(1)?.0)))
        .optional()?;
    Ok(last)
}
