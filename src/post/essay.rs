//! One essay's octets become one post, or everything that is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::post::assemble::{File, assemble};
use crate::post::attached::Attached;
use crate::post::crossings::Crossing;
use crate::post::file_name::{self, FileName};
use crate::post::matter::{self, Entry};
use crate::post::names::{self, Meaning};
use crate::post::remarks::{Flaw, Remarks};
use crate::post::source::{self, Front};
use crate::post::translations::Kin;
use crate::post::{Format, Hold, Post, PostSettings, dates, fields};

/// What every essay is read with.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub settings: &'a PostSettings,
    pub now: Timestamp,
    /// The posts folder as a person would type it.
    pub shown_as: &'a Path,
    /// Files an enclosure may be, with their octets.
    pub assets: &'a BTreeMap<PathBuf, u64>,
}

/// What came of one file.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// Path below the posts folder.
    pub path: PathBuf,
    /// None where a fault stands in the way. Boxed, for it is handed on several times.
    pub essay: Option<Box<Essay>>,
    pub remarks: Remarks,
}

/// A post, what holds it back, and where in its file the things stand that must be unique.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Essay {
    pub post: Post,
    #[serde(skip)]
    pub hold: Option<Hold>,
    /// 0 where it stands in no line.
    pub id_line: usize,
    pub slug_line: usize,
    /// One for each alias.
    pub alias_lines: Vec<usize>,
    /// Links to what lies beside it.
    pub crossings: Vec<Crossing>,
    /// What it says of its translations.
    pub kin: Kin,
    /// What its enclosure was found to be, if it names one.
    pub attached: Option<Attached>,
}

impl Essay {
    /// Whether other files, of `assets` below `folder`, tell what they told of its enclosure.
    pub fn stands(&self, folder: &Path, assets: &BTreeMap<PathBuf, u64>) -> bool {
        let (Some(attached), Some(enclosure)) = (&self.attached, &self.post.enclosure) else { return true };
        attached.stands(&self.post.source, &enclosure.url, folder, assets)
    }
}

/// Reads the file at `path` below the posts folder.
pub(super) fn read(path: &Path, bytes: &[u8], desk: Desk<'_>) -> Reading {
    let mut remarks = Remarks::default();
    let essay = read_with(path, bytes, desk, &mut remarks).filter(|_| remarks.faults.is_empty());
    Reading { path: path.to_owned(), essay: essay.map(Box::new), remarks }
}

fn read_with(path: &Path, bytes: &[u8], desk: Desk<'_>, remarks: &mut Remarks) -> Option<Essay> {
    if path.to_str().is_none() {
        remarks.fault(Flaw::new(0, "expected a file name in UTF-8").with_help("rename the file"));
        return None;
    }
    let text = remarks.expect(source::decode(bytes))?;
    let source = remarks.expect(source::split(&text))?;
    let entries = match source.front {
        Some(front) => front_matter(front, desk, remarks)?,
        None => Vec::new(),
    };
    let file = File {
        path,
        name: FileName::of(path),
        format: file_name::format(path).unwrap_or(Format::Markdown),
        has_front: source.front.is_some(),
        text: source.body,
        first_line: 1 + text[..text.len() - source.body.len()].matches('\n').count(),
    };
    let fields = fields::read(&entries, &desk.settings.zone, remarks);
    assemble(file, fields, desk, remarks)
}

fn front_matter(front: Front<'_>, desk: Desk<'_>, remarks: &mut Remarks) -> Option<Vec<Entry>> {
    let flaws = match matter::parse(front) {
        Ok(entries) => return Some(entries),
        Err(flaws) => flaws,
    };
    for flaw in flaws {
        remarks.fault(unquoted_date(front, flaw.line, desk).unwrap_or(flaw));
    }
    None
}

/// A bare `date = 2026/03/01` is no TOML at all, but what is wrong with it is the date.
fn unquoted_date(front: Front<'_>, line: usize, desk: Desk<'_>) -> Option<Flaw> {
    let written = front.text.lines().nth(line.checked_sub(front.first_line)?)?;
    let (key, value) = written.split_once('=')?;
    let (key, value) = (key.trim(), value.split('#').next()?.trim());
    let (meaning, _) = names::meaning(key)?;
    if !matches!(meaning, Meaning::Date | Meaning::Updated) || value.starts_with(['"', '\'']) {
        return None;
    }
    dates::parse(value, &desk.settings.zone).err().map(|why| fields::bad_date(line, key, &why))
}

#[cfg(test)]
pub(super) mod tests;
