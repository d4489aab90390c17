//! Finds out which posts are news: not known to the book by id, file, text, or title and day.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ring::digest;
use thiserror::Error;

use crate::issue::{Announced, Announcement, Book, Rename, Seq};
use crate::post::{Post, Posts};

/// How far a clock may stand behind the last freeze before it is held to be wrong.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(1);

/// What decides whether an unknown post is news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnounceRules {
    /// Nothing was ever announced: what is older than `announce_since` is the baseline.
    pub is_first_run: bool,
    /// Without it every post of the first run is baseline.
    pub announce_since: Option<Timestamp>,
    /// A copy of the ledger was brought back at this time: what is no newer and not in it may have been mailed already.
    pub restored_at: Option<Timestamp>,
    /// More new posts for mail than this in one run are held to be a mistake.
    pub max_new: usize,
    /// The person at the keyboard says that it is none.
    pub backfill: bool,
}

/// Compares the posts that are out at `now` with what the book says.
///
/// New posts get their numbers in the order of publication. A known post that was moved, edited or renamed keeps
/// its number and is no news.
///
/// # Errors
///
/// If more than [`AnnounceRules::max_new`] posts are new, or `now` is more than an hour before the last freeze.
pub fn announce(
    book: &Book,
    posts: &Posts,
    now: Timestamp,
    rules: &AnnounceRules,
) -> Result<Announcement, AnnounceError> {
    refuse_a_clock_that_went_back(book, now)?;
    let comparison = Comparison::of(book, &posts.published);
    let new = numbered(comparison.unknown, book.head(), rules);
    refuse_a_flood(&new, rules)?;
    let renamed = comparison.known.iter().filter_map(|(row, post)| renamed(row, post)).collect();
    let changed = comparison.known.into_iter().filter(|(row, post)| *row != post).map(|(_, post)| post);
    let missing = comparison.vanished.into_values().map(|row| row.seq);
    Ok(Announcement { new, changed: changed.collect(), renamed, missing: missing.collect() })
}

fn refuse_a_clock_that_went_back(book: &Book, now: Timestamp) -> Result<(), AnnounceError> {
    match book.last_freeze {
        Some(last_freeze) if now < last_freeze - CLOCK_TOLERANCE => {
            Err(AnnounceError::ClockBack { now, last_freeze })
        }
        _ => Ok(()),
    }
}

fn refuse_a_flood(new: &[Announced], rules: &AnnounceRules) -> Result<(), AnnounceError> {
    let count = new.iter().filter(|post| post.is_mailed && !post.is_baseline).count();
    if count > rules.max_new && !rules.backfill {
        return Err(AnnounceError::TooMany { count, max_new: rules.max_new });
    }
    Ok(())
}

/// Unknown posts in the order of publication, each with the number it gets.
fn numbered(mut unknown: Vec<Announced>, head: Seq, rules: &AnnounceRules) -> Vec<Announced> {
    unknown.sort_by(|a, b| (a.published, &a.id).cmp(&(b.published, &b.id)));
    for (post, number) in unknown.iter_mut().zip(head.0 + 1..) {
        post.seq = Seq(number);
        post.is_baseline = rules.holds_back(post.published);
    }
    unknown
}

impl AnnounceRules {
    /// Whether a post that is new to the ledger was there, or may have been mailed, before.
    fn holds_back(&self, published: Timestamp) -> bool {
        let is_old = self.is_first_run && self.announce_since.is_none_or(|since| published < since);
        let may_be_known = !self.backfill && self.restored_at.is_some_and(|restored| published <= restored);
        is_old || may_be_known
    }
}

fn renamed(row: &Announced, post: &Announced) -> Option<Rename> {
    (row.id != post.id).then(|| Rename {
        seq: row.seq,
        from: row.source.clone(),
        to: post.source.clone(),
        old_id: row.id.clone(),
        new_id: post.id.clone(),
    })
}

/// The posts beside the rows of the book.
struct Comparison<'a> {
    /// A row and what it should say now.
    known: Vec<(&'a Announced, Announced)>,
    /// Posts of which the book has no row; their numbers are not given yet.
    unknown: Vec<Announced>,
    /// Rows of which there is no post.
    vanished: BTreeMap<Seq, &'a Announced>,
}

impl<'a> Comparison<'a> {
    /// A post is known by its id. One that is not may still be a row whose post vanished: see [`MARKS`].
    fn of(book: &'a Book, posts: &[Post]) -> Self {
        let vanished = book.announced.iter().map(|row| (row.seq, row)).collect();
        let mut comparison = Self { known: Vec::new(), unknown: Vec::new(), vanished };
        let (stored, made): (Vec<_>, Vec<_>) = posts.iter().partition(|post| post.is_id_stored);
        let [mut stored, mut made] = [stored, made].map(|some| some.into_iter().map(seen).collect());
        comparison.recognise(&mut stored, |row| row.id.to_string());
        comparison.recognise(&mut made, |row| row.id.to_string());
        comparison.recognise(&mut made, file);
        let mut rest = [stored, made].concat();
        for mark in MARKS {
            comparison.recognise(&mut rest, mark);
        }
        comparison.unknown = rest;
        comparison
    }

    /// Moves those of `posts` to the known ones that share `mark` with a vanished row.
    fn recognise(&mut self, posts: &mut Vec<Announced>, mark: impl Fn(&Announced) -> String) {
        let mut rows: HashMap<String, Vec<Seq>> = HashMap::new();
        for row in self.vanished.values().rev() {
            rows.entry(mark(row)).or_default().push(row.seq);
        }
        for mut post in std::mem::take(posts) {
            let row =
                rows.get_mut(&mark(&post)).and_then(Vec::pop).and_then(|seq| self.vanished.remove(&seq));
            match row {
                Some(row) => {
                    post.seq = row.seq;
                    post.is_baseline = row.is_baseline;
                    self.known.push((row, post));
                }
                None => posts.push(post),
            }
        }
    }
}

/// By what a post with another id is recognised as one that vanished, the surest first.
///
/// The file alone is enough only where no id is stored: with a new id stored, the author says it is a new post.
const MARKS: [fn(&Announced) -> String; 4] = [
    |row| row.content_hash.clone(),
    |row| format!("{} {}", file(row), row.title),
    |row| format!("{} {}", file(row), day(row)),
    |row| format!("{} {}", day(row), row.title),
];

fn file(row: &Announced) -> String {
    row.source.to_string_lossy().into_owned()
}

fn day(row: &Announced) -> Date {
    row.published.to_zoned(TimeZone::UTC).date()
}

/// What the book will say of `post`, before it has a number.
fn seen(post: &Post) -> Announced {
    Announced {
        seq: Seq(0),
        id: post.id.clone(),
        source: post.source.clone(),
        slug: post.slug.clone(),
        title: post.title.clone(),
        published: post.published.timestamp(),
        content_hash: digest_of(post),
        tags: post.tags.iter().map(|tag| tag.slug.clone()).collect(),
        is_baseline: false,
        is_mailed: post.is_mailed,
    }
}

/// Of the essay alone: whoever gives it a new title often gives its file a new name too. A post that is all
/// picture is told by its title.
fn digest_of(post: &Post) -> String {
    let essay = post.body.source();
    let essay = essay.trim();
    let text = if essay.is_empty() { &post.title } else { essay };
    HEXLOWER.encode(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

/// Why nothing is announced. Both need a person to look.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnnounceError {
    #[error("{count} posts are new since the last run: expected at most {max_new}")]
    TooMany { count: usize, max_new: usize },
    #[error("the clock says {now}, but the last issue was frozen at {last_freeze}")]
    ClockBack { now: Timestamp, last_freeze: Timestamp },
}

impl AnnounceError {
    /// What the person can do.
    pub fn help(&self) -> String {
        match self {
            Self::TooMany { count, .. } => format!(
                "run again with --backfill to mail all {count}, or write `email = false` into those not meant for mail"
            ),
            Self::ClockBack { .. } => {
                "set the clock of this machine, or leave out --now; issues are never frozen backwards"
                    .to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::*;
    use crate::post::{Author, Body, Format};

    /// A post without a stored id, published on `day` at noon UTC, whose text is its title.
    fn post(file: &str, day: &str, title: &str) -> Post {
        let published: Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
        Post {
            id: format!("tag:example.org,{day}:{file}").parse().unwrap(),
            is_id_stored: false,
            slug: title.to_lowercase().replace(' ', "-").parse().unwrap(),
            title: title.to_owned(),
            published: Zoned::new(published, TimeZone::UTC),
            updated: None,
            lang: "en".parse().unwrap(),
            authors: vec![Author { slug: "ada".parse().unwrap(), name: "Ada".to_owned(), url: None }],
            tags: Vec::new(),
            given_summary: Some(String::new()),
            image: None,
            enclosure: None,
            canonical_url: None,
            aliases: Vec::new(),
            series: None,
            toc: None,
            is_mailed: true,
            extra: serde_json::Map::new(),
            content_hash: String::new(),
            source: file.into(),
            body: Body::new(Format::Markdown, title, true),
            survey: std::sync::OnceLock::new(),
        }
    }

    fn with_id(id: &str, post: Post) -> Post {
        Post { id: id.parse().unwrap(), is_id_stored: true, ..post }
    }

    fn with_text(text: &str, mut post: Post) -> Post {
        post.body = post.body.with_source(text);
        post
    }

    fn rules() -> AnnounceRules {
        AnnounceRules {
            is_first_run: false,
            announce_since: None,
            restored_at: None,
            max_new: 10,
            backfill: false,
        }
    }

    fn run(book: &Book, posts: Vec<Post>, rules: &AnnounceRules) -> Result<Announcement, AnnounceError> {
        let posts = Posts { published: posts, ..Posts::default() };
        announce(book, &posts, "2026-11-22T08:00:00Z".parse().unwrap(), rules)
    }

    /// A book in which `posts` were announced.
    fn book_of(posts: Vec<Post>) -> Book {
        let mut book = Book::default();
        book.record(&run(&Book::default(), posts, &rules()).unwrap());
        book
    }

    fn titles(rows: &[Announced]) -> Vec<&str> {
        rows.iter().map(|row| row.title.as_str()).collect()
    }

    #[test]
    fn new_posts_are_numbered_by_date_and_then_by_id() {
        let posts = vec![
            post("c.md", "2026-11-03", "Third"),
            post("b.md", "2026-11-02", "Second"),
            post("a.md", "2026-11-02", "First"),
        ];
        let found = run(&Book::default(), posts, &rules()).unwrap();
        assert_eq!(titles(&found.new), ["First", "Second", "Third"]);
        assert_eq!(found.new.iter().map(|row| row.seq.0).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn an_older_post_that_comes_later_gets_the_next_number() {
        let old = post("old.md", "2019-01-01", "Old");
        let known = post("known.md", "2026-11-01", "Known");
        let found = run(&book_of(vec![known.clone()]), vec![old, known], &rules()).unwrap();
        assert_eq!(titles(&found.new), ["Old"]);
        assert_eq!(found.new[0].seq, Seq(2));
        assert!(!found.new[0].is_baseline);
    }

    #[test]
    fn on_the_first_run_only_posts_since_the_given_day_are_news() {
        let posts = || vec![post("a.md", "2026-11-01", "Before"), post("b.md", "2026-11-02", "Since")];
        let since = "2026-11-02T12:00:00Z".parse().ok();
        let baseline = |announce_since| {
            let rules = AnnounceRules { is_first_run: true, announce_since, ..rules() };
            run(&Book::default(), posts(), &rules)
                .unwrap()
                .new
                .iter()
                .map(|it| it.is_baseline)
                .collect::<Vec<_>>()
        };
        assert_eq!(baseline(since), [true, false]);
        assert_eq!(baseline(None), [true, true], "nothing is mailed unless asked for");
    }

    #[test]
    fn what_a_copy_does_not_know_is_news_only_if_it_came_after_the_copy_was_brought_back() {
        let day = |day| post(&format!("{day}.md"), day, day);
        let posts = || vec![day("2026-11-01"), day("2026-11-02"), day("2026-11-03")];
        let restored_at = Some(posts()[1].published.timestamp());
        let baseline = |backfill| {
            let found = run(&Book::default(), posts(), &AnnounceRules { restored_at, backfill, ..rules() });
            found.unwrap().new.iter().map(|row| row.is_baseline).collect::<Vec<_>>()
        };
        assert_eq!(baseline(false), [true, true, false], "one of that very moment may have been mailed");
        assert_eq!(baseline(true), [false, false, false]);
    }

    #[test]
    fn nothing_is_found_when_nothing_changed() {
        let posts = || vec![post("a.md", "2026-11-01", "A"), post("b.md", "2026-11-02", "B")];
        assert_eq!(run(&book_of(posts()), posts(), &rules()), Ok(Announcement::default()));
    }

    #[test]
    fn a_known_post_keeps_its_number_whatever_happens_to_it() {
        let known = || post("a.md", "2026-11-01", "Maps");
        let id = known().id.to_string();
        for (what, now, is_renamed) in [
            ("edited", with_text("other", known()), false),
            ("dated anew", Post { published: post("x", "2026-11-09", "x").published, ..known() }, false),
            ("not for mail", Post { is_mailed: false, ..known() }, false),
            ("moved with its id stored", with_id(&id, post("b.md", "2026-11-05", "Charts")), false),
            ("id written in", with_id("tag:a,2026:1", known()), true),
            ("id written in and edited", with_id("tag:a,2026:1", with_text("other", known())), true),
            ("file renamed", post("b.md", "2026-11-01", "Maps"), true),
            ("file renamed and retitled", with_text("Maps", post("b.md", "2026-11-01", "Charts")), true),
            ("file renamed and edited", with_text("other", post("b.md", "2026-11-01", "Maps")), true),
            ("domain changed", Post { id: "tag:new.example,2026:1".parse().unwrap(), ..known() }, true),
        ] {
            let found = run(&book_of(vec![known()]), vec![now], &rules()).unwrap();
            assert_eq!(found.new, [], "{what}");
            assert_eq!(found.missing, [], "{what}");
            assert_eq!(found.changed.len(), 1, "{what}");
            assert_eq!(found.changed[0].seq, Seq(1), "{what}");
            assert_eq!(found.renamed.len(), usize::from(is_renamed), "{what}");
        }
    }

    #[test]
    fn a_rename_is_noticed_once_and_tells_the_old_id() {
        let known = post("a.md", "2026-11-01", "Maps");
        let renamed = post("b.md", "2026-11-01", "Maps");
        let mut book = book_of(vec![known.clone()]);
        let found = run(&book, vec![renamed.clone()], &rules()).unwrap();
        let [rename] = &found.renamed[..] else { panic!("{:?}", found.renamed) };
        assert_eq!((&rename.old_id, &rename.new_id), (&known.id, &renamed.id));
        book.record(&found);
        assert_eq!(run(&book, vec![renamed.clone()], &rules()), Ok(Announcement::default()));
        let mended = with_id(known.id.as_str(), renamed);
        let found = run(&book, vec![mended], &rules()).unwrap();
        assert_eq!(found.new, [], "the old id written into the renamed file is no news either");
    }

    #[test]
    fn a_file_used_again_for_another_essay_with_its_own_id_is_news() {
        let first = with_id("tag:a,2026:1", post("letter.md", "2026-11-01", "First letter"));
        let second = with_id("tag:a,2026:2", post("letter.md", "2026-11-08", "Second letter"));
        let found = run(&book_of(vec![first]), vec![second], &rules()).unwrap();
        assert_eq!(titles(&found.new), ["Second letter"]);
        assert_eq!(found.missing, [Seq(1)]);
    }

    #[test]
    fn a_copy_beside_its_original_is_news() {
        let known = post("a.md", "2026-11-01", "Maps");
        let copy = post("b.md", "2026-11-01", "Maps");
        let found = run(&book_of(vec![known.clone()]), vec![known, copy], &rules()).unwrap();
        assert_eq!(found.new.len(), 1);
    }

    #[test]
    fn one_post_without_text_is_not_taken_for_another() {
        let picture = |file, day, title| with_text("", post(file, day, title));
        let book = book_of(vec![picture("a.md", "2026-11-01", "Sea")]);
        let found = run(&book, vec![picture("b.md", "2026-11-02", "Hills")], &rules()).unwrap();
        assert_eq!(titles(&found.new), ["Hills"]);
    }

    #[test]
    fn a_deleted_post_is_missing_and_no_news_when_it_comes_back() {
        let posts = vec![post("a.md", "2026-11-01", "A"), post("b.md", "2026-11-02", "B")];
        let mut book = book_of(posts.clone());
        let found = run(&book, posts[..1].to_vec(), &rules()).unwrap();
        assert_eq!(found.missing, [Seq(2)]);
        book.record(&found);
        assert_eq!(run(&book, posts, &rules()), Ok(Announcement::default()));
    }

    #[test]
    fn a_flood_of_new_posts_needs_a_word_from_the_person_at_the_keyboard() {
        let posts = |count: u8| -> Vec<Post> {
            (0..count).map(|n| post(&format!("{n}.md"), "2026-11-01", &format!("Post {n}"))).collect()
        };
        let strict = AnnounceRules { max_new: 3, ..rules() };
        assert!(run(&Book::default(), posts(3), &strict).is_ok());
        let error = run(&Book::default(), posts(4), &strict).unwrap_err();
        assert_eq!(error.to_string(), "4 posts are new since the last run: expected at most 3");
        assert!(error.help().contains("--backfill to mail all 4"), "{}", error.help());
        assert!(run(&Book::default(), posts(4), &AnnounceRules { backfill: true, ..strict.clone() }).is_ok());
        let first = AnnounceRules { is_first_run: true, ..strict.clone() };
        assert!(run(&Book::default(), posts(4), &first).is_ok(), "a baseline is no flood");
        let unmailed = posts(4).into_iter().map(|post| Post { is_mailed: false, ..post }).collect();
        assert!(run(&Book::default(), unmailed, &strict).is_ok(), "what is not mailed floods nobody");
    }

    #[test]
    fn a_clock_more_than_an_hour_behind_the_last_freeze_is_refused() {
        for (last_freeze, is_refused) in
            [("2026-11-22T07:00:00Z", false), ("2026-11-22T09:00:00Z", false), ("2026-11-22T09:00:01Z", true)]
        {
            let book = Book { last_freeze: last_freeze.parse().ok(), ..Book::default() };
            assert_eq!(run(&book, Vec::new(), &rules()).is_err(), is_refused, "frozen at {last_freeze}");
        }
    }
}
