//! The posts folder becomes [`Posts`]: every file read in parallel, the result in one order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;
use thiserror::Error;

use crate::post::album::Album;
use crate::post::crossings::{Crossing, To};
use crate::post::essay::{self, Desk, Essay, Reading};
use crate::post::walk::{self, Found, WalkError};
use crate::post::{
    Directory, Fault, Held, Post, PostId, PostSettings, Posts, Slug, Translations, Unpublished, dead_ends,
    playtime, translations, unique,
};

/// Why a posts folder gives no posts.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Posts have faults: all of all files, in order of file and line.
    #[error("{}", count(.0))]
    Faults(Vec<Fault>),
    /// A file or folder cannot be read.
    #[error("{}: cannot be read", path.display())]
    Io {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
}

fn count(faults: &[Fault]) -> String {
    let mut files: Vec<&Path> = faults.iter().map(|fault| fault.file.as_path()).collect();
    files.dedup();
    let s = |n: usize| if n == 1 { "" } else { "s" };
    format!("{} fault{} in {} post{}", faults.len(), s(faults.len()), files.len(), s(files.len()))
}

impl Posts {
    /// Reads every essay below `posts_dir`. In messages the folder is called `shown_as`.
    ///
    /// What is dated after `now` is held back, as drafts are. Hidden files, editors' copies (`x.md~`),
    /// `README.md` and `_index.md` are passed over, and symbolic links that lead out of the folder.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or if any post has a fault: then all faults of all posts.
    pub fn load(
        posts_dir: &Path,
        shown_as: &Path,
        settings: &PostSettings,
        now: Timestamp,
    ) -> Result<Self, LoadError> {
        let found = walked(posts_dir, shown_as)?;
        let read = |found: &Found, desk: Desk<'_>| read_all(posts_dir, found, desk);
        let mut posts = load(found, posts_dir, shown_as, settings, now, read)?;
        Album::default().look_over(&mut posts, posts_dir, shown_as, 0);
        Ok(posts)
    }

    /// What one file at `path` below the posts folder comes to by itself. Nothing is read.
    ///
    /// # Errors
    ///
    /// [`LoadError::Faults`] if the post has any.
    pub fn of_file(
        path: &Path,
        octets: &[u8],
        settings: &PostSettings,
        now: Timestamp,
    ) -> Result<Self, LoadError> {
        let (found, shown_as) = (Found::default(), Path::new("posts"));
        let desk = Desk { settings, now, shown_as, assets: &found.assets };
        gather(vec![essay::read(path, octets, desk)], &found, desk)
    }
}

/// What lies below `posts_dir`.
pub(super) fn walked(posts_dir: &Path, shown_as: &Path) -> Result<Found, LoadError> {
    walk::walk(posts_dir).map_err(|error| unreadable(shown_as, error))
}

/// Posts of what `read` makes of the essays that are `found`, with what only other files can tell of them. Pictures are not
/// looked at.
pub(super) fn load(
    found: Found,
    posts_dir: &Path,
    shown_as: &Path,
    settings: &PostSettings,
    now: Timestamp,
    read: impl FnOnce(&Found, Desk<'_>) -> Result<Vec<Reading>, LoadError>,
) -> Result<Posts, LoadError> {
    let desk = Desk { settings, now, shown_as, assets: &found.assets };
    let mut readings = read(&found, desk)?;
    readings.par_iter_mut().for_each(|reading| playtime::measure(reading, posts_dir, &found.assets));
    gather(readings, &found, desk)
}

pub(super) fn unreadable(shown_as: &Path, error: WalkError) -> LoadError {
    LoadError::Io { path: shown_as.components().chain(error.path.components()).collect(), cause: error.cause }
}

/// Every essay that was found, in order of path.
pub(super) fn read_all(posts_dir: &Path, found: &Found, desk: Desk<'_>) -> Result<Vec<Reading>, LoadError> {
    found.essays.par_iter().map(|path| read_file(posts_dir, path, desk)).collect()
}

fn read_file(posts_dir: &Path, path: &Path, desk: Desk<'_>) -> Result<Reading, LoadError> {
    let bytes = fs::read(posts_dir.join(path))
        .map_err(|cause| LoadError::Io { path: desk.shown_as.join(path), cause })?;
    Ok(essay::read(path, &bytes, desk))
}

fn gather(readings: Vec<Reading>, found: &Found, desk: Desk<'_>) -> Result<Posts, LoadError> {
    let shown_as = desk.shown_as;
    let (mut faults, mut findings, mut essays) = (Vec::new(), Vec::new(), Vec::new());
    let links = found.findings.iter().map(|(path, flaw)| flaw.clone().in_file(shown_as.join(path)));
    findings.extend(links);
    for Reading { path, essay, remarks } in readings {
        faults.extend(remarks.faults.into_iter().map(|flaw| flaw.in_file(shown_as.join(&path))));
        findings.extend(remarks.findings.into_iter().map(|flaw| flaw.in_file(shown_as.join(&path))));
        essays.extend(essay);
    }
    let all: Vec<&Essay> = essays.iter().map(Box::as_ref).collect();
    let sets = sets(&all, &mut faults, shown_as);
    sort(&mut faults);
    if !faults.is_empty() {
        return Err(LoadError::Faults(faults));
    }
    let directory = directory(&all);
    findings.extend(dead_ends::findings(&all, &found.assets, &directory, shown_as));
    sort(&mut findings);
    let (published, held) = published(essays.into_iter(), desk.settings.unpublished);
    let translations = Translations::new(sets, &published);
    let assets = found.assets.keys().cloned().collect();
    Ok(Posts { published, held, assets, findings, translations, directory, ..Posts::default() })
}

/// The posts that are out by their names, where any essay calls one by name.
fn directory(essays: &[&Essay]) -> Directory {
    let is_name = |crossing: &Crossing| matches!(crossing.to, To::Name(_));
    if !essays.iter().flat_map(|essay| &essay.crossings).any(is_name) {
        return Directory::default();
    }
    Directory::new(essays.iter().filter(|essay| essay.hold.is_none()).map(|essay| &essay.post))
}

/// Which essays are one in several languages, once there is no other fault: what was not read cannot be found.
fn sets(essays: &[&Essay], faults: &mut Vec<Fault>, shown_as: &Path) -> Vec<Vec<PostId>> {
    faults.extend(unique::faults(essays, shown_as));
    if !faults.is_empty() {
        return Vec::new();
    }
    let sets = translations::sets(essays, shown_as);
    sets.unwrap_or_else(|impossible| {
        faults.extend(impossible);
        Vec::new()
    })
}

/// Puts `faults` in order of file and line.
pub(super) fn sort(faults: &mut [Fault]) {
    faults.sort_by(|a, b| (&a.file, a.line, &a.what).cmp(&(&b.file, b.line, &b.what)));
}

/// The posts that are out, the newest first, and what is held back.
fn published(essays: impl Iterator<Item = Box<Essay>>, unpublished: Unpublished) -> (Vec<Post>, Vec<Held>) {
    let (mut out, mut held) = (Vec::new(), Vec::new());
    for essay in essays {
        let Post { source, title, .. } = &essay.post;
        let why = essay.hold.clone();
        held.extend(why.map(|why| Held { source: source.clone(), title: title.clone(), why }));
        if essay.hold.is_none() || unpublished == Unpublished::Shown {
            out.push(essay);
        }
    }
    let place = |post: &Post| Reverse(post.published.timestamp());
    out.sort_by(|a, b| (place(&a.post), &a.post.id).cmp(&(place(&b.post), &b.post.id)));
    let mut published: Vec<Post> = out.into_iter().map(|essay| essay.post).collect();
    agree_on_tag_names(&mut published);
    (published, held)
}

/// Gives a tag one name, however differently posts spell it: the spelling most used, then the newest.
fn agree_on_tag_names(posts: &mut [Post]) {
    let mut names: HashMap<&Slug, &str> = HashMap::new();
    let mut tags = posts.iter().flat_map(|post| &post.tags);
    if tags.all(|tag| *names.entry(&tag.slug).or_insert(&tag.name) == tag.name) {
        return;
    }
    let mut spellings: BTreeMap<_, Vec<(String, usize)>> = BTreeMap::new();
    for tag in posts.iter().flat_map(|post| &post.tags) {
        let known = spellings.entry(tag.slug.clone()).or_default();
        match known.iter_mut().find(|(name, _)| *name == tag.name) {
            Some((_, uses)) => *uses += 1,
            None => known.push((tag.name.clone(), 1)),
        }
    }
    // A stable sort keeps the newest spelling first among equals.
    spellings.values_mut().for_each(|known| known.sort_by_key(|(_, uses)| Reverse(*uses)));
    for tag in posts.iter_mut().flat_map(|post| &mut post.tags) {
        tag.name.clone_from(&spellings[&tag.slug][0].0);
    }
}

#[cfg(test)]
mod tests;
