//! What a post is once its file has been read.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::post::{Body, Directory, PictureSize, PictureSources, Survey, Translations, survey};
use crate::words::Lang;

/// The name a post keeps for ever: a `tag:` URI (RFC 4151) or another absolute URI, in ASCII.
///
/// Feed readers and the ledger know a post by it, so it never changes once published.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PostId(String);

impl PostId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PostId {
    type Error = PostIdError;

    fn try_from(text: String) -> Result<Self, PostIdError> {
        text.parse()
    }
}

impl FromStr for PostId {
    type Err = PostIdError;

    fn from_str(text: &str) -> Result<Self, PostIdError> {
        let has_scheme = text.split_once(':').is_some_and(|(scheme, rest)| {
            !rest.is_empty()
                && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        });
        let is_uri_text = text.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&b));
        if has_scheme && is_uri_text {
            Ok(Self(text.to_owned()))
        } else {
            Err(PostIdError { text: text.to_owned() })
        }
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot be a post's id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an id: expected an absolute URI in ASCII such as tag:example.org,2026:on-maps")]
pub struct PostIdError {
    text: String,
}

/// The last part of a post's or tag's URL: letters and digits of any script, joined by hyphens.
///
/// No dot, slash, space or control character, so it is one path segment on every file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Slug(String);

impl Slug {
    /// Longest slug in octets: file systems allow 255 for a name, and `index.html.tmp` must fit beside it.
    pub const MAX_OCTETS: usize = 200;

    /// The slug with its letters as they are; percent-encode it in a URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        text.parse()
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let is_letter = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || is_mark(c);
        let is_slug = !text.is_empty()
            && text.len() <= Self::MAX_OCTETS
            && text.chars().all(is_letter)
            && text.chars().any(char::is_alphanumeric)
            && text.to_lowercase() == text;
        if is_slug { Ok(Self(text.to_owned())) } else { Err(SlugError { text: text.to_owned() }) }
    }
}

/// Combining marks belong to the letter before them (Devanagari vowels, kana voicing marks).
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}' | 'ー')
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot be a slug.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a slug: expected lower-case letters, digits and hyphens, at most 200 octets")]
pub struct SlugError {
    text: String,
}

/// A tag: the name an author wrote and the slug its page lives at. Tags with one slug are one tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tag {
    pub slug: Slug,
    pub name: String,
}

/// Who wrote a post.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Author {
    pub slug: Slug,
    pub name: String,
    pub url: Option<Url>,
}

/// A series a post is a part of. Series with one slug are one series.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Series {
    pub slug: Slug,
    pub name: String,
}

/// A picture that stands for the whole post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// As written in front matter: absolute, or a path from the post's folder or the publication's root.
    pub src: String,
    pub alt: String,
}

/// A file attached to an item (RSS 2.0 `enclosure`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    pub url: String,
    pub octets: u64,
    pub media_type: String,
    /// How long a recording plays, if that is known.
    pub duration_secs: Option<u64>,
    /// Whether it holds what not everybody wants to hear; none where the podcast's own word holds.
    pub is_explicit: Option<bool>,
    /// What is said in it, in writing.
    pub transcript: Option<Transcript>,
}

impl Enclosure {
    /// Whether it is something to hear or to watch.
    pub fn is_recording(&self) -> bool {
        self.media_type.starts_with("audio/") || self.media_type.starts_with("video/")
    }
}

/// The words of a recording (Podcasting 2.0 `podcast:transcript`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    pub url: String,
    pub media_type: String,
}

/// One essay, ready for every use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    pub id: PostId,
    /// Whether `id` stands in the file; if not it was made from file date and file name.
    pub is_id_stored: bool,
    pub slug: Slug,
    /// Plain text, one line.
    pub title: String,
    /// When it was first published, in the zone the author wrote or the publication's.
    pub published: Zoned,
    /// When it was last changed in a way worth telling, if ever.
    pub updated: Option<Zoned>,
    pub lang: Lang,
    /// Never empty: the publication's author where the post names none.
    pub authors: Vec<Author>,
    pub tags: Vec<Tag>,
    /// What it is a part of.
    pub series: Option<Series>,
    /// Whether it has a table of contents, if it says so.
    pub toc: Option<bool>,
    /// What front matter says: plain text, one paragraph, in a Markdown essay without Markdown's marks.
    pub given_summary: Option<String>,
    pub image: Option<Image>,
    pub enclosure: Option<Enclosure>,
    pub canonical_url: Option<Url>,
    /// Older paths that lead here, such as `/2019/on-maps/`.
    pub aliases: Vec<String>,
    /// Whether it goes out by mail.
    pub is_mailed: bool,
    /// What the author put under `extra`, for templates.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// SHA-256 of title and essay in hexadecimal: the same wherever the file lies and whatever its other front matter says.
    pub content_hash: String,
    /// Path below the posts folder, with `/` on every system.
    pub source: PathBuf,
    pub body: Body,
    /// Made when first asked for, or by the way when the essay is rendered: see [`Post::survey`].
    #[serde(skip)]
    pub survey: OnceLock<Survey>,
}

/// What one look at the essay tells.
impl Post {
    pub fn survey(&self) -> &Survey {
        self.survey.get_or_init(|| survey(&self.body, &self.lang))
    }

    /// Plain text, one paragraph: what front matter says, else the beginning of the essay.
    pub fn summary(&self) -> &str {
        self.given_summary.as_deref().unwrap_or_else(|| &self.survey().summary)
    }

    /// Words, where a language has them, plus characters of Han and kana.
    pub fn word_count(&self) -> usize {
        self.survey().word_count
    }

    /// At least 1.
    pub fn reading_minutes(&self) -> usize {
        self.survey().reading_minutes
    }
}

/// The posts of a publication that are out at a given time: newest first, ids and slugs unique.
#[derive(Clone, Debug, Default)]
pub struct Posts {
    pub published: Vec<Post>,
    /// Posts held back, with what holds them: shown by `plan`, in no output but where [`Unpublished`](crate::post::Unpublished)
    /// are shown.
    pub held: Vec<Held>,
    /// Which of them are one essay in several languages.
    pub translations: Translations,
    /// Posts by what essays may call them; empty where no essay calls one by name.
    pub directory: Directory,
    /// Files beside the essays that pages may show: paths below the posts folder.
    pub assets: Vec<PathBuf>,
    /// Sizes of the pictures among them.
    pub sizes: BTreeMap<PathBuf, PictureSize>,
    /// What deserves a word but does not stop a build.
    pub findings: Vec<Fault>,
    /// An essay that was read late, and was not what it had been: see [`Posts::changed`].
    pub changed: Arc<OnceLock<PathBuf>>,
}

impl Posts {
    /// An essay that was changed or taken away before its words were asked for, below the posts folder. Whatever was made
    /// then is of no use.
    pub fn changed(&self) -> Option<&Path> {
        self.changed.get().map(PathBuf::as_path)
    }

    /// All posts that are the same essay as `post` in one language or another, `post` among them: the original
    /// first, the others by language tag. None where it has no translation.
    pub fn versions<'a>(&'a self, post: &Post) -> impl Iterator<Item = &'a Post> + use<'a> {
        self.translations.set(&post.id).iter().filter_map(|at| self.published.get(*at))
    }

    /// The same without `post` itself.
    pub fn translations_of<'a>(&'a self, post: &'a Post) -> impl Iterator<Item = &'a Post> {
        self.versions(post).filter(|version| version.id != post.id)
    }
}

/// A post that is not out yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub source: PathBuf,
    pub title: String,
    pub why: Hold,
}

/// What holds a post back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    Draft,
    /// Its date has not come.
    Until(Zoned),
}

/// One thing wrong with one file: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path as a person would type it from the publication's root.
    pub file: PathBuf,
    /// Line in the file, from 1; 0 where the fault is of the whole file.
    pub line: usize,
    /// Place first, then *expected … found …*; lower case, no full stop.
    pub what: String,
    pub help: Option<String>,
}

/// Where things live on the web: given to renderings so that every link comes out absolute.
pub trait Linker {
    /// The page of `post`.
    fn permalink(&self, post: &Post) -> Url;

    /// Where `href`, written in the essay `from`, leads: other essays' files to their
    /// pages, pictures to where they are published, absolute URLs to themselves.
    fn resolve(&self, from: &Post, href: &str) -> String;

    /// The post an essay calls `name` in `[[name]]`; none where there is no such post.
    fn named(&self, name: &str) -> Option<Named>;

    /// How large the picture is that `src`, written in the essay `from`, leads to; none where that is not known.
    fn size(&self, _from: &Post, _src: &str) -> Option<PictureSize> {
        None
    }

    /// The files to show in place of the picture that `src`, written in the essay `from`, leads to; none where it is
    /// shown as it is.
    fn sources(&self, _from: &Post, _src: &str) -> Option<PictureSources> {
        None
    }
}

/// A post that an essay calls by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its page.
    pub url: Url,
    pub title: String,
}

/// One parse of an essay, rendered for its two kinds of readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendering {
    /// For our own pages: classes, heading anchors, highlighting by class.
    pub web: String,
    /// For feeds and mail: stands alone, no class, no script, MathML for math.
    pub portable: String,
}

impl fmt::Display for Fault {
    /// `posts/on-maps.md:3: what is wrong`; the help is not part of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.what),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.what),
        }
    }
}
