//! Decides what each row of a list means for the reader it names. Rows are taken many at a time: in a database each
//! question is a round trip.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::book::head;
use super::cohorts::Cohorts;
use super::readers::Known;
use super::roll::{self, Changed, Changes, Joined, Named, Occasion, Profile};
use super::values::{EventKind, Millis};
use super::{Fault, View, values};
use crate::ledger::report::Enrolled;
use crate::subscriber::{NewSubscriber, Preferences, State, SubscriberId, Topics};
use crate::token::Keys;

/// What the rows of a list mean for readers who are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
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

/// Takes the rows of a list within a transaction.
pub(super) struct Clerk<'a> {
    tx: &'a View<'a>,
    manner: Manner,
    keys: &'a Keys,
    occasion: Occasion,
    /// Whether anybody ever asked to be forgotten.
    knows_forgotten: bool,
    cohorts: Cohorts,
    named: Named,
    enrolled: Enrolled,
}

/// What the ledger knows of the readers that some rows name.
struct Acquaintance {
    known: HashMap<String, Known>,
    /// Of those who went, what happened to them last.
    last_events: HashMap<SubscriberId, (EventKind, Timestamp)>,
    forgotten_since: HashMap<[u8; 16], Timestamp>,
}

impl<'a> Clerk<'a> {
    pub fn new(tx: &'a View<'a>, manner: Manner, keys: &'a Keys, now: Timestamp) -> Result<Self, Fault> {
        let knows_forgotten =
            tx.one("SELECT count(*) FROM (SELECT 1 FROM suppression LIMIT 1) AS found", &[], |row| {
                row.get(0)
            })?;
        Ok(Self {
            tx,
            manner,
            keys,
            occasion: Occasion { now: Millis(now), head: head(tx)?, wording: manner.wording() },
            knows_forgotten,
            cohorts: Cohorts::default(),
            named: Named::default(),
            enrolled: Enrolled::default(),
        })
    }

    pub fn take(&mut self, rows: &[NewSubscriber]) -> Result<(), Fault> {
        let identities: Vec<String> = rows.iter().map(|row| row.address.identity()).collect();
        let before = self.look_up(&identities)?;
        let mut changes = Changes::default();
        let mut new = HashSet::new();
        for (row, identity) in rows.iter().zip(&identities) {
            match before.known.get(identity) {
                Some(known) if self.named.add(known.id) => {
                    self.meet(known, row, identity, &before, &mut changes)?;
                }
                None if new.contains(identity) => self.enrolled.repeated += 1,
                None if self.is_forgotten(row, identity, &before) => self.enrolled.kept_out += 1,
                None => {
                    new.insert(identity);
                    self.add(row, identity, &mut changes)?;
                }
                Some(_) => self.enrolled.repeated += 1,
            }
        }
        for id in changes.write(self.tx, &self.occasion)? {
            self.named.add(id);
        }
        Ok(())
    }

    fn look_up(&self, identities: &[String]) -> Result<Acquaintance, Fault> {
        let known = roll::known(self.tx, identities)?;
        let is_gone = |known: &&Known| matches!(known.state, State::Left | State::Suppressed);
        let gone: Vec<SubscriberId> = known.values().filter(is_gone).map(|known| known.id).collect();
        let strangers = identities.iter().filter(|identity| !known.contains_key(*identity));
        let fingerprints: Vec<_> = match self.knows_forgotten {
            true => strangers.map(|identity| self.keys.fingerprint(identity)).collect(),
            false => Vec::new(),
        };
        Ok(Acquaintance {
            last_events: roll::last_events(self.tx, &gone)?,
            forgotten_since: roll::forgotten_since(self.tx, &fingerprints)?,
            known,
        })
    }

    /// A row names a reader who is known.
    fn meet<'r>(
        &mut self,
        known: &Known,
        row: &'r NewSubscriber,
        identity: &'r str,
        before: &Acquaintance,
        changes: &mut Changes<'r>,
    ) -> Result<(), Fault> {
        let may_enrol = match known.state {
            State::Confirmed => return self.update(known, row, identity, changes),
            State::Pending => true,
            State::Left | State::Suppressed => {
                before.last_events.get(&known.id).is_some_and(|last| may_return(*last, row))
            }
        };
        if !may_enrol {
            self.enrolled.kept_out += 1;
            return Ok(());
        }
        let before = self.cohorts.preferences(self.tx, known.cohort)?;
        let after = self.manner.preferences(before, row);
        let name = self.manner.name(known, row);
        changes.returned.push((known.id, self.joined(row, identity, name, &after)?));
        self.enrolled.returned += 1;
        Ok(())
    }

    fn add<'r>(
        &mut self,
        row: &'r NewSubscriber,
        identity: &'r str,
        changes: &mut Changes<'r>,
    ) -> Result<(), Fault> {
        changes.joined.push(self.joined(row, identity, row.name.clone(), &row.preferences)?);
        self.enrolled.added += 1;
        Ok(())
    }

    fn joined<'r>(
        &mut self,
        row: &'r NewSubscriber,
        identity: &'r str,
        name: Option<String>,
        preferences: &Preferences,
    ) -> Result<Joined<'r>, Fault> {
        let cohort = self.cohorts.id(self.tx, preferences)?;
        Ok(Joined {
            profile: Profile { identity, spelling: spelling(row, identity), name, cohort },
            confirmed_at: row.confirmed_at.map_or(self.occasion.now, Millis),
            source: row.source.as_deref().unwrap_or(self.manner.wording()),
        })
    }

    /// Takes over what the row says otherwise. A reader whose pace, hour, day or zone changes waits for the
    /// next issue that comes due after now.
    fn update<'r>(
        &mut self,
        known: &Known,
        row: &'r NewSubscriber,
        identity: &'r str,
        changes: &mut Changes<'r>,
    ) -> Result<(), Fault> {
        let before = self.cohorts.preferences(self.tx, known.cohort)?;
        let after = self.manner.preferences(before, row);
        let is_as_due = is_same_cadence(before, &after);
        let cohort = self.cohorts.id(self.tx, &after)?;
        let name = self.manner.name(known, row);
        let spelling = spelling(row, identity);
        if cohort == known.cohort && name == known.name && spelling == known.spelling.as_deref() {
            self.enrolled.unchanged += 1;
            return Ok(());
        }
        let profile = Profile { identity, spelling, name, cohort };
        let cadence_since = (!is_as_due).then_some(self.occasion.now);
        changes.changed.push(Changed { id: known.id, profile, cadence_since });
        self.enrolled.changed += 1;
        Ok(())
    }

    /// Whether the reader asked to be forgotten and did not confirm since.
    fn is_forgotten(&self, row: &NewSubscriber, identity: &str, before: &Acquaintance) -> bool {
        if before.forgotten_since.is_empty() {
            return false;
        }
        let since = before.forgotten_since.get(&self.keys.fingerprint(identity));
        let confirmed = row.confirmed_at.map(Millis::kept);
        since.is_some_and(|since| confirmed.is_none_or(|confirmed| confirmed <= *since))
    }

    pub fn finish(mut self) -> Result<Enrolled, Fault> {
        if self.manner == Manner::Declaration {
            self.enrolled.dropped = self.drop_unnamed()?;
        }
        Ok(self.enrolled)
    }

    fn drop_unnamed(&self) -> Result<u64, Fault> {
        let mut dropped = 0;
        let mut after = Some(SubscriberId(0));
        while let Some(last) = after {
            let page: Vec<SubscriberId> = self.tx.all(
                "SELECT id FROM subscriber WHERE state IN ('P', 'C') AND id > ?1 ORDER BY id LIMIT ?2",
                values![last, PAGE],
                |row| row.get(0),
            )?;
            after = page.last().copied();
            let absent: Vec<_> = page.into_iter().filter(|id| !self.named.contains(*id)).collect();
            roll::drop_readers(self.tx, &absent, "no longer in the declared list", self.occasion.now)?;
            dropped += absent.len() as u64;
        }
        Ok(dropped)
    }
}

/// Readers looked at together when the list is compared with the ledger.
const PAGE: u64 = 10_000;

impl Manner {
    fn preferences(self, before: &Preferences, row: &NewSubscriber) -> Preferences {
        match self {
            Self::Addition => completed(&row.preferences, before),
            Self::Declaration => row.preferences.clone(),
        }
    }

    fn name(self, known: &Known, row: &NewSubscriber) -> Option<String> {
        match self {
            Self::Addition => row.name.clone().or_else(|| known.name.clone()),
            Self::Declaration => row.name.clone(),
        }
    }
}

/// Whether a reader who went may come back: because they confirmed since, or because only the declared
/// list had dropped them.
fn may_return((kind, at): (EventKind, Timestamp), row: &NewSubscriber) -> bool {
    kind == EventKind::Dropped || row.confirmed_at.is_some_and(|confirmed| Millis::kept(confirmed) > at)
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
