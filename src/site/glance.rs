//! The pages of some posts, without all that lists them.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::site::essays::emit_made;
use crate::site::feed::{Scope, feeds};
use crate::site::pages::{Press, check_slugs, pending_page, style_sheet};
use crate::site::{SiteError, Source, Tree, Urls};

/// Hands the pages of posts that stand at `paths` to `tree`, and what they show of pictures and style: each as [`build`](crate::site::build())
/// makes it, long before the rest is.
///
/// # Errors
///
/// As [`build`](crate::site::build()).
pub fn glance(source: &Source<'_>, paths: &HashSet<String>, tree: &dyn Tree) -> Result<(), SiteError> {
    check_slugs(source.posts)?;
    let urls = Urls::new(&source.settings.url, source.posts).with_pictures(source.pictures.cloned());
    let feeds = feeds(source.posts);
    let scopes: Vec<Scope<'_>> = feeds.iter().map(|feed| feed.scope).collect();
    let style = style_sheet(source.templates)?;
    let program = (source.program, tree);
    let press = Press::new(source.settings, &urls, source.posts, source.templates, &scopes, &style, program)?;
    let press = press.with_cards(source.cards);
    tree.put(style)?;
    let posts = source.posts.published.par_iter().enumerate();
    let seen = posts.filter(|(_, post)| paths.contains(&format!("{}/index.html", post.slug)));
    seen.try_for_each(|(index, post)| {
        let Some(page) = pending_page(&press, source.posts, index, None)? else { return Ok(()) };
        let web = post.render_web(&urls, source.markup);
        emit_made(source, tree)?;
        page.print(&press, &web)
    })
}
