//! Reading and carrying forward the book of announced posts.

use crate::issue::{Announced, Announcement, Book, Seq, Series};

impl Book {
    /// The number of the newest announced post; 0 where nothing was ever announced.
    pub fn head(&self) -> Seq {
        self.announced.last().map_or(Seq(0), |newest| newest.seq)
    }

    /// What was announced after `after`, up to and with `through`.
    pub fn window(&self, after: Seq, through: Seq) -> &[Announced] {
        let place_of = |seq: Seq| self.announced.partition_point(|row| row.seq <= seq);
        let end = place_of(through);
        &self.announced[place_of(after).min(end)..end]
    }

    /// What readers lack who stand at `after` and are owed `owed` besides, oldest first.
    pub fn lacked(&self, owed: &[Seq], after: Seq, through: Seq) -> impl Iterator<Item = &Announced> {
        let place_of = |seq: &Seq| self.announced.binary_search_by_key(seq, |row| row.seq).ok();
        let mut owed: Vec<usize> = owed.iter().filter_map(place_of).collect();
        owed.sort_unstable();
        owed.into_iter().map(|place| &self.announced[place]).chain(self.window(after, through))
    }

    /// How far `series` has come; 0 where it never had an issue.
    pub fn served_through(&self, series: &Series) -> Seq {
        self.served.get(series).map_or(Seq(0), |served| served.through)
    }

    /// Writes in what a run found.
    pub fn record(&mut self, announcement: &Announcement) {
        for changed in &announcement.changed {
            if let Ok(at) = self.announced.binary_search_by_key(&changed.seq, |row| row.seq) {
                self.announced[at] = changed.clone();
            }
        }
        self.announced.extend(announcement.new.iter().cloned());
    }
}
