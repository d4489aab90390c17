//! The folder `.postrider/cache/` at a publication's root, and how entries get in and out of it.
//!
//! An entry is written aside and renamed, and it begins with a digest of the rest: whatever a killed run, a
//! full disk or a power cut leaves behind is read as no entry at all. Programs that make copies know the folder
//! by its `CACHEDIR.TAG` (the Cache Directory Tagging Specification) and leave it out; git by its `.gitignore`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::post::Store;
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

/// Below the publication's root.
const FOLDER: &str = ".postrider";

/// The first line is the one that the specification asks for.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55
# What postrider keeps from one build to the next. Deleting it is harmless.
";

/// The cache of one publication.
#[derive(Clone, Debug)]
pub struct CacheFolder {
    path: PathBuf,
}

impl CacheFolder {
    /// Opens the cache of the publication at `root`, made if there is none.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made, such as on a medium that cannot be written.
    pub fn open(root: &Path) -> io::Result<Self> {
        let own = root.join(FOLDER);
        let path = own.join("cache");
        fs::create_dir_all(&path)?;
        put_once(&own.join(".gitignore"), "*\n")?;
        put_once(&path.join("CACHEDIR.TAG"), TAG)?;
        Ok(Self { path })
    }

    /// The cache of the publication at `root`, if there is one.
    pub fn found(root: &Path) -> Option<Self> {
        let path = root.join(FOLDER).join("cache");
        path.is_dir().then_some(Self { path })
    }

    /// The entries of one kind. `kind` carries the version of whatever makes them, such as `webp-1`.
    ///
    /// # Errors
    ///
    /// If its folder cannot be made.
    pub fn shelf(&self, kind: &str) -> io::Result<Shelf> {
        let path = self.path.join(kind);
        fs::create_dir_all(&path)?;
        Ok(Shelf { path, aside: AtomicU64::new(0) })
    }
}

/// Entries of one kind, by key. Several threads, and several runs, may use one at a time.
#[derive(Debug)]
pub struct Shelf {
    path: PathBuf,
    /// Counts the files this run has written aside.
    aside: AtomicU64,
}

impl Shelf {
    /// The entry `key`, if it is there and whole.
    pub fn read(&self, key: &str) -> Option<Vec<u8>> {
        let mut entry = fs::read(self.file(key)).ok()?;
        let (seal, content) = entry.split_at_checked(SHA256_OUTPUT_LEN)?;
        if digest(&SHA256, content).as_ref() != seal {
            return None;
        }
        entry.drain(..SHA256_OUTPUT_LEN);
        Some(entry)
    }

    /// Whether there is an entry `key`. Whether it is whole, only reading tells.
    pub fn holds(&self, key: &str) -> bool {
        self.file(key).is_file()
    }

    /// Keeps `content` as `key`, a name of letters, digits, `-` and `.`.
    ///
    /// # Errors
    ///
    /// If it cannot be written. What was there stays.
    pub fn write(&self, key: &str, content: &[u8]) -> io::Result<()> {
        let file = self.file(key);
        let number = self.aside.fetch_add(1, Ordering::Relaxed);
        let aside = self.path.join(format!(".{}-{number}", process::id()));
        let entry = [digest(&SHA256, content).as_ref(), content].concat();
        let folder = file.parent().expect("a file of a shelf lies in one of its folders");
        let written = fs::create_dir_all(folder)
            .and_then(|()| fs::write(&aside, entry))
            .and_then(|()| fs::rename(&aside, &file));
        written.inspect_err(|_| drop(fs::remove_file(&aside)))
    }

    /// Folders of at most some thousand files each: keys begin with digits of a digest.
    fn file(&self, key: &str) -> PathBuf {
        let folder = key.get(..2).unwrap_or("short");
        self.path.join(folder).join(key)
    }
}

/// An entry that cannot be written is none the next time.
impl Store for Shelf {
    fn read(&self, key: &str) -> Option<Vec<u8>> {
        Self::read(self, key)
    }

    fn write(&self, key: &str, octets: &[u8]) {
        drop(Self::write(self, key, octets));
    }
}

/// Writes `text` where there is no file yet.
fn put_once(file: &Path, text: &str) -> io::Result<()> {
    if file.exists() { Ok(()) } else { fs::write(file, text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_as_it_was_kept() {
        let root = tempfile::tempdir().unwrap();
        let shelf = CacheFolder::open(root.path()).unwrap().shelf("webp-1").unwrap();
        for content in [&b""[..], b"picture", &[0; 70_000]] {
            shelf.write("00ff-480", content).unwrap();
            let again = CacheFolder::open(root.path()).unwrap().shelf("webp-1").unwrap();
            assert_eq!(again.read("00ff-480").as_deref(), Some(content));
            assert!(again.holds("00ff-480"));
        }
        assert_eq!(shelf.read("00ff-800"), None);
        let other = CacheFolder::open(root.path()).unwrap().shelf("webp-2").unwrap();
        assert_eq!(other.read("00ff-480"), None, "another kind is another shelf");
    }

    #[test]
    fn what_a_power_cut_leaves_is_read_as_nothing() {
        let root = tempfile::tempdir().unwrap();
        let shelf = CacheFolder::open(root.path()).unwrap().shelf("webp-1").unwrap();
        shelf.write("00ff", b"picture").unwrap();
        let file = root.path().join(".postrider/cache/webp-1/00/00ff");
        let whole = fs::read(&file).unwrap();
        for left in [&[][..], &whole[..20], &whole[..whole.len() - 1], &[0; 39]] {
            fs::write(&file, left).unwrap();
            assert_eq!(shelf.read("00ff"), None, "{} octets", left.len());
        }
        shelf.write("00ff", b"picture").unwrap();
        assert_eq!(shelf.read("00ff").as_deref(), Some(&b"picture"[..]));
    }

    #[test]
    fn the_folder_is_known_to_git_and_to_programs_that_make_copies() {
        let root = tempfile::tempdir().unwrap();
        CacheFolder::open(root.path()).unwrap();
        let read = |path| fs::read_to_string(root.path().join(path)).unwrap();
        assert_eq!(read(".postrider/.gitignore"), "*\n");
        assert!(
            read(".postrider/cache/CACHEDIR.TAG")
                .starts_with("Signature: 8a477f597d28d172789f06886806bc55\n")
        );
    }
}
