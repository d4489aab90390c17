//! Staging, comparing, putting in place.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use serde::Serialize;

use crate::site::cache::CacheFolder;
use crate::site::tree::folder::{aside, clear, clear_all_but_the_lock, clear_if_left, locked};
use crate::site::tree::grown::{Grown, Old};
use crate::site::tree::growth::Growth;
use crate::site::tree::journal::Journal;
use crate::site::tree::octets::{are_equal, holds, write};
use crate::site::tree::progress::Progress;
use crate::site::tree::seals::{Book, Look, Made, Parts};
use crate::site::tree::staging::Staging;
use crate::site::tree::{Tree, TreeError, manifest, path};
use crate::site::{Artifact, Seal};

/// Which part of the public tree a run writes. What belongs to the other part is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Pages, feeds, style sheets, files beside essays: everything but `issues/`.
    Site,
    /// The web copies of issues, below `issues/`.
    Issues,
}

/// What a run did to the public folder, in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TreeReport {
    pub written: usize,
    pub unchanged: usize,
    pub removed: usize,
}

/// A public tree being written. Nothing changes before [`TreeWriter::finish`]; dropped earlier, the old tree stays.
///
/// Files may be put from several threads at once.
#[derive(Debug)]
pub struct TreeWriter {
    out: PathBuf,
    staging: Staging,
    /// Where the whole folder goes in the end, where it is new.
    home: Option<PathBuf>,
    part: Part,
    /// Paths an earlier run wrote, of both parts.
    before: BTreeSet<String>,
    /// What an earlier run made the files of this part from.
    made: HashMap<String, Made>,
    /// Where the next run learns it.
    book: Option<Book>,
    progress: Mutex<Progress>,
    /// Held until the writer is dropped.
    _lock: File,
}

/// A file that is written before it is known whether it differs from the one that is there.
#[derive(Debug)]
pub(super) struct Draft {
    pub path: String,
    pub target: PathBuf,
    /// Where it is written.
    staged: PathBuf,
    number: usize,
}

impl Part {
    fn owns(self, path: &str) -> bool {
        path.starts_with("issues/") == (self == Self::Issues)
    }
}

impl TreeWriter {
    /// Begins to write `part` of the tree at `out`, which is made if it does not exist.
    ///
    /// What a killed run was putting in place is put there; what it left staged otherwise is cleared away.
    ///
    /// # Errors
    ///
    /// If another run is writing there, or the folder cannot be used.
    pub fn open(out: &Path, part: Part) -> Result<Self, TreeError> {
        let aside = aside(out);
        let is_new = !out.exists();
        let folder = if is_new { &aside } else { out };
        fs::create_dir_all(folder).map_err(TreeError::io(folder, "made"))?;
        let lock = locked(folder)?;
        if is_new {
            clear_all_but_the_lock(folder)?
        } else {
            clear_if_left(&aside)?
        }
        let before = manifest::read(folder)?;
        let home = is_new.then(|| out.to_owned());
        let out = folder.to_owned();
        let (made, progress) = (HashMap::new(), Mutex::default());
        let staging = Staging::new(&out);
        staging.open()?;
        Ok(Self { out, staging, home, part, before, made, book: None, progress, _lock: lock })
    }

    /// Ends what a killed run was putting in place at `out`, if there is such a thing and no other run is at it.
    pub fn end_what_was_begun(out: &Path) {
        if Staging::new(out).is_left() {
            // What cannot be ended is told by the run that comes now.
            drop(Self::open(out, Part::Site));
        }
    }

    /// The same, trusting what `cache` tells of the files that are there; otherwise each is made and compared.
    #[must_use]
    pub fn with_seals(mut self, cache: &CacheFolder) -> Self {
        self.book = Book::open(cache, self.home.as_ref().unwrap_or(&self.out));
        if let Some(book) = self.book.as_ref().filter(|_| self.home.is_none()) {
            self.made = book.read();
        }
        self
    }

    /// Stages `artifact` if its octets differ from the file that is there.
    ///
    /// # Errors
    ///
    /// If its path leaves the tree, belongs to the other part, is taken, or leads through a link.
    pub fn put(&self, artifact: &Artifact) -> Result<(), TreeError> {
        let target = self.admit(&artifact.path)?;
        if self.home.is_none() && holds(&target, &artifact.bytes) {
            self.count_unchanged();
            self.remember(&artifact.path, artifact.seal, &target);
            return Ok(());
        }
        let number = self.number();
        self.progress().staged.push((artifact.path.clone(), number));
        let staged = self.place(&artifact.path, number)?;
        write(&staged, &artifact.bytes).map_err(TreeError::io(&target, "staged"))?;
        self.remember(&artifact.path, artifact.seal, &staged);
        Ok(())
    }

    /// Notes what the file for `path`, now at `file`, was made from; gives how it looks.
    fn remember(&self, path: &str, seal: Option<Seal>, file: &Path) -> Option<Look> {
        let look = Look::of(file)?;
        let made = seal.map(|seal| (path.to_owned(), Made { seal, look }));
        self.progress().made.extend(made);
        Some(look)
    }

    /// Takes the file of `draft`, made under `seal` from `parts`, which is written.
    pub(super) fn settle(&self, draft: &Draft, seal: Option<Seal>, parts: Parts) -> Result<(), TreeError> {
        let Draft { path, target, staged, number } = draft;
        let is_there = self.home.is_none()
            && are_equal(staged, target).map_err(TreeError::io(target, "read"))?
            && fs::remove_file(staged).is_ok();
        if is_there {
            self.count_unchanged();
        } else {
            self.progress().staged.push((path.clone(), *number));
        }
        let look = self.remember(path, seal, if is_there { target } else { staged });
        self.progress().grown.extend(look.map(|look| (path.clone(), look, parts)));
        Ok(())
    }

    /// Stages a copy of the file `from`, as [`TreeWriter::put`], without holding it in memory.
    ///
    /// # Errors
    ///
    /// As [`TreeWriter::put`], and if `from` cannot be read.
    pub fn copy(&self, path: &str, from: &Path) -> Result<(), TreeError> {
        let target = self.admit(path)?;
        if are_equal(from, &target).map_err(TreeError::io(from, "read"))? {
            self.count_unchanged();
            return Ok(());
        }
        let number = self.number();
        self.progress().staged.push((path.to_owned(), number));
        let staged = self.place(path, number)?;
        let copied = File::open(from).and_then(|mut from| io::copy(&mut from, &mut File::create(&staged)?));
        copied.map(drop).map_err(TreeError::io(from, "copied"))
    }

    /// Puts what was staged in place, removes what an earlier run wrote and this one did not.
    ///
    /// # Errors
    ///
    /// If a file cannot be put in place. What is in place by then is whole; the next run does the rest.
    pub fn finish(self) -> Result<TreeReport, TreeError> {
        let progress = mem::take(&mut *self.progress());
        let now: BTreeSet<String> = progress.taken.into_values().collect();
        let draft = self.staging.draft("manifest");
        // Until the end both old and new files are ours, so that a killed run leaves no file behind for ever.
        if !now.is_subset(&self.before) {
            manifest::write(&self.out, &draft, &self.before.union(&now).cloned().collect())?;
        }
        let stale = self.before.difference(&now).filter(|path| self.part.owns(path));
        let (in_the_way, left_over): (Vec<_>, Vec<_>) =
            stale.cloned().partition(|path| is_in_the_way(path, &now));
        let replace = || match self.home {
            None => self.staging.replace(&Journal {
                in_the_way,
                moves: self.staging.moves(&progress.staged)?,
                left_over,
            }),
            Some(_) => Ok(0),
        };
        // A seal is of a file that looks as told: until it is in its place, it says nothing.
        let (removed, ()) = rayon::join(replace, || self.keep_seals(&progress.made, &progress.grown));
        let removed = removed?;
        let others = self.before.iter().filter(|path| !self.part.owns(path)).cloned();
        let now: BTreeSet<String> = now.into_iter().chain(others).collect();
        if now.is_empty() || now != self.before {
            manifest::write(&self.out, &draft, &now)?;
        }
        self.move_in()?;
        Ok(TreeReport { written: progress.staged.len(), unchanged: progress.unchanged, removed })
    }

    /// Tells the next run what the files were made from.
    fn keep_seals(&self, made: &[(String, Made)], grown: &[(String, Look, Parts)]) {
        let Some(book) = &self.book else { return };
        let is_known = |(path, made): &(String, Made)| self.made.get(path) == Some(made);
        if made.len() != self.made.len() || !made.iter().all(is_known) {
            book.write(made);
        }
        grown.iter().for_each(|(path, look, parts)| book.write_parts(path, *look, parts));
    }

    /// Checks `path` and takes it; gives the file it stands for, which is not reached through a link.
    fn admit(&self, path: &str) -> Result<PathBuf, TreeError> {
        self.take(path)?;
        let target = self.out.join(path);
        if self.home.is_none() {
            self.progress().refuse_links(&self.out, &target)?;
        }
        Ok(target)
    }

    /// Checks `path` and takes it.
    fn take(&self, path: &str) -> Result<(), TreeError> {
        path::check(path)?;
        if !self.part.owns(path) {
            let why = "`issues/` is kept for the web copies of issues";
            return Err(TreeError::Path { path: path.to_owned(), why });
        }
        let mut progress = self.progress();
        if let Some(other) = progress.taken.insert(path::folded(path), path.to_owned()) {
            let path = path.to_owned();
            return Err(if other == path {
                TreeError::Twice { path }
            } else {
                TreeError::Collision { path, other }
            });
        }
        Ok(())
    }

    fn count_unchanged(&self) {
        self.progress().unchanged += 1;
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("no thread panics while it holds this")
    }

    /// The number of the next file that is staged.
    fn number(&self) -> usize {
        let mut progress = self.progress();
        progress.next += 1;
        progress.next
    }

    /// The file to write what will be `path` into: where it belongs, if the whole folder is new.
    fn place(&self, path: &str, number: usize) -> Result<PathBuf, TreeError> {
        if self.home.is_none() {
            return Ok(self.staging.file(number));
        }
        let file = self.out.join(path);
        let folder = file.parent().expect("a path below out").to_owned();
        let is_known = folder == self.out || self.progress().plain_folders.contains(&folder);
        if !is_known {
            fs::create_dir_all(&folder).map_err(TreeError::io(&folder, "made"))?;
            self.progress().plain_folders.insert(folder);
        }
        Ok(file)
    }

    /// What an earlier run made at `path` from parts, if it is there as it was.
    fn old(&self, path: &str, target: &Path) -> Option<Old> {
        let book = self.book.as_ref().filter(|_| self.home.is_none())?;
        let parts = book.parts(path, Look::of(target)?)?;
        Old::new(target.to_owned(), &parts).ok()
    }

    /// Puts the whole folder in its place, where it is new.
    fn move_in(&self) -> Result<(), TreeError> {
        let Some(home) = &self.home else { return Ok(()) };
        self.staging.clear()?;
        fs::rename(&self.out, home).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
                TreeError::Busy { path: home.clone() }
            }
            _ => TreeError::io(home, "put in place")(e),
        })
    }
}

impl Drop for TreeWriter {
    fn drop(&mut self) {
        // Nothing to tell anyone here: the next run clears what stays.
        drop(match self.home {
            Some(_) => clear(&self.out),
            None => self.staging.clear(),
        });
    }
}

impl Tree for TreeWriter {
    fn put(&self, artifact: Artifact) -> Result<(), TreeError> {
        Self::put(self, &artifact)
    }

    fn stands(&self, path: &str, seal: Seal) -> Result<Option<u64>, TreeError> {
        let Some(made) = self.made.get(path).filter(|made| made.seal == seal) else { return Ok(None) };
        if Look::of(&self.out.join(path)) != Some(made.look) {
            return Ok(None);
        }
        self.take(path)?;
        let mut progress = self.progress();
        progress.unchanged += 1;
        progress.made.push((path.to_owned(), *made));
        Ok(Some(made.look.octets))
    }

    fn all_stand(&self, folder: &str, seal: Seal) -> Result<bool, TreeError> {
        let made = self.made.iter().filter(|(path, made)| made.seal == seal && path.starts_with(folder));
        let made: Vec<(&String, &Made)> = made.collect();
        let is_there = |(path, made): &(&String, &Made)| Look::of(&self.out.join(path)) == Some(made.look);
        if made.is_empty() || !made.iter().all(is_there) {
            return Ok(false);
        }
        made.iter().try_for_each(|(path, made)| self.stands(path, made.seal).map(drop))?;
        Ok(true)
    }

    fn grow<'a>(&'a self, path: &str) -> Result<Box<dyn Growth + 'a>, TreeError> {
        let target = self.admit(path)?;
        let number = self.number();
        let staged = self.place(path, number)?;
        let file = File::create(&staged).map_err(TreeError::io(&target, "staged"))?;
        let old = self.old(path, &target);
        let draft = Draft { path: path.to_owned(), target, staged, number };
        let file = BufWriter::with_capacity(1 << 16, file);
        Ok(Box::new(Grown { tree: self, draft, file, old, parts: Vec::new(), due: Vec::new(), held: 0 }))
    }
}

/// Whether a stale file keeps a new one from its place: a folder is needed there, or a file where its folder is.
fn is_in_the_way(stale: &str, now: &BTreeSet<String>) -> bool {
    let below = format!("{stale}/");
    let is_needed_as_folder = now.range(below.clone()..).next().is_some_and(|path| path.starts_with(&below));
    is_needed_as_folder || stale.match_indices('/').any(|(at, _)| now.contains(&stale[..at]))
}
