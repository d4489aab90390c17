//! What holds for any text whatever.

use postrider::post::{Format, MarkupSettings, survey};
use proptest::prelude::*;

use super::essay::{post, text, urls};

/// Text of pieces that mean something to Markdown, HTML or TeX, in any order.
fn essay() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,12}",
        "[ぁ-んア-ン一-龠。、「」]{0,8}",
        "[가-힣 ]{0,6}",
        prop::sample::select(vec![
            "\n",
            "\n\n",
            "> ",
            "- ",
            "1. ",
            "# ",
            "**",
            "*",
            "_",
            "`",
            "```\n",
            "~~",
            "$",
            "$$",
            "[^1]",
            "[^1]: ",
            "[a](b)",
            "![a](b \"c\")",
            "| a | b |\n|---|---|\n",
            "<div>",
            "</div>",
            "<b>",
            "</b>",
            "<ruby>",
            "<rt>",
            "<details>",
            "<script>",
            "<!--",
            "-->",
            "<!-- more -->",
            "<table>",
            "<td>",
            "<img src=x>",
            "&amp;",
            "&#1;",
            "&#13;",
            "\u{0}",
            "\u{1}",
            "\u{2}",
            "\u{feff}",
            "\u{3000}",
            "\\frac{a}{b}",
            "\\left(",
            "^",
            "_",
            "{",
            "}",
            "https://example.org/",
            "    ",
            "\t",
            "<pre>",
            "<ul><li>",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_becomes_html_without_scripts_and_forbidden_characters(source in essay()) {
        for format in [Format::Markdown, Format::Plain] {
            let post = post(&source, format, "ja");
            let rendering = post.render(&urls(), &MarkupSettings::default());
            let mail = post.render_mail(&urls(), &MarkupSettings::default());
            for html in [rendering.web, rendering.portable, mail] {
                prop_assert!(!html.to_lowercase().contains("<script"), "{html}");
                prop_assert!(!html.chars().any(is_forbidden), "{html:?}");
                prop_assert!(is_balanced(&html), "{html}");
            }
        }
    }

    #[test]
    fn any_text_becomes_lines_that_end_in_no_white_space(source in essay(), columns in 1_usize..100) {
        for format in [Format::Markdown, Format::Plain] {
            let text = post(&source, format, "en").render_text(&urls(), columns);
            prop_assert!(text.lines().all(|line| line.trim_end() == line), "{text:?}");
            prop_assert!(!text.chars().any(is_forbidden), "{text:?}");
        }
    }

    #[test]
    fn any_text_has_a_summary_of_one_line(source in essay()) {
        let post = post(&source, Format::Markdown, "zh-Hant");
        let survey = survey(&post.body, &post.lang);
        prop_assert!(!survey.summary.contains('\n'));
        prop_assert!(survey.reading_minutes >= 1);
    }
}

#[test]
fn an_entity_that_is_no_text_leaves_no_white_space_behind() {
    for source in ["wait &#1;", "wait &#13;", "    wait &#1;\n\nwait &#1;"] {
        let text = text(source, "en");
        assert!(text.lines().all(|line| line.trim_end() == line), "{text:?}");
    }
}

fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Whether every element is closed in order, those without an end tag aside.
fn is_balanced(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let Some((tag, after)) = tag.split_once('>') else { return false };
        rest = after;
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        let is_void =
            ["br", "hr", "img", "input", "wbr", "col", "source"].contains(&name) || tag.ends_with('/');
        if is_void {
            continue;
        }
        if !tag.starts_with('/') {
            open.push(name);
        } else if open.pop() != Some(name) {
            return false;
        }
    }
    open.is_empty()
}
