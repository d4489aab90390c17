//! Reads plain text, as people have written it since typewriters.
//!
//! - An empty line ends a paragraph; so does a line that begins with an indent of full-width spaces (`　　`),
//!   which is how Chinese and Japanese text marks one. The indent itself is left to the style sheet.
//! - A line break within a paragraph is kept: it is verse, an address, a list. Except where the text was
//!   evidently wrapped by an editor: the paragraph is 56 to 80 columns wide and no line but the last
//!   had room for the first word of the next. Such lines are joined.
//! - A paragraph whose lines are all indented by spaces or tabs keeps its lines whatever their width.
//! - A paragraph of one short line that begins with a number (`一、`, `（一）`, `第一章`, `1. `, `IV. `,
//!   `Chapter 3`) and does not end like a sentence is a heading, unless it is one of several in a row:
//!   then it is a list. A line of `***`, `---` or `* * *` is a rule.
//! - URLs are links; everything else is text.

use unicode_width::UnicodeWidthStr;

use crate::post::markup::anchors::Anchors;
use crate::post::markup::joins::join_lines;
use crate::post::markup::node::{Document, Node};

/// Columns of the widest heading: half of a line.
const MAX_HEADING_COLUMNS: usize = 40;

/// Columns of the widest line of a paragraph that an editor wrapped: not less, or verse would be joined.
const WRAPPED_COLUMNS: std::ops::RangeInclusive<usize> = 56..=80;

/// Reads `source`.
pub fn read(source: &str) -> Document {
    let paragraphs = paragraphs(source);
    let mut anchors = Anchors::default();
    let mut nodes = Vec::new();
    for (at, lines) in paragraphs.iter().enumerate() {
        nodes.push(match heading_text(lines) {
            Some(text) if !is_listed(&paragraphs, at) => heading(text, &mut anchors),
            _ if is_rule(lines) => Node::Rule,
            _ if is_more(lines) => Node::More,
            _ => paragraph(lines),
        });
    }
    Document { nodes, notes: Vec::new() }
}

/// Whether the paragraph at `at` and one beside it are both single lines with Arabic or Roman numbers:
/// then they are items, for headings have text between them.
fn is_listed(paragraphs: &[Vec<&str>], at: usize) -> bool {
    let is_numbered = |at: usize| {
        let text = paragraphs.get(at).and_then(|lines| heading_text(lines));
        text.is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit() || "IVXLC".contains(c)))
    };
    is_numbered(at) && (is_numbered(at + 1) || at > 0 && is_numbered(at - 1))
}

/// The lines of each paragraph, without what ends them.
fn paragraphs(source: &str) -> Vec<Vec<&str>> {
    let mut paragraphs: Vec<Vec<&str>> = Vec::new();
    let mut is_open = false;
    for line in source.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            is_open = false;
            continue;
        }
        match paragraphs.last_mut() {
            Some(paragraph) if is_open && !line.starts_with('\u{3000}') => paragraph.push(line),
            _ => paragraphs.push(vec![line]),
        }
        is_open = true;
    }
    paragraphs
}

fn heading(text: &str, anchors: &mut Anchors) -> Node {
    Node::Heading { level: 2, id: anchors.id(text), nodes: vec![Node::Text(text.to_owned())] }
}

/// The text of the heading that `lines` are, if they are one.
fn heading_text<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let [line] = lines else { return None };
    let text = line.trim();
    is_numbered_heading(text).then_some(text)
}

/// Whether a line on its own is a heading: short, numbered, not a sentence.
pub fn is_numbered_heading(line: &str) -> bool {
    line.width() <= MAX_HEADING_COLUMNS
        && !line
            .ends_with(['。', '．', '.', '！', '!', '？', '?', '；', ';', '，', ',', '：', ':', '、', '…'])
        && after_number(line).is_some_and(|rest| !rest.trim().is_empty())
}

/// What follows the number that `line` begins with; the line itself where number and name are one word.
fn after_number(line: &str) -> Option<&str> {
    after_bare_number(line).or_else(|| after_bracketed_number(line)).or_else(|| whole_chapter(line))
}

/// `一、`, `1. `, `1．`, `IV. `.
fn after_bare_number(line: &str) -> Option<&str> {
    let is_han = |c| HAN_DIGITS.contains(c);
    let is_roman = |c| "IVXLC".contains(c);
    if let Some(rest) = after_some(line, is_han) {
        return rest.strip_prefix(['、', '．', '.', '，']);
    }
    let rest = after_some(line, |c| c.is_ascii_digit()).or_else(|| after_some(line, is_roman))?;
    let wide = rest.strip_prefix(['、', '．']);
    wide.or_else(|| rest.strip_prefix(['.', ')']).filter(|rest| rest.starts_with([' ', '\u{3000}'])))
}

/// `（一）`, `(2)`.
fn after_bracketed_number(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['（', '('])?;
    let rest = after_some(rest, |c| HAN_DIGITS.contains(c) || c.is_ascii_digit())?;
    rest.strip_prefix(['）', ')'])
}

/// `第一章 …`, `第3回`, `Chapter 3`, `Part II`.
fn whole_chapter(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix('第') {
        let rest = after_some(rest, |c| HAN_DIGITS.contains(c) || c.is_ascii_digit())?;
        return rest
            .starts_with(['章', '節', '节', '回', '部', '篇', '幕', '話', '话', '卷', '巻'])
            .then_some(line);
    }
    let (word, rest) = line.split_once(' ')?;
    let is_part = ["chapter", "part", "section", "book", "act"].contains(&word.to_lowercase().as_str());
    let number = rest.split([' ', ':', '.', '—']).next().unwrap_or_default();
    let is_number = !number.is_empty()
        && (number.bytes().all(|b| b.is_ascii_digit()) || number.chars().all(|c| "IVXLC".contains(c)));
    (is_part && is_number).then_some(line)
}

const HAN_DIGITS: &str = "〇零一二三四五六七八九十百廿卅";

/// What follows one or more characters that `is_wanted` wants.
fn after_some(text: &str, is_wanted: impl Fn(char) -> bool) -> Option<&str> {
    let rest = text.trim_start_matches(is_wanted);
    (rest.len() < text.len()).then_some(rest)
}

fn is_rule(lines: &[&str]) -> bool {
    let [line] = lines else { return false };
    let marks: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    marks.chars().count() >= 3
        && ['*', '-', '＊', '─', '—', '=', '~'].iter().any(|&mark| marks.chars().all(|c| c == mark))
}

fn is_more(lines: &[&str]) -> bool {
    matches!(lines, [line] if line.trim().eq_ignore_ascii_case("<!-- more -->"))
}

fn paragraph(lines: &[&str]) -> Node {
    let line_end = if is_wrapped(lines) { Node::SoftBreak } else { Node::Break };
    let mut nodes = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            nodes.push(line_end.clone());
        }
        push_linked(line.trim(), &mut nodes);
    }
    join_lines(&mut nodes);
    Node::Paragraph(nodes)
}

/// Whether an editor, not the author, ended the lines.
fn is_wrapped(lines: &[&str]) -> bool {
    let columns = lines.iter().map(|line| line.width()).max().unwrap_or_default();
    let is_indented = lines.iter().all(|line| line.starts_with([' ', '\t']));
    let had_no_room = |pair: &[&str]| {
        let word = pair[1].split_whitespace().next().unwrap_or_default();
        let first = pair[1].trim_start().chars().next().unwrap_or(' ');
        let next = if first.is_ascii() { word.width() + 1 } else { 4.min(word.width()) };
        pair[0].width() + next > columns
    };
    lines.len() > 1 && !is_indented && WRAPPED_COLUMNS.contains(&columns) && lines.windows(2).all(had_no_room)
}

/// Puts `line` into `nodes`, its URLs as links.
fn push_linked(line: &str, nodes: &mut Vec<Node>) {
    let mut rest = line;
    while let Some((before, url, after)) = next_url(rest) {
        push_text_node(before, nodes);
        nodes.push(Node::Link {
            href: url.to_owned(),
            title: String::new(),
            nodes: vec![Node::Text(url.to_owned())],
        });
        rest = after;
    }
    push_text_node(rest, nodes);
}

fn push_text_node(text: &str, nodes: &mut Vec<Node>) {
    if !text.is_empty() {
        nodes.push(Node::Text(text.to_owned()));
    }
}

/// The first URL of `text`, with what stands before and after it.
///
/// It ends with ASCII, for in Chinese and Japanese the sentence goes on without a space.
fn next_url(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices("http").find_map(|(start, _)| {
        let url = url_at(&text[start..])?;
        Some((&text[..start], url, &text[start + url.len()..]))
    })
}

/// The URL that `text` begins with, if there is more of it than a scheme.
fn url_at(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let is_url = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`');
    let end = text.find(|c| !is_url(c)).unwrap_or(text.len());
    let url = without_closing_marks(&text[..end]);
    (url.len() > scheme.len()).then_some(url)
}

/// `url` without the punctuation of the sentence it stands in; a bracket stays if it was opened.
fn without_closing_marks(url: &str) -> &str {
    let count = |bracket: char| url.matches(bracket).count();
    let mut unopened = count(')').saturating_sub(count('('));
    url.trim_end_matches(|c| match c {
        '.' | ',' | ';' | ':' | '!' | '?' | '\'' | ']' | '*' | '_' => true,
        ')' if unopened > 0 => {
            unopened -= 1;
            true
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::markup::node::plain_text;

    #[test]
    fn urls_of_a_line_end_where_its_sentence_goes_on() {
        for (line, want) in [
            (
                "See https://example.org/a, or http://example.org/b.",
                vec!["https://example.org/a", "http://example.org/b"],
            ),
            ("(https://example.org/a_(b))", vec!["https://example.org/a_(b)"]),
            ("https://example.org/a)).", vec!["https://example.org/a"]),
            ("見https://example.org/a。雪", vec!["https://example.org/a"]),
            ("It begins with https:// as https://example.org does", vec!["https://example.org"]),
            ("http://https://example.org/", vec!["http://https://example.org/"]),
            ("httpd and https://", vec![]),
        ] {
            let mut nodes = Vec::new();
            push_linked(line, &mut nodes);
            let found: Vec<&str> = nodes.iter().filter_map(href).collect();
            assert_eq!(found, want, "given {line}");
            assert_eq!(plain_text(&nodes), line, "no letter is lost");
        }
    }

    fn href(node: &Node) -> Option<&str> {
        if let Node::Link { href, .. } = node { Some(href) } else { None }
    }
}
