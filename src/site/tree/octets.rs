//! The octets of files: written, and compared without holding more of them than a piece.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use crate::site::Octets;

/// Whether `target` is a plain file of exactly these octets.
pub(super) fn holds(target: &Path, bytes: &Octets) -> bool {
    let is_of_length =
        fs::symlink_metadata(target).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64);
    is_of_length && File::open(target).and_then(|old| begins_with(old, bytes)).unwrap_or(false)
}

/// Whether the first octets of `file` are `bytes`. Holds no more of it than the longest piece.
fn begins_with(file: File, bytes: &Octets) -> io::Result<bool> {
    let mut file = BufReader::new(file);
    let mut found = Vec::new();
    for piece in bytes.pieces() {
        found.resize(piece.len(), 0);
        file.read_exact(&mut found)?;
        if found != piece {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes `bytes` to a new file at `path`.
pub(super) fn write(path: &Path, bytes: &Octets) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    bytes.pieces().try_for_each(|piece| file.write_all(piece))?;
    file.flush()
}

/// Whether two files hold the same; `target` may be missing or no file.
pub(super) fn are_equal(from: &Path, target: &Path) -> io::Result<bool> {
    let length = fs::metadata(from)?.len();
    if !fs::symlink_metadata(target).is_ok_and(|found| found.is_file() && found.len() == length) {
        return Ok(false);
    }
    let (mut one, mut other) = (File::open(from)?, File::open(target)?);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        read_block(&mut one, &mut left)?;
        read_block(&mut other, &mut right)?;
        if left != right || left.is_empty() {
            return Ok(left == right);
        }
    }
}

/// The next octets of `file`, at most 64 KiB.
fn read_block(file: &mut File, block: &mut Vec<u8>) -> io::Result<()> {
    block.clear();
    file.take(64 * 1024).read_to_end(block).map(drop)
}
