//! An issue that is half sent, as a killed or a stopped run leaves it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use crate::chance::Chance;
use crate::kills::Trap;
use crate::smtp::{Judge, Moment, Script, Step};
use crate::stage::{Plan, Policy, Stage};

/// How many it is for.
pub const READERS: usize = 40;

/// An issue that is half sent, under `hold`, and copies of its publication to work on.
pub struct Halfway {
    pub stage: Stage,
    /// The folder as it was left.
    left: TempDir,
    /// The ledger's files as they were some mails earlier.
    pub older: TempDir,
    /// How many mails the server had seen.
    seen: usize,
}

impl Halfway {
    /// Killed or stopped in order: the newest changes are in the log, or in the file itself.
    pub fn new(chance: &mut Chance, signal: &'static str) -> Self {
        let trap = Arc::new(Trap::default());
        let decide = {
            let trap = Arc::clone(&trap);
            move |moment: Moment<'_>| {
                if moment.step == Step::Dot {
                    trap.step(signal);
                }
                None
            }
        };
        let plan = Plan { policy: Policy::Hold, readers: READERS, connections: 2, ..Plan::default() };
        let stage = Stage::new(plan, Script { judge: Some(Judge::new(decide)), ..Script::default() });
        let older = tempfile::tempdir().unwrap();
        for mails in [chance.between(2, 10), chance.between(5, 20)] {
            copy_ledger(&stage.path(""), older.path());
            let sender = stage.start_sending();
            trap.set(sender.id(), mails);
            sender.finish();
            trap.disarm();
            stage.pass(900);
        }
        let left = tempfile::tempdir().unwrap();
        copy_folder(&stage.path(""), left.path());
        let seen = stage.server.taken().len();
        Self { stage, left, older, seen }
    }

    pub fn put_back(&self) {
        let root = self.stage.path("");
        for entry in fs::read_dir(&root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
        copy_folder(self.left.path(), &root);
        self.stage.server.taken().truncate(self.seen);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The database and its log, as somebody copies them who knows SQLite.
pub fn copy_ledger(from: &Path, to: &Path) {
    for name in ["postrider.ledger", "postrider.ledger-wal"] {
        let _ = fs::remove_file(to.join(name));
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}
