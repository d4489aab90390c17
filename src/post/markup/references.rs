//! `[[name]]`, `[[name#heading]]` and `[[name|words]]`: links to posts by their names.
//!
//! Found in text after the parse, so that what Markdown itself takes for a link, as in `[[1]](x)`, stays one.

use std::mem;

use crate::post::crossings;
use crate::post::markup::node::Node;

/// A link to a post by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub name: String,
    /// With its `#`; empty where none is given.
    pub fragment: String,
    /// Empty where the post's title shall stand there.
    pub words: String,
    /// All of it, for where there is no such post.
    pub written: String,
}

/// Finds the references in the texts of `nodes`.
pub fn split(nodes: &mut Vec<Node>) {
    let has_mark = |node: &Node| matches!(node, Node::Text(text) if text.contains("[["));
    if !nodes.iter().any(has_mark) {
        return;
    }
    for node in mem::take(nodes) {
        match node {
            Node::Text(text) => push_split(&text, nodes),
            other => nodes.push(other),
        }
    }
}

fn push_split(text: &str, nodes: &mut Vec<Node>) {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("[[") {
        plain.push_str(&rest[..at]);
        let mark = &rest[at..];
        let Some((_, after)) = crossings::name(mark) else {
            plain.push('[');
            rest = &mark[1..];
            continue;
        };
        if !plain.is_empty() {
            nodes.push(Node::Text(mem::take(&mut plain)));
        }
        nodes.push(Node::Reference(reference(&mark[..mark.len() - after.len()])));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        nodes.push(Node::Text(plain));
    }
}

fn reference(written: &str) -> Reference {
    let inner = &written[2..written.len() - 2];
    let (target, words) = inner.split_once('|').unwrap_or((inner, ""));
    let (name, fragment) = target.find('#').map_or((target, ""), |at| target.split_at(at));
    Reference {
        name: name.to_owned(),
        fragment: fragment.to_owned(),
        words: words.trim().to_owned(),
        written: written.to_owned(),
    }
}

impl Reference {
    /// What is read where the post's title is not known.
    pub fn bare(&self) -> &str {
        if self.words.is_empty() { &self.name } else { &self.words }
    }
}
