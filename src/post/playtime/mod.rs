//! How long a recording plays, told by its file: MP3, MP4 and M4A, Ogg (Opus and Vorbis), FLAC, WAV.
//!
//! In: a file beside an essay. Out: seconds, or nothing where the file does not say. Only the parts that say
//! it are read. No sound is decoded.
//!
//! Follows ISO/IEC 11172-3 and 13818-3 with Xing's and Fraunhofer's tables of frames (MP3), ISO/IEC 14496-12
//! (MP4), RFC 3533, RFC 7845 and the Vorbis I specification (Ogg), RFC 9639 (FLAC).

mod mp4;
mod mpeg;
mod ogg;
mod plain;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use crate::post::attached::local;
use crate::post::essay::Reading;
use crate::post::remarks::Flaw;

/// What a file tells of the recording in it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Seconds(f64),
    /// It does not say how long it plays.
    Nothing,
    /// There is no sound in it.
    Silence,
}

/// Fills in how long the enclosure of an essay plays, if it is one of `assets`, files below `folder`, and front matter does
/// not say so. What was measured is not measured again.
pub(super) fn measure(reading: &mut Reading, folder: &Path, assets: &BTreeMap<PathBuf, u64>) {
    let Some(essay) = reading.essay.as_deref_mut() else { return };
    let (Some(enclosure), Some(attached)) = (&mut essay.post.enclosure, &mut essay.attached) else { return };
    if !enclosure.is_recording() || enclosure.duration_secs.is_some() || attached.is_measured {
        return;
    }
    let Some(path) = local(&essay.post.source, &enclosure.url, assets) else { return };
    let path = folder.join(path);
    // The look first: what is changed meanwhile looks otherwise the next time.
    attached.measuring(&path);
    let told = told_by(&path).unwrap_or(Told::Nothing);
    if let Told::Seconds(seconds) = told {
        enclosure.duration_secs = Some(seconds.round() as u64);
    } else {
        reading.remarks.finding(without_length(told, attached.line, &enclosure.url));
    }
}

/// What to say of a recording whose length is not known.
fn without_length(told: Told, line: usize, url: &str) -> Flaw {
    match told {
        Told::Silence => {
            let what = format!("`enclosure`: expected a recording in `{url}`, found no sound");
            Flaw::new(line, what).with_help("listen to the file, and export it anew")
        }
        Told::Seconds(_) | Told::Nothing => {
            let what = format!("`enclosure`: how long `{url}` plays cannot be told from the file");
            Flaw::new(line, what).with_help("add `duration`: podcast players show it before they play")
        }
    }
}

/// What the file at `path` tells.
fn told_by(path: &Path) -> io::Result<Told> {
    let file = File::open(path)?;
    let octets = file.metadata()?.len();
    told(&mut BufReader::new(file), octets)
}

/// What the file's beginning says it is decides who reads it, not its name.
fn told<R: Read + Seek>(file: &mut R, octets: u64) -> io::Result<Told> {
    let mut start = [0; 12];
    if file.read_exact(&mut start).is_err() {
        return Ok(Told::Silence);
    }
    file.rewind()?;
    let seconds = match &start {
        [b'O', b'g', b'g', b'S', ..] => ogg::seconds(file, octets),
        [b'f', b'L', b'a', b'C', ..] => plain::flac_seconds(file),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E'] => plain::wav_seconds(file),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => mp4::seconds(file, octets),
        [b'I', b'D', b'3', ..] | [0xff, ..] => return cut_short(mpeg::told(file, octets), Told::Silence),
        _ => return cut_short(mpeg::told(file, octets).map(or_nothing), Told::Nothing),
    };
    let seconds = seconds.map(|seconds| seconds.filter(|seconds| seconds.is_finite()));
    cut_short(seconds.map(|seconds| seconds.map_or(Told::Nothing, Told::Seconds)), Told::Nothing)
}

/// A file of a kind that is not known may hold sound of which we know nothing.
fn or_nothing(told: Told) -> Told {
    if told == Told::Silence { Told::Nothing } else { told }
}

/// What is `told`, or `otherwise` where the file ends too early.
fn cut_short(told: io::Result<Told>, otherwise: Told) -> io::Result<Told> {
    match told {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(otherwise),
        told => told,
    }
}

/// The next `N` octets of `file`.
fn octets<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut octets = [0; N];
    file.read_exact(&mut octets)?;
    Ok(octets)
}

/// A length divided by how much of it makes a second; none where that is nothing.
fn divided(length: u64, per_second: u32) -> Option<f64> {
    (per_second > 0 && length > 0).then(|| length as f64 / f64::from(per_second))
}

#[cfg(test)]
mod tests;
