//! The links of a Markdown essay that lead to other files or posts of the publication, each with its line.
//!
//! Found in the source, without a parse, because every essay is looked through in every build. Code is passed
//! over. What is odd beyond that (a link in a comment) is found too; nothing depends on it but a finding.

use serde::{Deserialize, Serialize};

/// A link from one essay to something beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Crossing {
    /// In the file, from 1.
    pub line: usize,
    pub to: To,
}

/// Where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum To {
    /// A relative path, as written.
    Path(String),
    /// `[[name#fragment]]`.
    Name(String),
}

/// The crossings of `source`, whose first line is `first_line` of its file.
pub(super) fn crossings(source: &str, first_line: usize) -> Vec<Crossing> {
    let mut found = Vec::new();
    if !["](", "]:", "[["].iter().any(|mark| source.contains(mark)) {
        return found;
    }
    let mut fence = None;
    for (line, text) in (first_line..).zip(source.lines()) {
        if !is_code(text, &mut fence) {
            found.extend(of_line(text).into_iter().map(|to| Crossing { line, to }));
        }
    }
    found
}

/// Whether `line` is of a listing, its fences among it. `fence` is the one that is open.
fn is_code<'a>(line: &'a str, fence: &mut Option<&'a str>) -> bool {
    let bare = line.trim_start_matches([' ', '>']);
    let mark = ['`', '~'].map(|c| &bare[..bare.len() - bare.trim_start_matches(c).len()]);
    let mark = mark.into_iter().find(|mark| mark.len() >= 3);
    match (*fence, mark) {
        (None, Some(mark)) => {
            *fence = Some(mark);
            true
        }
        (Some(open), Some(mark)) if mark.starts_with(open) && bare.trim_end() == mark => {
            *fence = None;
            true
        }
        (Some(_), _) => true,
        (None, None) => line.starts_with("    ") || line.starts_with('\t'),
    }
}

fn of_line(line: &str) -> Vec<To> {
    let mut found = Vec::new();
    if !line.as_bytes().contains(&b'[') {
        return found;
    }
    let is_definition = line.starts_with('[') && !line.starts_with("[^");
    if let Some((_, rest)) = line.split_once("]:").filter(|(label, _)| is_definition && !label.contains('`'))
    {
        found.extend(path(rest.trim_start()));
        return found;
    }
    let mut rest = line;
    while let Some(at) = rest.find(['`', '\\', '[', ']']) {
        let mark = &rest[at..];
        rest = if let Some(inner) = mark.strip_prefix("](") {
            found.extend(path(inner));
            inner
        } else if let Some((name, after)) = name(mark) {
            found.push(To::Name(name.to_owned()));
            after
        } else {
            after_mark(mark)
        };
    }
    found
}

/// What follows a code span, an escaped character, or a single mark.
fn after_mark(mark: &str) -> &str {
    if mark.starts_with('\\') {
        let mut chars = mark.chars();
        chars.by_ref().take(2).for_each(drop);
        return chars.as_str();
    }
    let ticks = &mark[..mark.len() - mark.trim_start_matches('`').len()];
    if ticks.is_empty() {
        return &mark[1..];
    }
    let after = &mark[ticks.len()..];
    after.split_once(ticks).map_or(after, |(_, rest)| rest)
}

/// The name in `[[name|words]]`, if `mark` begins so.
pub(super) fn name(mark: &str) -> Option<(&str, &str)> {
    let (inner, after) = mark.strip_prefix("[[")?.split_once("]]")?;
    let (name, _) = inner.split_once('|').unwrap_or((inner, ""));
    let is_name = !name.is_empty() && name.trim() == name && !inner.contains(['[', ']', '\n']);
    (is_name && !after.starts_with(['(', '[', ':'])).then_some((name, after))
}

/// A link's target, if it leads to something beside the essay.
fn path(inner: &str) -> Option<To> {
    let target = match inner.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>')?.0,
        None => &inner[..end_of_target(inner)],
    };
    let is_beside = !target.is_empty()
        && !target.starts_with(['#', '?', '/'])
        && !target.contains(['{', '<', '\\'])
        && !target.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':'));
    is_beside.then(|| To::Path(target.to_owned()))
}

/// Where a bare target ends: at a space or at a bracket it did not open.
fn end_of_target(inner: &str) -> usize {
    let mut open = 0_usize;
    for (at, c) in inner.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return at,
            ')' => open -= 1,
            c if c.is_whitespace() => return at,
            _ => {}
        }
    }
    inner.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_what_lies_beside_are_found_with_their_lines() {
        let source = "See [a](on-a.md#x) and [b](https://example.org/), [[on-b|b]] and [[c#d]].\n\
                      `[n](no.md)` \\[[no]] [t](<with space.md> \"T\") ![p](p_(1).png)\n\
                      ```\n[n](no.md)\n```\n    [n](no.md)\n[ref]: ../r.md\n[^1]: Note\n[[1]](x.md)\n[x](#y) [[ -f x ]]";
        let found: Vec<_> = crossings(source, 7).into_iter().map(|c| (c.line, c.to)).collect();
        let path = |path: &str| To::Path(path.to_owned());
        let name = |name: &str| To::Name(name.to_owned());
        assert_eq!(
            found,
            [
                (7, path("on-a.md#x")),
                (7, name("on-b")),
                (7, name("c#d")),
                (8, path("with space.md")),
                (8, path("p_(1).png")),
                (13, path("../r.md")),
                (15, path("x.md")),
            ]
        );
    }
}
