//! What essay files were read as, for a program that reads them again and again.
//!
//! A file with the octets it had before is not read into a post again, nor a picture or a recording that looks as it
//! did. All else that makes [`Posts`] of essays is done
//! each time, so that what comes out is what [`Posts::load`] would give.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;

use crate::post::album::Album;
use crate::post::essay::{self, Desk, Reading};
use crate::post::load::{self, LoadError};
use crate::post::look;
use crate::post::playtime;
use crate::post::text::{Digest, digest_of};
use crate::post::walk::Found;
use crate::post::{PostSettings, Posts};

/// Essays as they were read the last time.
#[derive(Debug, Default)]
pub struct Readings {
    /// What they were read with: other settings or other files beside them make other posts.
    of: Option<(PostSettings, BTreeMap<PathBuf, u64>)>,
    known: HashMap<PathBuf, (Digest, Reading)>,
    /// What pictures told of themselves.
    album: Album,
    /// Pictures and recordings changed after this are looked at each time: nanoseconds since 1970.
    settled: u64,
}

impl Readings {
    /// The same when it is `now`, as file systems count. Without that every picture and recording is looked at each
    /// time.
    pub fn at(&mut self, now: Timestamp) -> &mut Self {
        self.settled = look::settled(now);
        self
    }

    /// As [`Posts::load`].
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
        let found = load::walked(posts_dir, shown_as)?;
        let read = |found: &Found, desk: Desk<'_>| self.all(posts_dir, found, desk);
        let mut posts = load::load(found, posts_dir, shown_as, settings, now, read)?;
        self.album.look_over(&mut posts, posts_dir, shown_as, self.settled);
        Ok(posts)
    }

    /// Every essay that was found, in order of path.
    fn all(&mut self, posts_dir: &Path, found: &Found, desk: Desk<'_>) -> Result<Vec<Reading>, LoadError> {
        let settings = desk.settings;
        if !self.of.as_ref().is_some_and(|(known, assets)| known == settings && *assets == found.assets) {
            self.known.clear();
            self.of = Some((settings.clone(), found.assets.clone()));
        }
        let read = found.essays.par_iter().map(|path| self.read(posts_dir, path, desk));
        let read = read.collect::<Result<Vec<_>, _>>()?;
        self.known = read.iter().filter(|(_, reading)| self.is_for_good(reading)).map(known).collect();
        Ok(read.into_iter().map(|(_, reading)| reading).collect())
    }

    /// Whether the file would be read the same later on: time holds nothing of it back, and gives no date to it; a recording
    /// that was changed a moment ago may change once more and look the same.
    fn is_for_good(&self, reading: &Reading) -> bool {
        let Some(essay) = reading.essay.as_ref().filter(|essay| essay.hold.is_none()) else { return false };
        essay.attached.as_ref().is_none_or(|attached| attached.is_settled(self.settled))
    }

    fn read(&self, posts_dir: &Path, path: &Path, desk: Desk<'_>) -> Result<(Digest, Reading), LoadError> {
        let octets = fs::read(posts_dir.join(path))
            .map_err(|cause| LoadError::Io { path: desk.shown_as.join(path), cause })?;
        let found = digest_of(&octets);
        match self.known.get(path) {
            Some((known, reading)) if *known == found && stands(reading, posts_dir, desk) => {
                Ok((found, reading.clone()))
            }
            _ => {
                let mut reading = essay::read(path, &octets, desk);
                playtime::measure(&mut reading, posts_dir, desk.assets);
                Ok((found, reading))
            }
        }
    }
}

fn known((digest, reading): &(Digest, Reading)) -> (PathBuf, (Digest, Reading)) {
    (reading.path.clone(), (*digest, reading.clone()))
}

/// Whether the recording of an essay looks as it did when it was measured.
fn stands(reading: &Reading, posts_dir: &Path, desk: Desk<'_>) -> bool {
    reading.essay.as_ref().is_none_or(|essay| essay.stands(posts_dir, desk.assets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::essay::tests::settings;
    use crate::post::records::tests::recording;

    #[test]
    fn essays_that_are_read_again_are_what_they_would_be_if_read_anew() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(root.path().join(path), text).unwrap();
        let times: [Timestamp; 2] =
            ["2026-11-22T12:00:00Z".parse().unwrap(), "2027-02-01T12:00:00Z".parse().unwrap()];
        let mut readings = Readings::default();
        let mut settings = settings();
        let mut compare = |settings: &PostSettings, now: Timestamp| {
            let again = readings.load(root.path(), Path::new("posts"), settings, now);
            let anew = Posts::load(root.path(), Path::new("posts"), settings, now);
            assert_eq!(format!("{again:?}"), format!("{anew:?}"));
        };
        write("2026-01-01-old.md", "# Old\n\nText");
        write("2027-01-01-future.md", "# Future\n\nText");
        write("draft.md", "+++\ntitle = \"Draft\"\ndraft = true\n+++\n");
        compare(&settings, times[0]);
        write("2026-01-01-old.md", "# Older\n\nText");
        compare(&settings, times[0]);
        compare(&settings, times[1]);
        write("map.png", "png");
        compare(&settings, times[1]);
        settings.lang = "de".parse().unwrap();
        compare(&settings, times[1]);
        write("2026-01-01-old.md", "+++\ntitle = [\n+++\n");
        compare(&settings, times[1]);
        fs::remove_file(root.path().join("2026-01-01-old.md")).unwrap();
        compare(&settings, times[1]);
    }
    #[test]
    fn a_recording_is_measured_again_when_it_looks_otherwise() {
        let root = tempfile::tempdir().unwrap();
        let put = |name: &str, octets: &[u8]| fs::write(root.path().join(name), octets).unwrap();
        let (now, settings) = ("2026-11-22T12:00:00Z".parse().unwrap(), settings());
        let mut readings = Readings::default();
        let mut length = |file_time: &str| {
            let readings = readings.at(file_time.parse().unwrap());
            let posts = readings.load(root.path(), Path::new("posts"), &settings, now).unwrap();
            let is_kept = readings.known.len() == 1;
            (posts.published[0].enclosure.as_ref().unwrap().duration_secs, is_kept)
        };
        put("2026-01-01-heard.md", b"+++\ntitle = \"Heard\"\nenclosure = \"talk.wav\"\n+++\n\nText.\n");
        put("talk.wav", &recording(4, 100));
        assert_eq!(length("1970-01-02T00:00:00Z"), (Some(4), false), "changed a moment ago");
        assert_eq!(length("2200-01-01T00:00:00Z"), (Some(4), true));
        assert_eq!(length("2200-01-01T00:00:00Z"), (Some(4), true));
        put("talk.wav", &recording(2, 200));
        assert_eq!(length("2200-01-01T00:00:00Z"), (Some(2), true), "as many octets");
    }
}
