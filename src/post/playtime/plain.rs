//! FLAC and WAV: the length stands near the beginning.

use std::io::{self, Read, Seek, SeekFrom};

use super::{divided, octets};

/// What the first block of a FLAC file, STREAMINFO, says (RFC 9639 §8.2).
pub(super) fn flac_seconds(file: &mut impl Read) -> io::Result<Option<f64>> {
    let head: [u8; 26] = octets(file)?;
    let bits = u64::from_be_bytes(head[18..26].try_into().expect("eight octets"));
    let rate = (bits >> 44) as u32;
    Ok(divided(bits & 0xf_ffff_ffff, rate))
}

/// Octets of sound by octets a second, from the chunks `fmt ` and `data`.
pub(super) fn wav_seconds<R: Read + Seek>(file: &mut R) -> io::Result<Option<f64>> {
    file.seek(SeekFrom::Start(12))?;
    let mut per_second = 0;
    loop {
        let name: [u8; 4] = octets(file)?;
        let size = u32::from_le_bytes(octets(file)?);
        if name == *b"data" {
            return Ok(divided(u64::from(size), per_second));
        }
        let mut skip = i64::from(size) + i64::from(size % 2);
        if name == *b"fmt " {
            octets::<8>(file)?;
            per_second = u32::from_le_bytes(octets(file)?);
            skip -= 12;
        }
        file.seek(SeekFrom::Current(skip))?;
    }
}
