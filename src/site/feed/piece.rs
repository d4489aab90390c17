//! A post as one format tells it, ready to stand in any feed of that format.
//!
//! A crate writes a feed of one item, a strict parser reads it, and the item is cut out. Every frame
//! declares the same namespaces, so the piece means the same in each.

use bytes::Bytes;

use super::error::FeedError;
use super::item::Item;
use super::settings::{FeedContent, FeedFormat};
use super::{Press, atom, json, rss};
use crate::post::Post;
use crate::site::xml;

/// The octets of one item, as they stand between the items before and after it.
pub type Piece = Bytes;

/// What an item is written as: the same post looks different in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    pub format: FeedFormat,
    pub content: FeedContent,
}

impl Form {
    const ALL: [Self; 6] = {
        const fn full(format: FeedFormat) -> Form {
            Form { format, content: FeedContent::Full }
        }
        const fn summary(format: FeedFormat) -> Form {
            Form { format, content: FeedContent::Summary }
        }
        [
            full(FeedFormat::Atom),
            full(FeedFormat::Rss),
            full(FeedFormat::Json),
            summary(FeedFormat::Atom),
            summary(FeedFormat::Rss),
            summary(FeedFormat::Json),
        ]
    };

    fn index(self) -> usize {
        self.content as usize * 3 + self.format as usize
    }
}

/// The forms in which feeds carry a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forms(u8);

impl Forms {
    pub fn insert(&mut self, form: Form) {
        self.0 |= 1 << form.index();
    }

    pub fn contains(self, form: Form) -> bool {
        self.0 & (1 << form.index()) != 0
    }

    /// These and `others`.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether no feed carries the post.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether some feed carries the whole essay, so that it must be rendered for it.
    pub fn want_essay(self) -> bool {
        self.iter().any(|form| form.content == FeedContent::Full)
    }

    pub fn iter(self) -> impl Iterator<Item = Form> {
        Form::ALL.into_iter().filter(move |form| self.contains(*form))
    }
}

/// The pieces of one post, by form.
#[derive(Clone, Debug, Default)]
pub struct Pieces([Option<Piece>; Form::ALL.len()]);

impl Pieces {
    /// Cuts `post`, whose portable HTML is `essay`, in each of `forms`.
    ///
    /// # Errors
    ///
    /// If a date has no four-digit year, or, by a fault of the program, if an item is not well-formed.
    pub fn cut(post: &Post, essay: &str, forms: Forms, press: &Press<'_>) -> Result<Self, FeedError> {
        let item = Item::new(post, essay, press)?;
        let mut pieces = Self::default();
        for form in forms.iter() {
            pieces.0[form.index()] = Some(cut(&item, form, post)?);
        }
        Ok(pieces)
    }

    /// Of the same pieces, those in `forms`.
    #[must_use]
    pub fn only(&self, forms: Forms) -> Self {
        let mut pieces = Self::default();
        for form in forms.iter() {
            pieces.0[form.index()].clone_from(&self.0[form.index()]);
        }
        pieces
    }

    /// The piece in `form`, if the post was cut so.
    pub fn get(&self, form: Form) -> Option<Piece> {
        self.0[form.index()].clone()
    }
}

fn cut(item: &Item<'_>, form: Form, post: &Post) -> Result<Piece, FeedError> {
    let path = || post.source.display().to_string();
    let written = match form.format {
        FeedFormat::Atom => atom::of_one(item, form.content).map_err(Box::from),
        FeedFormat::Rss => rss::of_one(item, form.content).map_err(Box::from),
        FeedFormat::Json => json::item(item, form.content).map_err(Box::from),
    };
    let written = written.map_err(|source| FeedError::Write { path: path(), format: form.format, source })?;
    match form.format {
        FeedFormat::Atom => Ok(between(&xml::checked(&path(), written)?, b"  <entry>", b"</entry>\n")),
        FeedFormat::Rss => Ok(between(&xml::checked(&path(), written)?, b"    <item>", b"</item>\n")),
        FeedFormat::Json => Ok(Piece::from(written)),
    }
}

/// What stands in `document` from the first `start` to the last `end`, both with it: a copy of just that length.
fn between(document: &[u8], start: &[u8], end: &[u8]) -> Piece {
    let first = document.windows(start.len()).position(|window| window == start);
    let last = document.windows(end.len()).rposition(|window| window == end);
    let (first, last) = first.zip(last).expect("the crates write the one item they are given");
    Piece::copy_from_slice(&document[first..last + end.len()])
}
