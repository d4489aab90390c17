//! Why a public tree cannot be written.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why the public tree was left as it is.
#[derive(Debug, Error)]
pub enum TreeError {
    #[error("`{path}` is no path in a public tree: {why}")]
    Path { path: String, why: &'static str },
    /// On some file systems the two are one file.
    #[error("`{path}` and `{other}` would be one file: expected names that differ in more than case")]
    Collision { path: String, other: String },
    #[error("two pages want to be `{path}`")]
    Twice { path: String },
    #[error("{}: a link stands where a folder is needed; the tree is not written through links", path.display())]
    Link { path: PathBuf },
    #[error("{}: a file that is not ours stands where `{wanted}` is needed", path.display())]
    Obstacle { path: PathBuf, wanted: String },
    #[error("{}: another run is writing this tree", path.display())]
    Busy { path: PathBuf },
    #[error("{}: cannot be {done}", path.display())]
    Io { path: PathBuf, done: &'static str, source: io::Error },
}

impl TreeError {
    /// Says what was being done to which file.
    pub(in crate::site) fn io(path: &std::path::Path, done: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, done, source }
    }
}
