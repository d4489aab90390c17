//! Language tags (BCP 47, RFC 5646) and what a language asks of typography.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A language tag such as `en`, `ja`, `zh-Hant` or `pt-BR`, in the case BCP 47 recommends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang(String);

/// How a language is written, as far as line breaks, word counts and fonts care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Writing {
    /// Han characters without spaces: Chinese.
    Han,
    /// Kana and kanji without spaces: Japanese.
    Kana,
    /// Hangul with spaces: Korean.
    Hangul,
    /// Words between spaces, from the right.
    RightToLeft,
    /// Words between spaces, from the left.
    Spaced,
}

impl Lang {
    /// The tag as it stands in `lang` attributes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language subtag: `zh` of `zh-Hant-TW`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// How it is written.
    pub fn writing(&self) -> Writing {
        match self.primary() {
            "zh" | "yue" | "wuu" | "nan" | "hak" | "lzh" => Writing::Han,
            "ja" => Writing::Kana,
            "ko" => Writing::Hangul,
            "ar" | "he" | "fa" | "ur" | "yi" | "ps" | "dv" | "sd" | "ug" => Writing::RightToLeft,
            _ => Writing::Spaced,
        }
    }

    /// The value of a `dir` attribute: `ltr` or `rtl`.
    pub fn direction(&self) -> &'static str {
        if self.writing() == Writing::RightToLeft { "rtl" } else { "ltr" }
    }

    /// Whether it is written with Chinese characters, kana or Hangul.
    pub fn is_cjk(&self) -> bool {
        matches!(self.writing(), Writing::Han | Writing::Kana | Writing::Hangul)
    }
}

impl FromStr for Lang {
    type Err = LangError;

    fn from_str(text: &str) -> Result<Self, LangError> {
        let fault = || LangError { text: text.to_owned() };
        let subtags: Vec<&str> = text.split(['-', '_']).collect();
        let is_subtag = |s: &&str| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric());
        let primary = subtags[0];
        let is_language =
            (2..=8).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
        if !is_language || !subtags.iter().all(is_subtag) {
            return Err(fault());
        }
        let mut tag = primary.to_ascii_lowercase();
        for subtag in &subtags[1..] {
            tag.push('-');
            tag.push_str(&in_recommended_case(subtag));
        }
        Ok(Self(tag))
    }
}

/// RFC 5646 §2.1.1: scripts in title case, regions in upper case, the rest in lower case.
fn in_recommended_case(subtag: &str) -> String {
    let is_alphabetic = subtag.bytes().all(|b| b.is_ascii_alphabetic());
    match (subtag.len(), is_alphabetic) {
        (2, true) => subtag.to_ascii_uppercase(),
        (4, true) => subtag[..1].to_ascii_uppercase() + &subtag[1..].to_ascii_lowercase(),
        _ => subtag.to_ascii_lowercase(),
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no language tag.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a language tag: expected one such as en, ja, zh-Hant or pt-BR")]
pub struct LangError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_takes_the_recommended_case() {
        for (given, want) in
            [("EN", "en"), ("zh_hant", "zh-Hant"), ("pt-br", "pt-BR"), ("ZH-HANT-tw", "zh-Hant-TW")]
        {
            assert_eq!(given.parse::<Lang>().unwrap().as_str(), want);
        }
        for given in ["", "e", "english language", "12", "en-", "日本語"] {
            assert!(given.parse::<Lang>().is_err(), "given {given:?}");
        }
    }
}
