//! What a run is going to do: which posts are news, which issues are due, who waits until when.
//!
//! `plan` shows an outlook, `send` and `publish` carry one out; both make it here.

use std::collections::HashMap;

use jiff::Timestamp;

use super::args::NewsArgs;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::plan::unfinished;
use super::publication::Publication;
use super::{book, keys, subscribers};
use crate::config::PlanSettings;
use crate::issue::{
    self, Agenda, AnnounceError, AnnounceRules, Announcement, Book, CohortId, Due, Ground, Issue, Series,
    Waiting,
};
use crate::ledger::{Enrolled, Ledger};
use crate::subscriber::Preferences;
use crate::token::{KeyId, Keys};

/// What a run is going to do.
#[derive(Debug)]
pub struct Outlook {
    pub announcement: Announcement,
    /// With the announcement written in.
    pub book: Book,
    /// In the order in which they are to be frozen.
    pub issues: Vec<Issue>,
    /// What everybody asked for, by number.
    pub cohorts: HashMap<CohortId, Preferences>,
    /// When each series comes next, the soonest first and those without a calendar last.
    pub turns: Vec<Turn>,
    pub settings: PlanSettings,
}

/// When a series comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub series: Series,
    /// None for `each`, which waits for the next post.
    pub at: Option<Timestamp>,
    pub readers: u64,
}

impl Outlook {
    /// Looks at what is due now, without writing anything.
    pub fn of(
        desk: &Desk,
        publication: &Publication,
        ledger: &Ledger,
        news: NewsArgs,
    ) -> Result<Self, Failure> {
        let settings = publication.config.plan()?;
        let mut book = ledger.book()?;
        let origin = ledger.origin()?;
        let rules = AnnounceRules {
            is_first_run: book.announced.is_empty(),
            announce_since: Some(settings.announce_since.unwrap_or(origin.created_at)),
            restored_at: origin.restored_at,
            max_new: settings.max_new,
            backfill: news.backfill,
        };
        let announcement = issue::announce(&book, &publication.posts, desk.now(), &rules)?;
        book.record(&announcement);
        let cohorts = ledger.cohorts()?;
        let Agenda { due, waiting } = issue::due(desk.now(), &cohorts, &book, &settings.defaults);
        let ground = Ground { book: &book, missing: &announcement.missing, defaults: &settings.defaults };
        let mut issues = Vec::new();
        for due in &due {
            let standings = ledger.standings(&due.cohorts, due.due_at)?;
            // Nobody had confirmed in time: the occurrence stays unused, for it is nobody's.
            if !standings.is_empty() {
                issues.extend(issue::plan(&ground, due, &standings));
            }
        }
        let turns = turns(ledger, due, waiting, desk.now())?;
        let cohorts = cohorts.into_iter().collect();
        Ok(Self { announcement, issues, cohorts, turns, settings, book })
    }

    /// The same, once posts that are gone are taken out of what is on its way: whoever waited for a mail with one of
    /// them stands where they stood before, and may be in what is due now.
    pub fn after_withdrawal(
        desk: &Desk,
        publication: &Publication,
        ledger: &mut Ledger,
        news: NewsArgs,
    ) -> Result<Self, Failure> {
        let outlook = Self::of(desk, publication, ledger, news)?;
        if !somebody_waits(ledger)? || ledger.withdraw(&outlook.announcement.missing)? == 0 {
            return Ok(outlook);
        }
        Self::of(desk, publication, ledger, news)
    }

    /// The same for who announces and freezes nothing.
    #[must_use]
    pub fn without_news(self) -> Self {
        Self { announcement: Announcement::default(), issues: Vec::new(), ..self }
    }

    /// What planning went by.
    pub fn ground(&self) -> Ground<'_> {
        let (missing, defaults) = (&self.announcement.missing, &self.settings.defaults);
        Ground { book: &self.book, missing, defaults }
    }

    /// How many mails the issues come to.
    pub fn mails(&self) -> u64 {
        self.issues.iter().map(mails).sum()
    }
}

/// How many mails an issue comes to.
pub fn mails(issue: &Issue) -> u64 {
    issue.editions.iter().flat_map(|edition| &edition.groups).map(|group| group.readers).sum()
}

fn turns(
    ledger: &Ledger,
    due: Vec<Due>,
    waiting: Vec<Waiting>,
    now: Timestamp,
) -> Result<Vec<Turn>, Failure> {
    let after =
        due.into_iter().map(|Due { series, next_at, cohorts, .. }| Waiting { series, next_at, cohorts });
    let mut turns = Vec::new();
    for Waiting { series, next_at: at, cohorts } in after.chain(waiting) {
        let readers = ledger.standings(&cohorts, now)?.iter().map(|standing| standing.readers).sum();
        turns.push(Turn { series, at, readers });
    }
    turns.retain(|turn| turn.readers > 0);
    turns.sort_by_key(|turn| (turn.at.is_none(), turn.at));
    Ok(turns)
}

/// The ledger a run begins with: opened, or made where the run may make it.
pub fn ledger_for(desk: &Desk, publication: &Publication, news: NewsArgs) -> Result<Ledger, Failure> {
    let config = &publication.config;
    if news.first_run && !book::exists(config)? {
        return book::make(desk, config);
    }
    book::open(config)
}

/// A ledger to try a run on, and what trying it takes.
pub struct Rehearsal {
    /// Where the run would write: a copy, if it would write before it plans.
    pub ledger: Ledger,
    /// What declaring the list in the configuration would come to.
    pub enrolled: Option<Enrolled>,
    pub key: KeyId,
}

/// The ledger a run would begin with, its declared readers in it. Nothing on the disk changes.
pub fn rehearse(desk: &Desk, publication: &Publication, news: NewsArgs) -> Result<Rehearsal, Failure> {
    let config = &publication.config;
    let is_birth = news.first_run && !book::exists(config)?;
    let mut ledger = match is_birth {
        true => book::rehearse_birth(desk, config)?,
        false => book::open_read_only(config)?,
    };
    let keys = match is_birth && !keys::exist(config) {
        true => Keys::first([0; 32]),
        false => keys::read(config)?,
    };
    if (config.subscribers_file().is_some() || somebody_waits(&ledger)?) && !is_birth {
        ledger = ledger.rehearse()?;
    }
    let enrolled = subscribers::declare(desk, &mut ledger, config, &keys)?;
    Ok(Rehearsal { ledger, enrolled, key: keys.sealing() })
}

/// Whether somebody waits for an issue of an earlier run.
fn somebody_waits(ledger: &Ledger) -> Result<bool, Failure> {
    Ok(unfinished(ledger)?.iter().any(|status| status.recipients.open() > 0))
}

impl From<AnnounceError> for Failure {
    fn from(error: AnnounceError) -> Self {
        Self::new(Exit::Operator, &error).help(error.help())
    }
}
