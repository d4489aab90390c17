//! HTML as a strict reader and as a browser see it.

use scraper::{ElementRef, Html, Node};

/// Elements that may stand in an essay.
const ELEMENTS: &str = " a abbr address article aside audio b bdi bdo blockquote br caption center cite code col colgroup data \
    dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img input ins kbd label li mark nav \
    ol p picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th thead \
    time tr tt u ul var video wbr \
    math semantics annotation menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup \
    mtable mtd mtext mtr munder munderover ";

/// Elements without an end tag.
const VOID: &str = " br col hr img input source wbr ";

/// What a browser adds by itself to a piece of HTML.
const ADDED: &str = " html head body ";

/// Where `html` is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On our page, where links may be relative and a heading has an anchor.
    Page,
    /// In a feed or a mail: every address is absolute.
    Elsewhere,
}

/// Ends the process unless `html` is harmless, well-formed, and the same to a browser that saves and reads it again.
pub fn assert_fine(html: &str, place: Place) {
    assert!(html.chars().all(crate::is_xml_char), "a forbidden character: {html:?}");
    assert_well_formed(html);
    let seen = Html::parse_fragment(html);
    for node in seen.tree.nodes() {
        match node.value() {
            Node::Element(_) => assert_harmless(ElementRef::wrap(node).expect("an element"), place, html),
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => panic!("no text: {html}"),
            Node::Document | Node::Fragment | Node::Text(_) => {}
        }
    }
    let saved = seen.root_element().inner_html();
    let again = Html::parse_fragment(&saved).root_element().inner_html();
    assert_eq!(saved, again, "another when it is read again: {html}");
}

fn assert_harmless(element: ElementRef<'_>, place: Place, html: &str) {
    let name = element.value().name();
    let is_known = is_in(ELEMENTS, name) || is_in(ADDED, name);
    assert!(is_known, "the element {name} in {html}");
    for (attribute, value) in element.value().attrs() {
        assert!(!attribute.starts_with("on"), "the handler {attribute} in {html}");
        match attribute {
            "href" | "src" | "poster" | "cite" => assert_address(name, value, place, html),
            "srcset" => {
                let of_pictures = value.split(", ").filter_map(|part| part.split_whitespace().next());
                of_pictures.for_each(|address| assert_address("img", address, place, html));
            }
            "style" => assert!(is_harmless_style(value), "the style {value} in {html}"),
            "action" | "formaction" | "srcdoc" | "background" | "ping" | "xlink:href" => {
                panic!("the attribute {attribute} in {html}")
            }
            _ => {}
        }
    }
}

/// Browsers leave out control characters and spaces before they look at a scheme.
fn assert_address(element: &str, address: &str, place: Place, html: &str) {
    let read: String = address.chars().filter(|c| !c.is_control()).collect();
    let read = read.trim().to_ascii_lowercase();
    let scheme =
        read.split(['/', '?', '#']).next().unwrap_or_default().split_once(':').map(|(scheme, _)| scheme);
    let allowed: &[&str] =
        if element == "a" { &["http", "https", "mailto", "tel"] } else { &["http", "https"] };
    match scheme {
        Some(scheme) => assert!(allowed.contains(&scheme), "the address {address:?} in {html}"),
        None => assert!(place == Place::Page, "the address {address:?} is not absolute in {html}"),
    }
}

/// Our own styles name colours, sizes and directions, and load nothing.
fn is_harmless_style(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    !["url", "expression", "import", "javascript", "\\", "/*", "<", "position"]
        .iter()
        .any(|word| style.contains(word))
}

/// Every element is closed in order, every attribute quoted, every `<` and `&` part of markup.
fn assert_well_formed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((text, markup)) = rest.split_once('<') {
        assert_text(text, html);
        let (tag, after) = tag(markup).unwrap_or_else(|| panic!("a tag without an end in {html}"));
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed and not open in {html}");
            continue;
        }
        // XML's way to end an element at once is that of formulas too.
        let whole = tag.strip_suffix('/').filter(|_| open.contains(&"math")).map(str::trim_end);
        let tag = whole.unwrap_or(tag);
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(is_in(ELEMENTS, name), "the element {name:?} in {html}");
        assert_attributes(attributes, html);
        if whole.is_none() && !is_in(VOID, name) {
            open.push(name);
        }
    }
    assert_text(rest, html);
    assert!(open.is_empty(), "open at the end: {open:?} in {html}");
}

/// The inside of a tag and what follows it.
fn tag(markup: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let end = markup.bytes().position(|octet| {
        is_quoted ^= octet == b'"';
        octet == b'>' && !is_quoted
    })?;
    Some((&markup[..end], &markup[end + 1..]))
}

fn assert_attributes(attributes: &str, html: &str) {
    let mut rest = attributes.trim_start();
    let mut names = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let name = &rest[..end];
        let is_name =
            !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'-');
        assert!(is_name && !names.contains(&name), "the attribute {name:?} in {html}");
        names.push(name);
        rest = &rest[end..];
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.strip_prefix('"').unwrap_or_else(|| panic!("{name} without a quote in {html}"));
            let (value, after) =
                value.split_once('"').unwrap_or_else(|| panic!("{name} without an end in {html}"));
            assert_text(value, html);
            rest = after;
        }
        rest = rest.trim_start();
    }
}

/// Each `&` begins a reference that is known without a list of names.
fn assert_text(text: &str, html: &str) {
    for (at, _) in text.match_indices('&') {
        let known = ["amp;", "lt;", "gt;", "quot;", "nbsp;", "#39;"];
        let is_known = known.iter().any(|name| text[at + 1..].starts_with(name));
        assert!(is_known, "the reference {:?} in {html}", text[at..].chars().take(12).collect::<String>());
    }
}

fn is_in(list: &str, name: &str) -> bool {
    !name.is_empty() && list.split_whitespace().any(|known| known == name)
}
