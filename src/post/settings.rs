//! What reading essays must be told.

use jiff::tz::TimeZone;

use crate::post::Author;
use crate::words::Lang;

/// Facts about the publication that fill in what a post does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostSettings {
    /// Where a date without an offset is meant.
    pub zone: TimeZone,
    pub lang: Lang,
    pub author: Author,
    /// The domain new ids are made under: `example.org` gives `tag:example.org,2026-03-01:on-maps`.
    pub tag_authority: String,
    pub slugs: SlugStyle,
    pub unpublished: Unpublished,
    /// Whether `$…$` and `$$…$$` are math in Markdown.
    pub has_math: bool,
}

/// How slugs are made from words that are not ASCII.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlugStyle {
    /// Letters stay in their script; only Latin letters lose their accents.
    #[default]
    Keep,
    /// Everything becomes ASCII but Japanese kanji, whose reading nobody can guess.
    Romanised,
}

/// What becomes of drafts, and of posts whose date has not come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unpublished {
    /// They are in no output.
    #[default]
    HeldBack,
    /// They stand among the published, for their author to see; what would hold them back is told all the same.
    Shown,
}
