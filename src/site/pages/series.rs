//! A page for each series: its parts in order; and one for all series.

use serde::Serialize;
use url::Url;

use crate::post::Post;
use crate::site::SiteError;
use crate::site::pages::context::{NeighbourFacts, PageKind, PostFacts, TermFacts, TermKind};
use crate::site::pages::shelf::Parts;
use crate::site::pages::{Page, Press};
use crate::words::{Value, Words};

/// `series` of `post.html`: the series a post is in.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PartFacts {
    name: String,
    /// The page of all parts.
    url: Url,
    /// From 1.
    part: usize,
    parts: usize,
    previous: Option<NeighbourFacts>,
    next: Option<NeighbourFacts>,
}

/// Variables of `series.html`.
#[derive(Serialize)]
struct SeriesPage {
    term: TermFacts,
    /// Oldest first.
    posts: Vec<PostFacts>,
}

impl PartFacts {
    /// None where `post` is in no series.
    pub fn of(post: &Post, press: &Press<'_>) -> Option<Self> {
        let (parts, at) = press.shelf.place(post)?;
        let neighbour = |post: &&Post| NeighbourFacts::new(post, press.urls);
        Some(Self {
            name: parts.series.name.clone(),
            url: press.series_url(parts),
            part: at + 1,
            parts: parts.posts.len(),
            previous: at.checked_sub(1).map(|before| neighbour(&parts.posts[before])),
            next: parts.posts.get(at + 1).map(neighbour),
        })
    }
}

impl Press<'_> {
    /// The page of all parts of a series.
    fn series_url(&self, parts: &Parts<'_>) -> Url {
        self.urls.file(&parts.folder(&self.settings.lang))
    }

    /// Every series as an overview names it.
    pub(super) fn series_terms(&self) -> Vec<TermFacts> {
        self.shelf.series.iter().map(|parts| self.series_term(parts)).collect()
    }

    fn series_term(&self, parts: &Parts<'_>) -> TermFacts {
        TermFacts {
            kind: TermKind::Series,
            name: parts.series.name.clone(),
            url: self.series_url(parts),
            count: parts.posts.len(),
            lang: Some(parts.lang.clone()),
            website: None,
        }
    }

    /// The pages of series, by slug.
    pub fn series(&self) -> Result<(), SiteError> {
        self.shelf.series.iter().try_for_each(|parts| self.series_page(parts))
    }

    /// Where they are, each with its newest part.
    pub fn series_places(&self) -> Vec<(Url, &Post)> {
        let series = self.shelf.series.iter();
        series.filter_map(|parts| Some((self.series_url(parts), *parts.posts.last()?))).collect()
    }

    fn series_page(&self, parts: &Parts<'_>) -> Result<(), SiteError> {
        let lang = self.words_lang(parts.lang);
        let name = Value::from(parts.series.name.as_str());
        let title = Words::of(lang).say("series-title", &[("series", name)]);
        let page = self.page(&parts.folder(&self.settings.lang), PageKind::List, &title, lang);
        let page = Page { template: "series.html", ..page };
        let posts = parts.posts.iter().map(|post| PostFacts::new(post, self.urls)).collect();
        self.print(page, &SeriesPage { term: self.series_term(parts), posts })
    }
}
