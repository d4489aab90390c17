//! The page that searches the publication, and its script.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::site::pages::Press;
use crate::site::pages::context::PageKind;
use crate::site::search::FOLDER;
use crate::site::{Artifact, SiteError};
use crate::words::Words;

/// Variables of `search.html`.
#[derive(Serialize)]
struct Search {
    /// Where the script is, seen from this page.
    script: String,
}

/// The script, under a name made from its octets, and the page.
pub(crate) fn search_page(press: &Press<'_>) -> Result<(), SiteError> {
    let script = press.templates.text("search.js")?;
    let hash = HEXLOWER.encode(&digest(&SHA256, script.as_bytes()).as_ref()[..6]);
    let path = format!("assets/search.{hash}.js");
    let lang = &press.settings.lang;
    let title = Words::of(lang).say("search", &[]);
    let page = press.page(FOLDER, PageKind::Search, &title, lang);
    press.tree.put(Artifact::new(path.as_str(), script.as_bytes().to_vec()))?;
    press.print(page, &Search { script: format!("../{path}") })
}
