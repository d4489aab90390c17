//! What a draft is made from.

use jiff::Zoned;
use url::Url;

use crate::message::Masthead;
use crate::post::{Linker, MarkupSettings, Post};
use crate::template::Templates;
use crate::token::KeyId;
use crate::words::Lang;

/// How much of each post a mail carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// A mail of one post carries it whole, a digest the summaries.
    #[default]
    Summary,
    /// Every post is carried whole.
    Full,
}

/// What a draft is made from.
///
/// A mail of one post is written by `mail/post.html` and `mail/post.txt`, a mail of several by
/// `mail/digest.html` and `mail/digest.txt`.
#[derive(Clone, Copy)]
pub struct DraftRequest<'a> {
    pub masthead: &'a Masthead,
    /// In the order they are read; at least one.
    pub posts: &'a [&'a Post],
    /// The name, such as `weekly/2026-W47`.
    pub label: &'a str,
    /// When the issue was frozen: the date of every copy.
    pub date: &'a Zoned,
    /// Language of the words around the posts.
    pub lang: &'a Lang,
    /// The key that seals the tokens of every copy.
    pub key: KeyId,
    pub content: Content,
    pub linker: &'a dyn Linker,
    pub markup: &'a MarkupSettings,
    pub templates: &'a Templates,
    /// Where this mail stands on the web. A mail of one post has the post's own page without it.
    pub web_copy: Option<&'a Url>,
    /// Where everything that was ever published is listed.
    pub archive: &'a Url,
}
