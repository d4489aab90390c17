//! What a built tree holds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use crate::post::{Author, Body, Directory, Format, MarkupSettings, Post, Posts, Series, Tag, Translations};
use crate::site::{
    Artifact, ExtraFeed, FeedContent, FeedFormat, FeedSettings, PostFilter, SiteError, SiteSettings, Source,
    build, glance,
};
use crate::template::Templates;

fn author(slug: &str, name: &str) -> Author {
    Author { slug: slug.parse().unwrap(), name: name.to_owned(), url: None }
}

fn tag(name: &str) -> Tag {
    Tag { slug: name.parse().unwrap(), name: name.to_owned() }
}

fn settings() -> SiteSettings {
    SiteSettings {
        url: "https://example.org/letters/".parse().unwrap(),
        title: "The Evening Post".to_owned(),
        description: "Letters & more".to_owned(),
        lang: "en".parse().unwrap(),
        author: author("ada", "Ada"),
        rights: Some("© Ada".to_owned()),
        posts_per_page: 2,
        toc: true,
        search: true,
        subscribe_url: None,
        feeds: FeedSettings {
            items: 20,
            content: FeedContent::Full,
            formats: vec![FeedFormat::Json, FeedFormat::Atom, FeedFormat::Rss],
            ..FeedSettings::default()
        },
    }
}

fn post(slug: &str, published: &str, title: &str, text: &str) -> Post {
    Post {
        id: format!("tag:example.org,2026:{published}").replace(['[', ']'], "-").parse().unwrap(),
        is_id_stored: true,
        slug: slug.parse().unwrap(),
        title: title.to_owned(),
        published: published.parse().unwrap(),
        updated: None,
        lang: "en".parse().unwrap(),
        authors: vec![author("ada", "Ada")],
        tags: vec![tag("maps")],
        given_summary: Some("In short.".to_owned()),
        image: None,
        enclosure: None,
        canonical_url: None,
        aliases: Vec::new(),
        series: None,
        toc: None,
        is_mailed: true,
        extra: serde_json::Map::new(),
        content_hash: String::new(),
        source: format!("{slug}.md").into(),
        body: Body::new(Format::Markdown, text, true),
        survey: std::sync::OnceLock::new(),
    }
}

fn three_posts() -> Posts {
    let mut snow = post("雪の記憶", "2026-03-03T09:00:00+09:00[Asia/Tokyo]", "雪の記憶", "本文です。");
    snow.lang = "ja".parse().unwrap();
    snow.authors = vec![author("mori", "森")];
    let mut maps =
        post("on-maps", "2026-02-02T09:00:00+00:00[UTC]", "On <maps> & {{ 1 + 1 }}", "{{ site }} *yes*");
    maps.aliases = vec!["/2019/maps/".to_owned()];
    let first = post("first", "2026-01-01T09:00:00+00:00[UTC]", "First", "![A map](images/map.png)");
    Posts { published: vec![snow, maps, first], assets: vec!["images/map.png".into()], ..Posts::default() }
}

fn tree_in(
    posts: &Posts,
    settings: &SiteSettings,
    overrides: Option<&Path>,
) -> Result<BTreeMap<String, String>, SiteError> {
    let templates = Templates::load(overrides).unwrap();
    let markup = MarkupSettings::default();
    let found = Mutex::new(BTreeMap::new());
    let emit = |artifact: Artifact| {
        let text = String::from_utf8(artifact.bytes.to_vec()).unwrap();
        assert!(
            found.lock().unwrap().insert(artifact.path.clone(), text).is_none(),
            "{} twice",
            artifact.path
        );
        Ok(())
    };
    build(
        &Source {
            posts,
            settings,
            templates: &templates,
            markup: &markup,
            cache: None,
            pictures: None,
            cards: None,
            has_records: false,
            program: None,
        },
        &emit,
    )?;
    Ok(found.into_inner().unwrap())
}

fn tree(posts: &Posts) -> BTreeMap<String, String> {
    tree_in(posts, &settings(), None).unwrap()
}

#[test]
fn a_publication_becomes_pages_lists_feeds_and_what_machines_ask_for() {
    let tree = tree(&three_posts());
    let is_named_by_octets = |path: &&str| path.contains("assets/") || path.starts_with("search/terms/");
    let paths: Vec<&str> = tree.keys().map(String::as_str).filter(|path| !is_named_by_octets(path)).collect();
    let scopes = ["", "authors/ada/", "authors/mori/", "languages/en/", "languages/ja/", "tags/maps/"];
    let mut want: Vec<String> = scopes
        .iter()
        .flat_map(|scope| {
            ["atom.xml", "rss.xml", "feed.json", "index.html"].map(|file| format!("{scope}{file}"))
        })
        .collect();
    want.extend(
        [
            "2019/maps/index.html",
            "404.html",
            "authors/index.html",
            "feeds.opml",
            "first/index.html",
            "languages/index.html",
            "on-maps/index.html",
            "page/2/index.html",
            "robots.txt",
            "search/index.html",
            "search/index.txt",
            "search/posts/0.json",
            "sitemap.xml",
            "subscribe/index.html",
            "tags/index.html",
            "tags/maps/page/2/index.html",
            "雪の記憶/index.html",
        ]
        .map(str::to_owned),
    );
    want.sort();
    assert_eq!(paths, want);
}

#[test]
fn two_builds_give_the_same_octets() {
    let posts = three_posts();
    assert_eq!(tree(&posts), tree(&posts));
}

#[test]
fn a_glance_shows_pages_as_a_build_makes_them() {
    let (posts, settings, markup) = (three_posts(), settings(), MarkupSettings::default());
    let templates = Templates::load(None).unwrap();
    let source = Source {
        posts: &posts,
        settings: &settings,
        templates: &templates,
        markup: &markup,
        cache: None,
        pictures: None,
        cards: None,
        has_records: false,
        program: None,
    };
    let paths = ["first/index.html", "index.html", "nowhere/index.html"].map(str::to_owned);
    let seen = Mutex::new(BTreeMap::new());
    let emit = |artifact: Artifact| {
        let text = String::from_utf8(artifact.bytes.to_vec()).unwrap();
        seen.lock().unwrap().insert(artifact.path, text);
        Ok(())
    };
    glance(&source, &paths.into(), &emit).unwrap();
    let (seen, built) = (seen.into_inner().unwrap(), tree(&posts));
    let pages: Vec<&str> = seen.keys().map(String::as_str).filter(|path| path.ends_with(".html")).collect();
    assert_eq!(pages, ["first/index.html"], "a post that somebody looks at, and no list");
    assert!(seen.keys().any(|path| path.ends_with(".css")));
    seen.iter().for_each(|(path, text)| assert_eq!(text, &built[path], "{path}"));
}

#[test]
fn text_of_an_author_is_never_markup_and_never_a_template() {
    let page = &tree(&three_posts())["on-maps/index.html"];
    assert!(page.contains("On &lt;maps&gt; &amp; {{ 1 + 1 }}"), "{page}");
    assert!(page.contains("<p>{{ site }} <em>yes</em></p>"), "{page}");
}

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
fn a_page_speaks_the_language_of_its_post() {
    let tree = tree(&three_posts());
    let page = &tree["雪の記憶/index.html"];
    for want in [
        "<html lang=\"ja\" dir=\"ltr\">",
        "<article lang=\"ja\"",
        "2026年3月3日",
        "1分で読めます",
        "前の記事",
    ] {
        assert!(page.contains(want), "no {want} in {page}");
    }
    let index = &tree["index.html"];
    assert!(
        index.contains("<html lang=\"en\"") && index.contains("lang=\"ja\" dir=\"ltr\"><a href="),
        "{index}"
    );
}

#[test]
fn a_list_tells_of_its_own_feeds_first_and_a_post_of_the_publication_s() {
    let tree = tree(&three_posts());
    let alternates = |path: &str| -> Vec<String> {
        let lines = tree[path].lines().filter(|line| line.contains("rel=\"alternate\""));
        lines.map(|line| line.split("href=\"").nth(1).unwrap().trim_end_matches("\">").to_owned()).collect()
    };
    let whole =
        ["atom.xml", "rss.xml", "feed.json"].map(|file| format!("https://example.org/letters/{file}"));
    assert_eq!(alternates("first/index.html")[..3], whole);
    assert_eq!(alternates("first/index.html")[3], "https://example.org/letters/languages/en/atom.xml");
    assert_eq!(alternates("tags/maps/index.html")[0], "https://example.org/letters/tags/maps/atom.xml");
    assert_eq!(alternates("tags/maps/index.html")[3..], whole);
}

#[test]
fn links_are_absolute_and_ascii_and_the_style_sheet_is_beside_the_page() {
    let tree = tree(&three_posts());
    let style = tree.keys().find(|path| path.starts_with("assets/style.")).unwrap();
    for (path, page) in tree.iter().filter(|(path, _)| path.ends_with(".html")) {
        for href in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let is_own = href.starts_with('#') || href.ends_with(style);
            assert!(is_own || href.starts_with("https://example.org/letters/"), "{path}: {href}");
            assert!(href.is_ascii(), "{path}: {href}");
        }
        let up = "../".repeat(path.matches('/').count());
        let sheet = if path == "404.html" { "https://example.org/letters/" } else { &up };
        let has_style = page.contains(&format!("<link rel=\"stylesheet\" href=\"{sheet}{style}\">"));
        assert!(has_style || path == "2019/maps/index.html", "{path}");
        let has_script = page.replace("<script type=\"application/ld+json\">", "").contains("<script");
        assert!(has_script == (path == "search/index.html") && !page.contains("src=\"http://"), "{path}");
    }
}

#[test]
fn a_list_has_as_many_pages_as_it_needs_and_each_leads_to_the_next() {
    let tree = tree(&three_posts());
    let (first, second) = (&tree["index.html"], &tree["page/2/index.html"]);
    assert!(first.contains("rel=\"next\" href=\"https://example.org/letters/page/2/\""));
    assert!(second.contains("rel=\"prev\" href=\"https://example.org/letters/\""));
    assert!(first.contains("雪の記憶") && !first.contains(">First<") && second.contains(">First<"));
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

#[test]
fn a_template_of_the_publication_is_used_and_its_style_comes_last() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("post.html"), "{{ post.title }} by {{ site.author }}").unwrap();
    std::fs::write(folder.path().join("custom.css"), "body { color: teal }").unwrap();
    let tree = tree_in(&three_posts(), &settings(), Some(folder.path())).unwrap();
    assert_eq!(tree["first/index.html"], "First by Ada");
    let (_, css) = tree.iter().find(|(path, _)| path.starts_with("assets/style.")).unwrap();
    assert!(css.ends_with("body { color: teal }") && css.contains(".hl-keyword"));
}

#[test]
fn a_publication_without_posts_has_a_front_page() {
    let tree = tree(&Posts::default());
    assert!(tree["index.html"].contains("Nothing has been published yet."));
    assert!(!tree.contains_key("tags/index.html"));
}

#[test]
fn one_page_says_what_feeds_are_and_lists_each_of_them_to_be_copied() {
    let mut settings = settings();
    settings.feeds.extra = vec![ExtraFeed {
        name: "short".parse().unwrap(),
        title: Some("In <short>".to_owned()),
        filter: PostFilter::default(),
        items: 5,
        content: FeedContent::Summary,
        formats: vec![FeedFormat::Rss],
        archive: false,
    }];
    settings.subscribe_url = Some("mailto:letters@example.org".parse().unwrap());
    let tree = tree_in(&three_posts(), &settings, None).unwrap();
    let page = &tree["subscribe/index.html"];
    for feed in [
        "atom.xml",
        "tags/maps/atom.xml",
        "languages/ja/atom.xml",
        "authors/mori/atom.xml",
        "feeds/short/rss.xml",
    ] {
        let address =
            format!("<code class=\"address\" dir=\"ltr\">https://example.org/letters/{feed}</code>");
        assert!(page.contains(&address), "no {address} in {page}");
    }
    for want in
        ["In &lt;short&gt;", "feeds.opml", "mailto:letters@example.org", "<dt lang=\"ja\">日本語</dt>"]
    {
        assert!(page.contains(want), "no {want} in {page}");
    }
    assert!(tree["first/index.html"].contains("href=\"https://example.org/letters/subscribe/\""));
    assert!(tree["assets/feed.css"].contains("This is a feed."));
}

#[test]
fn a_long_list_of_tags_leads_to_their_pages() {
    let mut posts = three_posts();
    posts.published[0].tags = (0..101).map(|number| tag(&format!("t{number}"))).collect();
    let page = &tree(&posts)["subscribe/index.html"];
    assert_eq!(
        page.matches("/letters/tags/t").count(),
        100 * 3 - 3,
        "each in three formats, one place for maps"
    );
    assert!(page.contains("<a href=\"https://example.org/letters/tags/\">There are more</a>"), "{page}");
}

#[test]
fn the_front_page_is_light() {
    let published = (10..30)
        .map(|day| {
            post(&format!("letter-{day}"), &format!("2026-01-{day}T09:00:00+00:00[UTC]"), "A letter", "x")
        })
        .collect();
    let posts = Posts { published, ..Posts::default() };
    let settings = SiteSettings { posts_per_page: 20, ..settings() };
    let tree = tree_in(&posts, &settings, None).unwrap();
    let (_, css) = tree.iter().find(|(path, _)| path.starts_with("assets/style.")).unwrap();
    let octets = tree["index.html"].len() + css.len();
    assert!(octets < 40 * 1024, "page and style sheet have {octets} octets");
}
