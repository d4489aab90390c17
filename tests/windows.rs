//! Whatever the clock, the timer and the readers do: each reader gets each post they asked for, and gets it once.
//!
//! Random histories of posts, readers, changes of pace and runs against a real ledger (in memory), as `publish`
//! drives it. The mail itself is left out: whoever is claimed is settled as sent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use postrider::issue::{self, Announced, Announcement, Ground, Seq};
use postrider::ledger::{Begun, Birth, EditionNo, Ledger, Outcome, Policy};
use postrider::message::IssueId;
use postrider::post::PostId;
use postrider::subscriber::{
    CadenceDefaults, Hour, MonthDay, NewSubscriber, Pace, Preferences, SubscriberId,
};
use postrider::token::{KeyId, Keys};

const RHYTHMS: [&str; 8] = [
    "each",
    "daily 07:00",
    "daily 22:00",
    "weekly sun 08:00",
    "weekly wed 18:00",
    "monthly 1 08:00",
    "monthly 28 23:00",
    "weekly fri 02:00",
];
const ZONES: [&str; 4] = ["UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"];
const TOPICS: [&str; 3] = ["", "maps", "feeds;letters"];
const TAGS: [&str; 3] = ["maps", "feeds", "poems"];

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many hours pass.
    Pass(i64),
    /// A post with one of the tags comes out.
    Publish(usize),
    Join {
        rhythm: usize,
        zone: usize,
        topics: usize,
    },
    /// One of the readers there are asks for another pace.
    Change {
        reader: usize,
        rhythm: usize,
    },
    /// The timer goes off.
    Run,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1_i64..100).prop_map(Step::Pass),
        2 => (0..TAGS.len()).prop_map(Step::Publish),
        2 => (0..RHYTHMS.len(), 0..ZONES.len(), 0..TOPICS.len())
            .prop_map(|(rhythm, zone, topics)| Step::Join { rhythm, zone, topics }),
        1 => (0..8_usize, 0..RHYTHMS.len()).prop_map(|(reader, rhythm)| Step::Change { reader, rhythm }),
        4 => Just(Step::Run),
    ]
}

/// A reader as the test knows them.
struct Reader {
    preferences: Preferences,
    /// What was announced before they came.
    head: u64,
}

struct World {
    ledger: Ledger,
    keys: Keys,
    now: Timestamp,
    /// Tags of all posts; the first is number 1.
    posts: Vec<&'static str>,
    readers: Vec<Reader>,
    got: BTreeMap<(SubscriberId, Seq), u32>,
    editions: BTreeMap<(IssueId, EditionNo), Vec<Seq>>,
}

impl World {
    fn new() -> Self {
        // Before a change to winter time in Europe and America.
        let now = "2026-10-20T12:00:00Z".parse().unwrap();
        let birth = Birth { ledger_id: [1; 16], publication: "letters.example.org".to_owned(), now };
        Self {
            ledger: Ledger::rehearse_birth(Path::new("windows"), &birth).unwrap(),
            keys: Keys::first([7; 32]),
            now,
            posts: Vec::new(),
            readers: Vec::new(),
            got: BTreeMap::new(),
            editions: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Pass(hours) => self.now += SignedDuration::from_hours(hours),
            Step::Publish(tag) => self.posts.push(TAGS[tag]),
            Step::Join { rhythm, zone, topics } => {
                let preferences = Preferences {
                    zone: Some(ZONES[zone].parse().unwrap()),
                    topics: TOPICS[topics].parse().unwrap(),
                    ..Preferences::default()
                };
                let preferences = preferences.at(RHYTHMS[rhythm].parse().ok());
                let head = self.ledger.book().unwrap().head().0;
                self.readers.push(Reader { preferences, head });
                self.enrol(self.readers.len() - 1);
            }
            Step::Change { reader, .. } if reader >= self.readers.len() => {}
            Step::Change { reader, rhythm } => {
                let changed = self.readers[reader].preferences.clone().at(RHYTHMS[rhythm].parse().ok());
                self.readers[reader].preferences = changed;
                self.enrol(reader);
            }
            Step::Run => self.run(),
        }
    }

    fn enrol(&mut self, reader: usize) {
        let row = NewSubscriber {
            address: format!("reader-{reader}@example.org").parse().unwrap(),
            name: None,
            preferences: self.readers[reader].preferences.clone(),
            confirmed_at: None,
            source: None,
        };
        self.ledger.import([Ok::<_, ()>(row)], &self.keys, self.now).unwrap();
    }

    fn run(&mut self) {
        self.announce();
        let book = self.ledger.book().unwrap();
        let defaults = defaults();
        let ground = Ground { book: &book, missing: &[], defaults: &defaults };
        let agenda = issue::due(self.now, &self.ledger.cohorts().unwrap(), &book, &defaults);
        for due in agenda.due {
            let standings = self.ledger.standings(&due.cohorts, due.due_at).unwrap();
            if standings.is_empty() {
                continue;
            }
            for planned in issue::plan(&ground, &due, &standings) {
                let drafts = vec![b"draft".to_vec(); planned.editions.len()];
                let frozen = self.ledger.freeze(&planned, &drafts, KeyId(1), self.now).unwrap();
                for (no, edition) in (0..).zip(&planned.editions) {
                    let seq_of = |id: &PostId| book.announced.iter().find(|post| post.id == *id).unwrap().seq;
                    let posts = edition.posts.iter().map(seq_of).collect();
                    self.editions.insert((frozen.id, EditionNo(no)), posts);
                }
            }
        }
        self.send();
        self.ledger.finish_issues().unwrap();
        assert_eq!(self.ledger.verify().unwrap(), []);
    }

    fn announce(&mut self) {
        let known = self.ledger.book().unwrap().announced.len();
        let new = (1..).zip(&self.posts).skip(known).map(|(seq, tag)| post(seq, tag, self.now)).collect();
        self.ledger.announce(&Announcement { new, ..Announcement::default() }, self.now).unwrap();
    }

    fn send(&mut self) {
        loop {
            let claims = self.ledger.claim(100, self.now).unwrap();
            if claims.is_empty() {
                return;
            }
            for claim in claims {
                let posts = self.editions[&(claim.issue, claim.edition)].clone();
                let reader = claim.recipient.subscriber;
                let begun = self.ledger.begin(vec![(claim, self.now)], self.now).unwrap().pop();
                let Some(Begun::Ready(sent)) = begun else { panic!("the claim is ours") };
                let outcome = Outcome::Sent { reply: "250 ok".to_owned() };
                self.ledger.settle(vec![(sent, outcome)], Policy::Resend, self.now).unwrap();
                posts.into_iter().for_each(|post| *self.got.entry((reader, post)).or_default() += 1);
            }
        }
    }

    /// What each reader asked for since they came.
    fn wanted(&self) -> BTreeSet<(SubscriberId, Seq)> {
        let posts = || (1..).zip(&self.posts);
        let wants = |reader: &Reader, (seq, tag): (u64, &&str)| {
            seq > reader.head && reader.preferences.topics.want(&[tag.parse().unwrap()])
        };
        let of_reader = |(number, reader): (u64, &Reader)| {
            let wanted = posts().filter(|post| wants(reader, *post));
            wanted.map(|(seq, _)| (SubscriberId(number), Seq(seq))).collect::<Vec<_>>()
        };
        (1..).zip(&self.readers).flat_map(of_reader).collect()
    }
}

fn defaults() -> CadenceDefaults {
    CadenceDefaults {
        pace: Pace::Weekly,
        hour: Hour::new(8).unwrap(),
        weekday: jiff::civil::Weekday::Sunday,
        month_day: MonthDay::new(1).unwrap(),
        zone: "UTC".parse().unwrap(),
        lang: "en".parse().unwrap(),
    }
}

fn post(seq: u64, tag: &str, now: Timestamp) -> Announced {
    Announced {
        seq: Seq(seq),
        id: format!("tag:example.org,2026:post-{seq}").parse().unwrap(),
        source: format!("post-{seq}.md").into(),
        slug: format!("post-{seq}").parse().unwrap(),
        title: format!("Post {seq}"),
        published: now,
        content_hash: format!("hash-{seq}"),
        tags: vec![tag.parse().unwrap()],
        is_baseline: false,
        is_mailed: true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn each_reader_gets_each_post_they_asked_for_once(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            prop_assert!(world.got.values().all(|times| *times == 1), "nobody gets a post twice: {:?}", world.got);
        }
        // The last run of every pace comes within two months.
        for _ in 0..10 {
            world.take(Step::Pass(7 * 24));
            world.take(Step::Run);
        }
        let got: BTreeSet<_> = world.got.keys().copied().collect();
        prop_assert_eq!(got, world.wanted());
        prop_assert!(world.got.values().all(|times| *times == 1), "nobody gets a post twice");
    }
}
