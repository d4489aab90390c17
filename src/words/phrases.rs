//! The phrases of each language.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::Date;
use thiserror::Error;
use unic_langid::LanguageIdentifier;

use crate::words::Lang;

/// Every language we have words in, with its phrases. The first is the one nobody is surprised by.
const LOCALES: &[(&str, &str)] = &[
    ("en", include_str!("../../locales/en.ftl")),
    ("de", include_str!("../../locales/de.ftl")),
    ("es", include_str!("../../locales/es.ftl")),
    ("fr", include_str!("../../locales/fr.ftl")),
    ("ja", include_str!("../../locales/ja.ftl")),
    ("ko", include_str!("../../locales/ko.ftl")),
    ("pt", include_str!("../../locales/pt.ftl")),
    ("zh-Hans", include_str!("../../locales/zh-Hans.ftl")),
    ("zh-Hant", include_str!("../../locales/zh-Hant.ftl")),
];

static WORDS: LazyLock<Vec<Words>> =
    LazyLock::new(|| LOCALES.iter().map(|(tag, source)| Words::parse(tag, source)).collect());

/// The interface words of one language.
///
/// ```
/// use postrider::words::{Value, Words};
///
/// let words = Words::of(&"zh-TW".parse().unwrap());
/// assert_eq!(words.say("post-count", &[("count", Value::from(3_usize))]), "3 篇文章");
/// ```
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
    source: &'static str,
    /// Phrases that need no value: pages ask for the same ones again and again.
    plain: OnceLock<HashMap<&'static str, String>>,
}

/// What a phrase is filled in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Chooses the plural form.
    Number(i64),
    Text(&'a str),
}

/// Why there is no such phrase.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PhraseError {
    #[error("`{id}` is not a phrase: expected one from locales/en.ftl{}", hint(nearest))]
    Unknown { id: String, nearest: Option<String> },
    #[error("the phrase `{id}` does not come out: {what}")]
    Values { id: String, what: String },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |id| format!(", such as `{id}`"))
}

impl Words {
    /// The words in `lang`, in the nearest language we have, or in English.
    pub fn of(lang: &Lang) -> &'static Self {
        let wanted = locale_for(lang).unwrap_or("en");
        WORDS.iter().find(|words| words.lang.as_str() == wanted).expect("locale_for names a locale we have")
    }

    /// Whether there are words in `lang` itself, so that `of` need not fall back to English.
    pub fn speaks(lang: &Lang) -> bool {
        locale_for(lang).is_some()
    }

    /// Every language there are words in.
    pub fn all() -> &'static [Self] {
        &WORDS
    }

    fn parse(tag: &str, source: &'static str) -> Self {
        let resource =
            FluentResource::try_new(source.to_owned()).expect("the locales built in are well-formed");
        let mut bundle = FluentBundle::new_concurrent(vec![plural_locale(tag)]);
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).expect("no locale has a message twice");
        let lang = tag.parse().expect("LOCALES holds language tags");
        Self { lang, bundle, source, plain: OnceLock::new() }
    }

    /// The language the words are in, for `lang` attributes.
    pub fn lang(&self) -> &Lang {
        &self.lang
    }

    /// The phrase `id` with `values` filled in.
    ///
    /// # Panics
    ///
    /// If `id` is no phrase or lacks a value: use it for ids written in code, [`Words::phrase`] for others.
    pub fn say(&self, id: &str, values: &[(&str, Value<'_>)]) -> String {
        self.phrase(id, values).expect("code names phrases that exist, with the values they need")
    }

    /// The phrase `id` with `values` filled in.
    ///
    /// # Errors
    ///
    /// If `id` is no phrase, or a value it needs is missing.
    pub fn phrase(&self, id: &str, values: &[(&str, Value<'_>)]) -> Result<String, PhraseError> {
        let plain = || self.plain.get_or_init(|| self.plain_phrases()).get(id).cloned();
        let known = values.is_empty().then(plain).flatten();
        known.map_or_else(|| self.formatted(id, values), Ok)
    }

    fn plain_phrases(&self) -> HashMap<&'static str, String> {
        ids(self.source).filter_map(|id| Some((id, self.formatted(id, &[]).ok()?))).collect()
    }

    fn formatted(&self, id: &str, values: &[(&str, Value<'_>)]) -> Result<String, PhraseError> {
        let pattern = self
            .bundle
            .get_message(id)
            .and_then(|message| message.value())
            .ok_or_else(|| PhraseError::Unknown { id: id.to_owned(), nearest: nearest(id) })?;
        let values = arguments(values);
        let mut faults = Vec::new();
        let phrase = self.bundle.format_pattern(pattern, Some(&values), &mut faults).into_owned();
        match faults.first() {
            None => Ok(phrase),
            Some(fault) => Err(PhraseError::Values { id: id.to_owned(), what: fault.to_string() }),
        }
    }

    /// `date` as this language writes it in running text: `22 November 2026`, `2026年11月22日`.
    pub fn date(&self, date: Date) -> String {
        self.say(
            "date",
            &[
                ("day", Value::from(i64::from(date.day()))),
                ("month", Value::from(i64::from(date.month()))),
                ("year", Value::from(i64::from(date.year()))),
            ],
        )
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({})", self.lang)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// The locale whose words readers of `lang` understand best.
fn locale_for(lang: &Lang) -> Option<&'static str> {
    let wanted = match lang.primary() {
        "zh" | "yue" | "lzh" => {
            let is_traditional = lang.as_str().split('-').any(|s| matches!(s, "Hant" | "TW" | "HK" | "MO"))
                && !lang.as_str().contains("Hans");
            let is_by_region_only = lang.primary() != "zh" && !lang.as_str().contains('-');
            if is_traditional || is_by_region_only { "zh-Hant" } else { "zh-Hans" }
        }
        primary => primary,
    };
    LOCALES.iter().map(|(tag, _)| *tag).find(|tag| *tag == wanted)
}

/// CLDR keys plural rules by language alone.
fn plural_locale(tag: &str) -> LanguageIdentifier {
    let primary = tag.split('-').next().unwrap_or(tag);
    primary.parse().expect("LOCALES holds language tags")
}

fn arguments<'a>(values: &[(&'a str, Value<'a>)]) -> FluentArgs<'a> {
    let mut arguments = FluentArgs::with_capacity(values.len());
    for (name, value) in values {
        arguments.set(
            *name,
            match value {
                Value::Number(number) => FluentValue::from(*number),
                Value::Text(text) => FluentValue::from(*text),
            },
        );
    }
    arguments
}

/// Ids of all messages of a locale, in its order.
fn ids(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('='))
        .map(|(id, _)| id.trim())
}

/// The phrase that `id` may have been meant to be.
fn nearest(id: &str) -> Option<String> {
    ids(LOCALES[0].1)
        .map(|known| (strsim::damerau_levenshtein(id, known), known))
        .filter(|(distance, known)| *distance <= known.len() / 3 + 1)
        .min()
        .map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use jiff::civil::date;

    use super::*;

    fn words(tag: &str) -> &'static Words {
        Words::of(&tag.parse().unwrap())
    }

    /// The `$variables` of each message.
    fn variables(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut found = BTreeMap::<&str, BTreeSet<&str>>::new();
        let mut current = "";
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            current = ids(line).next().unwrap_or(current);
            let names = line.split('$').skip(1).map(|rest| {
                rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap()
            });
            if !current.is_empty() {
                found.entry(current).or_default().extend(names);
            }
        }
        found
    }

    #[test]
    fn every_language_has_every_phrase_with_the_same_variables() {
        let english = variables(LOCALES[0].1);
        assert!(english.len() > 20 && english["post-count"].contains("count"));
        for (tag, source) in LOCALES {
            assert_eq!(variables(source), english, "locales/{tag}.ftl differs from locales/en.ftl");
        }
    }

    #[test]
    fn every_phrase_comes_out_in_every_language() {
        for words in Words::all() {
            for (id, names) in variables(LOCALES[0].1) {
                let values: Vec<_> = names.iter().map(|name| (*name, Value::from(2_i64))).collect();
                let phrase = words.phrase(id, &values).unwrap();
                assert!(!phrase.is_empty() && !phrase.contains(['\u{2068}', '\u{2069}']), "{words:?} {id}");
            }
        }
    }

    #[test]
    fn each_locale_file_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/locales");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let built_in: BTreeSet<String> = LOCALES.iter().map(|(tag, _)| format!("{tag}.ftl")).collect();
        assert_eq!(files, built_in);
    }

    #[test]
    fn a_reader_gets_the_nearest_language_we_have() {
        for (given, want) in [
            ("en-GB", "en"),
            ("pt-BR", "pt"),
            ("zh", "zh-Hans"),
            ("zh-CN", "zh-Hans"),
            ("zh-TW", "zh-Hant"),
            ("zh-HK", "zh-Hant"),
            ("zh-Hant-HK", "zh-Hant"),
            ("zh-Hans-HK", "zh-Hans"),
            ("yue", "zh-Hant"),
            ("fi", "en"),
        ] {
            assert_eq!(words(given).lang().as_str(), want, "given {given}");
        }
        assert!(!Words::speaks(&"fi".parse().unwrap()));
    }

    #[test]
    fn a_date_reads_as_its_language_writes_it() {
        for (lang, want) in [
            ("en", "22 November 2026"),
            ("de", "22. November 2026"),
            ("fr", "22 novembre 2026"),
            ("es", "22 de noviembre de 2026"),
            ("pt", "22 de novembro de 2026"),
            ("ja", "2026年11月22日"),
            ("ko", "2026년 11월 22일"),
            ("zh-Hans", "2026年11月22日"),
            ("zh-Hant", "2026年11月22日"),
        ] {
            assert_eq!(words(lang).date(date(2026, 11, 22)), want);
        }
        assert_eq!(words("fr").date(date(2026, 3, 1)), "1er mars 2026");
        assert_eq!(words("en").date(date(2026, 12, 1)), "1 December 2026");
    }

    #[test]
    fn a_number_chooses_the_plural_form() {
        let count = |lang, n: usize| words(lang).say("post-count", &[("count", Value::from(n))]);
        assert_eq!(count("en", 1), "1 post");
        assert_eq!(count("en", 0), "0 posts");
        assert_eq!(count("fr", 0), "0 article");
        assert_eq!(count("de", 2), "2 Beiträge");
    }

    #[test]
    fn a_misspelt_phrase_is_told_with_the_nearest_one() {
        let error = words("en").phrase("post-cuont", &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`post-cuont` is not a phrase: expected one from locales/en.ftl, such as `post-count`"
        );
        assert!(matches!(words("en").phrase("post-count", &[]), Err(PhraseError::Values { .. })));
    }
}
