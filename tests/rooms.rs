//! The rooms stand in the order of `src/lib.rs`, and a room uses rooms above it only.

use std::path::{Path, PathBuf};

/// The rooms in the order in which `lib.rs` lists them.
fn rooms() -> Vec<String> {
    let lib = std::fs::read_to_string("src/lib.rs").unwrap();
    lib.lines()
        .filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned()))
        .collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The room a file belongs to: `src/post/model.rs` and `src/post.rs` are of `post`.
fn room_of(file: &Path) -> Option<String> {
    let first = file.strip_prefix("src").ok()?.components().next()?;
    let name = first.as_os_str().to_str()?;
    Some(name.strip_suffix(".rs").unwrap_or(name).to_owned()).filter(|room| room != "lib" && room != "main")
}

/// What `text` names behind `crate::`.
fn used_rooms(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| {
        line.split("crate::")
            .skip(1)
            .map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap())
    })
}

#[test]
fn a_room_uses_rooms_above_it_only() {
    let rooms = rooms();
    assert!(rooms.len() > 10, "{rooms:?}");
    let place = |room: &str| rooms.iter().position(|r| r == room);
    let mut wrong = Vec::new();
    for file in files_below(Path::new("src")) {
        let Some(room) = room_of(&file) else { continue };
        let own = place(&room).unwrap_or_else(|| panic!("{} is in no room of lib.rs", file.display()));
        let text = std::fs::read_to_string(&file).unwrap();
        for used in used_rooms(&text).filter(|used| !used.is_empty()) {
            let Some(other) = place(used) else { panic!("{}: no room `{used}`", file.display()) };
            if other > own {
                wrong.push(format!("{}: {room} uses {used}, which stands below it", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_smtp_http_and_the_clock_stay_in_their_rooms() {
    for (words, home) in [
        (["rusqlite", "SELECT "], "ledger"),
        (["AsyncSmtpConnection", "lettre::"], "delivery"),
        (["Timestamp::now", "std::env::"], "cli"),
        (["hyper::", "hyper_util"], "web"),
    ] {
        for file in files_below(Path::new("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let found = words.iter().find(|word| code.contains(**word));
            let is_home = room_of(&file).is_none_or(|room| room == home);
            assert!(
                is_home || found.is_none(),
                "{} holds `{}`, which belongs to {home}",
                file.display(),
                found.unwrap()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for file in files_below(Path::new("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} has no module documentation", file.display());
    }
}
