//! Posts on the same subjects: those that share tags, a rare tag weighing more than a common one.
//!
//! Each tag offers a post only its nearest in time, so the work is linear in posts however many share a tag, and a
//! new post changes the pages of few others.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::post::{Post, Posts, Slug};
use crate::words::Lang;

/// Posts a page leads to.
const RELATED: usize = 3;

/// Posts that a tag offers on either side in time.
const REACH: usize = 8;

/// The weight of a tag that one post has.
const RARE: usize = 1 << 20;

/// Which posts have which tag: places in the list of published posts, newest first.
pub(crate) struct Related<'a> {
    posts: &'a Posts,
    /// Of all languages, and of each by itself.
    tagged: HashMap<(&'a Slug, Option<&'a Lang>), Vec<usize>>,
}

impl<'a> Related<'a> {
    pub fn new(posts: &'a Posts) -> Self {
        let mut tagged: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, post) in posts.published.iter().enumerate() {
            for tag in &post.tags {
                for lang in [None, Some(&post.lang)] {
                    tagged.entry((&tag.slug, lang)).or_default().push(at);
                }
            }
        }
        Self { posts, tagged }
    }

    /// The posts most like the one at `at`: in its language first, then by what they share, then the newest.
    pub fn of(&self, at: usize) -> Vec<&'a Post> {
        let post = &self.posts.published[at];
        let versions: Vec<_> = self.posts.versions(post).map(|version| &version.id).collect();
        let found = self.shared(at, post).into_iter();
        let found = found.filter(|(other, _)| !versions.contains(&&self.posts.published[*other].id));
        let rank = |(other, weight): (usize, usize)| {
            (self.posts.published[other].lang != post.lang, Reverse(weight), other)
        };
        let mut ranks: Vec<_> = found.map(rank).collect();
        if ranks.len() > RELATED {
            ranks.select_nth_unstable(RELATED);
            ranks.truncate(RELATED);
        }
        ranks.sort_unstable();
        ranks.into_iter().map(|(_, _, other)| &self.posts.published[other]).collect()
    }

    /// Places of posts that share a tag, each with the weight of all they share.
    fn shared(&self, at: usize, post: &Post) -> Vec<(usize, usize)> {
        let tags = post.tags.len();
        let weights: Vec<usize> =
            post.tags.iter().map(|tag| RARE / self.list(&tag.slug, None).len().max(1)).collect();
        // A post and the number of a tag it shares, in one number: there are many, and they are sorted.
        let mut offers: Vec<usize> = Vec::with_capacity(tags * 4 * REACH);
        for (number, tag) in post.tags.iter().enumerate() {
            for lang in [None, Some(&post.lang)] {
                let near = nearest(self.list(&tag.slug, lang), at);
                offers.extend(near.map(|other| other * tags + number));
            }
        }
        offers.sort_unstable();
        offers.dedup();
        let mut shared: Vec<(usize, usize)> = Vec::with_capacity(offers.len());
        for (other, weight) in offers.into_iter().map(|offer| (offer / tags, weights[offer % tags])) {
            match shared.last_mut() {
                Some((last, sum)) if *last == other => *sum += weight,
                _ => shared.push((other, weight)),
            }
        }
        shared
    }

    fn list(&self, tag: &'a Slug, lang: Option<&'a Lang>) -> &[usize] {
        self.tagged.get(&(tag, lang)).map_or(&[], Vec::as_slice)
    }
}

/// The places of `list` around `at`, without it.
fn nearest(list: &[usize], at: usize) -> impl Iterator<Item = usize> + '_ {
    let middle = list.partition_point(|place| *place < at);
    let near = &list[middle.saturating_sub(REACH)..(middle + REACH + 1).min(list.len())];
    near.iter().copied().filter(move |place| *place != at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_offers_what_is_near_in_time_however_many_have_it() {
        let list: Vec<usize> = (0..1000).collect();
        let near: Vec<usize> = nearest(&list, 500).collect();
        assert_eq!((near.len(), near[0], near[15]), (16, 492, 508));
        assert_eq!(nearest(&list, 0).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
        assert_eq!(nearest(&[3], 3).count(), 0);
    }
}
