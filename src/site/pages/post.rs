//! A post's own page, and the pages that lead to it from older addresses.

use std::path::PathBuf;

use serde::Serialize;
use url::Url;

use crate::post::{Post, Posts, alias_file, is_reserved};
use crate::site::feed::Scope;
use crate::site::pages::contents::{ContentsFacts, contents};
use crate::site::pages::context::{ImageFacts, NeighbourFacts, PageKind, PostFacts, VersionFacts};
use crate::site::pages::series::PartFacts;
use crate::site::pages::structured::blog_posting;
use crate::site::pages::{Page, Press, context_of};
use crate::site::{Seal, Sealer, SiteError, Urls};
use crate::words::{Lang, Words};

/// Variables of `post.html` that a rendering tells.
#[derive(Serialize)]
struct Letter<'a> {
    post: PostFacts,
    /// The essay as HTML.
    content: &'a str,
    /// Whether the post's picture stands in the essay itself.
    has_image_in_text: bool,
    /// Its headings; empty where it has no table of contents.
    contents: Vec<ContentsFacts>,
}

/// Variables of `post.html` that other posts tell.
#[derive(Serialize)]
struct CompanyFacts {
    /// The series it is a part of.
    series: Option<PartFacts>,
    /// Posts on the same subjects.
    related: Vec<NeighbourFacts>,
    /// The languages it can be read in, the original first; empty where there is but one.
    versions: Vec<VersionFacts>,
    /// The post before it in time, in its language.
    previous: Option<NeighbourFacts>,
    /// The post after it, in its language.
    next: Option<NeighbourFacts>,
}

/// The posts that a post's page tells of.
struct Company<'a> {
    series: Option<PartFacts>,
    related: Vec<&'a Post>,
    versions: Vec<VersionFacts>,
    previous: Option<&'a Post>,
    next: Option<&'a Post>,
}

/// Variables of `redirect.html`.
#[derive(Serialize)]
struct Redirect<'a> {
    title: &'a str,
    target: Url,
}

/// Makes sure that no post wants a folder that is taken.
pub(crate) fn check_slugs(posts: &Posts) -> Result<(), SiteError> {
    match posts.published.iter().find(|post| is_reserved(post.slug.as_str())) {
        Some(post) => Err(SiteError::Slug { post: post.source.clone(), slug: post.slug.clone() }),
        None => Ok(()),
    }
}

/// The page of a post that is to be made.
pub(crate) struct Pending<'a> {
    post: &'a Post,
    path: String,
    company: Company<'a>,
    /// The card that stands for a post without a picture.
    card: Option<ImageFacts>,
    seal: Option<Seal>,
}

/// The page of the post at `index` of `posts`, which is made from `origin`; none where it stands as it would be.
pub(crate) fn pending_page<'a>(
    press: &Press<'a>,
    posts: &'a Posts,
    index: usize,
    origin: Option<Seal>,
) -> Result<Option<Pending<'a>>, SiteError> {
    let post = &posts.published[index];
    let company = Company::of(press, posts, index);
    let path = format!("{}/index.html", post.slug);
    let card = card(press, post);
    let root = press.root(&path).zip(origin);
    let seal = root.map(|(root, origin)| company.sealed(root.with(origin).with_value(&card)).seal());
    let stands = press.stands(&path, seal)?;
    Ok((!stands).then_some(Pending { post, path, company, card, seal }))
}

impl<'a> Company<'a> {
    fn of(press: &Press<'a>, posts: &'a Posts, index: usize) -> Self {
        let post = &posts.published[index];
        Self {
            series: PartFacts::of(post, press),
            related: press.related.of(index),
            versions: VersionFacts::all(post, posts, press.urls),
            previous: press.neighbours.previous(index),
            next: press.neighbours.next(index),
        }
    }

    /// Takes in what [`Company::facts`] comes to.
    fn sealed(&self, sealer: Sealer) -> Sealer {
        let sealer = sealer.with_value(&(&self.series, &self.versions));
        let near = [self.previous, self.next].into_iter();
        near.chain(self.related.iter().copied().map(Some)).fold(sealer, |sealer, post| match post {
            Some(post) => sealer.with(&post.title).with(post.slug.as_str()).with(post.lang.as_str()),
            None => sealer.with([]),
        })
    }

    fn facts(self, urls: &Urls) -> CompanyFacts {
        let neighbour = |post: &Post| NeighbourFacts::new(post, urls);
        let Self { series, related, versions, previous, next } = self;
        CompanyFacts {
            series,
            related: related.into_iter().map(neighbour).collect(),
            versions,
            previous: previous.map(neighbour),
            next: next.map(neighbour),
        }
    }
}

impl Pending<'_> {
    /// Makes the page, with the essay as `content`.
    pub fn print(self, press: &Press<'_>, content: &str) -> Result<(), SiteError> {
        let post = self.post;
        let facts = PostFacts::new(post, press.urls);
        let image = facts.image.clone();
        let lang = press.words_lang(&post.lang);
        let shown = image.clone().or(self.card);
        let url = post.canonical_url.clone().unwrap_or_else(|| press.urls.post(&post.slug));
        let page = Page {
            path: self.path,
            description: post.summary(),
            locale: post.lang.locale(),
            other_locales: other_locales(&post.lang, &self.company.versions),
            json_ld: Some(blog_posting(&facts, &url, shown.as_ref(), &self.company.versions, press)),
            url,
            image: shown,
            scope: if press.is_multilingual { Scope::Language(&post.lang) } else { Scope::Whole },
            ..press.page("", PageKind::Post, &post.title, lang)
        };
        let letter = Letter {
            content,
            has_image_in_text: image.is_some_and(|image| content.contains(&image.url)),
            contents: contents(post, content, press.settings),
            post: facts,
        };
        let variables = context_of(page.template, &letter)?
            .and(context_of(page.template, &self.company.facts(press.urls))?);
        press.hand_over(&page, &press.facts(&page), variables, self.seal)
    }
}

/// The locales of `versions` besides that of `lang`, each once; none where that of `lang` is not known, for readers would
/// take it for `en_US`.
fn other_locales(lang: &Lang, versions: &[VersionFacts]) -> Vec<String> {
    let Some(own) = lang.locale() else { return Vec::new() };
    let mut locales: Vec<String> = versions.iter().filter_map(|version| version.lang.locale()).collect();
    locales.sort();
    locales.dedup();
    locales.retain(|locale| *locale != own);
    locales
}

/// The card that stands for a post without a picture.
fn card(press: &Press<'_>, post: &Post) -> Option<ImageFacts> {
    let card = press.cards?.card(post)?;
    Some(ImageFacts {
        url: press.urls.file(&card.path).into(),
        alt: post.title.clone(),
        width: Some(card.size.width),
        height: Some(card.size.height),
        srcset: String::new(),
        sizes: String::new(),
    })
}

/// A page at each older address of `post`.
pub(crate) fn redirects(press: &Press<'_>, post: &Post) -> Result<(), SiteError> {
    post.aliases.iter().try_for_each(|alias| redirect(press, post, alias))
}

fn redirect(press: &Press<'_>, post: &Post, alias: &str) -> Result<(), SiteError> {
    let path = alias_file(alias)
        .ok_or_else(|| SiteError::Alias { post: PathBuf::from(&post.source), alias: alias.to_owned() })?;
    let lang = press.words_lang(&post.lang);
    let title = Words::of(lang).say("moved", &[]);
    let target = press.urls.post(&post.slug);
    let page = Page { path, url: target.clone(), ..press.page("", PageKind::Moved, &title, lang) };
    press.print(page, &Redirect { title: &post.title, target })
}
