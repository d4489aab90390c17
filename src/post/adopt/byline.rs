//! Lines that say who wrote an essay: `By Ada Marlow`, `作者：林晚舟`, `文／林晚舟`, `글: 김하늘`, `— Ada Marlow`.
//!
//! A label in Chinese, Japanese or Korean is enough. After a Latin word the rest must look like a name:
//! `By the river` begins an essay. Leaves out: bare names, which look like titles and first words.

use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use crate::post::adopt::day::{self, Day};
use crate::post::slug::is_han;

/// What a by-line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Byline {
    /// Never empty.
    pub names: Vec<String>,
    pub day: Option<Day>,
    /// It also credits a photographer or a translator, for whom front matter has no field.
    pub says_more: bool,
}

/// Columns of the longest name.
const NAME_COLUMNS: usize = 40;
/// Columns of the longest by-line.
const LINE_COLUMNS: usize = 100;

/// The by-line that `line` is.
pub(super) fn read(line: &str, zone: &TimeZone) -> Option<Byline> {
    let line = without_brackets(line.trim());
    if line.width() > LINE_COLUMNS {
        return None;
    }
    let of_two = separations(line).find_map(|(before, after)| of_two(before, after, zone));
    of_two.or_else(|| Some(Byline { names: names(line)?, day: None, says_more: false }))
}

/// `（文／林晚舟）` says the same as `文／林晚舟`.
fn without_brackets(line: &str) -> &str {
    [('（', '）'), ('(', ')'), ('［', '］'), ('[', ']')]
        .iter()
        .find_map(|(open, close)| line.strip_prefix(*open)?.strip_suffix(*close))
        .unwrap_or(line)
        .trim()
}

/// The two sides of each place where a line may be two statements.
fn separations(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let marks = line.char_indices().filter(|(_, c)| "|｜丨·•—–,，;；/／　 ".contains(*c));
    marks.map(|(at, c)| (line[..at].trim_end(), line[at + c.len_utf8()..].trim_start()))
}

/// A by-line beside a date, or beside the credit of somebody who did not write.
fn of_two(before: &str, after: &str, zone: &TimeZone) -> Option<Byline> {
    let clean = |side: &'_ str| {
        side.trim_matches([' ', '　', ',', '，', '|', '｜', '·', '•', '—', '–', ';', '；']).to_owned()
    };
    let (before, after) = (clean(before), clean(after));
    for (line, other) in [(&before, &after), (&after, &before)] {
        let Some(names) = names(line) else { continue };
        if let Some(day) = day::whole(other, zone) {
            return Some(Byline { names, day: Some(day), says_more: day_is_vague(other, zone) });
        }
        if CREDITS.iter().any(|credit| after_label(other, credit).is_some()) {
            return Some(Byline { names, day: None, says_more: true });
        }
    }
    None
}

fn day_is_vague(text: &str, zone: &TimeZone) -> bool {
    day::whole(text, zone).is_some_and(|day| day.precision == day::Precision::Month)
}

/// Labels before the author's name, in scripts that have no capitals to tell a name by.
const LABELS: &[&str] = &[
    "作者",
    "撰文",
    "文字",
    "文",
    "著者",
    "著",
    "筆者",
    "笔者",
    "執筆",
    "글쓴이",
    "지은이",
    "저자",
    "작성자",
    "글",
];

/// Labels of those who did something else.
const CREDITS: &[&str] = &[
    "譯者",
    "译者",
    "譯",
    "译",
    "翻譯",
    "翻译",
    "訳",
    "訳者",
    "翻訳",
    "攝影",
    "摄影",
    "撮影",
    "圖片",
    "图片",
    "圖",
    "图",
    "写真",
    "繪圖",
    "绘图",
    "編輯",
    "编辑",
    "編集",
    "來源",
    "来源",
    "出處",
    "出处",
    "옮긴이",
    "사진",
    "photos by",
    "photo by",
    "translated by",
    "illustrated by",
];

/// Labels after the author's name.
const ENDINGS: &[&str] = &["／文", "/文", " 著", "　著", " 글", " 지음", "　作"];

/// Words before the author's name, in lower case.
const WORDS: &[&str] = &[
    "written by",
    "essay by",
    "words by",
    "text by",
    "story by",
    "by",
    "von",
    "par",
    "por",
    "author:",
    "authors:",
    "text:",
    "autor:",
    "autora:",
    "auteur:",
    "autrice:",
    "verfasser:",
];

const DASHES: &[&str] = &["——", "—", "――", "―", "──", "–", "--"];

fn names(line: &str) -> Option<Vec<String>> {
    let labelled = LABELS.iter().find_map(|label| after_label(line, label));
    let ended = || ENDINGS.iter().find_map(|ending| line.strip_suffix(ending));
    if let Some(rest) = labelled.or_else(ended) {
        return parted(rest).filter(|names| names.iter().all(|name| is_plain(name)));
    }
    let dashed = || DASHES.iter().find_map(|dash| line.strip_prefix(dash));
    if let Some(rest) = dashed() {
        let name = rest.trim();
        return (is_plain(name) && is_name(name)).then(|| vec![name.to_owned()]);
    }
    let rest = after_word(line)?;
    parted(rest).filter(|names| names.iter().all(|name| is_plain(name) && is_name(name)))
}

/// What follows `作者：`, `文／`, `글:`; the mark is what makes it a label.
fn after_label<'a>(line: &'a str, label: &str) -> Option<&'a str> {
    let rest = match line.get(..label.len()) {
        Some(start) if start.eq_ignore_ascii_case(label) => &line[label.len()..],
        _ => return None,
    };
    if label.is_ascii() {
        return rest.strip_prefix(' ');
    }
    let rest = rest.trim_start();
    rest.strip_prefix(['：', ':', '／', '/', '｜', '|', '丨', '︰']).map(str::trim)
}

/// What follows `By`, however it is capitalised.
fn after_word(line: &str) -> Option<&str> {
    WORDS.iter().find_map(|word| {
        let start = line.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word))?;
        let rest = &line[start.len()..];
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        let is_apart = word.ends_with(':') || rest.starts_with([' ', '\u{a0}']);
        is_apart.then_some(rest.trim())
    })
}

/// The names in a list of them.
fn parted(text: &str) -> Option<Vec<String>> {
    let mut text = text.trim().to_owned();
    for and in [" and ", " und ", " et ", " y ", " & ", "＆", "、", "，", "；", ";", "／", "/"] {
        text = text.replace(and, ",");
    }
    let names: Vec<String> = text
        .split(',')
        .map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|name| !name.is_empty())
        .map(|name| together(&name))
        .collect();
    (!names.is_empty()).then_some(names)
}

/// A name whose characters were set apart (`朱 自 清`) is read as one.
fn together(name: &str) -> String {
    let is_spaced = name.split(' ').count() > 1
        && name.split(' ').all(|part| part.chars().count() == 1 && part.chars().all(|c| !c.is_ascii()));
    if is_spaced { name.replace(' ', "") } else { name.to_owned() }
}

/// Whether nothing stands in `name` that no name holds.
fn is_plain(name: &str) -> bool {
    let is_fit = |c: char| c.is_alphanumeric() || " .'’-·・‧•＝=ー〔〕［］[]（）()".contains(c);
    !name.is_empty()
        && name.width() <= NAME_COLUMNS
        && name.chars().any(char::is_alphabetic)
        && name.chars().all(is_fit)
}

/// Particles of names that are written small.
const PARTICLES: &[&str] = &[
    "de", "da", "di", "do", "du", "del", "della", "dos", "das", "der", "den", "van", "von", "vom", "zu",
    "ten", "ter", "la", "le", "el", "al", "bin", "ibn", "y", "e",
];

/// Small words that stand in titles and never in names.
const NO_NAMES: &[&str] =
    &["the", "a", "an", "my", "our", "night", "day", "and", "or", "of", "in", "on", "any", "all"];

/// Whether a line of its own could be nothing but a name: two words or more, or a few Han characters.
pub(super) fn may_be_name(line: &str) -> bool {
    let is_han_name = (2..=4).contains(&line.chars().count()) && line.chars().all(is_han);
    is_han_name || line.contains(' ') && line.is_ascii() && is_plain(line) && is_name(line)
}

/// Whether `text` looks like a name where a title or a sentence could stand as well.
fn is_name(text: &str) -> bool {
    let is_capital =
        |word: &str| word.starts_with(|c: char| c.is_uppercase() || !(c.is_lowercase() || c.is_numeric()));
    let words: Vec<&str> = text.split(' ').collect();
    words.len() <= 6
        && !text.ends_with('.')
        && is_capital(words[words.len() - 1])
        && (is_capital(words[0]) || ["van", "von", "de", "di", "bin", "ibn"].contains(&words[0]))
        && words.iter().all(|word| is_capital(word) || PARTICLES.contains(word))
        && !words.iter().any(|word| NO_NAMES.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(line: &str) -> Option<(Vec<String>, Option<String>, bool)> {
        let byline = read(line, &TimeZone::UTC)?;
        Some((byline.names, byline.day.map(|day| day.to_toml()), byline.says_more))
    }

    #[test]
    fn by_lines_name_their_authors() {
        for (line, want) in [
            ("By Ada Marlow", &["Ada Marlow"][..]),
            ("by Ada Marlow and Tobias Fenn", &["Ada Marlow", "Tobias Fenn"]),
            ("BY ADA MARLOW", &["ADA MARLOW"]),
            ("Written by Ludwig van der Berg", &["Ludwig van der Berg"]),
            ("Author: Ada Marlow", &["Ada Marlow"]),
            ("Von Jutta Weiß", &["Jutta Weiß"]),
            ("by J. R. Moss", &["J. R. Moss"]),
            ("By 林晚舟", &["林晚舟"]),
            ("作者：林晚舟", &["林晚舟"]),
            ("作者:林晚舟、陳一葦", &["林晚舟", "陳一葦"]),
            ("文／林晚舟", &["林晚舟"]),
            ("文/林晚舟", &["林晚舟"]),
            ("文 | 陈一苇", &["陈一苇"]),
            ("（文／林晚舟）", &["林晚舟"]),
            ("作者：朱　自　清", &["朱自清"]),
            ("著：白井さより", &["白井さより"]),
            ("白井さより 著", &["白井さより"]),
            ("글: 김하늘", &["김하늘"]),
            ("글 / 김하늘", &["김하늘"]),
            ("林晚舟／文", &["林晚舟"]),
            ("— Ada Marlow", &["Ada Marlow"]),
            ("——林晚舟", &["林晚舟"]),
        ] {
            let want = want.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(came(line), Some((want, None, false)), "given {line}");
        }
    }

    #[test]
    fn a_by_line_may_carry_the_date() {
        for line in [
            "By Ada Marlow, 22 November 2026",
            "By Ada Marlow | November 22, 2026",
            "by Ada Marlow — 2026-11-22",
            "2026-11-22 · By Ada Marlow",
        ] {
            let want = (vec!["Ada Marlow".to_owned()], Some("2026-11-22".to_owned()), false);
            assert_eq!(came(line), Some(want), "given {line}");
        }
        for line in
            ["作者：林晚舟　日期：2026年11月22日", "文／林晚舟 2026.11.22", "2026年11月22日　作者：林晚舟"]
        {
            let want = (vec!["林晚舟".to_owned()], Some("2026-11-22".to_owned()), false);
            assert_eq!(came(line), Some(want), "given {line}");
        }
    }

    #[test]
    fn what_else_a_by_line_says_is_noted() {
        for line in ["文／林晚舟　攝影／王大明", "作者：林晚舟　译者：王大明", "文／林晚舟，二〇二六年十一月"]
        {
            let (names, _, says_more) = came(line).unwrap();
            assert_eq!((names, says_more), (vec!["林晚舟".to_owned()], true), "given {line}");
        }
    }

    #[test]
    fn a_line_that_only_begins_like_one_is_none() {
        for line in [
            "By the river",
            "By Night",
            "by and by it rained",
            "By Ada Marlow, who lives in Lisbon",
            "By 1987 nobody wrote letters",
            "文章千古事",
            "文：這是一個很長的句子，說了很多事。",
            "— and then he left",
            "—— 那天下雨了。",
            "Von der Schönheit",
            "Por la mañana",
            "글을 쓰는 일",
            "- Ada",
            "By",
            "",
        ] {
            assert_eq!(came(line), None, "given {line}");
        }
    }
}
