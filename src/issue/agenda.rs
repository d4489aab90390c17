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

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::*;
    use crate::issue::Served;
    use crate::subscriber::{Hour, MonthDay, Pace};

    fn defaults() -> CadenceDefaults {
        CadenceDefaults {
            pace: Pace::Weekly,
            hour: Hour::new(8).unwrap(),
            weekday: Weekday::Sunday,
            month_day: MonthDay::new(1).unwrap(),
            zone: "Europe/Berlin".parse().unwrap(),
            lang: "en".parse().unwrap(),
        }
    }

    fn asks(words: &str) -> Preferences {
        Preferences::default().at(words.parse().ok())
    }

    fn book_with(series: &str, last_key: &str) -> Book {
        let served = Served { last_key: IssueKey(last_key.to_owned()), through: Seq(0) };
        Book { served: [(series.parse().unwrap(), served)].into(), ..Book::default() }
    }

    fn agenda_at(now: &str, book: &Book, preferences: &[Preferences]) -> Agenda {
        let cohorts: Vec<_> = (1..).map(CohortId).zip(preferences.iter().cloned()).collect();
        due(now.parse().unwrap(), &cohorts, book, &defaults())
    }

    #[test]
    fn cohorts_with_one_cadence_are_one_series() {
        let preferences = [asks(""), asks("weekly sun"), asks("weekly sun 08"), asks("daily")];
        let agenda = agenda_at("2026-11-22T12:00:00Z", &Book::default(), &preferences);
        let series: Vec<_> =
            agenda.due.iter().map(|due| (due.series.to_string(), &due.cohorts[..])).collect();
        assert_eq!(
            series,
            [
                ("daily/08/Europe/Berlin".to_owned(), &[CohortId(4)][..]),
                ("weekly/sun/08/Europe/Berlin".to_owned(), &[CohortId(1), CohortId(2), CohortId(3)][..]),
            ]
        );
    }

    #[test]
    fn a_series_is_due_once_per_occurrence_and_never_backwards() {
        let series = "weekly/sun/08/Europe/Berlin";
        for (what, now, last_key, want) in [
            ("early", "2026-11-22T06:59:00Z", "weekly/2026-W46", None),
            ("on time", "2026-11-22T07:00:00Z", "weekly/2026-W46", Some("weekly/2026-W47")),
            ("late", "2026-11-28T23:00:00Z", "weekly/2026-W46", Some("weekly/2026-W47")),
            ("doubled", "2026-11-22T07:01:00Z", "weekly/2026-W47", None),
            ("skipped five times", "2027-01-03T07:00:00Z", "weekly/2026-W47", Some("weekly/2026-W53")),
            ("with a clock gone back", "2026-11-08T12:00:00Z", "weekly/2026-W47", None),
            ("over the new year", "2027-01-10T07:00:00Z", "weekly/2026-W53", Some("weekly/2027-W01")),
        ] {
            let agenda = agenda_at(now, &book_with(series, last_key), &[asks("weekly")]);
            let key = agenda.due.first().map(|due| due.key.to_string());
            assert_eq!(key.as_deref(), want, "{what}");
            assert_eq!(agenda.due.len() + agenda.waiting.len(), 1, "{what}");
        }
    }

    #[test]
    fn a_waiting_series_says_when_it_comes_next() {
        let book = book_with("weekly/sun/08/Europe/Berlin", "weekly/2026-W47");
        let agenda = agenda_at("2026-11-22T07:01:00Z", &book, &[asks("weekly"), asks("each")]);
        let next: Vec<_> =
            agenda.waiting.iter().map(|it| (it.series.pace(), it.next_at.map(|at| at.to_string()))).collect();
        assert_eq!(
            next,
            [(Pace::Each, None), (Pace::Weekly, Some("2026-11-29T07:00:00Z".to_owned()))],
            "each waits for the first post"
        );
    }
}
