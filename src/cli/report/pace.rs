//! Time to deliver: from the freezing of an issue to the server's word for each mail.

use std::collections::BTreeMap;

use serde::Serialize;

/// How many mails took how many whole seconds.
pub type Histogram = BTreeMap<u64, u64>;

/// How long the mails of an issue took. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pace {
    pub mails: u64,
    /// Seconds by which half of them were delivered.
    pub half_secs: u64,
    /// Seconds by which 90 % were.
    pub most_secs: u64,
    /// Seconds by which 99 % were.
    pub nearly_all_secs: u64,
    pub slowest_secs: u64,
}

impl Pace {
    /// None if nothing was delivered.
    pub fn of(histogram: &Histogram) -> Option<Self> {
        let mails: u64 = histogram.values().sum();
        let slowest = histogram.keys().next_back()?;
        let by = |per_cent: u64| within(histogram, (mails * per_cent).div_ceil(100));
        let (half_secs, most_secs, nearly_all_secs) = (by(50), by(90), by(99));
        Some(Self { mails, half_secs, most_secs, nearly_all_secs, slowest_secs: *slowest })
    }
}

/// Seconds by which `wanted` mails were delivered.
fn within(histogram: &Histogram, wanted: u64) -> u64 {
    let mut sum = 0;
    let reached = histogram.iter().find(|(_, count)| {
        sum += **count;
        sum >= wanted
    });
    reached.map_or(0, |(secs, _)| *secs)
}

/// Bounds in seconds, each twice the one before, and how many mails took up to each.
pub fn bins(histogram: &Histogram) -> Vec<(f64, u64)> {
    let place = |secs: u64| secs.max(2).next_power_of_two().ilog2();
    let mut bins: BTreeMap<u32, u64> = BTreeMap::new();
    for (secs, mails) in histogram {
        *bins.entry(place(*secs)).or_default() += mails;
    }
    let last = bins.keys().next_back().copied().unwrap_or(0);
    (1..=last).map(|place| (f64::from(place).exp2(), bins.get(&place).copied().unwrap_or(0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_read_off_the_slowest_of_the_part_it_speaks_of() {
        let histogram = Histogram::from([(0, 50), (2, 39), (10, 10), (4_000, 1)]);
        let want = Pace { mails: 100, half_secs: 0, most_secs: 10, nearly_all_secs: 10, slowest_secs: 4_000 };
        assert_eq!(Pace::of(&histogram), Some(want));
        assert_eq!(Pace::of(&Histogram::new()), None);
        let one = Pace::of(&Histogram::from([(7, 1)])).unwrap();
        assert_eq!((one.half_secs, one.most_secs, one.nearly_all_secs), (7, 7, 7));
    }

    #[test]
    fn every_mail_stands_in_one_bin_not_above_its_bound() {
        let histogram = Histogram::from([(0, 1), (1, 2), (2, 3), (3, 4), (600, 5)]);
        let bins = bins(&histogram);
        assert_eq!(bins.iter().map(|(_, count)| count).sum::<u64>(), 15);
        assert_eq!(
            bins.iter().map(|(_, count)| *count).filter(|count| *count > 0).collect::<Vec<_>>(),
            [6, 4, 5]
        );
        assert!(bins.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!((600.0..1_200.0).contains(&bins.last().unwrap().0));
    }
}
