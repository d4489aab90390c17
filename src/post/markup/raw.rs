//! Authors' HTML becomes nodes.
//!
//! Markdown hands HTML over in pieces: `<div>`, then paragraphs, then `</div>`. So the pieces of one list of
//! nodes are cleaned together, the nodes between them standing in as slots (a control character no essay
//! can contain, a number, another), and the clean result is read back into nodes. A slot that ends up
//! where no text can be, such as in an attribute that was never closed, is lost.

use std::borrow::Cow;

use crate::post::markup::allowed::clean;
use crate::post::markup::escape::is_xml_char;
use crate::post::markup::joins::join_lines;
use crate::post::markup::native::native;
use crate::post::markup::node::{Document, Element, Node};

/// Around the number of a slot. Not XML characters, so no essay holds them.
const SLOT_START: char = '\u{1}';
const SLOT_END: char = '\u{2}';

/// Deepest nesting of elements that is kept; deeper tags are dropped, so that no essay exhausts the stack.
const MAX_DEPTH: usize = 60;

/// Cleans all HTML of `document`.
pub fn clean_document(document: &mut Document) {
    document.change_lists(|nodes| {
        if nodes.iter().any(|node| matches!(node, Node::Raw(_))) {
            *nodes = clean_list(std::mem::take(nodes));
        }
    });
}

fn clean_list(nodes: Vec<Node>) -> Vec<Node> {
    let mut html = String::new();
    let mut slots = Vec::new();
    for node in nodes {
        match node {
            Node::Raw(raw) => html.extend(raw.chars().filter(|&c| is_xml_char(c))),
            other => {
                html.push_str(&format!("{SLOT_START}{}{SLOT_END}", slots.len()));
                slots.push(Some(other));
            }
        }
    }
    Reader::new(slots).read(&clean(&shallow(&html)))
}

/// Deepest nesting that the cleaner is given: it looks through all open elements at each tag, so that a hundred
/// thousand of them would take it a minute. Browsers stop at 512.
const MAX_OPEN: usize = 500;

/// `html` without the start tags that would be open more than [`MAX_OPEN`] deep: there they are text.
fn shallow(html: &str) -> Cow<'_, str> {
    let tags = html.match_indices('<').filter(|(at, _)| is_nesting(&html[at + 1..]));
    let mut depth = 0_usize;
    let too_deep: Vec<usize> = tags
        .filter(|(at, _)| {
            depth = if html[at + 1..].starts_with('/') { depth.saturating_sub(1) } else { depth + 1 };
            let is_too_deep = depth > MAX_OPEN;
            depth = depth.min(MAX_OPEN);
            is_too_deep
        })
        .map(|(at, _)| at)
        .collect();
    if too_deep.is_empty() {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len() + too_deep.len() * 3);
    let mut done = 0;
    for at in too_deep {
        out.push_str(&html[done..at]);
        out.push_str("&lt;");
        done = at + 1;
    }
    out.push_str(&html[done..]);
    Cow::Owned(out)
}

/// Whether a tag, given from behind its `<`, opens or closes an element that stays open until its end tag.
fn is_nesting(tag: &str) -> bool {
    let name = tag.strip_prefix('/').unwrap_or(tag);
    let end = name.bytes().position(|octet| !octet.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name[..end].to_ascii_lowercase();
    let ends_by_itself = ["dd", "dt", "li", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr"];
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !is_void(&name)
        && !ends_by_itself.contains(&name.as_str())
}

/// Reads clean HTML: every element closed, every attribute quoted.
struct Reader {
    slots: Vec<Option<Node>>,
    /// Elements that are open, outermost first, the list itself at the bottom.
    open: Vec<Element>,
    /// Tags that were too deep and still await their end tags.
    too_deep: usize,
}

impl Reader {
    fn new(slots: Vec<Option<Node>>) -> Self {
        let list = Element { name: String::new(), attributes: Vec::new(), nodes: Vec::new() };
        Self { slots, open: vec![list], too_deep: 0 }
    }

    fn read(mut self, html: &str) -> Vec<Node> {
        let mut rest = html;
        while let Some((text, tag, after)) = next_tag(rest) {
            self.text(text);
            self.tag(tag);
            rest = after;
        }
        self.text(rest);
        while self.open.len() > 1 {
            self.close();
        }
        let mut nodes = self.open.pop().map(|list| list.nodes).unwrap_or_default();
        join_lines(&mut nodes);
        nodes
    }

    fn push(&mut self, node: Node) {
        self.open.last_mut().expect("the list itself is never closed").nodes.push(node);
    }

    fn tag(&mut self, tag: &str) {
        if tag.starts_with('/') {
            match self.too_deep.checked_sub(1) {
                Some(left) => self.too_deep = left,
                None if self.open.len() > 1 => self.close(),
                None => {}
            }
            return;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let element =
            Element { name: name.to_owned(), attributes: attributes_of(attributes), nodes: Vec::new() };
        if is_void(name) {
            self.push(native(element));
        } else if self.open.len() > MAX_DEPTH {
            self.too_deep += 1;
        } else {
            self.open.push(element);
        }
    }

    fn close(&mut self) {
        if let Some(mut element) = self.open.pop() {
            join_lines(&mut element.nodes);
            self.push(native(element));
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(SLOT_START) {
            self.words(before);
            let (number, after) = after.split_once(SLOT_END).unwrap_or((after, ""));
            let slot = number.parse().ok().and_then(|at: usize| self.slots.get_mut(at)?.take());
            slot.into_iter().for_each(|node| self.push(node));
            rest = after;
        }
        self.words(rest);
    }

    /// Text between tags: white space is one space, or one line end that may vanish, but in listings.
    fn words(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = without_entities(text);
        if self.open.iter().any(|element| element.name == "pre") {
            return self.push(Node::Text(text));
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 && !self.is_at_line_start() {
                self.push(Node::SoftBreak);
            }
            let words = single_spaced(line);
            if !(words.is_empty() || words == " " && self.is_at_line_start()) {
                self.push(Node::Text(words));
            }
        }
    }

    /// Whether white space here would be seen by nobody.
    fn is_at_line_start(&self) -> bool {
        let last = self.open.last().and_then(|element| element.nodes.last());
        last.is_none_or(|node| !node.is_inline() || matches!(node, Node::SoftBreak | Node::Break))
    }
}

/// Text, the inside of a tag, and what follows it.
fn next_tag(html: &str) -> Option<(&str, &str, &str)> {
    let start = html.find('<')?;
    let mut is_quoted = false;
    let length = html[start..].bytes().position(|b| {
        is_quoted ^= b == b'"';
        b == b'>' && !is_quoted
    })?;
    Some((&html[..start], &html[start + 1..start + length], &html[start + length + 1..]))
}

/// The attributes of `name="value" name="value"`.
fn attributes_of(text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        attributes.push((name.trim().to_owned(), without_entities(&without_slots(value))));
        rest = after;
    }
    attributes
}

fn without_slots(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once(SLOT_START) {
        out.push_str(before);
        rest = after.split_once(SLOT_END).map_or("", |(_, after)| after);
    }
    out + rest
}

/// `text` with the five entities of clean HTML resolved.
fn without_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&nbsp;", "\u{a0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// `line` with single spaces where it has more; a space at either end stays.
fn single_spaced(line: &str) -> String {
    let is_space = |c: char| c.is_ascii_whitespace();
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if !is_space(c) {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

/// Whether the element has no end tag.
fn is_void(name: &str) -> bool {
    matches!(name, "br" | "col" | "hr" | "img" | "source" | "wbr")
}
