//! File pairs: `NN-name.md` and what it becomes. `UPDATE_EXPECTED=1` rewrites what is expected.

use std::fs;
use std::path::{Path, PathBuf};

use postrider::post::{Format, MarkupSettings, Rendering, survey};

use super::essay::{post, text, urls};

#[test]
fn every_essay_becomes_what_is_expected() {
    let mut faults = Vec::new();
    let essays = essays();
    assert!(essays.len() >= 12, "found {}", essays.len());
    for essay in essays {
        for (suffix, found) in renderings(&essay) {
            let expected = essay.with_extension(suffix);
            if std::env::var_os("UPDATE_EXPECTED").is_some() {
                fs::write(&expected, &found).unwrap();
            }
            if fs::read_to_string(&expected).unwrap_or_default() != found {
                faults.push(format!("{}:\n{found}", expected.display()));
            }
        }
    }
    assert!(faults.is_empty(), "differ from what is expected:\n{}", faults.join("\n"));
}

fn essays() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/markup");
    let mut essays: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_essay(path))
        .collect();
    essays.sort();
    essays
}

/// Whether it is `NN-name.md` or `NN-name.text`.
fn is_essay(path: &Path) -> bool {
    let is_numbered = name(path).starts_with(|c: char| c.is_ascii_digit());
    is_numbered && path.extension().is_some_and(|extension| extension == "md" || extension == "text")
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The language a file's name tells.
fn lang(path: &Path) -> &'static str {
    let tags = [
        ("-zh-hant-", "zh-Hant"),
        ("-zh-hans-", "zh-Hans"),
        ("-ja-", "ja"),
        ("-ko-", "ko"),
        ("-ar-", "ar"),
        ("-he-", "he"),
    ];
    tags.iter().find(|(mark, _)| name(path).contains(mark)).map_or("en", |(_, tag)| tag)
}

fn renderings(essay: &Path) -> [(&'static str, String); 5] {
    let source = fs::read_to_string(essay).unwrap();
    let is_plain = essay.extension().is_some_and(|extension| extension == "text");
    let format = if is_plain { Format::Plain } else { Format::Markdown };
    let post = post(&source, format, lang(essay));
    let settings = MarkupSettings::default();
    let Rendering { web, portable } = post.render(&urls(), &settings);
    [
        ("web.html", web),
        ("portable.html", portable),
        ("mail.html", post.render_mail(&urls(), &settings)),
        ("txt", post.render_text(&urls(), 72)),
        ("survey", format!("{:#?}\n", survey(&post.body, &post.lang))),
    ]
}

#[test]
fn a_picture_without_words_is_named_in_the_essays_language() {
    for (lang, want) in [
        ("en-GB", "[picture]"),
        ("ja", "[画像]"),
        ("zh-MO", "[圖]"),
        ("yue", "[圖]"),
        ("zh", "[图]"),
        ("fi", "[picture]"),
    ] {
        assert_eq!(text("![](relay.png)", lang).trim(), want, "given {lang}");
    }
}
