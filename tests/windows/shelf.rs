//! The folder of essays as its author keeps it, and what the ledger is to make of it.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use postrider::issue::{Announced, Seq};
use postrider::post::{Author, Body, Format, Post, Posts, Tag};

use crate::step::{Essay, TAGS, Touch};

#[derive(Default)]
pub struct Shelf {
    pub files: Vec<File>,
}

/// An essay's file, there or deleted.
pub struct File {
    /// Which of the essays it is: text, title, file and slug are its own, and no other's.
    number: usize,
    id: Option<String>,
    text: u32,
    title: u32,
    name: u32,
    slug: u32,
    published: Timestamp,
    tag: &'static str,
    is_mailed: bool,
    is_draft: bool,
    is_deleted: bool,
    /// As the ledger last saw it, if ever.
    pub announced: Option<Sighting>,
}

/// What the ledger knows of an essay.
#[derive(Clone)]
pub struct Sighting {
    pub seq: Seq,
    id: String,
    pub is_baseline: bool,
    is_edited: bool,
    is_renamed: bool,
    is_retitled: bool,
}

impl Shelf {
    /// The place of the essay that has the number `seq` now.
    pub fn place_of(&self, seq: Seq) -> usize {
        let has_it = |file: &File| file.announced.as_ref().is_some_and(|seen| seen.seq == seq);
        self.files.iter().position(has_it).expect("what is mailed was announced")
    }

    pub fn write(&mut self, essay: Essay, now: Timestamp) {
        let number = self.files.len();
        self.files.push(File {
            number,
            id: essay.has_id.then(|| format!("tag:example.org,2026:stored-{number}")),
            text: 0,
            title: 0,
            name: 0,
            slug: 0,
            published: now + SignedDuration::from_hours(essay.dated),
            tag: TAGS[essay.tag],
            is_mailed: essay.is_mailed,
            is_draft: essay.is_draft,
            is_deleted: false,
            announced: None,
        });
    }

    /// What a build at `now` would publish.
    pub fn posts(&self, now: Timestamp) -> Posts {
        let published = self.files.iter().filter(|file| file.is_out(now)).map(File::post).collect();
        Posts { published, ..Posts::default() }
    }

    /// Takes over the numbers that a run at `now` gave, and checks that none was given twice or changed hands.
    pub fn see(&mut self, announced: &[Announced], now: Timestamp) {
        for file in self.files.iter_mut().filter(|file| file.is_out(now)) {
            let post = file.post();
            let rows: Vec<&Announced> = announced.iter().filter(|row| row.id == post.id).collect();
            let [row] = rows[..] else { panic!("{} has {} numbers", post.title, rows.len()) };
            assert_eq!((&row.source, &row.slug, &row.title), (&post.source, &post.slug, &post.title));
            if let Some(before) = &file.announced {
                assert_eq!(before.seq, row.seq, "{} keeps its number", post.title);
                assert_eq!(before.is_baseline, row.is_baseline);
            }
            file.announced = Some(Sighting {
                seq: row.seq,
                id: file.made_or_stored_id(),
                is_baseline: row.is_baseline,
                is_edited: false,
                is_renamed: false,
                is_retitled: false,
            });
        }
    }
}

impl File {
    pub fn touch(&mut self, how: Touch) {
        if self.would_be_another(how) {
            return;
        }
        match how {
            Touch::Edit => self.text += 1,
            Touch::Retitle => self.title += 1,
            Touch::Rename => self.name += 1,
            Touch::Reslug => self.slug += 1,
            Touch::StoreId => self.id = Some(self.made_or_stored_id()),
            Touch::Redate(hours) => self.published += SignedDuration::from_hours(hours),
            Touch::Delete => self.is_deleted = true,
            Touch::Restore => self.is_deleted = false,
            Touch::Draft(is_draft) => self.is_draft = is_draft,
        }
        let Some(seen) = &mut self.announced else { return };
        match how {
            Touch::Edit => seen.is_edited = true,
            Touch::Rename => seen.is_renamed = true,
            Touch::Retitle | Touch::Redate(_) => seen.is_retitled = true,
            _ => {}
        }
    }

    /// Whether nobody could know it again: another file, another text, and another title or day between two
    /// runs that see it, and no id, or one that was made of the new file's name, in it.
    fn would_be_another(&self, how: Touch) -> bool {
        let Some(seen) = &self.announced else { return false };
        let is_edited = seen.is_edited || matches!(how, Touch::Edit);
        let is_renamed = seen.is_renamed || matches!(how, Touch::Rename);
        let is_retitled = seen.is_retitled || matches!(how, Touch::Retitle | Touch::Redate(_));
        let is_known_by_id = self.id.as_ref() == Some(&seen.id);
        !is_known_by_id && is_edited && is_renamed && is_retitled
    }

    pub fn tags(&self) -> [&'static str; 1] {
        [self.tag]
    }

    /// Whether its author wants it mailed and mailing had begun when it came out.
    pub fn is_for_mail(&self) -> bool {
        self.is_mailed && self.announced.as_ref().is_some_and(|seen| !seen.is_baseline)
    }

    fn is_out(&self, now: Timestamp) -> bool {
        !self.is_deleted && !self.is_draft && self.published <= now
    }

    fn name(&self) -> String {
        format!("essay-{}-{}.md", self.number, self.name)
    }

    fn made_or_stored_id(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("tag:example.org,2026:{}", self.name()))
    }

    fn post(&self) -> Post {
        let Self { number, text, title, slug, .. } = self;
        Post {
            id: self.made_or_stored_id().parse().unwrap(),
            is_id_stored: self.id.is_some(),
            slug: format!("essay-{number}-{slug}").parse().unwrap(),
            title: format!("Essay {number}, {title}"),
            published: Zoned::new(self.published, TimeZone::UTC),
            updated: None,
            lang: "en".parse().unwrap(),
            authors: vec![Author { slug: "ada".parse().unwrap(), name: "Ada".to_owned(), url: None }],
            tags: vec![Tag { slug: self.tag.parse().unwrap(), name: self.tag.to_owned() }],
            given_summary: Some(String::new()),
            image: None,
            enclosure: None,
            canonical_url: None,
            aliases: Vec::new(),
            series: None,
            toc: None,
            is_mailed: self.is_mailed,
            extra: serde_json::Map::new(),
            content_hash: String::new(),
            source: self.name().into(),
            body: Body::new(Format::Markdown, format!("Text {text} of essay {number}."), true),
            survey: std::sync::OnceLock::new(),
        }
    }
}
