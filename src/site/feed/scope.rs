//! Which feeds there are, and what each is called.

use std::collections::BTreeMap;

use super::settings::{ExtraFeed, PostFilter};
use crate::post::{Author, Post, Posts, Tag};
use crate::site::{SiteSettings, Urls};
use crate::words::{Lang, autonym};

/// What the posts of a feed have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The whole publication.
    Whole,
    /// Posts written in one language.
    Language(&'a Lang),
    /// Posts with one tag.
    Tag(&'a Tag),
    /// Posts of one author.
    Author(&'a Author),
    /// Posts that pass a filter.
    Extra(&'a ExtraFeed),
}

impl Scope<'_> {
    /// Folder of the scope's page and feeds in the public tree: empty, or ending in `/`.
    pub fn folder(self) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Language(lang) => format!("languages/{}/", lang.as_str().to_lowercase()),
            Self::Tag(tag) => format!("tags/{}/", tag.slug),
            Self::Author(author) => format!("authors/{}/", author.slug),
            Self::Extra(extra) => format!("feeds/{}/", extra.name),
        }
    }

    /// Folder of the parts of the archive: ends in `/`.
    pub(super) fn archive_folder(self) -> String {
        match self {
            Self::Whole => "feeds/archive/".to_owned(),
            _ => format!("{}archive/", self.folder()),
        }
    }

    /// What a feed of this scope is called: the publication's title, with what narrows it.
    pub fn title(self, settings: &SiteSettings) -> String {
        let name = match self {
            Self::Whole => return settings.title.clone(),
            Self::Language(lang) => autonym(lang),
            Self::Tag(tag) => &tag.name,
            Self::Author(author) => &author.name,
            Self::Extra(ExtraFeed { title: Some(title), .. }) => return title.clone(),
            Self::Extra(extra) => extra.name.as_str(),
        };
        format!("{} – {name}", settings.title)
    }

    /// The language of a feed of this scope, where its posts do not tell.
    pub fn lang(self, settings: &SiteSettings) -> Lang {
        match self {
            Self::Language(lang) => lang.clone(),
            Self::Extra(ExtraFeed { filter: PostFilter { lang: Some(lang), .. }, .. }) => lang.clone(),
            _ => settings.lang.clone(),
        }
    }

    /// Who answers for a feed of this scope.
    pub fn author(self, settings: &SiteSettings) -> Author {
        match self {
            Self::Author(author) => author.clone(),
            _ => settings.author.clone(),
        }
    }

    /// The page readers see beside the feed. A feed with a filter has none of its own.
    pub fn page(self, urls: &Urls) -> String {
        match self {
            Self::Extra(_) => urls.home().clone().into(),
            _ => urls.file(&self.folder()).into(),
        }
    }
}

/// One feed, whatever its formats: a scope and its posts, newest first.
#[derive(Clone, Debug)]
pub struct Feed<'a> {
    pub scope: Scope<'a>,
    pub posts: Vec<&'a Post>,
}

/// Every feed of a publication: the whole, then languages if there are two or more, tags, authors, each by name.
///
/// Tags with one slug are one tag and go by the name the newest post gives them; authors likewise.
pub fn feeds(posts: &Posts) -> Vec<Feed<'_>> {
    let published = &posts.published;
    let whole = Feed { scope: Scope::Whole, posts: published.iter().collect() };
    let languages = grouped(published, |post| std::slice::from_ref(&post.lang), |lang| lang);
    let languages = if languages.len() > 1 { languages } else { Vec::new() };
    let tags = grouped(published, |post| &post.tags, |tag| &tag.slug);
    let authors = grouped(published, |post| &post.authors, |author| &author.slug);
    let languages = languages.into_iter().map(|(lang, posts)| Feed { scope: Scope::Language(lang), posts });
    let tags = tags.into_iter().map(|(tag, posts)| Feed { scope: Scope::Tag(tag), posts });
    let authors = authors.into_iter().map(|(author, posts)| Feed { scope: Scope::Author(author), posts });
    std::iter::once(whole).chain(languages).chain(tags).chain(authors).collect()
}

/// Posts by what `of` says of them; things with one `key` are one thing. A post is in a group once.
fn grouped<'a, T, K: Ord>(
    posts: &'a [Post],
    of: impl Fn(&'a Post) -> &'a [T],
    key: impl Fn(&'a T) -> K,
) -> Vec<(&'a T, Vec<&'a Post>)> {
    let mut groups: BTreeMap<K, (&T, Vec<&Post>)> = BTreeMap::new();
    for post in posts {
        for thing in of(post) {
            let (_, group) = groups.entry(key(thing)).or_insert((thing, Vec::new()));
            if group.last().is_none_or(|last| last.id != post.id) {
                group.push(post);
            }
        }
    }
    groups.into_values().collect()
}
