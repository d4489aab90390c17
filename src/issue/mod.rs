//! Which posts go to whom, when. Pure: takes `now`, the posts, the book of what was announced and the
//! groups of readers; gives announcements and issues.
//!
//! In: [`Posts`](crate::post::Posts), a [`Book`], [`Standing`]s. Out: an [`Announcement`], [`Issue`]s.
//!
//! A post gets a sequence number the first time it is seen published. A reader's window is a span of
//! sequence numbers, from where their last issue ended to where this one ends, so that no clock, late
//! run, change of pace or of zone can lose a post or show it twice. Knows no templates, no SQL, no clock.

mod agenda;
mod announce;
mod book;
mod calendar;
mod key;
mod model;
mod omission;
mod plan;

pub use agenda::{Agenda, Due, Waiting, due};
pub use announce::{AnnounceError, AnnounceRules, announce};
pub use model::{
    Announced, Announcement, Book, CohortId, Edition, Group, Issue, IssueKey, Passed, Rename, Seq, Series,
    Served, Silence, Standing,
};
pub use omission::{Omission, left_out};
pub use plan::{Ground, plan};
