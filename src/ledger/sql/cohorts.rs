//! Distinct preferences, each kept once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::civil::Weekday;

use super::value::Misfit;
use super::values::parsed;
use super::{Fault, Ledger, Row, View, values};
use crate::issue::CohortId;
use crate::ledger::error::LedgerError;
use crate::post::Slug;
use crate::subscriber::{Hour, MonthDay, Pace, Preferences, Topics, WeekdayKey, ZoneName};

impl Ledger {
    /// The preferences that at least one confirmed reader has.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn cohorts(&self) -> Result<Vec<(CohortId, Preferences)>, LedgerError> {
        self.read(all)
    }
}

/// As [`Ledger::cohorts`].
pub(super) fn all(view: &View<'_>) -> Result<Vec<(CohortId, Preferences)>, Fault> {
    view.all(
        "SELECT id, pace, hour, weekday, month_day, zone, topics, lang FROM cohort WHERE EXISTS
         (SELECT 1 FROM subscriber WHERE cohort_id = cohort.id AND state = 'C') ORDER BY id",
        &[],
        |row| Ok((row.get(0)?, read_preferences(row)?)),
    )
}

/// Reads preferences from the seven columns behind the first.
fn read_preferences(row: &Row<'_>) -> Result<Preferences, Fault> {
    let text = |column: usize| -> Result<Option<String>, Fault> { row.get(column) };
    let number = |column: usize| -> Result<Option<i8>, Fault> { row.get(column) };
    let topics: String = row.get(6)?;
    Ok(Preferences {
        pace: text(1)?.map(|word| parsed(&word, "a pace")).transpose()?,
        hour: number(2)?.map(hour).transpose()?,
        weekday: number(3)?.map(weekday).transpose()?,
        month_day: number(4)?.map(month_day).transpose()?,
        zone: text(5)?.map(|name| parsed(&name, "a time zone this system knows")).transpose()?,
        topics: Topics(slugs(&topics)?),
        lang: text(7)?.map(|tag| parsed(&tag, "a language")).transpose()?,
    })
}

fn hour(number: i8) -> Result<Hour, Misfit> {
    Hour::new(number).ok_or_else(|| Misfit::new(number.to_string(), "an hour"))
}

fn weekday(number: i8) -> Result<WeekdayKey, Misfit> {
    let day = Weekday::from_monday_one_offset(number);
    day.map(WeekdayKey).map_err(|_| Misfit::new(number.to_string(), "a weekday"))
}

fn month_day(number: i8) -> Result<MonthDay, Misfit> {
    MonthDay::new(number).ok_or_else(|| Misfit::new(number.to_string(), "a day of the month"))
}

/// Slugs as a column holds them: a space between two, which no slug contains.
pub(super) fn slugs<C: FromIterator<Slug>>(text: &str) -> Result<C, Misfit> {
    text.split(' ').filter(|slug| !slug.is_empty()).map(|slug| parsed(slug, "a slug")).collect()
}

/// What [`slugs`] reads.
pub(super) fn join<'a>(slugs: impl IntoIterator<Item = &'a Slug>) -> String {
    slugs.into_iter().map(Slug::as_str).collect::<Vec<_>>().join(" ")
}

/// Turns preferences into their numbers and back, asking the ledger once for each.
#[derive(Default)]
pub(super) struct Cohorts {
    ids: HashMap<Preferences, CohortId>,
    preferences: HashMap<CohortId, Preferences>,
}

impl Cohorts {
    /// The number of `preferences`; a new one if they were not seen before.
    pub fn id(&mut self, tx: &View<'_>, preferences: &Preferences) -> Result<CohortId, Fault> {
        if let Some(id) = self.ids.get(preferences) {
            return Ok(*id);
        }
        let id = intern(tx, preferences)?;
        self.ids.insert(preferences.clone(), id);
        Ok(id)
    }

    /// The preferences behind a number.
    pub fn preferences(&mut self, view: &View<'_>, id: CohortId) -> Result<&Preferences, Fault> {
        Ok(match self.preferences.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(load(view, id)?),
        })
    }
}

fn load(view: &View<'_>, id: CohortId) -> Result<Preferences, Fault> {
    view.one(
        "SELECT id, pace, hour, weekday, month_day, zone, topics, lang FROM cohort WHERE id = ?1",
        values![id],
        read_preferences,
    )
}

fn intern(tx: &View<'_>, preferences: &Preferences) -> Result<CohortId, Fault> {
    let Preferences { pace, hour, weekday, month_day, zone, topics: Topics(topics), lang } = preferences;
    let (pace, hour, topics) = (pace.map(Pace::as_str), hour.map(Hour::get), join(topics));
    let weekday = weekday.map(|WeekdayKey(day)| day.to_monday_one_offset());
    let (month_day, zone) = (month_day.map(MonthDay::get), zone.as_ref().map(ZoneName::as_str));
    let lang = lang.as_ref().map(|lang| lang.as_str());
    let columns = values![pace, hour, weekday, month_day, zone, topics, lang];
    let known = tx.first(
        "SELECT id FROM cohort WHERE pace IS NOT DISTINCT FROM ?1 AND hour IS NOT DISTINCT FROM ?2
         AND weekday IS NOT DISTINCT FROM ?3 AND month_day IS NOT DISTINCT FROM ?4
         AND zone IS NOT DISTINCT FROM ?5 AND topics = ?6 AND lang IS NOT DISTINCT FROM ?7",
        columns,
        |row| row.get(0),
    )?;
    if let Some(id) = known {
        return Ok(id);
    }
    tx.one(
        "INSERT INTO cohort (pace, hour, weekday, month_day, zone, topics, lang)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
        columns,
        |row| row.get(0),
    )
}
