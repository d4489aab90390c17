//! Chance that can be had again: the same seed draws the same numbers.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// For the part of a campaign that `name` names: what one part draws says nothing of another.
    pub fn of(seed: u64, name: &str) -> Self {
        let start = name.bytes().fold(seed, |hash, octet| mixed(hash ^ u64::from(octet)));
        Self(start)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// From `least` to `most`, both among them.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    pub fn is_one_in(&mut self, chances: u64) -> bool {
        self.next().is_multiple_of(chances)
    }

    pub fn of_these<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.next() as usize % these.len()]
    }
}

/// The finaliser of SplitMix64: neighbours come out far apart.
pub fn mixed(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
