//! An issue's copy on the web: the HTML part of a frozen draft without what is a recipient's own.
//!
//! Anyone may read it, so it holds no name, no address and no token. What a template marks with the class
//! `mail-only` is left out. A template that marks nothing gives a page all the same: it greets as readers
//! without a name are greeted, links to leave are taken away, and the address is empty.
//! Leaves out: a list of all copies. The posts have pages of their own, and search engines are sent there.

use data_encoding::HEXLOWER;
use lol_html::html_content::{ContentType, Element};
use lol_html::{RewriteStrSettings, doc_comments, element, rewrite_str};
use ring::digest;
use url::Url;

use crate::message::draft::Draft;
use crate::message::hole::Hole;
use crate::message::transfer::{Markup, Part, Segment};
use crate::post::Post;
use crate::words::Lang;

/// What a mail need not say of itself and a page must. The encoding comes first: programs that find no
/// other word of it look for it in the first 1024 octets.
const HEAD: &str = "\n<meta charset=\"utf-8\">\n<meta name=\"robots\" content=\"noindex\">\n";

/// What only a mail has. Apple Mail knows a `meta` without a value; HTML knows none.
const NOT_OF_A_PAGE: &str = ".mail-only, meta[charset], meta[name]:not([content])";

/// A draft as a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebPage {
    /// Where the mails say it stands.
    pub url: Url,
    pub html: String,
}

/// The name of an edition's copy on the web, such as `weekly-2026-w47-en-3f9a2c1b`.
///
/// It is made from the name, the language and the posts alone: the same at every attempt, and
/// nothing in it is of a reader.
pub fn web_name(label: &str, lang: &Lang, posts: &[&Post]) -> String {
    let ids: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    let digest = digest::digest(&digest::SHA256, ids.join("\n").as_bytes());
    let name = format!("{label}-{lang}-{}", HEXLOWER.encode(&digest.as_ref()[..4]));
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

impl Draft {
    /// Its copy on the web, for drafts whose mails link to one.
    pub fn web_page(&self) -> Option<WebPage> {
        let url = self.web_copy.clone()?;
        let part = self.parts.iter().find(|part| part.markup == Markup::Html)?;
        Some(WebPage { url, html: without_mail_only(&self.filled_for_anyone(part)) })
    }

    /// `part` in plain, its holes filled with what is nobody's own.
    fn filled_for_anyone(&self, part: &Part) -> String {
        let mut sent = Vec::with_capacity(part.fixed_octets() + 256);
        for segment in &part.segments {
            match segment {
                Segment::Fixed(text) => sent.extend_from_slice(text.as_bytes()),
                Segment::Hole { hole, lead } => part.push_value(&mut sent, lead, self.for_anyone(*hole)),
            }
        }
        part.encoding.decode(&sent)
    }

    fn for_anyone(&self, hole: Hole) -> &str {
        match hole {
            Hole::Greeting => &self.greeting.without_name,
            Hole::Leave | Hole::Address => "",
        }
    }
}

fn without_mail_only(html: &str) -> String {
    let settings = RewriteStrSettings::new()
        .with_strict(false)
        .append_document_content_handler(doc_comments!(|comment| {
            comment.remove();
            Ok(())
        }))
        .append_element_content_handler(element!("head", |head| {
            head.prepend(HEAD, ContentType::Html);
            Ok(())
        }))
        .append_element_content_handler(element!(NOT_OF_A_PAGE, |element| {
            element.remove();
            Ok(())
        }))
        .append_element_content_handler(element!("html", |root| {
            remove_prefixes(root);
            Ok(())
        }))
        .append_element_content_handler(element!("body > [role=article]", |frame| {
            // In a mail it is one of many; here it is what the page is about.
            frame.remove_attribute("aria-roledescription");
            frame.set_attribute("role", "main")?;
            Ok(())
        }))
        .append_element_content_handler(element!("a[href]", |link| {
            remove_if_empty(link);
            Ok(())
        }));
    rewrite_str(html, settings).expect("no handler refuses, no limit is set")
}

/// Takes away prefixes of XML, which Outlook wants and HTML does not know.
fn remove_prefixes(root: &mut Element<'_, '_>) {
    let names = root.attributes().iter().map(|attribute| attribute.name());
    let prefixes: Vec<String> = names.filter(|name| name.starts_with("xmlns:")).collect();
    prefixes.iter().for_each(|name| root.remove_attribute(name));
}

/// Takes away a link whose target was a recipient's own.
fn remove_if_empty(link: &mut Element<'_, '_>) {
    if link.get_attribute("href").is_some_and(|href| href.trim().is_empty()) {
        link.remove();
    }
}
