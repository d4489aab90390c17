//! What speakers of a language call it, for lists a reader picks a language from.

use crate::words::Lang;

/// Autonyms by tag; the longest tag that fits is used.
const AUTONYMS: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Español"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("gl", "Galego"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hu", "Magyar"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("lzh", "文言"),
    ("nan", "閩南語"),
    ("nb", "Norsk bokmål"),
    ("nl", "Nederlands"),
    ("nn", "Norsk nynorsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sv", "Svenska"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("yue", "粵語"),
    ("zh", "中文"),
    ("zh-CN", "简体中文"),
    ("zh-HK", "繁體中文"),
    ("zh-Hans", "简体中文"),
    ("zh-Hant", "繁體中文"),
    ("zh-MO", "繁體中文"),
    ("zh-SG", "简体中文"),
    ("zh-TW", "繁體中文"),
];

/// The language's own name, such as `日本語`; its tag where we know no name.
pub fn autonym(lang: &Lang) -> &str {
    let fits =
        |tag: &str| lang.as_str().strip_prefix(tag).is_some_and(|r| r.is_empty() || r.starts_with('-'));
    AUTONYMS
        .iter()
        .filter(|(tag, _)| fits(tag))
        .max_by_key(|(tag, _)| tag.len())
        .map_or(lang.as_str(), |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_called_what_its_speakers_call_it() {
        for (tag, want) in [
            ("ja", "日本語"),
            ("zh-Hant-TW", "繁體中文"),
            ("zh", "中文"),
            ("pt-BR", "Português"),
            ("tlh", "tlh"),
            ("enm", "enm"),
        ] {
            assert_eq!(autonym(&tag.parse().unwrap()), want, "given {tag}");
        }
    }
}
