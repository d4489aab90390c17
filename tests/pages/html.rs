//! A page taken apart: its elements in order, with their attributes and the text in them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use lol_html::html_content::Element as Found;
use lol_html::{HandlerResult, RewriteStrSettings, element, rewrite_str, text};

/// A start tag and what stands between it and its end tag.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    /// The text in it, that of elements in it among it.
    pub text: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub fn is(&self, name: &str, attribute: &str, value: &str) -> bool {
        self.name == name && self.attribute(attribute) == Some(value)
    }
}

/// The elements of `page`.
pub fn elements(page: &str) -> Vec<Element> {
    let found: Rc<RefCell<Vec<Element>>> = Rc::default();
    let open: Rc<RefCell<Vec<usize>>> = Rc::default();
    let enter = |element: &mut Found<'_, '_>| -> HandlerResult {
        let attributes = element.attributes().iter().map(|a| (a.name(), plain(&a.value()))).collect();
        found.borrow_mut().push(Element { name: element.tag_name(), attributes, text: String::new() });
        let Some(handlers) = element.end_tag_handlers() else { return Ok(()) };
        open.borrow_mut().push(found.borrow().len() - 1);
        let open = Rc::clone(&open);
        handlers.push(Box::new(move |_| {
            open.borrow_mut().pop();
            Ok(())
        }));
        Ok(())
    };
    let collect = text!("*", |chunk| {
        let text = plain(chunk.as_str());
        open.borrow().iter().for_each(|at| found.borrow_mut()[*at].text.push_str(&text));
        Ok(())
    });
    let settings = RewriteStrSettings::new()
        .append_element_content_handler(element!("*", enter))
        .append_element_content_handler(collect);
    rewrite_str(page, settings).unwrap();
    found.take()
}

/// Text without the references that our own pages use.
fn plain(text: &str) -> String {
    let pairs =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
