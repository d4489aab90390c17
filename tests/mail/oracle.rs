//! What Python's `email` package, a second implementation, reads in our mails.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::expected::editions;

/// What `oracle.py` prints for `content`; none where Python is not installed, which fails on CI.
pub fn ask(content: &[u8], arguments: &[&str]) -> Option<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/oracle.py");
    let child = Command::new("/usr/bin/python3")
        .arg(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        assert!(std::env::var_os("CI").is_none(), "python3 is not installed: on CI it must be");
        eprintln!("skipped: python3 is not installed");
        return None;
    };
    child.stdin.take().unwrap().write_all(content).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "oracle.py fails");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// The decoded text of the part with a media type.
pub fn part<'a>(mail: &'a Value, media_type: &str) -> &'a str {
    let parts = mail["parts"].as_array().unwrap();
    parts.iter().find(|part| part["type"] == media_type).unwrap()["text"].as_str().unwrap()
}

/// The decoded body of a field.
pub fn field<'a>(mail: &'a Value, name: &str) -> &'a str {
    let fields = mail["fields"].as_array().unwrap();
    fields.iter().find(|field| field[0] == name).unwrap()[1].as_str().unwrap()
}

#[test]
fn a_second_implementation_finds_no_defect() {
    for (name, edition, recipient) in editions() {
        let Some(mail) = ask(&edition.mail_for(&recipient).content, &[]) else { return };
        assert_eq!(mail["defects"], serde_json::json!([]), "{name}");
        assert_eq!(mail["type"], "multipart/alternative", "{name}");
        let types: Vec<&Value> = mail["parts"].as_array().unwrap().iter().map(|part| &part["type"]).collect();
        assert_eq!(types, ["text/plain", "text/html"], "{name}");
    }
}

#[test]
fn every_link_of_the_html_part_is_in_the_text_part() {
    for (name, edition, recipient) in editions() {
        let Some(mail) = ask(&edition.mail_for(&recipient).content, &[]) else { return };
        let (text, html) = (part(&mail, "text/plain"), unreferenced(part(&mail, "text/html")));
        for link in html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let (page, _) = link.split_once('#').unwrap_or((link, ""));
            assert!(text.contains(page), "{name}: {link} is missing in\n{text}");
        }
    }
}

/// `html` with its character references resolved.
fn unreferenced(html: &str) -> String {
    let mut parts = html.split("&#");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap();
        out.push(char::from_u32(number.parse().unwrap()).unwrap());
        out.push_str(rest);
    }
    out.replace("&amp;", "&")
}

#[test]
fn the_text_part_fits_a_terminal() {
    for (name, edition, recipient) in editions() {
        let Some(mail) = ask(&edition.mail_for(&recipient).content, &[]) else { return };
        for line in part(&mail, "text/plain").lines() {
            let is_url = line.contains("https://") || line.contains("mailto:");
            assert!(is_url || line.width() <= 78, "{name}: {line}");
            assert!(!line.starts_with(|c| "、。，；：？！」』）ーっゃゅょ".contains(c)), "{name}: {line}");
            assert!(!line.ends_with(['「', '『', '（']), "{name}: {line}");
        }
    }
}

#[test]
fn the_reader_is_greeted_and_may_leave_in_both_parts() {
    for (name, edition, recipient) in editions() {
        let Some(mail) = ask(&edition.mail_for(&recipient).content, &[]) else { return };
        let leave = field(&mail, "List-Unsubscribe").split(['<', '>']).nth(1).unwrap();
        for part in [part(&mail, "text/plain"), &unreferenced(part(&mail, "text/html"))] {
            assert!(part.contains(leave), "{name}");
            assert!(part.contains(recipient.address.as_str()), "{name}");
            assert!(recipient.name.iter().all(|reader| part.contains(reader)), "{name}");
            assert!(edition.masthead.postal_address.lines().all(|line| part.contains(line)), "{name}");
        }
    }
}
