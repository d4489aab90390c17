//! What the ledger has to say after each step, by the rules of `docs/delivery.md` and without a database.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use postrider::issue::Seq;
use postrider::ledger::{IssueState, Outcome, Policy, Resolution, RowState, Setback, Tally};
use postrider::message::IssueId;
use postrider::subscriber::{State, SubscriberId};

use crate::row::{MAX_AMBIGUOUS, Row};

/// Issues in a row that a server may refuse before nobody writes to the address any more.
const MAX_FAILURES: u32 = 3;

pub type Key = (IssueId, SubscriberId);

pub struct Expected {
    pub policy: Policy,
    /// Whether each announced post is still published; the first is number 1.
    pub posts: Vec<bool>,
    pub readers: BTreeMap<SubscriberId, Reader>,
    pub issues: BTreeMap<IssueId, IssueState>,
    pub rows: BTreeMap<Key, Row>,
}

#[derive(Clone, Debug)]
pub struct Reader {
    pub state: State,
    pub is_forgotten: bool,
    pub has_topics: bool,
    pub through: u64,
    /// Posts of mails that were taken back, in the order in which that happened.
    pub owed: Vec<Seq>,
    /// Since when they are there; an issue that was due before is not for them.
    pub since: Timestamp,
    pub failures: u32,
}

/// What an intent comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Ready,
    Excluded,
    Lost,
}

impl Expected {
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            posts: Vec::new(),
            readers: BTreeMap::new(),
            issues: BTreeMap::new(),
            rows: BTreeMap::new(),
        }
    }

    pub fn head(&self) -> u64 {
        self.posts.len() as u64
    }

    /// The posts that `reader` gets when they are served now.
    fn wanted(&self, reader: &Reader) -> Vec<Seq> {
        let is_wanted = |(seq, is_out): &(u64, &bool)| {
            let is_lacked = *seq > reader.through || reader.owed.contains(&Seq(*seq));
            **is_out && is_lacked && (!reader.has_topics || seq.is_multiple_of(2))
        };
        (1..).zip(&self.posts).filter(is_wanted).map(|(seq, _)| Seq(seq)).collect()
    }

    /// An issue for everybody who was there at `due_at`; gives how many recipients it has.
    pub fn freeze(&mut self, issue: IssueId, due_at: Timestamp) -> u64 {
        let there = |reader: &Reader| reader.state == State::Confirmed && reader.since <= due_at;
        let served: Vec<SubscriberId> =
            self.readers.iter().filter(|(_, it)| there(it)).map(|(id, _)| *id).collect();
        let mut recipients = 0;
        for id in served {
            let posts = self.wanted(&self.readers[&id]);
            if !posts.is_empty() {
                self.rows.insert((issue, id), Row::new(posts));
                recipients += 1;
            }
            let head = self.head();
            let reader = self.readers.get_mut(&id).unwrap();
            (reader.through, reader.owed) = (head, Vec::new());
        }
        let state = if recipients == 0 { IssueState::Empty } else { IssueState::Sending };
        self.issues.insert(issue, state);
        recipients
    }

    fn is_due(&self, key: &Key, row: &Row, now: Timestamp) -> bool {
        row.state == RowState::Queued && row.next_at <= now && self.issues[&key.0] == IssueState::Sending
    }

    /// Who may be claimed, and who is due but went.
    pub fn due(&self, now: Timestamp) -> (Vec<Key>, Vec<Key>) {
        let due = self.rows.iter().filter(|(key, row)| self.is_due(key, row, now)).map(|(key, _)| *key);
        due.partition(|(_, id)| self.readers[id].state == State::Confirmed)
    }

    pub fn claim(&mut self, key: Key) -> u32 {
        let row = self.rows.get_mut(&key).unwrap();
        row.state = RowState::Claimed;
        row.epoch += 1;
        row.epoch
    }

    pub fn begin(&mut self, key: Key, epoch: u32, retry_at: Timestamp, now: Timestamp) -> Fate {
        let is_there = self.readers[&key.1].state == State::Confirmed;
        let is_going_on = self.issues[&key.0] == IssueState::Sending;
        let row = self.rows.get_mut(&key).unwrap();
        if row.state != RowState::Claimed || row.epoch != epoch {
            return Fate::Lost;
        }
        if !is_there {
            row.state = RowState::Excluded;
            return Fate::Excluded;
        }
        if !is_going_on {
            row.state = RowState::Queued;
            return Fate::Lost;
        }
        row.state = RowState::InFlight;
        row.attempts += 1;
        row.first = row.first.or(Some(now));
        row.next_at = retry_at;
        Fate::Ready
    }

    pub fn release(&mut self, key: Key, epoch: u32, setback: &Setback, now: Timestamp) {
        let row = self.rows.get_mut(&key).unwrap();
        if row.state != RowState::Claimed || row.epoch != epoch {
            return;
        }
        row.is_content = false;
        if matches!(setback, Setback::Transient { .. } | Setback::Permanent { .. }) {
            row.attempts += 1;
            row.first = row.first.or(Some(now));
        }
        row.state = match setback {
            Setback::Lane { until } | Setback::Transient { until, .. } => {
                row.next_at = *until;
                RowState::Queued
            }
            Setback::Permanent { .. } | Setback::Unsendable { .. } => RowState::Failed,
            Setback::Expired { .. } => RowState::Expired,
        };
        if let Setback::Permanent { is_address_dead, .. } = setback {
            self.count_failure(key.1, *is_address_dead);
        }
    }

    fn count_failure(&mut self, id: SubscriberId, is_address_dead: bool) {
        let reader = self.readers.get_mut(&id).unwrap();
        reader.failures += 1;
        let is_hopeless = is_address_dead || reader.failures >= MAX_FAILURES;
        if is_hopeless && reader.state == State::Confirmed {
            reader.state = State::Suppressed;
        }
    }

    pub fn settle(&mut self, key: Key, epoch: u32, outcome: &Outcome, now: Timestamp) {
        let policy = self.policy;
        let row = self.rows.get_mut(&key).unwrap();
        if let Outcome::Sent { .. } = outcome {
            let reader = self.readers.get_mut(&key.1).unwrap();
            if row.state == RowState::Excluded {
                reader.owed.retain(|post| !row.posts.contains(post));
            }
            row.state = RowState::Sent;
            row.first = row.first.or(Some(now));
            reader.failures = 0;
            return;
        }
        if row.state != RowState::InFlight || row.epoch != epoch {
            return;
        }
        match outcome {
            Outcome::Deferred { until, counts, .. } => {
                (row.state, row.next_at) = (RowState::Queued, *until);
                row.attempts = row.attempts.saturating_sub(u32::from(!counts));
            }
            Outcome::Refused { .. } => (row.state, row.is_content) = (RowState::Failed, true),
            Outcome::Doubt { until, .. } => row.doubt(policy, *until),
            Outcome::Sent { .. } => {}
        }
    }

    /// Gives how many went back, how many are sent again, and how many are listed.
    pub fn reap(&mut self) -> [u64; 3] {
        let (policy, mut counts) = (self.policy, [0; 3]);
        for row in self.rows.values_mut() {
            match row.state {
                RowState::Claimed => {
                    row.state = RowState::Queued;
                    counts[0] += 1;
                }
                RowState::InFlight => {
                    row.doubt(policy, row.next_at);
                    counts[if row.state == RowState::Queued { 1 } else { 2 }] += 1;
                }
                _ => {}
            }
        }
        counts
    }

    pub fn withdraw(&mut self, post: Seq) -> u64 {
        self.posts[post.0 as usize - 1] = false;
        let mut excluded = 0;
        for (key, row) in &mut self.rows {
            let waits = matches!(row.state, RowState::Queued | RowState::Claimed);
            let is_open = matches!(self.issues[&key.0], IssueState::Sending | IssueState::Halted);
            if waits && is_open && row.posts.contains(&post) {
                row.state = RowState::Excluded;
                excluded += 1;
                let reader = self.readers.get_mut(&key.1).unwrap();
                if reader.state == State::Confirmed {
                    reader.owed.extend(&row.posts);
                }
            }
        }
        excluded
    }

    pub fn halt(&mut self, issue: IssueId) {
        if self.issues[&issue] == IssueState::Sending {
            self.issues.insert(issue, IssueState::Halted);
        }
    }

    pub fn resume(&mut self, issue: IssueId, now: Timestamp) -> u64 {
        if self.issues[&issue] != IssueState::Halted {
            return 0;
        }
        self.issues.insert(issue, IssueState::Sending);
        let mut again = 0;
        for row in self.rows_of(issue).filter(|row| row.state == RowState::Failed && row.is_content) {
            (row.state, row.next_at, row.is_content) = (RowState::Queued, now, false);
            again += 1;
        }
        again
    }

    pub fn resolve(
        &mut self,
        issue: IssueId,
        reader: Option<SubscriberId>,
        resolution: Resolution,
        now: Timestamp,
    ) -> u64 {
        let mut resolved = 0;
        let asked = self.rows.iter_mut().filter(|((at, id), row)| {
            *at == issue && reader.is_none_or(|it| it == *id) && row.state == RowState::Doubtful
        });
        for (_, row) in asked {
            row.next_at = now;
            resolved += 1;
            match resolution {
                Resolution::Sent => (row.state, row.is_sent_by_word) = (RowState::Sent, true),
                Resolution::Retry => {
                    // It is tried as long as a new one would be.
                    row.first = None;
                    row.state = RowState::Queued;
                    row.retries += 1;
                }
            }
        }
        if resolution == Resolution::Retry && resolved > 0 && self.issues[&issue] == IssueState::Done {
            self.issues.insert(issue, IssueState::Sending);
        }
        resolved
    }

    pub fn finish(&mut self) -> Vec<IssueId> {
        let waits = |issue: &IssueId| self.rows.iter().any(|((at, _), row)| at == issue && row.is_open());
        let is_finished =
            |(issue, state): &(&IssueId, &IssueState)| **state == IssueState::Sending && !waits(issue);
        let finished: Vec<IssueId> =
            self.issues.iter().filter(is_finished).map(|(issue, _)| *issue).collect();
        self.issues.extend(finished.iter().map(|issue| (*issue, IssueState::Done)));
        finished
    }

    fn rows_of(&mut self, issue: IssueId) -> impl Iterator<Item = &mut Row> {
        self.rows.iter_mut().filter(move |((at, _), _)| *at == issue).map(|(_, row)| row)
    }

    pub fn tally(&self, issue: IssueId) -> Tally {
        let count = |state| {
            self.rows.iter().filter(|((at, _), row)| *at == issue && row.state == state).count() as u64
        };
        Tally {
            queued: count(RowState::Queued),
            claimed: count(RowState::Claimed),
            in_flight: count(RowState::InFlight),
            sent: count(RowState::Sent),
            failed: count(RowState::Failed),
            doubtful: count(RowState::Doubtful),
            excluded: count(RowState::Excluded),
            expired: count(RowState::Expired),
        }
    }

    /// How many readers who are there stand where, by whether they have topics and what they are owed.
    pub fn standings(&self) -> BTreeMap<(bool, u64, Vec<Seq>), u64> {
        let mut standings = BTreeMap::new();
        for reader in self.readers.values().filter(|reader| reader.state == State::Confirmed) {
            *standings.entry((reader.has_topics, reader.through, reader.owed.clone())).or_default() += 1;
        }
        standings
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        let is_going_on = |issue: &IssueId| self.issues[issue] == IssueState::Sending;
        let waits = |((issue, _), row): &(&Key, &Row)| row.state == RowState::Queued && is_going_on(issue);
        self.rows.iter().filter(waits).map(|(_, row)| row.next_at).min()
    }

    /// Each post is in one place at a time for each reader: in one mail, or owed, or in the window. A mail of which
    /// nobody knew for a while whether it was there does not count.
    fn assert_partition(&self) {
        for (id, reader) in self.readers.iter().filter(|(_, reader)| reader.state == State::Confirmed) {
            let is_live = |row: &&Row| row.state != RowState::Excluded && row.ambiguous == 0;
            let mine = self.rows.iter().filter(|((_, of), _)| of == id).map(|(_, row)| row);
            let mut places: Vec<Seq> = mine.filter(is_live).flat_map(|row| &row.posts).copied().collect();
            places.extend(&reader.owed);
            places.extend((reader.through + 1..=self.head()).map(Seq));
            places.sort_unstable();
            assert!(places.is_sorted_by(|a, b| a < b), "{id:?} has a post in two places: {places:?}");
        }
    }

    /// What is true of every recipient at all times, whatever was done.
    pub fn assert_promise(&mut self) {
        self.assert_partition();
        for (key, row) in &mut self.rows {
            let most = match self.policy {
                Policy::Resend => (1 + row.ambiguous).min(1 + MAX_AMBIGUOUS + row.retries),
                Policy::Hold => 1 + row.retries,
            };
            assert!(row.copies <= most, "{key:?} got too many: {row:?}");
            row.was_sent |= row.state == RowState::Sent;
            assert!(!row.was_sent || row.state == RowState::Sent, "{key:?} was sent: {row:?}");
            let is_known = row.copies > 0 || row.is_sent_by_word;
            assert!(row.state != RowState::Sent || is_known, "{key:?} was never sent: {row:?}");
            let is_refused = matches!(row.state, RowState::Failed | RowState::Excluded | RowState::Expired);
            assert!(!is_refused || row.copies == 0 || row.ambiguous > 0, "{key:?} has it: {row:?}");
            assert!(row.state != RowState::Doubtful || row.ambiguous > 0, "{key:?}: {row:?}");
        }
        self.assert_each_post_comes_once();
    }

    /// No post is in two mails to one reader, but for one that was excluded, or of which nobody could know.
    fn assert_each_post_comes_once(&self) {
        let mut seen = BTreeSet::new();
        for ((issue, id), row) in &self.rows {
            if row.state != RowState::Excluded && row.ambiguous == 0 {
                for post in &row.posts {
                    assert!(seen.insert((*id, *post)), "{id:?} gets {post:?} again with {issue:?}");
                }
            }
        }
    }
}
