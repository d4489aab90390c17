//! The list of files we wrote, by which ours are told from the owner's.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::site::tree::{TreeError, path};

pub(in crate::site) const NAME: &str = ".postrider-manifest";
const HEAD: &str = "# Files written by postrider, one a line. Only these are ever removed.\n";

/// Paths of an earlier build; none where there was no build. Lines that are no safe path are passed over.
pub(in crate::site) fn read(out: &Path) -> Result<BTreeSet<String>, TreeError> {
    let file = out.join(NAME);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(paths_in(&text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(e) => Err(TreeError::io(&file, "read")(e)),
    }
}

fn paths_in(text: &str) -> BTreeSet<String> {
    let paths = text.strip_prefix(HEAD).unwrap_or(text).lines();
    paths.filter(|line| path::check(line).is_ok()).map(str::to_owned).collect()
}

/// Puts the list in place through `draft`, durably.
pub(super) fn write(out: &Path, draft: &Path, paths: &BTreeSet<String>) -> Result<(), TreeError> {
    let lines: String = paths.iter().flat_map(|path| [path.as_str(), "\n"]).collect();
    let text = format!("{HEAD}{lines}");
    let target = out.join(NAME);
    if fs::read_to_string(&target).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let write = || -> io::Result<()> {
        let mut file = File::create(draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(draft, &target)
    };
    write().map_err(TreeError::io(&target, "written"))
}
