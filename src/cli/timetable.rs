//! When what comes next, in words.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Weekday;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::build::counted;
use super::outlook::Turn;
use crate::issue::Series;
use crate::subscriber::Cadence;

/// Series shown before the rest is counted.
const TURNS_SHOWN: usize = 12;

/// An empty line, `Next`, then a line for each series; nothing where nobody waits for anything.
pub fn timetable(turns: &[Turn]) -> String {
    if turns.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 3]> = turns.iter().take(TURNS_SHOWN).map(row).collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let (first, second) = (widest(0), widest(1));
    let mut text = "\nNext\n".to_owned();
    for [when, what, who] in &rows {
        writeln!(text, "  {when:<first$}  {what:<second$}  {who}").expect("a string takes every write");
    }
    if turns.len() > TURNS_SHOWN {
        writeln!(text, "  and {} more; --json lists them all", turns.len() - TURNS_SHOWN)
            .expect("a string takes every write");
    }
    text
}

fn row(turn: &Turn) -> [String; 3] {
    let when = turn.at.map_or_else(|| "with the next post".to_owned(), |at| local(&turn.series, at));
    [when, series_words(&turn.series), counted(turn.readers as usize, "reader", "readers")]
}

/// The same for machines.
pub fn to_json(turns: &[Turn]) -> Value {
    let turn = |turn: &Turn| json!({ "series": turn.series, "at": turn.at, "readers": turn.readers });
    turns.iter().map(turn).collect()
}

/// `Sundays at 08:00 (Europe/Berlin)`.
pub fn series_words(series: &Series) -> String {
    match series {
        Cadence::Each => "every post".to_owned(),
        Cadence::Daily { hour, zone } => format!("daily at {:02}:00 ({zone})", hour.get()),
        Cadence::Weekly { weekday, hour, zone } => {
            format!("{} at {:02}:00 ({zone})", weekday_words(weekday.0), hour.get())
        }
        Cadence::Monthly { day, hour, zone } => {
            format!("day {} of the month at {:02}:00 ({zone})", day.get(), hour.get())
        }
    }
}

/// The moment as those who wait for the series read it on their clocks.
fn local(series: &Series, at: Timestamp) -> String {
    let zone = match series {
        Cadence::Each => jiff::tz::TimeZone::UTC,
        Cadence::Daily { zone, .. } | Cadence::Weekly { zone, .. } | Cadence::Monthly { zone, .. } => {
            zone.rules()
        }
    };
    at.to_zoned(zone).strftime("%a %Y-%m-%d %H:%M").to_string()
}

fn weekday_words(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Mondays",
        Weekday::Tuesday => "Tuesdays",
        Weekday::Wednesday => "Wednesdays",
        Weekday::Thursday => "Thursdays",
        Weekday::Friday => "Fridays",
        Weekday::Saturday => "Saturdays",
        Weekday::Sunday => "Sundays",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timetable_reads_as_a_table_in_each_series_own_time() {
        let turn = |series: &str, at: Option<&str>, readers| Turn {
            series: series.parse().unwrap(),
            at: at.map(|at| at.parse().unwrap()),
            readers,
        };
        let turns = [
            turn("daily/07/Asia/Tokyo", Some("2026-11-24T22:00:00Z"), 1),
            turn("weekly/sun/08/Europe/Berlin", Some("2026-11-29T07:00:00Z"), 12),
            turn("each", None, 2),
        ];
        let want = "
Next
  Wed 2026-11-25 07:00  daily at 07:00 (Asia/Tokyo)       1 reader
  Sun 2026-11-29 08:00  Sundays at 08:00 (Europe/Berlin)  12 readers
  with the next post    every post                        2 readers
";
        assert_eq!(timetable(&turns), want);
        assert_eq!(timetable(&[]), "");
    }
}
