//! What other sites and search engines are told of a page: Open Graph and schema.org.

use serde_json::{Value, json};

use super::*;
use crate::post::{Image, Translations};

/// Values of the Open Graph property `name`, in their order.
fn property<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("<meta property=\"{name}\" content=\"");
    page.split(&begin).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// One essay in English, in Chinese as written in Taiwan and in a language whose country nobody knows.
fn translated() -> BTreeMap<String, String> {
    let mut posts = three_posts();
    for (at, lang) in ["zh-Hant", "en", "pt"].into_iter().enumerate() {
        posts.published[at].lang = lang.parse().unwrap();
    }
    posts.published[1].updated = Some("2026-02-03T09:00:00+00:00[UTC]".parse().unwrap());
    posts.published[1].image = Some(Image { src: "images/map.png".to_owned(), alt: "A map".to_owned() });
    let set = [1, 0, 2].map(|at: usize| posts.published[at].id.clone());
    posts.translations = Translations::new(vec![set.to_vec()], &posts.published);
    let mut settings = settings();
    settings.feeds.logo = Some("images/logo.png".to_owned());
    tree_in(&posts, &settings, None).unwrap()
}

fn posting(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn cards_name_the_locale_where_the_language_tells_it_and_those_of_translations() {
    let tree = translated();
    for (path, own, others) in [
        ("on-maps/index.html", vec!["en_US"], vec!["zh_TW"]),
        ("雪の記憶/index.html", vec!["zh_TW"], vec!["en_US"]),
        ("first/index.html", vec![], vec![]),
        ("index.html", vec!["en_US"], vec![]),
    ] {
        assert_eq!(property(&tree[path], "og:locale"), own, "{path}");
        assert_eq!(property(&tree[path], "og:locale:alternate"), others, "{path}");
    }
}

#[test]
fn a_post_is_an_article_and_the_page_of_its_author_a_profile() {
    let tree = translated();
    let page = &tree["on-maps/index.html"];
    for (name, want) in [
        ("og:type", "article"),
        ("article:published_time", "2026-02-02T09:00:00+00:00"),
        ("article:modified_time", "2026-02-03T09:00:00+00:00"),
        ("article:author", "https://example.org/letters/authors/ada/"),
        ("article:tag", "maps"),
        ("og:image:alt", "A map"),
    ] {
        assert_eq!(property(page, name), [want], "{name}");
    }
    for (path, want) in [
        ("authors/ada/index.html", "profile"),
        ("tags/maps/index.html", "website"),
        ("index.html", "website"),
    ] {
        assert_eq!(property(&tree[path], "og:type"), [want], "{path}");
    }
}

#[test]
fn search_engines_are_told_of_the_essay_and_not_of_its_page() {
    let tree = translated();
    let (maps, url) = (posting(&tree["on-maps/index.html"]), "https://example.org/letters/on-maps/");
    for (name, want) in [
        ("@type", json!("BlogPosting")),
        ("@id", json!(format!("{url}#content"))),
        ("url", json!(url)),
        ("mainEntityOfPage", json!({ "@type": "WebPage", "@id": url })),
        ("headline", json!("On <maps> & {{ 1 + 1 }}")),
        ("datePublished", json!("2026-02-02T09:00:00+00:00")),
        ("dateModified", json!("2026-02-03T09:00:00+00:00")),
        ("inLanguage", json!("en")),
        ("keywords", json!(["maps"])),
    ] {
        assert_eq!(maps[name], want, "{name}");
    }
    assert_eq!(maps["author"][0]["url"], "https://example.org/letters/authors/ada/");
    assert_eq!(maps["publisher"]["logo"]["url"], "https://example.org/letters/images/logo.png");
    assert_eq!(maps["image"]["caption"], "A map");
    let languages: Vec<_> =
        maps["workTranslation"].as_array().unwrap().iter().map(|work| &work["inLanguage"]).collect();
    assert_eq!(languages, ["zh-Hant", "pt"]);
    assert_eq!(posting(&tree["first/index.html"])["translationOfWork"]["@id"], format!("{url}#content"));
}
