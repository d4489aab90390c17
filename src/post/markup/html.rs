//! Writes an essay as HTML, for one of three kinds of readers.

mod picture;
mod table;

use crate::post::markup::escape::{push_attribute, push_text};
use crate::post::markup::formula::linear;
use crate::post::markup::links::{Use, allowed, reached};
use crate::post::markup::node::{
    CodeBlock, Definition, Document, Element, Item, List, Node, Note, plain_text,
};
use crate::post::markup::references::Reference;
use crate::post::markup::{elements, math};
use crate::post::{Linker, Named, Post};

/// Who reads the HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Browsers, on our own pages.
    Web,
    /// Feed readers: nothing that needs our style sheet, our page or a script.
    Portable,
    /// Mail clients: as portable, and no MathML, `<figure>`, `<section>`, `<details>`; code has classes, for mail has a style
    /// sheet.
    Mail,
}

/// About what a word of English takes as HTML; a character of Han or kana takes less.
const OCTETS_PER_WORD: usize = 10;

/// Writes `document`, the body of `post`.
pub fn write(document: &Document, post: &Post, linker: &dyn Linker, flavour: Flavour) -> String {
    let permalink = linker.permalink(post).to_string();
    let out = String::with_capacity(OCTETS_PER_WORD * post.word_count());
    let mut writer = Writer { post, linker, permalink, flavour, pictures: 0, is_in_picture: false, out };
    writer.blocks(&document.nodes);
    writer.notes(&document.notes);
    writer.out
}

/// HTML under way.
pub struct Writer<'a> {
    post: &'a Post,
    linker: &'a dyn Linker,
    permalink: String,
    flavour: Flavour,
    /// Pictures written so far.
    pictures: usize,
    /// Whether the author chose the files of the picture that is being written.
    is_in_picture: bool,
    out: String,
}

impl Writer<'_> {
    fn blocks(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
            if !node.is_inline() {
                self.end_line();
            }
        }
    }

    fn inlines(&mut self, nodes: &[Node]) {
        nodes.iter().for_each(|node| self.node(node));
    }

    /// Writes one node.
    pub fn node(&mut self, node: &Node) {
        match node {
            Node::Paragraph(nodes) => self.wrapped("p", nodes),
            Node::Heading { level, id, nodes } => self.heading(*level, id, nodes),
            Node::Quote(nodes) => {
                self.put("<blockquote>\n");
                self.blocks(nodes);
                self.put("</blockquote>");
            }
            Node::List(list) => self.list(list),
            Node::Definitions(definitions) => self.definitions(definitions),
            Node::CodeBlock(code) => self.code_block(code),
            Node::Table(table) => self.table(table),
            Node::Rule => self.put("<hr>"),
            Node::Figure { image, caption } => self.figure(image, caption),
            Node::More | Node::Raw(_) => {}
            Node::Text(text) => push_text(text, &mut self.out),
            Node::Emphasis(nodes) => self.wrapped("em", nodes),
            Node::Strong(nodes) => self.wrapped("strong", nodes),
            Node::Strike(nodes) => self.wrapped("del", nodes),
            Node::Code(text) => self.code(text),
            Node::Link { href, title, nodes } => self.link(href, title, nodes),
            Node::Reference(reference) => self.reference(reference),
            Node::Image(image) => self.image(image),
            Node::Math { tex, is_display } => self.math(tex, *is_display),
            Node::NoteRef { number, nth } => self.note_ref(*number, *nth),
            Node::Break => self.put("<br>\n"),
            Node::SoftBreak => self.put("\n"),
            Node::Element(element) => elements::write(self, element),
        }
    }

    /// Writes markup of ours.
    pub fn put(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    fn end_line(&mut self) {
        if !self.out.ends_with('\n') && !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push_attribute(value, &mut self.out);
        self.out.push('"');
    }

    fn wrapped(&mut self, name: &str, nodes: &[Node]) {
        self.out.extend(["<", name, ">"]);
        self.inlines(nodes);
        self.close(name);
    }

    /// The id serves links to this page; elsewhere links lead to this page anyway.
    fn heading(&mut self, level: u8, id: &str, nodes: &[Node]) {
        self.put(&format!("<h{level}"));
        if self.flavour == Flavour::Web {
            self.attribute("id", id);
        }
        self.put(">");
        self.inlines(nodes);
        // A link without a name is no link to who hears the page.
        if self.flavour == Flavour::Web && !plain_text(nodes).trim().is_empty() {
            self.anchor(id);
        }
        self.put(&format!("</h{level}>"));
    }

    /// A link to the heading, empty so that it is in no copied text, named by the heading itself.
    fn anchor(&mut self, id: &str) {
        self.put("<a class=\"anchor\"");
        self.attribute("href", &format!("#{id}"));
        self.attribute("aria-labelledby", id);
        self.put("></a>");
    }

    fn list(&mut self, list: &List) {
        let name = if list.start.is_some() { "ol" } else { "ul" };
        self.put(&format!("<{name}"));
        if let Some(start) = list.start.filter(|&start| start != 1) {
            self.attribute("start", &start.to_string());
        }
        if self.flavour == Flavour::Web && list.items.iter().any(|item| item.task.is_some()) {
            self.attribute("class", "tasks");
        }
        self.put(">\n");
        list.items.iter().for_each(|item| self.item(item, list.is_tight));
        self.put(&format!("</{name}>"));
    }

    fn item(&mut self, item: &Item, is_tight: bool) {
        self.put("<li>");
        let mut nodes = item.nodes.as_slice();
        if let Some(is_done) = item.task {
            nodes = self.task(is_done, nodes, is_tight);
        }
        for (at, node) in nodes.iter().enumerate() {
            match node {
                Node::Paragraph(nodes) if is_tight => self.inlines(nodes),
                block => {
                    if at > 0 || nodes.len() < item.nodes.len() {
                        self.end_line();
                    }
                    self.node(block);
                }
            }
        }
        self.put("</li>\n");
    }

    /// The box of a task, on a page with the words beside it as its label; gives what comes after them.
    fn task<'n>(&mut self, is_done: bool, nodes: &'n [Node], is_tight: bool) -> &'n [Node] {
        let Some((Node::Paragraph(words), rest)) =
            nodes.split_first().filter(|_| self.flavour == Flavour::Web)
        else {
            self.put(if is_done { "☑ " } else { "☐ " });
            return nodes;
        };
        let checked = if is_done { " checked" } else { "" };
        let (begin, end) = if is_tight { ("", "") } else { ("<p>", "</p>") };
        self.put(&format!("{begin}<label><input type=\"checkbox\"{checked} disabled> "));
        self.inlines(words);
        self.put(&format!("</label>{end}"));
        rest
    }

    fn definitions(&mut self, definitions: &[Definition]) {
        self.put("<dl>\n");
        for definition in definitions {
            self.wrapped("dt", &definition.term);
            self.put("\n");
            for details in &definition.details {
                self.put("<dd>");
                self.blocks(details);
                self.put("</dd>\n");
            }
        }
        self.put("</dl>");
    }

    /// A listing scrolls on our pages, so it takes the keyboard's focus there.
    fn code_block(&mut self, code: &CodeBlock) {
        self.put(if self.flavour == Flavour::Web { "<pre tabindex=\"0\"><code" } else { "<pre><code" });
        if let (Flavour::Web, Some(lang)) = (self.flavour, &code.lang) {
            self.attribute("class", &format!("language-{lang}"));
        }
        self.put(">");
        self.runs(code);
        self.put("</code></pre>");
    }

    fn runs(&mut self, code: &CodeBlock) {
        let mut rest = code.text.as_str();
        for run in &code.runs {
            let (text, after) = rest.split_at(run.octets);
            rest = after;
            let Some(token) = run.token else {
                push_text(text, &mut self.out);
                continue;
            };
            self.put("<span");
            match self.flavour {
                Flavour::Web | Flavour::Mail => self.attribute("class", token.class()),
                Flavour::Portable => self.out.extend([" style=\"color:", token.colour(), "\""]),
            }
            self.put(">");
            push_text(text, &mut self.out);
            self.put("</span>");
        }
        push_text(rest, &mut self.out);
    }

    /// Writes code within a line.
    pub fn code(&mut self, text: &str) {
        self.put("<code>");
        push_text(text, &mut self.out);
        self.put("</code>");
    }

    fn link(&mut self, href: &str, title: &str, nodes: &[Node]) {
        let Some(href) = self.url(href, Use::Link) else {
            return self.inlines(nodes);
        };
        self.put("<a");
        self.attribute("href", &href);
        if !title.is_empty() {
            self.attribute("title", title);
        }
        self.put(">");
        self.inlines(nodes);
        self.put("</a>");
    }

    fn reference(&mut self, reference: &Reference) {
        let Some(Named { url, title }) = self.linker.named(&reference.name) else {
            return push_text(&reference.written, &mut self.out);
        };
        let words = if reference.words.is_empty() { title } else { reference.words.clone() };
        self.link(&format!("{url}{}", reference.fragment), "", &[Node::Text(words)]);
    }

    /// Where `href` leads, if it may stand in a page: absolute, but for places on our own page.
    pub fn url(&self, href: &str, purpose: Use) -> Option<String> {
        let href = allowed(href, purpose)?;
        if self.flavour == Flavour::Web && href.starts_with('#') {
            return Some(href);
        }
        reached(&self.linker.resolve(self.post, &href), purpose)
    }

    fn math(&mut self, tex: &str, is_display: bool) {
        if self.flavour == Flavour::Mail {
            return match linear(tex) {
                Some(text) => push_text(&text, &mut self.out),
                None => self.tex(tex),
            };
        }
        match math::mathml(tex, is_display) {
            Some(markup) => self.put(&markup),
            None => self.tex(tex),
        }
    }

    fn tex(&mut self, tex: &str) {
        self.put(if self.flavour == Flavour::Web { "<code class=\"math\">" } else { "<code>" });
        push_text(tex, &mut self.out);
        self.put("</code>");
    }

    fn note_ref(&mut self, number: u32, nth: u32) {
        let id = reference_id(number, nth);
        match self.flavour {
            Flavour::Web => self.put(&format!(
                "<sup class=\"note-ref\"><a href=\"#fn-{number}\" id=\"{id}\" role=\"doc-noteref\">{number}</a></sup>"
            )),
            Flavour::Portable | Flavour::Mail => {
                self.put("<sup><a");
                self.attribute("href", &format!("{}#fn-{number}", self.permalink));
                self.put(&format!(" id=\"{id}\" name=\"{id}\">[{number}]</a></sup>"));
            }
        }
    }

    fn notes(&mut self, notes: &[Note]) {
        if notes.is_empty() {
            return;
        }
        let is_web = self.flavour == Flavour::Web;
        self.end_line();
        self.put(if is_web {
            "<section class=\"notes\" role=\"doc-endnotes\">\n<ol>\n"
        } else {
            "<hr>\n<ol>\n"
        });
        notes.iter().for_each(|note| self.note(note));
        self.put(if is_web { "</ol>\n</section>\n" } else { "</ol>\n" });
    }

    /// The way back stands at the end of the note's last paragraph.
    fn note(&mut self, note: &Note) {
        let number = note.number;
        self.put(&format!("<li id=\"fn-{number}\">"));
        if self.flavour != Flavour::Web {
            self.put(&format!("<a name=\"fn-{number}\"></a>"));
        }
        let Some((Node::Paragraph(last), before)) = note.nodes.split_last() else {
            self.blocks(&note.nodes);
            self.put("<p>");
            self.ways_back(note);
            return self.put("</p></li>\n");
        };
        self.blocks(before);
        self.put("<p>");
        self.inlines(last);
        self.ways_back(note);
        self.put("</p></li>\n");
    }

    fn ways_back(&mut self, note: &Note) {
        for nth in 1..=note.references {
            let id = reference_id(note.number, nth);
            match self.flavour {
                Flavour::Web => self.put(&format!(
                    " <a href=\"#{id}\" class=\"note-back\" role=\"doc-backlink\" aria-label=\"↩ {number}\">↩\u{fe0e}</a>",
                    number = note.number
                )),
                Flavour::Portable | Flavour::Mail => {
                    self.put(" <a");
                    self.attribute("href", &format!("{}#{id}", self.permalink));
                    self.put(">↩\u{fe0e}</a>");
                }
            }
        }
    }

    /// Starts an element of the author's.
    pub fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        self.put(&format!("<{name}"));
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        self.put(">");
    }

    /// Ends it.
    pub fn close(&mut self, name: &str) {
        self.out.extend(["</", name, ">"]);
    }

    /// Writes what stands within an element of the author's.
    pub fn within(&mut self, element: &Element) {
        self.blocks(&element.nodes);
    }

    /// Who reads it.
    pub fn flavour(&self) -> Flavour {
        self.flavour
    }
}

/// The id of the place that refers to note `number` for the `nth` time.
fn reference_id(number: u32, nth: u32) -> String {
    if nth > 1 { format!("fnref-{number}-{nth}") } else { format!("fnref-{number}") }
}
