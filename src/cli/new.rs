//! `new`: the beginning of a post, ready to write in.

use std::path::Path;

use serde_json::json;

use super::adopt::{POSTS, create, shelf};
use super::args::NewArgs;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use crate::words::{Lang, LangError};

pub fn run(desk: &Desk, args: &NewArgs) -> Result<Report, Failure> {
    if args.title.trim().is_empty() {
        return Err(Failure::plain(Exit::Usage, "expected a title, found no words")
            .help("write it as: postrider new \"On maps\""));
    }
    let lang: Option<Lang> = args
        .lang
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error: LangError| Failure::new(Exit::Usage, &error))?;
    let config = desk.config()?;
    let settings = config.posts()?;
    let new = shelf(desk, &config, &settings)?
        .begin(&args.title, lang.as_ref())
        .map_err(|fault| Failure::faults(Exit::Usage, &[fault]))?;
    create(&config.posts_folder().join(&new.target), &new.bytes)?;
    let shown = Path::new(POSTS).join(&new.target);
    let text = format!(
        "Wrote {}.\nNext: write the essay below the front matter. It is a draft until you take out\n\
         `draft = true`; `date` is when it counts as published.\n",
        shown.display()
    );
    let facts = &new.facts;
    Ok(Report::done(
        text,
        json!({ "file": shown, "id": facts.id, "title": facts.title, "date": facts.date, "lang": facts.lang }),
    ))
}
