//! Finds the node of ours that an author's HTML element amounts to.

use crate::post::markup::node::{
    Alignment, Cell, CodeBlock, Element, Image, Item, List, Node, Table, plain_text,
};

/// The node that `element` is, if it says no more than the node can hold; else the element.
pub fn native(element: Element) -> Node {
    let is_bare = element.attributes.is_empty();
    match element.name.as_str() {
        "img" if element.attribute("srcset").is_none() => Node::Image(image(&element)),
        "a" if element.attributes.iter().all(|(name, _)| matches!(name.as_str(), "href" | "title")) => {
            link(element)
        }
        _ if is_bare => same(element),
        _ => Node::Element(element),
    }
}

/// The node nearest to `element`, whatever attributes it has.
pub fn same(element: Element) -> Node {
    let Element { name, nodes, .. } = &element;
    match name.as_str() {
        "br" => Node::Break,
        "hr" => Node::Rule,
        "em" => Node::Emphasis(element.nodes),
        "strong" => Node::Strong(element.nodes),
        "del" | "s" | "strike" => Node::Strike(element.nodes),
        "code" if nodes.iter().all(|node| matches!(node, Node::Text(_))) => Node::Code(plain_text(nodes)),
        "p" if nodes.iter().all(Node::is_inline) => Node::Paragraph(element.nodes),
        "blockquote" => Node::Quote(element.nodes),
        "pre" => Node::CodeBlock(CodeBlock { lang: None, text: plain_text(nodes), runs: Vec::new() }),
        "ul" | "ol" => list(element),
        "table" => table(&element).map_or_else(|| Node::Element(element), Node::Table),
        _ => Node::Element(element),
    }
}

fn image(element: &Element) -> Image {
    let text = |name| element.attribute(name).unwrap_or_default().to_owned();
    let length = |name| element.attribute(name).and_then(|value| value.parse().ok());
    Image {
        src: text("src"),
        alt: text("alt"),
        title: text("title"),
        width: length("width"),
        height: length("height"),
    }
}

fn link(element: Element) -> Node {
    let text = |name| element.attribute(name).unwrap_or_default().to_owned();
    let (href, title) = (text("href"), text("title"));
    if href.is_empty() { Node::Element(element) } else { Node::Link { href, title, nodes: element.nodes } }
}

fn list(element: Element) -> Node {
    let start = (element.name == "ol")
        .then(|| element.attribute("start").and_then(|start| start.parse().ok()).unwrap_or(1));
    let is_item = |node: &Node| matches!(node, Node::Element(item) if item.name == "li");
    if !element.nodes.iter().all(|node| is_item(node) || is_space(node)) {
        return Node::Element(element);
    }
    let items: Vec<Item> = element
        .nodes
        .into_iter()
        .filter_map(|node| match node {
            Node::Element(item) => Some(Item { task: None, nodes: item.nodes }),
            _ => None,
        })
        .collect();
    let is_tight = items.iter().all(|item| !item.nodes.iter().any(|n| matches!(n, Node::Paragraph(_))));
    Node::List(List { start, is_tight, items })
}

fn is_space(node: &Node) -> bool {
    match node {
        Node::SoftBreak => true,
        Node::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A table of one row of heads and rows of as many cells, nothing spanning.
fn table(element: &Element) -> Option<Table> {
    let mut rows = Vec::new();
    for node in element.nodes.iter().filter(|node| !is_space(node)) {
        let Node::Element(part) = node else { return None };
        match part.name.as_str() {
            "tr" => rows.push(part),
            "thead" | "tbody" => rows.extend(elements(part)?),
            _ => return None,
        }
    }
    let (head, rows) = rows.split_first()?;
    let head = cells(head, "th")?;
    let rows: Vec<Vec<Cell>> = rows.iter().map(|row| cells(row, "td")).collect::<Option<_>>()?;
    let is_even = rows.iter().all(|row| row.len() == head.len());
    is_even.then(|| Table { columns: vec![Alignment::Unset; head.len()], head, rows })
}

fn cells(row: &Element, name: &str) -> Option<Vec<Cell>> {
    let cells = elements(row)?;
    let is_plain = |cell: &&Element| cell.name == name && cell.attributes.is_empty();
    cells.iter().all(is_plain).then(|| cells.iter().map(|cell| cell.nodes.clone()).collect())
}

/// The elements within `element`, if there is nothing else.
fn elements(element: &Element) -> Option<Vec<&Element>> {
    let within = element.nodes.iter().filter(|node| !is_space(node)).map(|node| match node {
        Node::Element(element) => Some(element),
        _ => None,
    });
    within.collect()
}
