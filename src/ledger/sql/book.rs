//! What was announced, and who stands where.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use super::cohorts::{Cohorts, join, slugs};
use super::values::{Millis, parsed};
use super::{Fault, Ledger, Row, ToValue, Value, View, owed, values};
use crate::issue::{Announced, Announcement, Book, CohortId, IssueKey, Seq, Series, Served, Standing};
use crate::ledger::error::LedgerError;
use crate::subscriber::Preferences;

impl Ledger {
    /// What planning needs to know: every post announced, how far each series has come.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn book(&self) -> Result<Book, LedgerError> {
        self.read(book)
    }

    /// The confirmed readers of `cohorts` by how far they were served, as far as they had confirmed and last
    /// changed their preferences by `confirmed_by`.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn standings(
        &self,
        cohorts: &[CohortId],
        confirmed_by: Timestamp,
    ) -> Result<Vec<Standing>, LedgerError> {
        self.read(|view| standings(view, cohorts, confirmed_by))
    }

    /// Writes down posts seen for the first time, and what changed about those known.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Raced`] if the new posts do not follow the last one announced: the plan is out of date.
    pub fn announce(&mut self, announcement: &Announcement, now: Timestamp) -> Result<(), LedgerError> {
        if announcement.new.is_empty() && announcement.changed.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            give_up_old_ids(tx, &announcement.changed)?;
            for post in &announcement.changed {
                rewrite(tx, post)?;
            }
            for post in &announcement.new {
                add(tx, post, now)?;
            }
            Ok(())
        })
    }
}

/// As [`Ledger::book`].
pub(super) fn book(view: &View<'_>) -> Result<Book, Fault> {
    let last_freeze: Option<Millis> = view.one("SELECT max(frozen_at) FROM issue", &[], |row| row.get(0))?;
    Ok(Book {
        announced: announced(view)?,
        served: served(view)?,
        last_freeze: last_freeze.map(|time| time.0),
    })
}

/// As [`Ledger::standings`].
pub(super) fn standings(
    view: &View<'_>,
    cohorts: &[CohortId],
    confirmed_by: Timestamp,
) -> Result<Vec<Standing>, Fault> {
    let mut known = Cohorts::default();
    let mut standings = Vec::new();
    for cohort in cohorts {
        let preferences = known.preferences(view, *cohort)?;
        standings.extend(groups(view, *cohort, preferences, confirmed_by)?);
    }
    Ok(standings)
}

/// The last number given to a post; 0 before the first.
pub(super) fn head(view: &View<'_>) -> Result<Seq, Fault> {
    view.one("SELECT coalesce(max(seq), 0) FROM post", &[], |row| row.get(0))
}

fn announced(view: &View<'_>) -> Result<Vec<Announced>, Fault> {
    view.all(
        "SELECT seq, id, source, slug, title, published_at, content_hash, tags, is_baseline, is_mailed
         FROM post ORDER BY seq",
        &[],
        read_announced,
    )
}

fn read_announced(row: &Row<'_>) -> Result<Announced, Fault> {
    let (id, source, slug): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let (published, tags): (Millis, String) = (row.get(5)?, row.get(7)?);
    Ok(Announced {
        seq: row.get(0)?,
        id: parsed(&id, "a post's id")?,
        source: PathBuf::from(source),
        slug: parsed(&slug, "a slug")?,
        title: row.get(4)?,
        published: published.0,
        content_hash: row.get(6)?,
        tags: slugs(&tags)?,
        is_baseline: row.get(8)?,
        is_mailed: row.get(9)?,
    })
}

fn served(view: &View<'_>) -> Result<BTreeMap<Series, Served>, Fault> {
    view.all("SELECT name, last_key, through_seq FROM series", &[], |row| {
        let name: String = row.get(0)?;
        let served = Served { last_key: IssueKey(row.get(1)?), through: row.get(2)? };
        Ok((parsed(&name, "a series")?, served))
    })
}

fn groups(
    view: &View<'_>,
    cohort: CohortId,
    preferences: &Preferences,
    confirmed_by: Timestamp,
) -> Result<Vec<Standing>, Fault> {
    view.all(
        "SELECT through_seq, owed, count(*) FROM subscriber
         WHERE state = 'C' AND cohort_id = ?1 AND cadence_since <= ?2
         GROUP BY through_seq, owed ORDER BY through_seq, coalesce(owed, '')",
        values![cohort, Millis(confirmed_by)],
        |row| {
            let (through, owed, readers) = (row.get(0)?, owed::read(row.get(1)?)?, row.get(2)?);
            Ok(Standing { cohort, preferences: preferences.clone(), through, owed, readers })
        },
    )
}

/// Two posts may trade ids, and an id may stand only once: so the old ones go first.
fn give_up_old_ids(tx: &View<'_>, changed: &[Announced]) -> Result<(), Fault> {
    for post in changed {
        tx.execute(
            "UPDATE post SET id = 'moving:' || seq WHERE seq = ?1 AND id <> ?2",
            values![post.seq, post.id.as_str()],
        )?;
    }
    Ok(())
}

fn rewrite(tx: &View<'_>, post: &Announced) -> Result<(), Fault> {
    let rewritten = tx.execute(
        "UPDATE post SET id = ?2, source = ?3, slug = ?4, title = ?5, published_at = ?6, content_hash = ?7,
         tags = ?8, is_baseline = ?9, is_mailed = ?10 WHERE seq = ?1",
        &Columns::of(post).values(),
    )?;
    match rewritten {
        1 => Ok(()),
        _ => Err(LedgerError::UnknownPost { id: post.id.to_string() }.into()),
    }
}

fn add(tx: &View<'_>, post: &Announced, now: Timestamp) -> Result<(), Fault> {
    let expected = Seq(head(tx)?.0 + 1);
    if post.seq != expected {
        return Err(LedgerError::Raced { expected, found: post.seq }.into());
    }
    let (columns, now) = (Columns::of(post), Millis(now));
    tx.execute(
        "INSERT INTO post (seq, id, source, slug, title, published_at, content_hash, tags, is_baseline, is_mailed,
         announced_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &[&columns.values()[..], &[now.value()]].concat(),
    )?;
    Ok(())
}

/// What a post's row holds, in the order of its columns, but for when it was announced.
struct Columns<'p> {
    post: &'p Announced,
    source: Cow<'p, str>,
    published: Millis,
    tags: String,
}

impl<'p> Columns<'p> {
    fn of(post: &'p Announced) -> Self {
        let (source, tags) = (post.source.to_string_lossy(), join(&post.tags));
        Self { post, source, published: Millis(post.published), tags }
    }

    fn values(&self) -> [Value<'_>; 10] {
        let Announced { seq, id, slug, title, content_hash, is_baseline, is_mailed, .. } = self.post;
        [
            seq.value(),
            Value::Text(id.as_str()),
            Value::Text(&self.source),
            Value::Text(slug.as_str()),
            title.value(),
            self.published.value(),
            content_hash.value(),
            self.tags.value(),
            is_baseline.value(),
            is_mailed.value(),
        ]
    }
}
