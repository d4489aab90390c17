//! The copy of an issue on the web, which anyone may read.

use std::fs;

use postrider::message::{Draft, web_name};
use postrider::post::Post;
use postrider::template::Templates;
use tempfile::TempDir;

use crate::essays::{Edition, about_margins, late_letter, on_maps};

fn edition(posts: Vec<Post>) -> Edition {
    let url = "https://example.org/issues/weekly-2026-w47-en-00000000/".parse().unwrap();
    Edition { web_copy: Some(url), ..Edition::of(posts) }
}

fn page(edition: &Edition) -> String {
    let frozen = edition.draft().unwrap().to_bytes();
    let page = Draft::from_bytes(&frozen).unwrap().web_page().unwrap();
    assert_eq!(Some(page.url), edition.web_copy);
    page.html
}

#[test]
fn a_web_copy_holds_the_posts_and_nothing_of_a_reader() {
    for posts in [vec![on_maps(), late_letter()], vec![about_margins(), late_letter()]] {
        let edition = edition(posts);
        let html = page(&edition);
        for title in edition.posts.iter().map(|post| &post.title) {
            assert!(html.contains(title), "{title} is missing in {html}");
        }
        let links: Vec<&str> =
            html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(links[0], "https://example.org/", "the publication comes first");
        assert!(links.iter().all(|link| link.starts_with("https://example.org/")), "{links:?}");
        for personal in
            ["/leave/", "mailto:", "Unsubscribe", "Hello", "Sent to", "mail-only", "issues/", "<!--"]
        {
            assert!(!html.contains(personal), "{personal}: {html}");
        }
        assert!(html.contains("12 Church Lane"), "{html}");
    }
}

#[test]
fn a_web_copy_tells_its_encoding_at_once_and_search_engines_to_look_elsewhere() {
    let html = page(&edition(vec![on_maps(), late_letter()]));
    assert!(html[..200].contains("<meta charset=\"utf-8\">"), "{html}");
    assert_eq!(html.matches("charset").count(), 1, "{html}");
    assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"), "{html}");
}

#[test]
fn a_web_copy_has_nothing_that_only_programs_for_mail_know() {
    let edition = edition(vec![on_maps(), late_letter()]);
    let html = page(&edition);
    for word in ["xmlns", "x-apple", "aria-roledescription", "mso"] {
        assert!(!html.contains(word), "{word}: {html}");
    }
    assert!(html.contains("<meta name=\"viewport\" content="), "{html}");
}

#[test]
fn a_draft_that_links_to_no_copy_has_none() {
    assert_eq!(Edition::of(vec![on_maps(), late_letter()]).draft().unwrap().web_page(), None);
}

#[test]
fn the_name_of_a_copy_is_made_from_issue_language_and_posts() {
    let (maps, letter) = (on_maps(), late_letter());
    let name = |label, lang: &str, posts: &[&Post]| web_name(label, &lang.parse().unwrap(), posts);
    let first = name("weekly/2026-W47", "zh-Hant", &[&maps, &letter]);
    let (readable, digest) = first.rsplit_once('-').unwrap();
    assert_eq!(readable, "weekly-2026-w47-zh-hant");
    assert!(digest.len() == 8 && digest.chars().all(|c| c.is_ascii_hexdigit()), "{digest}");
    assert_eq!(first, name("weekly/2026-W47", "zh-Hant", &[&maps, &letter]));
    for other in [
        name("weekly/2026-W48", "zh-Hant", &[&maps, &letter]),
        name("weekly/2026-W47", "en", &[&maps, &letter]),
        name("weekly/2026-W47", "zh-Hant", &[&letter, &maps]),
        name("weekly/2026-W47", "zh-Hant", &[&maps]),
    ] {
        assert_ne!(other, first);
    }
}

#[test]
fn a_template_that_marks_nothing_still_gives_a_page_without_a_reader() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("mail")).unwrap();
    let template = r#"<html><head></head><body><p>{{ greeting }}</p><p><a href="{{ leave_url }}">Go</a></p>
        <p>{{ address }}</p>{% for post in posts %}<p>{{ post.summary }}</p>{% endfor %}</body></html>"#;
    fs::write(folder.path().join("mail/digest.html"), template).unwrap();
    let templates = Templates::load(Some(folder.path())).unwrap();
    for posts in [vec![on_maps(), on_maps()], vec![late_letter(), about_margins()]] {
        let html = page(&Edition { templates: templates.clone(), ..edition(posts) });
        let body = html.split("<body>").nth(1).unwrap().replace("&#044;", ",");
        let body: String = body.split_whitespace().collect();
        assert!(body.starts_with("<p>Hello,</p><p></p><p></p><p>"), "{html}");
    }
}
