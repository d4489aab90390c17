//! A copy is kept for the day on which the ledger is lost, and brought back so that nobody is mailed twice.

use std::path::Path;

use jiff::Timestamp;

use super::values::Millis;
use super::{Fault, Ledger, View, book, cohorts, freeze, values};
use crate::issue::{self, Group, Standing};
use crate::ledger::error::LedgerError;
use crate::ledger::lock::SenderLock;
use crate::ledger::model::RowState;
use crate::ledger::report::Restored;
use crate::ledger::sqlite::File;
use crate::message::IssueId;
use crate::subscriber::{CadenceDefaults, SubscriberId};

impl Ledger {
    /// Copies the ledger as it is at one moment into the new file `to`, readable by its owner alone. Senders may be at
    /// work meanwhile.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Exists`] if anything is at `to`, [`LedgerError::NoFile`] if the ledger lies in a database.
    pub fn backup(&self, to: &Path) -> Result<(), LedgerError> {
        self.file()?.copy_to(to)
    }

    /// Puts the ledger in the file `copy` in the place of the one at `path`, which is set aside.
    ///
    /// Whoever waits in the copy may have been mailed since it was made: unless nothing can have been sent since, because
    /// the copy is as new as what was last sent from here or because the caller says so, they are in doubt and wait for a
    /// decision. Readers whose next issue has come due may have had it, so what it would bring is not mailed; nor are posts
    /// dated before `now` that the copy does not know.
    ///
    /// # Errors
    ///
    /// If the copy is not a whole ledger of `publication`, or [`LedgerError::Outdated`] if the ledger in place is whole and
    /// newer and `may_go_back` is false.
    pub fn restore(
        path: &Path,
        copy: &Path,
        lock: &SenderLock,
        terms: &Terms<'_>,
    ) -> Result<Restored, LedgerError> {
        let source = Self::from(File::open_read_only(copy)?);
        source.belongs_to(terms.publication)?;
        source.refuse_damaged()?;
        let here = source.file()?.testimony()?;
        let latest = File::latest(path, lock)?.filter(|latest| latest.ledger_id == here.ledger_id);
        let is_behind = latest.is_some_and(|latest| latest.generation > here.generation);
        if is_behind && !terms.may_go_back && is_whole(path) {
            return Err(LedgerError::Outdated { place: source.place().clone() });
        }
        let may_have_sent =
            !terms.nothing_sent_since && latest.is_none_or(|latest| latest.generation > here.generation);
        let (mut doubtful, mut passed_over) = (0, 0);
        let set_aside = source.file()?.put_in_place(path, |copy| {
            if may_have_sent {
                (doubtful, passed_over) = doubt_in(copy, terms)?;
            }
            Ok(())
        })?;
        let newest = latest.map_or(here.generation, |latest| latest.generation.max(here.generation));
        File::open(path)?.advance_to(newest + 1, lock)?;
        Ok(Restored { doubtful, passed_over, may_have_sent, set_aside })
    }

    /// Recognises an older copy that was put in the ledger's place, and from now on tells the file beside it how far it
    /// comes. Nothing for a database, whose copies its own tools keep.
    ///
    /// # Errors
    ///
    /// [`LedgerError::RolledBack`] if mail was sent from a newer one.
    pub fn watch(&mut self, lock: &SenderLock) -> Result<(), LedgerError> {
        match self.file_mut() {
            Some(file) => file.watch(lock),
            None => Ok(()),
        }
    }

    fn refuse_damaged(&self) -> Result<(), LedgerError> {
        match self.verify()?.first() {
            None => Ok(()),
            Some(finding) => {
                Err(LedgerError::Unsound { place: self.place().clone(), finding: finding.to_string() })
            }
        }
    }
}

/// On what terms a copy is brought back.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    pub publication: &'a str,
    /// The caller knows that nothing was sent after the copy was made.
    pub nothing_sent_since: bool,
    /// A ledger that is whole and newer may be replaced.
    pub may_go_back: bool,
    pub now: Timestamp,
    /// What readers get who did not choose: it tells whose issue has come due.
    pub defaults: &'a CadenceDefaults,
}

/// Whether the ledger at `path` can be opened and adds up.
fn is_whole(path: &Path) -> bool {
    File::open_read_only(path).map(Ledger::from).is_ok_and(|ledger| ledger.refuse_damaged().is_ok())
}

/// How many recipients are in doubt now, and how many readers were passed over.
fn doubt_in(copy: &mut File, terms: &Terms<'_>) -> Result<(u64, u64), LedgerError> {
    let doubted = copy.attempt(|tx| Ok(Some((doubt_all(tx, terms.now)?, pass_over(tx, terms)?))));
    let doubted = doubted.map_err(|fault| fault.at(copy.place()))?;
    Ok(doubted.expect("what does not fail is kept"))
}

/// Whoever waits may have been mailed after this copy was made; what was announced since is not known.
fn doubt_all(tx: &View<'_>, now: Timestamp) -> Result<u64, Fault> {
    let doubted: Vec<(IssueId, SubscriberId)> = tx.all(
        "UPDATE delivery SET state = 'U', epoch = epoch + 1, attempts = attempts + 1, ambiguous = ambiguous + 1,
         first_at = coalesce(first_at, ?1), reply = 'may have been sent after this copy of the ledger was made'
         WHERE state IN ('Q', 'C', 'I') RETURNING issue_id, sub_id",
        values![Millis(now)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (issue, subscriber) in &doubted {
        tx.account.ended(*issue, *subscriber, RowState::Doubtful);
    }
    tx.execute("UPDATE meta SET restored_at = ?1", values![Millis(now)])?;
    tx.execute(
        "UPDATE issue SET state = 'done', why_halted = NULL WHERE state IN ('sending', 'halted')",
        &[],
    )?;
    Ok(doubted.len() as u64)
}

/// Moves on whoever is owed something, or has something before them, and whose issue has come due: a run after this copy
/// was made may have mailed it.
fn pass_over(tx: &View<'_>, terms: &Terms<'_>) -> Result<u64, Fault> {
    let book = book::book(tx)?;
    let agenda = issue::due(terms.now, &cohorts::all(tx)?, &book, terms.defaults);
    let mut passed_over = 0;
    for due in agenda.due {
        for Standing { cohort, through, owed, readers, .. } in book::standings(tx, &due.cohorts, due.due_at)?
        {
            if through < book.head() || !owed.is_empty() {
                let group = Group { cohort, after: through, owed, readers };
                passed_over += freeze::move_on(tx, &group, book.head(), due.due_at)?;
            }
        }
    }
    Ok(passed_over)
}
