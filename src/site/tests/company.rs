//! Where a post leads: to its translations, the parts of its series, posts like it, from its older addresses.

use super::*;
use crate::post::{Directory, Series, Translations};

#[test]
fn translations_lead_to_one_another_and_to_the_original_for_everybody_else() {
    let mut posts = three_posts();
    assert!(!tree(&posts)["on-maps/index.html"].contains("hreflang=\"x-default\""));
    posts.translations = Translations::new(
        vec![vec![posts.published[1].id.clone(), posts.published[0].id.clone()]],
        &posts.published,
    );
    let tree = tree(&posts);
    let (maps, snow) = (
        "https://example.org/letters/on-maps/",
        "https://example.org/letters/%E9%9B%AA%E3%81%AE%E8%A8%98%E6%86%B6/",
    );
    for page in ["on-maps/index.html", "雪の記憶/index.html"].map(|path| &tree[path]) {
        for (hreflang, url) in [("en", maps), ("x-default", maps), ("ja", snow)] {
            let link = format!("<link rel=\"alternate\" hreflang=\"{hreflang}\" href=\"{url}\">");
            assert_eq!(page.matches(&link).count(), 1, "{link} in {page}");
        }
    }
    let switch =
        format!("<a href=\"{snow}\" rel=\"alternate\" lang=\"ja\" dir=\"ltr\" hreflang=\"ja\">日本語</a>");
    assert!(tree["on-maps/index.html"].contains(&switch));
    assert!(tree["雪の記憶/index.html"].contains("aria-current=\"page\">日本語</span>"));
    assert!(!tree["first/index.html"].contains("class=\"versions\""));
}

#[test]
fn parts_of_a_series_count_from_the_oldest_in_each_language() {
    let mut posts = three_posts();
    for post in &mut posts.published {
        post.series = Some(Series { slug: "travels".parse().unwrap(), name: "Travels".to_owned() });
    }
    let tree = tree(&posts);
    let maps = &tree["on-maps/index.html"];
    assert!(maps.contains(
        "href=\"https://example.org/letters/series/travels/\">Travels</a> <span lang=\"en\">Part 2 of 2<"
    ));
    assert!(
        maps.contains(
            "<a class=\"previous\" href=\"https://example.org/letters/first/\"><span>Previous part"
        )
    );
    let parts = &tree["series/travels/index.html"];
    assert!(parts.find(">First<").unwrap() < parts.find("On &lt;maps&gt;").unwrap());
    assert!(!parts.contains("雪の記憶") && tree["series/travels/ja/index.html"].contains("雪の記憶"));
    assert!(tree["series/index.html"].contains("https://example.org/letters/series/travels/ja/"));
    assert!(tree["sitemap.xml"].contains("<loc>https://example.org/letters/series/travels/</loc>"));
}

#[test]
fn posts_that_share_a_rare_tag_come_before_those_that_share_a_common_one() {
    let named = |slug: &str, day: u8, tags: &[&str]| {
        let mut post = post(slug, &format!("2026-01-{day:02}T09:00:00+00:00[UTC]"), slug, "x");
        post.tags = tags.iter().map(|name| tag(name)).collect();
        post
    };
    let mut german = named("german", 20, &["rare"]);
    german.lang = "de".parse().unwrap();
    let published = vec![
        german,
        named("new", 19, &["common"]),
        named("newer", 18, &["common"]),
        named("rare", 12, &["rare"]),
        named("here", 11, &["common", "rare"]),
        named("alone", 10, &["other"]),
        named("old", 9, &["common"]),
    ];
    let page = &tree(&Posts { published, ..Posts::default() })["here/index.html"];
    let related = page.split("class=\"related\"").nth(1).unwrap().split("</section>").next().unwrap();
    let slugs: Vec<&str> = related
        .split("href=\"https://example.org/letters/")
        .skip(1)
        .map(|r| r.split('/').next().unwrap())
        .collect();
    assert_eq!(slugs, ["rare", "new", "newer"]);
}

#[test]
fn the_posts_before_and_after_are_those_in_the_same_language() {
    let written = |slug: &str, day: u8, lang: &str| {
        let mut post = post(slug, &format!("2026-01-{day:02}T09:00:00+00:00[UTC]"), slug, "x");
        post.lang = lang.parse().unwrap();
        post
    };
    let published = vec![
        written("e", 9, "zh-Hant"),
        written("d", 8, "en"),
        written("c", 7, "zh-Hans"),
        written("b", 6, "zh-Hant"),
        written("a", 5, "en"),
    ];
    let tree = tree(&Posts { published, ..Posts::default() });
    let to = |page: &str, way: &str| {
        let link = format!("class=\"{way}\" rel=\"{}\" href=\"https://example.org/letters/", &way[..4]);
        let (_, rest) = tree[&format!("{page}/index.html")].split_once(&link)?;
        rest.split('/').next().map(str::to_owned)
    };
    for (page, previous, next) in [
        ("e", Some("b"), None),
        ("d", Some("a"), None),
        ("c", None, None),
        ("b", None, Some("e")),
        ("a", None, Some("d")),
    ] {
        assert_eq!(to(page, "previous").as_deref(), previous, "before {page}");
        assert_eq!(to(page, "next").as_deref(), next, "after {page}");
    }
}

#[test]
fn a_post_of_three_headings_has_a_table_of_contents_unless_somebody_minds() {
    let text = "## One & all\n\n### Two\n\n## Three\n\n#### Deep\n";
    let mut posts = Posts {
        published: vec![post("long", "2026-01-01T09:00:00+00:00[UTC]", "Long", text)],
        ..Posts::default()
    };
    let has = |posts: &Posts, toc| {
        tree_in(posts, &SiteSettings { toc, ..settings() }, None).unwrap()["long/index.html"]
            .contains("<li><a href=\"#one--all\">One &amp; all</a>\n<ol>\n<li><a href=\"#two\">Two</a></li>")
    };
    assert!(has(&posts, true) && !has(&posts, false));
    posts.published[0].toc = Some(false);
    assert!(!has(&posts, true));
    posts.published[0].toc = Some(true);
    assert!(has(&posts, false));
}

#[test]
fn a_heading_without_a_word_has_no_link_of_its_own() {
    let text = "##\n\n## <!-- a -->\n\n## A\n";
    let published = vec![post("bare", "2026-01-01T09:00:00+00:00[UTC]", "Bare", text)];
    let page = &tree(&Posts { published, ..Posts::default() })["bare/index.html"];
    assert_eq!(page.matches("class=\"anchor\"").count(), 1, "{page}");
    assert!(page.contains("href=\"#a\" aria-labelledby=\"a\""), "{page}");
}

#[test]
fn a_post_is_linked_by_its_name_and_a_name_of_none_stays_as_written() {
    let mut posts = three_posts();
    posts.published[2].body = posts.published[2].body.with_source(
        "See [[on-maps]], [[2019/maps#legend|the legend]] & [[nobody]] `[[on-maps]]` [[1]](x.png)".to_owned(),
    );
    posts.directory = Directory::new(posts.published.iter());
    let page = &tree(&posts)["first/index.html"];
    for want in [
        "See <a href=\"https://example.org/letters/on-maps/\">On &lt;maps&gt; &amp; {{ 1 + 1 }}</a>,",
        "<a href=\"https://example.org/letters/on-maps/#legend\">the legend</a>",
        "&amp; [[nobody]] <code>[[on-maps]]</code> <a href=\"https://example.org/letters/first/x.png\">[1]</a>",
    ] {
        assert!(page.contains(want), "no {want} in {page}");
    }
}

#[test]
fn an_older_address_leads_to_the_post() {
    let page = &tree(&three_posts())["2019/maps/index.html"];
    assert!(page.contains("content=\"0; url=https://example.org/letters/on-maps/\""), "{page}");
    assert!(page.contains("<link rel=\"canonical\" href=\"https://example.org/letters/on-maps/\">"));
}

#[test]
fn an_address_that_no_file_can_stand_at_stops_the_build() {
    let mut posts = three_posts();
    posts.published[1].aliases = vec!["/?p=12".to_owned()];
    let error = tree_in(&posts, &settings(), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "on-maps.md: `/?p=12` is not an address a file can stand at: expected one such as `/2019/on-maps/`"
    );
    posts.published[1].aliases.clear();
    posts.published[1].slug = "tags".parse().unwrap();
    assert!(matches!(tree_in(&posts, &settings(), None), Err(SiteError::Slug { .. })));
}
