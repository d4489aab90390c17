//! Overviews: all tags, all authors, all languages.

use serde::Serialize;
use url::Url;

use crate::site::SiteError;
use crate::site::feed::Feed;
use crate::site::pages::Press;
use crate::site::pages::context::{PageKind, TermFacts, TermKind};
use crate::words::Words;

/// Variables of `overview.html`.
#[derive(Serialize)]
struct Overview {
    kind: TermKind,
    terms: Vec<TermFacts>,
}

/// One page for each kind of list there is; gives where they are.
pub(crate) fn overviews(press: &Press<'_>, feeds: &[Feed<'_>]) -> Result<Vec<Url>, SiteError> {
    let kinds = [TermKind::Tag, TermKind::Author, TermKind::Language];
    let terms = |kind| {
        let terms = feeds.iter().filter_map(|feed| TermFacts::new(feed, press.urls));
        terms.filter(|term| term.kind == kind).collect::<Vec<_>>()
    };
    let overviews = kinds.into_iter().map(|kind| Overview { kind, terms: terms(kind) });
    overviews
        .chain([Overview { kind: TermKind::Series, terms: press.series_terms() }])
        .filter(|overview| !overview.terms.is_empty())
        .map(|overview| overview_page(press, &overview))
        .collect()
}

fn overview_page(press: &Press<'_>, overview: &Overview) -> Result<Url, SiteError> {
    let lang = &press.settings.lang;
    let title = Words::of(lang).say(phrase(overview.kind), &[]);
    let page = press.page(overview.kind.folder(), PageKind::Overview, &title, lang);
    let url = page.url.clone();
    press.print(page, overview)?;
    Ok(url)
}

/// The phrase that names what is listed.
fn phrase(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Tag => "tags",
        TermKind::Author => "authors",
        TermKind::Language => "languages",
        TermKind::Series => "series",
    }
}
