//! `send`: what is new is announced, what is due is frozen, what waits is mailed.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use super::args::{BuildArgs, NewsArgs, SendArgs};
use super::console::Report;
use super::desk::Desk;
use super::drafting::{self, DraftedIssue};
use super::exit::{Exit, Failure};
use super::outlook::{self, Outlook, Turn};
use super::plan::unfinished;
use super::publication::Publication;
use super::{book, keys, retry, send_words, subscribers, web_copies};
use crate::config::{DeliverySettings, LaneConfig, Way};
use crate::delivery::{
    self, Carrier, Deadlines, DeliveryError, End, LaneSettings, LaneState, Password, Route, RouteSettings,
    SendReport, Sending, Stop,
};
use crate::issue::{Announcement, Seq};
use crate::ledger::{Enrolled, IssueState, IssueStatus, Ledger, Policy, Reaped, SenderLock};
use crate::message::Signers;
use crate::post::Fault;
use crate::site::TreeReport;
use crate::token::Keys;

/// What mailing came to.
pub struct Mailing {
    pub now: Timestamp,
    pub readers: Option<Enrolled>,
    pub reaped: Reaped,
    pub announcement: Announcement,
    pub last_announced: Seq,
    /// Issues that were frozen or worked on in this run, as they stand now.
    pub issues: Vec<IssueStatus>,
    /// None: nobody waited for anything.
    pub sent: Option<SendReport>,
    pub way: Way,
    pub turns: Vec<Turn>,
    pub findings: Vec<Fault>,
    pub web_copies: TreeReport,
}

pub fn run(desk: &Desk, args: &SendArgs) -> Result<Report, Failure> {
    let publication = Publication::load(desk)?;
    let office = Office::open(desk, &publication, args.news)?;
    let mut office = if args.worker { office.for_worker()? } else { office };
    let again = retry::give(desk, &mut office.ledger, args.again)?;
    let mailing = office.mail(desk, &publication, args.news, &args.build)?;
    let zone = publication.config.zone()?.rules();
    let mut report = Report::done(send_words::text(&mailing, &zone), send_words::to_json(&mailing));
    if let Some(again) = again {
        report.text.insert_str(0, &again.words());
        report.json["retried"] = again.to_json();
    }
    Ok(mailing.close(report))
}

/// All that mailing needs, found to be in order before anything is done.
pub struct Office {
    ledger: Ledger,
    keys: Keys,
    delivery: DeliverySettings,
    carrier: Carrier,
    signers: Option<Arc<Signers>>,
    /// Whether others may be at work on the same, and the run stays with them.
    is_worker: bool,
    _lock: SenderLock,
}

/// How often an outlook is taken anew because another sender was faster.
const TRIES: u32 = 5;

/// What was announced and frozen.
struct Prepared {
    readers: Option<Enrolled>,
    outlook: Outlook,
    findings: Vec<Fault>,
}

impl Office {
    /// Opens the ledger, or makes it where the run may; no other sender can work on it meanwhile.
    pub fn open(desk: &Desk, publication: &Publication, news: NewsArgs) -> Result<Self, Failure> {
        let config = &publication.config;
        let (mut delivery, signers) = (config.delivery()?, config.signers()?);
        let carrier = carrier(&delivery.way)?;
        if matches!(carrier, Carrier::Maildir(_)) {
            // Writing a mail again writes the same file: nobody is ever in doubt (decision 0009).
            delivery.policy = Policy::Resend;
        }
        let mut ledger = outlook::ledger_for(desk, publication, news)?;
        let keys = keys::read(config)?;
        let lock = book::sender_lock(config)?;
        ledger.examine()?;
        ledger.watch(&lock)?;
        Ok(Self {
            ledger,
            keys,
            delivery,
            carrier,
            signers: signers.map(Arc::new),
            is_worker: false,
            _lock: lock,
        })
    }

    /// The same, to share the work with others.
    fn for_worker(self) -> Result<Self, Failure> {
        if self.ledger.is_shared() {
            return Ok(Self { is_worker: true, ..self });
        }
        let what = format!("{}: one sender at a time can work on a ledger in a file", self.ledger.place());
        Err(Failure::plain(Exit::Operator, what)
            .help("leave out --worker, or set `ledger.url` to a PostgreSQL database that the workers share"))
    }

    /// Announces, freezes and sends.
    pub fn mail(
        mut self,
        desk: &Desk,
        publication: &Publication,
        news: NewsArgs,
        tree: &BuildArgs,
    ) -> Result<Mailing, Failure> {
        let reaped = self.ledger.reap(self.delivery.policy)?;
        let Prepared { readers, outlook, findings } = self.prepare(desk, publication, news)?;
        // A link in a mail leads somewhere by the time the mail leaves.
        let web_copies = web_copies::write(desk, &self.ledger, &tree.out)?;
        let way = self.delivery.way.clone();
        let open = unfinished(&self.ledger)?;
        if !open.is_empty() {
            // Asked for again: an issue frozen earlier is not sent if the way to leave it names is gone.
            publication.config.mail()?;
        }
        let (ledger, sent) = self.deliver(desk, &open)?;
        let issues = open.iter().map(|status| ledger.status(status.issue.id)).collect::<Result<_, _>>()?;
        Ok(Mailing {
            now: desk.now(),
            readers,
            reaped,
            last_announced: outlook.book.head(),
            announcement: outlook.announcement,
            issues,
            sent,
            way,
            turns: outlook.turns,
            findings,
            web_copies,
        })
    }

    /// Announces and freezes, unless this is a worker who joins what is being sent already: another machine may hold
    /// older essays, and a post that is missing there is not withdrawn.
    fn prepare(
        &mut self,
        desk: &Desk,
        publication: &Publication,
        news: NewsArgs,
    ) -> Result<Prepared, Failure> {
        let is_sending = |status: &IssueStatus| status.issue.state == IssueState::Sending;
        if self.is_worker && unfinished(&self.ledger)?.iter().any(is_sending) {
            let outlook = Outlook::of(desk, publication, &self.ledger, news)?.without_news();
            return Ok(Prepared { readers: None, outlook, findings: Vec::new() });
        }
        let mut tries = 1;
        loop {
            match self.prepare_once(desk, publication, news) {
                Err(failure)
                    if failure.exit == Exit::TryAgain && self.ledger.is_shared() && tries < TRIES =>
                {
                    tries += 1;
                }
                prepared => return prepared,
            }
        }
    }

    fn prepare_once(
        &mut self,
        desk: &Desk,
        publication: &Publication,
        news: NewsArgs,
    ) -> Result<Prepared, Failure> {
        let readers = subscribers::declare(desk, &mut self.ledger, &publication.config, &self.keys)?;
        let outlook = Outlook::after_withdrawal(desk, publication, &mut self.ledger, news)?;
        let findings = self.freeze(desk, publication, &outlook)?;
        Ok(Prepared { readers, outlook, findings })
    }

    /// Writes the outlook into the ledger: the announcement, then each issue with its drafts. What is gone was withdrawn
    /// before.
    ///
    /// Each is a transaction of its own. A run that is killed in between leaves the rest to the next,
    /// which comes to the same issues.
    fn freeze(
        &mut self,
        desk: &Desk,
        publication: &Publication,
        outlook: &Outlook,
    ) -> Result<Vec<Fault>, Failure> {
        let (key, now) = (self.keys.sealing(), desk.now());
        let zone = publication.config.zone()?.rules();
        let issues = drafting::drafts(publication, &outlook.issues, key, now, &zone)?;
        self.ledger.announce(&outlook.announcement, now)?;
        for DraftedIssue { issue, drafts } in &issues {
            let drafts: Vec<Vec<u8>> = drafts.iter().map(|draft| draft.to_bytes()).collect();
            self.ledger.freeze(issue, &drafts, key, now)?;
        }
        Ok(issues.iter().flat_map(DraftedIssue::findings).collect())
    }

    /// Sends what waits, if anybody does.
    fn deliver(mut self, desk: &Desk, open: &[IssueStatus]) -> Result<(Ledger, Option<SendReport>), Failure> {
        if self.ledger.next_due()?.is_none() && self.ledger.held_for()?.is_none() {
            self.ledger.finish_issues()?;
            return Ok((self.ledger, None));
        }
        let waiting = open.iter().map(|status| status.recipients.open()).sum();
        let progress = Mutex::new(desk.console.progress("Mailing", waiting));
        let sending = Sending {
            carrier: self.carrier,
            pacing: self.delivery.pacing,
            hours: self.delivery.hours,
            policy: self.delivery.policy,
            linger: self.delivery.linger,
            stays: self.is_worker,
            expire: self.delivery.expire,
            keys: &self.keys,
            signers: self.signers,
            clock: &|| desk.clock.now(),
            stop: Stop::on_signals()?,
            progress: &|done| progress.lock().expect("telling progress does not panic").at(done),
        };
        let (ledger, report) = delivery::send(self.ledger, sending)?;
        Ok((ledger, Some(report)))
    }
}

fn carrier(way: &Way) -> Result<Carrier, Failure> {
    match way {
        Way::Folder(folder) => Ok(Carrier::Maildir(folder.clone())),
        Way::Lanes(lanes) => Ok(Carrier::Lanes(lanes.iter().map(lane).collect::<Result<_, _>>()?)),
    }
}

fn lane(lane: &LaneConfig) -> Result<LaneSettings, Failure> {
    if lane.relay.user().is_some() && lane.password.is_none() {
        let variable = &lane.password_variable;
        let what = format!("the relay is entered as a user: expected the password in {variable}");
        return Err(Failure::plain(Exit::Operator, what));
    }
    let route = RouteSettings {
        password: lane.password.as_ref().map(|secret| Password::new(secret.expose().to_owned())),
        extra_certificates: lane.ca_file.as_deref(),
        host_name: lane.ehlo_name.as_ref().map(ToString::to_string),
        deadlines: Deadlines::default(),
        pipelining: lane.pipelining,
    };
    Ok(LaneSettings {
        name: lane.name.clone(),
        route: Route::new(lane.relay.clone(), route)?,
        weight: lane.weight,
        is_fallback: lane.is_fallback,
        connections: lane.connections,
        messages_per_connection: lane.messages_per_connection,
        limits: lane.limits.clone(),
    })
}

impl Mailing {
    /// `report` with the findings, the exit code and, if something stopped the run, why.
    pub fn close(self, report: Report) -> Report {
        let shortfall = send_words::shortfall(&self).or_else(|| send_words::halted(&self));
        report.with_exit(self.exit()).short_of(shortfall).with_findings(self.findings)
    }

    fn exit(&self) -> Exit {
        match &self.sent {
            Some(SendReport { end: End::Waiting { .. }, .. }) => Exit::TryAgain,
            Some(sent) if sent.refused + sent.doubtful + sent.expired > 0 => Exit::Findings,
            Some(sent) if sent.lanes.iter().any(|lane| lane.state == LaneState::Out) => Exit::Findings,
            _ if self.reaped.doubtful > 0 => Exit::Findings,
            _ => Exit::Done,
        }
    }
}

impl From<DeliveryError> for Failure {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Ledger { source } => Self::from(source),
            error => Self::new(Exit::Operator, &error),
        }
    }
}
