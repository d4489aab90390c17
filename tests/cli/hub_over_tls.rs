//! `ping` over TLS: a hub is told of nothing before it has shown a certificate that is believed, for its own name.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use crate::ping::publication;

/// `openssl`, if it is installed: on CI it must be.
static HAS_OPENSSL: LazyLock<bool> = LazyLock::new(|| {
    let is_there = Command::new("openssl").arg("version").output().is_ok_and(|run| run.status.success());
    assert!(is_there || std::env::var_os("CI").is_none(), "openssl is not installed: on CI it must be");
    if !is_there {
        eprintln!("not tested: openssl is not installed");
    }
    is_there
});

/// A hub on this machine, and how often it was told of a feed.
struct Hub {
    url: String,
    told: Arc<AtomicUsize>,
}

/// Writes a certificate for `name`, which vouches for itself, and its key into `folder`.
fn certify(folder: &Path, name: &str) {
    let run = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=a hub"])
        .args(["-addext", &format!("subjectAltName=DNS:{name}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

impl Hub {
    fn start(folder: &Path) -> Self {
        let certificate = CertificateDer::from_pem_file(folder.join("certificate.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}/hub", listener.local_addr().unwrap().port());
        let (config, told) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&told);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let stream = StreamOwned::new(connection, stream.unwrap());
                // A client that does not believe us says so and is gone.
                count.fetch_add(usize::from(answer(stream).is_some()), Ordering::SeqCst);
            }
        });
        Self { url, told }
    }

    fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }
}

fn answer(stream: impl Read + Write) -> Option<()> {
    let (mut reader, mut octets) = (BufReader::new(stream), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some(length) = line.strip_prefix("content-length: ") {
            octets = length.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    reader.read_exact(&mut vec![0; octets]).ok()?;
    let stream = reader.get_mut();
    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").ok()?;
    stream.flush().ok()
}

/// What a hub with a certificate for `name` is told, and what the run says; `is_believed`: the program is told of it.
fn pinged(name: &str, is_believed: bool) -> (Hub, crate::publication::Run) {
    let folder = TempDir::new().unwrap();
    certify(folder.path(), name);
    let hub = Hub::start(folder.path());
    let (publication, _site) = publication("/hub");
    let certificate = folder.path().join("certificate.pem");
    let mut variables = vec![("POSTRIDER_FEEDS__HUBS", hub.url.as_str())];
    if is_believed {
        variables.push(("SSL_CERT_FILE", certificate.to_str().unwrap()));
    }
    let run = publication.run_with(&variables, &["ping"]).exits(0);
    (hub, run)
}

#[test]
fn a_hub_whose_certificate_is_believed_is_told() {
    if !*HAS_OPENSSL {
        return;
    }
    let (hub, run) = pinged("localhost", true);
    assert_eq!(run.out, format!("Told {} of 3 feeds.\n", hub.url));
    assert_eq!(hub.told(), 3);
}

#[test]
fn a_hub_whose_certificate_nobody_vouches_for_or_that_is_anothers_is_told_nothing() {
    if !*HAS_OPENSSL {
        return;
    }
    for (name, is_believed, why) in
        [("localhost", false, "UnknownIssuer"), ("hub.example", true, "not valid for name")]
    {
        let (hub, run) = pinged(name, is_believed);
        let first = run.err.lines().next().unwrap_or_default();
        assert!(
            first.starts_with(&format!("note: {}: localhost", hub.url)) && first.contains(why),
            "{run:#?}"
        );
        assert_eq!((run.out.as_str(), hub.told()), ("No hub was told of anything.\n", 0), "{name}");
    }
}
