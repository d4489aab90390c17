//! Looks an essay over: summary, length, first heading, first picture.

use std::mem;

use unicode_width::UnicodeWidthStr;

use crate::post::markup::node::{Document, Node, plain_text};
use crate::post::markup::script::{is_han_or_kana, is_wide_mark};
use crate::post::markup::sentences::{first_sentences, shortened};
use crate::post::markup::{Survey, markdown, math};
use crate::words::{Lang, Writing};

/// Columns of a summary in a language with spaces; our choice: two lines of a search result.
const SPACED_COLUMNS: usize = 200;

/// Columns of a summary in Chinese or Japanese: 110 characters; our choice, about as much as above.
const CJK_COLUMNS: usize = 220;

/// Columns of a summary whose end the author marked; more would be no summary.
const MARKED_COLUMNS: usize = 1000;

/// Words read in a minute, in languages with spaces. Brysbaert (2019, "How many words do we read per
/// minute?") finds 238 for English prose; ours is rounded down for essays.
const WORDS_PER_MINUTE: usize = 230;

/// Korean words are longer, a noun and its particles being one; our estimate.
const KOREAN_WORDS_PER_MINUTE: usize = 200;

/// Han characters read in a minute in Chinese; our estimate.
const HAN_PER_MINUTE: usize = 450;

/// Kana and kanji read in a minute in Japanese; our estimate.
const KANA_PER_MINUTE: usize = 500;

/// Looks `document` over.
pub fn survey(document: &Document, lang: &Lang) -> Survey {
    let length = Length::of(document);
    Survey {
        summary: summary(document, lang),
        word_count: length.words + length.characters,
        reading_minutes: length.minutes(lang),
        first_heading: first_heading(document).filter(|text| !text.is_empty()),
        first_image: first_image(&document.nodes),
    }
}

fn first_heading(document: &Document) -> Option<String> {
    match document.nodes.first() {
        Some(Node::Heading { level: 1, nodes, .. }) => Some(one_line(&plain_text(nodes))),
        _ => None,
    }
}

fn first_image(nodes: &[Node]) -> Option<String> {
    nodes.iter().find_map(|node| match node {
        Node::Image(image) | Node::Figure { image, .. } => Some(image.src.clone()),
        Node::List(list) => list.items.iter().find_map(|item| first_image(&item.nodes)),
        other => first_image(other.children()),
    })
}

/// `line` as a reader of plain text wants it: what Markdown marks, without the marks. HTML and `$` are text.
pub fn without_marks(line: &str) -> String {
    let mut document = markdown::read(&format!("# {}", one_line(line)), false);
    document.change_lists(|nodes| nodes.iter_mut().for_each(raw_to_text));
    first_heading(&document).filter(|text| !text.is_empty()).unwrap_or_else(|| one_line(line))
}

fn raw_to_text(node: &mut Node) {
    if let Node::Raw(html) = node {
        *node = Node::Text(mem::take(html));
    }
}

/// How much there is to read.
#[derive(Default)]
struct Length {
    /// Between spaces.
    words: usize,
    /// Of Han and kana.
    characters: usize,
}

impl Length {
    fn of(document: &Document) -> Self {
        let mut length = Self::default();
        length.add_all(&document.nodes);
        document.notes.iter().for_each(|note| length.add_all(&note.nodes));
        length
    }

    fn add_all(&mut self, nodes: &[Node]) {
        let mut line = String::new();
        for node in nodes {
            match node {
                Node::List(list) => list.items.iter().for_each(|item| self.add_all(&item.nodes)),
                Node::Table(table) => {
                    table.head.iter().chain(table.rows.iter().flatten()).for_each(|cell| self.add_all(cell));
                }
                Node::Definitions(definitions) => definitions.iter().for_each(|definition| {
                    self.add_all(&definition.term);
                    definition.details.iter().for_each(|details| self.add_all(details));
                }),
                Node::Quote(nodes) => self.add_all(nodes),
                Node::Element(element) if !node.is_inline() => self.add_all(&element.nodes),
                Node::Figure { caption, .. } => self.add(caption),
                Node::Text(text) => line.push_str(text),
                Node::SoftBreak | Node::Break => line.push(' '),
                Node::Reference(reference) => line.push_str(reference.bare()),
                other => line.push_str(&plain_text(other.children())),
            }
            if !node.is_inline() {
                line.push(' ');
            }
        }
        self.add(&line);
    }

    fn add(&mut self, text: &str) {
        let mut is_in_word = false;
        for c in text.chars() {
            if c.is_ascii() {
                // Marks within a word, as in `don't`, do not end it.
                let is_letter = c.is_ascii_alphanumeric();
                self.words += usize::from(is_letter && !is_in_word);
                is_in_word = is_letter || (is_in_word && !c.is_whitespace());
            } else if is_han_or_kana(c) {
                self.characters += 1;
                is_in_word = false;
            } else if c.is_whitespace() || is_wide_mark(c) {
                is_in_word = false;
            } else if c.is_alphanumeric() && !is_in_word {
                self.words += 1;
                is_in_word = true;
            }
        }
    }

    fn minutes(&self, lang: &Lang) -> usize {
        let writing = lang.writing();
        let word_rate = if writing == Writing::Hangul { KOREAN_WORDS_PER_MINUTE } else { WORDS_PER_MINUTE };
        let character_rate = if writing == Writing::Kana { KANA_PER_MINUTE } else { HAN_PER_MINUTE };
        let product = self.words * character_rate + self.characters * word_rate;
        product.div_ceil(word_rate * character_rate).max(1)
    }
}

/// What stands before the mark, else the beginning.
fn summary(document: &Document, lang: &Lang) -> String {
    let nodes = &document.nodes;
    let marked = nodes.iter().position(|node| matches!(node, Node::More) || has_mark(node));
    let limit = match (marked, lang.writing()) {
        (Some(_), _) => MARKED_COLUMNS,
        (None, Writing::Han | Writing::Kana) => CJK_COLUMNS,
        (None, _) => SPACED_COLUMNS,
    };
    let before = &nodes[..marked.map_or(nodes.len(), |at| at + 1)];
    let mut prose = Prose { text: String::new(), enough: limit * 2, is_done: false };
    prose.add_blocks(before);
    let text = one_line(&prose.text);
    if text.width() <= limit {
        return text;
    }
    first_sentences(&text, limit).unwrap_or_else(|| shortened(&text, limit))
}

fn has_mark(node: &Node) -> bool {
    node.children().iter().any(|child| matches!(child, Node::More))
}

/// The running text of an essay, as far as it is needed.
struct Prose {
    text: String,
    /// Columns after which no more is gathered.
    enough: usize,
    is_done: bool,
}

impl Prose {
    fn add_blocks(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.is_done = self.is_done || matches!(node, Node::More) || self.text.width() > self.enough;
            if self.is_done {
                return;
            }
            match node {
                Node::Paragraph(nodes) => self.add_line(nodes),
                Node::Quote(nodes) => self.add_blocks(nodes),
                Node::List(list) => list.items.iter().for_each(|item| self.add_blocks(&item.nodes)),
                Node::Element(element) if !node.is_inline() => self.add_blocks(&element.nodes),
                inline if inline.is_inline() => self.add_inlines(std::slice::from_ref(inline)),
                _ => {}
            }
        }
    }

    fn add_line(&mut self, nodes: &[Node]) {
        let is_after_wide = self.text.ends_with(is_wide_mark);
        if !self.text.is_empty() && !is_after_wide {
            self.text.push(' ');
        }
        self.add_inlines(nodes);
    }

    fn add_inlines(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::More => self.is_done = true,
                _ if self.is_done => return,
                Node::Text(text) | Node::Code(text) => self.text.push_str(text),
                Node::Reference(reference) => self.text.push_str(reference.bare()),
                Node::Math { tex, .. } => self.text.push_str(&math::readable(tex)),
                Node::Link { href, nodes, .. } if plain_text(nodes) == *href => {}
                Node::Break | Node::SoftBreak => self.text.push(' '),
                Node::Element(element) if matches!(element.name.as_str(), "rt" | "rp") => {}
                other => self.add_inlines(other.children()),
            }
        }
    }
}

/// `text` with single spaces between words.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    crate::post::markup::escape::clean(&words.join(" ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_loses_the_marks_of_markdown_and_nothing_else() {
        for (given, want) in [
            ("The word *post* never meant the **letter**.", "The word post never meant the letter."),
            (
                "What `cmp` says, [told](https://example.org/) ~~twice~~ once",
                "What cmp says, told twice once",
            ),
            ("これは**「強調」**です。", "これは「強調」です。"),
            ("See https://example.org/ and <b>Vec<T></b>", "See https://example.org/ and <b>Vec<T></b>"),
            (
                "From $5 to $9, 2 * 3 * 4, snake_case_name, C#",
                "From $5 to $9, 2 * 3 * 4, snake_case_name, C#",
            ),
            ("1. A list\n- of > things", "1. A list - of > things"),
            ("![](relay.png)", "![](relay.png)"),
            ("", ""),
        ] {
            assert_eq!(without_marks(given), want, "given {given}");
        }
    }
}
