//! Who gets which posts: windows by number, editions by what is in them and in which language.

use std::collections::{BTreeMap, HashSet};

use crate::issue::{
    Announced, Book, CohortId, Due, Edition, Group, Issue, IssueKey, Passed, Seq, Silence, Standing,
};
use crate::post::PostId;
use crate::subscriber::{Cadence, CadenceDefaults, Preferences};
use crate::words::Lang;

/// What planning goes by, the same for all series of a run.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// With the announcement of this run written in.
    pub book: &'a Book,
    /// Announced posts that are in no output now.
    pub missing: &'a [Seq],
    pub defaults: &'a CadenceDefaults,
}

/// The issues that answer `due`, in the order in which they are to be frozen.
///
/// `standings` are the readers of the series: those who had confirmed by `due.due_at`, all of them in cohorts of
/// `due.cohorts`. A calendar series has one issue, which uses up its key even when it brings nothing to anybody.
/// `each` has an issue for every post that somebody lacks; whoever comes to it from another pace
/// gets all they lack in the first.
pub fn plan(ground: &Ground<'_>, due: &Due, standings: &[Standing]) -> Vec<Issue> {
    let planner = Planner::new(ground);
    match due.series {
        Cadence::Each => planner.issues_of_each_post(due, standings),
        _ => vec![planner.issue(due, due.key.clone(), ground.book.head(), standings)],
    }
}

struct Planner<'a> {
    book: &'a Book,
    missing: HashSet<Seq>,
    defaults: &'a CadenceDefaults,
}

impl<'a> Planner<'a> {
    fn new(ground: &Ground<'a>) -> Self {
        let missing = ground.missing.iter().copied().collect();
        Self { book: ground.book, missing, defaults: ground.defaults }
    }

    fn issues_of_each_post(&self, due: &Due, standings: &[Standing]) -> Vec<Issue> {
        let served = self.book.served_through(&due.series);
        let mut queue = Queue::of(standings);
        let mut issues = Vec::new();
        for post in self.for_mail(served, self.book.head()) {
            let behind = queue.take_behind(post.seq);
            if behind.is_empty() {
                continue;
            }
            issues.push(self.issue(due, IssueKey::of_post(post.seq), post.seq, &behind));
            queue.put_back(behind, post.seq);
        }
        if issues.is_empty() {
            issues.extend(self.catch_up(due, served, standings));
        }
        issues
    }

    /// The issue for those who come from another pace and lack what `each` has already had, when there is no new
    /// post that could bring it.
    fn catch_up(&self, due: &Due, served: Seq, standings: &[Standing]) -> Option<Issue> {
        let lacks = |standing: &&Standing| !self.wanted(standing, served).is_empty();
        let behind: Vec<Standing> = standings.iter().filter(lacks).cloned().collect();
        let last_key = &self.book.served.get(&due.series)?.last_key;
        (!behind.is_empty()).then(|| self.issue(due, last_key.to_catch_up(), served, &behind))
    }

    fn issue(&self, due: &Due, key: IssueKey, through: Seq, standings: &[Standing]) -> Issue {
        let mut editions: BTreeMap<(Vec<Seq>, Lang), Edition> = BTreeMap::new();
        let mut without = Vec::new();
        for standing in standings {
            let posts = self.wanted(standing, through);
            if posts.is_empty() {
                without.push(Passed { group: group(standing), why: self.silence(standing.through, through) });
                continue;
            }
            let lang = standing.preferences.lang.as_ref().unwrap_or(&self.defaults.lang);
            let numbers = posts.iter().map(|post| post.seq).collect();
            editions
                .entry((numbers, lang.clone()))
                .or_insert_with(|| edition(&posts, lang))
                .groups
                .push(group(standing));
        }
        let editions = editions.into_values().collect();
        Issue { series: due.series.clone(), key, due_at: due.due_at, through, editions, without }
    }

    /// The posts that go to `standing` when it is served through `through`.
    fn wanted(&self, standing: &Standing, through: Seq) -> Vec<&'a Announced> {
        let Preferences { topics, .. } = &standing.preferences;
        self.for_mail(standing.through, through).filter(|post| topics.want(&post.tags)).collect()
    }

    /// The posts of a window that can be mailed at all.
    fn for_mail(&self, after: Seq, through: Seq) -> impl Iterator<Item = &'a Announced> {
        let is_for_mail =
            |post: &&Announced| post.is_mailed && !post.is_baseline && !self.missing.contains(&post.seq);
        self.book.window(after, through).iter().filter(is_for_mail)
    }

    /// Why a window brings nothing.
    fn silence(&self, after: Seq, through: Seq) -> Silence {
        let window = self.book.window(after, through);
        if window.is_empty() {
            Silence::NothingNew
        } else if window.iter().all(|post| post.is_baseline) {
            Silence::OnlyBaseline
        } else if self.for_mail(after, through).next().is_none() {
            Silence::NothingToMail
        } else {
            Silence::OtherTopics
        }
    }
}

fn edition(posts: &[&Announced], lang: &Lang) -> Edition {
    let posts: Vec<PostId> = posts.iter().map(|post| post.id.clone()).collect();
    Edition { posts, lang: lang.clone(), groups: Vec::new() }
}

fn group(standing: &Standing) -> Group {
    Group { cohort: standing.cohort, after: standing.through, readers: standing.readers }
}

/// The readers of `each` while its issues are planned one after another: one standing per cohort and number.
struct Queue(BTreeMap<(CohortId, Seq), Standing>);

impl Queue {
    fn of(standings: &[Standing]) -> Self {
        Self(standings.iter().map(|it| ((it.cohort, it.through), it.clone())).collect())
    }

    /// Takes out those who stand before `seq`.
    fn take_behind(&mut self, seq: Seq) -> Vec<Standing> {
        self.0.extract_if(.., |(_, through), _| *through < seq).map(|(_, standing)| standing).collect()
    }

    /// Puts `served` back as the ledger will have them once they are served through `through`.
    fn put_back(&mut self, served: Vec<Standing>, through: Seq) {
        for standing in served {
            let readers = standing.readers;
            self.0
                .entry((standing.cohort, through))
                .and_modify(|merged| merged.readers += readers)
                .or_insert(Standing { through, ..standing });
        }
    }
}
