//! A growing file on its way into a public folder.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::mem;
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;

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
    /// What is to be written next: while others wait for this file, as little as can be.
    pub due: Vec<Due>,
    /// Octets of it that are held.
    pub held: usize,
}

/// Octets of a growing file that are not written yet.
pub(super) enum Due {
    Made(Bytes),
    /// To be copied from the old file.
    Kept(Range<u64>),
}

/// Octets that are held at once.
const MOST_HELD: usize = 1 << 20;

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
    fn keep(&mut self, place: Range<u64>) {
        match self.due.last_mut() {
            Some(Due::Kept(kept)) if kept.end == place.start => kept.end = place.end,
            _ => self.due.push(Due::Kept(place)),
        }
    }

    /// Writes what is due.
    fn write(&mut self) -> Result<(), TreeError> {
        self.held = 0;
        for due in mem::take(&mut self.due) {
            match due {
                Due::Made(octets) => {
                    self.file.write_all(&octets).map_err(TreeError::io(&self.draft.target, "staged"))?;
                }
                Due::Kept(place) => self.copy(place)?,
            }
        }
        Ok(())
    }

    fn copy(&mut self, place: Range<u64>) -> Result<(), TreeError> {
        let octets = place.end - place.start;
        let old = self.old.as_mut().expect("only what is held is kept");
        let mut copy = || -> io::Result<u64> {
            old.file.seek(SeekFrom::Start(place.start))?;
            self.file.flush()?;
            io::copy(&mut (&old.file).take(octets), self.file.get_mut())
        };
        let copied = copy().and_then(|copied| match copied == octets {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        });
        copied.map_err(TreeError::io(&old.path, "read"))
    }
}

impl Growth for Grown<'_> {
    fn holds(&self, seal: Seal) -> bool {
        self.old.as_ref().is_some_and(|old| old.places.contains_key(&seal))
    }

    fn add(&mut self, share: Share) -> Result<(), TreeError> {
        match share {
            Share::Made(octets, seal) => {
                self.parts.push((seal, octets.len() as u64));
                self.held += octets.len();
                self.due.push(Due::Made(octets));
            }
            Share::Kept(seal) => {
                let old = self.old.as_ref().expect("only what is held is kept");
                let place = old.places[&seal].clone();
                self.parts.push((Some(seal), place.end - place.start));
                self.keep(place);
            }
        }
        if self.held > MOST_HELD { self.write() } else { Ok(()) }
    }

    fn end(mut self: Box<Self>, seal: Option<Seal>) -> Result<u64, TreeError> {
        self.write()?;
        self.file.flush().map_err(TreeError::io(&self.draft.target, "staged"))?;
        let Self { tree, draft, parts, .. } = *self;
        let octets = parts.iter().map(|(_, octets)| octets).sum();
        tree.settle(&draft, seal, parts)?;
        Ok(octets)
    }
}
