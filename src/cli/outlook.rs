//! What a run is going to do: which posts are news, which issues are due, who waits until when.
//!
//! `plan` shows an outlook, `send` and `publish` carry one out; both make it here.

use jiff::Timestamp;

use super::args::NewsArgs;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::publication::Publication;
use super::{book, keys, subscribers};
use crate::config::PlanSettings;
use crate::issue::{self, AnnounceError, AnnounceRules, Announcement, Book, Due, Ground, Issue, Waiting};
use crate::ledger::{Enrolled, Ledger};
use crate::token::Keys;

/// What a run is going to do.
#[derive(Debug)]
pub struct Outlook {
    pub announcement: Announcement,
    /// With the announcement written in.
    pub book: Book,
    /// In the order in which they are to be frozen.
    pub issues: Vec<Issue>,
    /// Series whose time has not come, and those for whom nobody had confirmed in time.
    pub waiting: Vec<Waiting>,
    /// When the series that are due now are due again.
    pub after: Vec<Waiting>,
    pub settings: PlanSettings,
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
        let rules = AnnounceRules {
            is_first_run: book.announced.is_empty(),
            announce_since: Some(settings.announce_since.unwrap_or(ledger.origin()?.created_at)),
            max_new: settings.max_new,
            backfill: news.backfill,
        };
        let announcement = issue::announce(&book, &publication.posts, desk.now(), &rules)?;
        book.record(&announcement);
        let agenda = issue::due(desk.now(), &ledger.cohorts()?, &book, &settings.defaults);
        let ground = Ground { book: &book, missing: &announcement.missing, defaults: &settings.defaults };
        let (mut issues, mut waiting, mut after) = (Vec::new(), agenda.waiting, Vec::new());
        for due in agenda.due {
            let standings = ledger.standings(&due.cohorts, due.due_at)?;
            let planned =
                if standings.is_empty() { Vec::new() } else { issue::plan(&ground, &due, &standings) };
            if planned.is_empty() { &mut waiting } else { &mut after }.push(next_of(due));
            issues.extend(planned);
        }
        Ok(Self { announcement, issues, waiting, after, settings, book })
    }

    /// How many mails the issues come to.
    pub fn mails(&self) -> u64 {
        let groups = self.issues.iter().flat_map(|issue| &issue.editions).flat_map(|edition| &edition.groups);
        groups.map(|group| group.readers).sum()
    }

    /// When something is due next, and for which series.
    pub fn next(&self) -> Option<(&Waiting, Timestamp)> {
        let all = self.waiting.iter().chain(&self.after);
        all.filter_map(|waiting| Some((waiting, waiting.next_at?))).min_by_key(|(_, at)| *at)
    }
}

fn next_of(due: Due) -> Waiting {
    Waiting { series: due.series, next_at: due.next_at, cohorts: due.cohorts }
}

/// The ledger a run begins with: opened, or made where the run may make it.
pub fn ledger_for(desk: &Desk, publication: &Publication, news: NewsArgs) -> Result<Ledger, Failure> {
    let config = &publication.config;
    if news.first_run && !book::path(config)?.exists() {
        return book::make(desk, config);
    }
    book::open(config)
}

/// The same to try a run on: where the run would write, this is a copy in memory.
pub fn rehearsal_for(
    desk: &Desk,
    publication: &Publication,
    news: NewsArgs,
) -> Result<(Ledger, Option<Enrolled>), Failure> {
    let config = &publication.config;
    let is_birth = news.first_run && !book::path(config)?.exists();
    let mut ledger = match is_birth {
        true => book::rehearse_birth(desk, config)?,
        false => book::open_read_only(config)?,
    };
    if config.subscribers_file().is_none() {
        return Ok((ledger, None));
    }
    let keys = match is_birth && !keys::exist(config) {
        true => Keys::first([0; 32]),
        false => keys::read(config)?,
    };
    if !is_birth {
        ledger = ledger.rehearse()?;
    }
    let enrolled = subscribers::declare(desk, &mut ledger, config, &keys)?;
    Ok((ledger, enrolled))
}

impl From<AnnounceError> for Failure {
    fn from(error: AnnounceError) -> Self {
        Self::new(Exit::Operator, &error).help(error.help())
    }
}
