//! `init`: a new publication that builds at once.

use std::path::Path;

use serde_json::json;
use url::Url;

use super::args::InitArgs;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use crate::address::{AddressError, Domain};
use crate::config::{self, check_title};
use crate::words::{Lang, LangError};

/// The files of a new publication: path and text with `@PLACES@` to fill in.
const FILES: [(&str, &str); 3] = [
    ("config.toml", include_str!("scaffold/config.toml")),
    ("posts/@DATE@-the-first-letter.md", include_str!("scaffold/welcome.md")),
    (".gitignore", include_str!("scaffold/gitignore")),
];

pub fn run(desk: &Desk, args: &InitArgs) -> Result<Report, Failure> {
    let (url, host) = home(&args.url)?;
    check_title(&args.title).map_err(|what| wrong("--title", &what))?;
    let lang: Lang = args.language.parse().map_err(|error: LangError| wrong("--language", &error))?;
    refuse_a_folder_in_use(&args.dir)?;
    let date = desk.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let id = format!("tag:{host},{date}:the-first-letter");
    // The title comes last: whatever stands in it is filled in nowhere.
    let fill = |text: &str| {
        text.replace("@URL@", url.as_str())
            .replace("@LANGUAGE@", lang.as_str())
            .replace("@DATE@", &date)
            .replace("@ID@", &id)
            .replace("@TITLE@", &args.title.replace('\\', "\\\\").replace('"', "\\\""))
    };
    for (path, text) in FILES {
        write(&args.dir.join(fill(path)), &fill(text))?;
    }
    let dir = args.dir.display();
    let text = format!("Made a publication in {dir}.\nNext: postrider --root {dir} build\n");
    let files: Vec<String> = FILES.iter().map(|(path, _)| fill(path)).collect();
    Ok(Report::done(text, json!({ "folder": args.dir, "files": files })))
}

/// The address of the publication and the domain in its ids.
fn home(text: &str) -> Result<(Url, Domain), Failure> {
    let example = "give one such as https://letters.example.org/";
    let url: Url = text.parse().map_err(|_| {
        wrong("--url", &format!("expected an https or http address, found `{text}`")).help(example)
    })?;
    let url = config::home(url).map_err(|what| wrong("--url", &what).help(example))?;
    let host = url.host_str().unwrap_or_default();
    let domain = host.parse().map_err(|error: AddressError| wrong("--url", &error).help(example))?;
    Ok((url, domain))
}

fn wrong(option: &str, what: &dyn std::fmt::Display) -> Failure {
    Failure::plain(Exit::Usage, format!("{option}: {what}"))
}

/// An existing file is never written over.
fn refuse_a_folder_in_use(dir: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(dir).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(wrong(&dir.display().to_string(), &"expected an empty folder, found files in it")
            .help("name a folder that is empty or absent")),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(wrong(&dir.display().to_string(), &error)),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::plain(Exit::Operator, format!("{}: {error}", path.display())))
}
