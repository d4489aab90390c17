//! What feed readers were told at the last build, so that what must not change does not change unseen.
//!
//! Readers know a post by its id and sort it by its date. Neither may change once it is out; an address may, if the
//! old one leads on; and a post that is taken away stays in every reader that has it.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::post::{Fault, Post, Posts};
use crate::site::cache::{CacheFolder, Shelf};

/// Of the form the memory has.
const KIND: &str = "told-1";
const KEY: &str = "posts";

/// What was told at the last build, where that is known.
pub struct Memory {
    shelf: Shelf,
    octets: Vec<u8>,
}

/// What readers were told of one post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    id: String,
    slug: String,
    /// RFC 3339, in UTC.
    published: String,
    /// Below the posts folder.
    source: PathBuf,
}

impl Told {
    fn new(post: &Post) -> Self {
        Self {
            id: post.id.to_string(),
            slug: post.slug.to_string(),
            published: post.published.timestamp().to_string(),
            source: post.source.clone(),
        }
    }
}

impl Memory {
    /// What `cache` keeps of the last build.
    ///
    /// # Errors
    ///
    /// If the cache cannot be used.
    pub fn open(cache: &CacheFolder) -> io::Result<Self> {
        let shelf = cache.shelf(KIND)?;
        let octets = shelf.read(KEY).unwrap_or_default();
        Ok(Self { shelf, octets })
    }

    /// Keeps what readers are told of `posts` for the next build; gives what they will see happen to posts they know.
    /// The posts folder is called `shown_as`. What cannot be written is not known to the next build.
    pub fn renew(&self, posts: &Posts, shown_as: &Path) -> Vec<Fault> {
        let told: Vec<Told> = posts.published.iter().map(Told::new).collect();
        let Ok(octets) = serde_json::to_vec(&told) else { return Vec::new() };
        if octets == self.octets {
            return Vec::new();
        }
        let faults = self.faults(posts, shown_as);
        drop(self.shelf.write(KEY, &octets));
        faults
    }

    fn faults(&self, posts: &Posts, shown_as: &Path) -> Vec<Fault> {
        // What cannot be read says nothing: the cache may be deleted at any time.
        let told: Vec<Told> = serde_json::from_slice(&self.octets).unwrap_or_default();
        let by_id: HashMap<&str, &Post> =
            posts.published.iter().map(|post| (post.id.as_str(), post)).collect();
        let by_slug: HashMap<&str, &Post> =
            posts.published.iter().map(|post| (post.slug.as_str(), post)).collect();
        let faults = told.iter().flat_map(|told| match by_id.get(told.id.as_str()) {
            Some(post) => changed(told, post, shown_as),
            None => vec![lost(told, by_slug.get(told.slug.as_str()).copied(), shown_as)],
        });
        faults.collect()
    }
}

/// What is said of a post that is out under the id it had.
fn changed(told: &Told, post: &Post, shown_as: &Path) -> Vec<Fault> {
    let mut faults = Vec::new();
    let now = Told::new(post);
    if now.published != told.published {
        let what = format!(
            "`date`: expected {} as at the last build, found {}: feed readers sort by it",
            told.published, now.published
        );
        let help = "put the old date back; a change worth telling is `updated`";
        faults.push(fault(&post.source, what, help.to_owned(), shown_as));
    }
    let leads_on = post.aliases.iter().any(|alias| alias.trim_matches('/') == told.slug);
    if now.slug != told.slug && !leads_on {
        let what =
            format!("its address was /{}/ at the last build and nothing leads on from there", told.slug);
        faults.push(fault(&post.source, what, format!("add `aliases = [\"/{}/\"]`", told.slug), shown_as));
    }
    faults
}

/// What is said of an id that no post has any more; `heir` is the post at its address.
fn lost(told: &Told, heir: Option<&Post>, shown_as: &Path) -> Fault {
    match heir {
        Some(post) => {
            let what = format!(
                "`id`: expected `{}` as at the last build, found `{}`: feed readers take it for a new post",
                told.id, post.id
            );
            fault(&post.source, what, format!("set `id = \"{}\"`", told.id), shown_as)
        }
        None => {
            let what = format!(
                "no longer published: feed readers keep `{}`, its page /{}/ is gone",
                told.id, told.slug
            );
            let help = "nothing to do if that was meant".to_owned();
            fault(&told.source, what, help, shown_as)
        }
    }
}

fn fault(source: &Path, what: String, help: String, shown_as: &Path) -> Fault {
    Fault { file: shown_as.join(source), line: 0, what, help: Some(help) }
}
