//! Builds killed with SIGKILL, at times that a seed decides: half of them anywhere, half of them while files are put in
//! place, which is a small part of a build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::chance::Chance;
use crate::shelf::{Edition, Files, difference, public, tree};
use crate::{assert_succeeds, build, clean};

const SEED: u64 = 20_261_124;
/// Each of a first build, and of a build over another edition.
const KILLS: u64 = 28;
/// After so many kills in a row a build is let end.
const PATIENCE: u64 = 4;
/// What the writer keeps for itself in the public folder.
const OWN: [&str; 3] = [".postrider-lock", ".postrider-manifest", ".postrider-staging"];

/// A publication whose builds are killed.
struct Victim {
    root: TempDir,
    out: PathBuf,
    chance: Chance,
    /// How long a build takes that is not killed, and putting its files in place.
    whole: Duration,
    end: Duration,
    old: Files,
    new: Files,
    /// Kills that came while files were put in place.
    hits: u64,
}

impl Victim {
    fn new(name: &str) -> Self {
        let root = TempDir::new().unwrap();
        let out = root.path().join("public");
        let mut victim = Self {
            out,
            root,
            chance: Chance::of(SEED, name),
            whole: Duration::ZERO,
            end: Duration::ZERO,
            old: clean(Edition::Old),
            new: clean(Edition::New),
            hits: 0,
        };
        Edition::Old.write(victim.root.path(), false);
        let begun = Instant::now();
        let mut child = victim.started();
        victim.await_end_phase(&mut child);
        let end = Instant::now();
        child.wait().unwrap();
        (victim.whole, victim.end) = (begun.elapsed(), end.elapsed());
        victim
    }

    fn clean(&self, edition: Edition) -> &Files {
        if edition == Edition::Old { &self.old } else { &self.new }
    }

    fn started(&self) -> Child {
        build(self.root.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Waits until the list of files is written, after which files are put in place; or the build is over.
    fn await_end_phase(&self, child: &mut Child) {
        let list = self.out.join(OWN[1]);
        let changed = || fs::metadata(&list).and_then(|list| list.modified()).ok();
        let before = changed();
        while changed() == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Starts a build and kills it.
    fn kill_one(&mut self, is_at_end: bool) {
        let mut child = self.started();
        let span = if is_at_end { self.end } else { self.whole };
        if is_at_end {
            self.await_end_phase(&mut child);
        }
        let micros = self.chance.between(0, span.as_micros() as u64);
        std::thread::sleep(Duration::from_micros(micros));
        self.hits += u64::from(is_at_end && child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Every file is that of one edition or of the other, whole; `is_rebuild`: what both have is there.
    fn assert_whole(&self, is_rebuild: bool) {
        if !self.out.exists() {
            return assert!(!is_rebuild);
        }
        for entry in fs::read_dir(&self.out).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.starts_with(".postrider") || OWN.contains(&name.as_str()), "{name}");
        }
        let found = public(tree(&self.out));
        for (path, octets) in found.iter().filter(|(path, _)| *path != "CNAME") {
            let is_whole = [&self.old, &self.new].iter().any(|edition| edition.get(path) == Some(octets));
            assert!(is_whole, "{path} is neither old nor new: {} octets", octets.len());
        }
        let in_both = self.old.keys().filter(|path| is_rebuild && self.new.contains_key(*path));
        for path in in_both {
            assert!(found.contains_key(path), "{path} is gone");
        }
    }

    /// A run that fails, for a post is faulty, leaves the whole of one edition or of the other.
    fn assert_ended(&self) {
        let faulty = self.root.path().join("posts/faulty.md");
        fs::write(&faulty, "+++\ntitle = 1\n+++\n").unwrap();
        let run = build(self.root.path()).output().unwrap();
        fs::remove_file(faulty).unwrap();
        assert!(String::from_utf8_lossy(&run.stderr).contains("faulty.md"));
        let mut found = public(tree(&self.out));
        found.remove("CNAME");
        let [old, new] = [&self.old, &self.new].map(|edition| difference(edition, &found));
        assert!(old.is_none() || new.is_none(), "{old:?} is not old, {new:?} not new");
    }

    /// Builds `edition` to the end: what was there makes no difference.
    fn assert_put_right(&self, edition: Edition) {
        assert_succeeds(build(self.root.path()));
        let mut found = tree(&self.out);
        assert!(!self.out.join(OWN[2]).exists());
        for own in [OWN[0], OWN[1]] {
            assert!(found.remove(own).is_some(), "{own}");
        }
        found.remove("CNAME");
        assert_eq!(difference(self.clean(edition), &found), None, "{edition:?}");
        assert_eq!(empty_folder(&self.out), None);
    }
}

/// A folder with nothing in it: of an edition that is gone nothing stays.
fn empty_folder(folder: &Path) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).peekable();
    if entries.peek().is_none() {
        return Some(folder.to_owned());
    }
    entries.filter(|path| path.is_dir()).find_map(|path| empty_folder(&path))
}

#[test]
fn a_first_build_that_is_killed_leaves_whole_files_and_the_next_does_the_rest() {
    let mut victim = Victim::new("first");
    for kill in 1..=KILLS {
        if kill % PATIENCE == 1 {
            fs::remove_dir_all(&victim.out).unwrap();
        }
        victim.kill_one(kill.is_multiple_of(2));
        victim.assert_whole(false);
        if kill.is_multiple_of(PATIENCE) {
            victim.assert_put_right(Edition::Old);
        }
    }
    println!("{KILLS} kills of first builds, {} while files were put in place", victim.hits);
    assert!(victim.hits > 0);
}

#[test]
fn a_build_over_another_that_is_killed_leaves_old_or_new_files_and_the_next_run_ends_it_even_if_it_fails() {
    let mut victim = Victim::new("over");
    let mut edition = Edition::Old;
    fs::write(victim.out.join("CNAME"), "letters.example").unwrap();
    for kill in 1..=KILLS {
        edition = edition.other();
        edition.write(victim.root.path(), kill.is_multiple_of(3));
        victim.kill_one(kill % 4 < 2);
        victim.assert_whole(true);
        victim.assert_ended();
        if kill.is_multiple_of(PATIENCE) {
            victim.assert_put_right(edition);
        }
        assert_eq!(fs::read(victim.out.join("CNAME")).unwrap(), b"letters.example", "the owner's file");
    }
    println!("{KILLS} kills of builds over others, {} while files were put in place", victim.hits);
    assert!(victim.hits > 0);
}
