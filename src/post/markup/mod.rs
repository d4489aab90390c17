//! Markdown and plain text: one parse, then HTML for our pages, HTML for feeds and mail, or plain text.
//!
//! In: a [`Post`] and a [`Linker`]. Out: a [`Rendering`], or text. A [`Survey`] needs only the body.
//!
//! Every rendering is written from one tree. Author's HTML is cleaned by allow-list while the tree is made,
//! so what is written afterwards is ours to the last octet: tags of a fixed set, text escaped, URLs checked.
//! Leaves out: scripts, styles and frames in essays; `data:` URLs, which mail clients block.

mod allowed;
mod anchors;
mod code;
#[cfg(test)]
pub(crate) mod contrast;
pub mod direction;
mod elements;
mod escape;
mod formula;
mod html;
mod joins;
mod levels;
mod links;
mod markdown;
mod math;
mod native;
mod node;
mod outline;
mod plain;
mod raw;
mod references;
mod script;
mod sentences;
mod survey;
mod text;
mod text_table;
mod wrap;

pub use anchors::anchors;
pub use code::highlight_css;
pub use outline::{Heading, outline};
pub use plain::is_numbered_heading;
pub use survey::without_marks;
pub use wrap::wrap;

use serde::{Deserialize, Serialize};

use crate::post::markup::html::Flavour;
use crate::post::markup::node::{Document, Node, plain_text};
use crate::post::{Body, Format, Linker, Post, Rendering};
use crate::words::Lang;

/// What an author may switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkupSettings {
    /// Whether code is coloured.
    pub highlight: bool,
}

impl Default for MarkupSettings {
    fn default() -> Self {
        Self { highlight: true }
    }
}

/// What one look at an essay tells without knowing where it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Plain text, one paragraph: what stands before `<!-- more -->`, else the beginning, cut at a sentence.
    pub summary: String,
    /// Words, where a language has them, plus characters of Han and kana.
    pub word_count: usize,
    /// At least 1.
    pub reading_minutes: usize,
    /// The text of a first-level heading that opens the essay.
    pub first_heading: Option<String>,
    /// Source of the first picture, as written.
    pub first_image: Option<String>,
}

/// Looks an essay over.
pub fn survey(body: &Body, lang: &Lang) -> Survey {
    survey::survey(&document(body), lang)
}

/// The ways to read a post. A first-level heading that repeats the title is left out of each, and all headings stand below it.
impl Post {
    /// The essay for our pages and for feeds, in one parse.
    pub fn render(&self, linker: &dyn Linker, settings: &MarkupSettings) -> Rendering {
        let document = self.document(settings);
        Rendering {
            web: html::write(&document, self, linker, Flavour::Web),
            portable: html::write(&document, self, linker, Flavour::Portable),
        }
    }

    /// The essay for our pages: classes for highlighted code, heading anchors, MathML.
    pub fn render_web(&self, linker: &dyn Linker, settings: &MarkupSettings) -> String {
        html::write(&self.document(settings), self, linker, Flavour::Web)
    }

    /// The essay for feeds: absolute URLs, inline colours, notes as permalinks, MathML.
    pub fn render_portable(&self, linker: &dyn Linker, settings: &MarkupSettings) -> String {
        html::write(&self.document(settings), self, linker, Flavour::Portable)
    }

    /// The essay for the HTML part of mail: as for feeds, with math as text and classes for highlighted code.
    pub fn render_mail(&self, linker: &dyn Linker, settings: &MarkupSettings) -> String {
        html::write(&self.document(settings), self, linker, Flavour::Mail)
    }

    /// The essay for the text part of mail, in lines of `columns` (72 is usual).
    pub fn render_text(&self, linker: &dyn Linker, columns: usize) -> String {
        let settings = MarkupSettings { highlight: false };
        text::write(&self.document(&settings), self, linker, columns)
    }

    fn document(&self, settings: &MarkupSettings) -> Document {
        let mut document = document(&self.body);
        self.survey.get_or_init(|| survey::survey(&document, &self.lang));
        if let Some(Node::Heading { level: 1, nodes, .. }) = document.nodes.first()
            && plain_text(nodes).split_whitespace().eq(self.title.split_whitespace())
        {
            document.nodes.remove(0);
        }
        levels::below_title(&mut document);
        if settings.highlight {
            code::highlight(&mut document);
        }
        document
    }
}

fn document(body: &Body) -> Document {
    let source = body.source();
    let source = escape::clean(&source);
    match body.format {
        Format::Markdown => {
            let mut document = markdown::read(&source, body.has_math);
            raw::clean_document(&mut document);
            document
        }
        Format::Plain => plain::read(&source),
    }
}
