//! A copy of the ledger, and what the world knew when it was made.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use tempfile::TempDir;

use postrider::issue::Seq;
use postrider::ledger::{EditionNo, Ledger, Location, SenderLock, Terms};
use postrider::message::IssueId;
use postrider::subscriber::SubscriberId;

use super::World;
use crate::reader::Reader;
use crate::shelf::Sighting;

pub struct Copy {
    folder: TempDir,
    /// What was known of each essay that was there.
    sightings: Vec<Option<Sighting>>,
    readers: Vec<Reader>,
    inboxes: BTreeMap<SubscriberId, Vec<Seq>>,
    editions: BTreeMap<(IssueId, EditionNo), Vec<Seq>>,
    withdrawn: BTreeSet<Seq>,
    recalled: BTreeMap<(IssueId, SubscriberId), usize>,
    excluded: BTreeSet<(IssueId, SubscriberId)>,
}

impl World {
    pub fn back_up(&mut self) {
        let folder = tempfile::tempdir().unwrap();
        self.ledger.backup(&folder.path().join("copy")).unwrap();
        self.copy = Some(Copy {
            folder,
            sightings: self.shelf.files.iter().map(|file| file.announced.clone()).collect(),
            readers: self.readers.clone(),
            inboxes: self.inboxes.clone(),
            editions: self.editions.clone(),
            withdrawn: self.withdrawn.clone(),
            recalled: self.recalled.clone(),
            excluded: self.excluded.clone(),
        });
    }

    /// The ledger is as it was, and so is whatever follows from it; what is in the inboxes of its readers stays there.
    pub fn bring_back(&mut self) {
        let Some(copy) = self.copy.take() else { return };
        // What is published in the moment of the loss counts as published after it.
        self.now += SignedDuration::from_hours(1);
        self.restore(&copy);
        self.passed_over = Some(self.head());
        let count = |inboxes: &BTreeMap<_, Vec<Seq>>| inboxes.values().map(Vec::len).sum::<usize>();
        self.forgotten += count(&self.inboxes) - count(&copy.inboxes);
        let sightings = copy.sightings.into_iter().chain(std::iter::repeat_with(|| None));
        for (file, seen) in self.shelf.files.iter_mut().zip(sightings) {
            file.announced = seen;
        }
        self.had.retain(|(reader, _)| reader.0 as usize <= copy.readers.len());
        self.readers = copy.readers;
        self.inboxes = copy.inboxes;
        self.editions = copy.editions;
        self.withdrawn = copy.withdrawn;
        self.recalled = copy.recalled;
        self.excluded = copy.excluded;
    }

    /// What a reader has they have, whatever the ledger remembers.
    pub fn assert_new_to(&mut self, reader: SubscriberId, posts: &[Seq]) {
        for post in posts {
            let is_new = self.had.insert((reader, self.shelf.place_of(*post)));
            assert!(is_new, "reader {} has {} already", reader.0, post.0);
        }
    }

    fn restore(&mut self, copy: &Copy) {
        let [from, path] = ["copy", "ledger"].map(|name| copy.folder.path().join(name));
        let lock = SenderLock::acquire(&Location::File(path.clone())).unwrap();
        let terms = Terms {
            publication: "letters.example.org",
            nothing_sent_since: false,
            may_go_back: false,
            now: self.now,
            defaults: &self.defaults,
        };
        assert!(Ledger::restore(&path, &from, &lock, &terms).unwrap().may_have_sent);
        self.ledger = Ledger::open_read_only(&path).unwrap().rehearse().unwrap();
        assert_eq!(self.ledger.verify().unwrap(), []);
    }
}
