//! What the preview adds to pages, on their way to the browser and nowhere else.

use std::fmt::Write as _;

use super::tree::Marks;

/// Where the preview's own files are. No post can be there: a slug has no `_` at its head.
pub(super) const SCRIPT_PATH: &str = "/_preview/live.js";
pub(super) const EVENTS_PATH: &str = "/_preview/events";

pub(super) const SCRIPT: &str = include_str!("live.js");

/// `html` with the script that shows it anew, and with a mark at what is not published.
pub(super) fn with_script(html: &[u8], etag: &str, page: &str, marks: &Marks) -> Vec<u8> {
    let added = format!("{}{}", marked(page, marks), script(etag));
    let end = find_last(html, b"</body>").unwrap_or(html.len());
    [&html[..end], added.as_bytes(), &html[end..]].concat()
}

/// A page where there is none to show: the errors come over the script, and stand there for who runs none.
pub(super) fn shell(errors: &str) -> Vec<u8> {
    let errors = escaped(errors);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Preview</title>\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<noscript><pre>{errors}</pre></noscript>\n{}</html>\n",
        script("")
    )
    .into_bytes()
}

fn script(etag: &str) -> String {
    let etag = escaped(etag);
    format!("<script src=\"{SCRIPT_PATH}\" data-events=\"{EVENTS_PATH}\" data-etag=\"{etag}\"></script>\n")
}

/// Style that names what holds a post back, at links to it and on its page.
fn marked(page: &str, marks: &Marks) -> String {
    if marks.0.is_empty() {
        return String::new();
    }
    let mark = "padding: 0 .4em; border-radius: .25em; background: #8a3b00; color: #fff; font: 600 .75rem/1.6 system-ui, sans-serif";
    let mut style = String::from("<style>\n");
    for held in &marks.0 {
        let (url, why) = (css_text(&held.url), css_text(&held.why));
        writeln!(style, "a[href={url}]::before {{ content: {why} / \"\"; margin-inline-end: .4em; {mark} }}")
            .expect("a string takes every write");
    }
    for held in marks.0.iter().filter(|held| held.page == page) {
        let why = css_text(&format!("{}: not in a build yet", held.why));
        writeln!(
            style,
            "body::after {{ content: {why}; position: fixed; inset-block-start: .5rem; inset-inline-end: .5rem; z-index: 2147483646; {mark} }}"
        )
        .expect("a string takes every write");
    }
    style + "</style>\n"
}

/// `text` as a string of CSS that also stands safely in a `<style>`.
fn css_text(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || " -_.:/?=&%~,+".contains(c);
    let mut css = String::from("\"");
    for c in text.chars() {
        match is_plain(c) {
            true => css.push(c),
            false => write!(css, "\\{:x} ", u32::from(c)).expect("a string takes every write"),
        }
    }
    css + "\""
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn find_last(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).rposition(|window| window.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::super::tree::Mark;
    use super::*;

    #[test]
    fn the_script_stands_at_the_end_of_the_body() {
        let page = |html: &str| {
            String::from_utf8(with_script(html.as_bytes(), "\"7\"", "a/index.html", &Marks::default()))
                .unwrap()
        };
        let script = "<script src=\"/_preview/live.js\" data-events=\"/_preview/events\" data-etag=\"&quot;7&quot;\"></script>\n";
        assert_eq!(
            page("<body><pre></body></pre></BODY></html>"),
            format!("<body><pre></body></pre>{script}</BODY></html>")
        );
        assert_eq!(page("<p>no end"), format!("<p>no end{script}"));
    }

    #[test]
    fn what_is_not_published_is_marked_on_its_page_and_at_links_to_it() {
        let url = "http://127.0.0.1:8000/on-maps/".to_owned();
        let mark = Mark { page: "on-maps/index.html".to_owned(), url, why: "draft</style>".to_owned() };
        let page =
            |path: &str| String::from_utf8(with_script(b"", "", path, &Marks(vec![mark.clone()]))).unwrap();
        let (own, other) = (page("on-maps/index.html"), page("index.html"));
        for page in [&own, &other] {
            assert!(page.contains("a[href=\"http://127.0.0.1:8000/on-maps/\"]::before"), "{page}");
            assert_eq!(page.matches("</style>").count(), 1, "{page}");
        }
        assert!(own.contains("body::after") && !other.contains("body::after"));
    }
}
