//! Series: posts that their authors count as parts of one thing, oldest first.

use std::collections::{BTreeMap, HashMap};

use crate::post::{Post, PostId, Posts, Series};
use crate::words::Lang;

/// The parts of one series in one language.
pub(crate) struct Parts<'a> {
    /// As its newest part names it.
    pub series: &'a Series,
    pub lang: &'a Lang,
    /// Oldest first.
    pub posts: Vec<&'a Post>,
}

impl Parts<'_> {
    /// Folder of its page: a series in another language than the publication's, `own`, has a folder within.
    pub fn folder(&self, own: &Lang) -> String {
        let slug = &self.series.slug;
        if self.lang == own {
            format!("series/{slug}/")
        } else {
            format!("series/{slug}/{}/", self.lang.as_str().to_lowercase())
        }
    }
}

/// Every series of a publication, by slug and language.
pub(crate) struct Shelf<'a> {
    pub series: Vec<Parts<'a>>,
    /// Which series a post is in, and its place there.
    places: HashMap<&'a PostId, (usize, usize)>,
}

impl<'a> Shelf<'a> {
    pub fn new(posts: &'a Posts) -> Self {
        let mut series: BTreeMap<_, Parts<'a>> = BTreeMap::new();
        for post in &posts.published {
            let Some(of) = &post.series else { continue };
            let parts = series.entry((&of.slug, &post.lang)).or_insert_with(|| Parts {
                series: of,
                lang: &post.lang,
                posts: Vec::new(),
            });
            parts.posts.push(post);
        }
        let mut series: Vec<Parts<'a>> = series.into_values().collect();
        series.iter_mut().for_each(|parts| parts.posts.reverse());
        let places = series.iter().enumerate().flat_map(|(at, parts)| {
            parts.posts.iter().enumerate().map(move |(part, post)| (&post.id, (at, part)))
        });
        let places = places.collect();
        Self { series, places }
    }

    /// The series `post` is in and its place among the parts, from 0.
    pub fn place(&self, post: &Post) -> Option<(&Parts<'a>, usize)> {
        let (at, part) = self.places.get(&post.id)?;
        Some((&self.series[*at], *part))
    }
}
