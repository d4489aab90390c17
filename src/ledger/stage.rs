//! A ledger set up for tests: posts, readers, an issue on its way.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::server::{self, Postgres};
use super::{
    Begun, Birth, Claim, DatabaseUrl, Enrolled, Enrolment, Frozen, InFlight, Ledger, Location, RowState,
};
use crate::issue::{
    Announced, Announcement, Edition, Group, Issue, IssueKey, Passed, Seq, Silence, Standing,
};
use crate::message::IssueId;
use crate::subscriber::{Cadence, NewSubscriber, Pace, Preferences, SubscriberId};
use crate::token::{KeyId, Keys};

/// When the tests begin.
pub fn start() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

pub fn later(secs: i64) -> Timestamp {
    start() + SignedDuration::from_secs(secs)
}

pub fn keys() -> Keys {
    Keys::first([7; 32])
}

/// Which kind of ledger a test is about.
#[derive(Clone, Copy, Debug)]
pub enum On {
    File,
    Database,
}

/// Runs a test on a file and in a database: one suite for both.
pub fn on_each(test: impl Fn(On)) {
    test(On::File);
    match server::missing() {
        None => test(On::Database),
        Some(why) => eprintln!("not tested in PostgreSQL: {why}"),
    }
}

impl On {
    /// An empty ledger.
    pub fn empty(self) -> Stage {
        let (location, folder) = match self {
            Self::File => {
                let folder = tempfile::tempdir().unwrap();
                (Location::File(folder.path().join("ledger.db")), Some(folder))
            }
            Self::Database => (Location::Database(new_database()), None),
        };
        Stage { ledger: Ledger::create(&location, &birth()).unwrap(), location, folder }
    }

    /// `readers` readers who want each post, and one post announced after they came.
    pub fn with_readers(self, readers: u64) -> Stage {
        let mut stage = self.empty();
        stage.enrol((0..readers).map(reader));
        stage.announce_one();
        stage
    }

    /// The same, and the issue with that post frozen.
    pub fn sending(self, readers: u64) -> (Stage, IssueId) {
        let mut stage = self.with_readers(readers);
        let frozen = stage.freeze_each();
        (stage, frozen.id)
    }
}

/// A new database on a server that all tests of this process share; it ends with the process.
fn new_database() -> DatabaseUrl {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start).database().parse().unwrap()
}

pub struct Stage {
    pub ledger: Ledger,
    pub location: Location,
    /// Removed with the stage.
    pub folder: Option<TempDir>,
}

impl Stage {
    /// See [`On::sending`].
    pub fn sending(readers: u64) -> (Self, IssueId) {
        On::File.sending(readers)
    }

    /// See [`On::with_readers`].
    pub fn with_readers(readers: u64) -> Self {
        On::File.with_readers(readers)
    }

    pub fn enrol(&mut self, readers: impl Iterator<Item = NewSubscriber>) -> Enrolled {
        match self.ledger.import(readers.map(Ok::<_, ()>), &keys(), start()).unwrap() {
            Enrolment::Done(enrolled) => enrolled,
            Enrolment::Refused { .. } => panic!("rows without faults are enrolled"),
        }
    }

    /// Announces the next post.
    pub fn announce_one(&mut self) {
        let seq = self.ledger.book().unwrap().announced.len() as u64 + 1;
        let announcement = Announcement { new: vec![post(seq)], ..Announcement::default() };
        self.ledger.announce(&announcement, start()).unwrap();
    }

    /// What the planner would freeze for the readers who want each post.
    pub fn next_issue(&self) -> Issue {
        let cohorts: Vec<_> = self.ledger.cohorts().unwrap().into_iter().map(|(id, _)| id).collect();
        let announced = self.ledger.book().unwrap().announced;
        let through = announced.last().map_or(Seq(0), |post| post.seq);
        let standings = self.ledger.standings(&cohorts, start()).unwrap();
        let group = |s: &Standing| Group {
            cohort: s.cohort,
            after: s.through,
            owed: s.owed.clone(),
            readers: s.readers,
        };
        let is_served = |s: &Standing| s.through == through && s.owed.is_empty();
        let (served, waiting): (Vec<_>, Vec<_>) = standings.into_iter().partition(is_served);
        let passed = |group| Passed { group, why: Silence::NothingNew };
        let after = waiting.iter().map(|standing| standing.through).min().unwrap_or(through);
        let is_owed = |seq: &Seq| waiting.iter().any(|standing| standing.owed.contains(seq));
        let lacked = announced.iter().filter(|post| post.seq > after || is_owed(&post.seq));
        let edition = Edition {
            posts: lacked.map(|post| post.id.clone()).collect(),
            lang: "en".parse().unwrap(),
            groups: waiting.iter().map(group).collect(),
        };
        Issue {
            series: Cadence::Each,
            key: IssueKey(format!("each/{}", through.0)),
            due_at: start(),
            through,
            editions: if edition.groups.is_empty() { Vec::new() } else { vec![edition] },
            without: served.iter().map(|s| passed(group(s))).collect(),
        }
    }

    pub fn freeze_each(&mut self) -> Frozen {
        let issue = self.next_issue();
        let drafts = vec![b"draft".to_vec(); issue.editions.len()];
        self.ledger.freeze(&issue, &drafts, KeyId(1), start()).unwrap()
    }

    /// Claims one recipient who is due at `now`.
    pub fn claim_one(&mut self, now: Timestamp) -> Claim {
        self.ledger.claim(1, now).unwrap().pop().expect("somebody is due")
    }

    /// Claims one recipient and makes the intent durable.
    pub fn begin_one(&mut self, now: Timestamp) -> InFlight {
        let claim = self.claim_one(now);
        let retry_at = now + SignedDuration::from_mins(10);
        match self.ledger.begin(vec![(claim, retry_at)], now).unwrap().pop() {
            Some(Begun::Ready(sent)) => sent,
            other => panic!("expected an intent, found {other:?}"),
        }
    }

    /// The state of one recipient's row.
    pub fn state(&self, issue: IssueId, subscriber: SubscriberId) -> RowState {
        let mut found = None;
        for state in RowState::ALL {
            self.ledger
                .each_row(Some(issue), state, |row| {
                    if row.subscriber == subscriber {
                        found = Some(row.state);
                    }
                })
                .unwrap();
        }
        found.expect("the subscriber is a recipient of the issue")
    }

    /// Ends this process, as far as the ledger can tell, and opens the ledger again when its lease is over.
    pub fn reopen(self) -> Self {
        self.let_leases_end();
        let Self { folder, ledger, location } = self;
        drop(ledger);
        Self { ledger: Ledger::open(&location).unwrap(), folder, location }
    }

    /// Whoever sends is dead, as far as a database can tell: a minute passes.
    pub fn let_leases_end(&self) {
        if let Location::Database(url) = &self.location {
            let mut session = super::postgres::Session::open(url).unwrap();
            session.batch("UPDATE worker SET lease_until = 0").unwrap();
        }
    }

    pub fn assert_sound(&self) {
        assert_eq!(self.ledger.verify().unwrap(), []);
    }
}

pub fn birth() -> Birth {
    Birth { ledger_id: [1; 16], publication: "https://letters.example/".to_owned(), now: start() }
}

/// A reader who wants each post.
pub fn reader(number: u64) -> NewSubscriber {
    NewSubscriber {
        address: format!("reader-{number}@example.org").parse().unwrap(),
        name: Some(format!("Reader {number}")),
        preferences: Preferences { pace: Some(Pace::Each), ..Preferences::default() },
        confirmed_at: Some(later(-86_400)),
        source: Some("test".to_owned()),
    }
}

pub fn post(seq: u64) -> Announced {
    Announced {
        seq: Seq(seq),
        id: format!("tag:example.org,2026:post-{seq}").parse().unwrap(),
        source: format!("posts/post-{seq}.md").into(),
        slug: format!("post-{seq}").parse().unwrap(),
        title: format!("Post {seq}"),
        published: start(),
        content_hash: format!("hash-{seq}"),
        tags: vec!["maps".parse().unwrap(), "地図".parse().unwrap()],
        is_baseline: false,
        is_mailed: true,
    }
}
