//! A real Postfix of its own: queue, data and mailboxes in a temporary folder, a free port, nothing leaves the machine.
//!
//! Takes mail for example.org, offers STARTTLS, and puts what it takes into Maildirs by local part. Needs the
//! Debian package `postfix` and root, because Postfix changes users.

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// After so long a server is held to hang.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Postfix {
    folder: TempDir,
    pub port: u16,
}

/// Why there is no Postfix to test with; none if there is one.
pub fn missing() -> Option<&'static str> {
    if !Path::new("/usr/sbin/postfix").exists() {
        return Some("postfix is not installed");
    }
    // The owner of a file made here is whoever runs the tests.
    let owner = tempfile::NamedTempFile::new()
        .map(|file| std::os::unix::fs::MetadataExt::uid(&file.as_file().metadata().unwrap()));
    (!matches!(owner, Ok(0))).then_some("postfix needs root")
}

impl Postfix {
    /// With a mailbox for each of `local_parts`.
    pub fn start(local_parts: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let postfix = Self { folder, port };
        for name in ["etc", "queue", "data", "mail"] {
            fs::create_dir(postfix.path(name)).unwrap();
        }
        postfix.own("data", "postfix");
        postfix.own("mail", "nobody");
        postfix.certify();
        postfix.write("etc/main.cf", &postfix.main_cf());
        postfix.write("etc/master.cf", &master_cf(port));
        let boxes = local_parts.iter().map(|local_part| format!("{local_part}@example.org {local_part}/\n"));
        postfix.write("etc/boxes", &boxes.collect::<String>());
        let started = postfix.postfix("start");
        assert!(started.status.success(), "{}", postfix.log());
        postfix.wait_for_the_port();
        postfix
    }

    /// A PEM file with the certificate of the server's authority, which is itself.
    pub fn certificate(&self) -> PathBuf {
        self.path("etc/cert.pem")
    }

    /// Files in the mailbox of `local_part`: new mail, in no order.
    pub fn mailbox(&self, local_part: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path("mail").join(local_part).join("new")).into_iter().flatten();
        entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    /// Waits until so many mails are in their boxes.
    pub fn wait_until_delivered(&self, count: usize) {
        let began = Instant::now();
        loop {
            let delivered = self.log().matches("status=sent (delivered to maildir)").count();
            if delivered >= count {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{delivered} of {count}: {}", self.log());
            std::thread::yield_now();
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn own(&self, name: &str, user: &str) {
        assert!(Command::new("chown").arg(user).arg(self.path(name)).status().unwrap().success());
    }

    /// A certificate for 127.0.0.1 that nobody else believes.
    fn certify(&self) {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
            .args([
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
            ])
            .args(["-keyout"])
            .arg(self.path("etc/key.pem"))
            .arg("-out")
            .arg(self.certificate())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    fn main_cf(&self) -> String {
        let root = self.folder.path().display();
        format!(
            "compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.org
mydestination =
mynetworks = 127.0.0.0/8
default_transport = error:nothing leaves this machine
alias_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = texthash:{root}/etc/boxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_cert_file = {root}/etc/cert.pem
smtpd_tls_key_file = {root}/etc/key.pem
smtpd_tls_received_header = yes
maillog_file = {root}/log
maillog_file_prefixes = {root}
"
        )
    }

    fn postfix(&self, verb: &str) -> Output {
        Command::new("/usr/sbin/postfix").arg("-c").arg(self.path("etc")).arg(verb).output().unwrap()
    }

    fn wait_for_the_port(&self) {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "{}", self.log());
            std::thread::yield_now();
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.postfix("stop");
    }
}

fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}
