//! Front matter becomes typed fields; what cannot be read is a fault, what is not known a finding.

mod values;

use jiff::Zoned;
use jiff::tz::TimeZone;
use serde_json::Map;
use url::Url;

use serde::{Deserialize, Serialize};

use crate::post::matter::{Entry, Node, Value};
use crate::post::names::{self, Meaning};
use crate::post::remarks::{Flaw, Remarks};
use crate::post::translations::Kin;
use crate::post::{Image, PostId, Slug, dates};
use crate::words::Lang;

pub(super) use crate::post::fields::values::{Bill, Named, is_visible, one_line};

/// A value and the line it was given on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct At<T> {
    pub line: usize,
    pub value: T,
}

/// What front matter says of a post, whichever generator it was written for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub id: Option<At<PostId>>,
    pub title: Option<At<String>>,
    pub date: Option<At<Zoned>>,
    /// A date stands there, read or not: its absence is not a second fault.
    pub has_date: bool,
    pub updated: Option<At<Zoned>>,
    pub slug: Option<At<Slug>>,
    pub aliases: Vec<At<String>>,
    pub summary: Option<String>,
    pub tags: Vec<String>,
    pub series: Option<String>,
    pub toc: Option<bool>,
    pub authors: Vec<Named>,
    pub lang: Option<Lang>,
    pub kin: Kin,
    pub is_draft: bool,
    pub image: Option<Image>,
    pub canonical_url: Option<Url>,
    pub enclosure: Option<At<Bill>>,
    pub email: Option<bool>,
    pub extra: Map<String, serde_json::Value>,
}

/// Reads `entries`; dates without an offset are meant in `zone`.
pub(super) fn read(entries: &[Entry], zone: &TimeZone, remarks: &mut Remarks) -> Fields {
    let mut known: Vec<(usize, Meaning, &Entry)> = Vec::new();
    for entry in entries {
        match names::meaning(&entry.key) {
            Some((meaning, rank)) => known.push((rank, meaning, entry)),
            None => remarks.finding(unknown(entry)),
        }
    }
    // Where two names mean the same, the first in the table of names wins.
    known.sort_by_key(|(rank, ..)| *rank);
    let has_layout = entries.iter().any(|entry| entry.key == "layout");
    let mut reader = Reader { fields: Fields::default(), zone, remarks, is_jekyll: has_layout };
    for (_, meaning, entry) in known {
        reader.take(meaning, entry);
    }
    reader.fields
}

fn unknown(entry: &Entry) -> Flaw {
    let key = &entry.key;
    let advice = "what templates use goes under `extra`";
    let help = match names::nearest(key) {
        Some(name) => format!("did you mean `{name}`? {advice}"),
        None => advice.to_owned(),
    };
    Flaw::new(entry.line, format!("`{key}` is not a field of a post, so it has no effect")).with_help(help)
}

struct Reader<'a> {
    fields: Fields,
    zone: &'a TimeZone,
    remarks: &'a mut Remarks,
    /// Jekyll splits tags at spaces where it finds no list.
    is_jekyll: bool,
}

impl Reader<'_> {
    fn take(&mut self, meaning: Meaning, entry: &Entry) {
        if entry.node.value == Value::Null {
            return;
        }
        match meaning {
            Meaning::Id => self.id(entry),
            Meaning::Title => self.title(entry),
            Meaning::Date => self.date(entry),
            Meaning::Updated => self.updated(entry),
            Meaning::Slug => self.slug(entry),
            Meaning::Aliases => self.aliases(entry),
            Meaning::Path => self.path(entry),
            Meaning::Summary => self.summary(entry),
            Meaning::Tags => self.tags(entry),
            Meaning::Series => self.series(entry),
            Meaning::Toc => self.toc(entry),
            Meaning::Taxonomies => self.taxonomies(entry),
            Meaning::Authors => self.authors(entry),
            Meaning::Lang => self.lang(entry),
            Meaning::TranslationOf => self.translation_of(entry),
            Meaning::TranslationKey => self.fields.kin.key = self.text(entry).filter(|key| !key.is_empty()),
            Meaning::Draft => self.fields.is_draft |= self.is(entry) == Some(true),
            Meaning::Published => self.fields.is_draft |= self.is(entry) == Some(false),
            Meaning::Image => self.image(entry),
            Meaning::CanonicalUrl => self.canonical_url(entry),
            Meaning::Enclosure => self.enclosure(entry),
            Meaning::Email => self.fields.email = self.is(entry),
            Meaning::Extra => self.extra(entry),
            Meaning::Expiry => self.expiry(entry),
            Meaning::Meaningless => {}
        }
    }

    fn text(&mut self, entry: &Entry) -> Option<String> {
        self.remarks.expect(values::text(&entry.key, &entry.node))
    }

    fn is(&mut self, entry: &Entry) -> Option<bool> {
        self.remarks.expect(values::is(&entry.key, &entry.node))
    }

    fn at<T>(entry: &Entry, value: T) -> At<T> {
        At { line: entry.line, value }
    }

    /// A value that is parsed from its text; the parser's words are the fault.
    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, entry: &Entry) -> Option<At<T>> {
        let text = self.text(entry)?;
        let value = text.parse().map_err(|error| Flaw::new(entry.line, format!("`{}`: {error}", entry.key)));
        self.remarks.expect(value).map(|value| Self::at(entry, value))
    }

    fn id(&mut self, entry: &Entry) {
        self.fields.id = self.parsed(entry);
    }

    fn title(&mut self, entry: &Entry) {
        let title = self.text(entry).map(|text| one_line(&text)).filter(|title| is_visible(title));
        self.fields.title = title.map(|title| Self::at(entry, title));
    }

    fn date(&mut self, entry: &Entry) {
        self.fields.has_date = true;
        let date = self.moment(entry);
        self.fields.date = self.fields.date.take().or(date);
    }

    fn updated(&mut self, entry: &Entry) {
        let updated = self.moment(entry);
        self.fields.updated = self.fields.updated.take().or(updated);
    }

    fn moment(&mut self, entry: &Entry) -> Option<At<Zoned>> {
        let text = self.text(entry)?;
        let moment = dates::parse(&text, self.zone).map_err(|why| bad_date(entry.line, &entry.key, &why));
        self.remarks.expect(moment).map(|moment| Self::at(entry, moment))
    }

    fn slug(&mut self, entry: &Entry) {
        let Some(text) = self.text(entry) else { return };
        self.fields.slug = self.remarks.expect(values::slug(entry, &text)).map(|slug| Self::at(entry, slug));
    }

    fn aliases(&mut self, entry: &Entry) {
        for (line, text) in self.texts(entry) {
            let alias = self.remarks.expect(values::alias(line, &entry.key, &text));
            self.fields.aliases.extend(alias.map(|value| At { line, value }));
        }
    }

    /// A pattern such as `/:year/:title/` names no page.
    fn path(&mut self, entry: &Entry) {
        match self.text(entry) {
            Some(path) if path.contains(':') && !path.contains("://") => self.remarks.finding(
                Flaw::new(entry.line, format!("`{}` is a pattern, so no alias is made from it", entry.key))
                    .with_help("list the post's old path under `aliases`"),
            ),
            Some(_) => self.aliases(entry),
            None => {}
        }
    }

    fn summary(&mut self, entry: &Entry) {
        let summary = self.text(entry).map(|text| one_line(&text)).filter(|text| !text.is_empty());
        self.fields.summary = self.fields.summary.take().or(summary);
    }

    fn texts(&mut self, entry: &Entry) -> Vec<(usize, String)> {
        self.remarks.expect(values::texts(&entry.key, &entry.node)).unwrap_or_default()
    }

    fn tags(&mut self, entry: &Entry) {
        let tags = if self.is_jekyll { values::words(&entry.node) } else { None };
        let tags = tags.unwrap_or_else(|| self.texts(entry).into_iter().map(|(_, tag)| tag).collect());
        self.fields.tags.extend(tags);
    }

    /// A post is a part of one series; Hugo and Zola have a list.
    fn series(&mut self, entry: &Entry) {
        let name = match &entry.node.value {
            Value::List(_) => self.texts(entry).into_iter().next().map(|(_, name)| name),
            _ => self.text(entry).map(|name| one_line(&name)).filter(|name| !name.is_empty()),
        };
        self.fields.series = self.fields.series.take().or(name);
    }

    fn toc(&mut self, entry: &Entry) {
        let toc = self.is(entry);
        self.fields.toc = self.fields.toc.or(toc);
    }

    /// Zola's `[taxonomies]`: tags, categories, series and authors; other taxonomies have no page here.
    fn taxonomies(&mut self, entry: &Entry) {
        let Value::Table(entries) = &entry.node.value else {
            return self.remarks.fault(values::expected("a table", &entry.key, &entry.node));
        };
        for inner in entries {
            match names::meaning(&inner.key) {
                Some((meaning @ (Meaning::Tags | Meaning::Series | Meaning::Authors), _)) => {
                    self.take(meaning, inner)
                }
                _ => self.remarks.finding(
                    Flaw::new(inner.line, format!("the taxonomy `{}` has no pages here", inner.key))
                        .with_help("`tags`, `categories`, `series` and `authors` have"),
                ),
            }
        }
    }

    fn authors(&mut self, entry: &Entry) {
        let authors = self.remarks.expect(values::authors(&entry.key, &entry.node)).unwrap_or_default();
        for author in authors {
            if !self.fields.authors.iter().any(|known| known.name == author.name) {
                self.fields.authors.push(author);
            }
        }
    }

    fn lang(&mut self, entry: &Entry) {
        let lang = self.parsed(entry).map(|at| at.value);
        self.fields.lang = self.fields.lang.take().or(lang);
    }

    fn translation_of(&mut self, entry: &Entry) {
        let name = self.text(entry).filter(|name| !name.is_empty());
        self.fields.kin.of = name.map(|name| Self::at(entry, name));
    }

    fn image(&mut self, entry: &Entry) {
        let image = self.remarks.expect(values::image(&entry.key, &entry.node)).flatten();
        self.fields.image = self.fields.image.take().or(image);
    }

    fn canonical_url(&mut self, entry: &Entry) {
        let Some(text) = self.text(entry).filter(|text| !text.is_empty()) else { return };
        let url = self.remarks.expect(values::address(entry.line, &entry.key, &text, &values::WEB));
        self.fields.canonical_url = self.fields.canonical_url.take().or(url);
    }

    fn enclosure(&mut self, entry: &Entry) {
        let bill = self.remarks.expect(values::enclosure(&entry.key, &entry.node));
        self.fields.enclosure = bill.map(|bill| Self::at(entry, bill));
    }

    fn extra(&mut self, entry: &Entry) {
        let Value::Table(entries) = &entry.node.value else {
            return self.remarks.fault(values::expected("a table", &entry.key, &entry.node));
        };
        for Entry { key, node, .. } in entries {
            self.fields.extra.entry(key.as_str()).or_insert_with(|| Node::to_json(node));
        }
    }

    fn expiry(&mut self, entry: &Entry) {
        let what = format!("`{}` has no effect: posts do not expire", entry.key);
        self.remarks
            .finding(Flaw::new(entry.line, what).with_help("set `draft = true` to take the post down"));
    }
}

/// What is said of a date that cannot be read.
pub(super) fn bad_date(line: usize, key: &str, why: &str) -> Flaw {
    Flaw::new(line, format!("`{key}` is not an RFC 3339 date: {why}")).with_help(dates::HELP)
}
