//! Readers are numbered in a row. What is shared out by their numbers, or added up over them, first throws the
//! numbers far apart.

/// The finaliser of SplitMix64: one bit more or less changes half of all bits, and no two numbers become the same.
///
/// What it gives stands in ledgers, so it never changes.
#[must_use]
pub const fn scattered(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_as_splitmix64_has_them() {
        // The first numbers of the generator of Steele, Lea and Flood (2014) with seed 0.
        for (number, want) in [(0, 0xe220_a839_7b1d_cdaf), (0x9e37_79b9_7f4a_7c15, 0x6e78_9e6a_a1b9_65f4_u64)]
        {
            assert_eq!(scattered(number), want);
        }
    }
}
