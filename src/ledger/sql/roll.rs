//! Readers looked up and written many at once, as a list names them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::readers::Known;
use super::value::{ToValue, Value};
use super::values::{EventKind, Millis};
use super::view::Many;
use super::{Fault, View, wordings};
use crate::issue::{CohortId, Seq};
use crate::subscriber::SubscriberId;

/// Those of `identities` that readers have.
pub(super) fn known(view: &View<'_>, identities: &[String]) -> Result<HashMap<String, Known>, Fault> {
    const FIND: Many = Many {
        one: "SELECT identity, id, spelling, name, cohort_id, state FROM subscriber WHERE identity = ?1",
        all: "SELECT identity, id, spelling, name, cohort_id, state FROM subscriber
              WHERE identity = ANY (CAST(?1 AS TEXT[]))",
    };
    let rows: Vec<_> = identities.iter().map(|identity| [identity.value()]).collect();
    let mut known = HashMap::new();
    view.each_of(FIND, &rows, |row| {
        let (id, spelling, name) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let reader = Known { id, spelling, name, cohort: row.get(4)?, state: row.get(5)? };
        known.insert(row.get(0)?, reader);
        Ok(())
    })?;
    Ok(known)
}

/// What happened to each of `readers` last.
pub(super) fn last_events(
    view: &View<'_>,
    readers: &[SubscriberId],
) -> Result<HashMap<SubscriberId, (EventKind, Timestamp)>, Fault> {
    const LAST: Many = Many {
        one: "SELECT sub_id, kind, at FROM event WHERE sub_id = ?1 ORDER BY no DESC LIMIT 1",
        all: "SELECT sub_id, kind, at FROM event JOIN (SELECT sub_id, max(no) AS no FROM event
              WHERE sub_id = ANY (CAST(?1 AS BIGINT[])) GROUP BY sub_id) AS last USING (sub_id, no)",
    };
    let rows: Vec<_> = readers.iter().map(|id| [id.value()]).collect();
    let mut events = HashMap::new();
    view.each_of(LAST, &rows, |row| {
        events.insert(row.get(0)?, (row.get(1)?, row.get::<Millis>(2)?.0));
        Ok(())
    })?;
    Ok(events)
}

/// Since when each of the fingerprints that are known stands for a reader who asked to be forgotten.
pub(super) fn forgotten_since(
    view: &View<'_>,
    fingerprints: &[[u8; 16]],
) -> Result<HashMap<[u8; 16], Timestamp>, Fault> {
    const FIND: Many = Many {
        one: "SELECT fingerprint, since FROM suppression WHERE fingerprint = ?1",
        all: "SELECT fingerprint, since FROM suppression WHERE fingerprint = ANY (CAST(?1 AS BYTEA[]))",
    };
    let rows: Vec<_> = fingerprints.iter().map(|fingerprint| [fingerprint.value()]).collect();
    let mut since = HashMap::new();
    view.each_of(FIND, &rows, |row| {
        since.insert(row.get(0)?, row.get::<Millis>(1)?.0);
        Ok(())
    })?;
    Ok(since)
}

/// What rows of a list change, gathered to be written at once. A reader is in it once.
#[derive(Default)]
pub(super) struct Changes<'r> {
    pub joined: Vec<Joined<'r>>,
    pub changed: Vec<Changed<'r>>,
    pub returned: Vec<(SubscriberId, Joined<'r>)>,
}

/// A reader who comes onto the list, or comes back.
pub(super) struct Joined<'r> {
    pub profile: Profile<'r>,
    pub confirmed_at: Millis,
    /// How they came, in the words of the list.
    pub source: &'r str,
}

/// A reader of whom the list says something else than before.
pub(super) struct Changed<'r> {
    pub id: SubscriberId,
    pub profile: Profile<'r>,
    /// When their mail began to come due at other times, if it did.
    pub cadence_since: Option<Millis>,
}

/// What a list says of a reader.
pub(super) struct Profile<'r> {
    pub identity: &'r str,
    pub spelling: Option<&'r str>,
    pub name: Option<String>,
    pub cohort: CohortId,
}

/// What is the same for all that is written.
pub(super) struct Occasion {
    pub now: Millis,
    /// Where whoever joins begins.
    pub head: Seq,
    /// Why readers change.
    pub wording: &'static str,
}

impl Changes<'_> {
    /// Writes all of it, and the evidence; gives whom it concerned.
    pub fn write(&self, tx: &View<'_>, occasion: &Occasion) -> Result<Vec<SubscriberId>, Fault> {
        let sources = self.sources(tx, occasion)?;
        let mut events = self.join(tx, occasion, &sources)?;
        events.extend(self.amend(tx, occasion, &sources)?);
        events.extend(self.restore(tx, occasion, &sources)?);
        add_events(tx, &events, occasion.now)?;
        Ok(events.into_iter().map(|event| event.of).collect())
    }

    fn sources(&self, tx: &View<'_>, occasion: &Occasion) -> Result<HashMap<String, i64>, Fault> {
        let mut texts: BTreeSet<&str> = self.joined.iter().map(|joined| joined.source).collect();
        texts.extend(self.returned.iter().map(|(_, joined)| joined.source));
        if !self.changed.is_empty() {
            texts.insert(occasion.wording);
        }
        wordings::intern_all(tx, texts)
    }

    fn join(
        &self,
        tx: &View<'_>,
        occasion: &Occasion,
        sources: &HashMap<String, i64>,
    ) -> Result<Vec<NewEvent>, Fault> {
        const ADD: Many = Many {
            one: "INSERT INTO subscriber (identity, spelling, name, cohort_id, state, through_seq, cadence_since,
                  confirmed_at, source_id) VALUES (?1, ?2, ?3, ?4, 'C', ?5, ?6, ?6, ?7) RETURNING id, source_id",
            all: "INSERT INTO subscriber (identity, spelling, name, cohort_id, state, through_seq, cadence_since,
                  confirmed_at, source_id)
                  SELECT identity, spelling, name, cohort, 'C', head, confirmed, confirmed, source FROM unnest(
                  CAST(?1 AS TEXT[]), CAST(?2 AS TEXT[]), CAST(?3 AS TEXT[]), CAST(?4 AS BIGINT[]),
                  CAST(?5 AS BIGINT[]), CAST(?6 AS BIGINT[]), CAST(?7 AS BIGINT[])) WITH ORDINALITY
                  AS given (identity, spelling, name, cohort, head, confirmed, source, place) ORDER BY place
                  RETURNING id, source_id",
        };
        let rows: Vec<_> = self.joined.iter().map(|joined| joined.row(occasion, sources)).collect();
        let mut events = Vec::with_capacity(rows.len());
        tx.each_of(ADD, &rows, |row| {
            events.push(NewEvent { of: row.get(0)?, kind: EventKind::Joined, wording: row.get(1)? });
            Ok(())
        })?;
        Ok(events)
    }

    fn amend(
        &self,
        tx: &View<'_>,
        occasion: &Occasion,
        sources: &HashMap<String, i64>,
    ) -> Result<Vec<NewEvent>, Fault> {
        const CHANGE: Many = Many {
            one: "UPDATE subscriber SET name = ?2, spelling = ?3, cohort_id = ?4,
                  cadence_since = coalesce(?5, cadence_since) WHERE id = ?1",
            all:
                "UPDATE subscriber SET name = given.name, spelling = given.spelling, cohort_id = given.cohort,
                  cadence_since = coalesce(given.since, cadence_since) FROM unnest(CAST(?1 AS BIGINT[]),
                  CAST(?2 AS TEXT[]), CAST(?3 AS TEXT[]), CAST(?4 AS BIGINT[]), CAST(?5 AS BIGINT[]))
                  AS given (id, name, spelling, cohort, since) WHERE subscriber.id = given.id",
        };
        let rows: Vec<_> = self.changed.iter().map(Changed::row).collect();
        tx.each_of(CHANGE, &rows, |_| Ok(()))?;
        let event = |changed: &Changed<'_>| NewEvent {
            of: changed.id,
            kind: EventKind::Changed,
            wording: sources[occasion.wording],
        };
        Ok(self.changed.iter().map(event).collect())
    }

    fn restore(
        &self,
        tx: &View<'_>,
        occasion: &Occasion,
        sources: &HashMap<String, i64>,
    ) -> Result<Vec<NewEvent>, Fault> {
        const RESTORE: Many = Many {
            one: "UPDATE subscriber SET spelling = ?2, name = ?3, cohort_id = ?4, state = 'C', through_seq = ?5,
                  owed = NULL, cadence_since = ?6, confirmed_at = ?6, source_id = ?7, failures = 0 WHERE id = ?1",
            all: "UPDATE subscriber SET spelling = given.spelling, name = given.name, cohort_id = given.cohort,
                  state = 'C', through_seq = given.head, owed = NULL, cadence_since = given.confirmed,
                  confirmed_at = given.confirmed, source_id = given.source, failures = 0
                  FROM unnest(CAST(?1 AS BIGINT[]), CAST(?2 AS TEXT[]), CAST(?3 AS TEXT[]), CAST(?4 AS BIGINT[]),
                  CAST(?5 AS BIGINT[]), CAST(?6 AS BIGINT[]), CAST(?7 AS BIGINT[]))
                  AS given (id, spelling, name, cohort, head, confirmed, source) WHERE subscriber.id = given.id",
        };
        let of_reader = |(id, joined): &'_ (SubscriberId, Joined<'_>)| NewEvent {
            of: *id,
            kind: EventKind::Joined,
            wording: sources[joined.source],
        };
        let mut rows = Vec::with_capacity(self.returned.len());
        for (id, joined) in &self.returned {
            let [_, others @ ..] = joined.row(occasion, sources);
            let mut row = [id.value(); 7];
            row[1..].copy_from_slice(&others);
            rows.push(row);
        }
        tx.each_of(RESTORE, &rows, |_| Ok(()))?;
        Ok(self.returned.iter().map(of_reader).collect())
    }
}

impl Joined<'_> {
    /// Identity, spelling, name, cohort, where they begin, when they confirmed, how they came.
    fn row<'v>(&'v self, occasion: &'v Occasion, sources: &'v HashMap<String, i64>) -> [Value<'v>; 7] {
        let Profile { identity, spelling, name, cohort } = &self.profile;
        let (head, confirmed) = (occasion.head.value(), self.confirmed_at.value());
        let source = sources[self.source].value();
        [identity.value(), spelling.value(), name.value(), cohort.value(), head, confirmed, source]
    }
}

impl Changed<'_> {
    fn row(&self) -> [Value<'_>; 5] {
        let Profile { spelling, name, cohort, .. } = &self.profile;
        [self.id.value(), name.value(), spelling.value(), cohort.value(), self.cadence_since.value()]
    }
}

/// What happened to a reader, to be added to the evidence.
struct NewEvent {
    of: SubscriberId,
    kind: EventKind,
    wording: i64,
}

impl NewEvent {
    fn row<'v>(&'v self, at: &'v Millis) -> [Value<'v>; 4] {
        [self.of.value(), self.kind.value(), at.value(), self.wording.value()]
    }
}

fn add_events(tx: &View<'_>, events: &[NewEvent], now: Millis) -> Result<(), Fault> {
    const ADD: Many = Many {
        one: "INSERT INTO event (sub_id, no, kind, at, wording_id)
              SELECT ?1, coalesce(max(no) + 1, 0), ?2, ?3, ?4 FROM event WHERE sub_id = ?1",
        all: "INSERT INTO event (sub_id, no, kind, at, wording_id)
              SELECT given.id, coalesce((SELECT max(no) + 1 FROM event WHERE sub_id = given.id), 0), given.kind,
              given.at, given.wording FROM unnest(CAST(?1 AS BIGINT[]), CAST(?2 AS TEXT[]), CAST(?3 AS BIGINT[]),
              CAST(?4 AS BIGINT[])) AS given (id, kind, at, wording)",
    };
    let rows: Vec<_> = events.iter().map(|event| event.row(&now)).collect();
    tx.each_of(ADD, &rows, |_| Ok(()))
}

/// Drops readers from the list.
pub(super) fn drop_readers(
    tx: &View<'_>,
    readers: &[SubscriberId],
    why: &str,
    now: Millis,
) -> Result<(), Fault> {
    const DROP: Many = Many {
        one: "UPDATE subscriber SET state = 'L' WHERE id = ?1",
        all: "UPDATE subscriber SET state = 'L' WHERE id = ANY (CAST(?1 AS BIGINT[]))",
    };
    let rows: Vec<_> = readers.iter().map(|id| [id.value()]).collect();
    tx.each_of(DROP, &rows, |_| Ok(()))?;
    let wording = wordings::intern(tx, why)?;
    let event = |of: &SubscriberId| NewEvent { of: *of, kind: EventKind::Dropped, wording };
    add_events(tx, &readers.iter().map(event).collect::<Vec<_>>(), now)
}

/// Readers that were named, a bit each: their numbers are close to each other.
#[derive(Default)]
pub(super) struct Named(BTreeMap<u64, [u64; 64]>);

impl Named {
    /// False if they were named before.
    pub fn add(&mut self, id: SubscriberId) -> bool {
        let (page, word, bit) = Self::place(id);
        let word = &mut self.0.entry(page).or_insert([0; 64])[word];
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    pub fn contains(&self, id: SubscriberId) -> bool {
        let (page, word, bit) = Self::place(id);
        self.0.get(&page).is_some_and(|words| words[word] & bit != 0)
    }

    fn place(SubscriberId(number): SubscriberId) -> (u64, usize, u64) {
        (number / 4096, (number / 64 % 64) as usize, 1 << (number % 64))
    }
}
