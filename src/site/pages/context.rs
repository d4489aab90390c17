//! What page templates get. Dates are RFC 3339 texts; `date` writes them out.

mod term;

use jiff::Zoned;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

pub use self::term::{TermFacts, TermKind};
use crate::post::{Author, Image, Linker, Post, PostId, Posts, Tag};
use crate::site::feed::{FeedLink, Scope};
use crate::site::pages::SUBSCRIBE;
use crate::site::{SiteSettings, Urls, opml, search};
use crate::words::{Lang, autonym};

/// `site`: the publication, the same on every page.
#[derive(Clone, Debug, Serialize)]
pub struct SiteFacts {
    pub title: String,
    pub description: String,
    /// The front page; ends in `/`.
    pub url: Url,
    pub lang: Lang,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// Name of the publication's author.
    pub author: String,
    pub rights: Option<String>,
    /// Feeds of the whole publication.
    pub feeds: Vec<FeedLink>,
    /// All feeds in one list, for feed readers to import.
    pub opml_url: Url,
    /// The page that says what feeds are and lists them.
    pub feeds_url: Url,
    /// Where readers ask for the mail: a web page, or `mailto:`.
    pub subscribe_url: Option<Url>,
    /// Overview of the tags; none where no post has one.
    pub tags_url: Option<Url>,
    /// Overview of the authors; none where there is but one.
    pub authors_url: Option<Url>,
    /// Overview of the languages; none where there is but one.
    pub languages_url: Option<Url>,
    /// Overview of the series; none where there is none.
    pub series_url: Option<Url>,
    /// The page that searches the publication; none where the publisher wants none.
    pub search_url: Option<Url>,
}

/// `page`: the page itself.
#[derive(Clone, Debug, Serialize)]
pub struct PageFacts {
    pub url: Url,
    /// Empty on the front page.
    pub title: String,
    /// Plain text; may be empty.
    pub description: String,
    pub kind: PageKind,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// The picture that cards of other sites show.
    pub image: Option<ImageFacts>,
    /// The locale of title and description as cards of other sites want it, such as `zh_TW`; none where it is not known.
    pub locale: Option<String>,
    /// Those it can be read in besides.
    pub other_locales: Vec<String>,
    /// What search engines are told, as JSON-LD that may stand in a script element as it is.
    pub json_ld: Option<String>,
    /// Where the style sheet is, seen from this page.
    pub style: String,
    /// Its own feeds, besides those of the publication.
    pub feeds: Vec<FeedLink>,
    /// What its own feeds carry; empty where it has none.
    pub feeds_title: String,
}

/// What sort of page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// The front page and its further pages.
    Home,
    /// The posts of a tag, an author, a language or a series.
    List,
    /// All tags, all authors, all languages or all series.
    Overview,
    Post,
    /// What feeds are and where they are.
    Subscribe,
    /// The page that searches the publication.
    Search,
    NotFound,
    /// An older address of a post.
    Moved,
}

/// A post, in lists and on its own page.
#[derive(Clone, Debug, Serialize)]
pub struct PostFacts {
    pub id: PostId,
    pub title: String,
    pub url: Url,
    pub lang: Lang,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// What its speakers call the language.
    pub language: String,
    pub published: String,
    pub updated: Option<String>,
    pub authors: Vec<AuthorFacts>,
    pub tags: Vec<TagFacts>,
    /// Plain text.
    pub summary: String,
    pub image: Option<ImageFacts>,
    pub reading_minutes: usize,
    pub word_count: usize,
    pub enclosure: Option<EnclosureFacts>,
    /// What the author put under `extra`.
    pub extra: Map<String, Value>,
}

/// An author of a post.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorFacts {
    pub name: String,
    /// The language of the name, where its letters ask for one.
    pub lang: Option<Lang>,
    /// The page with all their posts.
    pub url: Url,
    /// Their own place on the web.
    pub website: Option<Url>,
}

/// A tag of a post.
#[derive(Clone, Debug, Serialize)]
pub struct TagFacts {
    pub name: String,
    /// The language of the name, where its letters ask for one.
    pub lang: Option<Lang>,
    /// The page with all its posts.
    pub url: Url,
}

/// The picture that stands for a post.
#[derive(Clone, Debug, Serialize)]
pub struct ImageFacts {
    /// Of a file that every program reads.
    pub url: String,
    pub alt: String,
    /// In pixels; known of pictures of the publication's own.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// WebP of several widths, as in the attribute `srcset` of HTML; empty where there are none.
    pub srcset: String,
    /// How wide the page shows it, as in the attribute `sizes`.
    pub sizes: String,
}

/// A file that belongs to a post.
#[derive(Clone, Debug, Serialize)]
pub struct EnclosureFacts {
    pub url: String,
    pub octets: u64,
    pub media_type: String,
}

/// A neighbouring post.
#[derive(Clone, Debug, Serialize)]
pub struct NeighbourFacts {
    pub title: String,
    pub url: Url,
    pub lang: Lang,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
}

/// One of the languages an essay can be read in.
#[derive(Clone, Debug, Serialize)]
pub struct VersionFacts {
    pub lang: Lang,
    /// What its speakers call the language.
    pub language: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    pub title: String,
    pub url: Url,
    /// Whether it is the page itself.
    pub is_this: bool,
}

/// `pagination`: where a page of a list stands among its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pagination {
    /// From 1.
    pub page: usize,
    pub pages: usize,
    /// The page before this one.
    pub newer: Option<Url>,
    /// The page after this one.
    pub older: Option<Url>,
}

impl PageKind {
    /// The template that writes such a page.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Home => "index.html",
            Self::List => "list.html",
            Self::Overview => "overview.html",
            Self::Post => "post.html",
            Self::Subscribe => "subscribe.html",
            Self::Search => "search.html",
            Self::NotFound => "404.html",
            Self::Moved => "redirect.html",
        }
    }
}

impl SiteFacts {
    pub(super) fn new(
        settings: &SiteSettings,
        urls: &Urls,
        scopes: &[Scope<'_>],
        feeds: &[FeedLink],
    ) -> Self {
        let overview = |kind: TermKind, least: usize| {
            let count = scopes.iter().filter(|scope| TermKind::of(**scope) == Some(kind)).count();
            (count >= least).then(|| urls.file(kind.folder()))
        };
        Self {
            title: settings.title.clone(),
            description: settings.description.clone(),
            url: urls.home().clone(),
            lang: settings.lang.clone(),
            dir: settings.lang.direction(),
            author: settings.author.name.clone(),
            rights: settings.rights.clone(),
            feeds: feeds.to_vec(),
            opml_url: urls.file(opml::PATH),
            feeds_url: urls.file(SUBSCRIBE),
            subscribe_url: settings.subscribe_url.clone(),
            tags_url: overview(TermKind::Tag, 1),
            authors_url: overview(TermKind::Author, 2),
            languages_url: overview(TermKind::Language, 2),
            series_url: None,
            search_url: settings.search.then(|| urls.file(search::FOLDER)),
        }
    }

    pub(super) fn with_series(self, has_series: bool, urls: &Urls) -> Self {
        Self { series_url: has_series.then(|| urls.file(TermKind::Series.folder())), ..self }
    }
}

impl PostFacts {
    pub(super) fn new(post: &Post, urls: &Urls) -> Self {
        let image = post.image.as_ref();
        let enclosure = post.enclosure.as_ref();
        Self {
            id: post.id.clone(),
            title: post.title.clone(),
            url: urls.post(&post.slug),
            lang: post.lang.clone(),
            dir: post.lang.direction(),
            language: autonym(&post.lang).to_owned(),
            published: rfc3339(&post.published),
            updated: post.updated.as_ref().map(rfc3339),
            authors: post.authors.iter().map(|author| AuthorFacts::new(author, post, urls)).collect(),
            tags: post.tags.iter().map(|tag| TagFacts::new(tag, post, urls)).collect(),
            summary: post.summary().to_owned(),
            image: image.map(|image| ImageFacts::new(image, post, urls)),
            reading_minutes: post.reading_minutes(),
            word_count: post.word_count(),
            enclosure: enclosure.map(|e| EnclosureFacts {
                url: urls.resolve(post, &e.url),
                octets: e.octets,
                media_type: e.media_type.clone(),
            }),
            extra: post.extra.clone(),
        }
    }
}

impl ImageFacts {
    fn new(image: &Image, post: &Post, urls: &Urls) -> Self {
        let alt = image.alt.clone();
        let Some(sources) = urls.sources(post, &image.src) else {
            let size = urls.size(post, &image.src);
            let (width, height) = (size.map(|size| size.width), size.map(|size| size.height));
            let url = urls.resolve(post, &image.src);
            return Self { url, alt, width, height, srcset: String::new(), sizes: String::new() };
        };
        Self {
            url: sources.plain,
            alt,
            width: Some(sources.plain_size.width),
            height: Some(sources.plain_size.height),
            srcset: sources.srcset,
            sizes: sources.sizes,
        }
    }
}

impl AuthorFacts {
    fn new(author: &Author, post: &Post, urls: &Urls) -> Self {
        Self {
            name: author.name.clone(),
            lang: lang_of_name(&author.name, [post]),
            url: urls.author(&author.slug),
            website: author.url.clone(),
        }
    }
}

impl TagFacts {
    fn new(tag: &Tag, post: &Post, urls: &Urls) -> Self {
        Self { name: tag.name.clone(), lang: lang_of_name(&tag.name, [post]), url: urls.tag(&tag.slug) }
    }
}

impl NeighbourFacts {
    pub(super) fn new(post: &Post, urls: &Urls) -> Self {
        Self {
            title: post.title.clone(),
            url: urls.post(&post.slug),
            lang: post.lang.clone(),
            dir: post.lang.direction(),
        }
    }
}

impl VersionFacts {
    /// Every language `post` can be read in, the original first; none where there is but one.
    pub(super) fn all(post: &Post, posts: &Posts, urls: &Urls) -> Vec<Self> {
        posts.versions(post).map(|version| Self::new(version, version.id == post.id, urls)).collect()
    }

    fn new(version: &Post, is_this: bool, urls: &Urls) -> Self {
        Self {
            lang: version.lang.clone(),
            language: autonym(&version.lang).to_owned(),
            dir: version.lang.direction(),
            title: version.title.clone(),
            url: urls.post(&version.slug),
            is_this,
        }
    }
}

/// The language of a name that stands in `posts`, newest first: that of the first in Chinese, Japanese
/// or Korean if the name is written so, for one character has another shape in each.
fn lang_of_name<'a>(name: &str, posts: impl IntoIterator<Item = &'a Post>) -> Option<Lang> {
    let is_written_so = name.chars().any(|c| c >= FIRST_OF_EAST_ASIA);
    let mut posts = posts.into_iter().filter(|post| is_written_so && post.lang.is_cjk());
    posts.next().map(|post| post.lang.clone())
}

/// U+2E80, the first of the blocks of Han characters, kana and Hangul syllables.
const FIRST_OF_EAST_ASIA: char = '\u{2E80}';

fn rfc3339(when: &Zoned) -> String {
    when.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
