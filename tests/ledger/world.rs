//! A ledger and what is expected of it, step by step beside each other.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use postrider::issue::{self, Announcement, Due, Ground, Issue, IssueKey, Seq, Standing};
use postrider::ledger::{
    Begun, Claim, Departure, Enrolled, Enrolment, InFlight, Ledger, LedgerError, Outcome, Policy, Resolution,
    RowState, Setback,
};
use postrider::message::IssueId;
use postrider::subscriber::{NewSubscriber, Preferences, State, SubscriberId};
use postrider::token::{KeyId, Keys};

use crate::expected::{Expected, Fate, Key, Reader};
use crate::home::Home;
use crate::sample::{address, defaults, post};
use crate::step::{Answer, Pick, Step, Way, Word};

pub struct World<'h> {
    home: &'h Home<'h>,
    ledger: Ledger,
    keys: Keys,
    now: Timestamp,
    pub expected: Expected,
    claims: Vec<Held<Claim>>,
    flights: Vec<(Held<InFlight>, Answer)>,
    /// Number of the next issue's week.
    week: u32,
}

/// What a sender holds, dead or alive, and since which claim of the row.
struct Held<T> {
    what: T,
    key: Key,
    epoch: u32,
}

impl<'h> World<'h> {
    pub fn new(home: &'h Home<'h>, policy: Policy) -> Self {
        let now = "2026-11-22T08:00:00Z".parse().unwrap();
        Self {
            home,
            ledger: home.create(now),
            keys: Keys::first([7; 32]),
            now,
            expected: Expected::new(policy),
            claims: Vec::new(),
            flights: Vec::new(),
            week: 1,
        }
    }

    /// Five readers and an issue on its way, so that no history is about nothing.
    pub fn set_out(&mut self) {
        for has_topics in [false, false, true, false, true] {
            self.take(Step::Join { has_topics });
        }
        self.take(Step::Announce);
        self.take(Step::Announce);
        self.take(Step::Freeze { minutes: 0 });
    }

    pub fn take(&mut self, step: Step) {
        self.now += SignedDuration::from_secs(1);
        let is_turn = matches!(step, Step::Freeze { .. } | Step::Reap | Step::Kill | Step::Finish);
        match step {
            Step::Pass(minutes) => self.now += SignedDuration::from_mins(minutes),
            Step::Join { has_topics } => self.join(has_topics),
            Step::Repeat(reader) => self.repeat(reader),
            Step::Go { reader, way } => self.go(reader, way),
            Step::Announce => self.announce(),
            Step::Withdraw(post) => self.withdraw(post),
            Step::Freeze { minutes } => self.freeze(self.now - SignedDuration::from_mins(minutes)),
            Step::FreezeLate { is_used } => self.freeze_late(is_used),
            Step::Claim(limit) => self.claim(limit),
            Step::Begin { claim, answer } => self.begin(claim, answer),
            Step::Release { claim, word } => self.release(claim, word),
            Step::Settle { flight, is_lost } => self.settle(flight, is_lost),
            Step::Reap => self.reap(),
            Step::Kill => self.kill(),
            Step::Halt(issue) => self.halt(issue),
            Step::Resume(issue) => self.resume(issue),
            Step::Finish => assert_eq!(sorted(self.ledger.finish_issues().unwrap()), self.expected.finish()),
            Step::Resolve { issue, reader, resolution } => self.resolve(issue, reader, resolution),
        }
        self.assert_as_expected();
        if is_turn {
            assert_eq!(self.ledger.verify().unwrap(), []);
        }
    }

    fn join(&mut self, has_topics: bool) {
        let (through, id) = (self.expected.head(), SubscriberId(self.expected.readers.len() as u64 + 1));
        let reader = Reader {
            state: State::Confirmed,
            is_forgotten: false,
            has_topics,
            through,
            owed: Vec::new(),
            since: self.now,
            failures: 0,
        };
        self.expected.readers.insert(id, reader);
        assert_eq!(self.import(id).added, 1);
    }

    fn import(&mut self, id: SubscriberId) -> Enrolled {
        let topics = if self.expected.readers[&id].has_topics { "even" } else { "" };
        let row = NewSubscriber {
            address: address(id),
            name: None,
            preferences: Preferences { topics: topics.parse().unwrap(), ..Preferences::default() },
            confirmed_at: Some(self.now),
            source: None,
        };
        match self.ledger.import([Ok::<_, ()>(row)], &self.keys, self.now).unwrap() {
            Enrolment::Done(enrolled) => enrolled,
            Enrolment::Refused { .. } => panic!("a row without fault was refused"),
        }
    }

    /// Who asked to be forgotten would come back as somebody new; that is for other tests.
    fn repeat(&mut self, reader: Pick) {
        let Some(id) = self.pick_reader(reader).filter(|id| !self.expected.readers[id].is_forgotten) else {
            return;
        };
        let enrolled = self.import(id);
        let (head, now) = (self.expected.head(), self.now);
        let reader = self.expected.readers.get_mut(&id).unwrap();
        let has_gone = reader.state != State::Confirmed;
        assert_eq!((enrolled.returned, enrolled.unchanged), (u64::from(has_gone), u64::from(!has_gone)));
        if has_gone {
            (reader.state, reader.through, reader.since, reader.failures) = (State::Confirmed, head, now, 0);
            reader.owed.clear();
        }
    }

    fn go(&mut self, reader: Pick, way: Way) {
        let Some(id) = self.pick_reader(reader) else { return };
        let departure = match way {
            Way::Leave => self.ledger.leave(id, "asked to", self.now),
            Way::Suppress => self.ledger.suppress(id, "complained", self.now),
            Way::Forget => self.ledger.forget(&address(id), &self.keys, self.now),
        };
        let reader = self.expected.readers.get_mut(&id).unwrap();
        let want = match (way, reader.is_forgotten, reader.state) {
            (Way::Forget, true, _) => Departure::Unknown,
            (_, _, State::Confirmed) => Departure::Gone,
            _ => Departure::GoneBefore,
        };
        assert_eq!(departure.unwrap(), want);
        reader.is_forgotten |= matches!(way, Way::Forget);
        if want == Departure::Gone {
            reader.state = if matches!(way, Way::Suppress) { State::Suppressed } else { State::Left };
        }
    }

    fn announce(&mut self) {
        self.expected.posts.push(true);
        let announcement = Announcement { new: vec![post(self.expected.head())], ..Announcement::default() };
        self.ledger.announce(&announcement, self.now).unwrap();
        let raced = self.ledger.announce(&announcement, self.now).unwrap_err();
        assert!(matches!(raced, LedgerError::Raced { .. }), "a number is given once: {raced}");
    }

    fn withdraw(&mut self, post: Pick) {
        if let Some(place) = pick(post, self.expected.posts.len()) {
            let seq = Seq(place as u64 + 1);
            assert_eq!(self.ledger.withdraw(&[seq]).unwrap(), self.expected.withdraw(seq));
        }
    }

    fn freeze(&mut self, due_at: Timestamp) {
        let Some(issue) = self.plan(due_at, self.week) else { return };
        let drafts = vec![b"draft".to_vec(); issue.editions.len()];
        let frozen = self.ledger.freeze(&issue, &drafts, KeyId(1), self.now).unwrap();
        assert_eq!(frozen.candidates, self.expected.freeze(frozen.id, due_at));
        self.week += 1;
    }

    fn freeze_late(&mut self, is_used: bool) {
        let Some(issue) = self.plan(self.now, if is_used { self.week - 1 } else { 0 }) else { return };
        if self.week > 1 {
            let drafts = vec![b"draft".to_vec(); issue.editions.len()];
            let refused = self.ledger.freeze(&issue, &drafts, KeyId(1), self.now).unwrap_err();
            let is_as_used = matches!(refused, LedgerError::FrozenAlready { .. }) == is_used;
            let is_as_late = matches!(refused, LedgerError::Overtaken { .. }) != is_used;
            assert!(is_as_used && is_as_late, "{refused}");
        }
    }

    /// None where nobody was there in time.
    fn plan(&self, due_at: Timestamp, week: u32) -> Option<Issue> {
        let book = self.ledger.book().unwrap();
        let missing: Vec<Seq> = (1..)
            .zip(&self.expected.posts)
            .filter(|(_, is_out)| !**is_out)
            .map(|(seq, _)| Seq(seq))
            .collect();
        let cohorts: Vec<_> = self.ledger.cohorts().unwrap().into_iter().map(|(id, _)| id).collect();
        let standings = self.ledger.standings(&cohorts, due_at).unwrap();
        let series = "weekly/sun/08/UTC".parse().unwrap();
        let key = IssueKey(format!("weekly/2026-W{week:02}"));
        let due = Due { series, key, due_at, next_at: None, cohorts };
        let ground = Ground { book: &book, missing: &missing, defaults: &defaults() };
        (!standings.is_empty()).then(|| issue::plan(&ground, &due, &standings).remove(0))
    }

    fn claim(&mut self, limit: usize) {
        let (mut free, gone) = self.expected.due(self.now);
        let claims = self.ledger.claim(limit, self.now).unwrap();
        assert_eq!(claims.len(), limit.min(free.len()));
        assert!(claims.is_sorted_by_key(|claim| claim.issue), "the oldest issue first");
        let is_exhausted = claims.len() < limit;
        for claim in claims {
            let key = (claim.issue, claim.recipient.subscriber);
            let place = free.iter().position(|it| *it == key).expect("only who is due is claimed");
            free.swap_remove(place);
            let row = &self.expected.rows[&key];
            assert_eq!((claim.attempts, claim.first_tried_at), (row.attempts, row.first));
            let epoch = self.expected.claim(key);
            self.claims.push(Held { what: claim, key, epoch });
        }
        let seen = self.seen();
        for key in gone {
            let is_excluded = seen[&key].0 == RowState::Excluded;
            assert!(is_excluded || !is_exhausted, "who went is passed over for good: {key:?}");
            if is_excluded {
                self.expected.rows.get_mut(&key).unwrap().state = RowState::Excluded;
            }
        }
    }

    fn begin(&mut self, claim: Pick, answer: Answer) {
        let Some(place) = pick(claim, self.claims.len()) else { return };
        let Held { what, key, epoch } = self.claims.swap_remove(place);
        let retry_at = self.now + SignedDuration::from_mins(10);
        let begun = self.ledger.begin(vec![(what, retry_at)], self.now).unwrap().pop().unwrap();
        let fate = self.expected.begin(key, epoch, retry_at, self.now);
        match (begun, fate) {
            (Begun::Ready(what), Fate::Ready) => {
                let row = self.expected.rows.get_mut(&key).unwrap();
                row.copies += u32::from(answer == Answer::Accepts);
                self.flights.push((Held { what, key, epoch }, answer));
            }
            (Begun::Excluded(id), Fate::Excluded) | (Begun::Lost(id), Fate::Lost) => assert_eq!(id, key.1),
            (begun, fate) => panic!("{key:?}: expected {fate:?}, found {begun:?}"),
        }
    }

    fn release(&mut self, claim: Pick, word: Word) {
        let Some(place) = pick(claim, self.claims.len()) else { return };
        let Held { what, key, epoch } = self.claims.swap_remove(place);
        let (reply, until) = ("450 4.2.1 later".to_owned(), self.now + SignedDuration::from_mins(5));
        let setback = match word {
            Word::Lane => Setback::Lane { until },
            Word::Transient => Setback::Transient { reply, until },
            Word::Permanent { is_address_dead } => Setback::Permanent { reply, is_address_dead },
            Word::Unsendable => Setback::Unsendable { why: reply },
            Word::Expired => Setback::Expired { reply },
        };
        self.ledger.release(vec![(what, setback.clone())], self.now).unwrap();
        self.expected.release(key, epoch, &setback, self.now);
    }

    fn settle(&mut self, flight: Pick, is_lost: bool) {
        let Some(place) = pick(flight, self.flights.len()) else { return };
        let (Held { what, key, epoch }, answer) = self.flights.swap_remove(place);
        let (reply, until) = ("said something".to_owned(), self.now + SignedDuration::from_mins(5));
        let outcome = match answer {
            Answer::Breaks => Outcome::Deferred { reply, until, counts: false },
            _ if is_lost => Outcome::Doubt { what: reply, until },
            Answer::Accepts => Outcome::Sent { reply },
            Answer::Defers => Outcome::Deferred { reply, until, counts: true },
            Answer::Refuses => Outcome::Refused { reply },
        };
        self.ledger.settle(vec![(what, outcome.clone())], self.expected.policy, self.now).unwrap();
        self.expected.settle(key, epoch, &outcome, self.now);
    }

    fn reap(&mut self) {
        self.home.bury_senders();
        let reaped = self.ledger.reap(self.expected.policy).unwrap();
        assert_eq!([reaped.requeued, reaped.resent, reaped.doubtful], self.expected.reap());
    }

    fn kill(&mut self) {
        self.claims.clear();
        self.flights.clear();
        self.ledger = self.home.open();
    }

    fn halt(&mut self, issue: Pick) {
        if let Some(id) = self.pick_issue(issue) {
            self.ledger.halt(id, "a person said so").unwrap();
            self.expected.halt(id);
        }
    }

    fn resume(&mut self, issue: Pick) {
        if let Some(id) = self.pick_issue(issue) {
            assert_eq!(self.ledger.resume(id, self.now).unwrap(), self.expected.resume(id, self.now));
        }
    }

    fn resolve(&mut self, issue: Pick, reader: Option<Pick>, resolution: Resolution) {
        let Some(id) = self.pick_issue(issue) else { return };
        let reader = reader.and_then(|reader| self.pick_reader(reader));
        let resolved = self.ledger.resolve(id, reader, resolution, self.now).unwrap();
        assert_eq!(resolved, self.expected.resolve(id, reader, resolution, self.now));
    }

    fn pick_issue(&self, issue: Pick) -> Option<IssueId> {
        let place = pick(issue, self.expected.issues.len())?;
        self.expected.issues.keys().nth(place).copied()
    }

    fn pick_reader(&self, reader: Pick) -> Option<SubscriberId> {
        let place = pick(reader, self.expected.readers.len())?;
        self.expected.readers.keys().nth(place).copied()
    }

    /// Without faults everybody is dealt with, and every issue ends.
    pub fn come_to_rest(&mut self) {
        self.take(Step::Reap);
        self.take(Step::Pass(60));
        for issue in self.expected.issues.keys().copied().collect::<Vec<_>>() {
            assert_eq!(self.ledger.resume(issue, self.now).unwrap(), self.expected.resume(issue, self.now));
        }
        self.claims.clear();
        self.flights.clear();
        loop {
            self.take(Step::Claim(3));
            if self.claims.is_empty() {
                break;
            }
            while !self.claims.is_empty() {
                self.take(Step::Begin { claim: 0, answer: Answer::Accepts });
            }
            while !self.flights.is_empty() {
                self.take(Step::Settle { flight: 0, is_lost: false });
            }
        }
        self.take(Step::Finish);
        assert_eq!(self.ledger.next_due().unwrap(), None, "nobody waits any more");
    }

    fn seen(&self) -> BTreeMap<Key, (RowState, u32, u32, Option<Timestamp>)> {
        let mut seen = BTreeMap::new();
        for state in RowState::ALL {
            let note = |row: &postrider::ledger::DeliveryRow| {
                let facts = (row.state, row.attempts, row.ambiguous, row.first_tried_at);
                assert_eq!(seen.insert((row.issue, row.subscriber), facts), None, "one row each");
            };
            self.ledger.each_row(None, state, note).unwrap();
        }
        seen
    }

    fn standings(&self) -> BTreeMap<(bool, u64, Vec<Seq>), u64> {
        let cohorts: Vec<_> = self.ledger.cohorts().unwrap().into_iter().map(|(id, _)| id).collect();
        let standings = self.ledger.standings(&cohorts, Timestamp::MAX).unwrap();
        let has_topics = |standing: &Standing| !standing.preferences.topics.0.is_empty();
        standings.iter().map(|it| ((has_topics(it), it.through.0, it.owed.clone()), it.readers)).collect()
    }

    fn assert_as_expected(&mut self) {
        let facts = |(key, row): (&Key, &crate::row::Row)| {
            (*key, (row.state, row.attempts, row.ambiguous, row.first))
        };
        let expected: BTreeMap<_, _> = self.expected.rows.iter().map(facts).collect();
        assert_eq!(self.seen(), expected);
        for (id, state) in &self.expected.issues {
            let status = self.ledger.status(*id).unwrap();
            assert_eq!((status.issue.state, status.recipients), (*state, self.expected.tally(*id)));
            assert_eq!(status.issue.candidates, status.recipients.sum());
        }
        for (id, reader) in &self.expected.readers {
            let state = self.ledger.subscriber(*id).unwrap().map(|found| found.state);
            assert_eq!(state, (!reader.is_forgotten).then_some(reader.state), "{id:?}");
        }
        assert_eq!(self.standings(), self.expected.standings());
        assert_eq!(self.ledger.next_due().unwrap(), self.expected.next_due());
        self.expected.assert_promise();
    }
}

fn pick(pick: Pick, len: usize) -> Option<usize> {
    pick.checked_rem(len)
}

fn sorted(mut issues: Vec<IssueId>) -> Vec<IssueId> {
    issues.sort_unstable();
    issues
}
