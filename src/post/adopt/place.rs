//! Where a post goes below `posts/`, and what a file's name says of an essay that does not say it itself.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::post::adopt::day::{self, Day};
use crate::post::file_name::FileName;
use crate::post::remarks::Flaw;
use crate::post::{Format, Slug, SlugStyle, dates, file_name, slug};
use crate::words::Lang;

/// The path an essay elsewhere would have below `posts/` were it only put there: a page bundle keeps its folder.
pub(super) fn nearest_path(file: &Path) -> PathBuf {
    let name = PathBuf::from(file.file_name().unwrap_or_default());
    let is_bundle = FileName::of(&name).words.eq_ignore_ascii_case("index");
    match file.parent().and_then(Path::file_name).filter(|_| is_bundle) {
        Some(folder) => Path::new(folder).join(name),
        None => name,
    }
}

/// `YYYY-MM-DD-slug.md` for an essay; a name that is of this form already is kept.
pub(super) fn of_essay(path: &Path, date: Date, title: &str, lang: &Lang) -> PathBuf {
    let name = FileName::of(path);
    let has_words = name.date.is_some() && slug::make(&name.words, SlugStyle::Keep, lang).is_some();
    let is_named_by_date_alone = name.date.is_some_and(|date| date.to_string() == name.words);
    if has_words && !is_named_by_date_alone && name.date == Some(date) {
        return dated(path, date, &name.name());
    }
    let slug = slug::make(title, SlugStyle::Keep, lang).map(|made| made.slug.to_string());
    dated(path, date, &slug.unwrap_or_default())
}

/// The same for a post that has front matter: its slug is its address, which it keeps.
pub(super) fn of_post(path: &Path, date: Date, slug: &Slug) -> PathBuf {
    let name = FileName::of(path);
    match name.date {
        Some(date) => dated(path, date, &name.name()),
        None => dated(path, date, slug.as_str()),
    }
}

/// The file name of a new post in Markdown.
pub(super) fn of_new(date: Date, title: &str, lang: &Lang) -> PathBuf {
    of_essay(Path::new("new.md"), date, title, lang)
}

fn dated(path: &Path, date: Date, words: &str) -> PathBuf {
    let extension = match file_name::format(path) {
        Some(Format::Plain) => "txt",
        _ => "md",
    };
    let date = date.strftime("%Y-%m-%d");
    if words.is_empty() { format!("{date}.{extension}") } else { format!("{date}-{words}.{extension}") }
        .into()
}

/// Names that editors give to files that have none.
const NAMELESS: &[&str] = &[
    "untitled",
    "index",
    "essay",
    "draft",
    "note",
    "new",
    "document",
    "text",
    "readme",
    "無題",
    "无题",
    "未命名",
    "無標題",
    "无标题",
    "新建文本文档",
    "新文字文件",
    "新增文字文件",
    "제목 없음",
    "새 텍스트 문서",
];

/// The title that a file's name amounts to; none where it is a number or says nothing.
pub(super) fn title_in_name(path: &Path) -> Option<String> {
    let words = FileName::of(path).words;
    // What `iconv` was told to write, by our own advice.
    let words = words.trim_end_matches(".utf8");
    let (_, words) = split_day(words, &TimeZone::UTC);
    let is_hyphenated = !words.contains(' ');
    let title = if is_hyphenated { words.replace(['-', '_'], " ") } else { words.to_owned() };
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    // `07-on-maps` is the seventh file of a folder, not seven maps.
    let title = match title.split_once(' ') {
        Some((number, words)) if number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit()) => {
            words
        }
        _ => &title,
    };
    let plain = title.trim_end_matches(|c: char| c.is_numeric() || " ()（）".contains(c)).to_lowercase();
    let says_nothing = !plain.chars().any(char::is_alphabetic) || NAMELESS.contains(&plain.as_str());
    (!says_nothing).then(|| capitalised(title))
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + letters.as_str()
}

/// The date a file's name begins with, in whatever notation.
pub(super) fn day_in_name(path: &Path, zone: &TimeZone) -> Option<Day> {
    let name = FileName::of(path);
    if let Some(date) = name.date {
        return dates::midnight(date, zone).ok().map(|at| Day::of(&at));
    }
    split_day(&name.words, zone).0
}

/// A date and the words after it: `20261122_maps`, `2026年11月22日 論地圖`.
fn split_day<'a>(name: &'a str, zone: &TimeZone) -> (Option<Day>, &'a str) {
    let cut = name.find(['_', ' ', '\u{3000}']).unwrap_or(name.len());
    let (first, rest) = name.split_at(cut);
    if let Some(day) = day::whole(first, zone) {
        return (Some(day), rest.trim_start_matches(['_', ' ', '\u{3000}']));
    }
    let digits = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    if digits != 8 {
        return (None, name);
    }
    let hyphenated = format!("{}-{}-{}", &name[..4], &name[4..6], &name[6..8]);
    match day::whole(&hyphenated, zone) {
        Some(day) => (Some(day), name[8..].trim_start_matches(['-', '_', ' '])),
        None => (None, name),
    }
}

/// The flaw with a command for this very file, where it says how to convert one.
pub(super) fn with_iconv(flaw: Flaw, file: &Path) -> Flaw {
    let Some((_, command)) = flaw.help.as_deref().and_then(|help| help.split_once("`iconv ")) else {
        return flaw;
    };
    let command = command.trim_end_matches('`').to_owned();
    let utf8 = file.with_extension(match file.extension() {
        Some(extension) => format!("utf8.{}", extension.display()),
        None => "utf8".to_owned(),
    });
    let help = format!("iconv {command} {} > {}", shell_word(file), shell_word(&utf8));
    flaw.with_help(format!("run `{help}`, then adopt that file"))
}

fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,=@%".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_essay_goes_where_its_date_and_title_say() {
        let date = jiff::civil::date(2026, 11, 22);
        for (file, title, want) in [
            ("/home/ada/maps v2.txt", "On Maps, Again", "2026-11-22-on-maps-again.txt"),
            ("論.txt", "論地圖：一", "2026-11-22-論地圖-一.txt"),
            ("x.markdown", "余白を送る", "2026-11-22-余白を送る.md"),
            ("2026-11-22-maps.ja.txt", "On maps", "2026-11-22-maps.ja.txt"),
            ("2020-01-01-maps.txt", "On maps", "2026-11-22-on-maps.txt"),
            ("2026-11-22.txt", "On maps", "2026-11-22-on-maps.txt"),
            ("a.txt", "!!!", "2026-11-22.txt"),
            ("maps/index.md", "On maps", "2026-11-22-on-maps.md"),
        ] {
            let place = of_essay(&nearest_path(Path::new(file)), date, title, &"en".parse().unwrap());
            assert_eq!(place, Path::new(want), "given {file}");
        }
    }

    #[test]
    fn a_post_keeps_its_address() {
        let date = jiff::civil::date(2026, 11, 22);
        for (file, slug, want) in [
            ("content/on-maps.md", "on-maps", "2026-11-22-on-maps.md"),
            ("content/on-maps/index.md", "on-maps", "2026-11-22-on-maps.md"),
            ("_posts/2020-01-01-On Maps.md", "on-maps", "2020-01-01-On Maps.md"),
        ] {
            let place = of_post(&nearest_path(Path::new(file)), date, &slug.parse().unwrap());
            assert_eq!(place, Path::new(want), "given {file}");
        }
    }

    #[test]
    fn a_file_name_may_say_title_and_date() {
        for (file, title, day) in [
            ("on-maps.txt", Some("On maps"), None),
            ("旅行的意義.txt", Some("旅行的意義"), None),
            ("20261122_on_maps.txt", Some("On maps"), Some("2026-11-22")),
            ("2026年11月22日 論地圖.txt", Some("論地圖"), Some("2026-11-22")),
            ("2026.11.22 On maps - again.txt", Some("On maps - again"), Some("2026-11-22")),
            ("2026-11-22-on-maps.txt", Some("On maps"), Some("2026-11-22")),
            ("2026-11-22.txt", None, Some("2026-11-22")),
            ("20261122.txt", None, Some("2026-11-22")),
            ("Untitled (3).txt", None, None),
            ("無題.txt", None, None),
            ("07-on-maps.txt", Some("On maps"), None),
            ("on-maps.utf8.txt", Some("On maps"), None),
            ("100-days.txt", Some("100 days"), None),
            ("007.txt", None, None),
        ] {
            let path = Path::new(file);
            assert_eq!(title_in_name(path).as_deref(), title, "given {file}");
            let found = day_in_name(path, &TimeZone::UTC).map(|day| day.to_toml());
            assert_eq!(found.as_deref(), day, "given {file}");
        }
    }

    #[test]
    fn a_command_names_the_very_file() {
        let flaw = source_flaw();
        assert_eq!(
            with_iconv(flaw, Path::new("my essays/it's.txt")).help.unwrap(),
            r"run `iconv -f UTF-16 -t UTF-8 'my essays/it'\''s.txt' > 'my essays/it'\''s.utf8.txt'`, then adopt that file"
        );
    }

    fn source_flaw() -> Flaw {
        crate::post::source::decode(b"\xff\xfea\0").unwrap_err()
    }
}
