//! The plan in words: what is new, who gets what and why, who gets nothing and why, what comes next.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::build::counted;
use super::drafting::DraftedIssue;
use super::outlook;
use super::plan::Plan;
use super::status::table;
use super::subscribers::enrolled_words;
use super::timetable::{series_words, timetable};
use crate::issue::{Group, Omission, Rename, Seq, Silence};
use crate::ledger::Enrolled;
use crate::subscriber::Preferences;

/// The whole plan.
pub fn text(plan: &Plan<'_>, enrolled: Option<&Enrolled>, zone: &TimeZone) -> String {
    let mut text = Lines::default();
    if let Some(enrolled) = enrolled {
        text.line(0, &enrolled_words(enrolled));
    }
    renames(&mut text, &plan.outlook.announcement.renamed);
    posts(&mut text, plan, zone);
    unfinished(&mut text, plan, zone);
    match plan.outlook.mails() {
        0 => text.heading("Nothing new is due to be mailed."),
        mails => text.heading(&format!("Due now: {}", counted(mails as usize, "mail", "mails"))),
    }
    for drafted in plan.issues {
        issue(&mut text, plan, drafted);
    }
    text.0 + &timetable(&plan.outlook.turns)
}

/// Lines, each with an indent of so many steps.
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Behind an empty line, unless it is the first.
    fn heading(&mut self, words: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line(0, words);
    }

    fn line(&mut self, steps: usize, words: &str) {
        writeln!(self.0, "{:indent$}{words}", "", indent = 2 * steps).expect("a string takes every write");
    }
}

fn renames(text: &mut Lines, renamed: &[Rename]) {
    for Rename { from, to, .. } in renamed {
        text.line(
            0,
            &format!("Renamed: posts/{} is now posts/{}; it is no news.", from.display(), to.display()),
        );
    }
}

/// The posts that are new or are spoken of below, by the numbers they go by there.
fn posts(text: &mut Lines, plan: &Plan<'_>, zone: &TimeZone) {
    let first_new = plan.outlook.announcement.new.first().map(|post| post.seq);
    let spoken_of = plan.posts_spoken_of();
    if !spoken_of.is_empty() {
        text.heading("Posts");
    }
    for post in spoken_of {
        let date = post.published.to_zoned(zone.clone()).date();
        let mark = if first_new.is_some_and(|first| post.seq >= first) { "new" } else { "   " };
        let not_mailed = if post.is_mailed && !post.is_baseline { "" } else { "  (not for mail)" };
        text.line(1, &format!("{:>3}  {mark}  {date}  {}{not_mailed}", post.seq.0, post.title));
    }
}

fn unfinished(text: &mut Lines, plan: &Plan<'_>, zone: &TimeZone) {
    if !plan.unfinished.is_empty() {
        text.heading("From earlier runs");
        text.0.push_str(&table(plan.unfinished, plan.now, zone));
    }
}

fn issue(text: &mut Lines, plan: &Plan<'_>, drafted: &DraftedIssue<'_>) {
    let issue = drafted.issue;
    let mails = counted(outlook::mails(issue) as usize, "mail", "mails");
    text.line(1, &format!("{}, {}: {mails}", issue.key, series_words(&issue.series)));
    for (edition, draft) in issue.editions.iter().zip(&drafted.drafts) {
        let numbers = numbers(edition.posts.iter().map(|id| plan.titles[id].seq));
        let posts = if edition.posts.len() == 1 { "post" } else { "posts" };
        text.line(2, &format!("\"{}\" ({}): {posts} {numbers}", draft.subject(), edition.lang));
        for group in &edition.groups {
            let who = group_words(plan.preferences(group), group);
            text.line(3, &format!("to {who}, {}", before_words(group)));
            left_out(text, plan, group, issue.through);
        }
    }
    for passed in &issue.without {
        let who = group_words(plan.preferences(&passed.group), &passed.group);
        text.line(2, &format!("nothing to {who}: {}", silence_words(passed.why)));
    }
}

/// What a group lacks and does not get, a line for each reason.
fn left_out(text: &mut Lines, plan: &Plan<'_>, group: &Group, through: Seq) {
    let mut by_reason: BTreeMap<Omission, Vec<Seq>> = BTreeMap::new();
    for (post, why) in plan.left_out(group, through) {
        by_reason.entry(why).or_default().push(post.seq);
    }
    for (why, posts) in by_reason {
        text.line(4, &format!("without {}: {why}", numbers(posts.into_iter())));
    }
}

/// `1-6, 8, 9`.
fn numbers(posts: impl Iterator<Item = Seq>) -> String {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for Seq(number) in posts {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let words = spans.iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}-{last}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// `2 readers of maps, letters`.
fn group_words(asked: &Preferences, group: &Group) -> String {
    let readers = counted(group.readers as usize, "reader", "readers");
    let topics: Vec<&str> = asked.topics.0.iter().map(|topic| topic.as_str()).collect();
    match topics.is_empty() {
        true => readers,
        false => format!("{readers} of {}", topics.join(", ")),
    }
}

fn before_words(group: &Group) -> String {
    let served = match group.after.0 {
        0 => "their first".to_owned(),
        last => format!("served up to {last} before"),
    };
    match &group.owed[..] {
        [] => served,
        owed => format!("{served}, but owed {}", numbers(owed.iter().copied())),
    }
}

fn silence_words(why: Silence) -> &'static str {
    match why {
        Silence::NothingNew => "no post since their last issue",
        Silence::OnlyBaseline => "all posts were there before mailing began",
        Silence::NothingToMail => "no new post is for mail",
        Silence::OtherTopics => "no new post has one of their topics",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_posts_are_told_in_spans() {
        for (given, want) in
            [(&[][..], ""), (&[3], "3"), (&[3, 4], "3, 4"), (&[1, 2, 3, 5, 8, 9], "1-3, 5, 8, 9")]
        {
            assert_eq!(numbers(given.iter().map(|number| Seq(*number))), want, "given {given:?}");
        }
    }
}
