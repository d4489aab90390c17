//! What lies below the posts folder: essays, and the files they show.
//!
//! Essays end in `.md`, `.markdown` or `.txt`. Passed over: hidden files and folders, copies that editors
//! leave (`on-maps.md~`), and notes about a folder rather than essays (`README.md`, `_index.md`). A symbolic
//! link to a file inside the posts folder is followed; every other link is named and left alone, so that
//! nothing outside is published by accident.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::post::file_name;
use crate::post::remarks::Flaw;

/// The files below the posts folder, by paths below it.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In order of path.
    pub essays: Vec<PathBuf>,
    /// Other files with their octets.
    pub assets: BTreeMap<PathBuf, u64>,
    /// What was not followed, and why.
    pub findings: Vec<(PathBuf, Flaw)>,
}

/// Where reading a folder stopped.
#[derive(Debug)]
pub(super) struct WalkError {
    /// Below the posts folder.
    pub path: PathBuf,
    pub cause: io::Error,
}

/// Lists everything below `root`.
pub(super) fn walk(root: &Path) -> Result<Found, WalkError> {
    let real = fs::canonicalize(root).map_err(|cause| WalkError { path: PathBuf::new(), cause })?;
    let mut found = Found::default();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let fail = |cause| WalkError { path: folder.clone(), cause };
        for entry in fs::read_dir(real.join(&folder)).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let path = folder.join(entry.file_name());
            let kind = entry.file_type().map_err(fail)?;
            if is_passed_over(&path) {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                found.file(path, || entry.metadata().map(|metadata| metadata.len())).map_err(fail)?;
            } else if kind.is_symlink() {
                found.link(&real, path).map_err(fail)?;
            }
        }
    }
    found.essays.par_sort_unstable();
    Ok(found)
}

impl Found {
    fn file(&mut self, path: PathBuf, octets: impl FnOnce() -> io::Result<u64>) -> io::Result<()> {
        match file_name::format(&path) {
            Some(_) => self.essays.push(path),
            None => drop(self.assets.insert(path, octets()?)),
        }
        Ok(())
    }

    fn link(&mut self, real: &Path, path: PathBuf) -> io::Result<()> {
        let target = fs::canonicalize(real.join(&path));
        let metadata = target.as_ref().ok().and_then(|target| fs::metadata(target).ok());
        let what = match (target, metadata) {
            (Ok(target), Some(metadata)) if metadata.is_file() && target.starts_with(real) => {
                return self.file(path, || Ok(metadata.len()));
            }
            (Ok(target), Some(_)) if !target.starts_with(real) => "leads out of the posts folder",
            (Ok(_), Some(_)) => "leads to a folder",
            _ => "leads nowhere",
        };
        let flaw = Flaw::new(0, format!("this symbolic link {what}, so it was not followed"));
        self.findings.push((path, flaw.with_help("put the file itself here")));
        Ok(())
    }
}

/// Whether the file or folder is none of the essays and none of what they show.
pub(super) fn is_passed_over(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let is_note = file_name::format(path).is_some()
        && ["readme", "_index"].iter().any(|note| name.split('.').next() == Some(note));
    name.starts_with('.') || name.ends_with('~') || is_note
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "four").unwrap();
        }
        root
    }

    #[test]
    fn essays_and_assets_are_told_apart() {
        let root = folder(&[
            "b.md",
            "a/index.MARKDOWN",
            "a/map.png",
            "c.txt",
            "README.md",
            "a/_index.ja.md",
            ".hidden.md",
            ".git/x.md",
            "b.md~",
            "data.json",
        ]);
        let found = walk(root.path()).unwrap();
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(found.essays, paths(&["a/index.MARKDOWN", "b.md", "c.txt"]));
        assert_eq!(
            found.assets.into_iter().collect::<Vec<_>>(),
            [(PathBuf::from("a/map.png"), 4), (PathBuf::from("data.json"), 4)]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_not_followed() {
        let outside = folder(&["secret.md"]);
        let root = folder(&["a.md", "folder/b.md"]);
        let link = |to: PathBuf, name: &str| std::os::unix::fs::symlink(to, root.path().join(name)).unwrap();
        link(outside.path().join("secret.md"), "out.md");
        link(outside.path().to_owned(), "outside");
        link(root.path().join("folder"), "again");
        link(PathBuf::from("gone.md"), "gone.png");
        link(PathBuf::from("a.md"), "inside.md");
        let found = walk(root.path()).unwrap();
        assert_eq!(found.essays, ["a.md", "folder/b.md", "inside.md"].map(PathBuf::from));
        assert!(found.assets.is_empty());
        let mut said: Vec<String> =
            found.findings.iter().map(|(path, flaw)| format!("{}: {}", path.display(), flaw.what)).collect();
        said.sort();
        assert_eq!(
            said,
            [
                "again: this symbolic link leads to a folder, so it was not followed",
                "gone.png: this symbolic link leads nowhere, so it was not followed",
                "out.md: this symbolic link leads out of the posts folder, so it was not followed",
                "outside: this symbolic link leads out of the posts folder, so it was not followed",
            ]
        );
    }
}
