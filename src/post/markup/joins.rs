//! Takes out line ends that would show as a space where the script has none.
//!
//! A line end of the source goes by the two characters beside it, whatever language the essay is in:
//!
//! | before and after | line end |
//! |---|---|
//! | both Han, kana or wide punctuation (`。「`) | goes |
//! | one Han, kana or wide punctuation, the other a shared mark (`“ ” … —`) | goes |
//! | one wide punctuation, the other anything but Hangul | goes: the mark brings its own space |
//! | anything else: Hangul, Latin, Han beside Latin | stays, a space |

use std::mem;

use crate::post::markup::node::Node;
use crate::post::markup::script::{is_han_or_kana, is_hangul, is_shared_mark, is_wide_mark};

/// Takes line ends out of one block's line of nodes.
pub fn join_lines(nodes: &mut Vec<Node>) {
    if !nodes.iter().any(has_soft_break) {
        return;
    }
    let mut borders = Borders::default();
    borders.note_all(nodes);
    let mut decisions = borders.decisions.into_iter();
    remove_joined(nodes, &mut decisions);
}

fn has_soft_break(node: &Node) -> bool {
    matches!(node, Node::SoftBreak) || node.children().iter().any(has_soft_break)
}

/// Whether a line end between `before` and `after` vanishes.
pub fn is_joined(before: char, after: char) -> bool {
    let is_cjk = |c| is_han_or_kana(c) || is_wide_mark(c);
    let is_one = |is_a: fn(char) -> bool, is_b: &dyn Fn(char) -> bool| {
        is_a(before) && is_b(after) || is_b(before) && is_a(after)
    };
    is_cjk(before) && is_cjk(after)
        || is_one(is_shared_mark, &is_cjk)
        || is_one(is_wide_mark, &|c| !is_hangul(c))
}

/// The characters beside each line end, in the order of the text.
#[derive(Default)]
struct Borders {
    before: Option<char>,
    is_open: bool,
    decisions: Vec<bool>,
}

impl Borders {
    fn note_all(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::SoftBreak => {
                    self.decisions.push(false);
                    self.is_open = true;
                }
                Node::Text(text) => self.note(text.chars().next(), text.chars().next_back()),
                Node::NoteRef { .. } | Node::Raw(_) | Node::More => {}
                other if other.children().is_empty() => self.note(Some('x'), Some('x')),
                other => self.note_all(other.children()),
            }
        }
    }

    fn note(&mut self, first: Option<char>, last: Option<char>) {
        let (Some(first), Some(last)) = (first, last) else { return };
        if mem::take(&mut self.is_open)
            && let (Some(before), Some(decision)) = (self.before, self.decisions.last_mut())
        {
            *decision = is_joined(before, first);
        }
        self.before = Some(last);
    }
}

fn remove_joined(nodes: &mut Vec<Node>, decisions: &mut impl Iterator<Item = bool>) {
    nodes.retain_mut(|node| {
        if matches!(node, Node::SoftBreak) {
            return !decisions.next().unwrap_or(false);
        }
        if let Some(children) = node.children_mut() {
            remove_joined(children, decisions);
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_goes_by_the_characters_beside_it() {
        for (before, after, want) in [
            ('日', '本', true),
            ('の', '雪', true),
            ('。', '「', true),
            ('。', '雪', true),
            ('，', 'L', true),
            ('”', '她', true),
            ('—', '他', true),
            ('한', '국', false),
            ('。', '한', false),
            ('漢', 'L', false),
            ('L', '漢', false),
            ('a', 'b', false),
            ('”', 'a', false),
        ] {
            assert_eq!(is_joined(before, after), want, "given {before} {after}");
        }
    }

    #[test]
    fn a_line_end_is_judged_across_marks() {
        let mut nodes = vec![
            Node::Strong(vec![Node::Text("雪".into())]),
            Node::SoftBreak,
            Node::Text("国".into()),
            Node::SoftBreak,
            Node::Text("a".into()),
        ];
        join_lines(&mut nodes);
        let breaks = nodes.iter().filter(|node| matches!(node, Node::SoftBreak)).count();
        assert_eq!(breaks, 1);
    }
}
