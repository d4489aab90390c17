//! Pixels become fewer: Lanczos with three lobes, rows first, then columns, in the colours as they are stored.
//!
//! Sums are made of integers, so the same comes out on every processor. Beside the pixels it holds one row.

use std::f64::consts::PI;

/// How far one pixel of the result looks to each side, in pixels of the coarser grid.
const LOBES: f64 = 3.0;

/// A result is an octet, and sums of Lanczos weights run over by less than twice: so many bits of 32 are left.
const MOST_BITS: u32 = 22;

/// Octets of a row that are summed at a time: as many as a processor holds without going to memory.
const BLOCK: usize = 32;

/// How much of a side of the source goes into each place of the result.
struct Filter {
    /// A weight of one is two to the power of this.
    bits: u32,
    places: Vec<Place>,
}

struct Place {
    first: usize,
    weights: Vec<i16>,
}

/// `pixels` of `CHANNELS` octets, `from` wide and high, at the size `to`; a fourth channel is alpha.
pub(super) fn scaled<const CHANNELS: usize>(pixels: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    if CHANNELS < 4 {
        return convolved::<CHANNELS>(pixels, from, to);
    }
    // What cannot be seen must not bleed into what can, so each colour weighs as much as it covers.
    let mut pixels = pixels.to_vec();
    for_each_colour::<CHANNELS>(&mut pixels, |colour, alpha| (colour * alpha + 127) / 255);
    let mut pixels = convolved::<CHANNELS>(&pixels, from, to);
    for_each_colour::<CHANNELS>(&mut pixels, |colour, alpha| {
        (colour * 255 + alpha / 2).checked_div(alpha).unwrap_or_default()
    });
    pixels
}

/// Puts what `change` makes of each colour and its alpha into the colour's place.
fn for_each_colour<const CHANNELS: usize>(pixels: &mut [u8], change: impl Fn(u32, u32) -> u32) {
    for pixel in pixels.as_chunks_mut::<CHANNELS>().0 {
        let Some((alpha, colours)) = pixel.split_last_mut() else { continue };
        for colour in colours {
            *colour = change(u32::from(*colour), u32::from(*alpha)).min(255) as u8;
        }
    }
}

fn convolved<const CHANNELS: usize>(pixels: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    let (across, down) = (Filter::new(from.0, to.0), Filter::new(from.1, to.1));
    let octets = from.0 as usize * CHANNELS;
    let mut row = vec![0; octets];
    let mut out = Vec::with_capacity(to.0 as usize * to.1 as usize * CHANNELS);
    for place in &down.places {
        let rows = &pixels[place.first * octets..];
        let (blocks, rest) = row.as_chunks_mut::<BLOCK>();
        for (block, column) in blocks.iter_mut().zip((0..).step_by(BLOCK)) {
            *block = down.sum(place, rows[column..].chunks(octets).filter_map(|row| row.first_chunk()));
        }
        let column = octets - rest.len();
        for (octet, column) in rest.iter_mut().zip(column..) {
            [*octet] = down.sum(place, rows[column..].chunks(octets).filter_map(|row| row.first_chunk()));
        }
        across.append::<CHANNELS>(row.as_chunks().0, &mut out);
    }
    out
}

impl Filter {
    fn new(from: u32, to: u32) -> Self {
        let places: Vec<_> = (0..to).map(|place| weights(from, to, place)).collect();
        let largest = places.iter().flat_map(|(_, weights)| weights).fold(0.0, |a: f64, &b| a.max(b));
        let is_too_much = |bits: &u32| (largest * f64::from(1 << (bits + 1))).round() > f64::from(i16::MAX);
        let bits = (0..MOST_BITS).find(is_too_much).unwrap_or(MOST_BITS - 1);
        let one = f64::from(1 << bits);
        let place = |(first, weights): (usize, Vec<f64>)| Place {
            first,
            weights: weights.iter().map(|weight| (weight * one).round() as i16).collect(),
        };
        Self { bits, places: places.into_iter().map(place).collect() }
    }

    /// What makes rounding out of cutting off.
    fn half(&self) -> i32 {
        1 << (self.bits - 1)
    }

    /// What `place` makes of `sources`.
    #[inline]
    fn sum<'a, const OCTETS: usize>(
        &self,
        place: &Place,
        sources: impl Iterator<Item = &'a [u8; OCTETS]>,
    ) -> [u8; OCTETS] {
        let mut sums = [self.half(); OCTETS];
        for (source, &weight) in sources.zip(&place.weights) {
            let (weight, mut octet) = (i32::from(weight), 0);
            // Without optimisation, as in tests, an iterator takes five times as long.
            while octet < OCTETS {
                sums[octet] += source[octet] as i32 * weight;
                octet += 1;
            }
        }
        sums.map(|sum| (sum >> self.bits).clamp(0, 255) as u8)
    }

    /// Appends what becomes of one row.
    fn append<const CHANNELS: usize>(&self, row: &[[u8; CHANNELS]], out: &mut Vec<u8>) {
        for place in &self.places {
            out.extend_from_slice(&self.sum(place, row[place.first..].iter()));
        }
    }
}

/// The first of `from` pixels that go into `place` of `to`, and the share of each; together they are one.
fn weights(from: u32, to: u32, place: u32) -> (usize, Vec<f64>) {
    let step = f64::from(from) / f64::from(to);
    let spread = step.max(1.0);
    let centre = (f64::from(place) + 0.5) * step;
    let first = (centre - LOBES * spread).floor().max(0.0) as u32;
    let end = (centre + LOBES * spread).ceil().min(f64::from(from)) as u32;
    let mut weights: Vec<f64> =
        (first..end).map(|pixel| lanczos((f64::from(pixel) + 0.5 - centre) / spread)).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    (first as usize, weights)
}

fn lanczos(distance: f64) -> f64 {
    if distance.abs() < LOBES { sinc(distance) * sinc(distance / LOBES) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels of one row and one colour, then of another.
    fn halves<const CHANNELS: usize>(left: [u8; CHANNELS], right: [u8; CHANNELS]) -> Vec<u8> {
        [vec![left; 60], vec![right; 60]].concat().as_flattened().repeat(80)
    }

    #[test]
    fn a_colour_stays_what_it_is() {
        for width in 1..150 {
            let smaller = scaled::<3>(&halves([255, 17, 0], [255, 17, 0]), (120, 80), (width, 53));
            assert!(smaller.as_chunks::<3>().0.iter().all(|pixel| *pixel == [255, 17, 0]), "{width}");
            assert_eq!(smaller.len(), width as usize * 53 * 3);
        }
    }

    #[test]
    fn a_picture_at_its_own_size_is_itself() {
        let pixels: Vec<u8> = (0..120 * 80 * 3).map(|octet| (octet * 7919 % 256) as u8).collect();
        assert_eq!(scaled::<3>(&pixels, (120, 80), (120, 80)), pixels);
    }

    #[test]
    fn an_edge_stays_in_its_place() {
        let smaller = scaled::<3>(&halves([10; 3], [240; 3]), (120, 80), (40, 27));
        let row = &smaller.as_chunks::<3>().0[..40];
        assert!(row[..17].iter().all(|pixel| pixel[0].abs_diff(10) < 9), "{row:?}");
        assert!(row[23..].iter().all(|pixel| pixel[0].abs_diff(240) < 9), "{row:?}");
        assert_eq!(row[19][0] as i32 + row[20][0] as i32, 250, "the two sides mirror each other");
    }

    #[test]
    fn what_is_not_seen_lends_no_colour() {
        let smaller = scaled::<4>(&halves([200, 0, 0, 255], [0, 255, 0, 0]), (120, 80), (31, 20));
        for pixel in smaller.as_chunks::<4>().0 {
            assert_eq!(pixel[1], 0, "{pixel:?}");
            assert!(pixel[3] < 20 || pixel[0].abs_diff(200) < 20, "{pixel:?}");
        }
    }
}
