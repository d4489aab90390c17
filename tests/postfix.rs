//! The sample publication mailed through a real Postfix, over STARTTLS, into mailboxes.

#![cfg(unix)]

#[path = "support/postfix.rs"]
mod postfix;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use postfix::Postfix;

/// The publication of this repository in a folder of its own.
fn sample() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&root.join("posts"), &folder.path().join("posts"));
    for name in ["config.toml", "subscribers.csv"] {
        fs::copy(root.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

fn postrider(folder: &Path, relay: &Postfix, pipelining: &str, verb: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postrider"))
        .arg("--root")
        .arg(folder)
        .args(["--now", "2026-11-22T12:00:00Z", "--json", verb, "--first-run"])
        .env_clear()
        .env("POSTRIDER_SMTP__URL", format!("smtp://localhost:{}?tls=required", relay.port))
        .env("POSTRIDER_SMTP__CA_FILE", relay.certificate())
        .env("POSTRIDER_SMTP__CONNECTIONS", "1")
        .env("POSTRIDER_SMTP__PIPELINING", pipelining)
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The local parts of the list's addresses.
fn readers(folder: &Path) -> Vec<String> {
    let list = fs::read_to_string(folder.join("subscribers.csv")).unwrap();
    list.lines().skip(1).map(|row| row.split('@').next().unwrap().to_owned()).collect()
}

/// A header field of `mail`, unfolded.
fn field<'m>(mail: &'m str, name: &str) -> Option<&'m str> {
    mail.lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn every_planned_mail_arrives_once_through_postfix_over_tls() {
    if let Some(why) = postfix::missing() {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("not tested: {why}");
        return;
    }
    ["off", "envelope", "full"].into_iter().for_each(mail_everybody);
}

fn mail_everybody(pipelining: &str) {
    let folder = sample();
    let readers = readers(folder.path());
    let relay = Postfix::start(&readers);
    let planned = json(&postrider(folder.path(), &relay, pipelining, "plan"))["mails"].as_u64().unwrap();
    let first = postrider(folder.path(), &relay, pipelining, "publish");
    assert!(first.status.success(), "{}\n{}", String::from_utf8_lossy(&first.stdout), relay.log());
    let sent = json(&first)["mail"]["sent"].as_u64().unwrap();
    assert_eq!(sent, planned);
    let second = postrider(folder.path(), &relay, pipelining, "publish");
    assert_eq!(json(&second)["mail"]["sent"], 0, "the second run has nothing to send");

    relay.wait_until_delivered(sent as usize);
    let mut arrived = 0;
    for reader in &readers {
        let mails = relay.mailbox(reader);
        arrived += mails.len() as u64;
        mails.iter().for_each(|mail| assert_mail(reader, mail));
    }
    assert_eq!(arrived, sent);
    assert!(!relay.log().contains("warning: "), "{}", relay.log());
}

fn assert_mail(reader: &str, mail: &str) {
    let return_path = field(mail, "Return-Path").unwrap();
    assert!(return_path.starts_with("<bounces+"), "{reader}: {return_path}");
    assert!(field(mail, "To").unwrap().contains(&format!("{reader}@example.org")), "{reader}: {mail}");
    assert!(field(mail, "List-Unsubscribe").is_some(), "{reader} can leave");
    assert!(mail.contains("using TLSv1.3"), "{reader}: the mail came over TLS");
    assert!(!mail.contains("\r"), "{reader}: Postfix found every line end");
}
