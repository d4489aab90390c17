//! Writes the authors' own HTML elements, for readers who may not know them.
//!
//! | element | our pages | feeds | mail |
//! |---|---|---|---|
//! | `details`, `summary` | kept | unfolded: `div`, bold line | the same |
//! | `ruby` without `rp` | gets `rp` | gets `rp` | gets `rp` |
//! | `picture`, `srcset` | kept | kept | only its `img` |
//! | `audio`, `video` | kept, with controls | the same | a link |
//! | `figure`, `section` and the like | kept | kept | `div` |
//! | `math` | kept | kept | its text |
//! | `class`, `id` | kept | dropped | dropped |

use crate::post::markup::html::{Flavour, Writer};
use crate::post::markup::links::Use;
use crate::post::markup::node::{Element, Node, plain_text};

/// Writes `element`, whose name and attributes are on the allow-list.
pub fn write(writer: &mut Writer<'_>, element: &Element) {
    match (writer.flavour(), element.name.as_str()) {
        (_, "ruby") => ruby(writer, element),
        (Flavour::Portable | Flavour::Mail, "details") => renamed(writer, element, "div"),
        (Flavour::Portable | Flavour::Mail, "summary") => bold_line(writer, element),
        (Flavour::Mail, "picture") => writer.within(element),
        (_, "picture") => writer.own_picture(element, &attributes(writer, element)),
        (Flavour::Mail, "source") => {}
        (Flavour::Mail, "audio" | "video") => link_to_media(writer, element),
        (Flavour::Mail, "math") => writer.code(&plain_text(&element.nodes)),
        (
            Flavour::Mail,
            "figure" | "figcaption" | "section" | "article" | "aside" | "nav" | "header" | "footer"
            | "hgroup",
        ) => renamed(writer, element, "div"),
        _ => renamed(writer, element, &element.name),
    }
}

fn renamed(writer: &mut Writer<'_>, element: &Element, name: &str) {
    let attributes = attributes(writer, element);
    let is_without_source =
        matches!(name, "img" | "source") && !attributes.iter().any(|(name, _)| name.starts_with("src"));
    if is_without_source {
        return;
    }
    writer.open(name, &attributes);
    if !matches!(name, "img" | "source" | "wbr" | "col" | "br" | "hr") {
        writer.within(element);
        writer.close(name);
    }
}

fn bold_line(writer: &mut Writer<'_>, element: &Element) {
    writer.open("div", &[]);
    writer.open("strong", &[]);
    writer.within(element);
    writer.close("strong");
    writer.close("div");
}

/// Readers that know no ruby show the reading in brackets.
fn ruby(writer: &mut Writer<'_>, element: &Element) {
    let is_named = |node: &Node, name| matches!(node, Node::Element(own) if own.name == name);
    let has_brackets = element.nodes.iter().any(|node| is_named(node, "rp"));
    let attributes = attributes(writer, element);
    writer.open("ruby", &attributes);
    for node in &element.nodes {
        let is_bare_reading = !has_brackets && is_named(node, "rt");
        if is_bare_reading {
            writer.put("<rp>（</rp>");
        }
        writer.node(node);
        if is_bare_reading {
            writer.put("<rp>）</rp>");
        }
    }
    writer.close("ruby");
}

fn link_to_media(writer: &mut Writer<'_>, element: &Element) {
    let Some(url) = source(element).and_then(|src| writer.url(src, Use::Load)) else { return };
    let name = url.rsplit('/').find(|part| !part.is_empty()).unwrap_or(&url).to_owned();
    writer.open("p", &[]);
    writer.open("a", &[("href".to_owned(), url)]);
    writer.node(&Node::Text(format!("▶ {name}")));
    writer.close("a");
    writer.close("p");
}

/// Where a sound or film comes from.
pub fn source(element: &Element) -> Option<&str> {
    element.attribute("src").or_else(|| {
        element.nodes.iter().find_map(|node| match node {
            Node::Element(source) if source.name == "source" => source.attribute("src"),
            _ => None,
        })
    })
}

/// The attributes as `writer`'s readers may see them: URLs absolute and of an allowed scheme.
fn attributes(writer: &Writer<'_>, element: &Element) -> Vec<(String, String)> {
    let is_web = writer.flavour() == Flavour::Web;
    let mut attributes: Vec<(String, String)> = Vec::new();
    for (name, value) in &element.attributes {
        let value = match name.as_str() {
            "class" | "id" if !is_web => None,
            "srcset" | "sizes" if writer.flavour() == Flavour::Mail => None,
            "href" | "cite" => writer.url(value, Use::Link),
            "src" | "poster" => writer.url(value, Use::Load),
            "srcset" => srcset(writer, value),
            _ => Some(value.clone()),
        };
        attributes.extend(value.map(|value| (name.clone(), value)));
    }
    if matches!(element.name.as_str(), "audio" | "video") {
        attributes.push(("controls".to_owned(), String::new()));
        attributes.push(("preload".to_owned(), "metadata".to_owned()));
    }
    attributes
}

/// Every candidate of a `srcset` made absolute; one that may not stand drops out.
fn srcset(writer: &Writer<'_>, value: &str) -> Option<String> {
    let candidates: Vec<String> = value
        .split(", ")
        .flat_map(|candidate| candidate.split(",\n"))
        .filter_map(|candidate| {
            let (url, size) = candidate.trim().split_once(' ').unwrap_or((candidate.trim(), ""));
            let url = writer.url(url.trim_end_matches(','), Use::Load)?.replace(',', "%2C");
            Some(format!("{url} {}", size.trim()).trim_end().to_owned())
        })
        .collect();
    (!candidates.is_empty()).then(|| candidates.join(", "))
}
