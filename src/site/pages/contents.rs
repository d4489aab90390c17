//! The table of contents of a post: two levels of headings.

use serde::Serialize;

use crate::post::{Heading, Post, outline};
use crate::site::SiteSettings;

/// Headings from which on a post has a table of contents unasked.
const LEAST: usize = 3;

/// One line of `contents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ContentsFacts {
    id: String,
    title: String,
    /// The headings one level below.
    within: Vec<ContentsFacts>,
}

/// The table of contents of `post`, whose essay is `html`; empty where it shall have none.
pub(super) fn contents(post: &Post, html: &str, settings: &SiteSettings) -> Vec<ContentsFacts> {
    if !post.toc.unwrap_or(settings.toc) {
        return Vec::new();
    }
    let headings = outline(html);
    let least = if post.toc == Some(true) { 1 } else { LEAST };
    let Some(top) = headings.iter().map(|heading| heading.level).min() else { return Vec::new() };
    let shown: Vec<Heading> = headings.into_iter().filter(|heading| heading.level <= top + 1).collect();
    if shown.len() < least { Vec::new() } else { nested(shown, top) }
}

fn nested(headings: Vec<Heading>, top: u8) -> Vec<ContentsFacts> {
    let mut contents: Vec<ContentsFacts> = Vec::new();
    for Heading { level, id, title } in headings {
        let line = ContentsFacts { id, title, within: Vec::new() };
        match contents.last_mut() {
            Some(above) if level > top => above.within.push(line),
            _ => contents.push(line),
        }
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_stand_below_those_they_belong_to() {
        let heading = |level, id: &str| Heading { level, id: id.to_owned(), title: id.to_owned() };
        let nested = nested(vec![heading(3, "a"), heading(2, "b"), heading(3, "c"), heading(3, "d")], 2);
        let lines: Vec<_> = nested
            .iter()
            .map(|line| (line.id.as_str(), line.within.iter().map(|l| l.id.as_str()).collect::<Vec<_>>()))
            .collect();
        assert_eq!(lines, [("a", vec![]), ("b", vec!["c", "d"])]);
    }
}
