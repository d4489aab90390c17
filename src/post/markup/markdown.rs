//! Reads Markdown: CommonMark 0.31 with GitHub's tables, task lists, strikethrough and autolinks, footnotes,
//! description lists and math (`$…$`, `$$…$$`, ` ```math `).
//!
//! Emphasis beside CJK punctuation works (`**「強調」**です`), which plain CommonMark leaves as asterisks.

use std::mem;
use std::sync::LazyLock;

use comrak::nodes::{
    ListType, Node as ComrakNode, NodeCodeBlock, NodeLink, NodeList, NodeTable, NodeValue, TableAlignment,
};
use comrak::{Arena, Options, parse_document};

use crate::post::markup::anchors::Anchors;
use crate::post::markup::joins::join_lines;
use crate::post::markup::node::{
    Alignment, Cell, CodeBlock, Definition, Document, Image, Item, List, Node, Note, Table, plain_text,
};
use crate::post::markup::references;

/// Deepest nesting that is kept; what lies deeper becomes plain text, so that no essay exhausts the stack.
const MAX_DEPTH: usize = 100;

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| options(false));
static OPTIONS_WITH_MATH: LazyLock<Options<'static>> = LazyLock::new(|| options(true));

fn options(has_math: bool) -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.description_lists = true;
    extension.cjk_friendly_emphasis = true;
    extension.math_dollars = has_math;
    extension.math_code = has_math;
    options.parse.relaxed_tasklist_matching = false;
    options
}

/// Reads `source`.
pub fn read(source: &str, has_math: bool) -> Document {
    let arena = Arena::new();
    let options = if has_math { &*OPTIONS_WITH_MATH } else { &*OPTIONS };
    let root = parse_document(&arena, source, options);
    Reader { anchors: Anchors::default(), notes: Vec::new(), has_math }.document(root)
}

struct Reader {
    anchors: Anchors,
    notes: Vec<Note>,
    has_math: bool,
}

impl Reader {
    fn document(mut self, root: ComrakNode<'_>) -> Document {
        let nodes = self.nodes(root, 0);
        Document { nodes, notes: self.notes }
    }

    fn nodes(&mut self, parent: ComrakNode<'_>, depth: usize) -> Vec<Node> {
        if depth > MAX_DEPTH {
            return vec![Node::Text(text_below(parent))];
        }
        let mut nodes = parent.children().filter_map(|child| self.node(child, depth + 1)).collect();
        references::split(&mut nodes);
        nodes
    }

    /// The children of a block that holds lines, line ends between Han and kana removed.
    fn line(&mut self, parent: ComrakNode<'_>, depth: usize) -> Vec<Node> {
        let mut nodes = self.nodes(parent, depth);
        join_lines(&mut nodes);
        nodes
    }

    fn node(&mut self, node: ComrakNode<'_>, depth: usize) -> Option<Node> {
        let value = mem::replace(&mut node.data_mut().value, NodeValue::SoftBreak);
        Some(match value {
            NodeValue::Paragraph => paragraph(self.line(node, depth)),
            NodeValue::Heading(heading) => self.heading(node, heading.level, depth),
            NodeValue::BlockQuote | NodeValue::MultilineBlockQuote(_) => Node::Quote(self.nodes(node, depth)),
            NodeValue::List(list) => Node::List(self.list(node, &list, depth)),
            NodeValue::DescriptionList => Node::Definitions(self.definitions(node, depth)),
            NodeValue::CodeBlock(code) => self.code_block(*code),
            NodeValue::Table(table) => Node::Table(self.table(node, &table, depth)),
            NodeValue::ThematicBreak => Node::Rule,
            NodeValue::HtmlBlock(html) => raw(html.literal),
            NodeValue::HtmlInline(html) => raw(html),
            NodeValue::FootnoteDefinition(definition) => {
                self.note(node, definition.total_references, depth);
                return None;
            }
            NodeValue::FootnoteReference(reference) => {
                Node::NoteRef { number: reference.ix, nth: reference.ref_num }
            }
            NodeValue::Text(text) => Node::Text(text.into_owned()),
            NodeValue::Emph => Node::Emphasis(self.nodes(node, depth)),
            NodeValue::Strong => Node::Strong(self.nodes(node, depth)),
            NodeValue::Strikethrough => Node::Strike(self.nodes(node, depth)),
            NodeValue::Code(code) => Node::Code(code.literal),
            NodeValue::Link(link) => {
                Node::Link { href: link.url, title: link.title, nodes: self.nodes(node, depth) }
            }
            NodeValue::Image(link) => Node::Image(self.image(node, *link, depth)),
            NodeValue::Math(math) => {
                Node::Math { tex: math.literal.trim().to_owned(), is_display: math.display_math }
            }
            NodeValue::LineBreak => Node::Break,
            NodeValue::SoftBreak => Node::SoftBreak,
            _ => Node::Paragraph(self.nodes(node, depth)),
        })
    }

    fn heading(&mut self, node: ComrakNode<'_>, level: u8, depth: usize) -> Node {
        let nodes = self.line(node, depth);
        let id = self.anchors.id(plain_text(&nodes).trim());
        Node::Heading { level, id, nodes }
    }

    fn list(&mut self, node: ComrakNode<'_>, list: &NodeList, depth: usize) -> List {
        let start = (list.list_type == ListType::Ordered).then_some(list.start);
        let items = node.children().map(|item| self.item(item, depth + 1)).collect();
        List { start, is_tight: list.tight, items }
    }

    fn item(&mut self, node: ComrakNode<'_>, depth: usize) -> Item {
        let task = match &node.data().value {
            NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
            _ => None,
        };
        Item { task, nodes: self.nodes(node, depth) }
    }

    fn definitions(&mut self, node: ComrakNode<'_>, depth: usize) -> Vec<Definition> {
        node.children().map(|item| self.definition(item, depth + 1)).collect()
    }

    fn definition(&mut self, item: ComrakNode<'_>, depth: usize) -> Definition {
        let mut definition = Definition { term: Vec::new(), details: Vec::new() };
        for part in item.children() {
            let is_term = matches!(part.data().value, NodeValue::DescriptionTerm);
            let nodes = self.nodes(part, depth);
            if is_term {
                definition.term = without_paragraphs(nodes);
            } else {
                definition.details.push(nodes);
            }
        }
        definition
    }

    fn code_block(&self, code: NodeCodeBlock) -> Node {
        let lang = code.info.split([' ', ',', '{', '\t']).next().unwrap_or_default();
        if self.has_math && lang == "math" {
            let math = Node::Math { tex: code.literal.trim().to_owned(), is_display: true };
            return Node::Paragraph(vec![math]);
        }
        let lang = (!lang.is_empty()).then(|| lang.to_owned());
        Node::CodeBlock(CodeBlock { lang, text: code.literal, runs: Vec::new() })
    }

    fn table(&mut self, node: ComrakNode<'_>, table: &NodeTable, depth: usize) -> Table {
        let columns = table.alignments.iter().map(|&alignment| alignment.into()).collect();
        let mut head = Vec::new();
        let mut rows = Vec::new();
        for row in node.children() {
            let cells: Vec<Cell> = row.children().map(|cell| self.line(cell, depth + 2)).collect();
            if matches!(row.data().value, NodeValue::TableRow(true)) {
                head = cells;
            } else {
                rows.push(cells);
            }
        }
        Table { columns, head, rows }
    }

    fn image(&mut self, node: ComrakNode<'_>, link: NodeLink, depth: usize) -> Image {
        let alt = plain_text(&self.line(node, depth));
        Image { src: link.url, alt, title: link.title, width: None, height: None }
    }

    fn note(&mut self, node: ComrakNode<'_>, references: u32, depth: usize) {
        let nodes = self.nodes(node, depth);
        let number = u32::try_from(self.notes.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.notes.push(Note { number, references, nodes });
    }
}

impl From<TableAlignment> for Alignment {
    fn from(alignment: TableAlignment) -> Self {
        match alignment {
            TableAlignment::None => Self::Unset,
            TableAlignment::Left => Self::Left,
            TableAlignment::Center => Self::Center,
            TableAlignment::Right => Self::Right,
        }
    }
}

/// A paragraph; a figure where it holds nothing but a picture with a title.
fn paragraph(mut nodes: Vec<Node>) -> Node {
    if let [Node::Image(image)] = nodes.as_mut_slice()
        && !image.title.is_empty()
    {
        let caption = mem::take(&mut image.title);
        return Node::Figure { image: mem::take(image), caption };
    }
    Node::Paragraph(nodes)
}

/// HTML as written, or the mark that ends the summary.
fn raw(html: String) -> Node {
    let comment = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    if comment.is_some_and(|words| words.trim().eq_ignore_ascii_case("more")) {
        Node::More
    } else {
        Node::Raw(html)
    }
}

/// What stands in the paragraphs of `nodes`, as one line.
fn without_paragraphs(nodes: Vec<Node>) -> Vec<Node> {
    let lines = nodes.into_iter().map(|node| match node {
        Node::Paragraph(nodes) => nodes,
        other => vec![other],
    });
    lines.flatten().collect()
}

/// The bare text below `node`, found without recursion.
fn text_below(node: ComrakNode<'_>) -> String {
    let mut text = String::new();
    for below in node.descendants() {
        match &below.data().value {
            NodeValue::Text(own) => text.push_str(own),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            _ => {}
        }
    }
    text
}
