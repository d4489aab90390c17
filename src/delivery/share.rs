//! Which lane a recipient's mail goes through: shared by weight, and the same lane at every try.
//!
//! Rendezvous hashing: each lane draws a number for the recipient, and the smallest goes first. The draw depends on
//! lane and recipient alone, so no run and no worker needs to know what others did, a lane that is away loses its
//! share to the others and gets the same recipients back, and a server that greylists sees the second try come from
//! where the first came from.

use crate::subscriber::{SubscriberId, scattered};

/// A lane's part in the draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    seed: u64,
    weight: f64,
}

impl Share {
    /// The share of the lane called `name`, `weight` parts of the sum of all.
    pub(super) fn new(name: &str, weight: u32) -> Self {
        // FNV-1a, 64 bits.
        let fold = |hash: u64, octet: u8| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3);
        Self { seed: name.bytes().fold(0xcbf2_9ce4_8422_2325, fold), weight: f64::from(weight.max(1)) }
    }

    /// The number drawn for a recipient. Exponentially distributed with the weight as rate: the chance that it is
    /// the smallest of several is this weight's part of their sum.
    pub(super) fn draw(&self, subscriber: SubscriberId) -> f64 {
        let bits = scattered(self.seed ^ scattered(subscriber.0)) >> 11;
        let evenly = (bits as f64 + 1.0) / (1_u64 << 53) as f64;
        -evenly.ln() / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_of(lanes: &[(&str, u32)], subscriber: u64) -> usize {
        let draw = |(name, weight): &(&str, u32)| Share::new(name, *weight).draw(SubscriberId(subscriber));
        let draws: Vec<f64> = lanes.iter().map(draw).collect();
        (0..lanes.len()).min_by(|a, b| draws[*a].total_cmp(&draws[*b])).unwrap()
    }

    #[test]
    fn each_lane_is_first_for_as_many_recipients_as_its_weight_says() {
        let lanes = [("main", 6), ("other", 3), ("old", 1)];
        let mut counts = [0; 3];
        (0..10_000).for_each(|subscriber| counts[first_of(&lanes, subscriber)] += 1);
        for (count, want) in counts.into_iter().zip([6_000_i32, 3_000, 1_000]) {
            assert!((count - want).abs() < 150, "{counts:?}");
        }
    }

    #[test]
    fn who_went_through_a_lane_goes_through_it_again_when_another_is_away() {
        let all = [("main", 2), ("other", 1), ("old", 1)];
        for subscriber in 0..1_000 {
            let before = first_of(&all, subscriber);
            let without_old = first_of(&all[..2], subscriber);
            assert!(before == 2 || before == without_old, "reader {subscriber}");
        }
    }
}
