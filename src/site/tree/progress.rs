//! What a run has put into a tree so far.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::site::tree::TreeError;
use crate::site::tree::seals::{Look, Made, Parts};

/// What was taken, and what is staged.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Folded path to path.
    pub taken: BTreeMap<String, String>,
    /// Path and number of its staged file, in the order of coming.
    pub staged: Vec<(String, usize)>,
    pub next: usize,
    pub unchanged: usize,
    /// Files with a seal, as they are now.
    pub made: Vec<(String, Made)>,
    /// Files that grew, as they are now, with their parts.
    pub grown: Vec<(String, Look, Parts)>,
    /// Folders known to be folders and no links.
    pub plain_folders: HashSet<PathBuf>,
}

impl Progress {
    /// Refuses a target that would be reached through a link.
    pub fn refuse_links(&mut self, out: &Path, target: &Path) -> Result<(), TreeError> {
        let folders = target.ancestors().skip(1).take_while(|folder| *folder != out);
        let unknown: Vec<&Path> =
            folders.take_while(|folder| !self.plain_folders.contains(*folder)).collect();
        for folder in unknown {
            match fs::symlink_metadata(folder) {
                Ok(found) if found.is_symlink() => return Err(TreeError::Link { path: folder.to_owned() }),
                Ok(found) if found.is_dir() => drop(self.plain_folders.insert(folder.to_owned())),
                _ => {}
            }
        }
        Ok(())
    }
}
