//! Locales in the form of the Open Graph protocol, `language_TERRITORY`, made of BCP 47 tags.

use super::Lang;

/// Tags that name no territory and are read as that of one country all the same: by what CLDR finds likely, as far as
/// nobody elsewhere would mind. `zh`, `pt` and `ar` are not among them: each would be wrong for millions.
const HOMES: [(&str, &str); 37] = [
    ("bg", "BG"),
    ("cs", "CZ"),
    ("da", "DK"),
    ("de", "DE"),
    ("el", "GR"),
    ("en", "US"),
    ("es", "ES"),
    ("et", "EE"),
    ("fa", "IR"),
    ("fi", "FI"),
    ("fr", "FR"),
    ("he", "IL"),
    ("hi", "IN"),
    ("hr", "HR"),
    ("hu", "HU"),
    ("id", "ID"),
    ("is", "IS"),
    ("it", "IT"),
    ("ja", "JP"),
    ("ko", "KR"),
    ("lt", "LT"),
    ("lv", "LV"),
    ("nb", "NO"),
    ("nl", "NL"),
    ("nn", "NO"),
    ("pl", "PL"),
    ("ro", "RO"),
    ("ru", "RU"),
    ("sk", "SK"),
    ("sl", "SI"),
    ("sv", "SE"),
    ("th", "TH"),
    ("tr", "TR"),
    ("uk", "UA"),
    ("vi", "VN"),
    ("zh-Hans", "CN"),
    ("zh-Hant", "TW"),
];

impl Lang {
    /// Its locale, such as `zh_TW` of `zh-Hant` or `pt_BR` of `pt-BR`; none where the tag does not tell the territory.
    pub fn locale(&self) -> Option<String> {
        let territory = self.region().or_else(|| home(self.as_str()))?;
        Some(format!("{}_{territory}", self.primary()))
    }

    /// The region subtag (RFC 5646 §2.2.4) as ISO 3166-1 writes it: `TW` of `zh-Hant-TW`.
    fn region(&self) -> Option<&str> {
        let subtags = self.as_str().split('-').skip(1);
        // After a single letter or digit come extensions and what people agreed on in private.
        subtags.take_while(|subtag| subtag.len() > 1).find(|subtag| is_region(subtag))
    }
}

fn is_region(subtag: &str) -> bool {
    subtag.len() == 2 && subtag.bytes().all(|b| b.is_ascii_uppercase())
}

fn home(tag: &str) -> Option<&'static str> {
    HOMES.iter().find(|(known, _)| *known == tag).map(|(_, territory)| *territory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_told_where_the_tag_or_custom_tells_it() {
        for (tag, want) in [
            ("zh-Hant", Some("zh_TW")),
            ("zh-Hans", Some("zh_CN")),
            ("zh-Hant-HK", Some("zh_HK")),
            ("zh-TW", Some("zh_TW")),
            ("ja", Some("ja_JP")),
            ("ko", Some("ko_KR")),
            ("en", Some("en_US")),
            ("en-GB", Some("en_GB")),
            ("pt-BR", Some("pt_BR")),
            ("de-CH-1996", Some("de_CH")),
            ("sr-Latn-RS", Some("sr_RS")),
            ("zh", None),
            ("pt", None),
            ("ar", None),
            ("es-419", None),
            ("ja-Latn", None),
            ("en-x-gb", None),
            ("tlh", None),
        ] {
            assert_eq!(tag.parse::<Lang>().unwrap().locale().as_deref(), want, "given {tag}");
        }
    }
}
