//! Fields, file name and text come together as a post; the publication fills in what none of them says.

use std::path::Path;
use std::sync::OnceLock;

use data_encoding::HEXLOWER;
use jiff::Zoned;
use jiff::civil::Date;
use ring::digest;

use crate::post::attached::Attached;
use crate::post::crossings::{Crossing, crossings};
use crate::post::essay::{Desk, Essay};
use crate::post::fields::{At, Fields, Named, is_visible, one_line};
use crate::post::file_name::FileName;
use crate::post::heading::{self, Opening};
use crate::post::markup;
use crate::post::remarks::{Flaw, Remarks};
use crate::post::{
    Author, Body, Format, Hold, Post, PostId, Series, Slug, Tag, dates, enclosure, id, language, slug,
};
use crate::words::Lang;

/// A file before its fields are known.
pub(super) struct File<'a> {
    /// Below the posts folder.
    pub path: &'a Path,
    pub name: FileName,
    pub format: Format,
    pub has_front: bool,
    /// What follows the front matter.
    pub text: &'a str,
    /// Line of the file on which it begins.
    pub first_line: usize,
}

/// The post in `file`, unless something it cannot do without is missing.
pub(super) fn assemble(
    file: File<'_>,
    fields: Fields,
    desk: Desk<'_>,
    remarks: &mut Remarks,
) -> Option<Essay> {
    if file.text.trim().is_empty() && !file.has_front {
        remarks.fault(Flaw::new(0, "expected an essay, found an empty file"));
        return None;
    }
    let given = fields.lang.as_ref().or(file.name.lang.as_ref()).cloned();
    let lang = given.unwrap_or_else(|| language::detect(file.text, &desk.settings.lang));
    let mut table = Table { file, fields, lang, desk, remarks };
    let (published, titled) = (table.published(), table.title_and_body());
    let (published, (title, body)) = (published?, titled?);
    Some(table.essay(title, body, published))
}

/// Everything laid out from which a post is put together.
struct Table<'a> {
    file: File<'a>,
    fields: Fields,
    lang: Lang,
    desk: Desk<'a>,
    remarks: &'a mut Remarks,
}

impl Table<'_> {
    fn essay(mut self, title: String, body: Body, published: Zoned) -> Essay {
        let date = self.file.name.date.unwrap_or_else(|| published.date());
        let (id, slug) = (self.id(date), self.slug(date));
        let enclosure = self.fields.enclosure.take();
        let attached = enclosure.as_ref().map(|bill| Attached::new(self.file.path, bill, self.desk.assets));
        let enclosure = enclosure
            .and_then(|bill| enclosure::settle(self.file.path, &bill, self.desk.assets, self.remarks));
        let (series, crossings) = (self.series(), self.crossings());
        let (tags, authors, hold) = (self.tags(), self.authors(), self.hold(&published));
        let Fields { id: given_id, slug: given_slug, updated, .. } = &self.fields;
        let (id_line, slug_line) = (line_of(given_id), line_of(given_slug));
        let is_id_stored = given_id.is_some();
        let updated = updated.as_ref().map(|at| at.value.clone()).filter(|updated| *updated > published);
        let own_path = |alias: &At<String>| alias.value.trim_matches('/') == slug.as_str();
        let aliases = self.fields.aliases.into_iter().filter(|alias| !own_path(alias));
        let (aliases, alias_lines) = aliases.map(|alias| (alias.value, alias.line)).unzip();
        let post = Post {
            id,
            is_id_stored,
            slug,
            content_hash: content_hash(&title, &body),
            title,
            published,
            updated,
            lang: self.lang,
            authors,
            tags,
            series,
            toc: self.fields.toc,
            given_summary: self.fields.summary.map(|given| plain(given, self.file.format)),
            image: self.fields.image,
            enclosure,
            canonical_url: self.fields.canonical_url,
            aliases,
            is_mailed: self.fields.email.unwrap_or(true),
            extra: self.fields.extra,
            source: self.file.path.to_owned(),
            body,
            survey: OnceLock::new(),
        };
        Essay { post, hold, id_line, slug_line, alias_lines, crossings, kin: self.fields.kin, attached }
    }

    fn is_draft(&self) -> bool {
        self.fields.is_draft || self.file.path.iter().any(|part| part == "_drafts")
    }

    fn hold(&self, published: &Zoned) -> Option<Hold> {
        if self.is_draft() {
            return Some(Hold::Draft);
        }
        (published.timestamp() > self.desk.now).then(|| Hold::Until(published.clone()))
    }

    /// When the post is from; a draft may leave it open.
    fn published(&mut self) -> Option<Zoned> {
        let zone = &self.desk.settings.zone;
        if let Some(date) = &self.fields.date {
            return Some(date.value.clone());
        }
        if let Some(date) = self.file.name.date {
            return dates::midnight(date, zone).map_err(|why| self.misnamed(&why)).ok();
        }
        if self.is_draft() {
            return Some(self.desk.now.to_zoned(zone.clone()));
        }
        if self.fields.has_date {
            return None;
        }
        if let Some(why) = dates::flaw_of_name(&self.file.name.words) {
            self.misnamed(&why);
        } else {
            let what = "expected a `date` in front matter or in the file name, found none";
            let by_hand = "add `date = 2026-03-01T09:00:00Z`, or name the file 2026-03-01-on-maps.md";
            self.lacking("date", what, by_hand);
        }
        None
    }

    /// A day in the file's name that no post can be from.
    fn misnamed(&mut self, why: &str) {
        let help = "name the file after another day, as in 2026-03-01-on-maps.md, or add a `date`";
        self.remarks.fault(Flaw::new(0, format!("the day in the file's name: {why}")).with_help(help));
    }

    /// Title and text; a heading that is the title does not stand in the text a second time.
    fn title_and_body(&mut self) -> Option<(String, Body)> {
        let body = |text: &str| Body::new(self.file.format, text, self.desk.settings.has_math);
        let whole = body(self.file.text);
        let opening = match self.file.format {
            Format::Markdown => heading::of_markdown(self.file.text),
            Format::Plain => heading::of_plain(self.file.text),
        };
        let heading = opening.map(|opening| self.heading(opening, &whole));
        match (&self.fields.title, opening, heading) {
            (Some(title), Some(opening), Some(heading)) if heading == title.value => {
                Some((title.value.clone(), body(opening.rest)))
            }
            (Some(title), ..) => Some((title.value.clone(), whole)),
            (None, Some(opening), Some(heading))
                if self.file.format == Format::Markdown && is_visible(&heading) =>
            {
                Some((heading, body(opening.rest)))
            }
            _ => {
                self.lacking(
                    "title",
                    "expected a `title` in front matter or a first heading, found none",
                    "add `title = \"…\"`",
                );
                None
            }
        }
    }

    /// The text of the opening heading without Markdown's marks.
    fn heading(&self, opening: Opening<'_>, whole: &Body) -> String {
        let read = match self.file.format {
            Format::Markdown => markup::survey(whole, &self.lang).first_heading,
            Format::Plain => None,
        };
        one_line(read.as_deref().unwrap_or(opening.text))
    }

    /// Notes what is missing; a file without front matter lacks it all and is one for `adopt`.
    fn lacking(&mut self, field: &str, what: &str, by_hand: &str) {
        if !self.file.has_front && !self.remarks.faults.is_empty() {
            return;
        }
        let shown = self.desk.shown_as.join(self.file.path);
        let help = match self.file.has_front {
            true => self.mistyped(field).unwrap_or_else(|| by_hand.to_owned()),
            false => format!("`postrider adopt {}` writes the front matter", shown.display()),
        };
        self.remarks.fault(Flaw::new(0, what).with_help(help));
    }

    /// Where an unknown field was probably meant to be `field`.
    fn mistyped(&self, field: &str) -> Option<String> {
        let meant = format!("did you mean `{field}`?");
        let is_near = |flaw: &&Flaw| flaw.help.as_deref().is_some_and(|help| help.starts_with(&meant));
        let flaw = self.remarks.findings.iter().find(is_near)?;
        Some(format!("did you mean `{field}` in line {}?", flaw.line))
    }

    fn id(&mut self, date: Date) -> PostId {
        if let Some(given) = &self.fields.id {
            return given.value.clone();
        }
        let made = id::mint(&self.desk.settings.tag_authority, date, &self.file.name.name());
        let shown = self.desk.shown_as.join(self.file.path);
        let help = format!("`postrider adopt {}` stores it, or add `id = \"{made}\"`", shown.display());
        self.remarks.finding(
            Flaw::new(0, "no `id`: the one made from date and file name changes with them").with_help(help),
        );
        made
    }

    /// The slug given, or one from the file name. A translation (`on-maps.ja.md`) gets its language added,
    /// for it lies beside the post it translates.
    fn slug(&mut self, date: Date) -> Slug {
        if let Some(given) = &self.fields.slug {
            return given.value.clone();
        }
        let FileName { words, lang, .. } = &self.file.name;
        let words = lang.as_ref().map_or_else(|| words.clone(), |lang| format!("{words} {lang}"));
        let Some(made) = slug::make(&words, self.desk.settings.slugs, &self.lang) else {
            return slug_of_last_resort(date, &words);
        };
        if made.is_reading_unknown {
            let what = format!("`{}` cannot be romanised: its kanji have more than one reading", made.slug);
            self.remarks.finding(Flaw::new(0, what).with_help("add `slug = \"…\"` in Latin letters"));
        }
        made.slug
    }

    fn tags(&self) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        for name in &self.fields.tags {
            let Some(slug) = slug::for_name(name, self.desk.settings.slugs, &self.lang) else { continue };
            if tags.iter().all(|tag| tag.slug != slug) {
                tags.push(Tag { slug, name: name.clone() });
            }
        }
        tags
    }

    /// In plain text a bracket is a bracket.
    fn crossings(&self) -> Vec<Crossing> {
        match self.file.format {
            Format::Markdown => crossings(self.file.text, self.file.first_line),
            Format::Plain => Vec::new(),
        }
    }

    fn series(&self) -> Option<Series> {
        let name = self.fields.series.as_ref()?;
        let slug = slug::for_name(name, self.desk.settings.slugs, &self.lang)?;
        Some(Series { slug, name: name.clone() })
    }

    fn authors(&self) -> Vec<Author> {
        let mut authors: Vec<Author> = Vec::new();
        for author in self.fields.authors.iter().filter_map(|named| self.author(named)) {
            if authors.iter().all(|known| known.slug != author.slug) {
                authors.push(author);
            }
        }
        if authors.is_empty() { vec![self.desk.settings.author.clone()] } else { authors }
    }

    fn author(&self, named: &Named) -> Option<Author> {
        let own = &self.desk.settings.author;
        let slug = slug::for_name(&named.name, self.desk.settings.slugs, &self.lang)?;
        if named.name == own.name || slug == own.slug {
            return Some(own.clone());
        }
        Some(Author { slug, name: named.name.clone(), url: named.url.clone() })
    }
}

fn line_of<T>(at: &Option<At<T>>) -> usize {
    at.as_ref().map_or(0, |at| at.line)
}

/// A summary as authors write it: in Markdown, as their essay is, or in plain text.
fn plain(summary: String, format: Format) -> String {
    match format {
        Format::Markdown => markup::without_marks(&summary),
        Format::Plain => summary,
    }
}

/// The date and a digest of the name: for a file named in signs only.
fn slug_of_last_resort(date: Date, words: &str) -> Slug {
    let name = digest::digest(&digest::SHA256, words.as_bytes());
    format!("{}-{}", date.strftime("%Y-%m-%d"), HEXLOWER.encode(&name.as_ref()[..3]))
        .parse()
        .expect("digits and letters")
}

fn content_hash(title: &str, body: &Body) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(title.as_bytes());
    context.update(b"\n");
    context.update(body.source().as_bytes());
    HEXLOWER.encode(context.finish().as_ref())
}
