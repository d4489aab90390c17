//! What lists and overviews are of: tags, authors, languages, series.

use serde::Serialize;
use url::Url;

use super::lang_of_name;
use crate::site::Urls;
use crate::site::feed::{Feed, Scope};
use crate::words::{Lang, autonym};

/// A tag, author or language: of a list, or one of an overview.
#[derive(Clone, Debug, Serialize)]
pub struct TermFacts {
    pub kind: TermKind,
    pub name: String,
    pub url: Url,
    /// How many posts.
    pub count: usize,
    /// The language itself, or that of the name where its letters ask for one.
    pub lang: Option<Lang>,
    /// An author's own place on the web.
    pub website: Option<Url>,
}

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TermKind {
    Tag,
    Author,
    Language,
    Series,
}

impl TermKind {
    /// None for the whole publication.
    pub(in crate::site::pages) fn of(scope: Scope<'_>) -> Option<Self> {
        match scope {
            Scope::Whole | Scope::Extra(_) => None,
            Scope::Tag(_) => Some(Self::Tag),
            Scope::Author(_) => Some(Self::Author),
            Scope::Language(_) => Some(Self::Language),
        }
    }

    /// Folder of the overview.
    pub(in crate::site::pages) fn folder(self) -> &'static str {
        match self {
            Self::Tag => "tags/",
            Self::Author => "authors/",
            Self::Language => "languages/",
            Self::Series => "series/",
        }
    }
}

impl TermFacts {
    /// None for the whole publication.
    pub(in crate::site::pages) fn new(feed: &Feed<'_>, urls: &Urls) -> Option<Self> {
        let of_name = |name: &str| lang_of_name(name, feed.posts.iter().copied());
        let (name, lang, website) = match feed.scope {
            Scope::Whole | Scope::Extra(_) => return None,
            Scope::Tag(tag) => (tag.name.clone(), of_name(&tag.name), None),
            Scope::Author(author) => (author.name.clone(), of_name(&author.name), author.url.clone()),
            Scope::Language(lang) => (autonym(lang).to_owned(), Some(lang.clone()), None),
        };
        let kind = TermKind::of(feed.scope)?;
        let url = urls.file(&feed.scope.folder());
        Some(Self { kind, name, url, count: feed.posts.len(), lang, website })
    }
}
