//! Where everything is published: the one place that turns posts, tags and authors into URLs.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use crate::post::{Directory, Linker, Named, PictureSize, PictureSources, Post, Posts, Slug, meanings};
use crate::site::pictures::Gallery;
use crate::words::Lang;

/// Octets that may not stand in a path segment as they are (RFC 3986 §3.3).
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The addresses of a publication's pages and files. Every URL is absolute and ASCII.
#[derive(Clone, Debug)]
pub struct Urls {
    base: Url,
    posts: HashMap<PathBuf, Slug>,
    assets: HashMap<PathBuf, String>,
    sizes: BTreeMap<PathBuf, PictureSize>,
    directory: Directory,
    pictures: Option<Arc<Gallery>>,
    /// Those asked for again and again, by path: of posts, tags and authors.
    known: HashMap<String, OnceLock<Url>>,
}

impl Urls {
    /// `base` is where the public tree is served; a missing last `/` is added.
    pub fn new(base: &Url, posts: &Posts) -> Self {
        let mut base = base.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let assets = posts.assets.iter().map(|path| (path.clone(), path_text(path))).collect();
        let (sizes, directory) = (posts.sizes.clone(), posts.directory.clone());
        let known = posts.published.iter().flat_map(paths).map(|path| (path, OnceLock::new())).collect();
        let posts = posts.published.iter().map(|post| (post.source.clone(), post.slug.clone())).collect();
        Self { base, posts, assets, sizes, directory, pictures: None, known }
    }

    /// The same, with smaller files of the publication's own pictures.
    #[must_use]
    pub fn with_pictures(self, pictures: Option<Arc<Gallery>>) -> Self {
        Self { pictures, ..self }
    }

    /// The front page.
    pub fn home(&self) -> &Url {
        &self.base
    }

    /// The URL of the file at `path` of the public tree (letters of any script; `/` between segments).
    pub fn file(&self, path: &str) -> Url {
        match self.known.get(path) {
            Some(known) => known.get_or_init(|| self.joined(path)).clone(),
            None => self.joined(path),
        }
    }

    fn joined(&self, path: &str) -> Url {
        let encoded: Vec<String> =
            path.split('/').map(|s| utf8_percent_encode(s, SEGMENT).to_string()).collect();
        self.base
            .join(&format!("./{}", encoded.join("/")))
            .expect("encoded segments under a base that has a path")
    }

    /// `/<slug>/`.
    pub fn post(&self, slug: &Slug) -> Url {
        self.file(&page_of_post(slug))
    }

    /// `/tags/<slug>/`.
    pub fn tag(&self, slug: &Slug) -> Url {
        self.file(&page_of_tag(slug))
    }

    /// `/authors/<slug>/`.
    pub fn author(&self, slug: &Slug) -> Url {
        self.file(&page_of_author(slug))
    }

    /// `/languages/<tag>/`.
    pub fn language(&self, lang: &Lang) -> Url {
        self.file(&format!("languages/{}/", lang.as_str().to_lowercase()))
    }

    /// The web copy of an issue: `/issues/<name>/`.
    pub fn issue(&self, name: &str) -> Url {
        self.file(&format!("issues/{name}/"))
    }

    /// Where a relative path written in an essay leads, if a file stands there.
    fn published(&self, from: &Post, path: &str) -> Option<Url> {
        let found = |path: &PathBuf| {
            let page = self.posts.get(path).map(|slug| self.post(slug));
            page.or_else(|| self.assets.get(path).map(|asset| self.file(asset)))
        };
        meanings(&from.source, path).iter().find_map(found)
    }
}

/// What a post has pages at.
fn paths(post: &Post) -> impl Iterator<Item = String> + '_ {
    let tags = post.tags.iter().map(|tag| page_of_tag(&tag.slug));
    let authors = post.authors.iter().map(|author| page_of_author(&author.slug));
    tags.chain(authors).chain([page_of_post(&post.slug)])
}

fn page_of_post(slug: &Slug) -> String {
    [slug.as_str(), "/"].concat()
}

fn page_of_tag(slug: &Slug) -> String {
    ["tags/", slug.as_str(), "/"].concat()
}

fn page_of_author(slug: &Slug) -> String {
    ["authors/", slug.as_str(), "/"].concat()
}

impl Linker for Urls {
    fn permalink(&self, post: &Post) -> Url {
        self.post(&post.slug)
    }

    fn resolve(&self, from: &Post, href: &str) -> String {
        let permalink = self.permalink(from);
        if href.starts_with('#') || href.is_empty() || Url::parse(href).is_ok() || href.starts_with("//") {
            return joined(&permalink, href);
        }
        // `#` and `?` may stand in the name of a file.
        let whole = Some(href).filter(|href| href.contains(['#', '?']));
        if let Some(url) = whole.and_then(|href| self.published(from, href)) {
            return url.into();
        }
        let (path, fragment) = href.find(['#', '?']).map_or((href, ""), |at| href.split_at(at));
        match self.published(from, path) {
            Some(url) => format!("{url}{}", joined_tail(fragment)),
            None if path.starts_with('/') => joined(&self.base, &format!(".{href}")),
            None => joined(&permalink, href),
        }
    }

    fn named(&self, name: &str) -> Option<Named> {
        let entry = self.directory.find(name)?;
        Some(Named { url: self.post(&entry.slug), title: entry.title.clone() })
    }

    fn size(&self, from: &Post, src: &str) -> Option<PictureSize> {
        meanings(&from.source, src).iter().find_map(|path| self.sizes.get(path).copied())
    }

    fn sources(&self, from: &Post, src: &str) -> Option<PictureSources> {
        let gallery = self.pictures.as_ref()?;
        let meant = meanings(&from.source, src);
        let picture = gallery.picture(meant.iter().find(|path| self.assets.contains_key(*path))?)?;
        let candidates = picture.files.iter().map(|(width, path)| format!("{} {width}w", self.file(path)));
        let (plain, plain_size) = match &picture.plain {
            Some((path, size)) => (self.file(path).into(), *size),
            None => (self.resolve(from, src), picture.size),
        };
        Some(PictureSources {
            srcset: candidates.collect::<Vec<_>>().join(", "),
            sizes: gallery.sizes().to_owned(),
            plain,
            plain_size,
            size: picture.size,
        })
    }
}

/// `href` seen from `base`, in ASCII; as written where it is no URL at all.
fn joined(base: &Url, href: &str) -> String {
    base.join(href).map_or_else(|_| href.to_owned(), String::from)
}

/// Octets that may not stand in a query or fragment as they are (RFC 3986 §3.4).
const TAIL: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// A query or fragment in ASCII.
fn joined_tail(tail: &str) -> String {
    utf8_percent_encode(tail, TAIL).to_string()
}

/// A relative path with `/` between its parts on every system.
fn path_text(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
