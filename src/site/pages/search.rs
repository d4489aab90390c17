//! The page that searches the publication, and its script.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::site::Artifact;
use crate::site::feed::Scope;
use crate::site::pages::context::PageKind;
use crate::site::pages::{Page, Press};
use crate::site::search::FOLDER;
use crate::template::TemplateError;
use crate::words::Words;

/// Variables of `search.html`.
#[derive(Serialize)]
struct Search {
    /// Where the script is, seen from this page.
    script: String,
}

/// The script, under a name made from its octets, and the page.
pub(crate) fn search_page(press: &Press<'_>) -> Result<[Artifact; 2], TemplateError> {
    let script = press.templates.text("search.js")?;
    let hash = HEXLOWER.encode(&digest(&SHA256, script.as_bytes()).as_ref()[..6]);
    let path = format!("assets/search.{hash}.js");
    let lang = &press.settings.lang;
    let title = Words::of(lang).say("search", &[]);
    let page = Page {
        path: format!("{FOLDER}index.html"),
        url: press.urls.file(FOLDER),
        template: "search.html",
        kind: PageKind::Search,
        title: &title,
        description: "",
        lang,
        image: None,
        json_ld: None,
        scope: Scope::Whole,
    };
    let page = press.print(page, &Search { script: format!("../{path}") })?;
    Ok([Artifact::new(path, script.as_bytes().to_vec()), page])
}
