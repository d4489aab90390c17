//! What essays told when they were last looked over, so that an unchanged essay is not parsed for a summary.
//!
//! One entry of the cache, named for the program that made it. An essay is known by its content, its language and how
//! it is read.

use std::collections::BTreeMap;

use crate::post::{Format, Post, Posts, Survey};
use crate::site::Seal;
use crate::site::cache::{CacheFolder, Shelf};

/// The surveys an earlier build kept.
pub(in crate::site) struct Surveys {
    shelf: Shelf,
    key: String,
    known: BTreeMap<String, Survey>,
}

impl Surveys {
    /// Those that `program` kept in `cache`. None where nothing can be kept.
    pub(in crate::site) fn open(cache: &CacheFolder, program: Seal) -> Option<Self> {
        let shelf = cache.shelf("surveys-1").ok()?;
        // One program's file takes the place of another's: what is kept does not grow with upgrades.
        let kept = shelf.read("all").and_then(|octets| serde_json::from_slice(&octets).ok());
        let key = program.to_string();
        let known = kept.filter(|(of, _): &(String, _)| *of == key).map(|(_, known)| known);
        Some(Self { shelf, key, known: known.unwrap_or_default() })
    }

    /// Tells `posts` what is known of them.
    pub(in crate::site) fn lend(&self, posts: &Posts) {
        for post in &posts.published {
            if let Some(survey) = self.known.get(&key(post)) {
                post.survey.get_or_init(|| survey.clone());
            }
        }
    }

    /// Keeps what is known of `posts` now, if that is anything else. A cache that cannot be written costs a parse.
    pub(in crate::site) fn keep(self, posts: &Posts) {
        let surveyed = posts.published.iter().filter_map(|post| Some((key(post), post.survey.get()?)));
        let surveys: BTreeMap<String, &Survey> = surveyed.collect();
        let is_known =
            surveys.len() == self.known.len() && surveys.keys().all(|key| self.known.contains_key(key));
        if is_known {
            return;
        }
        if let Ok(octets) = serde_json::to_vec(&(&self.key, &surveys)) {
            drop(self.shelf.write("all", &octets));
        }
    }
}

fn key(post: &Post) -> String {
    let marks = if post.body.has_math { "math" } else { "text" };
    let format = if post.body.format == Format::Markdown { "md" } else { "txt" };
    format!("{}-{}-{format}-{marks}", post.content_hash, post.lang)
}
