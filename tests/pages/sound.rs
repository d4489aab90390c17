//! What every page of the sample publication keeps to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::html::{Element, elements};
use crate::publication::{Tree, sample};

const HOME: &str = "https://letters.example.org/";

static TREE: LazyLock<Tree> = LazyLock::new(sample);

static PAGES: LazyLock<BTreeMap<&str, Vec<Element>>> = LazyLock::new(|| {
    let pages = TREE.iter().filter(|(path, _)| path.ends_with(".html"));
    pages.map(|(path, page)| (path.as_str(), elements(page))).collect()
});

fn the_only<'a>(page: &'a [Element], what: &str, is_it: impl Fn(&Element) -> bool) -> &'a Element {
    let found: Vec<&Element> = page.iter().filter(|element| is_it(element)).collect();
    assert_eq!(found.len(), 1, "{what}");
    found[0]
}

/// The file that a server gives for an address of the publication.
fn file_of(url: &str) -> Option<String> {
    let path = url.strip_prefix(HOME)?.split(['#', '?']).next()?;
    let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    Some(if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.into_owned() })
}

#[test]
fn every_page_has_one_heading_of_the_first_rank_and_skips_none() {
    for (path, page) in PAGES.iter() {
        let heading = the_only(page, &format!("{path}: h1"), |e| e.name == "h1");
        assert!(!heading.text.trim().is_empty(), "{path}");
        let ranks: Vec<u8> = page.iter().filter_map(|e| rank(&e.name)).collect();
        assert!(ranks.windows(2).all(|two| two[1] <= two[0] + 1), "{path}: {ranks:?}");
    }
}

fn rank(name: &str) -> Option<u8> {
    let digit = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&digit).then_some(digit)
}

#[test]
fn every_page_names_its_language_its_parts_and_its_own_address() {
    for (path, page) in PAGES.iter() {
        let root = the_only(page, &format!("{path}: html"), |e| e.name == "html");
        assert!(root.attribute("lang").is_some_and(|lang| !lang.is_empty()), "{path}");
        for part in ["title", "main"] {
            the_only(page, &format!("{path}: {part}"), |e| e.name == part);
        }
        let skip = page.iter().find(|e| e.name == "a").unwrap();
        assert_eq!(skip.attribute("href"), Some("#content"), "{path}: the first link skips to the text");
        let navigations = page.iter().filter(|e| e.name == "nav");
        assert!(navigations.into_iter().all(|e| e.attribute("aria-label").is_some()), "{path}");
        if *path == "404.html" {
            assert!(!page.iter().any(|e| e.is("link", "rel", "canonical")), "it is shown at any address");
            continue;
        }
        let canonical = the_only(page, path, |e| e.is("link", "rel", "canonical"));
        assert_eq!(file_of(canonical.attribute("href").unwrap()).as_deref(), Some(*path));
    }
}

/// A page that searches is nothing to be found, and pages behind a list's first are found from there.
#[test]
fn the_sitemap_names_every_page_that_may_be_searched_for() {
    let sitemap = &TREE["sitemap.xml"];
    for path in PAGES.keys().filter(|path| !matches!(**path, "404.html" | "search/index.html")) {
        let folder = path.strip_suffix("index.html").unwrap();
        let address = url::Url::parse(HOME).unwrap().join(folder).unwrap();
        let is_named = sitemap.contains(&format!("<loc>{address}</loc>"));
        assert_eq!(is_named, !folder.contains("page/"), "{path}");
    }
}

#[test]
fn every_page_leads_readers_programs_to_the_feeds() {
    for (path, page) in PAGES.iter() {
        let types: BTreeSet<&str> = page
            .iter()
            .filter(|e| e.is("link", "rel", "alternate") && e.attribute("title").is_some())
            .map(|e| e.attribute("type").unwrap())
            .collect();
        let all = BTreeSet::from(["application/atom+xml", "application/rss+xml", "application/feed+json"]);
        assert_eq!(types, all, "{path}");
    }
}

#[test]
fn every_link_within_the_publication_leads_to_a_file_and_every_fragment_to_an_element() {
    for (path, page) in PAGES.iter() {
        let links = page.iter().flat_map(|e| [e.attribute("href"), e.attribute("src")]).flatten();
        for link in links.filter(|link| !link.starts_with("mailto:")) {
            let (url, fragment) = link.split_once('#').unwrap_or((link, ""));
            let is_style = url.starts_with("../") || url.starts_with("assets/");
            let file = match url {
                "" => (*path).to_owned(),
                _ if is_style => url.trim_start_matches("../").to_owned(),
                _ => match file_of(url) {
                    Some(file) => file,
                    None => continue,
                },
            };
            assert!(TREE.contains_key(&file), "{path}: {link} leads nowhere");
            let id = percent_encoding::percent_decode_str(fragment).decode_utf8().unwrap();
            let is_there = |page: &Vec<Element>| page.iter().any(|e| e.attribute("id") == Some(&*id));
            assert!(id.is_empty() || PAGES.get(file.as_str()).is_some_and(is_there), "{path}: {link}");
        }
    }
}

#[test]
fn no_page_but_the_one_that_searches_runs_a_script_and_none_loads_anything_from_elsewhere() {
    for (path, page) in PAGES.iter() {
        for element in page {
            let name = element.name.as_str();
            assert!(!matches!(name, "iframe" | "object" | "embed" | "base"), "{path}: <{name}>");
            let is_data = element.attribute("type") == Some("application/ld+json");
            assert!(name != "script" || is_data || *path == "search/index.html", "{path}: <{name}>");
            let handler = element.attributes.keys().find(|attribute| attribute.starts_with("on"));
            assert_eq!(handler, None, "{path}: <{name}>");
            let is_loaded = name == "link" && element.attribute("rel") == Some("stylesheet");
            let loaded = element.attribute("src").or(element.attribute("href").filter(|_| is_loaded));
            let is_own = loaded.is_none_or(|url| url.starts_with(HOME) || !url.contains("//"));
            assert!(is_own, "{path}: {loaded:?}");
        }
    }
    let (_, style) = TREE.iter().find(|(path, _)| path.ends_with(".css")).unwrap();
    assert!(!style.contains("url(") && !style.contains("@import"), "the style sheet loads nothing");
}

#[test]
fn every_picture_says_what_it_shows_and_how_large_it_is_and_every_link_where_it_leads() {
    for (path, page) in PAGES.iter() {
        for picture in page.iter().filter(|e| e.name == "img") {
            assert!(picture.attribute("alt").is_some_and(|alt| !alt.is_empty()), "{path}: {picture:?}");
            let length = |name| picture.attribute(name).and_then(|text| text.parse::<u32>().ok());
            let is_sized = length("width").zip(length("height")).is_some_and(|(w, h)| w > 0 && h > 0);
            assert!(is_sized, "{path}: {picture:?}");
        }
        for link in page.iter().filter(|e| e.name == "a") {
            let label = link.attribute("aria-label").or(link.attribute("aria-labelledby"));
            assert!(label.is_some() || !link.text.trim().is_empty(), "{path}: {link:?}");
        }
    }
}

#[test]
fn no_id_stands_twice_on_a_page() {
    for (path, page) in PAGES.iter() {
        let mut seen = BTreeSet::new();
        for id in page.iter().filter_map(|e| e.attribute("id")) {
            assert!(seen.insert(id), "{path}: {id}");
        }
    }
}

#[test]
fn a_post_names_day_and_reading_time_in_its_own_language() {
    for (path, want) in [
        ("leave-the-door-open/index.html", ["19 November 2026", "2 min read"]),
        ("余白を送る/index.html", ["2026年11月8日", "分で読めます"]),
        ("订阅是一种礼貌/index.html", ["2026年11月1日", "阅读约"]),
        ("寫給晚一點的人/index.html", ["2026年10月18日", "閱讀約"]),
    ] {
        for words in want {
            assert!(TREE[path].contains(words), "{path}: no {words}");
        }
    }
}

#[test]
fn a_name_in_han_characters_carries_its_language_on_a_page_in_another() {
    let tags = &PAGES["tags/index.html"];
    for (name, lang) in [("手紙", "ja"), ("寫作", "zh-Hant"), ("阅读", "zh-Hans")] {
        let link = tags.iter().find(|e| e.name == "a" && e.text == name).unwrap();
        assert_eq!(link.attribute("lang"), Some(lang), "{name}");
    }
    let mail = tags.iter().find(|e| e.name == "a" && e.text == "mail").unwrap();
    assert_eq!(mail.attribute("lang"), None);
}

/// What a visitor loads to see the list of the newest posts, pictures aside, in octets.
#[test]
fn the_front_page_and_all_it_loads_has_less_than_40_kb() {
    let style = PAGES["index.html"].iter().find(|e| e.is("link", "rel", "stylesheet")).unwrap();
    let style = TREE[style.attribute("href").unwrap()].len();
    let page = TREE["index.html"].len();
    assert!(page + style < 40_000, "{page} octets and {style} of style");
}
