//! How readers go: by themselves, by a server's word, or for good.

use jiff::Timestamp;

use super::readers::{add_event, reader_by_identity};
use super::values::{EventKind, Millis};
use super::{Fault, Ledger, View, values, wordings};
use crate::address::EmailAddress;
use crate::ledger::error::LedgerError;
use crate::ledger::reply;
use crate::ledger::report::Departure;
use crate::subscriber::{State, SubscriberId};
use crate::token::Keys;

impl Ledger {
    /// Ends a subscription because its reader wants it so. No mail that is not in flight yet goes to them.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn leave(&mut self, id: SubscriberId, why: &str, now: Timestamp) -> Result<Departure, LedgerError> {
        self.write(|tx| end(tx, id, EventKind::Left, why, now))
    }

    /// Stops mail to an address that does not work or whose owner complained.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn suppress(
        &mut self,
        id: SubscriberId,
        why: &str,
        now: Timestamp,
    ) -> Result<Departure, LedgerError> {
        self.write(|tx| end(tx, id, EventKind::Suppressed, why, now))
    }

    /// Erases a reader: address, name and what servers said of them. What stays is a number, the times, and a
    /// fingerprint by which whoever holds the keys keeps them out of the next import.
    ///
    /// The octets are overwritten in the file. Copies and backups are the operator's.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn forget(
        &mut self,
        address: &EmailAddress,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Departure, LedgerError> {
        let identity = address.identity();
        let fingerprint = keys.fingerprint(&identity);
        let forgotten = self.write(|tx| {
            remember_fingerprint(tx, fingerprint, now)?;
            match reader_by_identity(tx, &identity)? {
                Some(known) => erase(tx, known.id, now),
                None => Ok(Departure::Unknown),
            }
        })?;
        self.erase_traces()?;
        Ok(forgotten)
    }
}

/// Ends a subscription that has not ended yet.
pub(super) fn end(
    tx: &View<'_>,
    id: SubscriberId,
    kind: EventKind,
    why: &str,
    now: Timestamp,
) -> Result<Departure, Fault> {
    let state: Option<State> =
        tx.first("SELECT state FROM subscriber WHERE id = ?1", values![id], |row| row.get(0))?;
    let after = if kind == EventKind::Suppressed { State::Suppressed } else { State::Left };
    match state {
        None => Ok(Departure::Unknown),
        Some(State::Left | State::Suppressed) => Ok(Departure::GoneBefore),
        Some(State::Pending | State::Confirmed) => {
            tx.execute("UPDATE subscriber SET state = ?2 WHERE id = ?1", values![id, after])?;
            add_event(tx, id, kind, now, wordings::intern(tx, &reply::kept(why))?)?;
            Ok(Departure::Gone)
        }
    }
}

fn remember_fingerprint(tx: &View<'_>, fingerprint: [u8; 16], now: Timestamp) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO suppression (fingerprint, since) VALUES (?1, ?2)
         ON CONFLICT (fingerprint) DO UPDATE SET since =
         CASE WHEN suppression.since > excluded.since THEN suppression.since ELSE excluded.since END",
        values![fingerprint, Millis(now)],
    )?;
    Ok(())
}

fn erase(tx: &View<'_>, id: SubscriberId, now: Timestamp) -> Result<Departure, Fault> {
    let ended = end(tx, id, EventKind::Left, "asked to be forgotten", now)?;
    tx.execute(
        "UPDATE subscriber SET identity = NULL, spelling = NULL, name = NULL WHERE id = ?1",
        values![id],
    )?;
    tx.execute(
        "UPDATE delivery SET reply = NULL WHERE issue_id IN (SELECT id FROM issue) AND sub_id = ?1",
        values![id],
    )?;
    let why = wordings::intern(tx, "asked to be forgotten")?;
    add_event(tx, id, EventKind::Forgotten, now, why)?;
    Ok(ended)
}
