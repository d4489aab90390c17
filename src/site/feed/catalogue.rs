//! Which feeds are written, in which formats, and which posts stand in them.

use std::collections::HashMap;

use super::piece::{Form, Forms};
use super::scope::{Feed, Scope, feeds};
use crate::post::{Post, PostId, Posts};
use crate::site::{FeedContent, FeedFormat, FeedSettings, SiteSettings};

/// Every feed of a publication, with the forms in which they carry each post.
pub struct Catalogue<'a> {
    editions: Vec<Edition<'a>>,
    forms: HashMap<&'a PostId, Forms>,
}

/// One feed as it is written: a scope, its newest posts, and how they are told.
#[derive(Clone, Debug)]
pub struct Edition<'a> {
    pub scope: Scope<'a>,
    pub content: FeedContent,
    /// Each once, the one readers handle best first.
    pub formats: Vec<FeedFormat>,
    /// Newest first.
    posts: Vec<&'a Post>,
}

impl<'a> Catalogue<'a> {
    pub fn new(posts: &'a Posts, settings: &SiteSettings) -> Self {
        let editions = feeds(posts).into_iter().map(|feed| Edition::new(feed, &settings.feeds));
        let editions: Vec<Edition<'_>> = editions.filter(|edition| !edition.formats.is_empty()).collect();
        let mut forms: HashMap<&PostId, Forms> = HashMap::new();
        for edition in &editions {
            for post in &edition.posts {
                let forms = forms.entry(&post.id).or_default();
                edition.forms().for_each(|form| forms.insert(form));
            }
        }
        Self { editions, forms }
    }

    /// The feeds, the whole publication's first.
    pub fn editions(&self) -> &[Edition<'a>] {
        &self.editions
    }

    /// In which forms feeds carry `post`.
    pub fn forms(&self, post: &Post) -> Forms {
        self.forms.get(&post.id).copied().unwrap_or_default()
    }

    /// How many files of feeds there are.
    pub fn files(&self) -> usize {
        self.editions.iter().map(|edition| edition.formats.len()).sum()
    }
}

impl<'a> Edition<'a> {
    fn new(feed: Feed<'a>, settings: &FeedSettings) -> Self {
        let mut posts = feed.posts;
        if settings.items > 0 {
            posts.truncate(settings.items);
        }
        let formats = settings.formats().collect();
        Self { scope: feed.scope, content: settings.content, formats, posts }
    }

    /// The posts it carries, newest first.
    pub fn posts(&self) -> &[&'a Post] {
        &self.posts
    }

    fn forms(&self) -> impl Iterator<Item = Form> {
        self.formats.iter().map(|format| Form { format: *format, content: self.content })
    }
}
