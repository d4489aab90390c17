//! Writes an essay as plain text, for the text part of mail.
//!
//! Links become numbers in brackets, listed at the end, each URL on a line of its own and never broken.
//! Notes become raised numbers and stand before that list. Every link of the HTML is in the text.
//! What is written from right to left has marks where a line would take another direction; code and formulas keep theirs.

use std::collections::HashMap;

use unicode_width::UnicodeWidthStr;

use crate::post::markup::direction::{
    RIGHT_TO_LEFT, from_left_to_right, from_right_to_left, has_right_to_left,
};
use crate::post::markup::elements::source;
use crate::post::markup::escape::clean;
use crate::post::markup::links::{Use, allowed, reached};
use crate::post::markup::math;
use crate::post::markup::native::same;
use crate::post::markup::node::{
    CodeBlock, Definition, Document, Element, Image, Item, List, Node, Note, is_block_name, plain_text,
};
use crate::post::markup::references::Reference;
use crate::post::markup::text_table;
use crate::post::markup::wrap::{GLUE, wrap};
use crate::post::{Linker, Named, Post};
use crate::words::Words;

/// Fewest columns that nested blocks are squeezed into.
const MIN_COLUMNS: usize = 16;

/// Writes `document`, the body of `post`, in lines of `columns`.
pub fn write(document: &Document, post: &Post, linker: &dyn Linker, columns: usize) -> String {
    let is_from_right = post.lang.direction() == "rtl";
    let mut writer = Writer { post, linker, is_from_right, links: Vec::new(), numbers: HashMap::new() };
    let mut lines = writer.blocks(&document.nodes, columns, false);
    for note in &document.notes {
        separate(&mut lines);
        lines.extend(writer.note(note, columns));
    }
    if !writer.links.is_empty() {
        separate(&mut lines);
        let number = |(at, url): (usize, &String)| format!("[{}] {url}", at + 1);
        lines.extend(writer.links.iter().enumerate().map(number));
    }
    finished(&lines)
}

/// Cleans before it trims: `&#1;` at the end of a line leaves white space behind.
fn finished(lines: &[String]) -> String {
    clean(&lines.join("\n")).lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// Puts an empty line after what is there.
fn separate(lines: &mut Vec<String>) {
    if lines.last().is_some_and(|line| !line.is_empty()) {
        lines.push(String::new());
    }
}

struct Writer<'a> {
    post: &'a Post,
    linker: &'a dyn Linker,
    /// Whether the essay is written from right to left.
    is_from_right: bool,
    links: Vec<String>,
    /// The number of each link, from 1.
    numbers: HashMap<String, usize>,
}

impl Writer<'_> {
    /// Blocks with empty lines between them, or without where `is_tight`.
    fn blocks(&mut self, nodes: &[Node], columns: usize, is_tight: bool) -> Vec<String> {
        let columns = columns.max(MIN_COLUMNS);
        let mut lines = Vec::new();
        for block in nodes.chunk_by(|a, b| a.is_inline() && b.is_inline()) {
            let own = if block[0].is_inline() {
                self.paragraph(block, columns)
            } else {
                self.block(&block[0], columns)
            };
            if own.is_empty() {
                continue;
            }
            if !is_tight {
                separate(&mut lines);
            }
            lines.extend(own);
        }
        lines
    }

    fn block(&mut self, node: &Node, columns: usize) -> Vec<String> {
        match node {
            Node::Paragraph(nodes) => self.paragraph(nodes, columns),
            Node::Heading { level, nodes, .. } => self.heading(*level, nodes, columns),
            Node::Quote(nodes) => prefixed(self.blocks(nodes, columns - 2, false), "> ", "> "),
            Node::List(list) => self.list(list, columns),
            Node::Definitions(definitions) => self.definitions(definitions, columns),
            Node::CodeBlock(code) if self.is_from_right => {
                listing(code).into_iter().map(from_left_to_right).collect()
            }
            Node::CodeBlock(code) => listing(code),
            Node::Table(table) => {
                // Cells that are not from right to left would change places with their neighbours.
                let end = if self.is_from_right { "\u{200f}" } else { "" };
                let mut cell =
                    |nodes: &[Node]| self.inlines(nodes).replace('\n', " / ").replace(GLUE, "") + end;
                let head = table.head.iter().map(|nodes| cell(nodes)).collect();
                let rows = table.rows.iter().map(|row| row.iter().map(|nodes| cell(nodes)).collect());
                let rows = rows.collect();
                self.directed(text_table::lay_out(head, rows, &table.columns, columns))
            }
            Node::Rule => vec![format!("{:>1$}", "* * *", columns.min(72) / 2 + 3)],
            Node::Figure { image, caption } => {
                let text = format!("{}\n{caption}", self.picture(image));
                self.wrapped(&text, columns)
            }
            Node::Element(element) => self.block_element(element, columns),
            _ => Vec::new(),
        }
    }

    /// Display math stands on lines of its own, so a line end may come first or last.
    fn paragraph(&mut self, nodes: &[Node], columns: usize) -> Vec<String> {
        let text = self.inlines(nodes);
        match text.trim() {
            "" => Vec::new(),
            text => self.wrapped(text, columns),
        }
    }

    /// `text` in lines of `columns`, each in the direction of the whole.
    fn wrapped(&self, text: &str, columns: usize) -> Vec<String> {
        self.directed(wrap(text, columns))
    }

    /// The lines of one block in one direction: what is wholly in another script is a quotation and keeps its own.
    fn directed(&self, lines: Vec<String>) -> Vec<String> {
        let is_from_right = self.is_from_right && lines.iter().any(|line| has_right_to_left(line));
        if is_from_right { from_right_to_left(lines) } else { lines }
    }

    /// What keeps code and formulas from left to right within a sentence that is not.
    fn fence(&self) -> &'static str {
        if self.is_from_right { "\u{200e}" } else { "" }
    }

    fn heading(&mut self, level: u8, nodes: &[Node], columns: usize) -> Vec<String> {
        let text = self.inlines(nodes);
        let mark = match level {
            1 => "=",
            2 => "-",
            _ => return prefixed(self.wrapped(&text, columns - 4), "### ", "    "),
        };
        let mut lines = wrap(&text, columns);
        let widest = lines.iter().map(|line| line.width()).max().unwrap_or_default();
        lines.push(mark.repeat(widest));
        self.directed(lines)
    }

    fn list(&mut self, list: &List, columns: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, item) in list.items.iter().enumerate() {
            if !list.is_tight {
                separate(&mut lines);
            }
            let mark = match list.start {
                Some(start) => format!("{}. ", start.saturating_add(at)),
                None => "- ".to_owned(),
            };
            lines.extend(self.item(item, &mark, list.is_tight, columns));
        }
        lines
    }

    fn item(&mut self, item: &Item, mark: &str, is_tight: bool, columns: usize) -> Vec<String> {
        let mark = match item.task {
            Some(true) => format!("{mark}[x] "),
            Some(false) => format!("{mark}[ ] "),
            None => mark.to_owned(),
        };
        let lines = self.blocks(&item.nodes, columns.saturating_sub(mark.len()), is_tight);
        let lines = if lines.is_empty() { vec![String::new()] } else { lines };
        let indent = " ".repeat(mark.len());
        // The `x` of a task is a letter.
        let is_marked = self.is_from_right && item.task.is_some();
        let mark = if is_marked { format!("{RIGHT_TO_LEFT}{mark}") } else { mark };
        prefixed(lines, &mark, &indent)
    }

    fn definitions(&mut self, definitions: &[Definition], columns: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for definition in definitions {
            separate(&mut lines);
            let term = self.inlines(&definition.term);
            lines.extend(self.wrapped(&term, columns));
            for details in &definition.details {
                lines.extend(prefixed(self.blocks(details, columns - 4, false), "    ", "    "));
            }
        }
        lines
    }

    fn note(&mut self, note: &Note, columns: usize) -> Vec<String> {
        let mark = format!("{} ", raised(note.number));
        let indent = " ".repeat(mark.width());
        prefixed(self.blocks(&note.nodes, columns - indent.len(), false), &mark, &indent)
    }

    fn inlines(&mut self, nodes: &[Node]) -> String {
        let mut text = String::new();
        self.push_inlines(nodes, &mut text);
        text
    }

    fn push_inlines(&mut self, nodes: &[Node], text: &mut String) {
        for node in nodes {
            match node {
                Node::Text(own) => text.push_str(own),
                Node::Emphasis(nodes) => self.push_marked(nodes, "_", text),
                Node::Strong(nodes) => self.push_marked(nodes, "*", text),
                Node::Strike(nodes) => self.push_marked(nodes, "~", text),
                Node::Code(code) => text.push_str(&format!("`{0}{code}{0}`", self.fence())),
                Node::Link { href, nodes, .. } => self.push_link(href, nodes, text),
                Node::Reference(reference) => self.push_reference(reference, text),
                Node::Image(image) => text.push_str(&self.picture(image)),
                Node::Math { tex, is_display } => push_math(tex, *is_display, self.fence(), text),
                Node::NoteRef { number, .. } => {
                    text.push(GLUE);
                    text.push_str(&raised(*number));
                }
                Node::Break => text.push('\n'),
                Node::SoftBreak => text.push(' '),
                Node::Element(element) => self.push_element(element, text),
                other => self.push_inlines(other.children(), text),
            }
        }
    }

    fn push_marked(&mut self, nodes: &[Node], mark: &str, text: &mut String) {
        text.push_str(mark);
        self.push_inlines(nodes, text);
        text.push_str(mark);
    }

    fn push_reference(&mut self, reference: &Reference, text: &mut String) {
        let Some(Named { url, title }) = self.linker.named(&reference.name) else {
            return text.push_str(&reference.written);
        };
        let words = if reference.words.is_empty() { title } else { reference.words.clone() };
        self.push_link(&format!("{url}{}", reference.fragment), &[Node::Text(words)], text);
    }

    fn push_link(&mut self, href: &str, nodes: &[Node], text: &mut String) {
        let words = self.inlines(nodes);
        let url = allowed(href, Use::Link).map(|href| self.linker.resolve(self.post, &href));
        let Some(url) = url.filter(|url| reached(url, Use::Link).is_some()) else {
            return text.push_str(&words);
        };
        if url.strip_prefix("mailto:").or_else(|| url.strip_prefix("tel:")) == Some(words.trim()) {
            return text.push_str(&words);
        }
        let is_bare = words == href || words == url;
        text.push_str(if is_bare { host(&url) } else { &words });
        let number = self.reference(url);
        text.push_str(&format!("{GLUE}[{number}]"));
    }

    /// The number of `url` in the list at the end.
    fn reference(&mut self, url: String) -> usize {
        *self.numbers.entry(url).or_insert_with_key(|url| {
            self.links.push(url.clone());
            self.links.len()
        })
    }

    fn picture(&self, image: &Image) -> String {
        let word = Words::of(&self.post.lang).say("picture", &[]);
        let words = if image.alt.is_empty() { &image.title } else { &image.alt };
        if words.is_empty() { format!("[{word}]") } else { format!("[{word}: {words}]") }
    }

    /// An author's block: as the node of ours that is nearest, else what is in it.
    fn block_element(&mut self, element: &Element, columns: usize) -> Vec<String> {
        match element.name.as_str() {
            "audio" | "video" => self.media(element, columns),
            "tr" => {
                let row = self.row(element);
                self.wrapped(&row, columns)
            }
            "h1" | "h2" => self.heading(2, &element.nodes, columns),
            "h3" | "h4" | "h5" | "h6" => self.heading(3, &element.nodes, columns),
            _ => match same(element.clone()) {
                Node::Element(element) => self.blocks(&element.nodes, columns, element.name == "table"),
                node => self.block(&node, columns),
            },
        }
    }

    fn media(&mut self, element: &Element, columns: usize) -> Vec<String> {
        let Some(src) = source(element) else { return Vec::new() };
        let name = src.rsplit('/').next().unwrap_or(src);
        let mut text = String::new();
        self.push_link(src, &[Node::Text(format!("[▶ {name}]"))], &mut text);
        self.wrapped(&text, columns)
    }

    /// A row of a table too involved for columns.
    fn row(&mut self, row: &Element) -> String {
        let cells = row.nodes.iter().filter(|node| matches!(node, Node::Element(_)));
        let texts: Vec<String> = cells.map(|cell| self.inlines(cell.children()).trim().to_owned()).collect();
        texts.join(" | ")
    }

    fn push_element(&mut self, element: &Element, text: &mut String) {
        match element.name.as_str() {
            "rp" => {}
            "img" => {
                let alt = element.attribute("alt").unwrap_or_default().to_owned();
                text.push_str(&self.picture(&Image { alt, ..Image::default() }));
            }
            "a" => self.push_link(element.attribute("href").unwrap_or_default(), &element.nodes, text),
            "rt" => {
                text.push('（');
                self.push_inlines(&element.nodes, text);
                text.push('）');
            }
            name if is_block_name(name) => text.push_str(&plain_text(&element.nodes)),
            _ => self.push_inlines(&element.nodes, text),
        }
    }
}

/// Lines with `first` before the first of them and `rest` before the others.
fn prefixed(lines: Vec<String>, first: &str, rest: &str) -> Vec<String> {
    let prefix = |(at, line): (usize, String)| format!("{}{line}", if at == 0 { first } else { rest });
    lines.into_iter().enumerate().map(prefix).collect()
}

/// Code as it is, indented, its lines never broken.
fn listing(code: &CodeBlock) -> Vec<String> {
    code.text.trim_end_matches('\n').split('\n').map(|line| format!("    {line}")).collect()
}

fn push_math(tex: &str, is_display: bool, fence: &str, text: &mut String) {
    let words = format!("{fence}{}{fence}", math::readable(tex));
    if is_display {
        text.push_str(&format!("\n    {words}\n"));
    } else {
        text.push_str(&words);
    }
}

/// `number` in raised figures.
fn raised(number: u32) -> String {
    const FIGURES: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let figure = |c: char| c.to_digit(10).map(|digit| FIGURES[digit as usize]);
    number.to_string().chars().filter_map(figure).collect()
}

/// The host of `url`, which stands for it within a sentence.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}
