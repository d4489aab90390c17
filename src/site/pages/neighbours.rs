//! The posts before and after each in time, in its language: who reads an essay can read the next one too.

use std::collections::HashMap;

use crate::post::{Post, Posts};
use crate::words::Lang;

/// Who stands beside whom: places in the list of published posts, newest first.
pub(crate) struct Neighbours<'a> {
    posts: &'a Posts,
    beside: Vec<Beside>,
}

/// The places next to one post.
#[derive(Clone, Copy, Default)]
struct Beside {
    older: Option<usize>,
    newer: Option<usize>,
}

impl<'a> Neighbours<'a> {
    /// One walk over all posts, however many languages there are.
    pub fn new(posts: &'a Posts) -> Self {
        let mut beside = vec![Beside::default(); posts.published.len()];
        let mut last: HashMap<&Lang, usize> = HashMap::new();
        for (at, post) in posts.published.iter().enumerate() {
            if let Some(newer) = last.insert(&post.lang, at) {
                beside[at].newer = Some(newer);
                beside[newer].older = Some(at);
            }
        }
        Self { posts, beside }
    }

    /// The post before the one at `at`.
    pub fn previous(&self, at: usize) -> Option<&'a Post> {
        self.beside[at].older.map(|older| &self.posts.published[older])
    }

    /// The post after the one at `at`.
    pub fn next(&self, at: usize) -> Option<&'a Post> {
        self.beside[at].newer.map(|newer| &self.posts.published[newer])
    }
}
