//! What each post's page and items are made from, sealed before anything is rendered.
//!
//! A post is sealed with its essay, its front matter, and where the essay leads. Where an essay shows pictures there is no
//! seal: asking for a picture is what puts its files into the tree.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::post::{MarkupSettings, Post, PostId, Posts};
use crate::site::{Seal, Sealer, Urls};

/// The seals of all posts of a build.
pub(super) struct Origins<'a>(HashMap<&'a PostId, Origin>);

/// What one post is made from.
struct Origin {
    /// Its essay and its front matter.
    own: Seal,
    /// That, and where the essay leads.
    whole: Seal,
}

impl<'a> Origins<'a> {
    pub(super) fn new(posts: &'a Posts, urls: &Urls, markup: &MarkupSettings) -> Self {
        let (places, names) = rayon::join(|| places(posts, urls), || names(posts));
        let others = Others { places, names };
        let origin = |post: &'a Post| Some((&post.id, origin(post, posts, markup, &others)?));
        Self(posts.published.par_iter().filter_map(origin).collect())
    }

    /// None where the post is to be rendered in any case.
    pub(super) fn of(&self, post: &Post) -> Option<Seal> {
        self.0.get(&post.id).map(|origin| origin.whole)
    }

    /// The same, wherever its essay leads: what lists show of it is made from no more.
    pub(super) fn of_itself(&self, post: &Post) -> Option<Seal> {
        self.0.get(&post.id).map(|origin| origin.own)
    }

    /// All of `posts` together; none where one of them has none.
    pub(super) fn of_all(&self, posts: &[&Post], sealer: Sealer) -> Option<Sealer> {
        posts.iter().try_fold(sealer, |sealer, post| Some(sealer.with(self.of(post)?)))
    }
}

/// What an answer to an essay's links is made from.
struct Others {
    places: Seal,
    names: Seal,
}

/// Where a link to a file can lead.
fn places<'a>(posts: &'a Posts, urls: &Urls) -> Seal {
    let post = |post: &'a Post| (&post.source, &post.slug);
    let sizes = posts.sizes.iter().map(|(path, size)| (path, size.width, size.height));
    Sealer::default()
        .with(urls.home().as_str())
        .with_value(&posts.published.iter().map(post).collect::<Vec<_>>())
        .with_value(&posts.assets)
        .with_value(&sizes.collect::<Vec<_>>())
        .seal()
}

/// What posts can be called in `[[…]]`.
fn names<'a>(posts: &'a Posts) -> Seal {
    let post = |post: &'a Post| (&post.slug, &post.title, &post.aliases, &post.source);
    Sealer::default().with_value(&posts.published.iter().map(post).collect::<Vec<_>>()).seal()
}

fn origin(post: &Post, posts: &Posts, markup: &MarkupSettings, others: &Others) -> Option<Origin> {
    // Named one by one, so that a new field is not forgotten here.
    let Post {
        id,
        is_id_stored: _,
        slug,
        title,
        published,
        updated,
        lang,
        authors,
        tags,
        series,
        toc,
        given_summary,
        image,
        enclosure,
        canonical_url,
        aliases,
        is_mailed: _,
        extra,
        content_hash,
        source,
        body,
        survey: _,
    } = post;
    if image.is_some() || body.marks.shows_pictures {
        return None;
    }
    let dates = (published.to_string(), updated.as_ref().map(ToString::to_string));
    let front = (id, slug, title, dates, lang, authors, tags, series);
    let more = (toc, given_summary, image, enclosure, canonical_url, aliases, extra);
    let own = Sealer::default()
        .with_value(&(front, more))
        .with_value(&(content_hash, source, body.format, body.has_math, markup.highlight))
        // Where the file is that lists show with it.
        .with_value(&enclosure.is_some().then(|| others.places.to_string()))
        .seal();
    let whole = Sealer::default()
        .with(own)
        .with_value(
            &posts.versions(post).map(|post| (&post.slug, &post.lang, &post.title)).collect::<Vec<_>>(),
        )
        .with_value(&body.marks.leans_on_others.then(|| others.places.to_string()))
        .with_value(&body.marks.calls_by_name.then(|| others.names.to_string()))
        .seal();
    Some(Origin { own, whole })
}
