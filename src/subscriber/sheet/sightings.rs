//! On which row each address of a list was seen first, in twelve octets an address.
//!
//! Addresses are told apart by 78 bits of a digest: among ten million, two are alike by chance once in 10^9 lists. They lie in
//! many short sorted runs, so that adding one moves little and no table is ever copied into a larger one.

use ring::digest;

use crate::address::EmailAddress;

/// Runs, by the first 14 bits of the digest.
const RUNS: usize = 1 << 14;

/// Places by which a run grows.
const GROWTH: usize = 16;

/// What was seen.
pub(super) struct Sightings(Vec<Vec<Sighting>>);

/// The rest of a digest, and a row.
#[derive(Clone, Copy)]
struct Sighting {
    digest: [u32; 2],
    row: u32,
}

impl Default for Sightings {
    fn default() -> Self {
        Self(vec![Vec::new(); RUNS])
    }
}

impl Sightings {
    /// Notes that `address` stands in `row`, or gives the row in which it stood first.
    pub(super) fn see(&mut self, address: &EmailAddress, row: u64) -> Result<(), u64> {
        let (run, digest) = digest_of(address);
        let run = &mut self.0[run];
        match run.binary_search_by_key(&digest, |sighting| sighting.digest) {
            Ok(place) => Err(run[place].row.into()),
            Err(place) => {
                if run.len() == run.capacity() {
                    run.reserve_exact(GROWTH);
                }
                // No list has four thousand million rows.
                run.insert(place, Sighting { digest, row: u32::try_from(row).unwrap_or(u32::MAX) });
                Ok(())
            }
        }
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
