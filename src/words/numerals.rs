//! How a language writes numbers (CLDR 47).

use crate::words::Lang;

/// A language's marks in numbers.
///
/// ```
/// use postrider::words::Numerals;
///
/// let german = Numerals::of(&"de".parse().unwrap());
/// assert_eq!((german.whole(12_345), german.share(987, 1_000)), ("12.345".to_owned(), "98,7\u{a0}%".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numerals {
    /// Stands between thousands.
    group: &'static str,
    decimal: &'static str,
    /// Stands before the per cent sign.
    gap: &'static str,
}

impl Numerals {
    /// The marks of `lang`, or those of English.
    pub fn of(lang: &Lang) -> Self {
        const NO_BREAK: &str = "\u{a0}";
        const NARROW: &str = "\u{202f}";
        let (group, decimal, gap) = match lang.primary() {
            "de" | "es" | "nl" | "it" | "id" | "da" => (".", ",", NO_BREAK),
            "pt" | "tr" => (".", ",", ""),
            "fr" => (NARROW, ",", NARROW),
            "ru" | "pl" | "cs" | "sv" | "nb" | "fi" | "uk" => (NO_BREAK, ",", NO_BREAK),
            _ => (",", ".", ""),
        };
        Self { group, decimal, gap }
    }

    /// `12,345`.
    pub fn whole(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut written = String::with_capacity(digits.len() + 6);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                written.push_str(self.group);
            }
            written.push(digit);
        }
        written
    }

    /// `90%`.
    pub fn per_cent(&self, number: u64) -> String {
        format!("{}{}%", self.whole(number), self.gap)
    }

    /// How much `part` is of `whole`: `98.7%`. Only all is `100%`, only nothing `0%`.
    pub fn share(&self, part: u64, whole: u64) -> String {
        let Self { decimal, gap, .. } = self;
        if part == 0 || part >= whole {
            return self.per_cent(if part == 0 { 0 } else { 100 });
        }
        let tenths = (u128::from(part) * 1_000 + u128::from(whole) / 2) / u128::from(whole);
        let tenths = tenths.clamp(1, 999);
        format!("{}{decimal}{}{gap}%", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numerals(tag: &str) -> Numerals {
        Numerals::of(&tag.parse().unwrap())
    }

    #[test]
    fn thousands_stand_apart_as_the_language_has_it() {
        for (tag, want) in [
            ("en", "1,234,567"),
            ("de", "1.234.567"),
            ("fr", "1\u{202f}234\u{202f}567"),
            ("pt-BR", "1.234.567"),
            ("zh-Hant", "1,234,567"),
            ("ja", "1,234,567"),
        ] {
            assert_eq!(numerals(tag).whole(1_234_567), want, "{tag}");
        }
        for (number, want) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (u64::MAX, "18,446,744,073,709,551,615")]
        {
            assert_eq!(numerals("en").whole(number), want);
        }
    }

    #[test]
    fn a_share_is_rounded_but_never_to_all_or_nothing() {
        for (part, whole, want) in [
            (0, 0, "0%"),
            (0, 7, "0%"),
            (7, 7, "100%"),
            (1, 3, "33.3%"),
            (2, 3, "66.7%"),
            (1, 1_000_000, "0.1%"),
            (999_999, 1_000_000, "99.9%"),
        ] {
            assert_eq!(numerals("en").share(part, whole), want, "{part} of {whole}");
        }
        assert_eq!(numerals("fr").share(1, 3), "33,3\u{202f}%");
    }
}
