//! The page that explains feeds in plain words and lists them.

use serde::Serialize;
use url::Url;

use crate::site::SiteError;
use crate::site::feed::{Catalogue, Edition, FeedLink, Scope, links};
use crate::site::pages::Press;
use crate::site::pages::context::{PageKind, TermKind};
use crate::words::{Lang, Words, autonym};

/// Folder of the page.
pub(crate) const FOLDER: &str = "subscribe/";

/// Most feeds of one group. Of more tags than these, each has its feeds on its own page.
const MAX_FEEDS: usize = 100;

/// Variables of `subscribe.html`.
#[derive(Serialize)]
struct Subscribe {
    groups: Vec<FeedGroup>,
}

/// Feeds of one sort.
#[derive(Serialize)]
struct FeedGroup {
    /// Empty for the whole publication.
    title: String,
    feeds: Vec<FeedFacts>,
    /// Where the others are, if there are more than can be listed.
    more: Option<Url>,
}

/// One feed.
#[derive(Serialize)]
struct FeedFacts {
    name: String,
    /// Of the name, where it is another than the page's.
    lang: Option<Lang>,
    /// Where it is, in the format readers handle best.
    url: Url,
    /// The other formats.
    others: Vec<FeedLink>,
}

/// The page, if there are feeds; gives where it is.
pub(crate) fn subscribe_page(press: &Press<'_>, catalogue: &Catalogue<'_>) -> Result<Option<Url>, SiteError> {
    let groups = SORTS.iter().filter_map(|sort| group(press, catalogue, sort)).collect::<Vec<_>>();
    if groups.is_empty() {
        return Ok(None);
    }
    let lang = &press.settings.lang;
    let title = Words::of(lang).say("subscribe", &[]);
    let page = press.page(FOLDER, PageKind::Subscribe, &title, lang);
    let url = page.url.clone();
    press.print(page, &Subscribe { groups })?;
    Ok(Some(url))
}

/// Feeds that are listed together.
struct Sort {
    /// The phrase above them.
    heading: Option<&'static str>,
    /// Of the page where all of them are.
    kind: Option<TermKind>,
    takes: fn(Scope<'_>) -> bool,
}

const SORTS: [Sort; 5] = [
    Sort { heading: None, kind: None, takes: |scope| scope == Scope::Whole },
    Sort { heading: Some("other-feeds"), kind: None, takes: |scope| matches!(scope, Scope::Extra(_)) },
    Sort {
        heading: Some("languages"),
        kind: Some(TermKind::Language),
        takes: |scope| matches!(scope, Scope::Language(_)),
    },
    Sort { heading: Some("tags"), kind: Some(TermKind::Tag), takes: |scope| matches!(scope, Scope::Tag(_)) },
    Sort {
        heading: Some("authors"),
        kind: Some(TermKind::Author),
        takes: |scope| matches!(scope, Scope::Author(_)),
    },
];

/// The feeds of one sort, if there are any.
fn group(press: &Press<'_>, catalogue: &Catalogue<'_>, sort: &Sort) -> Option<FeedGroup> {
    let editions = catalogue.editions().iter().filter(|edition| (sort.takes)(edition.scope));
    let editions: Vec<&Edition<'_>> = editions.collect();
    let heading = sort.heading.map(|id| Words::of(&press.settings.lang).say(id, &[]));
    let more = sort.kind.filter(|_| editions.len() > MAX_FEEDS).map(|kind| press.urls.file(kind.folder()));
    let feeds = editions.into_iter().take(MAX_FEEDS).filter_map(|edition| feed_facts(press, edition));
    let feeds: Vec<FeedFacts> = feeds.collect();
    (!feeds.is_empty()).then(|| FeedGroup { title: heading.unwrap_or_default(), feeds, more })
}

fn feed_facts(press: &Press<'_>, edition: &Edition<'_>) -> Option<FeedFacts> {
    let mut links = links(edition.scope, press.settings, press.urls).into_iter();
    let first = links.next()?;
    let own = &press.settings.lang;
    let name = match edition.scope {
        Scope::Whole => Words::of(own).say("follow-all", &[]),
        Scope::Language(lang) => autonym(lang).to_owned(),
        Scope::Tag(tag) => tag.name.clone(),
        Scope::Author(author) => author.name.clone(),
        Scope::Extra(extra) => extra.title.clone().unwrap_or_else(|| extra.name.to_string()),
    };
    let lang = Some(edition.lang(press.settings)).filter(|lang| lang != own);
    Some(FeedFacts { name, lang, url: first.url, others: links.collect() })
}
