//! Archive documents (RFC 5005 §4): the posts of a feed that are no longer news, in parts that stay as they are.
//!
//! A part holds so many posts of one year, counted from the oldest. It is written when it is closed: full, or
//! followed by a post of a later year. So a new post changes no part; one dated back, or taken away, changes parts of its
//! own year only. Decision 0018 says why there is no link to the part after.

use crate::post::Post;

/// Most posts in one part; in one of a feed with fewer items, as many as it has.
pub(super) const PART: usize = 20;

/// One part of the archive.
#[derive(Clone, Debug)]
pub struct Archive<'a> {
    /// The year (UTC) and the number in it: `2026-1`.
    pub name: String,
    /// Newest first.
    pub posts: Vec<&'a Post>,
}

/// The closed parts of `posts`, which come newest first, each of at most `most`; the oldest part first.
pub(super) fn archives<'a>(posts: &[&'a Post], most: usize) -> Vec<Archive<'a>> {
    let years = posts.chunk_by(|newer, older| year(newer) == year(older));
    let mut archives = Vec::new();
    for (at, of_year) in years.enumerate().collect::<Vec<_>>().into_iter().rev() {
        for (number, part) in (1..).zip(of_year.rchunks(most)) {
            if part.len() == most || at > 0 {
                let name = format!("{}-{number}", year(part[0]));
                archives.push(Archive { name, posts: part.to_vec() });
            }
        }
    }
    archives
}

/// The year in which `post` came out, the same wherever it was written.
fn year(post: &Post) -> i16 {
    jiff::tz::Offset::UTC.to_datetime(post.published.timestamp()).year()
}
