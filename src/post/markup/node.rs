//! The essay as a tree: what every reader of the markup sees, whichever format it was written in.

use crate::post::markup::code::Token;
use crate::post::markup::references::Reference;

/// An essay after its one parse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    pub nodes: Vec<Node>,
    /// In the order in which the essay first refers to them.
    pub notes: Vec<Note>,
}

/// A footnote that the essay refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// From 1.
    pub number: u32,
    /// How often the essay refers to it.
    pub references: u32,
    pub nodes: Vec<Node>,
}

/// A block or a piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Paragraph(Vec<Node>),
    Heading {
        level: u8,
        id: String,
        nodes: Vec<Node>,
    },
    Quote(Vec<Node>),
    List(List),
    Definitions(Vec<Definition>),
    CodeBlock(CodeBlock),
    Table(Table),
    Rule,
    /// A picture that stands alone, with its caption.
    Figure {
        image: Image,
        caption: String,
    },
    /// Where `<!-- more -->` stands.
    More,

    Text(String),
    Emphasis(Vec<Node>),
    Strong(Vec<Node>),
    Strike(Vec<Node>),
    Code(String),
    Link {
        href: String,
        title: String,
        nodes: Vec<Node>,
    },
    /// A link to a post by its name.
    Reference(Reference),
    Image(Image),
    Math {
        tex: String,
        is_display: bool,
    },
    NoteRef {
        number: u32,
        nth: u32,
    },
    /// A line break the author asked for.
    Break,
    /// A line end of the source that may become a space.
    SoftBreak,

    /// HTML of the author's, kept after cleaning; name and attributes are on the allow-list.
    Element(Element),
    /// HTML as written, not yet cleaned; never leaves the parse.
    Raw(String),
}

/// A list, numbered where it has a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub start: Option<usize>,
    /// Whether its items are lines rather than paragraphs.
    pub is_tight: bool,
    pub items: Vec<Item>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whether the task is done, where it is a task.
    pub task: Option<bool>,
    pub nodes: Vec<Node>,
}

/// A term and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    pub term: Vec<Node>,
    pub details: Vec<Vec<Node>>,
}

/// Code, in a language if it names one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeBlock {
    pub lang: Option<String>,
    pub text: String,
    /// Runs of `text` in order, where it was highlighted.
    pub runs: Vec<Run>,
}

/// Octets of code that are of one kind; no kind is plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub octets: usize,
    pub token: Option<Token>,
}

impl Definition {
    fn lists_mut(&mut self) -> impl Iterator<Item = &mut Vec<Node>> {
        std::iter::once(&mut self.term).chain(&mut self.details)
    }
}

/// A picture, its `src` as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    pub src: String,
    pub alt: String,
    pub title: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// A table with one row of column heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<Alignment>,
    pub head: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
}

/// What stands in one cell.
pub type Cell = Vec<Node>;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    Unset,
    Left,
    Center,
    Right,
}

/// An HTML element of the author's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// In lower case.
    pub name: String,
    /// Values without entities.
    pub attributes: Vec<(String, String)>,
    pub nodes: Vec<Node>,
}

impl Document {
    /// Calls `change` on every list of nodes, inner ones first.
    pub fn change_lists(&mut self, mut change: impl FnMut(&mut Vec<Node>)) {
        change_lists(&mut self.nodes, &mut change);
        self.notes.iter_mut().for_each(|note| change_lists(&mut note.nodes, &mut change));
    }
}

impl Element {
    /// The value of the attribute `name`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl Node {
    /// Whether it stands within a line.
    pub fn is_inline(&self) -> bool {
        match self {
            Self::Text(_)
            | Self::Emphasis(_)
            | Self::Strong(_)
            | Self::Strike(_)
            | Self::Code(_)
            | Self::Link { .. }
            | Self::Reference(_)
            | Self::Image(_)
            | Self::NoteRef { .. }
            | Self::Math { .. }
            | Self::Break
            | Self::SoftBreak => true,
            Self::Element(element) => !is_block_name(&element.name),
            _ => false,
        }
    }

    /// The nodes within, where it has one list of them.
    pub fn children(&self) -> &[Node] {
        match self {
            Self::Paragraph(nodes)
            | Self::Quote(nodes)
            | Self::Heading { nodes, .. }
            | Self::Emphasis(nodes)
            | Self::Strong(nodes)
            | Self::Strike(nodes)
            | Self::Link { nodes, .. } => nodes,
            Self::Element(element) => &element.nodes,
            _ => &[],
        }
    }

    /// Every list of nodes within.
    pub fn lists_mut(&mut self) -> Vec<&mut Vec<Node>> {
        match self {
            Self::List(list) => list.items.iter_mut().map(|item| &mut item.nodes).collect(),
            Self::Table(table) => table.head.iter_mut().chain(table.rows.iter_mut().flatten()).collect(),
            Self::Definitions(definitions) => {
                definitions.iter_mut().flat_map(Definition::lists_mut).collect()
            }
            other => other.children_mut().into_iter().collect(),
        }
    }

    /// The one list of nodes within, to change it.
    pub fn children_mut(&mut self) -> Option<&mut Vec<Node>> {
        match self {
            Self::Paragraph(nodes)
            | Self::Quote(nodes)
            | Self::Heading { nodes, .. }
            | Self::Emphasis(nodes)
            | Self::Strong(nodes)
            | Self::Strike(nodes)
            | Self::Link { nodes, .. } => Some(nodes),
            Self::Element(element) => Some(&mut element.nodes),
            _ => None,
        }
    }
}

/// Calls `change` on every list of nodes, inner ones first.
fn change_lists(nodes: &mut Vec<Node>, change: &mut impl FnMut(&mut Vec<Node>)) {
    for node in nodes.iter_mut() {
        node.lists_mut().into_iter().for_each(|list| change_lists(list, change));
    }
    change(nodes);
}

/// Whether the HTML element `name` stands outside of lines.
pub fn is_block_name(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "audio"
            | "blockquote"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "td"
            | "th"
            | "caption"
            | "hgroup"
            | "ul"
            | "video"
    )
}

/// The words of `nodes`, without marks, notes and pictures.
pub fn plain_text(nodes: &[Node]) -> String {
    let mut text = String::new();
    push_plain_text(nodes, &mut text);
    text
}

fn push_plain_text(nodes: &[Node], text: &mut String) {
    for node in nodes {
        match node {
            Node::Text(own) | Node::Code(own) => text.push_str(own),
            Node::Math { tex, .. } => text.push_str(tex),
            Node::Reference(reference) => text.push_str(reference.bare()),
            Node::Break | Node::SoftBreak => text.push(' '),
            Node::Element(element) if matches!(element.name.as_str(), "rt" | "rp") => {}
            other => push_plain_text(other.children(), text),
        }
    }
}
