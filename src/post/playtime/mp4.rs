//! MP4 and M4A: boxes in boxes. `moov/mvhd` says how long the whole plays.

use std::io::{self, Read, Seek, SeekFrom};

use super::{divided, octets};

/// How long `file` of `length` octets plays.
pub(super) fn seconds<R: Read + Seek>(file: &mut R, length: u64) -> io::Result<Option<f64>> {
    let Some((start, end)) = found(file, b"moov", 0, length)? else { return Ok(None) };
    let Some((start, _)) = found(file, b"mvhd", start, end)? else { return Ok(None) };
    file.seek(SeekFrom::Start(start))?;
    let [version, ..] = octets::<4>(file)?;
    if version == 1 {
        octets::<16>(file)?;
        let scale = u32::from_be_bytes(octets(file)?);
        return Ok(divided(u64::from_be_bytes(octets(file)?), scale));
    }
    octets::<8>(file)?;
    let scale = u32::from_be_bytes(octets(file)?);
    let duration = u32::from_be_bytes(octets(file)?);
    // All ones: not known.
    Ok(divided(u64::from(duration), scale).filter(|_| duration != u32::MAX))
}

/// Where the content of the first box called `name` between `at` and `end` begins and ends.
fn found<R: Read + Seek>(
    file: &mut R,
    name: &[u8; 4],
    mut at: u64,
    end: u64,
) -> io::Result<Option<(u64, u64)>> {
    while at + 8 <= end {
        file.seek(SeekFrom::Start(at))?;
        let size = u64::from(u32::from_be_bytes(octets(file)?));
        let kind: [u8; 4] = octets(file)?;
        let (head, size) = match size {
            0 => (8, end - at),
            1 => (16, u64::from_be_bytes(octets(file)?)),
            size => (8, size),
        };
        if size < head {
            return Ok(None);
        }
        let next = at.saturating_add(size).min(end);
        if kind == *name {
            return Ok(Some((at + head, next)));
        }
        at = next;
    }
    Ok(None)
}
