//! Who gets which posts: windows by number, editions by what is in them and in which language.

use std::collections::BTreeMap;

use crate::issue::omission::not_for_anybody;
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
    /// Announced posts that are in no output now, in order.
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
    defaults: &'a CadenceDefaults,
    ground: Ground<'a>,
}

impl<'a> Planner<'a> {
    fn new(ground: &Ground<'a>) -> Self {
        Self { book: ground.book, defaults: ground.defaults, ground: *ground }
    }

    fn issues_of_each_post(&self, due: &Due, standings: &[Standing]) -> Vec<Issue> {
        let served = self.book.served_through(&due.series);
        let mut queue = Queue::of(standings);
        let mut issues = Vec::new();
        for post in self.book.window(served, self.book.head()).iter().filter(|post| self.is_for_mail(post)) {
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
                without.push(Passed { group: group(standing), why: self.silence(standing, through) });
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
        self.lacked(standing, through)
            .filter(|post| self.is_for_mail(post))
            .filter(|post| topics.want(&post.tags))
            .collect()
    }

    fn lacked(&self, standing: &Standing, through: Seq) -> impl Iterator<Item = &'a Announced> {
        self.book.lacked(&standing.owed, standing.through, through)
    }

    /// Whether the post can be mailed at all.
    fn is_for_mail(&self, post: &Announced) -> bool {
        not_for_anybody(&self.ground, post).is_none()
    }

    /// Why there is nothing for a group.
    fn silence(&self, standing: &Standing, through: Seq) -> Silence {
        let mut lacked = self.lacked(standing, through).peekable();
        if lacked.peek().is_none() {
            Silence::NothingNew
        } else if self.lacked(standing, through).all(|post| post.is_baseline) {
            Silence::OnlyBaseline
        } else if !lacked.any(|post| self.is_for_mail(post)) {
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
    let Standing { cohort, through, owed, readers, .. } = standing;
    Group { cohort: *cohort, after: *through, owed: owed.clone(), readers: *readers }
}

/// The readers of `each` while its issues are planned one after another: one standing per cohort, number and posts owed.
struct Queue(BTreeMap<(CohortId, Seq, Vec<Seq>), Standing>);

impl Queue {
    fn of(standings: &[Standing]) -> Self {
        Self(standings.iter().map(|it| ((it.cohort, it.through, it.owed.clone()), it.clone())).collect())
    }

    /// Takes out those who stand before `seq` or are owed something.
    fn take_behind(&mut self, seq: Seq) -> Vec<Standing> {
        let is_behind = |(_, through, owed): &(_, Seq, Vec<Seq>)| *through < seq || !owed.is_empty();
        self.0.extract_if(.., |key, _| is_behind(key)).map(|(_, standing)| standing).collect()
    }

    /// Puts `served` back as the ledger will have them once they are served through `through`.
    fn put_back(&mut self, served: Vec<Standing>, through: Seq) {
        for standing in served {
            let (readers, through) = (standing.readers, through.max(standing.through));
            self.0
                .entry((standing.cohort, through, Vec::new()))
                .and_modify(|merged| merged.readers += readers)
                .or_insert(Standing { through, owed: Vec::new(), ..standing });
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::Weekday;

    use super::*;
    use crate::issue::{Series, Served};
    use crate::subscriber::{Hour, MonthDay, Pace};

    fn defaults() -> CadenceDefaults {
        CadenceDefaults {
            pace: Pace::Weekly,
            hour: Hour::new(8).unwrap(),
            weekday: Weekday::Sunday,
            month_day: MonthDay::new(1).unwrap(),
            zone: "UTC".parse().unwrap(),
            lang: "en".parse().unwrap(),
        }
    }

    /// A book of posts 1, 2, 3, …, each with the tags named.
    fn book_of(tags: &[&str]) -> Book {
        let row = |(number, tags): (u64, &&str)| Announced {
            seq: Seq(number),
            id: format!("tag:example.org,2026:{number}").parse().unwrap(),
            source: format!("{number}.md").into(),
            slug: number.to_string().parse().unwrap(),
            title: format!("Post {number}"),
            published: Timestamp::UNIX_EPOCH,
            content_hash: number.to_string(),
            tags: tags.split_whitespace().map(|tag| tag.parse().unwrap()).collect(),
            is_baseline: false,
            is_mailed: true,
        };
        Book { announced: (1..).zip(tags).map(row).collect(), ..Book::default() }
    }

    fn served(series: &str, key: &str, through: u64) -> BTreeMap<Series, Served> {
        let served = Served { last_key: IssueKey(key.to_owned()), through: Seq(through) };
        [(series.parse().unwrap(), served)].into()
    }

    fn standing(cohort: u32, through: u64, topics: &str) -> Standing {
        let preferences = Preferences { topics: topics.parse().unwrap(), ..Preferences::default() };
        Standing {
            cohort: CohortId(cohort),
            preferences,
            through: Seq(through),
            owed: Vec::new(),
            readers: 10,
        }
    }

    fn plan_of(series: &str, book: &Book, missing: &[Seq], standings: &[Standing]) -> Vec<Issue> {
        let due = Due {
            series: series.parse().unwrap(),
            key: IssueKey("weekly/2026-W47".to_owned()),
            due_at: Timestamp::UNIX_EPOCH,
            next_at: None,
            cohorts: standings.iter().map(|it| it.cohort).collect(),
        };
        plan(&Ground { book, missing, defaults: &defaults() }, &due, standings)
    }

    fn weekly(book: &Book, standings: &[Standing]) -> Issue {
        plan_of("weekly/sun/08/UTC", book, &[], standings).remove(0)
    }

    /// Editions as `POSTS LANG: COHORT>AFTER …`.
    fn told(issue: &Issue) -> Vec<String> {
        let number = |id: &PostId| id.as_str().rsplit(':').next().unwrap().to_owned();
        let group = |group: &Group| format!("{}>{}", group.cohort.0, group.after.0);
        issue
            .editions
            .iter()
            .map(|edition| {
                let posts: Vec<_> = edition.posts.iter().map(number).collect();
                let groups: Vec<_> = edition.groups.iter().map(group).collect();
                format!("{} {}: {}", posts.join(","), edition.lang, groups.join(" "))
            })
            .collect()
    }

    fn silences(issue: &Issue) -> Vec<(u32, Silence)> {
        issue.without.iter().map(|passed| (passed.group.cohort.0, passed.why)).collect()
    }

    #[test]
    fn everyone_gets_what_was_announced_since_they_were_last_served() {
        let issue =
            weekly(&book_of(&["", "", ""]), &[standing(1, 0, ""), standing(1, 2, ""), standing(1, 3, "")]);
        assert_eq!(told(&issue), ["1,2,3 en: 1>0", "3 en: 1>2"]);
        assert_eq!(silences(&issue), [(1, Silence::NothingNew)]);
        assert_eq!(issue.through, Seq(3));
    }

    #[test]
    fn groups_that_get_the_same_posts_in_one_language_share_an_edition() {
        let mut german = standing(4, 0, "");
        german.preferences.lang = "de".parse().ok();
        let standings = [standing(1, 0, "maps"), standing(2, 1, ""), standing(3, 1, "maps letters"), german];
        let issue = weekly(&book_of(&["letters", "maps"]), &standings);
        assert_eq!(told(&issue), ["1,2 de: 4>0", "2 en: 1>0 2>1 3>1"]);
    }

    #[test]
    fn who_is_owed_posts_gets_them_before_what_is_new_and_with_the_next_issue() {
        let owed = |through, owed: &[u64], topics| Standing {
            owed: owed.iter().copied().map(Seq).collect(),
            ..standing(1, through, topics)
        };
        let book = book_of(&["maps", "", "maps", "letters"]);
        let standings =
            [owed(3, &[3, 1], ""), owed(3, &[2], ""), owed(4, &[4, 1], "maps"), owed(4, &[2], "")];
        let issue = plan_of("weekly/sun/08/UTC", &book, &[Seq(2)], &standings).remove(0);
        assert_eq!(told(&issue), ["1 en: 1>4", "1,3,4 en: 1>3", "4 en: 1>3"]);
        assert_eq!(issue.without[0].group.owed, [Seq(2)]);
        assert_eq!(silences(&issue), [(1, Silence::NothingToMail)]);
    }

    #[test]
    fn who_is_owed_posts_is_in_the_first_issue_of_each_wherever_they_stand() {
        let mut book = book_of(&["", "", "", ""]);
        book.served = served("each", "each/2", 2);
        let ahead = Standing { owed: vec![Seq(1)], ..standing(1, 4, "") };
        let issues = plan_of("each", &book, &[], &[standing(2, 2, ""), ahead.clone()]);
        assert_eq!(told(&issues[0]), ["1 en: 1>4", "3 en: 2>2"]);
        assert_eq!(told(&issues[1]), ["4 en: 2>3"]);
        book.served = served("each", "each/4", 4);
        assert_eq!(told(&plan_of("each", &book, &[], &[ahead])[0]), ["1 en: 1>4"], "without a new post");
    }

    #[test]
    fn who_gets_nothing_is_told_why() {
        let mut book = book_of(&["", "maps", "", "maps"]);
        book.announced[0].is_baseline = true;
        book.announced[1].is_mailed = false;
        for (through, missing, topics, want) in [
            (4, vec![], "", Silence::NothingNew),
            (3, vec![], "letters", Silence::OtherTopics),
            (3, vec![Seq(4)], "", Silence::NothingToMail),
            (1, vec![Seq(3), Seq(4)], "maps", Silence::NothingToMail),
        ] {
            let issue =
                plan_of("weekly/sun/08/UTC", &book, &missing, &[standing(1, through, topics)]).remove(0);
            assert_eq!(issue.editions, []);
            assert_eq!(silences(&issue), [(1, want)], "after {through} with topics `{topics}`");
        }
        book.announced.truncate(1);
        assert_eq!(silences(&weekly(&book, &[standing(1, 0, "")])), [(1, Silence::OnlyBaseline)]);
    }

    #[test]
    fn a_calendar_issue_uses_up_its_key_even_when_nobody_is_in_it() {
        let issue = weekly(&book_of(&[""]), &[]);
        assert_eq!((issue.key.to_string().as_str(), issue.through), ("weekly/2026-W47", Seq(1)));
    }

    #[test]
    fn each_post_is_an_issue_of_its_own_and_a_newcomer_catches_up_in_the_first() {
        let mut book = book_of(&["", "", "", ""]);
        book.served = served("each", "each/2", 2);
        let standings = [standing(1, 2, ""), standing(2, 0, ""), standing(1, 3, "")];
        let issues = plan_of("each", &book, &[], &standings);
        let keys: Vec<_> = issues.iter().map(|issue| issue.key.to_string()).collect();
        assert_eq!(keys, ["each/3", "each/4"]);
        assert_eq!(told(&issues[0]), ["1,2,3 en: 2>0", "3 en: 1>2"]);
        assert_eq!(told(&issues[1]), ["4 en: 1>3 2>3"]);
        let [both] =
            &issues[1].editions[0].groups.iter().filter(|it| it.cohort.0 == 1).collect::<Vec<_>>()[..]
        else {
            panic!("readers of a cohort who stand at one number are one group: {:?}", issues[1]);
        };
        assert_eq!(both.readers, 20, "served in the issue before and standing there already");
    }

    #[test]
    fn a_newcomer_to_each_catches_up_without_waiting_for_a_new_post() {
        let mut book = book_of(&["", "maps"]);
        for (last_key, want) in [("each/2", "each/2+2"), ("each/2+2", "each/2+3")] {
            book.served = served("each", last_key, 2);
            let issues = plan_of("each", &book, &[], &[standing(1, 0, ""), standing(2, 2, "")]);
            let [issue] = &issues[..] else { panic!("{issues:?}") };
            assert_eq!(issue.key.to_string(), want);
            assert_eq!(told(issue), ["1,2 en: 1>0"]);
        }
        assert_eq!(plan_of("each", &book, &[], &[standing(1, 2, ""), standing(2, 1, "letters")]), []);
    }

    #[test]
    fn posts_that_are_not_for_mail_make_no_issue_of_each() {
        let mut book = book_of(&["", "", "", ""]);
        book.announced[0].is_baseline = true;
        book.announced[1].is_mailed = false;
        let issues = plan_of("each", &book, &[Seq(4)], &[standing(1, 0, "")]);
        let [issue] = &issues[..] else { panic!("{issues:?}") };
        assert_eq!((issue.key.to_string().as_str(), issue.through), ("each/3", Seq(3)));
        assert_eq!(told(issue), ["3 en: 1>0"]);
    }
}
