//! What a file's path tells of a post: `2026-03-01-on-maps.ja.md`, or `on-maps/index.md`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::post::Format;
use crate::post::dates;
use crate::words::Lang;

/// Languages a file name may end with. A list, because `.js` and `.rs` before `.md` are no languages.
const LANGUAGES: &str = " ar bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu id is it ja ko la lt lv \
     mk ms nb nl nn no pl pt ro ru sk sl sq sr sv ta te th tl tr uk vi yue zh ";

/// What a path says, each part where it says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileName {
    pub date: Option<Date>,
    /// The words between date and language.
    pub words: String,
    pub lang: Option<Lang>,
}

impl FileName {
    /// Reads a path below the posts folder. A page bundle (`on-maps/index.md`) is named by its folder.
    pub fn of(path: &Path) -> Self {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let (stem, lang) = split_language(&stem);
        let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy());
        let name = match folder {
            Some(folder) if stem.eq_ignore_ascii_case("index") => folder.into_owned(),
            _ => stem.to_owned(),
        };
        let (date, words) = split_date(&name);
        Self { date, words: words.to_owned(), lang }
    }

    /// Words and language: what tells this file from its translations.
    pub fn name(&self) -> String {
        match &self.lang {
            Some(lang) => format!("{}.{lang}", self.words),
            None => self.words.clone(),
        }
    }
}

/// `path` without extension and language, where its name says a language.
pub(super) fn untranslated(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str()?;
    let (words, lang) = split_language(stem);
    lang.map(|_| path.with_file_name(words))
}

/// What an essay's file is written in, by its extension; none for other files.
pub(super) fn format(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "md" | "markdown" => Some(Format::Markdown),
        "txt" => Some(Format::Plain),
        _ => None,
    }
}

fn split_language(stem: &str) -> (&str, Option<Lang>) {
    let known = stem.rsplit_once('.').and_then(|(words, suffix)| {
        let lang: Lang = suffix.parse().ok()?;
        let is_known = LANGUAGES.contains(&format!(" {} ", lang.primary()));
        (is_known && !words.is_empty()).then_some((words, lang))
    });
    known.map_or((stem, None), |(words, lang)| (words, Some(lang)))
}

/// A name that is nothing but a date keeps it as its words.
fn split_date(name: &str) -> (Option<Date>, &str) {
    match dates::leading_date(name) {
        Some((date, "")) => (Some(date), name),
        Some((date, rest)) => match rest.strip_prefix(['-', '_', ' ']) {
            Some(words) if !words.is_empty() => (Some(date), words),
            _ => (None, name),
        },
        None => (None, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_date_words_and_language() {
        for (path, date, words, lang) in [
            ("2026-03-01-on-maps.md", Some("2026-03-01"), "on-maps", None),
            ("2026/2026-03-01-on-maps.ja.md", Some("2026-03-01"), "on-maps", Some("ja")),
            ("on-maps.zh-Hant.md", None, "on-maps", Some("zh-Hant")),
            ("on-maps/index.md", None, "on-maps", None),
            ("2026-03-01-on-maps/index.ko.md", Some("2026-03-01"), "on-maps", Some("ko")),
            ("index.md", None, "index", None),
            ("2026-03-01.md", Some("2026-03-01"), "2026-03-01", None),
            ("2026-03-01_地圖.txt", Some("2026-03-01"), "地圖", None),
            ("2026-03-01x.md", None, "2026-03-01x", None),
            ("why-node.js.md", None, "why-node.js", None),
            ("v1.2.md", None, "v1.2", None),
            (".ja.md", None, ".ja", None),
        ] {
            let name = FileName::of(Path::new(path));
            assert_eq!(name.date.map(|date| date.to_string()).as_deref(), date, "given {path}");
            assert_eq!(name.words, words, "given {path}");
            assert_eq!(name.lang.as_ref().map(Lang::as_str), lang, "given {path}");
        }
    }
}
