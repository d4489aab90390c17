//! Two editions of one publication: all that can change between two builds does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::essays::essays;

const SEED: u64 = 20_261_125;
/// Longer essays take longer to build and tell no more here.
const LONGEST: usize = 4_000;

/// Files by path below the publication's folder.
pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    Old,
    New,
}

impl Edition {
    pub fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }

    /// What the author has in this edition: other texts, other posts, other files beside them.
    pub fn files(self) -> Files {
        let word = self.word();
        let mut files = Files::new();
        let config = format!(
            "[publication]\nurl = \"https://letters.example/\"\ntitle = \"Letters, {word}\"\nlanguage = \"en\"\n\
             time_zone = \"Asia/Kathmandu\"\nauthor = \"Ada\"\n"
        );
        files.insert("config.toml".to_owned(), config.into());
        let short = essays(SEED).into_iter().filter(|essay| essay.text.len() < LONGEST);
        for (number, essay) in short.enumerate() {
            // Each edition lacks some of the other's.
            if number % 7 != usize::from(self == Self::New) {
                files.insert(format!("posts/{}", essay.path), format!("{}\n\n{word}.", essay.text).into());
            }
        }
        files.insert("posts/picture.png".to_owned(), picture(self));
        files.insert(format!("posts/{word}.bin"), word.repeat(100_000).into());
        // A file where the other edition has a folder.
        let place = if self == Self::Old { "posts/place" } else { "posts/place/within.bin" };
        files.insert(place.to_owned(), word.into());
        files
    }

    /// Writes this edition into `root` in place of whatever is there; `is_backwards` is the order in which files come.
    pub fn write(self, root: &Path, is_backwards: bool) {
        let posts = root.join("posts");
        if posts.exists() {
            fs::remove_dir_all(&posts).unwrap();
        }
        let files = self.files();
        let write = |(path, octets): (&String, &Vec<u8>)| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, octets).unwrap();
        };
        match is_backwards {
            false => files.iter().for_each(write),
            true => files.iter().rev().for_each(write),
        }
    }
}

/// The head of a picture, which tells its size, and enough behind it to be written in several pieces.
fn picture(edition: Edition) -> Vec<u8> {
    let mut octets = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x20\x08\x06\0\0\0".to_vec();
    octets.extend(edition.word().bytes().cycle().take(300_000));
    octets
}

/// Every file below `folder`.
pub fn tree(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below)).unwrap().map(Result::unwrap) {
            let path = below.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(path),
                false => {
                    let octets = fs::read(entry.path()).unwrap();
                    files.insert(path.to_str().unwrap().to_owned(), octets);
                }
            }
        }
    }
    files
}

/// What visitors see of `files`.
pub fn public(mut files: Files) -> Files {
    files.retain(|path, _| !path.starts_with(".postrider-"));
    files
}

/// The first path at which two trees differ.
pub fn difference(one: &Files, other: &Files) -> Option<String> {
    let paths = one.keys().chain(other.keys());
    paths.filter(|path| one.get(*path) != other.get(*path)).min().cloned()
}
