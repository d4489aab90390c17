//! On which row each address of a list was seen first, in twelve octets an address.
//!
//! Addresses are told apart by 78 bits of a digest: among ten million, two are alike by chance once in 10^9 lists. They lie in
//! many short runs of blocks. A run is searched from end to end, and a block never moves, so that no table is ever copied
//! into a larger one: that would take its room twice.

use ring::digest;

use crate::address::EmailAddress;

/// Runs, by the first 14 bits of the digest.
const RUNS: usize = 1 << 14;

/// Sightings in a block.
const BLOCK: usize = 16;

/// What was seen.
pub(super) struct Sightings(Vec<Run>);

/// The sightings whose digests begin alike, in no order.
#[derive(Clone, Default)]
#[expect(clippy::vec_box, reason = "a block must not move when the list of blocks grows")]
struct Run {
    blocks: Vec<Box<[Sighting; BLOCK]>>,
    /// Sightings in all blocks.
    len: usize,
}

/// The rest of a digest, and a row.
#[derive(Clone, Copy, Default)]
struct Sighting {
    digest: [u32; 2],
    row: u32,
}

impl Default for Sightings {
    fn default() -> Self {
        Self(vec![Run::default(); RUNS])
    }
}

impl Sightings {
    /// Notes that `address` stands in `row`, or gives the row in which it stood first.
    pub(super) fn see(&mut self, address: &EmailAddress, row: u64) -> Result<(), u64> {
        let (run, digest) = digest_of(address);
        let run = &mut self.0[run];
        if let Some(first) = run.find(digest) {
            return Err(first.row.into());
        }
        // No list has four thousand million rows.
        run.add(Sighting { digest, row: u32::try_from(row).unwrap_or(u32::MAX) });
        Ok(())
    }
}

impl Run {
    fn find(&self, digest: [u32; 2]) -> Option<&Sighting> {
        let all = self.blocks.iter().flat_map(|block| block.iter()).take(self.len);
        all.into_iter().find(|sighting| sighting.digest == digest)
    }

    fn add(&mut self, sighting: Sighting) {
        let (block, place) = (self.len / BLOCK, self.len % BLOCK);
        if place == 0 {
            self.blocks.push(Box::default());
        }
        self.blocks[block][place] = sighting;
        self.len += 1;
    }
}

fn digest_of(address: &EmailAddress) -> (usize, [u32; 2]) {
    let digest = digest::digest(&digest::SHA256, address.identity().as_bytes());
    let word = |at: usize| u32::from_be_bytes(std::array::from_fn(|octet| digest.as_ref()[at + octet]));
    (word(0) as usize % RUNS, [word(4), word(8)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u64) -> EmailAddress {
        format!("reader-{number}@example.org").parse().unwrap()
    }

    #[test]
    fn the_first_row_of_each_address_is_remembered() {
        let mut sightings = Sightings::default();
        for number in 0..50_000 {
            assert_eq!(sightings.see(&address(number), number + 2), Ok(()), "{number}");
        }
        for number in (0..50_000).step_by(997) {
            assert_eq!(sightings.see(&address(number), 99), Err(number + 2));
        }
    }

    #[test]
    fn a_sighting_takes_twelve_octets() {
        assert_eq!(size_of::<Sighting>(), 12);
    }
}
