//! Media RSS: the picture of a post, for readers and cards that look for one outside the essay.

use std::collections::BTreeMap;

use super::item::Picture;

/// An extension element. Each crate has a type of its own for the same thing.
pub(super) trait Element: Sized {
    /// `attributes` are as meant, not as written; a value is there even when empty, so that indenting adds none.
    fn new(
        name: &str,
        attributes: BTreeMap<String, String>,
        value: &str,
        child: Option<(&str, Self)>,
    ) -> Self;
}

/// `picture` as `media:content` and `media:thumbnail`, because readers look for either.
pub(super) fn elements<E: Element>(picture: &Picture) -> BTreeMap<String, BTreeMap<String, Vec<E>>> {
    let url = ("url".to_owned(), picture.url.clone());
    let medium = ("medium".to_owned(), "image".to_owned());
    let plain = BTreeMap::from([("type".to_owned(), "plain".to_owned())]);
    let description = |alt: &String| ("description", E::new("media:description", plain, alt, None));
    let child = picture.alt.as_ref().map(description);
    let content = E::new("media:content", BTreeMap::from([url.clone(), medium]), "", child);
    let thumbnail = E::new("media:thumbnail", BTreeMap::from([url]), "", None);
    let elements = [("content".to_owned(), vec![content]), ("thumbnail".to_owned(), vec![thumbnail])];
    BTreeMap::from([("media".to_owned(), BTreeMap::from(elements))])
}
