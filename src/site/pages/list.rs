//! Lists of posts, newest first, on as many pages as they need.

use rayon::prelude::*;
use serde::Serialize;

use crate::post::Post;
use crate::site::feed::{Feed, Scope};
use crate::site::pages::context::{PageKind, Pagination, PostFacts, TermFacts};
use crate::site::pages::{Page, Press};
use crate::site::{Sealer, SiteError};
use crate::words::{Lang, Value, Words, autonym};

/// Variables of `index.html` and `list.html`.
#[derive(Serialize)]
struct List<'a> {
    /// None on the front page.
    term: Option<&'a TermFacts>,
    posts: Vec<PostFacts>,
    pagination: &'a Pagination,
}

/// Makes every page of the list of `feed`'s posts, in several threads: some lists are long.
pub(crate) fn lists(press: &Press<'_>, feed: &Feed<'_>) -> Result<(), SiteError> {
    let chunks: Vec<&[&Post]> = match feed.posts.len() {
        0 => vec![&[]],
        _ => feed.posts.chunks(press.settings.posts_per_page.max(1)).collect(),
    };
    let pages = chunks.len();
    let numbered = chunks.into_par_iter().enumerate();
    numbered.try_for_each(|(at, posts)| list_page(press, feed, posts, at + 1, pages))
}

fn list_page(
    press: &Press<'_>,
    feed: &Feed<'_>,
    posts: &[&Post],
    number: usize,
    pages: usize,
) -> Result<(), SiteError> {
    let folder = folder_of(feed.scope, number);
    let lang = press.words_lang(scope_lang(feed.scope).unwrap_or(&press.settings.lang));
    let title = title(feed.scope, number, pages, lang);
    let is_home = feed.scope == Scope::Whole;
    let kind = if is_home { PageKind::Home } else { PageKind::List };
    let description = if is_home { press.settings.description.as_str() } else { "" };
    let page = Page { description, scope: feed.scope, ..press.page(&folder, kind, &title, lang) };
    let at = |number: usize| press.urls.file(&folder_of(feed.scope, number));
    let pagination = Pagination {
        page: number,
        pages,
        newer: (number > 1).then(|| at(number - 1)),
        older: (number < pages).then(|| at(number + 1)),
    };
    let term = TermFacts::new(feed, press.urls);
    let seal = |sealer: Sealer| {
        let sealer = sealer.with_value(&(&term, &pagination));
        posts.iter().fold(sealer, |sealer, post| sealer.with(press.shown(post)))
    };
    press.print_of(page, seal, || List {
        term: term.as_ref(),
        posts: posts.iter().map(|post| PostFacts::new(post, press.urls)).collect(),
        pagination: &pagination,
    })
}

fn folder_of(scope: Scope<'_>, number: usize) -> String {
    match number {
        1 => scope.folder(),
        _ => format!("{}page/{number}/", scope.folder()),
    }
}

fn scope_lang(scope: Scope<'_>) -> Option<&Lang> {
    if let Scope::Language(lang) = scope { Some(lang) } else { None }
}

/// What the page is called; empty for the first page of the whole publication.
fn title(scope: Scope<'_>, number: usize, pages: usize, lang: &Lang) -> String {
    let what = heading(scope, lang);
    let place = || {
        Words::of(lang).say("page-number", &[("page", Value::from(number)), ("pages", Value::from(pages))])
    };
    match (number, what.is_empty()) {
        (1, _) => what,
        (_, true) => place(),
        (_, false) => format!("{what} – {}", place()),
    }
}

/// What the posts of `scope` have in common; empty for the whole publication.
pub(super) fn heading(scope: Scope<'_>, lang: &Lang) -> String {
    let (id, variable, name) = match scope {
        Scope::Whole => return String::new(),
        Scope::Extra(extra) => return extra.title.clone().unwrap_or_else(|| extra.name.to_string()),
        Scope::Tag(tag) => ("tag-title", "tag", tag.name.as_str()),
        Scope::Author(author) => ("author-title", "author", author.name.as_str()),
        Scope::Language(lang) => ("language-title", "language", autonym(lang)),
    };
    Words::of(lang).say(id, &[(variable, Value::from(name))])
}
