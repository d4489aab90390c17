//! What the search page reads: an index in small files, so that a query needs no server and few octets.
//!
//! In: the posts. Out: `search/index.txt` (where each file of terms begins), `search/terms/*.txt` (terms in order,
//! each with the posts it stands in) and `search/posts/*.json` (what results show, 32 posts a file). Posts have
//! numbers, the oldest 0, so a new post changes the files of its own terms and of no others.
//!
//! [`terms()`] is pure and made post by post; [`Index`] gathers. `templates/search.js` folds words as [`terms()`] does.
//! Leaves out: stems, for prefixes find what they would; words that more than half of many posts have.

mod index;
mod terms;

use rayon::prelude::*;
use serde::Serialize;

pub(crate) use index::Index;
pub(crate) use terms::terms;

use crate::post::{Post, Posts};
use crate::site::{Artifact, Seal, Sealer, Urls};
use crate::words::{Lang, Words};

/// Folder of the page and of all it reads.
pub(crate) const FOLDER: &str = "search/";

/// Posts described in one file.
const POSTS_PER_FILE: usize = 32;

/// All that the files of the index are made from.
pub(crate) fn seal(program: Seal, posts: &Posts, urls: &Urls, lang: &Lang) -> Seal {
    let post = |post: &Post| {
        // The digest covers title and essay, from which a summary is made that is not given.
        let shown = (&post.slug, &post.content_hash, &post.lang, post.published.date(), &post.given_summary);
        let read = (post.body.format, post.body.has_math);
        Sealer::default().with_value(&(shown, read, &post.tags, &post.authors)).seal()
    };
    let posts: Vec<Seal> = posts.published.par_iter().map(post).collect();
    let sealer = Sealer::default().with(program).with(urls.home().as_str()).with_value(lang);
    posts.iter().fold(sealer, Sealer::with).seal()
}

/// Gathers the terms of all posts.
pub(crate) fn index(posts: &Posts) -> Index {
    let oldest_first = posts.published.par_iter().rev().enumerate();
    let gathered = oldest_first.fold(Index::default, |mut index, (number, post)| {
        index.add(u32::try_from(number).unwrap_or(u32::MAX), &terms(post));
        index
    });
    gathered.reduce(Index::default, Index::and)
}

/// The files of `index`, the list of them first.
pub(crate) fn artifacts(index: Index, posts: &Posts, urls: &Urls, lang: &Lang) -> Vec<Artifact> {
    let count = posts.published.len();
    let mut artifacts = index.artifacts(count);
    let oldest_first: Vec<&Post> = posts.published.iter().rev().collect();
    artifacts.par_extend(oldest_first.par_chunks(POSTS_PER_FILE).enumerate().map(|(number, posts)| {
        let rows: Vec<Row<'_>> = posts.iter().map(|post| Row::new(post, urls, lang)).collect();
        let json = serde_json::to_vec(&rows).expect("texts are JSON");
        Artifact::new(format!("{FOLDER}posts/{number}.json"), json)
    }));
    artifacts
}

/// A post as results show it.
#[derive(Serialize)]
struct Row<'a>(String, &'a str, &'a Lang, String, &'a str);

impl<'a> Row<'a> {
    fn new(post: &'a Post, urls: &Urls, lang: &Lang) -> Self {
        let date = Words::of(lang).date(post.published.date());
        Self(urls.post(&post.slug).into(), &post.title, &post.lang, date, post.summary())
    }
}
