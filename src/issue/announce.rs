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
        post.is_baseline =
            rules.is_first_run && rules.announce_since.is_none_or(|since| post.published < since);
    }
    unknown
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
        content_hash: HEXLOWER.encode(digest::digest(&digest::SHA256, post.body.source.as_bytes()).as_ref()),
        tags: post.tags.iter().map(|tag| tag.slug.clone()).collect(),
        is_baseline: false,
        is_mailed: post.is_mailed,
    }
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
