//! Scales: where a number stands, and which numbers an axis names.

use jiff::civil::Date;

/// Places for the numbers from zero to `most`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Linear {
    most: f64,
    from: f64,
    to: f64,
}

impl Linear {
    /// Zero stands at `from`, `most` at `to`.
    pub fn new(most: f64, from: f64, to: f64) -> Self {
        Self { most: if most > 0.0 { most } else { 1.0 }, from, to }
    }

    pub fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * value / self.most
    }
}

/// Round numbers from zero to at least `most`, about `wanted` steps of them.
pub(super) fn ticks(most: u64, wanted: u64) -> Vec<u64> {
    let rough = (most / wanted.max(1)).max(1);
    let ten = 10_u64.pow(rough.ilog10());
    let step = [1, 2, 5, 10].map(|factor| factor * ten).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let steps = most.max(1).div_ceil(step);
    (0..=steps).map(|number| number * step).collect()
}

/// Round durations in seconds and what an axis calls them.
const DURATIONS: [(f64, &str); 10] = [
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3_600.0, "1 h"),
    (21_600.0, "6 h"),
    (86_400.0, "1 d"),
    (432_000.0, "5 d"),
    (2_592_000.0, "30 d"),
    (31_536_000.0, "1 y"),
];

/// Places for durations, each step tenfold the one before. What took less than a second stands at one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logarithmic {
    most: f64,
    from: f64,
    to: f64,
}

impl Logarithmic {
    /// One second stands at `from`, a round duration of at least `most_secs` at `to`.
    pub fn new(most_secs: f64, from: f64, to: f64) -> Self {
        let round = DURATIONS.iter().map(|(secs, _)| *secs).find(|secs| *secs >= most_secs.max(10.0));
        Self { most: round.unwrap_or(most_secs).log10(), from, to }
    }

    pub fn at(&self, secs: f64) -> f64 {
        self.from + (self.to - self.from) * (secs.max(1.0).log10() / self.most).min(1.0)
    }

    /// The durations the axis names.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, &'static str)> {
        let most = self.most;
        DURATIONS.into_iter().filter(move |(secs, _)| secs.log10() <= most + 1e-9)
    }
}

/// Days an axis names between `first` and `last`, at most `most` of them: days, months or years.
pub(super) fn days(first: Date, last: Date, most: usize) -> Vec<(Date, String)> {
    let span = (last - first).get_days().unsigned_abs() as usize;
    if span <= 45 {
        let step = (span + 1).div_ceil(most.max(1)) as i64;
        let all = (0..).map(|number| first.saturating_add(jiff::Span::new().days(number * step)));
        return all.take_while(|day| *day <= last).map(|day| (day, named(day, "%-d %b"))).collect();
    }
    let months = span / 30 + 1;
    let step = [1, 2, 3, 4, 6].into_iter().find(|step| months / step <= most);
    match step {
        Some(step) => months_between(first, last, step),
        None => years_between(first, last, most),
    }
}

fn months_between(first: Date, last: Date, step: usize) -> Vec<(Date, String)> {
    let start = first.first_of_month();
    let all = (0..).map(|number| start.saturating_add(jiff::Span::new().months(number)));
    let shown = all.take_while(|day| *day <= last).filter(|day| *day >= first);
    let named = shown.filter(|day| (day.month() as usize - 1).is_multiple_of(step)).map(|day| {
        let words = if day.month() == 1 { named(day, "%Y") } else { named(day, "%b") };
        (day, words)
    });
    named.collect()
}

fn years_between(first: Date, last: Date, most: usize) -> Vec<(Date, String)> {
    let years: Vec<i16> = (first.year() + 1..=last.year()).collect();
    let step = years.len().div_ceil(most.max(1)).max(1);
    let day = |year: &i16| Date::new(*year, 1, 1).ok().map(|day| (day, year.to_string()));
    years.iter().step_by(step).filter_map(day).collect()
}

fn named(day: Date, format: &str) -> String {
    day.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_axis_names_round_numbers_from_zero() {
        for (most, want) in [
            (0, vec![0, 1]),
            (1, vec![0, 1]),
            (3, vec![0, 1, 2, 3]),
            (9, vec![0, 5, 10]),
            (1_204, vec![0, 500, 1_000, 1_500]),
            (1_000_000, vec![0, 500_000, 1_000_000]),
        ] {
            assert_eq!(ticks(most, 3), want, "most {most}");
        }
    }

    #[test]
    fn an_axis_of_time_names_as_many_days_as_fit() {
        let words = |first, last, most| -> Vec<String> {
            days(first, last, most).into_iter().map(|(_, words)| words).collect()
        };
        assert_eq!(words(date(2026, 11, 1), date(2026, 11, 9), 3), ["1 Nov", "4 Nov", "7 Nov"]);
        assert_eq!(words(date(2026, 9, 20), date(2027, 2, 3), 6), ["Oct", "Nov", "Dec", "2027", "Feb"]);
        assert_eq!(
            words(date(2020, 3, 1), date(2026, 2, 3), 6),
            ["2021", "2022", "2023", "2024", "2025", "2026"]
        );
    }

    #[test]
    fn a_duration_stands_between_one_second_and_a_round_one() {
        let scale = Logarithmic::new(700.0, 0.0, 100.0);
        assert_eq!((scale.at(0.2), scale.at(3_600.0)), (0.0, 100.0));
        assert!((50.0..51.0).contains(&scale.at(61.0)), "{}", scale.at(61.0));
        let named: Vec<&str> = scale.ticks().map(|(_, words)| words).collect();
        assert_eq!(named, ["1 s", "10 s", "1 min", "10 min", "1 h"]);
    }
}
