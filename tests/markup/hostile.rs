//! Essays made to keep a machine busy: what takes time in proportion to an essay's length is done long before
//! the limit, what takes time in proportion to its square long after.

use std::time::{Duration, Instant};

use postrider::post::{Body, Format, MarkupSettings, survey};

use super::essay::{post, urls};

/// Far above what a slow machine at work on other things needs.
const LIMIT: Duration = Duration::from_secs(60);

/// Everything that is made of an essay, in good time.
fn assert_done_in_time(source: &str, format: Format, what: &str) {
    let begun = Instant::now();
    let post = post(source, format, "en");
    survey(&Body::new(format, source.to_owned(), true), &post.lang);
    post.render(&urls(), &MarkupSettings::default());
    post.render_text(&urls(), 72);
    let elapsed = begun.elapsed();
    assert!(elapsed < LIMIT, "{what} took {elapsed:?}");
}

#[test]
fn many_items_after_a_long_one_are_surveyed_in_good_time() {
    let source = format!("- {}\n{}", "word ".repeat(100_000), "- a\n".repeat(100_000));
    assert_done_in_time(&source, Format::Markdown, "a list");
}

#[test]
fn many_headings_of_one_name_get_their_ids_in_good_time() {
    assert_done_in_time(&"# a\n\n".repeat(40_000), Format::Markdown, "headings in Markdown");
    assert_done_in_time(&"第一章 雪\n\n".repeat(40_000), Format::Plain, "headings in plain text");
}

#[test]
fn many_links_are_numbered_in_good_time() {
    let link = |number: usize| format!("[a](https://example.org/{number:08})\n");
    let source: String = (0..200_000).map(link).collect();
    assert_done_in_time(&source, Format::Markdown, "links");
}

#[test]
fn a_plain_line_without_end_is_searched_for_urls_in_good_time() {
    assert_done_in_time(&format!("http://a{}", ")".repeat(400_000)), Format::Plain, "closing brackets");
    assert_done_in_time(&"https://example.org ".repeat(100_000), Format::Plain, "URLs on one line");
}

#[test]
fn elements_in_each_other_without_end_are_cleaned_in_good_time() {
    for open in ["<div>", "<b><i>", "<svg>", "<ruby>", "<table><tr><td>", "<math><mrow>"] {
        assert_done_in_time(&open.repeat(100_000 / open.len()), Format::Markdown, open);
        assert_done_in_time(&format!("x {}", open.repeat(100_000 / open.len())), Format::Markdown, open);
    }
}

#[test]
fn formulas_without_end_are_written_in_good_time() {
    for open in ["{", "\\frac", "\\sqrt{", "x^", "\\left("] {
        assert_done_in_time(&format!("${}x$", open.repeat(50_000)), Format::Markdown, open);
    }
}
