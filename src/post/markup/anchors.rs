//! Ids of headings, made from their words as GitHub makes them, each given once.

use std::collections::{HashMap, HashSet};

use comrak::Anchorizer;

use crate::post::markup::survey::without_marks;

/// What a heading without a letter is called.
const NAMELESS: &str = "section";

/// Ids that pages use around the essay.
const TAKEN: [&str; 3] = ["content", "follow", "follow-title"];

/// The ids given so far in one essay.
pub struct Anchors {
    given: HashSet<String>,
    /// How often each id was asked for: every lower number is taken, so the search need not begin at 1 again.
    asked: HashMap<String, usize>,
}

impl Default for Anchors {
    fn default() -> Self {
        Self { given: TAKEN.map(str::to_owned).into(), asked: HashMap::new() }
    }
}

impl Anchors {
    /// An id for the heading `words`: `on-maps`, then `on-maps-1`, `on-maps-2`.
    pub fn id(&mut self, words: &str) -> String {
        let made = Anchorizer::new().anchorize(words);
        let stem = if made.is_empty() { NAMELESS } else { &made };
        let number = self.asked.entry(stem.to_owned()).or_default();
        loop {
            let id = if *number == 0 { stem.to_owned() } else { format!("{stem}-{number}") };
            *number += 1;
            if self.given.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The places in the Markdown of `source` that a link can lead to: its headings, and ids in its HTML.
///
/// Read line by line, without a parse: good enough to say that a link leads nowhere.
pub fn anchors(source: &str) -> Vec<String> {
    let mut anchors = Anchors::default();
    let mut found = Vec::new();
    let (mut before, mut is_code) = ("", false);
    for line in source.lines() {
        is_code ^= line.starts_with("```") || line.starts_with("~~~");
        let is_underline =
            !before.is_empty() && !line.is_empty() && line.trim_end().bytes().all(|b| b == b'=' || b == b'-');
        let words = if is_underline { Some(before) } else { heading(line) };
        found.extend(words.filter(|_| !is_code).map(|words| anchors.id(without_marks(words).trim())));
        found
            .extend(line.split(" id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        before = line;
    }
    found
}

/// The words of a heading that begins with `#`.
fn heading(line: &str) -> Option<&str> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    ((1..=6).contains(&level) && words.starts_with(' '))
        .then(|| words.trim().trim_end_matches('#').trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_headings_share_an_id() {
        let mut anchors = Anchors::default();
        for (words, want) in [
            ("On Maps", "on-maps"),
            ("On maps 1", "on-maps-1"),
            ("On maps", "on-maps-2"),
            ("On maps", "on-maps-3"),
            ("On maps 1", "on-maps-1-1"),
            ("論地圖：一", "論地圖一"),
            ("!", "section"),
            ("?", "section-1"),
            ("Content", "content-1"),
        ] {
            assert_eq!(anchors.id(words), want, "given {words}");
        }
    }
}
