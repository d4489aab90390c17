//! DKIM signatures, verified by dkimpy, a second implementation.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use data_encoding::BASE64;
use postrider::message::{IssueId, MailObject, Signer, Signers, compose};
use serde_json::json;
use tempfile::TempDir;

use crate::essays::{Edition, about_margins, keys, late_letter, on_maps, recipient};
use crate::oracle::ask;

/// Keys made for one test, with their public halves as DNS would tell them.
struct KeyRing {
    folder: TempDir,
    signers: Signers,
}

/// None where OpenSSL is not installed, which fails on CI.
fn key_ring() -> Option<KeyRing> {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "openssl is not installed: on CI it must be");
        eprintln!("skipped: openssl is not installed");
        return None;
    }
    openssl(at, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem");
    openssl(at, "rsa -in rsa.pem -traditional -out rsa1.pem");
    openssl(at, "genpkey -algorithm ed25519 -out ed25519.pem");
    let rsa = openssl(at, "pkey -in rsa.pem -pubout -outform DER");
    let ed25519 = openssl(at, "pkey -in ed25519.pem -pubout -outform DER");
    let record = |selector, kind, key: &[u8]| {
        format!("{selector}._domainkey.example.org v=DKIM1; k={kind}; p={}\n", BASE64.encode(key))
    };
    let mut dns = std::fs::File::create(at.join("dns")).unwrap();
    write!(dns, "{}", record("one", "rsa", &rsa)).unwrap();
    write!(dns, "{}", record("old", "rsa", &rsa)).unwrap();
    write!(dns, "{}", record("two", "ed25519", &ed25519[ed25519.len() - 32..])).unwrap();
    let signer = |selector: &str, file: &str| {
        let text = std::fs::read_to_string(at.join(file)).unwrap();
        Signer::from_pem("example.org".parse().unwrap(), selector, &text).unwrap()
    };
    let others = [signer("old", "rsa1.pem"), signer("two", "ed25519.pem")];
    let signers = Signers::new(signer("one", "rsa.pem"), others);
    Some(KeyRing { folder, signers })
}

fn openssl(folder: &Path, arguments: &str) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn signed(edition: &Edition, signers: &Signers) -> MailObject {
    let draft = edition.draft().unwrap();
    compose(&draft, &keys(), IssueId(3), &recipient(Some("山田 花子")), Some(signers)).unwrap()
}

/// Whether each signature of `content` verifies; none where dkimpy is not installed, which fails on CI.
fn verdicts(ring: &KeyRing, content: &[u8]) -> Option<serde_json::Value> {
    let dns = ring.folder.path().join("dns");
    let verdicts = ask(content, &[dns.to_str().unwrap()])?;
    assert!(
        !verdicts.is_null() || std::env::var_os("CI").is_none(),
        "dkimpy is not installed: on CI it must be"
    );
    Some(verdicts).filter(|verdicts| !verdicts.is_null())
}

#[test]
fn rsa_and_ed25519_signatures_verify_by_a_second_implementation() {
    let Some(ring) = key_ring() else { return };
    for posts in [vec![on_maps()], vec![about_margins(), late_letter()]] {
        let mail = signed(&Edition::of(posts), &ring.signers);
        let Some(verdicts) = verdicts(&ring, &mail.content) else { return };
        assert_eq!(verdicts, json!([true, true, true]));
    }
}

#[test]
fn what_is_changed_on_the_way_no_longer_verifies() {
    let Some(ring) = key_ring() else { return };
    let mail = signed(&Edition::of(vec![on_maps()]), &ring.signers);
    let text = String::from_utf8(mail.content).unwrap();
    for (what, changed) in [
        ("a word", text.replacen("four lines", "five lines", 1)),
        ("a second subject", format!("Subject: Other words\r\n{text}")),
        ("the way to leave", text.replacen("List-Unsubscribe: <https:", "List-Unsubscribe: <http:", 1)),
        ("more text", format!("{text}more\r\n")),
    ] {
        assert_ne!(changed, text, "{what}");
        let Some(verdicts) = verdicts(&ring, changed.as_bytes()) else { return };
        assert_eq!(verdicts, json!([false, false, false]), "{what}");
    }
}

#[test]
fn what_relays_do_to_lines_and_list_software_adds_leaves_signatures_whole() {
    let Some(ring) = key_ring() else { return };
    let mail = signed(&Edition::of(vec![on_maps()]), &ring.signers);
    let text = String::from_utf8(mail.content).unwrap();
    for (what, changed) in [
        ("folding", text.replacen(",\r\n <mailto:", ", <mailto:", 1)),
        ("trace fields", format!("Received: from a by b; Sun, 22 Nov 2026 08:00:01 +0100\r\n{text}")),
        ("empty lines at the end", format!("{text}\r\n\r\n")),
    ] {
        assert_ne!(changed, text, "{what}");
        let Some(verdicts) = verdicts(&ring, changed.as_bytes()) else { return };
        assert_eq!(verdicts, json!([true, true, true]), "{what}");
    }
}

#[test]
fn a_signed_mail_has_the_same_octets_at_each_attempt() {
    let Some(ring) = key_ring() else { return };
    let edition = Edition::of(vec![on_maps()]);
    assert_eq!(signed(&edition, &ring.signers).content, signed(&edition, &ring.signers).content);
}
