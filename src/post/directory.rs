//! What `[[…]]` in an essay may call a post: its slug, an alias, its file's name, its title.

use std::collections::HashMap;
use std::path::Path;

use crate::post::file_name::FileName;
use crate::post::translations::nearest;
use crate::post::{Post, Slug};

/// Posts by their names. Case and white space make no difference.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
}

/// A post that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub slug: Slug,
    pub title: String,
}

impl Directory {
    /// Slugs before aliases before file names before titles; of two posts of one name, the first.
    pub(crate) fn new<'a>(posts: impl Iterator<Item = &'a Post> + Clone) -> Self {
        let entry = |post: &Post| Entry { slug: post.slug.clone(), title: post.title.clone() };
        let mut directory = Self { entries: posts.clone().map(entry).collect(), places: HashMap::new() };
        for names in [slug, aliases, files, title] {
            for (at, post) in posts.clone().enumerate() {
                for name in names(post) {
                    directory.places.entry(folded(&name)).or_insert(at);
                }
            }
        }
        directory
    }

    /// The post called `name`.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.places.get(&folded(name)).map(|at| &self.entries[*at])
    }

    /// The slug `name` was probably meant to be.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        let name = folded(name);
        let known = nearest(&name, self.places.keys().map(String::as_str))?;
        self.find(known).map(|entry| entry.slug.as_str())
    }
}

fn folded(name: &str) -> String {
    name.trim_matches('/').to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn slug(post: &Post) -> Vec<String> {
    vec![post.slug.to_string()]
}

fn aliases(post: &Post) -> Vec<String> {
    post.aliases.clone()
}

/// With and without date and ending.
fn files(post: &Post) -> Vec<String> {
    let stem = post.source.file_stem().unwrap_or_default().to_string_lossy();
    let folder = post.source.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let file = if stem.starts_with("index") { folder } else { stem };
    vec![file.into_owned(), FileName::of(&post.source).name()]
}

fn title(post: &Post) -> Vec<String> {
    vec![post.title.clone()]
}
