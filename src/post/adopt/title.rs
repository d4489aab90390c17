//! The line that names an essay: by its marks (`# …`, an underline, 《…》), or by standing alone.
//!
//! A line without marks is a title when it is short, does not end like a sentence and has room around it.
//! What begins a letter, a list, a dialogue or a numbered section is none. Better no title than a first
//! line lost to the text.

use unicode_width::UnicodeWidthStr;

use crate::post::Format;
use crate::post::adopt::lines::Line;
use crate::post::heading;
use crate::post::markup::is_numbered_heading;

/// Columns of the widest title that only its place tells.
const ALONE_COLUMNS: usize = 60;
/// Columns of the widest title that its marks tell.
const MARKED_COLUMNS: usize = 120;

/// A title and how many lines it takes, underlines among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Title {
    pub text: String,
    pub lines: usize,
}

/// The title that begins with the first of `lines`, which is not blank.
pub(super) fn read(lines: &[Line<'_>], format: Format) -> Option<Title> {
    let title = marked(lines).or_else(|| {
        let text = alone(lines, format)?;
        Some(Title { text, lines: 1 })
    })?;
    let has_letters = title.text.chars().any(char::is_alphanumeric);
    has_letters.then(|| Title { text: together(&title.text), ..title })
}

fn marked(lines: &[Line<'_>]) -> Option<Title> {
    let (first, next) = (lines.first()?.text, lines.get(1).map_or("", |line| line.text));
    let third = lines.get(2).map_or("", |line| line.text);
    let of = |text: &str, lines| Some(Title { text: unbracketed(text).to_owned(), lines });
    if let Some(text) = heading::atx(first).or_else(|| labelled(first)).or_else(|| booked(first)) {
        return of(text, 1);
    }
    if is_line_of_marks(first) && is_line_of_marks(third) && is_nameable(next) {
        return of(next, 3);
    }
    if is_line_of_marks(next) && is_nameable(first) {
        return of(first, 2);
    }
    None
}

/// Whether `text` can be a title, were it only marked as one.
fn is_nameable(text: &str) -> bool {
    !text.is_empty()
        && text.width() <= MARKED_COLUMNS
        && !ends_like_a_sentence(text)
        && !is_line_of_marks(text)
}

fn labelled(line: &str) -> Option<&str> {
    const LABELS: &[&str] = &["標題", "标题", "題目", "题目", "題名", "タイトル", "제목", "Title", "TITLE"];
    let rest = LABELS.iter().find_map(|label| line.strip_prefix(label))?.trim_start();
    let text = rest.strip_prefix(['：', ':'])?.trim();
    (!text.is_empty()).then_some(text)
}

/// `《論地圖》` and the like, which stand around nothing but names.
fn booked(line: &str) -> Option<&str> {
    let inner = within(line, &[('《', '》'), ('〈', '〉'), ('【', '】')])?;
    (!ends_like_a_sentence(inner) && inner.width() <= ALONE_COLUMNS).then_some(inner)
}

/// Three or more of one mark, as a typewriter underlines.
fn is_line_of_marks(line: &str) -> bool {
    let mut marks = line.chars().filter(|c| !c.is_whitespace());
    let Some(first) = marks.next() else { return false };
    "=-─━═＝－～~*＊_—".contains(first) && line.chars().count() >= 3 && marks.all(|c| c == first)
}

fn alone(lines: &[Line<'_>], format: Format) -> Option<String> {
    let (line, rest) = lines.split_first()?;
    let text = match format {
        Format::Markdown => unstarred(line.text),
        Format::Plain => line.text,
    };
    let next = rest.iter().find(|line| !line.is_blank())?;
    let has_room = rest.first().is_some_and(Line::is_blank);
    let is_title = text.width() <= ALONE_COLUMNS
        && (has_room || is_set_off(line, next))
        && !ends_like_a_sentence(text)
        && !opens_something_else(text);
    if !is_title {
        return None;
    }
    match quoted(text) {
        Some(inner) => (!is_spoken(inner, next.text)).then(|| inner.to_owned()),
        None => {
            (!begins_with_quote(text) || !begins_with_quote(next.text)).then(|| undecorated(text).to_owned())
        }
    }
}

/// Whether the indents tell the title from the text: a centred title, or a first paragraph with full-width spaces.
fn is_set_off(title: &Line<'_>, next: &Line<'_>) -> bool {
    let is_paragraph = next.indent.starts_with('\u{3000}') && !title.indent.starts_with('\u{3000}');
    is_paragraph || title.indent.width() >= next.indent.width() + 4
}

fn ends_like_a_sentence(text: &str) -> bool {
    text.ends_with(['。', '．', '.', '，', ',', '；', ';', '：', ':', '、', '…', '—', '｡', '､'])
}

/// Salutations, items, quotations, sections, addresses.
fn opens_something_else(text: &str) -> bool {
    const SALUTATIONS: &[&str] = &[
        "dear ",
        "hello",
        "hi ",
        "拝啓",
        "拝啟",
        "前略",
        "謹啓",
        "敬啟者",
        "敬启者",
        "親愛的",
        "亲爱的",
        "안녕하세요",
    ];
    const MARKS: &[&str] =
        &["- ", "* ", "+ ", "• ", "・", "·", "> ", "|", "```", "~~~", "<", "![", "[", "#", "　"];
    let lower = text.to_lowercase();
    SALUTATIONS.iter().any(|salutation| lower.starts_with(salutation))
        || MARKS.iter().any(|mark| text.starts_with(mark))
        || text.contains("://")
        || is_numbered_heading(text)
        || is_line_of_marks(text)
        || text.chars().all(|c| c.is_numeric() || c.is_ascii_punctuation())
}

const QUOTES: &[(char, char)] = &[('「', '」'), ('『', '』'), ('“', '”'), ('"', '"'), ('„', '“'), ('«', '»')];

fn begins_with_quote(text: &str) -> bool {
    text.starts_with(|c| QUOTES.iter().any(|(open, _)| *open == c))
}

fn quoted(text: &str) -> Option<&str> {
    within(text, QUOTES)
}

/// Whether words in quotation marks are said rather than a name: they end as speech does, or speech goes on.
fn is_spoken(inner: &str, next: &str) -> bool {
    let ends_as_speech = ends_like_a_sentence(inner) || inner.ends_with(['？', '！', '?', '!', '～', '~']);
    ends_as_speech || begins_with_quote(next)
}

/// What stands between one pair of brackets around the whole of `text`.
fn within<'a>(text: &'a str, pairs: &[(char, char)]) -> Option<&'a str> {
    pairs.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(*open)?.strip_suffix(*close)?.trim();
        (!inner.is_empty() && !inner.contains([*open, *close])).then_some(inner)
    })
}

/// The title without the brackets that only say that it is one.
fn unbracketed(text: &str) -> &str {
    let text = undecorated(text.trim());
    within(text, &[('《', '》'), ('〈', '〉'), ('【', '】'), ('「', '」'), ('『', '』')]).unwrap_or(text)
}

/// `--- On maps ---` is `On maps`.
fn undecorated(text: &str) -> &str {
    const MARKS: &[char] = &['-', '=', '~', '*', '─', '—', '━'];
    let inner = text.trim_matches(MARKS);
    let is_decorated = text.len() >= inner.len() + 4 && text.starts_with(MARKS) && text.ends_with(MARKS);
    if is_decorated { inner.trim() } else { text }
}

/// Markdown writers who make their title bold mean no emphasis.
pub(super) fn unstarred(text: &str) -> &str {
    ["**", "__", "*", "_"]
        .iter()
        .find_map(|mark| {
            let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
            (!inner.is_empty() && !inner.contains(['*', '_'])).then_some(inner)
        })
        .unwrap_or(text)
}

/// One line; characters that were set apart (`背　影`) come together.
pub(super) fn together(text: &str) -> String {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let is_wide = |part: &&str| part.chars().count() == 1 && part.width() == 2;
    if parts.len() > 1 && parts.iter().all(is_wide) { parts.concat() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::adopt::lines::lines;

    fn title(text: &str, format: Format) -> Option<(String, usize)> {
        let lines: Vec<Line<'_>> = lines(text).collect();
        read(&lines, format).map(|title| (title.text, title.lines))
    }

    #[test]
    fn a_title_is_told_by_its_marks() {
        for (text, want, lines) in [
            ("# On maps\nText", "On maps", 1),
            ("# 《論地圖》 #\n正文", "論地圖", 1),
            ("On maps\n=======\nText", "On maps", 2),
            ("On maps\n-------\nText", "On maps", 2),
            ("論地圖\n＝＝＝＝＝\n正文", "論地圖", 2),
            ("=======\n On maps\n=======\nText", "On maps", 3),
            ("《論地圖》\n正文", "論地圖", 1),
            ("【论地图】\n正文", "论地图", 1),
            ("標題：論地圖\n正文", "論地圖", 1),
            ("Title: On maps\nText", "On maps", 1),
            ("タイトル：余白を送る\n本文", "余白を送る", 1),
        ] {
            assert_eq!(title(text, Format::Plain), Some((want.to_owned(), lines)), "given {text:?}");
        }
    }

    #[test]
    fn a_short_line_with_room_around_it_is_a_title() {
        for (text, want) in [
            ("On maps\n\nText", "On maps"),
            ("Why write letters?\n\nText", "Why write letters?"),
            ("論地圖\n　　正文。", "論地圖"),
            ("　　　　背　影\n\n　　我與父親不相見已二年餘了。", "背影"),
            ("                 ON MAPS\nText that fills the line from the left.", "ON MAPS"),
            ("「余白」を送る\n\n　本文。", "「余白」を送る"),
            ("「余白を送る」\n\n　本文。", "余白を送る"),
            ("《A》與《B》\n\n正文。", "《A》與《B》"),
            ("편지를 쓰는 밤\n\n본문.", "편지를 쓰는 밤"),
            ("--- On maps ---\n\nText", "On maps"),
            ("1984\u{2014}again\n\nText", "1984\u{2014}again"),
        ] {
            assert_eq!(title(text, Format::Plain), Some((want.to_owned(), 1)), "given {text:?}");
        }
        assert_eq!(title("**On maps**\n\nText", Format::Markdown), Some(("On maps".to_owned(), 1)));
    }

    #[test]
    fn a_first_line_that_is_text_is_no_title() {
        for text in [
            "It rained.\n\nText",
            "On maps\nand on other things I wrote.",
            "外婆寫信有一個規矩。\n\n正文",
            "春眠不覺曉\n處處聞啼鳥\n\n夜來風雨聲",
            "「你來了。」\n\n「我來了。」",
            "「你來了」\n\n「我來了」",
            "“Where were you?”\n\n“Nowhere.”",
            "「走吧」他說\n\n「走」",
            "Dear Ada\n\nText",
            "拝啓\n\n　秋も深まり",
            "親愛的林：\n\n正文",
            "一、晚\n\n正文",
            "第一章 出發\n\n正文",
            "1. What a blank line can do\n\nText",
            "- milk\n\n- eggs",
            "https://letters.example.org/\n\nText",
            "* * *\n\nText",
            "2026\n\nText",
            "　　雨停了\n　　他走了",
            "A line of so many words that nobody would ever give it to an essay as a name\n\nText",
            "On maps",
            "On maps\n\n",
        ] {
            assert_eq!(title(text, Format::Plain), None, "given {text:?}");
        }
    }
}
