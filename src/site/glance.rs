//! The pages of some posts, without all that lists them.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::site::build::emit_made;
use crate::site::feed::{Scope, feeds};
use crate::site::pages::{Press, check_slugs, post_page, style_sheet};
use crate::site::{Emit, SiteError, Source, Urls};

/// Hands the pages of posts that stand at `paths` to `emit`, and what they show of pictures and style: each as [`build`](crate::site::build)
/// makes it, long before the rest is.
///
/// # Errors
///
/// As [`build`](crate::site::build).
pub fn glance(source: &Source<'_>, paths: &HashSet<String>, emit: Emit<'_>) -> Result<(), SiteError> {
    check_slugs(source.posts)?;
    let urls = Urls::new(&source.settings.url, source.posts).with_pictures(source.pictures.cloned());
    let feeds = feeds(source.posts);
    let scopes: Vec<Scope<'_>> = feeds.iter().map(|feed| feed.scope).collect();
    let style = style_sheet(source.templates)?;
    let press = Press::new(source.settings, &urls, source.posts, source.templates, &scopes, &style)?;
    let press = press.with_cards(source.cards);
    emit(style)?;
    let posts = source.posts.published.par_iter().enumerate();
    let seen = posts.filter(|(_, post)| paths.contains(&format!("{}/index.html", post.slug)));
    seen.try_for_each(|(index, post)| {
        let web = post.render_web(&urls, source.markup);
        let page = post_page(&press, source.posts, index, &web)?;
        emit_made(source, &|file| Ok(emit(file)?))?;
        Ok(emit(page)?)
    })
}
