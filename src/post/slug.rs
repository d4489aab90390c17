//! Slugs made from titles, file names and tags.
//!
//! Words are brought to one form (NFKC, lower case) so that what looks the same is the same. Latin letters
//! lose their accents, because a URL is also typed and spoken; every other script keeps its letters. In
//! [`SlugStyle::Romanised`] all becomes ASCII, except Japanese with kanji: their reading cannot be known
//! from the letters, and a dictionary of Chinese readings gets them wrong.

mod kana;

use deunicode::deunicode_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use url::Url;

use crate::post::{Author, Slug, SlugStyle};
use crate::words::{Lang, Writing};

/// A slug made from words, and whether the style could be kept to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub slug: Slug,
    /// Kanji stand in it though the style asks for ASCII.
    pub is_reading_unknown: bool,
}

/// The slug for `words`; none where no letter or digit is in them.
pub(super) fn make(words: &str, style: SlugStyle, lang: &Lang) -> Option<Made> {
    let words: String = words.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    let is_reading_unknown =
        style == SlugStyle::Romanised && lang.writing() == Writing::Kana && words.chars().any(is_han);
    let letters = match style {
        SlugStyle::Romanised if !is_reading_unknown => romanised(&words, lang),
        _ => words.chars().map(without_accent).collect(),
    };
    let joined = hyphenated(&letters.to_lowercase().nfc().collect::<String>());
    let slug = cut(&joined).parse().ok()?;
    Some(Made { slug, is_reading_unknown })
}

/// The slug for a tag's or author's name, whatever it is made of: names without a letter get their code points.
pub(super) fn for_name(name: &str, style: SlugStyle, lang: &Lang) -> Option<Slug> {
    // C, C++ and C# are three tags.
    let spelled = name.replace('+', "plus").replace('#', "sharp");
    if let Some(made) = make(&spelled, style, lang) {
        return Some(made.slug);
    }
    let codes: Vec<String> = name.chars().map(|c| format!("u{:x}", u32::from(c))).collect();
    cut(&codes.join("-")).parse().ok()
}

impl Author {
    /// The author called `name`, whose page lives at the slug their name makes.
    ///
    /// None where the name is empty.
    pub fn named(name: &str, url: Option<Url>, style: SlugStyle, lang: &Lang) -> Option<Self> {
        Some(Self { slug: for_name(name, style, lang)?, name: name.to_owned(), url })
    }
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '々' | '〆' | '〇')
}

fn romanised(words: &str, lang: &Lang) -> String {
    let words = if lang.writing() == Writing::Kana { kana::romanised(words) } else { words.to_owned() };
    words.chars().map(|c| ascii_of(c).unwrap_or_else(|| c.to_string())).collect()
}

/// ASCII letters for one letter. Han syllables stand apart as words do; `deunicode` ends them with a space.
fn ascii_of(c: char) -> Option<String> {
    if c.is_ascii() {
        return Some(c.to_string());
    }
    if !c.is_alphanumeric() {
        return is_combining_mark(c).then(String::new);
    }
    deunicode_char(c).map(|text| if is_han(c) { format!(" {text} ") } else { text.to_owned() })
}

fn without_accent(c: char) -> String {
    let is_accented_latin = c.is_alphabetic() && matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    match deunicode_char(c) {
        Some(plain) if is_accented_latin => plain.to_owned(),
        _ => c.to_string(),
    }
}

/// Runs of what is no letter become one hyphen; an apostrophe joins (`don't` is `dont`).
fn hyphenated(words: &str) -> String {
    let mut slug = String::with_capacity(words.len());
    for c in words.chars().filter(|c| !matches!(c, '\'' | '’' | '\u{ad}')) {
        if c.is_alphanumeric() || c == 'ー' {
            slug.push(c);
        } else if is_combining_mark(c) {
            // After an ASCII letter it is an accent for which the letter has no form of its own.
            slug.extend(slug.ends_with(|last: char| !last.is_ascii()).then_some(c));
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// At most [`Slug::MAX_OCTETS`], ended between words where that keeps at least half.
fn cut(slug: &str) -> &str {
    let kept = &slug[..slug.floor_char_boundary(Slug::MAX_OCTETS)];
    if kept.len() == slug.len() {
        return slug;
    }
    match kept.rfind('-') {
        Some(at) if at > Slug::MAX_OCTETS / 2 => &kept[..at],
        _ => kept,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slug(words: &str, style: SlugStyle, lang: &str) -> String {
        make(words, style, &lang.parse().unwrap()).map(|made| made.slug.to_string()).unwrap_or_default()
    }

    #[test]
    fn letters_keep_their_script_and_latin_loses_its_accents() {
        for (words, want) in [
            ("On Maps", "on-maps"),
            ("  What's  new, 2026?! ", "whats-new-2026"),
            ("Café Größe Łódź Việt", "cafe-grosse-lodz-viet"),
            ("cafe\u{301}", "cafe"),
            ("論地圖：一", "論地圖-一"),
            ("ラーメンか\u{3099}すき", "ラーメンがすき"),
            ("ＲＳＳ２．０", "rss2-0"),
            ("한국어 제목", "한국어-제목"),
            ("हिन्दी", "हिन्दी"),
            ("ΟΔΟΣ", "οδος"),
            ("İstanbul", "istanbul"),
            ("../../etc/passwd", "etc-passwd"),
            ("!!!", ""),
            ("\u{301}", ""),
        ] {
            assert_eq!(slug(words, SlugStyle::Keep, "en"), want, "given {words:?}");
        }
    }

    #[test]
    fn romanised_slugs_are_ascii_but_for_kanji() {
        for (words, lang, want) in [
            ("論地圖", "zh-Hant", "lun-di-tu"),
            ("RSS 的故事", "zh-Hans", "rss-de-gu-shi"),
            ("한국어 제목", "ko", "hangugeo-jemog"),
            ("ラーメン", "ja", "ramen"),
            ("きょうのにっき", "ja", "kyononikki"),
            ("雪国だより", "ja", "雪国だより"),
            ("Привет мир", "ru", "privet-mir"),
        ] {
            assert_eq!(slug(words, SlugStyle::Romanised, lang), want, "given {words}");
        }
        let made = make("雪国だより", SlugStyle::Romanised, &"ja".parse().unwrap()).unwrap();
        assert!(made.is_reading_unknown);
    }

    #[test]
    fn a_long_title_is_cut_between_words() {
        let made = slug(&"palimpsest ".repeat(40), SlugStyle::Keep, "en");
        assert!(made.len() <= Slug::MAX_OCTETS && made.ends_with("palimpsest"), "{made}");
        assert_eq!(slug(&"圖".repeat(300), SlugStyle::Keep, "zh").len(), 198);
    }

    #[test]
    fn tags_that_differ_only_in_signs_stay_apart() {
        let lang = "en".parse().unwrap();
        let of = |name| for_name(name, SlugStyle::Keep, &lang).unwrap().to_string();
        assert_eq!([of("C"), of("C++"), of("C#"), of("🎉")], ["c", "cplusplus", "csharp", "u1f389"]);
    }

    proptest! {
        #[test]
        fn any_words_with_a_letter_give_a_slug_that_makes_itself_again(words in "\\PC{0,80}") {
            let lang: Lang = "en".parse().unwrap();
            if let Some(made) = make(&words, SlugStyle::Keep, &lang) {
                let again = make(made.slug.as_str(), SlugStyle::Keep, &lang).unwrap();
                prop_assert_eq!(again.slug, made.slug);
            }
        }
    }
}
