//! The numbers behind the page: what is counted, and what is too small to be told apart.

use std::collections::{BTreeMap, HashMap};

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::crowd::Turnover;
use super::pace::{self, Histogram, Pace};
use super::reasons::meaning;
use crate::cli::exit::Failure;
use crate::issue::Seq;
use crate::ledger::{
    DomainTally, Headcount, IssueState, IssueSummary, Ledger, RowState, Scope, Tally, Turn, TurnKind,
};

/// Occasions shown on the page.
const MOST_OCCASIONS: usize = 24;
/// Domains looked at.
const MOST_DOMAINS: u64 = 1_000;
/// Fewer readers of a domain than this could be recognised.
const FEWEST_READERS: u64 = 5;

/// All that the page shows.
pub struct Figures {
    pub now: Zoned,
    pub heads: Headcount,
    pub turnover: BTreeMap<Date, Turnover>,
    /// The newest first.
    pub occasions: Vec<Occasion>,
    /// Occasions that are older than those shown.
    pub earlier: usize,
    /// Failed mails by what the server's words mean, most first.
    pub reasons: Vec<(String, u64)>,
    /// Domains with mail that failed, most first, none so small that a reader could be recognised.
    pub domains: Vec<DomainTally>,
    /// What failed at all other domains.
    pub elsewhere: u64,
}

/// All issues that go by one key: readers in other time zones have issues of their own.
pub struct Occasion {
    pub name: String,
    pub day: Date,
    pub recipients: Tally,
    pub pace: Option<Pace>,
    pub bins: Vec<(f64, u64)>,
}

/// Mails that will not be delivered.
pub fn failed(tally: &Tally) -> u64 {
    tally.failed + tally.expired
}

impl Figures {
    pub fn of(ledger: &Ledger, now: &Zoned) -> Result<Self, Failure> {
        let with_mail = ledger.issues()?.into_iter().filter(|issue| issue.state != IssueState::Empty);
        let mut groups = by_key(with_mail);
        let earlier = groups.len().saturating_sub(MOST_OCCASIONS);
        groups.truncate(MOST_OCCASIONS);
        let oldest = groups.iter().flatten().map(|issue| issue.id).min();
        let titles = ledger.book()?.announced.into_iter().map(|post| (post.seq, post.title)).collect();
        let occasion = |group: &Vec<IssueSummary>| occasion(ledger, group, &titles, now.time_zone());
        let (domains, elsewhere) = match oldest {
            Some(oldest) => domains(ledger, &Scope::since(oldest))?,
            None => Default::default(),
        };
        Ok(Self {
            heads: ledger.headcount()?,
            turnover: turnover(ledger, now.time_zone())?,
            occasions: groups.iter().map(occasion).collect::<Result<_, Failure>>()?,
            earlier,
            reasons: oldest
                .map_or_else(|| Ok(Vec::new()), |oldest| reasons(ledger, &Scope::since(oldest)))?,
            domains,
            elsewhere,
            now: now.clone(),
        })
    }

    /// All recipients of the occasions shown.
    pub fn recipients(&self) -> Tally {
        self.occasions.iter().fold(Tally::default(), |sum, occasion| sum.and(&occasion.recipients))
    }
}

/// Issues in groups of one key, the newest first.
fn by_key(issues: impl Iterator<Item = IssueSummary>) -> Vec<Vec<IssueSummary>> {
    let mut groups: Vec<Vec<IssueSummary>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for issue in issues {
        let place = *places.entry(issue.key.0.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(issue),
            None => groups.push(vec![issue]),
        }
    }
    groups
}

fn occasion(
    ledger: &Ledger,
    group: &[IssueSummary],
    titles: &HashMap<Seq, String>,
    zone: &TimeZone,
) -> Result<Occasion, Failure> {
    let mut histogram = Histogram::new();
    let mut recipients = Tally::default();
    for issue in group {
        ledger.each_delivery_time(issue.id, |secs, mails| *histogram.entry(secs).or_default() += mails)?;
        recipients = recipients.and(&ledger.tally(&Scope::issue(issue.id))?);
    }
    let first = group.first().expect("a group has the issue it was made for");
    let day = group.iter().map(|issue| issue.frozen_at).min().unwrap_or(first.frozen_at);
    Ok(Occasion {
        name: name(&first.key.0, titles),
        day: day.to_zoned(zone.clone()).date(),
        recipients,
        pace: Pace::of(&histogram),
        bins: pace::bins(&histogram),
    })
}

/// `weekly 2026-W47`; of an issue that carries one post, the post's title.
fn name(key: &str, titles: &HashMap<Seq, String>) -> String {
    let post = key.strip_prefix("each/").and_then(|number| number.parse().ok());
    let title = post.and_then(|number| titles.get(&Seq(number)));
    title.cloned().unwrap_or_else(|| key.replacen('/', " ", 1))
}

fn turnover(ledger: &Ledger, zone: &TimeZone) -> Result<BTreeMap<Date, Turnover>, Failure> {
    let mut days: BTreeMap<Date, Turnover> = BTreeMap::new();
    ledger.each_turn(|Turn { at, what, readers }| {
        let day = days.entry(at.to_zoned(zone.clone()).date()).or_default();
        match what {
            TurnKind::Joined => day.joined += readers,
            TurnKind::Left => day.left += readers,
            TurnKind::Suppressed => day.suppressed += readers,
        }
    })?;
    Ok(days)
}

fn reasons(ledger: &Ledger, scope: &Scope) -> Result<Vec<(String, u64)>, Failure> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    ledger.each_recipient(scope, &[RowState::Failed, RowState::Expired], |row| -> Result<(), Failure> {
        let words = match (row.state, row.reply.as_deref()) {
            (RowState::Expired, _) => "given up after too many tries".to_owned(),
            (_, reply) => meaning(reply.unwrap_or_default()),
        };
        *counts.entry(words).or_default() += 1;
        Ok(())
    })?;
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(counts)
}

/// Domains with failed mail and enough readers, and how much failed at all others.
fn domains(ledger: &Ledger, scope: &Scope) -> Result<(Vec<DomainTally>, u64), Failure> {
    let is_told = |domain: &DomainTally| {
        domain.domain.is_some() && domain.readers >= FEWEST_READERS && failed(&domain.recipients) > 0
    };
    let mut told: Vec<DomainTally> =
        ledger.domains(scope, MOST_DOMAINS)?.into_iter().filter(is_told).collect();
    told.sort_by_key(|domain| std::cmp::Reverse(failed(&domain.recipients)));
    let all = failed(&ledger.tally(scope)?);
    let there: u64 = told.iter().map(|domain| failed(&domain.recipients)).sum();
    Ok((told, all - there.min(all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occasion_is_called_by_its_one_post_or_by_its_key() {
        let titles = HashMap::from([(Seq(7), "On maps".to_owned())]);
        for (key, want) in
            [("each/7", "On maps"), ("each/8", "each 8"), ("weekly/2026-W47", "weekly 2026-W47")]
        {
            assert_eq!(name(key, &titles), want);
        }
    }
}
