//! `adopt`: plain essays become posts, and posts get the id they are known by stored.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::AdoptArgs;
use super::build::counted;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use crate::config::Config;
use crate::post::{Adoption, Change, Facts, Fault, Given, Origin, PostSettings, Shelf};

/// What the posts folder is called in messages.
pub const POSTS: &str = "posts";

pub fn run(desk: &Desk, args: &AdoptArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let settings = config.posts()?;
    let given = given(desk, &config, &args.files)?;
    let adoptions = shelf(desk, &config, &settings)?
        .adopt(&given)
        .map_err(|faults| Failure::faults(Exit::Usage, &faults))?;
    if !args.dry_run {
        write_all(&config.posts_folder(), &adoptions)?;
    }
    let posts: Vec<Value> = adoptions.iter().map(to_json).collect();
    let json = json!({ "dry_run": args.dry_run, "posts": posts });
    let findings = adoptions.iter().flat_map(guesses).collect();
    Ok(Report::done(text(desk, &adoptions, args.dry_run), json).with_findings(findings))
}

/// The posts that are there.
pub fn shelf<'a>(desk: &Desk, config: &Config, settings: &'a PostSettings) -> Result<Shelf<'a>, Failure> {
    Ok(Shelf::read(&config.posts_folder(), Path::new(POSTS), settings, desk.now())?)
}

/// Reads every file; a file named twice is read once.
fn given(desk: &Desk, config: &Config, files: &[PathBuf]) -> Result<Vec<Given>, Failure> {
    let posts_folder = fs::canonicalize(config.posts_folder()).ok();
    let (mut seen, mut given, mut faults) = (BTreeSet::new(), Vec::new(), Vec::new());
    for file in files {
        let path = place(desk, file);
        match read(&path) {
            Ok((real, bytes, modified)) => {
                let below_posts = posts_folder.as_ref().and_then(|folder| real.strip_prefix(folder).ok());
                let below_posts = below_posts.map(Path::to_owned);
                if seen.insert(real) {
                    given.push(Given { file: file.clone(), below_posts, modified, bytes });
                }
            }
            Err(fault) => faults.push(Fault { file: file.clone(), ..fault }),
        }
    }
    if faults.is_empty() { Ok(given) } else { Err(Failure::faults(Exit::Usage, &faults)) }
}

/// Where `file` is: seen from here or, as notes name posts, from the publication's root.
fn place(desk: &Desk, file: &Path) -> PathBuf {
    let from_root = desk.global.root.join(file);
    if !file.exists() && from_root.exists() { from_root } else { file.to_owned() }
}

fn read(path: &Path) -> Result<(PathBuf, Vec<u8>, Timestamp), Fault> {
    let fault = |what: String, help: Option<&str>| Fault {
        file: path.to_owned(),
        line: 0,
        what,
        help: help.map(str::to_owned),
    };
    let io_fault = |error: io::Error| fault(unread(&error), None);
    let metadata = fs::metadata(path).map_err(io_fault)?;
    if metadata.is_dir() {
        return Err(fault(
            "expected a file, found a folder".to_owned(),
            Some(&format!("name the essays in it, as {}/*.txt", path.display())),
        ));
    }
    let modified = metadata.modified().map_err(io_fault)?;
    let modified = Timestamp::try_from(modified).map_err(|error| fault(error.to_string(), None))?;
    let real = fs::canonicalize(path).map_err(io_fault)?;
    Ok((real, fs::read(path).map_err(io_fault)?, modified))
}

fn unread(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

fn write_all(posts_folder: &Path, adoptions: &[Adoption]) -> Result<(), Failure> {
    let changed = || adoptions.iter().filter(|adoption| adoption.change != Change::Nothing);
    for (done, adoption) in changed().enumerate() {
        let target = posts_folder.join(&adoption.target);
        let written = match adoption.is_in_place {
            true => replace(&target, &adoption.bytes),
            false => create(&target, &adoption.bytes),
        };
        written.map_err(|failure| {
            failure.help(format!(
                "{done} of {} are written; run the same again when it is mended",
                changed().count()
            ))
        })?;
    }
    Ok(())
}

/// Writes a new file; one that is there is never written over.
pub fn create(target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = fs::create_dir_all(target.parent().unwrap_or(Path::new("."))).and_then(|()| {
        let mut file = File::create_new(target)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
            // Half a post is none. If it cannot be removed either, the first error is the one to tell.
            let _gone = fs::remove_file(target);
        })
    });
    written.map_err(|error| unwritten(target, &error))
}

/// Puts `bytes` in place of a file in one step, with its permissions.
fn replace(target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = target.file_name().unwrap_or_default().display();
    let draft = target.with_file_name(format!(".{name}.{}", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = File::create_new(&draft)?;
        file.set_permissions(fs::metadata(target)?.permissions())?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, target)
    };
    write().map_err(|error| {
        let _gone = fs::remove_file(&draft);
        unwritten(target, &error)
    })
}

fn unwritten(target: &Path, error: &io::Error) -> Failure {
    Failure::plain(Exit::Operator, format!("{}: cannot be written: {error}", target.display()))
}

fn text(desk: &Desk, adoptions: &[Adoption], is_dry: bool) -> String {
    let mut text = String::new();
    for adoption in adoptions {
        writeln!(text, "{}", line(adoption)).expect("a string takes every write");
        if is_dry {
            adoption.front.lines().for_each(|line| text.push_str(&format!("  {}\n", line)));
        }
    }
    text.push_str(&summary(desk, adoptions, is_dry));
    text
}

/// What becomes of one file.
fn line(adoption: &Adoption) -> String {
    let Adoption { file, facts: Facts { title, authors, lang, date, id, .. }, .. } = adoption;
    let shown = shown(adoption).display().to_string();
    match adoption.change {
        Change::Adopt => {
            let by = if authors.is_empty() { String::new() } else { format!(", by {}", authors.join(", ")) };
            format!("{shown}: {title}{by} ({lang}, {date})")
        }
        Change::StoreId => format!("{shown}: {id}"),
        Change::Copy => format!("{shown}: {title}, with the id it has"),
        Change::Nothing if adoption.is_in_place => format!("{shown}: has its id"),
        Change::Nothing => format!("{}: adopted before, as {shown}", file.display()),
    }
}

/// One line that counts, and what comes next.
fn summary(desk: &Desk, adoptions: &[Adoption], is_dry: bool) -> String {
    let count = |change| adoptions.iter().filter(|adoption| adoption.change == change).count();
    let [adopt, store, copy, leave] = match is_dry {
        true => ["would adopt", "would store", "would copy", "would leave"],
        false => ["adopted", "stored", "copied", "left"],
    };
    let parts = [
        (count(Change::Adopt), adopt, "essay", "essays"),
        (count(Change::StoreId), store, "id", "ids"),
        (count(Change::Copy), copy, "post", "posts"),
        (count(Change::Nothing), leave, "post as it is", "posts as they are"),
    ];
    if count(Change::Nothing) == adoptions.len() {
        return "Nothing to do.\n".to_owned();
    }
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, done, one, many)| format!("{done} {}", counted(*count, one, many)))
        .collect();
    let root = match desk.global.root.display().to_string().as_str() {
        "." => String::new(),
        root => format!("--root {root} "),
    };
    let next =
        if is_dry { "Nothing was written.".to_owned() } else { format!("Next: postrider {root}build") };
    format!("{}.\n{next}\n", capitalised(&told.join(", ")))
}

fn capitalised(text: &str) -> String {
    text[..1].to_ascii_uppercase() + &text[1..]
}

fn shown(adoption: &Adoption) -> PathBuf {
    Path::new(POSTS).join(&adoption.target)
}

/// What was guessed from less than the text, so that a person looks.
fn guesses(adoption: &Adoption) -> Option<Fault> {
    let Facts { title, date, title_from, date_from, .. } = &adoption.facts;
    let note = |what: String, help: &str| Fault {
        file: shown(adoption),
        line: 0,
        what,
        help: Some(help.to_owned()),
    };
    let title = format!("the title `{title}` is the file's name");
    let date = format!("the date {date} is when the file was last changed");
    match (title_from, date_from) {
        _ if adoption.change != Change::Adopt => None,
        (Origin::FileName, Origin::FileTime) => {
            Some(note(format!("{title}, and {date}"), "set `title` and `date` as they should be; `id` stays"))
        }
        (Origin::FileName, _) => Some(note(title, "set `title` as it should be; `id` stays")),
        (_, Origin::FileTime) => Some(note(date, "set `date` as it should be; `id` stays")),
        _ => None,
    }
}

fn to_json(adoption: &Adoption) -> Value {
    let Facts { id, title, authors, lang, date, title_from, date_from } = &adoption.facts;
    json!({
        "file": adoption.file,
        "post": shown(adoption),
        "change": match adoption.change {
            Change::Adopt => "adopted",
            Change::StoreId => "id stored",
            Change::Copy => "copied",
            Change::Nothing => "none",
        },
        "id": id,
        "title": title,
        "title_from": origin(*title_from),
        "authors": authors,
        "lang": lang,
        "date": date,
        "date_from": origin(*date_from),
        "lifted_lines": adoption.lifted_lines,
        "front_matter": adoption.front,
    })
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Text => "text",
        Origin::FileName => "file name",
        Origin::FileTime => "file time",
    }
}
