//! Which series are due now, and when the others will be.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::issue::calendar::{self, Occurrence};
use crate::issue::{Book, CohortId, IssueKey, Seq, Series};
use crate::subscriber::{Cadence, CadenceDefaults, Preferences};

/// Every series anybody is in, sorted by whether it is due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    pub due: Vec<Due>,
    pub waiting: Vec<Waiting>,
}

/// A series whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub series: Series,
    /// The occurrence that has come; for `each` the newest post, though the plan makes an issue of every post.
    pub key: IssueKey,
    /// Readers who confirmed by then are in it.
    pub due_at: Timestamp,
    /// The occurrence after this one; none for `each`, which has no calendar.
    pub next_at: Option<Timestamp>,
    pub cohorts: Vec<CohortId>,
}

/// A series whose time has not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub series: Series,
    /// None for `each`, which waits for the next post.
    pub next_at: Option<Timestamp>,
    pub cohorts: Vec<CohortId>,
}

/// Sorts the series of `cohorts` by whether they are due at `now`.
///
/// A calendar series is due once per civil occurrence: however late the run, only the newest one counts, and
/// never one that is not later than the last that was used. `each` is due as soon as anything was announced;
/// the plan finds out whether anybody still lacks a post.
pub fn due(
    now: Timestamp,
    cohorts: &[(CohortId, Preferences)],
    book: &Book,
    defaults: &CadenceDefaults,
) -> Agenda {
    let mut agenda = Agenda::default();
    for (series, cohorts) in by_series(cohorts, defaults) {
        let next_at = next_at(&series, now, book);
        match current(&series, now, book) {
            Some(Occurrence { key, at: due_at }) => {
                agenda.due.push(Due { series, key, due_at, next_at, cohorts });
            }
            None => agenda.waiting.push(Waiting { series, next_at, cohorts }),
        }
    }
    agenda
}

fn by_series(
    cohorts: &[(CohortId, Preferences)],
    defaults: &CadenceDefaults,
) -> BTreeMap<Series, Vec<CohortId>> {
    let mut series: BTreeMap<Series, Vec<CohortId>> = BTreeMap::new();
    for (cohort, preferences) in cohorts {
        series.entry(preferences.cadence(defaults)).or_default().push(*cohort);
    }
    series
}

/// The occurrence `series` has to answer now, if any.
fn current(series: &Series, now: Timestamp, book: &Book) -> Option<Occurrence> {
    if *series == Cadence::Each {
        let head = book.head();
        return (head > Seq(0)).then(|| Occurrence { key: IssueKey::of_post(head), at: now });
    }
    let is_unused = |key: &IssueKey| book.served.get(series).is_none_or(|it| key.is_later_than(&it.last_key));
    calendar::latest(series, now).filter(|occurrence| is_unused(&occurrence.key))
}

fn next_at(series: &Series, now: Timestamp, book: &Book) -> Option<Timestamp> {
    let last = book.served.get(series).map(|served| &served.last_key);
    Some(calendar::next(series, now, last)?.at)
}
