//! A growing file on its way into a public folder.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;

use crate::site::Seal;
use crate::site::tree::growth::{Growth, Share};
use crate::site::tree::writer::Draft;
use crate::site::tree::{TreeError, TreeWriter};

/// A file that is staged while it grows.
pub(super) struct Grown<'a> {
    pub tree: &'a TreeWriter,
    pub draft: Draft,
    pub file: BufWriter<File>,
    /// What an earlier run made at the same place.
    pub old: Option<Old>,
    /// Seal and octets of each part so far; octets between them have none.
    pub parts: Vec<(Option<Seal>, u64)>,
    /// Octets of the old file that are to be copied next.
    pub kept: Range<u64>,
}

/// A file of an earlier run, and where its parts are in it.
pub(super) struct Old {
    pub path: PathBuf,
    pub file: File,
    pub places: HashMap<Seal, Range<u64>>,
}

impl Old {
    pub(super) fn new(path: PathBuf, parts: &[(Option<Seal>, u64)]) -> io::Result<Self> {
        let (mut places, mut at) = (HashMap::new(), 0);
        for (seal, octets) in parts {
            let place = at..at + octets;
            at = place.end;
            places.extend(seal.map(|seal| (seal, place)));
        }
        Ok(Self { file: File::open(&path)?, path, places })
    }
}

impl Grown<'_> {
    /// Takes the part at `place` of the old file, with those before it if they stood side by side there too.
    fn keep(&mut self, place: Range<u64>) -> Result<(), TreeError> {
        if self.kept.end != place.start {
            self.copy()?;
            self.kept.start = place.start;
        }
        self.kept.end = place.end;
        Ok(())
    }

    /// Copies what is kept and not yet written.
    fn copy(&mut self) -> Result<(), TreeError> {
        let octets = self.kept.end - self.kept.start;
        let Some(old) = self.old.as_mut().filter(|_| octets > 0) else { return Ok(()) };
        let mut copy = || -> io::Result<u64> {
            old.file.seek(SeekFrom::Start(self.kept.start))?;
            self.file.flush()?;
            io::copy(&mut (&old.file).take(octets), self.file.get_mut())
        };
        let copied = copy().and_then(|copied| match copied == octets {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        });
        copied.map_err(TreeError::io(&old.path, "read"))?;
        self.kept = 0..0;
        Ok(())
    }
}

impl Growth for Grown<'_> {
    fn holds(&self, seal: Seal) -> bool {
        self.old.as_ref().is_some_and(|old| old.places.contains_key(&seal))
    }

    fn add(&mut self, share: Share) -> Result<(), TreeError> {
        match share {
            Share::Made(octets, seal) => {
                self.copy()?;
                self.parts.push((seal, octets.len() as u64));
                self.file.write_all(&octets).map_err(TreeError::io(&self.draft.target, "staged"))
            }
            Share::Kept(seal) => {
                let old = self.old.as_ref().expect("only what is held is kept");
                let place = old.places[&seal].clone();
                self.parts.push((Some(seal), place.end - place.start));
                self.keep(place)
            }
        }
    }

    fn end(mut self: Box<Self>, seal: Option<Seal>) -> Result<u64, TreeError> {
        self.copy()?;
        self.file.flush().map_err(TreeError::io(&self.draft.target, "staged"))?;
        let Self { tree, draft, parts, .. } = *self;
        let octets = parts.iter().map(|(_, octets)| octets).sum();
        tree.settle(&draft, seal, parts)?;
        Ok(octets)
    }
}
