//! A publication, its readers, and the ledger between them, driven as `publish` drives it.

mod copies;
mod partition;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use proptest::sample::Index;

use postrider::issue::{self, AnnounceRules, Announcement, Ground, Issue, Seq};
use postrider::ledger::{
    Begun, Birth, Claim, EditionNo, Enrolment, Ledger, LedgerError, Outcome, Policy, RowState,
};
use postrider::message::IssueId;
use postrider::post::PostId;
use postrider::subscriber::{CadenceDefaults, Hour, MonthDay, SubscriberId};
use postrider::token::{KeyId, Keys};

use crate::reader::Reader;
use crate::shelf::Shelf;
use crate::step::{RHYTHMS, Run, Step, Stop, Wish, ZONES};

/// More new posts than this in one run need `--backfill`.
const MAX_NEW: usize = 3;

pub struct World {
    ledger: Ledger,
    keys: Keys,
    born: Timestamp,
    now: Timestamp,
    defaults: CadenceDefaults,
    shelf: Shelf,
    readers: Vec<Reader>,
    /// Each mail that was sent, as the posts in it.
    inboxes: BTreeMap<SubscriberId, Vec<Seq>>,
    editions: BTreeMap<(IssueId, EditionNo), Vec<Seq>>,
    /// Posts that some run found in no output after they were announced.
    withdrawn: BTreeSet<Seq>,
    /// Mails from which readers were taken while they were there, and how often they had come by then.
    recalled: BTreeMap<(IssueId, SubscriberId), usize>,
    excluded: BTreeSet<(IssueId, SubscriberId)>,
    max_new: usize,
    copy: Option<copies::Copy>,
    /// The number of the last post in the copy that was brought back last: who lacks one up to it may have been passed
    /// over.
    passed_over: Option<u64>,
    /// Every essay that ever came to a reader, whatever the ledger knows of it.
    had: BTreeSet<(SubscriberId, usize)>,
    /// How many copies of posts came between a backup and the loss of the ledger.
    pub forgotten: usize,
    /// How many of these mails had a later one behind or before them.
    pub overtaken: usize,
}

/// What a run has decided, before anything of it is written.
struct Plan {
    now: Timestamp,
    announcement: Announcement,
    issues: Vec<Issue>,
    numbers: BTreeMap<PostId, Seq>,
}

impl World {
    pub fn new(born: Timestamp) -> Self {
        let birth = Birth { ledger_id: [1; 16], publication: "letters.example.org".to_owned(), now: born };
        Self {
            ledger: Ledger::rehearse_birth(Path::new("windows"), &birth).unwrap(),
            keys: Keys::first([7; 32]),
            born,
            now: born,
            defaults: defaults(0, 6),
            shelf: Shelf::default(),
            readers: Vec::new(),
            inboxes: BTreeMap::new(),
            editions: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            recalled: BTreeMap::new(),
            excluded: BTreeSet::new(),
            max_new: MAX_NEW,
            copy: None,
            passed_over: None,
            had: BTreeSet::new(),
            forgotten: 0,
            overtaken: 0,
        }
    }

    pub fn take(&mut self, step: Step) {
        match step {
            Step::Pass(hours) => self.pass(hours),
            Step::Write(essay) => self.shelf.write(essay, self.now),
            Step::Touch { essay, how } => {
                if let Some(place) = place(&essay, self.shelf.files.len()) {
                    self.shelf.files[place].touch(how);
                }
            }
            Step::Join(wish) => self.join(wish),
            Step::Change { reader, wish } => self.with(&reader, |world, place| {
                world.readers[place].change(wish);
                world.enrol(place);
            }),
            Step::Leave { reader, by_themselves } => {
                self.with(&reader, |world, place| world.leave(place, by_themselves));
            }
            Step::Return(reader) => self.come_back(&reader),
            Step::Move { zone, rhythm } => self.defaults = defaults(zone, rhythm),
            Step::Run(run) => self.run(run),
            Step::BackUp => self.back_up(),
            Step::BringBack => self.bring_back(),
        }
    }

    fn pass(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    fn head(&self) -> u64 {
        self.ledger.book().unwrap().head().0
    }

    fn join(&mut self, wish: Wish) {
        self.readers.push(Reader::new(self.readers.len(), wish, self.head(), self.now));
        self.enrol(self.readers.len() - 1);
    }

    /// Does something with one of the readers who are there.
    fn with(&mut self, reader: &Index, act: impl FnOnce(&mut Self, usize)) {
        let there: Vec<usize> = (0..self.readers.len()).filter(|at| self.readers[*at].is_there()).collect();
        if let Some(place) = place(reader, there.len()) {
            act(self, there[place]);
        }
    }

    fn enrol(&mut self, place: usize) {
        let row = self.readers[place].row();
        let enrolment = self.ledger.import([Ok::<_, ()>(row)], &self.keys, self.now).unwrap();
        let Enrolment::Done(enrolled) = enrolment else { panic!("a row without fault was refused") };
        assert_eq!(enrolled.kept_out, u64::from(!self.readers[place].is_there()));
    }

    fn leave(&mut self, place: usize, by_themselves: bool) {
        let (id, head) = (number(place), self.head());
        match by_themselves {
            true => self.ledger.leave(id, "asked to", self.now).unwrap(),
            false => self.ledger.suppress(id, "550 5.1.1 no such user", self.now).unwrap(),
        };
        self.readers[place].leave(head, self.now);
    }

    fn come_back(&mut self, reader: &Index) {
        let gone: Vec<usize> = (0..self.readers.len()).filter(|at| !self.readers[*at].is_there()).collect();
        let Some(place) = place(reader, gone.len()) else { return };
        let head = self.head();
        self.readers[gone[place]].come_back(head, self.now);
        self.enrol(gone[place]);
    }

    fn run(&mut self, run: Run) {
        match run {
            Run::Whole { backfill } => self.run_at(self.now, backfill, None),
            Run::Behind { hours } => self.run_at(self.now - SignedDuration::from_hours(hours), false, None),
            Run::Killed(stop) => self.run_at(self.now, false, Some(stop)),
            Run::Doubled { hours } => {
                let overtaken = self.prepare(self.now, false);
                self.pass(hours);
                self.run_at(self.now, false, None);
                if let Some(plan) = overtaken {
                    self.be_late(&plan);
                }
            }
        }
        assert_eq!(self.ledger.verify().unwrap(), []);
    }

    fn run_at(&mut self, now: Timestamp, backfill: bool, stop: Option<Stop>) {
        self.ledger.reap(Policy::Hold).unwrap();
        let Some(plan) = self.prepare(now, backfill) else { return };
        self.announce(&plan).unwrap();
        match stop {
            Some(Stop::Announced) => {}
            Some(Stop::Frozen(count)) => self.freeze(&plan, count).unwrap(),
            Some(Stop::Sent(count)) => {
                self.freeze(&plan, usize::MAX).unwrap();
                self.send(count, now);
            }
            None => {
                self.freeze(&plan, usize::MAX).unwrap();
                self.send(usize::MAX, now);
                self.ledger.finish_issues().unwrap();
            }
        }
    }

    /// Writes what was planned before another run did all there was to do.
    fn be_late(&mut self, plan: &Plan) {
        match self.announce(plan).and_then(|()| self.freeze(plan, usize::MAX)) {
            Ok(()) => self.send(usize::MAX, plan.now),
            Err(LedgerError::Raced { .. } | LedgerError::FrozenAlready { .. }) => {}
            Err(LedgerError::Overtaken { .. } | LedgerError::Backwards { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// As the command line prepares a run: what is gone is withdrawn first, and whoever waited for it may be in what
    /// is due.
    fn prepare(&mut self, now: Timestamp, backfill: bool) -> Option<Plan> {
        let plan = self.plan(now, backfill)?;
        self.withdrawn.extend(&plan.announcement.missing);
        self.excluded = self.rows(RowState::Excluded).collect();
        match self.ledger.withdraw(&plan.announcement.missing).unwrap() {
            0 => Some(plan),
            _ => {
                self.note_recalled();
                self.plan(now, backfill)
            }
        }
    }

    fn note_recalled(&mut self) {
        let others: Vec<_> =
            [RowState::Queued, RowState::Sent].into_iter().flat_map(|state| self.rows(state)).collect();
        for key in self.rows(RowState::Excluded) {
            let reader = &self.readers[key.1.0 as usize - 1];
            if self.excluded.insert(key) && reader.is_there() {
                self.recalled.insert(key, reader.spells.len());
                self.overtaken += usize::from(others.iter().any(|it| it.0 > key.0 && it.1 == key.1));
            }
        }
    }

    fn rows(&self, state: RowState) -> impl Iterator<Item = (IssueId, SubscriberId)> + use<> {
        let mut keys = Vec::new();
        self.ledger.each_row(None, state, |row| keys.push((row.issue, row.subscriber))).unwrap();
        keys.into_iter()
    }

    /// As the command line's outlook; none where a run would ask for a person.
    fn plan(&self, now: Timestamp, backfill: bool) -> Option<Plan> {
        let mut book = self.ledger.book().unwrap();
        let rules = AnnounceRules {
            restored_at: self.ledger.origin().unwrap().restored_at,
            is_first_run: book.announced.is_empty(),
            announce_since: Some(self.born),
            max_new: self.max_new,
            backfill,
        };
        let announcement = issue::announce(&book, &self.shelf.posts(now), now, &rules).ok()?;
        book.record(&announcement);
        let ground = Ground { book: &book, missing: &announcement.missing, defaults: &self.defaults };
        let agenda = issue::due(now, &self.ledger.cohorts().unwrap(), &book, &self.defaults);
        let mut issues = Vec::new();
        for due in agenda.due {
            let standings = self.ledger.standings(&due.cohorts, due.due_at).unwrap();
            if !standings.is_empty() {
                issues.extend(issue::plan(&ground, &due, &standings));
            }
        }
        let numbers = book.announced.iter().map(|post| (post.id.clone(), post.seq)).collect();
        Some(Plan { now, announcement, issues, numbers })
    }

    fn announce(&mut self, plan: &Plan) -> Result<(), LedgerError> {
        self.ledger.announce(&plan.announcement, plan.now)?;
        self.shelf.see(&self.ledger.book()?.announced, plan.now);
        Ok(())
    }

    fn freeze(&mut self, plan: &Plan, count: usize) -> Result<(), LedgerError> {
        for issue in plan.issues.iter().take(count) {
            let drafts = vec![b"draft".to_vec(); issue.editions.len()];
            let frozen = self.ledger.freeze(issue, &drafts, KeyId(1), plan.now)?;
            for (no, edition) in (0..).map(EditionNo).zip(&issue.editions) {
                let posts: Vec<Seq> = edition.posts.iter().map(|id| plan.numbers[id]).collect();
                assert!(posts.is_sorted() && !posts.is_empty(), "oldest first: {posts:?}");
                assert!(posts.iter().all(|post| !plan.announcement.missing.contains(post)), "{posts:?}");
                self.editions.insert((frozen.id, no), posts);
            }
        }
        Ok(())
    }

    /// Sends at most so many mails and is killed if more wait.
    fn send(&mut self, most: usize, now: Timestamp) {
        let mut sent = 0;
        loop {
            let claims = self.ledger.claim(3, now).unwrap();
            if claims.is_empty() {
                return;
            }
            for claim in claims {
                if sent == most {
                    return;
                }
                self.deliver(claim, now);
                sent += 1;
            }
        }
    }

    fn deliver(&mut self, claim: Claim, now: Timestamp) {
        let posts = self.editions[&(claim.issue, claim.edition)].clone();
        let reader = claim.recipient.subscriber;
        let begun = self.ledger.begin(vec![(claim, now)], now).unwrap().pop();
        let Some(Begun::Ready(sent)) = begun else { panic!("the claim is ours: {begun:?}") };
        let outcome = Outcome::Sent { reply: "250 ok".to_owned() };
        self.ledger.settle(vec![(sent, outcome)], Policy::Hold, now).unwrap();
        self.assert_new_to(reader, &posts);
        self.inboxes.entry(reader).or_default().extend(posts);
    }

    /// Lets everything come due, and once more: the second run has nothing left to do.
    pub fn end(&mut self) -> usize {
        self.pass(33 * 24);
        // Not `backfill`: after a copy was brought back it mails again what may have been mailed.
        self.max_new = usize::MAX;
        self.run(Run::Whole { backfill: false });
        let before: usize = self.inboxes.values().map(Vec::len).sum();
        self.run(Run::Whole { backfill: false });
        let after: usize = self.inboxes.values().map(Vec::len).sum();
        assert_eq!(after, before, "a run that comes again mails nobody");
        after
    }
}

/// The ledger numbers readers in the order in which they come.
fn number(place: usize) -> SubscriberId {
    SubscriberId(place as u64 + 1)
}

fn place(index: &Index, len: usize) -> Option<usize> {
    (len > 0).then(|| index.index(len))
}

fn defaults(zone: usize, rhythm: usize) -> CadenceDefaults {
    let asked = postrider::subscriber::Preferences::default().at(RHYTHMS[rhythm].parse().ok());
    CadenceDefaults {
        pace: asked.pace.unwrap(),
        hour: asked.hour.unwrap_or(Hour::new(8).unwrap()),
        weekday: asked.weekday.map_or(jiff::civil::Weekday::Sunday, |day| day.0),
        month_day: asked.month_day.unwrap_or(MonthDay::new(1).unwrap()),
        zone: ZONES[zone].parse().unwrap(),
        lang: "en".parse().unwrap(),
    }
}
