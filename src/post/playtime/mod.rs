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

use rayon::prelude::*;

use crate::post::{Post, meanings};

/// Fills in how long the enclosures among `assets` play, where front matter does not say so.
pub(super) fn measure(posts: &mut [Post], folder: &Path, assets: &BTreeMap<PathBuf, u64>) {
    let is_open = |post: &&mut Post| {
        let enclosure = post.enclosure.as_ref();
        enclosure.is_some_and(|file| file.is_recording() && file.duration_secs.is_none())
    };
    let open: Vec<&mut Post> = posts.iter_mut().filter(is_open).collect();
    open.into_par_iter().for_each(|post| {
        let Some(enclosure) = &mut post.enclosure else { return };
        let file = meanings(&post.source, &enclosure.url).into_iter().find(|path| assets.contains_key(path));
        enclosure.duration_secs = file.and_then(|path| seconds(&folder.join(path)).ok().flatten());
    });
}

/// How long the recording at `path` plays, in whole seconds.
fn seconds(path: &Path) -> io::Result<Option<u64>> {
    let file = File::open(path)?;
    let octets = file.metadata()?.len();
    told(&mut BufReader::new(file), octets)
}

/// What the file's beginning says it is decides who reads it, not its name.
fn told<R: Read + Seek>(file: &mut R, octets: u64) -> io::Result<Option<u64>> {
    let mut start = [0; 12];
    if file.read_exact(&mut start).is_err() {
        return Ok(None);
    }
    file.rewind()?;
    let seconds = match &start {
        [b'O', b'g', b'g', b'S', ..] => ogg::seconds(file, octets),
        [b'f', b'L', b'a', b'C', ..] => plain::flac_seconds(file),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E'] => plain::wav_seconds(file),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => mp4::seconds(file, octets),
        _ => mpeg::seconds(file, octets),
    };
    match seconds {
        Ok(seconds) => {
            Ok(seconds.filter(|seconds| seconds.is_finite()).map(|seconds| seconds.round() as u64))
        }
        // A file that ends too early says nothing.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
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
