//! What the planner reads and what it decides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::post::{PostId, Slug};
use crate::subscriber::{Cadence, Preferences};
use crate::words::Lang;

/// A post's place in the order of announcement, from 1; 0 stands before all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// A post the ledger has seen published. Its `seq` never changes; all else follows the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    pub seq: Seq,
    /// What the post is called now: a file renamed without a stored id is called differently.
    pub id: PostId,
    /// Where it was last seen.
    pub source: PathBuf,
    pub slug: Slug,
    pub title: String,
    pub published: Timestamp,
    /// Digest of the essay without title and front matter, to recognise it when its file is renamed.
    pub content_hash: String,
    /// What topics are compared with.
    pub tags: Vec<Slug>,
    /// Whether it was there before mailing began: never mailed.
    pub is_baseline: bool,
    /// Whether its author wants it mailed; if not, it is announced all the same and never mailed.
    pub is_mailed: bool,
}

/// What a run finds in the posts that the book does not say yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
    /// Posts never seen before, in the order of the numbers they get.
    pub new: Vec<Announced>,
    /// Known posts that were moved, edited, retitled or renamed: each takes the place of the row with its `seq`.
    pub changed: Vec<Announced>,
    /// Which of the changed ones are called differently now.
    pub renamed: Vec<Rename>,
    /// Known posts that are in no output now: deleted, or drafts again, or dated later.
    pub missing: Vec<Seq>,
}

/// A known post found under another name. It is no news and is not mailed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rename {
    pub seq: Seq,
    /// Where it was, and where it is now, below the posts folder.
    pub from: PathBuf,
    pub to: PathBuf,
    /// The id feed readers know it by, and the one it has now.
    pub old_id: PostId,
    pub new_id: PostId,
}

/// What the ledger remembers that planning needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// In order of `seq`.
    pub announced: Vec<Announced>,
    /// What each series has been served, by series name.
    pub served: BTreeMap<Series, Served>,
    /// When the last issue was frozen.
    pub last_freeze: Option<Timestamp>,
}

/// A stream of issues that come due together: all readers with one cadence.
pub type Series = Cadence;

/// How far a series has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Civil occurrence of its last issue, such as `weekly/2026-W47`.
    pub last_key: IssueKey,
    pub through: Seq,
}

/// The civil occurrence an issue answers to: `daily/2026-11-22`, `weekly/2026-W47`, `monthly/2026-11`,
/// `each/17` (a sequence number). Unique within a series; later occurrences compare greater within one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct IssueKey(pub String);

/// The number under which the ledger keeps one distinct set of preferences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CohortId(pub u32);

/// Confirmed readers who asked for the same, have been served equally far and are owed the same.
///
/// For a scheduled issue only those count who had confirmed, and had last changed their preferences, by the time
/// it was due: whoever changes from Sundays to Fridays on a Wednesday waits for Friday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub cohort: CohortId,
    pub preferences: Preferences,
    /// The last sequence number they were served, or that was current when they confirmed.
    pub through: Seq,
    /// Posts of mails from which they were excluded because another post in them was withdrawn, in the order in which
    /// the ledger has them. All come before the window.
    pub owed: Vec<Seq>,
    pub readers: u64,
}

/// One mailing: due once, frozen once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub series: Series,
    pub key: IssueKey,
    /// When it was due; readers who confirmed later wait for the next.
    pub due_at: Timestamp,
    /// Every reader of the series is served through this number.
    pub through: Seq,
    /// What goes out, never without posts. Empty: nothing new for anyone, the key is used up all the same.
    pub editions: Vec<Edition>,
    /// Groups for whom there is nothing in this window. They are served through `through` like the others.
    pub without: Vec<Passed>,
}

/// A group that gets nothing from an issue, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub group: Group,
    pub why: Silence,
}

/// Why a group gets nothing from an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Nothing was announced since they were last served.
    NothingNew,
    /// All that was announced had been published before mailing began.
    OnlyBaseline,
    /// What was announced is not for mail, or was withdrawn.
    NothingToMail,
    /// What was announced has none of their topics.
    OtherTopics,
}

/// The same posts in the same language for all its readers: rendered once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Oldest first.
    pub posts: Vec<PostId>,
    /// Language of the words around the posts.
    pub lang: Lang,
    pub groups: Vec<Group>,
}

/// Readers of one cohort who stand at one number and are owed the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub cohort: CohortId,
    /// Where their window begins (not included).
    pub after: Seq,
    /// What they are owed besides, as in [`Standing::owed`].
    pub owed: Vec<Seq>,
    pub readers: u64,
}
