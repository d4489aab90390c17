//! Readers over time: from what happened when to stretches of days, weeks or months.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;

use crate::plot::Reach;

/// How many came and went on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    pub joined: u64,
    /// Of their own will, erased, or no longer in the declared list.
    pub left: u64,
    /// Because their address does not work.
    pub suppressed: u64,
}

/// The length of a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    Day,
    Week,
    Month,
}

/// Days shown one by one, and weeks shown one by one; longer times are shown in months.
const MOST_DAYS: i32 = 62;
const MOST_WEEKS: i32 = 104;

impl Stretch {
    /// The length that suits the time from `first` to `last`.
    pub fn for_time(first: Date, last: Date) -> Self {
        match (last - first).get_days() {
            ..=MOST_DAYS => Self::Day,
            days if days <= MOST_WEEKS * 7 => Self::Week,
            _ => Self::Month,
        }
    }

    /// The first day of the stretch that holds `day`.
    fn start(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => {
                let since_monday = i64::from(day.weekday().to_monday_zero_offset());
                day.saturating_sub(Span::new().days(since_monday))
            }
            Self::Month => day.first_of_month(),
        }
    }

    fn next(self, start: Date) -> Date {
        let span = match self {
            Self::Day => Span::new().days(1),
            Self::Week => Span::new().weeks(1),
            Self::Month => Span::new().months(1),
        };
        start.saturating_add(span)
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// Stretches without gaps from the first turnover to `today`.
pub fn reaches(turnover: &BTreeMap<Date, Turnover>, today: Date) -> (Stretch, Vec<Reach>) {
    let first = turnover.keys().next().copied().unwrap_or(today).min(today);
    let stretch = Stretch::for_time(first, today);
    let mut sums: BTreeMap<Date, Turnover> = BTreeMap::new();
    for (day, turned) in turnover {
        let sum = sums.entry(stretch.start(*day)).or_default();
        sum.joined += turned.joined;
        sum.left += turned.left;
        sum.suppressed += turned.suppressed;
    }
    let starts = std::iter::successors(Some(stretch.start(first)), |start| Some(stretch.next(*start)));
    let mut level = 0_u64;
    let reach = |from: Date| {
        let Turnover { joined, left, suppressed } = sums.get(&from).copied().unwrap_or_default();
        level = (level + joined).saturating_sub(left + suppressed);
        Reach { from, level, came: joined, went: [left, suppressed] }
    };
    (stretch, starts.take_while(|start| *start <= today).map(reach).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn stretches_have_no_gaps_and_end_today() {
        let turned = |joined, left, suppressed| Turnover { joined, left, suppressed };
        let turnover =
            BTreeMap::from([(date(2026, 11, 1), turned(5, 0, 0)), (date(2026, 11, 3), turned(1, 2, 1))]);
        let (stretch, days) = reaches(&turnover, date(2026, 11, 4));
        assert_eq!(stretch, Stretch::Day);
        let levels: Vec<u64> = days.iter().map(|day| day.level).collect();
        assert_eq!(levels, [5, 5, 3, 3]);
        assert_eq!((days[2].came, days[2].went), (1, [2, 1]));
    }

    #[test]
    fn a_long_time_is_shown_in_weeks_and_a_longer_one_in_months() {
        for (first, want, starts) in [
            (date(2026, 3, 4), Stretch::Week, date(2026, 3, 2)),
            (date(2023, 3, 4), Stretch::Month, date(2023, 3, 1)),
        ] {
            let turnover = BTreeMap::from([(first, Turnover { joined: 1, ..Turnover::default() })]);
            let (stretch, reaches) = reaches(&turnover, date(2026, 11, 24));
            assert_eq!((stretch, reaches[0].from), (want, starts));
            assert!(reaches.iter().all(|reach| reach.level == 1));
        }
    }

    #[test]
    fn without_a_reader_there_is_today() {
        let (_, days) = reaches(&BTreeMap::new(), date(2026, 11, 24));
        assert_eq!(days, [Reach { from: date(2026, 11, 24), level: 0, came: 0, went: [0, 0] }]);
    }
}
