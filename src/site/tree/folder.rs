//! The folder a tree is written in: its lock, and what has to be cleared in it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::site::tree::TreeError;

const LOCK: &str = ".postrider-lock";

/// Where a new folder `out` is made: beside its place, hidden.
pub(super) fn aside(out: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(out.file_name().unwrap_or(OsStr::new("public")));
    name.push(".postrider-new");
    out.with_file_name(name)
}

/// Clears what a killed run left of a new folder, under the lock of this one.
pub(super) fn clear_all_but_the_lock(folder: &Path) -> Result<(), TreeError> {
    let fault = || TreeError::io(folder, "cleared");
    for entry in fs::read_dir(folder).map_err(fault())? {
        let entry = entry.map_err(fault())?;
        if entry.file_name() == LOCK {
            continue;
        }
        let is_folder = entry.file_type().map_err(fault())?.is_dir();
        let path = entry.path();
        if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) }.map_err(fault())?;
    }
    Ok(())
}

/// A lock on the tree that ends with the process, however it ends.
pub(super) fn locked(out: &Path) -> Result<File, TreeError> {
    let path = out.join(LOCK);
    let file = File::create(&path).map_err(TreeError::io(&path, "made"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(TreeError::Busy { path: out.to_owned() }),
        Err(fs::TryLockError::Error(e)) => Err(TreeError::io(&path, "locked")(e)),
    }
}

/// Removes the staging folder and all in it.
pub(super) fn clear(staging: &Path) -> Result<(), TreeError> {
    match fs::remove_dir_all(staging) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(TreeError::io(staging, "cleared")(e)),
        _ => Ok(()),
    }
}

/// Removes the folders above `file` as long as they are empty.
pub(super) fn remove_empty_folders(out: &Path, file: &Path) {
    for folder in file.ancestors().skip(1).take_while(|folder| *folder != out) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

/// Clears a new folder that a killed run never put in its place; not one that a run is writing.
pub(super) fn clear_if_left(aside: &Path) -> Result<(), TreeError> {
    if !aside.exists() {
        return Ok(());
    }
    match locked(aside) {
        Ok(_lock) => clear(aside),
        Err(TreeError::Busy { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
