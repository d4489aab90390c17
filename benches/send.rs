//! How fast mail leaves, beside Postfix's own load generator into the same server.
//!
//! `cargo bench --bench send`, with `smtp-sink` and `smtp-source` of Postfix installed (`apt-get install postfix`).
//! Each sample sends one issue to all readers, from a ledger on disk with every intent durable before DATA;
//! `smtp-source` sends as many mails of the same size and remembers nothing. Set `TMPDIR` to a folder on the disk to be
//! measured.

#[path = "../tests/support/publication.rs"]
mod publication;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use postrider::delivery::End;

use publication::Publication;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const READERS: u64 = 5_000;
const CONNECTIONS: usize = 100;
/// Octets of the essays: a short letter, and a longer one.
const ESSAYS: [usize; 2] = [1_000, 3_000];

fn main() {
    divan::main();
}

/// Postfix's server that takes everything, until it is dropped.
struct Sink {
    address: SocketAddr,
    process: Child,
}

impl Sink {
    fn start() -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap();
        let mut sink = Command::new("/usr/sbin/smtp-sink");
        if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
            sink.args(["-u", "nobody"]);
        }
        let process = sink.args(["-c", &address.to_string(), "1000"]).stdout(Stdio::null()).spawn();
        let mut process = process.expect("smtp-sink is installed");
        while TcpStream::connect(address).is_err() {
            assert!(process.try_wait().unwrap().is_none(), "smtp-sink did not start");
            thread::sleep(Duration::from_millis(10));
        }
        Self { address, process }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn publication(essay: usize) -> Publication {
    let mut publication = Publication::sending(READERS, essay);
    publication.connections = CONNECTIONS;
    publication.deadline = Duration::from_secs(60);
    publication
}

/// Octets of one mail with an essay of so many.
fn octets_of_mail(essay: usize) -> u64 {
    let publication = Publication::sending(1, essay);
    publication.send_to_outbox().unwrap();
    let mut folder = std::fs::read_dir(publication.outbox().join("new")).unwrap();
    folder.next().unwrap().unwrap().metadata().unwrap().len()
}

#[divan::bench(args = ESSAYS, sample_count = 5, sample_size = 1)]
fn postrider(bencher: Bencher, essay: usize) {
    let sink = Sink::start();
    let url = format!("smtp://{}", sink.address);
    bencher.counter(ItemsCount::new(READERS)).with_inputs(|| publication(essay)).bench_values(
        |publication| {
            let report = publication.send_to(&url).unwrap();
            assert_eq!((report.sent, &report.end), (READERS, &End::Done));
            publication
        },
    );
}

#[divan::bench(args = ESSAYS, sample_count = 5, sample_size = 1)]
fn smtp_source(bencher: Bencher, essay: usize) {
    let sink = Sink::start();
    let arguments = ["-d", "-s", "100", "-m", "5000", "-l"].map(str::to_owned);
    let target = [octets_of_mail(essay).to_string(), sink.address.to_string()];
    bencher.counter(ItemsCount::new(READERS)).bench_local(|| {
        let status = Command::new("/usr/sbin/smtp-source").args(&arguments).args(&target).status().unwrap();
        assert!(status.success());
    });
}

/// The same mail as files: 2,000 of them, each durable.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn maildir(bencher: Bencher) {
    const MAILS: u64 = 2_000;
    let publication = || Publication::sending(MAILS, 1_000);
    bencher.counter(ItemsCount::new(MAILS)).with_inputs(publication).bench_values(|publication| {
        assert_eq!(publication.send_to_outbox().unwrap().sent, MAILS);
        publication
    });
}
