//! Ogg: pages that count samples. The first says how many make a second, the last how many there are.

use std::io::{self, Read, Seek, SeekFrom};

use super::divided;

/// A page has at most so many octets, so the last one begins within them.
const LONGEST_PAGE: u64 = 27 + 255 + 255 * 255;

/// How long the first stream in `file` plays: Opus or Vorbis.
pub(super) fn seconds<R: Read + Seek>(file: &mut R, octets: u64) -> io::Result<Option<f64>> {
    let mut first = Vec::new();
    file.by_ref().take(512).read_to_end(&mut first)?;
    let Some((rate, skipped)) = samples_a_second(&first) else { return Ok(None) };
    file.seek(SeekFrom::Start(octets.saturating_sub(LONGEST_PAGE)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let last = last_position(&end, first.get(14..18));
    Ok(last.and_then(|samples| divided(samples.saturating_sub(skipped), rate)))
}

/// Of the stream that the page `first` begins: samples a second, and how many are not played.
fn samples_a_second(first: &[u8]) -> Option<(u32, u64)> {
    let segments = usize::from(*first.get(26)?);
    let packet = first.get(27 + segments..)?;
    if packet.starts_with(b"OpusHead") {
        // Opus counts 48,000 a second whatever it was recorded at (RFC 7845 §4).
        return Some((48_000, u64::from(u16::from_le_bytes(packet.get(10..12)?.try_into().ok()?))));
    }
    let rate = packet.strip_prefix(b"\x01vorbis")?.get(5..9)?;
    Some((u32::from_le_bytes(rate.try_into().ok()?), 0))
}

/// The count at the last page of the stream called `serial`.
fn last_position(octets: &[u8], serial: Option<&[u8]>) -> Option<u64> {
    let pages = (0..octets.len().saturating_sub(26)).rev().filter(|at| octets[*at..].starts_with(b"OggS"));
    let positions = pages.filter(|at| octets.get(at + 14..at + 18) == serial).filter_map(|at| {
        let position = u64::from_le_bytes(octets.get(at + 6..at + 14)?.try_into().ok()?);
        // All ones: no packet ends on this page.
        (position != u64::MAX).then_some(position)
    });
    positions.into_iter().next()
}
