//! A plain essay becomes a post: its head becomes front matter, its text stays to the letter.
//!
//! In: a file's octets, where it lies and when it was changed. Out: an [`Adoption`]: octets to write below
//! `posts/`, and what they say. A post that has front matter but no id gets the id it has had all along,
//! made from file date and file name, so that no feed reader sees a new item. Ids are `tag:` URIs (RFC 4151).
//!
//! Nothing is written here. Leaves out: other encodings than UTF-8, which are named and refused, and
//! pictures beside an essay, which stay where they are.

mod numerals;
mod day;
mod lines;
mod byline;
mod title;
mod head;
mod front;
mod place;
mod shelf;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::post::adopt::day::Day;
use crate::post::adopt::front::Front;
use crate::post::adopt::head::{Ask, Head};
use crate::post::essay::{self, Desk, Reading};
use crate::post::file_name::{self, FileName};
use crate::post::remarks::Flaw;
use crate::post::{Body, Format, Post, PostId, id, language, markup, source, walk};
use crate::words::Lang;

pub use shelf::Shelf;

/// A file to adopt.
#[derive(Clone, Debug)]
pub struct Given {
    /// As the person typed it.
    pub file: PathBuf,
    /// Its path below the posts folder, if it lies there.
    pub below_posts: Option<PathBuf>,
    pub modified: Timestamp,
    pub bytes: Vec<u8>,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// As the person typed it.
    pub file: PathBuf,
    /// Path below the posts folder.
    pub target: PathBuf,
    /// Whether the file lies there already.
    pub is_in_place: bool,
    pub change: Change,
    /// The whole post.
    pub bytes: Vec<u8>,
    /// The front matter as it will stand in the file, or the line of it that is new.
    pub front: String,
    /// Lines of the file that front matter now says.
    pub lifted_lines: usize,
    pub facts: Facts,
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An essay gets front matter.
    Adopt,
    /// A post gets the id it was known by.
    StoreId,
    /// A post with an id is copied into the posts folder.
    Copy,
    /// It is a post with an id already.
    Nothing,
}

/// What the post says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub id: PostId,
    pub title: String,
    pub authors: Vec<String>,
    pub lang: Lang,
    /// RFC 3339: a day or a moment.
    pub date: String,
    pub title_from: Origin,
    pub date_from: Origin,
}

/// Where a fact was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the essay or its front matter.
    Text,
    FileName,
    /// When the file was last changed.
    FileTime,
}

/// What becomes of `given`, whatever else lies in the posts folder.
fn adopt(given: &Given, known_names: &BTreeSet<&str>, desk: Desk<'_>) -> Result<Adoption, Vec<Flaw>> {
    let path = given.below_posts.clone().unwrap_or_else(|| place::nearest_path(&given.file));
    if given.below_posts.is_some() && path.iter().any(|part| walk::is_passed_over(Path::new(part))) {
        let flaw = Flaw::new(
            0,
            "this name is passed over: it is of a hidden file, a copy or a note about its folder",
        );
        return Err(vec![flaw.with_help("rename the file")]);
    }
    let Some(format) = file_name::format(&path) else {
        return Err(vec![
            Flaw::new(0, "expected a file ending in .md, .markdown or .txt")
                .with_help("save the essay as plain text, and name it so"),
        ]);
    };
    let text = source::decode(&given.bytes).map_err(|flaw| vec![place::with_iconv(flaw, &given.file)])?;
    match source::split(&text).map_err(|flaw| vec![flaw])?.front {
        Some(_) => with_front(given, &path, desk),
        None => without_front(given, &path, format, known_names, desk).map_err(|flaw| vec![flaw]),
    }
}

/// A post: it gets the id it has had all along, if none is stored.
fn with_front(given: &Given, path: &Path, desk: Desk<'_>) -> Result<Adoption, Vec<Flaw>> {
    let post = read(path, &given.bytes, desk)?;
    let target = match &given.below_posts {
        Some(below) => below.clone(),
        None => place::of_post(path, post.published.date(), &post.slug),
    };
    let change = match (&given.below_posts, post.is_id_stored) {
        (_, false) => Change::StoreId,
        (None, true) => Change::Copy,
        (Some(_), true) => Change::Nothing,
    };
    let id = if post.is_id_stored { post.id.clone() } else { id_at(&target, &post.published, desk) };
    let (bytes, front) = match change {
        Change::StoreId => front::with_id(&given.bytes, &id).map_err(|flaw| vec![flaw])?,
        _ => (given.bytes.clone(), String::new()),
    };
    let facts = Facts {
        id,
        title: post.title,
        authors: post.authors.into_iter().map(|author| author.name).collect(),
        lang: post.lang,
        date: post.published.date().to_string(),
        title_from: Origin::Text,
        date_from: Origin::Text,
    };
    Ok(Adoption {
        file: given.file.clone(),
        target,
        is_in_place: given.below_posts.is_some(),
        change,
        bytes,
        front,
        lifted_lines: 0,
        facts,
    })
}

/// The id that a post without one is known by when it lies at `target`.
fn id_at(target: &Path, published: &jiff::Zoned, desk: Desk<'_>) -> PostId {
    let name = FileName::of(target);
    let date = name.date.unwrap_or_else(|| published.date());
    id::mint(&desk.settings.tag_authority, date, &name.name())
}

fn read(path: &Path, bytes: &[u8], desk: Desk<'_>) -> Result<Post, Vec<Flaw>> {
    let Reading { essay, remarks, .. } = essay::read(path, bytes, desk);
    essay.map(|essay| essay.post).ok_or(remarks.faults)
}

/// An essay: what stands above its text becomes front matter.
fn without_front(
    given: &Given,
    path: &Path,
    format: Format,
    known_names: &BTreeSet<&str>,
    desk: Desk<'_>,
) -> Result<Adoption, Flaw> {
    let text = source::text_of(&given.bytes)?;
    if text.trim().is_empty() {
        return Err(Flaw::new(0, "expected an essay, found an empty file"));
    }
    let name = FileName::of(path);
    let zone = &desk.settings.zone;
    // A post that lies below posts/ under a date has been published at that date.
    let fixed = name.date.filter(|_| given.below_posts.is_some());
    let ask = Ask { format, zone, known_names, fixed };
    let head = head::read(text, ask);
    let rest = head.rest_of(text);
    let (title, title_from) = title_of(&head, path, format)?;
    let (day, date_from) = day_of(&head, &rest, given, path, fixed, zone);
    let lang = name.lang.unwrap_or_else(|| language::detect(&rest, &desk.settings.lang));
    let target = match &given.below_posts {
        Some(below) => below.clone(),
        None => place::of_essay(path, day.at.date(), &title, &lang),
    };
    let id = id_at(&target, &day.at, desk);
    let (lang_line, authors) = (Some(&lang), head.authors.as_slice());
    let front = Front { id: &id, title: &title, day: &day, lang: lang_line, authors, is_draft: false };
    let bytes = [&front.to_text(lines::line_end(text)), rest.as_str()].concat().into_bytes();
    let front = front.to_text("\n");
    let lifted = head.lifted.iter().flat_map(|range| lines::lines(&text[range.clone()]));
    let lifted_lines = lifted.filter(|line| !line.is_blank()).count();
    let date = day.to_toml();
    let facts = Facts { id, title, authors: head.authors, lang, date, title_from, date_from };
    Ok(Adoption {
        file: given.file.clone(),
        target,
        is_in_place: given.below_posts.is_some(),
        change: Change::Adopt,
        bytes,
        front,
        lifted_lines,
        facts,
    })
}

fn title_of(head: &Head, path: &Path, format: Format) -> Result<(String, Origin), Flaw> {
    if let Some(title) = &head.title {
        return Ok((without_marks(title, format), Origin::Text));
    }
    let named = place::title_in_name(path).map(|title| (title, Origin::FileName));
    named.ok_or_else(|| {
        Flaw::new(1, "expected a title above the text or in the file's name, found neither")
            .with_help("write the title on the first line and leave the second empty")
    })
}

/// A title in Markdown loses its emphasis, as it does when it is read from a heading.
fn without_marks(title: &str, format: Format) -> String {
    let body = Body::new(format, format!("# {title}\n"), false);
    let any = "en".parse().expect("a language tag");
    let read = if format == Format::Markdown { markup::survey(&body, &any).first_heading } else { None };
    read.unwrap_or_else(|| title.to_owned())
}

/// The first of: the head, the file's name, the end of the text, the file's own time.
fn day_of(
    head: &Head,
    rest: &str,
    given: &Given,
    path: &Path,
    fixed: Option<jiff::civil::Date>,
    zone: &jiff::tz::TimeZone,
) -> (Day, Origin) {
    let stated = head.day.clone().filter(|day| fixed.is_none_or(|fixed| fixed == day.at.date()));
    if let Some(day) = stated {
        return (day, Origin::Text);
    }
    if let Some(day) = place::day_in_name(path, zone) {
        return (day, Origin::FileName);
    }
    match head::closing_day(rest, zone) {
        Some(day) => (day, Origin::Text),
        None => (Day::of(&given.modified.to_zoned(zone.clone())), Origin::FileTime),
    }
}

#[cfg(test)]
mod tests;
