//! Headings of an essay stand below its title, which is the one first-level heading of its page.

use crate::post::markup::node::{Document, Node};

/// The lowest level there is.
const LOWEST: u8 = 6;

/// Puts all headings of `document` one level lower if any is of the first, so that their order is kept.
pub fn below_title(document: &mut Document) {
    let notes = document.notes.iter().flat_map(|note| &note.nodes);
    if !document.nodes.iter().chain(notes).any(has_first_level) {
        return;
    }
    document.change_lists(|nodes| nodes.iter_mut().for_each(lower));
}

fn has_first_level(node: &Node) -> bool {
    match node {
        Node::Heading { level, .. } => *level == 1,
        Node::Element(element) => element.name == "h1" || element.nodes.iter().any(has_first_level),
        Node::Quote(nodes) => nodes.iter().any(has_first_level),
        Node::List(list) => list.items.iter().flat_map(|item| &item.nodes).any(has_first_level),
        Node::Definitions(definitions) => {
            definitions.iter().flat_map(|definition| &definition.details).flatten().any(has_first_level)
        }
        _ => false,
    }
}

fn lower(node: &mut Node) {
    match node {
        Node::Heading { level, .. } => *level = LOWEST.min(*level + 1),
        Node::Element(element) => {
            let level = element.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok());
            if let Some(level) = level.filter(|level| (1..=LOWEST).contains(level)) {
                element.name = format!("h{}", LOWEST.min(level + 1));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::markup::document;
    use crate::post::{Body, Format};

    fn levels(source: &str) -> Vec<(u8, String)> {
        let mut document = document(&Body::new(Format::Markdown, source, false));
        below_title(&mut document);
        let mut levels = Vec::new();
        document.change_lists(|nodes| {
            for node in nodes {
                match node {
                    Node::Heading { level, id, .. } => levels.push((*level, id.clone())),
                    Node::Element(element) if element.name.starts_with('h') => {
                        levels.push((0, element.name.clone()));
                    }
                    _ => {}
                }
            }
        });
        levels
    }

    #[test]
    fn no_heading_of_an_essay_is_of_the_first_level_and_its_anchor_is_what_it_was() {
        for (source, want) in [
            ("## a\n\n### b\n", vec![(2, "a"), (3, "b")]),
            ("text\n\n# a\n\n## b\n\n# a\n", vec![(2, "a"), (3, "b"), (2, "a-1")]),
            ("##### a\n\n###### b\n\nc\n=\n", vec![(6, "a"), (6, "b"), (2, "c")]),
            ("> # a\n\n## b\n", vec![(2, "a"), (3, "b")]),
            ("- # a\n", vec![(2, "a")]),
            ("<h1>a</h1>\n\n<h3>b</h3>\n\n## c\n", vec![(0, "h2"), (0, "h4"), (3, "c")]),
        ] {
            let want: Vec<(u8, String)> =
                want.into_iter().map(|(level, id)| (level, id.to_owned())).collect();
            assert_eq!(levels(source), want, "given {source}");
        }
    }
}
