//! Markdown and plain text to HTML for pages, feeds and mail, and to text: whatever the essay, nothing harmful comes out,
//! nothing that is not well-formed, and nothing relative where addresses must be absolute.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postrider::post::{MarkupSettings, Post, survey};
use postrider_fuzz::html::{Place, assert_fine};
use postrider_fuzz::{is_xml_char, read, urls};

const LANGS: [&str; 4] = ["en", "ja", "zh-Hant", "ko"];

fuzz_target!(|octets: &[u8]| {
    let Some((choice, essay)) = octets.split_first() else { return };
    let lang = LANGS[usize::from(choice >> 1 & 3)];
    let path = if choice & 1 == 0 { "2026-03-01-essay.md" } else { "2026-03-01-essay.txt" };
    let settings = MarkupSettings { highlight: choice & 8 == 0 };
    let matter =
        format!("+++\nid = \"tag:letters.example,2026:e\"\ntitle = \"An essay\"\nlang = \"{lang}\"\n+++\n\n");
    let file = [matter.as_bytes(), String::from_utf8_lossy(essay).as_bytes()].concat();
    let Ok(posts) = read(path, &file) else { return };
    let [post] = &posts.published[..] else { return };
    look_over(post);
    let urls = urls(&posts);
    let rendering = post.render(&urls, &settings);
    assert_eq!(rendering.web, post.render_web(&urls, &settings));
    assert_eq!(rendering.portable, post.render_portable(&urls, &settings));
    assert_fine(&rendering.web, Place::Page);
    assert_fine(&rendering.portable, Place::Elsewhere);
    assert_fine(&post.render_mail(&urls, &settings), Place::Elsewhere);
    for columns in [20, 72] {
        let text = post.render_text(&urls, columns);
        assert!(text.chars().all(is_xml_char), "{text:?}");
        assert!(
            text.lines().all(|line| line.trim_end() == line),
            "white space at the end of a line: {text:?}"
        );
    }
});

fn look_over(post: &Post) {
    let survey = survey(&post.body, &post.lang);
    assert!(!survey.summary.contains('\n'), "{:?}", survey.summary);
    assert!(survey.summary.chars().all(is_xml_char), "{:?}", survey.summary);
    assert!(survey.reading_minutes >= 1);
}
