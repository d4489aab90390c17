//! Files that wait inside the public folder, and the steps by which they come to their places.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::site::tree::TreeError;
use crate::site::tree::folder::{clear, remove_empty_folders};
use crate::site::tree::journal::{self, Journal, Move};
use crate::site::tree::progress::Progress;

const FOLDER: &str = ".postrider-staging";

/// The staged files of the public folder `out`.
#[derive(Debug)]
pub(super) struct Staging {
    out: PathBuf,
    folder: PathBuf,
}

impl Staging {
    pub(super) fn new(out: &Path) -> Self {
        Self { out: out.to_owned(), folder: out.join(FOLDER) }
    }

    /// Ends what a killed run was putting in place, clears the rest of what it left, and begins anew.
    pub(super) fn open(&self) -> Result<(), TreeError> {
        self.end();
        self.clear()?;
        fs::create_dir(&self.folder).map_err(TreeError::io(&self.folder, "made"))
    }

    /// Whether a killed run was putting files in place.
    pub(super) fn is_left(&self) -> bool {
        journal::file(&self.folder).exists()
    }

    pub(super) fn clear(&self) -> Result<(), TreeError> {
        clear(&self.folder)
    }

    /// Where the file of this number is written.
    pub(super) fn file(&self, number: usize) -> PathBuf {
        self.draft(&number.to_string())
    }

    /// Where a file of this name is written that is no part of the tree.
    pub(super) fn draft(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Takes the steps that a killed run left. One that cannot be taken is left to this run, which makes
    /// everything that is not as it should be.
    fn end(&self) {
        let Some(journal) = Journal::read(&self.folder) else { return };
        let is_whole = |step: &&Move| {
            let found = fs::symlink_metadata(self.file(step.number));
            found.is_ok_and(|found| found.is_file() && found.len() == step.octets)
        };
        drop(self.remove_all(&journal.in_the_way));
        for step in journal.moves.iter().filter(is_whole) {
            let is_plain = Progress::default().refuse_links(&self.out, &self.out.join(&step.path)).is_ok();
            drop(is_plain.then(|| self.put_in_place(&step.path, step.number)));
        }
        drop(self.remove_all(&journal.left_over));
    }

    /// The moves of all that was staged.
    pub(super) fn moves(&self, staged: &[(String, usize)]) -> Result<Vec<Move>, TreeError> {
        let step = |(path, number): &(String, usize)| {
            let file = self.file(*number);
            let octets = fs::metadata(&file).map_err(TreeError::io(&file, "read"))?.len();
            Ok(Move { path: path.clone(), number: *number, octets })
        };
        staged.iter().map(step).collect()
    }

    /// Makes the new tree of the old one; tells how many files were removed.
    pub(super) fn replace(&self, journal: &Journal) -> Result<usize, TreeError> {
        journal.write(&self.folder).map_err(TreeError::io(&self.folder, "written"))?;
        let mut removed = self.remove_all(&journal.in_the_way)?;
        journal.moves.iter().try_for_each(|step| self.put_in_place(&step.path, step.number))?;
        removed += self.remove_all(&journal.left_over)?;
        let done = journal::file(&self.folder);
        fs::remove_file(&done).map_err(TreeError::io(&done, "removed"))?;
        Ok(removed)
    }

    fn put_in_place(&self, path: &str, number: usize) -> Result<(), TreeError> {
        let target = self.out.join(path);
        let staged = self.file(number);
        let renamed = fs::rename(&staged, &target).or_else(|e| match e.kind() {
            io::ErrorKind::NotFound => {
                fs::create_dir_all(target.parent().expect("a path below out"))?;
                fs::rename(&staged, &target)
            }
            _ => Err(e),
        });
        renamed.map_err(|e| match e.kind() {
            io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                TreeError::Obstacle { path: target, wanted: path.to_owned() }
            }
            _ => TreeError::io(&target, "put in place")(e),
        })
    }

    /// Removes files of ours, then folders that became empty; tells how many files there were.
    fn remove_all(&self, paths: &[String]) -> Result<usize, TreeError> {
        let mut removed = 0;
        for path in paths {
            let file = self.out.join(path);
            Progress::default().refuse_links(&self.out, &file)?;
            match fs::remove_file(&file) {
                Ok(()) => removed += 1,
                Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(e) => return Err(TreeError::io(&file, "removed")(e)),
            }
            remove_empty_folders(&self.out, &file);
        }
        Ok(removed)
    }
}
