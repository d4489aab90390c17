//! MP3: frames one after another, each with a header. A table in the first may say how many there are.

use std::io::{self, Read, Seek, SeekFrom};

use super::Told;

/// Octets in which the first frame must begin, and over which the bit rate must stay the same to be trusted.
const LOOK: u64 = 64 * 1024;

/// Kilobits a second of layer III, by the header's number: MPEG 1, then MPEG 2 and 2.5.
const BIT_RATES: [[u32; 15]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// How long the frames of `file` play.
pub(super) fn told<R: Read + Seek>(file: &mut R, octets: u64) -> io::Result<Told> {
    let start = after_tags(file)?;
    file.seek(SeekFrom::Start(start))?;
    let mut beginning = Vec::new();
    file.take(LOOK).read_to_end(&mut beginning)?;
    let Some((at, first)) = first_frame(&beginning) else { return Ok(Told::Silence) };
    let frame = &beginning[at..];
    if let Some(frames) = frames_told(frame, first) {
        return Ok(Told::Seconds(
            f64::from(frames) * f64::from(first.samples()) / f64::from(first.sample_rate),
        ));
    }
    let audio = octets.saturating_sub(start + at as u64);
    let seconds = audio as f64 * 8.0 / f64::from(first.bit_rate);
    Ok(if is_steady(frame, first) { Told::Seconds(seconds) } else { Told::Nothing })
}

/// Where the ID3v2 tags at the beginning end.
fn after_tags<R: Read + Seek>(file: &mut R) -> io::Result<u64> {
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let head: [u8; 10] = super::octets(file)?;
        if !head.starts_with(b"ID3") {
            return Ok(at);
        }
        let size = head[6..].iter().fold(0, |size, octet| size << 7 | u64::from(octet & 0x7f));
        let has_foot = head[5] & 0x10 != 0;
        at += 10 + size + if has_foot { 10 } else { 0 };
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    is_mpeg1: bool,
    is_mono: bool,
    /// Bits a second.
    bit_rate: u32,
    /// Samples a second.
    sample_rate: u32,
    is_padded: bool,
}

impl Frame {
    /// The header at the beginning of `octets`, if one of layer III is there.
    fn read(octets: &[u8]) -> Option<Self> {
        let [0xff, second, third, fourth, ..] = *octets else { return None };
        let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
        if second & 0xe0 != 0xe0 || version == 1 || layer != 1 {
            return None;
        }
        let is_mpeg1 = version == 3;
        let kilobits =
            BIT_RATES[usize::from(!is_mpeg1)].get(usize::from(third >> 4)).filter(|rate| **rate > 0)?;
        let full = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3))?;
        let sample_rate = match version {
            3 => *full,
            2 => full / 2,
            _ => full / 4,
        };
        let is_mono = fourth >> 6 == 3;
        Some(Self { is_mpeg1, is_mono, bit_rate: kilobits * 1000, sample_rate, is_padded: third & 2 != 0 })
    }

    fn samples(self) -> u32 {
        if self.is_mpeg1 { 1152 } else { 576 }
    }

    fn octets(self) -> usize {
        let octets = self.samples() / 8 * self.bit_rate / self.sample_rate;
        octets as usize + usize::from(self.is_padded)
    }
}

/// The first frame that another one like it follows: two header-like octets alone may stand anywhere.
fn first_frame(octets: &[u8]) -> Option<(usize, Frame)> {
    (0..octets.len()).find_map(|at| {
        let frame = Frame::read(&octets[at..])?;
        let rest = octets.get(at + frame.octets()..)?;
        let is_followed = rest.is_empty() || Frame::read(rest).is_some_and(|next| is_alike(frame, next));
        is_followed.then_some((at, frame))
    })
}

fn is_alike(one: Frame, other: Frame) -> bool {
    one.is_mpeg1 == other.is_mpeg1 && one.sample_rate == other.sample_rate
}

/// How many frames follow, as the table in the first one says.
fn frames_told(frame: &[u8], header: Frame) -> Option<u32> {
    let xing_at = match (header.is_mpeg1, header.is_mono) {
        (true, false) => 36,
        (true, true) | (false, false) => 21,
        (false, true) => 13,
    };
    let number = |at: usize| Some(u32::from_be_bytes(frame.get(at..at + 4)?.try_into().ok()?));
    if matches!(frame.get(xing_at..xing_at + 4), Some(b"Xing" | b"Info")) {
        let has_frames = number(xing_at + 4)? & 1 != 0;
        return has_frames.then(|| number(xing_at + 8)).flatten();
    }
    let is_fraunhofer = frame.get(36..40) == Some(b"VBRI");
    is_fraunhofer.then(|| number(50)).flatten()
}

/// Whether all frames at the beginning have the bit rate of the first, so that the rest will have it too.
fn is_steady(octets: &[u8], first: Frame) -> bool {
    let mut rest = octets;
    while let Some(frame) = Frame::read(rest) {
        if frame.bit_rate != first.bit_rate {
            return false;
        }
        rest = rest.get(frame.octets()..).unwrap_or_default();
    }
    true
}
