//! What the search page reads: an index in small files, so that a query needs no server and few octets.
//!
//! In: the posts. Out: `search/index.txt` (where each file of terms begins), `search/terms/*.txt` (terms in order,
//! each with the posts it stands in) and `search/posts/*.json` (what results show, 32 posts a file). Posts have
//! numbers, the oldest 0, so a new post changes the files of its own terms and of no others.
//!
//! [`terms()`] is pure and made post by post; [`Index`] gathers; [`Kept`] remembers. `templates/search.js` folds words as [`terms()`] does.
//! Leaves out: stems, for prefixes find what they would; words that more than half of many posts have.

mod index;
mod kept;
mod terms;

use rayon::prelude::*;
use serde::Serialize;

use self::index::{Index, artifacts};
use self::kept::Kept;
use self::terms::terms;
use crate::post::Post;
use crate::site::{Artifact, Seal, Sealer, Source, Tree, TreeError, Urls};
use crate::words::{Lang, Words};

/// Folder of the page and of all it reads.
pub(crate) const FOLDER: &str = "search/";

/// Posts described in one file.
const POSTS_PER_FILE: usize = 32;

/// Makes the files of the index, those that do not stand in `tree` as they would be.
///
/// # Errors
///
/// If `tree` cannot take a file.
pub(crate) fn emit(source: &Source<'_>, urls: &Urls, tree: &dyn Tree) -> Result<(), TreeError> {
    let oldest_first: Vec<&Post> = source.posts.published.iter().rev().collect();
    let (rows, terms) = rayon::join(
        || emit_rows(source, &oldest_first, urls, tree),
        || emit_terms(source, &oldest_first, tree),
    );
    rows.and(terms)
}

/// Files of terms, and the list of them.
fn emit_terms(source: &Source<'_>, oldest_first: &[&Post], tree: &dyn Tree) -> Result<(), TreeError> {
    let seals = source.program.map(|program| {
        let seals = oldest_first.par_iter().map(|post| seal_of_terms(program, post));
        seals.collect::<Vec<Seal>>()
    });
    let sealer = source.program.map(|program| Sealer::default().with(program)).zip(seals.as_ref());
    let seal = sealer.map(|(sealer, seals)| seals.iter().fold(sealer, Sealer::with).seal());
    if seal.map(|seal| tree.all_stand(FOLDER, seal)).transpose()?.unwrap_or(false) {
        return Ok(());
    }
    let kept = source.cache.and_then(Kept::open).zip(seals);
    let renewed = kept.as_ref().and_then(|(kept, seals)| {
        kept.renewed(seals, |numbers| index(numbers.par_iter().map(|at| (*at, oldest_first[*at]))))
    });
    let lines = renewed.unwrap_or_else(|| index(oldest_first.par_iter().copied().enumerate()).lines());
    let files = artifacts(&lines, oldest_first.len()).into_par_iter();
    let (handed_over, ()) = rayon::join(
        || files.map(|file| Artifact { seal, ..file }).try_for_each(|file| tree.put(file)),
        || kept.iter().for_each(|(kept, seals)| kept.keep(seals, &lines)),
    );
    handed_over
}

/// All that the terms of `post` are made from.
fn seal_of_terms(program: Seal, post: &Post) -> Seal {
    let names = post.tags.iter().map(|tag| &tag.name).chain(post.authors.iter().map(|author| &author.name));
    // The digest covers title and essay.
    names.fold(Sealer::default().with(program).with(&post.content_hash), Sealer::with).seal()
}

/// Gathers the terms of `posts`, each with its number.
fn index<'a>(posts: impl ParallelIterator<Item = (usize, &'a Post)>) -> Index {
    let gathered = posts.fold(Index::default, |mut index, (number, post)| {
        index.add(u32::try_from(number).unwrap_or(u32::MAX), &terms(post));
        index
    });
    gathered.reduce(Index::default, Index::and)
}

/// Files of what results show.
fn emit_rows(
    source: &Source<'_>,
    oldest_first: &[&Post],
    urls: &Urls,
    tree: &dyn Tree,
) -> Result<(), TreeError> {
    let lang = &source.settings.lang;
    oldest_first.par_chunks(POSTS_PER_FILE).enumerate().try_for_each(|(number, posts)| {
        let path = format!("{FOLDER}posts/{number}.json");
        let seal = source.program.map(|program| seal_of_rows(program, posts, urls, lang));
        if seal.map(|seal| tree.stands(&path, seal)).transpose()?.flatten().is_some() {
            return Ok(());
        }
        let rows: Vec<Row<'_>> = posts.iter().map(|post| Row::new(post, urls, lang)).collect();
        let json = serde_json::to_vec(&rows).expect("texts are JSON");
        tree.put(Artifact { seal, ..Artifact::new(path, json) })
    })
}

/// All that a file of what results show is made from.
fn seal_of_rows(program: Seal, posts: &[&Post], urls: &Urls, lang: &Lang) -> Seal {
    let sealer = Sealer::default().with(program).with(urls.home().as_str()).with(lang.as_str());
    let sealed = posts.iter().fold(sealer, |sealer, post| {
        // The digest covers title and essay, from which a summary is made that is not given.
        let shown = (&post.slug, &post.content_hash, &post.lang, post.published.date(), &post.given_summary);
        sealer.with_value(&(shown, post.body.format, post.body.has_math))
    });
    sealed.seal()
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
