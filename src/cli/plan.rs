//! `plan`: who will get what, and why. Changes nothing.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::PlanArgs;
use super::console::Report;
use super::desk::Desk;
use super::drafting::{self, DraftedIssue};
use super::exit::Failure;
use super::outlook::{self, Outlook, Rehearsal};
use super::publication::Publication;
use super::{lane_words, plan_words, timetable};
use crate::issue::{self, Announced, Group, Passed, Seq};
use crate::ledger::{IssueState, IssueStatus, Ledger};
use crate::post::{Fault, PostId};
use crate::subscriber::Preferences;

/// What `plan` shows.
pub struct Plan<'a> {
    pub now: Timestamp,
    pub outlook: &'a Outlook,
    pub issues: &'a [DraftedIssue<'a>],
    /// Issues of earlier runs for which somebody waits.
    pub unfinished: &'a [IssueStatus],
    pub titles: HashMap<&'a PostId, &'a Announced>,
}

pub fn run(desk: &Desk, args: &PlanArgs) -> Result<Report, Failure> {
    let publication = Publication::load(desk)?;
    let zone = publication.config.zone()?.rules();
    let Rehearsal { mut ledger, enrolled, key } = outlook::rehearse(desk, &publication, args.news)?;
    let outlook = Outlook::after_withdrawal(desk, &publication, &mut ledger, args.news)?;
    let issues = drafting::drafts(&publication, &outlook.issues, key, desk.now(), &zone)?;
    let unfinished = unfinished(&ledger)?;
    let titles = outlook.book.announced.iter().map(|post| (&post.id, post)).collect();
    let plan = Plan { now: desk.now(), outlook: &outlook, issues: &issues, unfinished: &unfinished, titles };
    let delivery = publication.config.delivery()?;
    let text =
        plan_words::text(&plan, enrolled.as_ref(), &zone) + &lane_words::planned(&delivery, desk.now());
    let findings: Vec<Fault> = issues.iter().flat_map(DraftedIssue::findings).collect();
    let json = json!({
        "now": desk.now(),
        "readers": enrolled,
        "announcement": announcement_json(&outlook),
        "issues": issues.iter().map(|issue| plan.issue_json(issue)).collect::<Value>(),
        "mails": outlook.mails(),
        "unfinished": unfinished,
        "next": timetable::to_json(&outlook.turns),
        "lanes": lane_words::planned_json(&delivery, desk.now()),
    });
    Ok(Report::done(text, json).with_findings(findings))
}

/// Issues of earlier runs that are not at their end.
pub fn unfinished(ledger: &Ledger) -> Result<Vec<IssueStatus>, Failure> {
    let open = |state| matches!(state, IssueState::Sending | IssueState::Halted);
    let issues = ledger.issues()?.into_iter().filter(|issue| open(issue.state));
    issues.map(|issue| ledger.status(issue.id).map_err(Failure::from)).collect()
}

/// What the run finds new, moved or gone.
pub fn announcement_json(outlook: &Outlook) -> Value {
    let announcement = &outlook.announcement;
    json!({
        "new": announcement.new.iter().map(post_json).collect::<Value>(),
        "renamed": announcement.renamed,
        "missing": announcement.missing,
    })
}

fn post_json(post: &Announced) -> Value {
    json!({
        "seq": post.seq,
        "id": post.id,
        "source": post.source,
        "title": post.title,
        "published": post.published,
        "is_baseline": post.is_baseline,
        "is_mailed": post.is_mailed,
    })
}

impl Plan<'_> {
    /// What a group asked for.
    pub fn preferences(&self, group: &Group) -> &Preferences {
        &self.outlook.cohorts[&group.cohort]
    }

    /// The posts that a group lacks and does not get, and why.
    pub fn left_out(&self, group: &Group, through: Seq) -> Vec<(&Announced, issue::Omission)> {
        issue::left_out(&self.outlook.ground(), &self.preferences(group).topics, group, through)
    }

    /// The new posts, and all that the issues bring or leave out, in order.
    pub fn posts_spoken_of(&self) -> Vec<&Announced> {
        let mut posts: BTreeMap<Seq, &Announced> = BTreeMap::new();
        posts.extend(self.outlook.announcement.new.iter().map(|post| (post.seq, post)));
        for issue in self.issues.iter().map(|drafted| drafted.issue) {
            let brought = issue.editions.iter().flat_map(|edition| &edition.posts).map(|id| self.titles[id]);
            let groups = issue.editions.iter().flat_map(|edition| &edition.groups);
            let groups = groups.chain(issue.without.iter().map(|passed| &passed.group));
            let left_out = groups.flat_map(|group| self.left_out(group, issue.through)).map(|(post, _)| post);
            posts.extend(brought.chain(left_out).map(|post| (post.seq, post)));
        }
        posts.into_values().collect()
    }

    fn issue_json(&self, drafted: &DraftedIssue<'_>) -> Value {
        let issue = drafted.issue;
        let editions = issue.editions.iter().zip(&drafted.drafts).map(|(edition, draft)| {
            let posts = edition.posts.iter().map(|id| json!({ "id": id, "title": self.titles[id].title }));
            let groups = edition.groups.iter().map(|group| self.group_json(group, issue.through));
            json!({
                "subject": draft.subject(),
                "lang": edition.lang,
                "posts": posts.collect::<Value>(),
                "groups": groups.collect::<Value>(),
            })
        });
        json!({
            "series": issue.series,
            "key": issue.key,
            "due_at": issue.due_at,
            "through": issue.through,
            "mails": outlook::mails(issue),
            "editions": editions.collect::<Value>(),
            "without": issue.without.iter().map(|passed| self.passed_json(passed, issue.through)).collect::<Value>(),
        })
    }

    fn group_json(&self, group: &Group, through: Seq) -> Value {
        let asked = self.preferences(group);
        let left_out = self.left_out(group, through);
        let left_out =
            left_out.iter().map(|(post, why)| json!({ "id": post.id, "title": post.title, "why": why }));
        json!({
            "readers": group.readers,
            "pace": asked.rhythm().map(|rhythm| rhythm.to_string()),
            "topics": asked.topics.0,
            "lang": asked.lang,
            "window": { "after": group.after, "through": through },
            "owed": group.owed,
            "left_out": left_out.collect::<Value>(),
        })
    }

    fn passed_json(&self, passed: &Passed, through: Seq) -> Value {
        let mut json = self.group_json(&passed.group, through);
        json["why"] = json!(passed.why);
        json
    }
}
