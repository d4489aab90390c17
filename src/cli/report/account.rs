//! What the report tells: for each issue how it went, the reasons for what did not go well, and the domains.

use serde_json::{Value, json};

use super::pace::{Histogram, Pace};
use super::reasons::Reasons;
use crate::address::Domain;
use crate::cli::exit::Failure;
use crate::ledger::{DomainTally, IssueState, IssueStatus, Ledger, RowState, Scope, Tally};
use crate::message::IssueId;

/// Issues told of where none is named.
const ISSUES_SHOWN: usize = 20;
/// Domains that are told apart.
const DOMAINS_SHOWN: u64 = 100;

/// The whole report.
pub struct Account {
    /// The oldest first.
    pub issues: Vec<IssueAccount>,
    /// Issues older than those.
    pub earlier: usize,
    /// Those with most recipients first.
    pub domains: Vec<DomainTally>,
    /// Recipients at all other domains.
    pub elsewhere: Tally,
}

/// One issue.
pub struct IssueAccount {
    /// Where it stands; of one domain's recipients, if one was asked for.
    pub status: IssueStatus,
    /// Why recipients who have not got it have not.
    pub reasons: Reasons,
    /// None where nothing was delivered, or one domain was asked for.
    pub pace: Option<Pace>,
}

/// Recipients of whom a reason is told.
const TOLD: [RowState; 6] = [
    RowState::Queued,
    RowState::Claimed,
    RowState::InFlight,
    RowState::Failed,
    RowState::Doubtful,
    RowState::Expired,
];

impl Account {
    pub fn of(ledger: &Ledger, issue: Option<u32>, domain: Option<Domain>) -> Result<Self, Failure> {
        let (shown, earlier) = shown(ledger, issue)?;
        let told = shown.iter().map(|id| IssueAccount::of(ledger, *id, domain.clone()));
        let issues: Vec<IssueAccount> = told.collect::<Result<_, _>>()?;
        let (Some(from), Some(to)) = (shown.first(), shown.last()) else {
            return Ok(Self { issues, earlier, domains: Vec::new(), elsewhere: Tally::default() });
        };
        let scope = Scope { from: *from, to: *to, domain };
        let domains = ledger.domains(&scope, DOMAINS_SHOWN)?;
        let there = domains.iter().fold(Tally::default(), |sum, domain| sum.and(&domain.recipients));
        let elsewhere = ledger.tally(&scope)?.without(&there);
        Ok(Self { issues, earlier, domains, elsewhere })
    }

    /// The same for machines.
    pub fn to_json(&self) -> Value {
        json!({
            "issues": self.issues.iter().map(IssueAccount::to_json).collect::<Vec<_>>(),
            "earlier_issues": self.earlier,
            "domains": self.domains,
            "elsewhere": self.elsewhere,
        })
    }
}

/// The issues to tell of, the oldest first, and how many came before.
fn shown(ledger: &Ledger, issue: Option<u32>) -> Result<(Vec<IssueId>, usize), Failure> {
    if let Some(id) = issue {
        return Ok((vec![IssueId(id)], 0));
    }
    let with_mail = ledger.issues()?.into_iter().filter(|issue| issue.state != IssueState::Empty);
    let mut ids: Vec<IssueId> = with_mail.map(|issue| issue.id).collect();
    let earlier = ids.len().saturating_sub(ISSUES_SHOWN);
    ids.truncate(ISSUES_SHOWN);
    ids.reverse();
    Ok((ids, earlier))
}

impl IssueAccount {
    fn of(ledger: &Ledger, id: IssueId, domain: Option<Domain>) -> Result<Self, Failure> {
        let mut status = ledger.status(id)?;
        let scope = Scope::issue(id).at(domain);
        let mut reasons = Reasons::default();
        ledger.each_recipient(&scope, &TOLD, |row| -> Result<(), Failure> {
            reasons.add(row);
            Ok(())
        })?;
        if scope.domain.is_some() {
            status.recipients = ledger.tally(&scope)?;
            status.next_due = None;
            return Ok(Self { status, reasons, pace: None });
        }
        let mut histogram = Histogram::new();
        ledger.each_delivery_time(id, |secs, mails| *histogram.entry(secs).or_default() += mails)?;
        Ok(Self { status, reasons, pace: Pace::of(&histogram) })
    }

    fn to_json(&self) -> Value {
        let reason = |(reason, extent): (&super::reasons::Reason, &super::reasons::Extent)| {
            json!({
                "state": reason.state,
                "words": reason.words,
                "recipients": extent.recipients,
                "due_first": extent.due.map(|(first, _)| first),
                "due_last": extent.due.map(|(_, last)| last),
            })
        };
        json!({
            "issue": self.status.issue,
            "recipients": self.status.recipients,
            "next_due": self.status.next_due,
            "reasons": self.reasons.all().into_iter().map(reason).collect::<Vec<_>>(),
            "time_to_deliver": self.pace,
        })
    }
}
