//! The one thing we ask of Exif besides how a picture is turned: whether it tells where it was taken.
//!
//! Follows Exif 2.32 §4.6 and TIFF 6.0 §2: a header of eight octets, then entries of twelve.

/// The entry that leads to coordinates (Exif 2.32 §4.6.3, GPS IFD Pointer).
const GPS: u16 = 0x8825;

/// Whether `exif`, from its TIFF header on, holds a place.
pub(super) fn tells_place(exif: &[u8]) -> bool {
    holds(exif, GPS).unwrap_or(false)
}

/// Whether the first directory has an entry `tag`; none where it cannot be read.
fn holds(exif: &[u8], tag: u16) -> Option<bool> {
    let is_little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let octets: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(octets) } else { u16::from_be_bytes(octets) })
    };
    let octets: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let start = if is_little { u32::from_le_bytes(octets) } else { u32::from_be_bytes(octets) };
    let start = usize::try_from(start).ok()?;
    let count = usize::from(short(start)?);
    Some((0..count).any(|nth| short(start.saturating_add(2 + 12 * nth)) == Some(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_and_damage_is_no_place() {
        let little = b"II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\0\0\0\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\0\0\0\0\0";
        assert!(tells_place(little) && tells_place(big));
        for damaged in
            [&b""[..], b"II*\0", b"II*\0\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", &little[..22], b"JPEG"]
        {
            assert!(!tells_place(damaged), "given {damaged:?}");
        }
    }
}
