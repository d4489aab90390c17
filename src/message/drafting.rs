//! An edition becomes a [`Draft`]: templates are rendered, styles inlined, the size watched.

use crate::message::draft::{Draft, Greeting, Imprint, Rendered};
use crate::message::excerpt::excerpt;
use crate::message::finding::CLIPPED_HTML_OCTETS;
use crate::message::hole::Markers;
use crate::message::inline::inlined;
use crate::message::page::Page;
use crate::message::{Content, DraftError, DraftRequest, Finding};
use crate::words::{Lang, Value, Words};

/// Widest title in a subject; inboxes on a desk show about as much.
const TITLE_COLUMNS: usize = 80;

/// Renders an edition once, for all its recipients.
///
/// Where whole posts would be longer than Gmail shows, their summaries are taken instead, so that the way to
/// leave is never cut off; a [`Finding`] says so.
///
/// # Errors
///
/// If a template or style sheet does not come out, or the masthead holds what no header field can.
///
/// # Panics
///
/// If the request has no posts.
pub fn draft(request: &DraftRequest<'_>) -> Result<Draft, DraftError> {
    let markers = markers(request);
    let subject = subject(request);
    let content = if request.posts.len() == 1 { Content::Full } else { request.content };
    let mut html = html(request, content, &markers, &subject)?;
    let mut findings = Vec::new();
    let mut fitting = content;
    if content == Content::Full && html.len() > CLIPPED_HTML_OCTETS {
        findings.push(Finding::Shortened { octets: html.len() });
        fitting = Content::Summary;
        html = self::html(request, fitting, &markers, &subject)?;
    }
    findings.extend(Finding::of_size(html.len()));
    let text = text(request, fitting, &markers, &subject)?;
    let greeting = greeting(request.lang);
    let rendered = Rendered { subject, text, html, markers, greeting, findings };
    Draft::new(rendered, &imprint(request))
}

fn markers(request: &DraftRequest<'_>) -> Markers {
    let sources: Vec<_> = request.posts.iter().map(|post| post.body.source()).collect();
    let posts = request.posts.iter().zip(&sources);
    let of_posts = posts.flat_map(|(post, source)| [post.title.as_str(), post.summary(), source.as_ref()]);
    Markers::apart_from(of_posts.chain([request.masthead.title.as_str(), &request.masthead.postal_address]))
}

fn html(
    request: &DraftRequest<'_>,
    content: Content,
    markers: &Markers,
    subject: &str,
) -> Result<String, DraftError> {
    let style = request.templates.text("mail/style.css")?;
    let page = Page::new(request, content, markers, subject, style);
    inlined(&request.templates.render(&template(request, "html"), &page)?)
}

fn text(
    request: &DraftRequest<'_>,
    content: Content,
    markers: &Markers,
    subject: &str,
) -> Result<String, DraftError> {
    let page = Page::new(request, content, markers, subject, "");
    Ok(request.templates.render(&template(request, "txt"), &page)?)
}

fn template(request: &DraftRequest<'_>, ending: &str) -> String {
    let name = if request.posts.len() == 1 { "post" } else { "digest" };
    format!("mail/{name}.{ending}")
}

/// The first title, and how many there are beside it. The sender is named in `From`, which every inbox shows.
fn subject(request: &DraftRequest<'_>) -> String {
    let (first, others) = request.posts.split_first().expect("an edition has posts");
    let title = excerpt(&first.title, TITLE_COLUMNS);
    if others.is_empty() {
        return title;
    }
    let values = [("title", Value::from(title.as_str())), ("more", Value::from(others.len()))];
    Words::of(request.lang).say("mail-digest-subject", &values)
}

/// The greeting, taken apart at the name, so that no words are needed once the draft is frozen.
fn greeting(lang: &Lang) -> Greeting {
    const NAME: &str = "\u{fdd0}";
    let words = Words::of(lang);
    let pattern = words.say("mail-greeting", &[("name", Value::from(NAME))]);
    let (before, after) = pattern.split_once(NAME).unwrap_or((&pattern, ""));
    Greeting {
        before_name: before.to_owned(),
        after_name: after.to_owned(),
        without_name: words.say("mail-greeting-unnamed", &[]),
    }
}

fn imprint<'a>(request: &DraftRequest<'a>) -> Imprint<'a> {
    Imprint {
        masthead: request.masthead,
        lang: request.lang,
        date: request.date,
        key: request.key,
        label: request.label,
        web_copy: request.web_copy,
        archived_at: request.web_copy.cloned().or_else(|| match request.posts {
            [post] => Some(request.linker.permalink(post)),
            _ => None,
        }),
        archive: request.archive,
    }
}
