//! The whole public tree, in the order in which it is put in place.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use thiserror::Error;
use url::Url;

use crate::post::{Fault, MarkupSettings, Post, Posts, Slug, alias_file, is_reserved};
use crate::site::cache::{CacheFolder, Surveys};
use crate::site::cards::Deck;
use crate::site::essays::{Essays, emit_made};
use crate::site::feed::{self, Catalogue, Feed, FeedError, Memory, Oversize, Scope, feeds};
use crate::site::origins::Origins;
use crate::site::pages::{Press, check_slugs, lists, overviews, search_page, style_sheet, subscribe_page};
use crate::site::pictures::Gallery;
use crate::site::search;
use crate::site::sitemap::{self, SitemapEntry};
use crate::site::{
    Artifact, Part, Seal, SiteSettings, Tree, TreeError, TreeReport, TreeWriter, Urls, XmlError, opml,
};
use crate::template::{TemplateError, Templates};

/// What a public tree is made from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub posts: &'a Posts,
    pub settings: &'a SiteSettings,
    pub templates: &'a Templates,
    pub markup: &'a MarkupSettings,
    /// What earlier builds kept; none where everything is to be made anew.
    pub cache: Option<&'a CacheFolder>,
    /// Where smaller pictures are made; none where all are shown as they are.
    pub pictures: Option<&'a Arc<Gallery>>,
    /// Where cards are drawn; none where there are none.
    pub cards: Option<&'a Deck>,
    /// Whether the posts come with what was known of them, and what is known of them is kept with them.
    pub has_records: bool,
    /// Which program this is; none where that cannot be told, and then everything is made anew.
    pub program: Option<Seal>,
}

/// What a build made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildReport {
    pub posts: usize,
    /// Files of feeds, in all formats.
    pub feeds: usize,
    /// Feeds that some readers will not take.
    pub oversizes: Vec<Oversize>,
    /// What deserves a word about pictures.
    pub pictures: Vec<Fault>,
}

/// What a build made and what that changed on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteReport {
    pub build: BuildReport,
    pub tree: TreeReport,
    /// What feed readers will see happen to posts they know, and should not.
    pub amiss: Vec<Fault>,
}

/// Why there is no new public tree. The old one stands as it was.
#[derive(Debug, Error)]
pub enum SiteError {
    #[error("{}: the slug `{slug}` is taken by a folder of the public tree: expected another", post.display())]
    Slug { post: PathBuf, slug: Slug },
    #[error("{}: `{alias}` is not an address a file can stand at: expected one such as `/2019/on-maps/`", post.display())]
    Alias { post: PathBuf, alias: String },
    #[error("{}: `{path}` is the place of another page or file too: expected one of its own", file.display())]
    Taken { file: PathBuf, path: String },
    #[error("{}: expected the essay as it was when the build began, found another: build again", post.display())]
    Changed { post: PathBuf },
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Xml(#[from] XmlError),
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// Writes the public tree of `source` to `out`, with the files that lie beside the essays in `posts_folder`.
///
/// # Errors
///
/// If a template is faulty, two pages want one path, or `out` cannot be written. The tree there stays as it was.
pub fn publish(source: &Source<'_>, posts_folder: &Path, out: &Path) -> Result<SiteReport, SiteError> {
    let tree = TreeWriter::open(out, Part::Site)?;
    let tree = match source.cache {
        Some(cache) => tree.with_seals(cache),
        None => tree,
    };
    check_assets(source.posts)?;
    source.posts.assets.par_iter().try_for_each(|asset| {
        let path = asset.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        tree.copy(&path, &posts_folder.join(asset))
    })?;
    let build = build(source, &tree).map_err(|error| named(error, source.posts))?;
    if let Some(post) = source.posts.changed() {
        return Err(SiteError::Changed { post: post.to_owned() });
    }
    let tree = tree.finish()?;
    Ok(SiteReport { build, tree, amiss: remembered(source, posts_folder) })
}

/// Makes sure that no file beside the essays stands where a page or the site needs a folder.
fn check_assets(posts: &Posts) -> Result<(), SiteError> {
    let slugs: HashSet<&str> = posts.published.iter().map(|post| post.slug.as_str()).collect();
    let is_taken =
        |asset: &&PathBuf| asset.to_str().is_some_and(|path| slugs.contains(path) || is_reserved(path));
    match posts.assets.iter().find(is_taken) {
        Some(asset) => {
            Err(SiteError::Taken { file: Path::new("posts").join(asset), path: asset.display().to_string() })
        }
        None => Ok(()),
    }
}

/// Names the file or the post that wants a path twice wanted.
fn named(error: SiteError, posts: &Posts) -> SiteError {
    let SiteError::Tree(TreeError::Twice { path } | TreeError::Collision { path, .. }) = &error else {
        return error;
    };
    let is_older = |alias: &String| alias_file(alias).as_ref() == Some(path);
    let wants =
        |post: &&Post| format!("{}/index.html", post.slug) == *path || post.aliases.iter().any(is_older);
    let asset = posts.assets.iter().find(|asset| *asset == Path::new(path));
    match asset.or_else(|| posts.published.iter().find(wants).map(|post| &post.source)) {
        Some(file) => SiteError::Taken { file: Path::new("posts").join(file), path: path.clone() },
        None => error,
    }
}

/// Compares the posts with what feed readers were told at the last build, and keeps what they are told now.
///
/// A cache that cannot be used is no reason not to build.
fn remembered(source: &Source<'_>, posts_folder: &Path) -> Vec<Fault> {
    let Some(Ok(memory)) = source.cache.map(Memory::open) else { return Vec::new() };
    let shown_as = Path::new(posts_folder.file_name().unwrap_or_default());
    memory.renew(source.posts, shown_as)
}

/// Hands every file of the public tree to `tree`: first what pages need, then posts, then what lists them.
///
/// # Errors
///
/// If a template is faulty, a post wants an impossible address, or `tree` cannot take a file.
pub fn build(source: &Source<'_>, tree: &dyn Tree) -> Result<BuildReport, SiteError> {
    check_slugs(source.posts)?;
    let surveys = source.cache.filter(|_| !source.has_records).zip(source.program);
    let surveys = surveys.and_then(|(cache, program)| Surveys::open(cache, program));
    surveys.iter().for_each(|surveys| surveys.lend(source.posts));
    let urls = || Urls::new(&source.settings.url, source.posts).with_pictures(source.pictures.cloned());
    let groups = || (feeds(source.posts), Catalogue::new(source.posts, source.settings));
    let (urls, (feeds, catalogue)) = rayon::join(urls, groups);
    let scopes: Vec<Scope<'_>> = feeds.iter().map(|feed| feed.scope).collect();
    let style = style_sheet(source.templates)?;
    let program = (source.program, tree);
    let (press, origins) = rayon::join(
        || Press::new(source.settings, &urls, source.posts, source.templates, &scopes, &style, program),
        || Origins::new(source.posts, &urls, source.markup),
    );
    let press = press?.with_cards(source.cards).with_origins(&origins);
    let essays = Essays::new(source, &press, &catalogue, &origins, tree);
    tree.put(style)?;
    let mut oversizes = Vec::new();
    let longs = essays.emit(&mut oversizes)?;
    press.not_found()?;
    tree.put(feed::style_sheet(source.templates, &source.settings.lang)?)?;
    let guides = subscribe_page(&press, &catalogue)?.into_iter().chain(overviews(&press, &feeds)?).collect();
    if source.settings.search {
        search_page(&press)?;
        search::emit(source, &urls, tree)?;
    }
    press.series()?;
    let (ended, (listed, mapped)) = rayon::join(
        || essays.end(longs),
        || {
            rayon::join(
                || feeds.par_iter().try_for_each(|feed| lists(&press, feed)),
                || emit_sitemap(source, guides, &feeds, &press, tree),
            )
        },
    );
    listed.and(mapped)?;
    oversizes.extend(ended?);
    oversizes.extend(essays.emit_feeds()?);
    tree.put(opml::artifact(&catalogue, source.settings, &urls)?)?;
    tree.put(sitemap::robots(&urls))?;
    emit_made(source, tree)?;
    if let Some(surveys) = surveys {
        surveys.keep(source.posts);
    }
    let pictures = source.pictures.map(|gallery| gallery.findings(Path::new("posts")));
    let cards = source.cards.map(|deck| deck.findings(Path::new("posts")));
    let pictures = [pictures, cards].into_iter().flatten().flatten().collect();
    Ok(BuildReport { posts: source.posts.published.len(), feeds: catalogue.files(), oversizes, pictures })
}

/// What search engines are told of pages.
fn emit_sitemap(
    source: &Source<'_>,
    guides: Vec<Url>,
    feeds: &[Feed<'_>],
    press: &Press<'_>,
    tree: &dyn Tree,
) -> Result<(), SiteError> {
    let entries = sitemap_entries(guides, feeds, press);
    for sitemap in sitemap::sitemaps(&entries, press.urls) {
        let seal = source.program.map(|program| sitemap.seal(program));
        let stands = seal.map(|seal| tree.stands(&sitemap.path, seal)).transpose()?.flatten();
        if stands.is_none() {
            tree.put(Artifact { seal, ..sitemap.artifact()? })?;
        }
    }
    Ok(())
}

/// The pages `guides`, the first page of each list, with the date of its newest post, and every post.
fn sitemap_entries<'a>(guides: Vec<Url>, feeds: &[Feed<'a>], press: &'a Press<'_>) -> Vec<SitemapEntry<'a>> {
    let urls = press.urls;
    let series = press.series_places().into_iter();
    let series = series.map(|(url, newest)| SitemapEntry { url, lastmod: Some(&newest.published) });
    let changed = |post: &'a Post| post.updated.as_ref().unwrap_or(&post.published);
    let lists = feeds.iter().map(|feed| SitemapEntry {
        url: urls.file(&feed.scope.folder()),
        lastmod: feed.posts.iter().map(|post| changed(post)).max(),
    });
    let posts = feeds.iter().filter(|feed| feed.scope == Scope::Whole).flat_map(|feed| &feed.posts);
    let guides = guides.into_iter().map(|url| SitemapEntry { url, lastmod: None });
    lists
        .chain(series)
        .chain(guides)
        .chain(posts.map(|post| SitemapEntry { url: urls.post(&post.slug), lastmod: Some(changed(post)) }))
        .collect()
}
