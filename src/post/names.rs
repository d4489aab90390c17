//! The names of front matter fields: our own, and those of Hugo, Zola and Jekyll.

/// What a field means, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Id,
    Title,
    Date,
    Updated,
    Slug,
    /// Paths that lead here.
    Aliases,
    /// The path another generator published it at: one alias more.
    Path,
    Summary,
    Tags,
    Taxonomies,
    Series,
    Toc,
    Authors,
    Lang,
    /// The post it is a translation of.
    TranslationOf,
    /// Hugo's: what translations of one essay have in common.
    TranslationKey,
    Draft,
    /// Jekyll's opposite of a draft.
    Published,
    Image,
    CanonicalUrl,
    Enclosure,
    Email,
    Extra,
    /// When Hugo would take it down; posts here do not expire.
    Expiry,
    /// Says how another generator builds or orders pages; nothing is lost by leaving it out.
    Meaningless,
}

/// The names of our own fields.
pub(super) const OWN: &[&str] = &[
    "id",
    "title",
    "date",
    "updated",
    "slug",
    "aliases",
    "summary",
    "tags",
    "series",
    "authors",
    "lang",
    "translation_of",
    "draft",
    "image",
    "canonical_url",
    "enclosure",
    "toc",
    "email",
    "extra",
];

/// Every known name in lower case. Where two mean the same, the one that stands first wins.
const NAMES: &[(&str, Meaning)] = &[
    ("id", Meaning::Id),
    ("title", Meaning::Title),
    // Hugo: `date` is when it was written, `publishDate` when it goes out.
    ("publishdate", Meaning::Date),
    ("pubdate", Meaning::Date),
    ("date", Meaning::Date),
    ("updated", Meaning::Updated),
    ("lastmod", Meaning::Updated),
    ("modified", Meaning::Updated),
    ("last_modified_at", Meaning::Updated),
    ("last_updated", Meaning::Updated),
    ("slug", Meaning::Slug),
    ("aliases", Meaning::Aliases),
    ("alias", Meaning::Aliases),
    ("redirect_from", Meaning::Aliases),
    ("path", Meaning::Path),
    ("url", Meaning::Path),
    ("permalink", Meaning::Path),
    ("summary", Meaning::Summary),
    ("description", Meaning::Summary),
    ("excerpt", Meaning::Summary),
    ("tags", Meaning::Tags),
    ("tag", Meaning::Tags),
    ("categories", Meaning::Tags),
    ("category", Meaning::Tags),
    ("taxonomies", Meaning::Taxonomies),
    ("series", Meaning::Series),
    ("authors", Meaning::Authors),
    ("author", Meaning::Authors),
    ("lang", Meaning::Lang),
    ("language", Meaning::Lang),
    ("locale", Meaning::Lang),
    ("translation_of", Meaning::TranslationOf),
    ("translationkey", Meaning::TranslationKey),
    ("draft", Meaning::Draft),
    ("published", Meaning::Published),
    ("image", Meaning::Image),
    ("images", Meaning::Image),
    ("cover", Meaning::Image),
    ("cover_image", Meaning::Image),
    ("featured_image", Meaning::Image),
    ("thumbnail", Meaning::Image),
    ("canonical_url", Meaning::CanonicalUrl),
    ("canonicalurl", Meaning::CanonicalUrl),
    ("canonical", Meaning::CanonicalUrl),
    ("enclosure", Meaning::Enclosure),
    ("toc", Meaning::Toc),
    ("showtoc", Meaning::Toc),
    ("email", Meaning::Email),
    ("extra", Meaning::Extra),
    ("params", Meaning::Extra),
    ("expirydate", Meaning::Expiry),
    ("unpublishdate", Meaning::Expiry),
];

/// Names that mean something to other generators only.
const MEANINGLESS: &[&str] = &[
    "_build",
    "build",
    "cascade",
    "comments",
    "excerpt_separator",
    "generate_feed",
    "generate_feeds",
    "headless",
    "in_search_index",
    "insert_anchor_links",
    "iscjklanguage",
    "katex",
    "keywords",
    "layout",
    "linktitle",
    "markup",
    "math",
    "mathjax",
    "menu",
    "menus",
    "outputs",
    "page_template",
    "paginate_by",
    "pin",
    "render",
    "resources",
    "search",
    "show_reading_time",
    "sitemap",
    "sitemap_exclude",
    "sort_by",
    "template",
    "type",
    "weight",
];

/// What `key` means and its rank among names that mean the same.
pub(super) fn meaning(key: &str) -> Option<(Meaning, usize)> {
    let key = key.to_lowercase();
    let named = NAMES.iter().position(|(name, _)| *name == key).map(|rank| (NAMES[rank].1, rank));
    named.or_else(|| MEANINGLESS.contains(&key.as_str()).then_some((Meaning::Meaningless, NAMES.len())))
}

/// The known name most like `key`, where one is like it at all.
pub(super) fn nearest(key: &str) -> Option<&'static str> {
    let key = key.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&key, name);
    let names = OWN.iter().copied().chain(NAMES.iter().map(|(name, _)| *name));
    names
        .map(|name| (name, likeness(name)))
        .filter(|(_, likeness)| *likeness > 0.82)
        .fold(None, |best: Option<(&str, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_is_recognised() {
        for (given, want) in [
            ("sumary", Some("summary")),
            ("Tilte", Some("title")),
            ("canonicl_url", Some("canonical_url")),
            ("autors", Some("authors")),
            ("colour", None),
        ] {
            assert_eq!(nearest(given), want, "given {given}");
        }
    }

    #[test]
    fn every_field_of_our_own_has_a_meaning_and_no_name_has_two() {
        for name in OWN {
            assert!(meaning(name).is_some(), "{name}");
        }
        for (at, (name, _)) in NAMES.iter().enumerate() {
            assert_eq!(NAMES.iter().position(|(other, _)| other == name), Some(at), "{name}");
            assert!(!MEANINGLESS.contains(name), "{name}");
        }
    }

    #[test]
    fn every_field_of_our_own_is_documented_and_no_other() {
        let page = include_str!("../../docs/posts.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        assert_eq!(rows.collect::<Vec<_>>(), OWN);
    }
}
