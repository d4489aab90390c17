//! Web pages: one a post, paged lists, overviews, `404.html`, pages that lead on from older addresses.
//!
//! In: [`Posts`] and [`Templates`]. Out: [`Artifact`]s ending in `.html`, and the style
//! sheet. Every link but the one to the style sheet is absolute; that one is relative, so that a copy of the
//! tree on a disk looks right. A page asks nothing of other hosts and runs no script, but
//! for the one that searches, which has a script of ours.
//!
//! What each template gets is in [`context`] and, for people, in `docs/templates.md`.

pub mod context;
mod contents;
mod list;
mod neighbours;
mod overview;
mod post;
mod related;
mod search;
mod series;
mod shelf;
mod structured;
mod style;
mod subscribe;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Serialize;
use url::Url;

pub(super) use list::lists;
pub(super) use overview::overviews;
pub(super) use post::{check_slugs, pending_page, redirects};
pub(super) use search::search_page;
pub(super) use style::style_sheet;
pub(super) use subscribe::{FOLDER as SUBSCRIBE, subscribe_page};

use self::context::{ImageFacts, PageFacts, PageKind, PostFacts, SiteFacts};
use self::list::heading;
use self::neighbours::Neighbours;
use self::related::Related;
use self::shelf::Shelf;
use crate::post::{Post, PostId, Posts};
use crate::site::cards::Deck;
use crate::site::feed::{FeedLink, Scope, links};
use crate::site::origins::Origins;
use crate::site::{Artifact, Seal, Sealer, SiteError, SiteSettings, Tree, Urls};
use crate::template::{Context, TemplateError, Templates};
use crate::words::{Lang, Words};

/// What all pages of a build are made with.
pub(super) struct Press<'a> {
    pub settings: &'a SiteSettings,
    pub urls: &'a Urls,
    templates: &'a Templates,
    tree: &'a dyn Tree,
    /// What all pages are made from; none where nobody knows which program this is.
    root: Option<Sealer>,
    /// Path of the style sheet in the public tree.
    style: String,
    /// The variable `site`.
    site: Context,
    shelf: Shelf<'a>,
    related: Related<'a>,
    neighbours: Neighbours<'a>,
    /// Whether each language has a list and feeds of its own.
    is_multilingual: bool,
    /// Draws cards for posts without a picture.
    cards: Option<&'a Deck>,
    /// What posts are made from, where that is known.
    origins: Option<&'a Origins<'a>>,
    /// What lists show of posts of which it is not, sealed when first asked for.
    shown: HashMap<&'a PostId, OnceLock<Seal>>,
}

/// What is said of one page besides its own variables.
struct Page<'a> {
    /// In the public tree.
    path: String,
    url: Url,
    template: &'static str,
    kind: PageKind,
    /// Empty on the front page.
    title: &'a str,
    description: &'a str,
    lang: &'a Lang,
    image: Option<ImageFacts>,
    /// Of title and description.
    locale: Option<String>,
    other_locales: Vec<String>,
    /// What search engines are told.
    json_ld: Option<String>,
    /// What the page's own feeds are of, if it has any.
    scope: Scope<'a>,
}

impl<'a> Press<'a> {
    pub fn new(
        settings: &'a SiteSettings,
        urls: &'a Urls,
        posts: &'a Posts,
        templates: &'a Templates,
        scopes: &[Scope<'_>],
        style: &Artifact,
        (program, tree): (Option<Seal>, &'a dyn Tree),
    ) -> Result<Self, TemplateError> {
        let feeds = links(Scope::Whole, settings, urls);
        let site = SiteFacts::new(settings, urls, scopes, &feeds);
        let shelf = Shelf::new(posts);
        let site = site.with_series(!shelf.series.is_empty(), urls);
        let site = Site { site };
        let root = |program: Seal| Sealer::default().with(program).with(templates.digest()).with_value(&site);
        let root = program.map(|program| root(program).with(format!("{settings:?}")).with(&style.path));
        let site = context_of("base.html", &site)?;
        let is_multilingual = scopes.iter().any(|scope| matches!(scope, Scope::Language(_)));
        let (style, related) = (style.path.clone(), Related::new(posts));
        let shown = posts.published.iter().map(|post| (&post.id, OnceLock::new())).collect();
        Ok(Self {
            settings,
            urls,
            templates,
            tree,
            root,
            style,
            site,
            shelf,
            related,
            neighbours: Neighbours::new(posts),
            is_multilingual,
            cards: None,
            origins: None,
            shown,
        })
    }

    /// The same, with cards for posts without a picture.
    #[must_use]
    pub fn with_cards(self, cards: Option<&'a Deck>) -> Self {
        Self { cards, ..self }
    }

    /// The same, knowing what posts are made from.
    #[must_use]
    pub fn with_origins(self, origins: &'a Origins<'a>) -> Self {
        Self { origins: Some(origins), ..self }
    }

    /// Makes `page`, with `variables` of its own, unless it stands as it would be.
    fn print(&self, page: Page<'_>, variables: &impl Serialize) -> Result<(), SiteError> {
        self.print_of(page, |sealer| sealer.with_value(variables), || variables)
    }

    /// The same, of a page whose variables are costly: `seal` takes in what they are made from.
    fn print_of<V: Serialize>(
        &self,
        page: Page<'_>,
        seal: impl FnOnce(Sealer) -> Sealer,
        variables: impl FnOnce() -> V,
    ) -> Result<(), SiteError> {
        let facts = self.facts(&page);
        let seal = self.root(&page.path).map(|root| seal(root.with_value(&facts)).seal());
        if self.stands(&page.path, seal)? {
            return Ok(());
        }
        let variables = context_of(page.template, &variables())?;
        self.hand_over(&page, &facts, variables, seal)
    }

    /// The page in `folder`, which is empty or ends in `/`: of the kind's own template, without a picture or feeds of its own.
    fn page<'p>(&self, folder: &str, kind: PageKind, title: &'p str, lang: &'p Lang) -> Page<'p> {
        Page {
            path: format!("{folder}index.html"),
            url: self.urls.file(folder),
            template: kind.template(),
            kind,
            title,
            description: "",
            lang,
            image: None,
            locale: lang.locale(),
            other_locales: Vec::new(),
            json_ld: None,
            scope: Scope::Whole,
        }
    }

    /// What lists show of `post`, in one digest: the same post stands in many lists.
    fn shown(&self, post: &Post) -> Seal {
        let seal = || Sealer::default().with_value(&PostFacts::new(post, self.urls)).seal();
        let known = || self.shown.get(&post.id).map_or_else(seal, |known| *known.get_or_init(seal));
        self.origins.and_then(|origins| origins.of_itself(post)).unwrap_or_else(known)
    }

    /// What the page at `path` is made from, besides what is its own.
    fn root(&self, path: &str) -> Option<Sealer> {
        self.root.clone().map(|root| root.with(path))
    }

    /// Whether the tree holds the page at `path` as it would be made.
    fn stands(&self, path: &str, seal: Option<Seal>) -> Result<bool, SiteError> {
        let Some(seal) = seal else { return Ok(false) };
        Ok(self.tree.stands(path, seal)?.is_some())
    }

    fn hand_over(
        &self,
        page: &Page<'_>,
        facts: &Common,
        variables: Context,
        seal: Option<Seal>,
    ) -> Result<(), SiteError> {
        let context = self.site.and(context_of(page.template, facts)?).and(variables);
        let html = self.templates.render_in(page.template, &context)?;
        let artifact = Artifact::new(page.path.as_str(), html.into_bytes());
        Ok(self.tree.put(Artifact { seal, ..artifact })?)
    }

    fn facts(&self, page: &Page<'_>) -> Common {
        Common {
            lang: page.lang.clone(),
            page: PageFacts {
                url: page.url.clone(),
                title: page.title.to_owned(),
                description: page.description.to_owned(),
                kind: page.kind,
                dir: page.lang.direction(),
                image: page.image.clone(),
                locale: page.locale.clone(),
                other_locales: page.other_locales.clone(),
                json_ld: page.json_ld.clone(),
                style: self.style_from(page),
                feeds: self.feeds_of(page.scope),
                feeds_title: heading(page.scope, page.lang),
            },
        }
    }

    /// Feeds of less than the whole publication.
    fn feeds_of(&self, scope: Scope<'_>) -> Vec<FeedLink> {
        if scope == Scope::Whole { Vec::new() } else { links(scope, self.settings, self.urls) }
    }

    /// The way from a page to the style sheet. `404.html` is shown at any address, so it needs the whole URL.
    fn style_from(&self, page: &Page<'_>) -> String {
        match page.kind {
            PageKind::NotFound => self.urls.file(&self.style).into(),
            _ => "../".repeat(page.path.matches('/').count()) + &self.style,
        }
    }

    /// The language of the words around `lang`: its own, if we have words in it.
    fn words_lang<'b>(&'b self, lang: &'b Lang) -> &'b Lang {
        if Words::speaks(lang) { lang } else { &self.settings.lang }
    }

    /// The page shown where there is none.
    pub fn not_found(&self) -> Result<(), SiteError> {
        let title = Words::of(&self.settings.lang).say("not-found", &[]);
        let page = self.page("", PageKind::NotFound, &title, &self.settings.lang);
        let path = "404.html".to_owned();
        self.print(Page { url: self.urls.file(&path), path, ..page }, &Nothing {})
    }
}

#[derive(Serialize)]
struct Site {
    site: SiteFacts,
}

#[derive(Serialize)]
struct Nothing {}

/// Variables that every page has, besides `site`.
#[derive(Serialize)]
struct Common {
    lang: Lang,
    page: PageFacts,
}

fn context_of(template: &str, variables: &impl Serialize) -> Result<Context, TemplateError> {
    Context::new(variables).map_err(|what| TemplateError::Context { name: template.to_owned(), what })
}
