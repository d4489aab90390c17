//! How many mails a lane may still carry, from what it carried in the hours before.

use jiff::Timestamp;

/// Hours in a day's quota: one and the 23 before it.
pub(super) const HOURS: i64 = 24;

/// What a lane may carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    pub lane: String,
    /// Mails in an hour of the clock (UTC).
    pub per_hour: Option<u64>,
    /// Mails in an hour of the clock and the 23 before it.
    pub per_day: Option<u64>,
}

/// What a lane is given of its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub mails: u64,
    /// When there will be more, if this is all there is for now and time alone brings more.
    pub next_at: Option<Timestamp>,
}

/// The hour since 1970 in UTC that `time` lies in.
pub(super) fn hour_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(3600)
}

impl Quota {
    /// What there is of `want` mails in `hour`. `spent`: mails by hour, of this hour and the 23 before it, in order.
    pub(super) fn grant(&self, want: u64, hour: i64, spent: &[(i64, u64)]) -> Grant {
        let this_hour = spent.iter().find(|(at, _)| *at == hour).map_or(0, |(_, mails)| *mails);
        let day: u64 = spent.iter().map(|(_, mails)| mails).sum();
        let left_of =
            |limit: Option<u64>, spent| limit.map_or(u64::MAX, |limit: u64| limit.saturating_sub(spent));
        let (of_hour, of_day) = (left_of(self.per_hour, this_hour), left_of(self.per_day, day));
        let mails = want.min(of_hour).min(of_day);
        if mails == want {
            return Grant { mails, next_at: None };
        }
        let by_hour = (of_hour <= mails).then_some(hour + 1);
        let by_day = (of_day <= mails).then(|| self.day_frees_at(hour, day, spent, mails)).flatten();
        let is_final = of_day <= mails && by_day.is_none();
        let next = by_hour.max(by_day).filter(|_| !is_final);
        Grant { mails, next_at: next.and_then(|hour| Timestamp::from_second(hour * 3600).ok()) }
    }

    /// The hour from which on the day's quota has room again, once `mails` more are spent in `hour`.
    fn day_frees_at(&self, hour: i64, day: u64, spent: &[(i64, u64)], mails: u64) -> Option<i64> {
        let limit = self.per_day.filter(|limit| *limit > 0)?;
        let mut left = day + mails;
        for (at, mails) in spent {
            left -= mails;
            if left < limit && *mails > 0 {
                return Some(at + HOURS);
            }
        }
        Some(hour + HOURS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(per_hour: Option<u64>, per_day: Option<u64>) -> Quota {
        Quota { lane: "main".to_owned(), per_hour, per_day }
    }

    fn granted(per_hour: Option<u64>, per_day: Option<u64>, spent: &[(i64, u64)]) -> (u64, Option<i64>) {
        let Grant { mails, next_at } = quota(per_hour, per_day).grant(10, 100, spent);
        (mails, next_at.map(hour_of))
    }

    #[test]
    fn a_lane_is_given_what_is_left_of_the_hour_and_of_the_day() {
        for (per_hour, per_day, spent, want) in [
            (None, None, &[][..], (10, None)),
            (Some(50), None, &[(99, 50)], (10, None)),
            (Some(50), None, &[(100, 43)], (7, Some(101))),
            (Some(50), None, &[(100, 50)], (0, Some(101))),
            (None, Some(50), &[(80, 20), (100, 25)], (5, Some(104))),
            (None, Some(50), &[(80, 0), (82, 50)], (0, Some(106))),
            (None, Some(50), &[(100, 44)], (6, Some(124))),
            (Some(20), Some(50), &[(90, 30), (100, 20)], (0, Some(114))),
            (Some(20), Some(90), &[(90, 30), (100, 20)], (0, Some(101))),
            (None, Some(0), &[], (0, None)),
            (Some(50), Some(20), &[(100, 90)], (0, Some(124))),
        ] {
            assert_eq!(granted(per_hour, per_day, spent), want, "{per_hour:?} {per_day:?} {spent:?}");
        }
    }
}
