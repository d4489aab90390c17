//! A publication with readers and an issue on its way, in a ledger on disk.

#![allow(dead_code, reason = "each test file uses another part of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp, Zoned};
use postrider::delivery::{
    Carrier, Deadlines, DeliveryError, Hours, LaneSettings, PacingSettings, Pipelining, RelayUrl, Route,
    RouteSettings, SendReport, Sending, Stop, send,
};
use postrider::issue::{Announced, Announcement, Edition, Group, Issue, IssueKey, Seq};
use postrider::ledger::{Birth, DeliveryRow, Enrolment, IssueStatus, Ledger, Policy, RowState};
use postrider::message::{Content, DraftRequest, IssueId, Leave, Masthead, Signers, draft};
use postrider::post::{Body, Format, MarkupSettings, Post, Posts};
use postrider::site::Urls;
use postrider::subscriber::{Cadence, NewSubscriber, Pace, Preferences};
use postrider::template::Templates;
use postrider::token::{KeyId, Keys};
use tempfile::TempDir;

/// When the issue is frozen.
pub fn start() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

pub fn keys() -> Keys {
    Keys::first([7; 32])
}

/// A publication whose issue is frozen; the time is pretended and goes on when told.
pub struct Publication {
    folder: TempDir,
    pub issue: IssueId,
    keys: Keys,
    secs: AtomicI64,
    /// Since when the time goes on by itself.
    ticking: Option<Instant>,
    pub policy: Policy,
    pub connections: usize,
    pub pacing: PacingSettings,
    pub hours: Option<Hours>,
    pub linger: Duration,
    pub expire: Duration,
    pub deadline: Duration,
    pub pipelining: Pipelining,
    pub signers: Option<Arc<Signers>>,
    pub stop: Stop,
    /// How many recipients have an end, as the last run told.
    pub progress: AtomicU64,
}

impl Publication {
    /// `reader-0@example.org` to `reader-N@example.org`, and an issue with one essay frozen for them.
    pub fn sending_to(readers: u64) -> Self {
        Self::sending(readers, 3_000)
    }

    /// The same with an essay of about so many octets.
    pub fn sending(readers: u64, octets: usize) -> Self {
        Self::with(readers, octets, &["example.org"], &[])
    }

    /// Readers at each of the domains in turn.
    pub fn sending_to_domains(readers: u64, domains: &[&str]) -> Self {
        Self::with(readers, 3_000, domains, &[])
    }

    /// Readers in each of the time zones in turn.
    pub fn sending_to_zones(readers: u64, zones: &[&str]) -> Self {
        Self::with(readers, 3_000, &["example.org"], zones)
    }

    fn with(readers: u64, octets: usize, domains: &[&str], zones: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let birth =
            Birth { ledger_id: [1; 16], publication: "https://letters.example/".to_owned(), now: start() };
        let mut ledger = Ledger::create(&folder.path().join("ledger.db"), &birth).unwrap();
        let domain = |number: u64| domains[number as usize % domains.len()];
        let zone = |number: u64| zones.get(number as usize % zones.len().max(1)).copied();
        let rows = (0..readers).map(|number| Ok::<_, ()>(reader(number, domain(number), zone(number))));
        let enrolled = ledger.import(rows, &keys(), start()).unwrap();
        assert!(matches!(enrolled, Enrolment::Done(_)));
        let announcement = Announcement { new: vec![announced()], ..Announcement::default() };
        ledger.announce(&announcement, start()).unwrap();
        let issue = planned(&ledger);
        let frozen = ledger.freeze(&issue, &[draft_of(octets)], KeyId(1), start()).unwrap();
        assert_eq!(frozen.candidates, readers);
        Self {
            folder,
            issue: frozen.id,
            keys: keys(),
            secs: AtomicI64::new(0),
            ticking: None,
            policy: Policy::Resend,
            connections: 4,
            pacing: PacingSettings::default(),
            hours: None,
            linger: Duration::ZERO,
            expire: Duration::from_secs(72 * 3600),
            deadline: Duration::from_secs(2),
            pipelining: Pipelining::default(),
            signers: None,
            stop: Stop::never(),
            progress: AtomicU64::new(0),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    pub fn outbox(&self) -> PathBuf {
        self.folder.path().join("outbox")
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::open(&self.path()).unwrap()
    }

    pub fn now(&self) -> Timestamp {
        let elapsed = self.ticking.map_or(Duration::ZERO, |since| since.elapsed());
        let millis = i64::try_from(elapsed.as_millis()).unwrap();
        start() + SignedDuration::from_millis(self.secs.load(Ordering::SeqCst) * 1000 + millis)
    }

    /// The time goes on by itself from `time`.
    pub fn tick_from(&mut self, time: Timestamp) {
        self.secs.store(time.duration_since(start()).as_secs(), Ordering::SeqCst);
        self.ticking = Some(Instant::now());
    }

    /// Time goes on to `time`.
    pub fn go_on_to(&self, time: Timestamp) {
        let secs = time.duration_since(start()).as_secs() + 1;
        self.secs.fetch_max(secs, Ordering::SeqCst);
    }

    /// Sends to the relay at `url`; what its one lane did is left out of the report.
    pub fn send_to(&self, url: &str) -> Result<SendReport, DeliveryError> {
        self.send_over(vec![self.lane("smtp", url)]).map(|report| SendReport { lanes: Vec::new(), ..report })
    }

    /// A lane to the relay at `url`, with weight 1 and no limits.
    pub fn lane(&self, name: &str, url: &str) -> LaneSettings {
        let RelayUrl::Smtp(relay) = url.parse().unwrap() else { panic!("{url} is no server") };
        let deadlines = Deadlines::all(self.deadline);
        let settings = RouteSettings { deadlines, pipelining: self.pipelining, ..RouteSettings::default() };
        let route = Route::new(relay, settings).unwrap();
        LaneSettings { name: name.to_owned(), ..LaneSettings::only(route, self.connections, 100) }
    }

    pub fn send_over(&self, lanes: Vec<LaneSettings>) -> Result<SendReport, DeliveryError> {
        self.send(Carrier::Lanes(lanes))
    }

    /// Sends into the outbox.
    pub fn send_to_outbox(&self) -> Result<SendReport, DeliveryError> {
        self.send(Carrier::Maildir(self.outbox()))
    }

    fn send(&self, carrier: Carrier) -> Result<SendReport, DeliveryError> {
        let sending = Sending {
            carrier,
            pacing: self.pacing.clone(),
            hours: self.hours.clone(),
            policy: self.policy,
            linger: self.linger,
            stays: false,
            expire: self.expire,
            keys: &self.keys,
            signers: self.signers.clone(),
            clock: &|| self.now(),
            stop: self.stop.clone(),
            progress: &|ended| self.progress.store(ended, Ordering::SeqCst),
        };
        send(self.ledger(), sending).map(|(_, report)| report)
    }

    pub fn status(&self) -> IssueStatus {
        self.ledger().status(self.issue).unwrap()
    }

    /// The rows in `state`.
    pub fn rows(&self, state: RowState) -> Vec<DeliveryRow> {
        let mut rows = Vec::new();
        self.ledger().each_row(Some(self.issue), state, |row| rows.push(row.clone())).unwrap();
        rows
    }

    /// The ledger finds no fault with itself.
    pub fn assert_sound(&self) {
        assert_eq!(self.ledger().verify().unwrap(), []);
    }
}

fn reader(number: u64, domain: &str, zone: Option<&str>) -> NewSubscriber {
    NewSubscriber {
        address: format!("reader-{number}@{domain}").parse().unwrap(),
        name: Some(format!("Reader {number}")),
        preferences: Preferences {
            pace: Some(Pace::Each),
            zone: zone.map(|zone| zone.parse().unwrap()),
            ..Preferences::default()
        },
        confirmed_at: Some(start() - SignedDuration::from_hours(24)),
        source: Some("test".to_owned()),
    }
}

fn announced() -> Announced {
    let post = essay(0);
    Announced {
        seq: Seq(1),
        id: post.id,
        source: post.source,
        slug: post.slug,
        title: post.title,
        published: start(),
        content_hash: post.content_hash,
        tags: Vec::new(),
        is_baseline: false,
        is_mailed: true,
    }
}

fn planned(ledger: &Ledger) -> Issue {
    let cohorts: Vec<_> = ledger.cohorts().unwrap().into_iter().map(|(id, _)| id).collect();
    let standings = ledger.standings(&cohorts, start()).unwrap();
    let groups = standings.into_iter().map(|s| Group {
        cohort: s.cohort,
        after: s.through,
        owed: s.owed,
        readers: s.readers,
    });
    Issue {
        series: Cadence::Each,
        key: IssueKey("each/1".to_owned()),
        due_at: start(),
        through: Seq(1),
        editions: vec![Edition {
            posts: vec![announced().id],
            lang: "en".parse().unwrap(),
            groups: groups.collect(),
        }],
        without: Vec::new(),
    }
}

/// An essay of about so many octets.
fn essay(octets: usize) -> Post {
    let line = "A map leaves out what it is not about, and that is most of the world.\n\n";
    let source = line.repeat(octets / line.len() + 1);
    let body = Body::new(Format::Markdown, source, true);
    Post {
        id: "tag:example.org,2026:on-maps".parse().unwrap(),
        is_id_stored: true,
        slug: "on-maps".parse().unwrap(),
        title: "On maps".to_owned(),
        published: "2026-11-20T09:00:00+00:00[UTC]".parse().unwrap(),
        updated: None,
        lang: "en".parse().unwrap(),
        authors: Vec::new(),
        tags: Vec::new(),
        given_summary: None,
        image: None,
        enclosure: None,
        canonical_url: None,
        aliases: Vec::new(),
        series: None,
        toc: None,
        is_mailed: true,
        extra: serde_json::Map::new(),
        content_hash: "hash".to_owned(),
        source: "on-maps.md".into(),
        body,
        survey: std::sync::OnceLock::new(),
    }
}

fn draft_of(octets: usize) -> Vec<u8> {
    let home = "https://letters.example/".parse().unwrap();
    let date: Zoned = start().to_zoned(jiff::tz::TimeZone::UTC);
    let request = DraftRequest {
        masthead: &masthead(),
        posts: &[&essay(octets)],
        label: "each/1",
        date: &date,
        lang: &"en".parse().unwrap(),
        key: KeyId(1),
        content: Content::Full,
        linker: &Urls::new(&home, &Posts::default()),
        markup: &MarkupSettings::default(),
        templates: &Templates::load(None).unwrap(),
        web_copy: None,
        archive: &home,
    };
    draft(&request).unwrap().to_bytes()
}

fn masthead() -> Masthead {
    Masthead {
        title: "Letters".to_owned(),
        url: "https://letters.example/".parse().unwrap(),
        from: "Ada <letters@letters.example>".parse().unwrap(),
        reply_to: None,
        postal_address: "12 Church Lane".to_owned(),
        leave: Leave::Mail { address: "leave@letters.example".parse().unwrap() },
        bounce_address: Some("bounces@letters.example".parse().unwrap()),
        list_id: "letters.example".parse().unwrap(),
    }
}

/// How often each value comes.
pub fn counted<T: Ord>(values: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
    counts
}
