//! Which feeds are written, in which formats, and which posts stand in them.

use std::collections::HashMap;

use super::archive::{Archive, PART, archives};
use super::piece::{Form, Forms};
use super::scope::{Feed, Scope, feeds};
use super::settings::{ExtraFeed, FeedContent, FeedFormat, FeedSettings};
use crate::post::{Post, PostId, Posts};
use crate::site::SiteSettings;
use crate::words::Lang;

/// More posts than these make a document long.
const LONG: usize = 100;

/// Every feed of a publication, with the forms in which they carry each post.
pub struct Catalogue<'a> {
    editions: Vec<Edition<'a>>,
    /// By post: in short documents beside the archive of the whole publication.
    short_forms: HashMap<&'a PostId, Forms>,
}

/// One feed as it is written: a scope, its newest posts, and how they are told.
#[derive(Clone, Debug)]
pub struct Edition<'a> {
    pub scope: Scope<'a>,
    pub content: FeedContent,
    /// Each once, the one readers handle best first.
    pub formats: Vec<FeedFormat>,
    /// In which all posts of the scope are written, those left out among them; none where they are in several.
    shared_lang: Option<&'a Lang>,
    /// Newest first.
    pub posts: Vec<&'a Post>,
    /// The oldest first.
    pub archives: Vec<Archive<'a>>,
}

/// One document of an edition: the feed itself, or a part of its archive.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    pub edition: &'a Edition<'a>,
    /// Which part of the archive.
    part: Option<usize>,
}

impl<'a> Catalogue<'a> {
    pub fn new(posts: &'a Posts, settings: &'a SiteSettings) -> Self {
        let feeds =
            feeds(posts).into_iter().chain(settings.feeds.extra.iter().map(|extra| extra_feed(posts, extra)));
        let editions = feeds.map(|feed| Edition::new(feed, &settings.feeds));
        let editions: Vec<Edition<'_>> = editions.filter(|edition| !edition.formats.is_empty()).collect();
        let short_forms = forms(&editions, |edition, is_archive| match is_archive {
            true => edition.scope != Scope::Whole,
            false => !edition.is_long(),
        });
        Self { editions, short_forms }
    }

    /// The feeds, the whole publication's first, those that a filter defines last.
    pub fn editions(&self) -> &[Edition<'a>] {
        &self.editions
    }

    /// In which forms short documents other than the whole publication's archive carry `post`.
    pub fn short_forms(&self, post: &Post) -> Forms {
        self.short_forms.get(&post.id).copied().unwrap_or_default()
    }

    /// How many files of feeds there are.
    pub fn files(&self) -> usize {
        self.editions.iter().map(|edition| edition.formats.len() * (1 + edition.archives.len())).sum()
    }

    /// The parts of the whole publication's archive, the oldest first.
    pub fn archive(&self) -> Vec<Sheet<'_>> {
        let whole = self.editions.iter().filter(|edition| edition.scope == Scope::Whole);
        whole.flat_map(|edition| edition.sheets().filter(|sheet| sheet.is_archive())).collect()
    }

    /// Every other document that is [long](Sheet::is_long), or every other that is not.
    pub fn sheets_beside_archive(&self, are_long: bool) -> Vec<Sheet<'_>> {
        let is_one = |sheet: &Sheet<'_>| sheet.is_beside_archive() && sheet.is_long() == are_long;
        self.sheets().into_iter().filter(is_one).collect()
    }

    /// Every document there is in one or more formats.
    pub fn sheets(&self) -> Vec<Sheet<'_>> {
        self.editions.iter().flat_map(Edition::sheets).collect()
    }
}

/// The forms in which those documents carry posts of which `is_one` says so: of an edition, its archive or not.
fn forms<'a>(
    editions: &[Edition<'a>],
    is_one: impl Fn(&Edition<'a>, bool) -> bool,
) -> HashMap<&'a PostId, Forms> {
    let mut forms: HashMap<&PostId, Forms> = HashMap::new();
    for edition in editions {
        let posts = edition.posts.iter().filter(|_| is_one(edition, false));
        let archives = edition.archives.iter().filter(|_| is_one(edition, true));
        for post in posts.chain(archives.flat_map(|archive| &archive.posts)) {
            let forms = forms.entry(&post.id).or_default();
            edition.forms().for_each(|form| forms.insert(form));
        }
    }
    forms
}

fn extra_feed<'a>(posts: &'a Posts, extra: &'a ExtraFeed) -> Feed<'a> {
    let posts = posts.published.iter().filter(|post| extra.filter.passes(post)).collect();
    Feed { scope: Scope::Extra(extra), posts }
}

impl<'a> Edition<'a> {
    fn new(feed: Feed<'a>, settings: &FeedSettings) -> Self {
        let (items, content, has_archive) = match feed.scope {
            Scope::Extra(extra) => (extra.items, extra.content, extra.archive),
            Scope::Whole => (settings.items, settings.content, settings.archive),
            _ => (settings.items, settings.content, false),
        };
        let mut posts = feed.posts;
        let shared_lang = shared_lang(&posts);
        let is_cut = items > 0 && posts.len() > items;
        // A part is no longer than the feed, so what is in no part yet has room there: no post is in neither.
        let archives = if has_archive && is_cut { archives(&posts, items.min(PART)) } else { Vec::new() };
        if is_cut {
            posts.truncate(items);
        }
        let formats = settings.formats(feed.scope);
        Self { scope: feed.scope, content, formats, shared_lang, posts, archives }
    }

    /// Its language: that of its posts where a tag, an author or a filter brings together posts in one only.
    ///
    /// The whole is in the publication's, and so is what has an archive, which no later post may change.
    pub fn lang(&self, settings: &SiteSettings) -> Lang {
        let is_told_by_posts = match self.scope {
            Scope::Tag(_) | Scope::Author(_) => true,
            Scope::Extra(extra) => !extra.archive,
            Scope::Whole | Scope::Language(_) => false,
        };
        let shared = self.shared_lang.filter(|_| is_told_by_posts);
        shared.cloned().unwrap_or_else(|| self.scope.lang(settings))
    }

    fn forms(&self) -> impl Iterator<Item = Form> {
        self.formats.iter().map(|format| Form { format: *format, content: self.content })
    }

    /// Whether it carries so many posts that nobody should have to hold it whole.
    fn is_long(&self) -> bool {
        self.posts.len() > LONG
    }

    fn sheets(&self) -> impl Iterator<Item = Sheet<'_>> {
        let parts = (0..self.archives.len()).map(Some);
        std::iter::once(None).chain(parts).map(|part| Sheet { edition: self, part })
    }
}

fn shared_lang<'a>(posts: &[&'a Post]) -> Option<&'a Lang> {
    let first = &posts.first()?.lang;
    posts.iter().all(|post| post.lang == *first).then_some(first)
}

impl<'a> Sheet<'a> {
    /// The posts it carries, newest first.
    pub fn posts(self) -> &'a [&'a Post] {
        self.archive().map_or(&self.edition.posts, |archive| &archive.posts)
    }

    /// Whether it is written while its posts are rendered.
    pub fn is_long(self) -> bool {
        !self.is_archive() && self.edition.is_long()
    }

    fn is_beside_archive(self) -> bool {
        !self.is_archive() || self.edition.scope != Scope::Whole
    }

    /// Whether it never changes by new posts.
    pub fn is_archive(self) -> bool {
        self.part.is_some()
    }

    fn archive(self) -> Option<&'a Archive<'a>> {
        self.part.map(|part| &self.edition.archives[part])
    }

    /// Path in the public tree.
    pub fn path(self, format: FeedFormat) -> String {
        let scope = self.edition.scope;
        match self.archive() {
            None => format!("{}{}", scope.folder(), format.file_name()),
            Some(archive) => format!("{}{}.{}", scope.archive_folder(), archive.name, format.ending()),
        }
    }

    /// The feed itself, for a part of its archive.
    pub fn current(self) -> Option<Self> {
        self.part.map(|_| Self { part: None, ..self })
    }

    /// The part of the archive with the next older posts, if there is one.
    pub fn previous(self) -> Option<Self> {
        let part = self.part.unwrap_or(self.edition.archives.len()).checked_sub(1)?;
        Some(Self { part: Some(part), ..self })
    }
}
