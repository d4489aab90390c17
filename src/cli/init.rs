//! `init`: a new publication that builds at once.

use std::path::Path;

use serde_json::json;
use url::Url;

use super::args::InitArgs;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use crate::words::Lang;

/// The files of a new publication: path and text with `@PLACES@` to fill in.
const FILES: [(&str, &str); 3] = [
    ("config.toml", include_str!("scaffold/config.toml")),
    ("posts/@DATE@-the-first-letter.md", include_str!("scaffold/welcome.md")),
    (".gitignore", include_str!("scaffold/gitignore")),
];

pub fn run(desk: &Desk, args: &InitArgs) -> Result<Report, Failure> {
    let url: Url = args
        .url
        .parse()
        .map_err(|e| Failure::new(Exit::Usage, &e).help("give --url https://example.org/"))?;
    let host = url.host_str().ok_or_else(|| Failure::plain(Exit::Usage, format!("`{url}` names no host")))?;
    let lang: Lang =
        args.language.parse().map_err(|e: crate::words::LangError| Failure::new(Exit::Usage, &e))?;
    refuse_a_folder_in_use(&args.dir)?;
    let date = desk.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let id = format!("tag:{host},{date}:the-first-letter");
    let fill = |text: &str| {
        text.replace("@URL@", url.as_str())
            .replace("@TITLE@", &args.title.replace('\\', "\\\\").replace('"', "\\\""))
            .replace("@LANGUAGE@", lang.as_str())
            .replace("@DATE@", &date)
            .replace("@ID@", &id)
    };
    for (path, text) in FILES {
        write(&args.dir.join(fill(path)), &fill(text))?;
    }
    let dir = args.dir.display();
    let text = format!("Made a publication in {dir}.\nNext: postrider --root {dir} build\n");
    let files: Vec<String> = FILES.iter().map(|(path, _)| fill(path)).collect();
    Ok(Report::done(text, json!({ "folder": args.dir, "files": files })))
}

/// An existing file is never written over.
fn refuse_a_folder_in_use(dir: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(dir).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Failure::plain(Exit::Usage, format!("{} is not empty", dir.display()))
            .help("name a folder that is empty or absent")),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::new(Exit::Usage, &error)),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).and_then(|()| std::fs::write(path, text)).map_err(|error| {
        Failure::new(Exit::Usage, &error).help(format!("{} cannot be written", path.display()))
    })
}
