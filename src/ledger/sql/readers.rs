//! Looking at readers: who they are, where they stand, what happened to them.

use jiff::Timestamp;

use super::cohorts::Cohorts;
use super::value::Misfit;
use super::values::{EventKind, Millis};
use super::{Fault, Ledger, Row, View, values};
use crate::address::{Domain, EmailAddress};
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
            let mut after = SubscriberId(0);
            while let Some(last) = page(view, state, after, &mut cohorts, &mut show)? {
                after = last;
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
        self.headcount_at(None)
    }

    /// How many subscribers stand where, of those with an address at `domain`, or of all.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn headcount_at(&self, domain: Option<&Domain>) -> Result<Headcount, LedgerError> {
        let statement = format!(
            "SELECT count(*) FILTER (WHERE state = 'P'), count(*) FILTER (WHERE state = 'C'),
             count(*) FILTER (WHERE state = 'L'), count(*) FILTER (WHERE state = 'S')
             FROM subscriber WHERE CAST(?1 AS TEXT) IS NULL OR {DOMAIN} = ?1"
        );
        self.read(|view| {
            view.one(&statement, values![domain.map(Domain::as_str)], |row| {
                Ok(Headcount {
                    pending: row.get(0)?,
                    confirmed: row.get(1)?,
                    left: row.get(2)?,
                    suppressed: row.get(3)?,
                })
            })
        })
    }

    /// What happened to a reader, in order: when they joined, changed, left, and why.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn history(&self, id: SubscriberId) -> Result<Vec<Event>, LedgerError> {
        self.read(|view| {
            view.all(
                "SELECT kind, at, text FROM event JOIN wording ON wording.id = wording_id
                 WHERE sub_id = ?1 ORDER BY no",
                values![id],
                |row| {
                    let (kind, at): (EventKind, Millis) = (row.get(0)?, row.get(1)?);
                    Ok(Event { at: at.0, what: kind.as_str(), why: row.get(2)? })
                },
            )
        })
    }
}

/// The domain of an address: what stands behind the last `@`, for a quoted local part may hold others
/// (RFC 5321 §4.1.2).
pub(super) const DOMAIN: &str = "substr(identity, length(rtrim(identity, replace(identity, '@', ''))) + 1)";

const SUBSCRIBER: &str =
    "SELECT subscriber.id, identity, spelling, name, cohort_id, state, confirmed_at, text
    FROM subscriber JOIN wording ON wording.id = source_id";

/// Readers read at once when all are shown.
const PAGE: u64 = 1_000;

/// Shows the next readers behind `after`; gives the last of them, or none when there are no more.
fn page(
    view: &View<'_>,
    state: Option<State>,
    after: SubscriberId,
    cohorts: &mut Cohorts,
    show: &mut impl FnMut(&Subscriber),
) -> Result<Option<SubscriberId>, Fault> {
    let mut last = None;
    view.each(
        &format!(
            "{SUBSCRIBER} WHERE identity IS NOT NULL AND (CAST(?1 AS TEXT) IS NULL OR state = ?1) AND subscriber.id > ?2
             ORDER BY subscriber.id LIMIT ?3"
        ),
        values![state, after, PAGE],
        |row| {
            let reader = read_subscriber(view, row, cohorts)?;
            show(&reader);
            last = Some(reader.id);
            Ok(())
        },
    )?;
    Ok(last)
}

fn subscriber(view: &View<'_>, id: SubscriberId) -> Result<Option<Subscriber>, Fault> {
    view.first(
        &format!("{SUBSCRIBER} WHERE subscriber.id = ?1 AND identity IS NOT NULL"),
        values![id],
        |row| read_subscriber(view, row, &mut Cohorts::default()),
    )
}

fn read_subscriber(view: &View<'_>, row: &Row<'_>, cohorts: &mut Cohorts) -> Result<Subscriber, Fault> {
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
pub(super) fn read_address(row: &Row<'_>, at: usize) -> Result<EmailAddress, Fault> {
    let written: Option<String> = row.get(at + 1)?;
    let text = written.map_or_else(|| row.get(at), Ok)?;
    text.parse().map_err(|_| Misfit::new("…", "an address").into())
}

pub(super) fn reader_by_identity(view: &View<'_>, identity: &str) -> Result<Option<Known>, Fault> {
    view.first(
        "SELECT id, spelling, name, cohort_id, state FROM subscriber WHERE identity = ?1",
        values![identity],
        |row| {
            Ok(Known {
                id: row.get(0)?,
                spelling: row.get(1)?,
                name: row.get(2)?,
                cohort: row.get(3)?,
                state: row.get(4)?,
            })
        },
    )
}

/// Adds to the evidence.
pub(super) fn add_event(
    tx: &View<'_>,
    id: SubscriberId,
    kind: EventKind,
    now: Timestamp,
    wording: i64,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO event (sub_id, no, kind, at, wording_id)
         SELECT ?1, coalesce(max(no) + 1, 0), ?2, ?3, ?4 FROM event WHERE sub_id = ?1",
        values![id, kind, Millis(now), wording],
    )?;
    Ok(())
}
