//! What essay files were read as, from one run to the next: a file that looks as it did is not read again.
//!
//! A record holds a post without its words. It is good for the same program and settings, and for a file with the same size,
//! times and number. A file that was changed less than two seconds before it was read is not recorded: another change could leave it
//! looking the same (some file systems count time so coarsely). What time holds back is read each time. Of an
//! enclosure, the file must look as it did too, and what pictures tell of themselves is kept the same way.
//! Records are MessagePack without names of fields: they are read at every build, all of them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::post::album::Album;
use crate::post::essay::{self, Desk, Essay, Reading};
use crate::post::load::{self, LoadError};
use crate::post::look::{self, Look};
use crate::post::playtime;
use crate::post::remarks::{Flaw, Remarks};
use crate::post::text::{Changed, Digest, Kept, Text, digest_of};
use crate::post::{PostSettings, Posts, Survey, source};

/// Parts the records are kept in, so that one changed essay rewrites little.
const SHARDS: usize = 64;

/// The part with what pictures told of themselves.
const PICTURES: &str = "pictures";

/// Octets of words that are held at once; what is more is read again where it is needed.
const MOST_HELD: usize = 128 << 20;

/// Where records are kept. What cannot be kept costs the next run its time.
pub trait Store: Sync {
    fn read(&self, key: &str) -> Option<Vec<u8>>;
    fn write(&self, key: &str, octets: &[u8]);
}

/// The records an earlier run kept, and those of this one.
pub struct Records<'a> {
    store: &'a dyn Store,
    /// What all of them were read with.
    of: String,
    /// Files changed after this are not recorded: nanoseconds since 1970.
    settled: u64,
    /// What they were read with, then an entry for each essay.
    shards: Vec<Vec<u8>>,
    /// What pictures told of themselves.
    album: Album,
    /// Of this run, without the survey.
    fresh: Vec<Fresh>,
    /// Places of those entries of each shard that are still true.
    true_entries: Vec<Vec<usize>>,
}

/// A record of this run.
struct Fresh {
    shard: usize,
    path: String,
    record: Vec<u8>,
}

/// What is kept of one essay, in a shard.
#[derive(Clone, Copy)]
struct Entry<'a> {
    path: &'a str,
    record: &'a [u8],
    survey: &'a [u8],
}

#[derive(Serialize, Deserialize)]
struct Record {
    look: Look,
    digest: Digest,
    /// Octets of the file's text before the essay.
    skipped: usize,
    essay: Box<Essay>,
    findings: Vec<Flaw>,
}

/// What came of one file.
struct Found {
    reading: Reading,
    /// Shard and place of the entry it came from.
    entry: Option<(usize, usize)>,
    fresh: Option<Fresh>,
}

impl<'a> Records<'a> {
    /// Those that `program` kept in `store`. It is `now`, as file systems count.
    pub fn open(store: &'a dyn Store, program: &str, now: Timestamp) -> Self {
        let settled = look::settled(now);
        let (shards, true_entries) = (vec![Vec::new(); SHARDS], vec![Vec::new(); SHARDS]);
        let album = Album::default();
        Self { store, of: program.to_owned(), settled, shards, album, fresh: Vec::new(), true_entries }
    }

    /// As [`Posts::load`]. Words of essays that have not changed stay in their files until they are asked for.
    ///
    /// # Errors
    ///
    /// As [`Posts::load`].
    pub fn load(
        &mut self,
        posts_dir: &Path,
        shown_as: &Path,
        settings: &PostSettings,
        now: Timestamp,
    ) -> Result<Posts, LoadError> {
        let changed = Changed::default();
        let (found, ()) = rayon::join(|| load::walked(posts_dir, shown_as), || self.read(settings, shown_as));
        let mut posts = load::load(found?, posts_dir, shown_as, settings, now, |found, desk| {
            self.all(posts_dir, &found.essays, desk, &changed)
        })?;
        self.album.look_over(&mut posts, posts_dir, shown_as, self.settled);
        Ok(Posts { changed, ..posts })
    }

    /// All of `essays`, in their order.
    fn all(
        &mut self,
        posts_dir: &Path,
        essays: &[PathBuf],
        desk: Desk<'_>,
        changed: &Changed,
    ) -> Result<Vec<Reading>, LoadError> {
        let (known, held) = (self.known(), AtomicUsize::new(0));
        let shelf = Shelf { known, posts_dir: posts_dir.into(), changed, desk, held };
        let all = essays.par_iter().map(|path| shelf.reading(path, self.settled));
        let all = all.collect::<Result<Vec<Found>, LoadError>>()?;
        let mut readings = Vec::with_capacity(all.len());
        for Found { reading, entry, fresh } in all {
            entry.iter().for_each(|(shard, entry)| self.true_entries[*shard].push(*entry));
            self.fresh.extend(fresh);
            readings.push(reading);
        }
        Ok(readings)
    }

    /// Keeps what this run read, with what is known of `posts` now.
    pub fn keep(self, posts: &Posts) {
        let fresh: HashSet<&str> = self.fresh.iter().map(|fresh| fresh.path.as_str()).collect();
        let posts = posts.published.par_iter().filter_map(|post| Some((post.source.to_str()?, post)));
        // Where nothing was rendered nobody has asked for them yet.
        let surveys =
            posts.filter(|(path, _)| fresh.contains(path)).map(|(path, post)| (path, post.survey()));
        let surveys: HashMap<&str, &Survey> = surveys.collect();
        (0..SHARDS).into_par_iter().for_each(|shard| self.keep_shard(shard, &surveys));
        if let Some(album) = self.album.changed() {
            let mut kept = Vec::with_capacity(album.len() + 128);
            push(&mut kept, self.of.as_bytes());
            kept.extend(album);
            self.store.write(PICTURES, &kept);
        }
    }

    fn keep_shard(&self, shard: usize, surveys: &HashMap<&str, &Survey>) {
        let fresh: Vec<&Fresh> = self.fresh.iter().filter(|fresh| fresh.shard == shard).collect();
        let entries = entries(&self.shards[shard]);
        let true_entries = &self.true_entries[shard];
        if fresh.is_empty() && entries.len() == true_entries.len() {
            return;
        }
        let mut kept = Vec::new();
        push(&mut kept, self.of.as_bytes());
        true_entries.iter().for_each(|at| entries[*at].push_to(&mut kept));
        for Fresh { path, record, .. } in fresh {
            let survey = surveys.get(path.as_str()).and_then(|survey| rmp_serde::to_vec(survey).ok());
            survey.iter().for_each(|survey| Entry { path, record, survey }.push_to(&mut kept));
        }
        self.store.write(&key(shard), &kept);
    }

    /// Reads what is kept, but for what was read with other settings or by another program.
    fn read(&mut self, settings: &PostSettings, shown_as: &Path) {
        let of = format!("{} {} {settings:?}", self.of, shown_as.display());
        self.of = HEXLOWER.encode(&digest_of(of.as_bytes()));
        let (of, store) = (self.of.as_bytes(), self.store);
        let is_of = |shard: &Vec<u8>| pop(shard).is_some_and(|(first, _)| first == of);
        let read = |shard| store.read(&key(shard)).filter(is_of).unwrap_or_default();
        self.shards = (0..SHARDS).into_par_iter().map(read).collect();
        let album = store.read(PICTURES).filter(is_of);
        let album = album.as_deref().and_then(pop).map(|(_, album)| Album::of(album));
        self.album = album.unwrap_or_default();
    }

    /// Entries by path, each with its shard and its place there.
    fn known(&self) -> HashMap<&str, (usize, usize, Entry<'_>)> {
        let all: Vec<_> = self.shards.iter().map(|shard| entries(shard)).collect();
        let mut known = HashMap::with_capacity(all.iter().map(Vec::len).sum());
        for (shard, entries) in all.into_iter().enumerate() {
            known.extend(entries.into_iter().enumerate().map(|(at, entry)| (entry.path, (shard, at, entry))));
        }
        known
    }
}

impl<'a> Entry<'a> {
    fn push_to(self, out: &mut Vec<u8>) {
        [self.path.as_bytes(), self.record, self.survey].into_iter().for_each(|part| push(out, part));
    }

    /// The first entry of `octets`, and what follows it.
    fn pop(octets: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (path, octets) = pop(octets)?;
        let (record, octets) = pop(octets)?;
        let (survey, octets) = pop(octets)?;
        Some((Self { path: str::from_utf8(path).ok()?, record, survey }, octets))
    }
}

/// The entries of a shard, as far as they make sense.
fn entries(shard: &[u8]) -> Vec<Entry<'_>> {
    let rest = pop(shard).map(|(_, rest)| rest);
    std::iter::successors(rest.and_then(Entry::pop), |(_, rest)| Entry::pop(rest))
        .map(|(entry, _)| entry)
        .collect()
}

/// Adds `part` with its length.
fn push(out: &mut Vec<u8>, part: &[u8]) {
    out.extend((part.len() as u64).to_le_bytes());
    out.extend(part);
}

/// The part that `octets` begin with, and what follows it.
fn pop(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = octets.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

/// What files are looked up in.
struct Shelf<'a> {
    known: HashMap<&'a str, (usize, usize, Entry<'a>)>,
    posts_dir: Arc<Path>,
    changed: &'a Changed,
    desk: Desk<'a>,
    /// Octets of words that are held.
    held: AtomicUsize,
}

impl Shelf<'_> {
    fn reading(&self, path: &Path, settled: u64) -> Result<Found, LoadError> {
        let file = self.posts_dir.join(path);
        let look = Look::at(&file);
        if let Some((reading, entry)) = look.and_then(|look| self.recorded(path, look)) {
            return Ok(Found { reading, entry: Some(entry), fresh: None });
        }
        let octets =
            fs::read(&file).map_err(|cause| LoadError::Io { path: self.desk.shown_as.join(path), cause })?;
        let mut reading = essay::read(path, &octets, self.desk);
        playtime::measure(&mut reading, &self.posts_dir, self.desk.assets);
        let Some(place) = reading.essay.as_ref().and_then(|essay| Place::of(essay, &octets)) else {
            return Ok(Found { reading, entry: None, fresh: None });
        };
        // One that changed while it was read looks otherwise, or has not settled.
        let look = look.filter(|look| look.is_settled(settled));
        let fresh = look.and_then(|look| fresh(&reading, &place, look, settled));
        let is_held = self.held.fetch_add(octets.len(), Ordering::Relaxed) < MOST_HELD;
        if let Some(essay) = reading.essay.as_mut().filter(|_| !is_held) {
            essay.post.body.put(self.kept(path, place));
        }
        Ok(Found { reading, entry: None, fresh })
    }

    fn kept(&self, path: &Path, place: Place) -> Text {
        let Place { digest, skipped } = place;
        let (posts_dir, changed) = (Arc::clone(&self.posts_dir), Arc::clone(self.changed));
        Text::Kept(Kept { posts_dir, path: path.to_owned(), digest, skipped, changed })
    }

    /// The file at `path` as it was read when it looked like `look`, and where that stands.
    fn recorded(&self, path: &Path, look: Look) -> Option<(Reading, (usize, usize))> {
        let (shard, at, Entry { record, survey, .. }) = *self.known.get(path.to_str()?)?;
        let Record { mut essay, findings, digest, skipped, .. } =
            rmp_serde::from_slice(record).ok().filter(|record: &Record| record.look == look)?;
        if essay.post.source != path
            || essay.post.published.timestamp() > self.desk.now
            || !essay.stands(&self.posts_dir, self.desk.assets)
        {
            return None;
        }
        let survey: Survey = rmp_serde::from_slice(survey).ok()?;
        essay.post.survey.get_or_init(|| survey);
        essay.post.body.put(self.kept(path, Place { digest, skipped }));
        let remarks = Remarks { findings, ..Remarks::default() };
        Some((Reading { path: path.to_owned(), essay: Some(essay), remarks }, (shard, at)))
    }
}

/// Where the words of an essay are in its file.
struct Place {
    digest: Digest,
    skipped: usize,
}

impl Place {
    fn of(essay: &Essay, octets: &[u8]) -> Option<Self> {
        let skipped = source::length(octets).checked_sub(essay.post.body.source().len())?;
        Some(Self { digest: digest_of(octets), skipped })
    }
}

/// The record of a file; none where time tells what it is read as, or a recording was changed a moment ago.
fn fresh(reading: &Reading, place: &Place, look: Look, settled: u64) -> Option<Fresh> {
    let essay = reading.essay.as_ref().filter(|essay| essay.hold.is_none())?;
    if essay.attached.as_ref().is_some_and(|attached| !attached.is_settled(settled)) {
        return None;
    }
    let path = reading.path.to_str()?.to_owned();
    let Place { digest, skipped } = *place;
    let record = RecordOf { look, digest, skipped, essay, findings: &reading.remarks.findings };
    let record = rmp_serde::to_vec(&record).ok()?;
    Some(Fresh { shard: shard_of(&path), path, record })
}

/// A [`Record`] that is written.
#[derive(Serialize)]
struct RecordOf<'a> {
    look: Look,
    digest: Digest,
    skipped: usize,
    essay: &'a Essay,
    findings: &'a [Flaw],
}

fn shard_of(path: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    (hasher.finish() % SHARDS as u64) as usize
}

fn key(shard: usize) -> String {
    format!("{shard:02}")
}

#[cfg(test)]
pub(super) mod tests;
