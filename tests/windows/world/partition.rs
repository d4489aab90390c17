//! What must hold of the inboxes at the end of a history.

use std::collections::BTreeSet;

use postrider::issue::Seq;
use postrider::ledger::{DeliveryRow, RowState};
use postrider::subscriber::SubscriberId;

use super::{World, number};
use crate::reader::Reader;

impl World {
    /// Everybody has every post they are owed, once, and none that is not for them.
    pub fn assert_partition(&self) {
        let excused = self.excused();
        for (place, reader) in self.readers.iter().enumerate() {
            let id = number(place);
            let got = self.inboxes.get(&id).map_or(&[][..], Vec::as_slice);
            self.assert_once_in_order(place, got);
            for seq in got {
                assert!(reader.was_there_for(seq.0), "reader {place} got {} from before they came", seq.0);
            }
            for (seq, is_wanted) in self.posts_for(reader) {
                let has = got.contains(&seq);
                assert!(is_wanted || !has, "reader {place} did not ask for {}", seq.0);
                let is_unsure = self.passed_over.is_some_and(|head| seq.0 <= head);
                let is_new = reader.is_owed(seq.0) && !excused.contains(&(id, seq));
                let is_owed =
                    is_wanted && !self.withdrawn.contains(&seq) && (is_new || self.is_recalled(id, seq));
                assert!(has || !is_owed || is_unsure, "reader {place} lacks {}", seq.0);
            }
        }
    }

    /// Whether the post was in a mail from which the reader was taken, who has stayed since.
    fn is_recalled(&self, id: SubscriberId, seq: Seq) -> bool {
        let reader = &self.readers[id.0 as usize - 1];
        let has_it = |row: &DeliveryRow| self.editions[&(row.issue, row.edition)].contains(&seq);
        let has_stayed = |row: &DeliveryRow| {
            self.recalled.get(&(row.issue, id)) == Some(&reader.spells.len()) && reader.is_there()
        };
        let mut is_recalled = false;
        let look = |row: &DeliveryRow| is_recalled |= row.subscriber == id && has_it(row) && has_stayed(row);
        self.ledger.each_row(None, RowState::Excluded, look).unwrap();
        is_recalled
    }

    /// Each post once, and in order but for those that come later because a post was withdrawn that they were in a mail
    /// with: in a history without withdrawal all are.
    fn assert_once_in_order(&self, place: usize, got: &[Seq]) {
        let distinct: BTreeSet<Seq> = got.iter().copied().collect();
        assert_eq!(distinct.len(), got.len(), "reader {place} gets each once: {got:?}");
        let is_in_order = got.is_sorted() || !self.withdrawn.is_empty();
        assert!(is_in_order, "reader {place} gets each in order: {got:?}");
    }

    /// Every announced post, and whether `reader` asked for such posts.
    fn posts_for<'a>(&'a self, reader: &'a Reader) -> impl Iterator<Item = (Seq, bool)> + 'a {
        let topics = &reader.preferences.topics;
        self.shelf.files.iter().filter_map(move |file| {
            let seen = file.announced.as_ref()?;
            let tags = file.tags().map(|tag| tag.parse().unwrap());
            Some((seen.seq, file.is_for_mail() && topics.want(&tags)))
        })
    }

    /// What was in a mail that was held back because its reader had left.
    fn excused(&self) -> BTreeSet<(SubscriberId, Seq)> {
        let mut excused = BTreeSet::new();
        let excuse = |row: &DeliveryRow| {
            let posts = &self.editions[&(row.issue, row.edition)];
            let reader = &self.readers[row.subscriber.0 as usize - 1];
            let has_left = reader.spells.len() > 1 || !reader.is_there();
            let is_withdrawn = posts.iter().any(|post| self.withdrawn.contains(post));
            assert!(has_left || is_withdrawn, "{row:?} was held back for nothing");
            if has_left {
                excused.extend(posts.iter().map(|post| (row.subscriber, *post)));
            }
        };
        self.ledger.each_row(None, RowState::Excluded, excuse).unwrap();
        excused
    }
}
