//! The keys that seal leave links: read from the environment or a file, made once, rotated on demand.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};

use super::exit::{Exit, Failure};
use crate::config::Config;
use crate::token::Keys;

/// The publication's keys.
///
/// # Errors
///
/// If there are none, or others can read them.
pub fn read(config: &Config) -> Result<Keys, Failure> {
    if let Some(secret) = config.key_secret() {
        return Keys::from_file_text(secret.expose())
            .map_err(|error| Failure::plain(Exit::Operator, format!("POSTRIDER_LEDGER__KEY: {error}")));
    }
    let path = config.key_file();
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => missing(&path),
        _ => unusable(&path, &error),
    })?;
    refuse_shared(&path)?;
    Keys::from_file_text(&text)
        .map_err(|error| Failure::plain(Exit::Operator, format!("{}: {error}", path.display())))
}

/// Whether there are keys, good or bad.
pub fn exist(config: &Config) -> bool {
    config.key_secret().is_some() || config.key_file().exists()
}

/// The publication's keys, made now if there are none.
pub fn read_or_make(config: &Config) -> Result<Keys, Failure> {
    if exist(config) {
        return read(config);
    }
    let path = config.key_file();
    put_whole(&path, &Keys::first(secret()?), give_free_name).map_err(|error| unusable(&path, &error))?;
    // From the file: if two runs make keys at once, both use those that are kept.
    read(config)
}

/// Adds a key that seals from now on.
///
/// The file is written beside the old one and renamed over it, so that no moment is without keys.
pub fn rotate(config: &Config) -> Result<Keys, Failure> {
    if config.key_secret().is_some() {
        return Err(Failure::plain(
            Exit::Operator,
            "the keys come from POSTRIDER_LEDGER__KEY, not from a file",
        )
        .help("run it where the key file is, then set the variable to the lines of the new file"));
    }
    let path = config.key_file();
    let keys = read(config)?.rotate(secret()?).map_err(|error| Failure::new(Exit::Operator, &error))?;
    put_whole(&path, &keys, |beside, path| fs::rename(beside, path))
        .map_err(|error| unusable(&path, &error))?;
    Ok(keys)
}

/// 32 octets from the system's random source.
fn secret() -> Result<[u8; 32], Failure> {
    let mut octets = [0; 32];
    random(&mut octets)?;
    Ok(octets)
}

/// Fills `octets` from the system's random source.
pub fn random(octets: &mut [u8]) -> Result<(), Failure> {
    let source = SystemRandom::new();
    source.fill(octets).map_err(|_| Failure::plain(Exit::Operator, "the system gives no random numbers"))
}

/// Writes `keys` beside `path` and lets `name` put the file there, so that a kill leaves no half of one. Its name is
/// durable on return: a link that was sealed with a key that is gone leads nowhere.
fn put_whole(path: &Path, keys: &Keys, name: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let beside = path.with_extension("key.new");
    // What a killed run left there would keep its mode.
    remove_if_there(&beside)?;
    let mut file = private().create_new(true).open(&beside)?;
    write(&mut file, keys)?;
    name(&beside, path)?;
    sync_folder(path)
}

/// Gives the file its name unless that is taken: `rename` would overwrite.
fn give_free_name(beside: &Path, path: &Path) -> io::Result<()> {
    let linked = fs::hard_link(beside, path);
    remove_if_there(beside)?;
    linked
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn write(file: &mut File, keys: &Keys) -> io::Result<()> {
    file.write_all(
        b"# Seals leave links. Keep a copy; never publish it. The last line seals, the others still open.\n",
    )?;
    file.write_all(keys.to_file_text().as_bytes())?;
    file.sync_all()
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A key that others can read is no key.
#[cfg(unix)]
fn refuse_shared(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|error| unusable(path, &error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let what =
        format!("{}: expected mode 600, found {:o}: others can read the key", path.display(), mode & 0o777);
    Err(Failure::plain(Exit::Operator, what).help(format!("run: chmod 600 {}", path.display())))
}

#[cfg(not(unix))]
fn refuse_shared(_path: &Path) -> Result<(), Failure> {
    Ok(())
}

fn missing(path: &Path) -> Failure {
    Failure::plain(Exit::Operator, format!("{}: no key here", path.display())).help(
        "bring the file back from a copy, or set POSTRIDER_LEDGER__KEY to its lines; for a new publication run `postrider ledger init`",
    )
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::plain(Exit::Operator, format!("{}: {error}", path.display()))
}
