//! How fast mail leaves, beside Postfix's own load generator into the same server.
//!
//! `cargo bench --bench send`, with `smtp-sink` and `smtp-source` of Postfix installed (`apt-get install postfix`).
//! Each sample sends one issue to all readers, from a ledger on disk with every intent durable before DATA;
//! `smtp-source` sends as many mails of the same size and remembers nothing. At the end the two take turns, and the ratio
//! of their rates is printed; `scripts/bench-send` measures more. Set `TMPDIR` to a folder on the disk to be measured.

#[path = "../tests/support/publication.rs"]
mod publication;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

/// How often each of the two sends for the ratio.
const TURNS: usize = 5;

const SINK: &str = "/usr/sbin/smtp-sink";
const SOURCE: &str = "/usr/sbin/smtp-source";

fn main() {
    let missing: Vec<_> = [SINK, SOURCE].into_iter().filter(|program| !Path::new(program).exists()).collect();
    let bench = divan::Divan::from_args();
    if !missing.is_empty() {
        bench.skip_regex("smtp_source|postrider$|postrider::").main();
        println!(
            "{} missing, so nothing was sent and there is no ratio: apt-get install postfix",
            missing.join(", ")
        );
        return;
    }
    bench.main();
    // With a filter, a list or a test run nobody asks for it.
    if std::env::args().skip(1).all(|argument| argument == "--bench") {
        println!(
            "ratio to smtp-source -d, {READERS} mails over {CONNECTIONS} connections, medians of {TURNS}, taking turns"
        );
        ESSAYS.into_iter().for_each(print_ratio);
    }
}

/// Sends mail of one size both ways by turns, and tells how the rates compare.
fn print_ratio(essay: usize) {
    let sink = Sink::start();
    let octets = octets_of_mail(essay);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let publication = publication(essay);
        ours.push(rate_of(|| send_ours(&publication, &sink)));
        theirs.push(rate_of(|| send_theirs(octets, &sink)));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let (size, ratio) = (octets as f64 / 1024.0, ours / theirs);
    println!(
        "{size:4.0} KB  postrider {ours:.0} mails/s, smtp-source -d {theirs:.0} mails/s: ratio {ratio:.2}"
    );
}

/// Mails a second.
fn rate_of(send: impl FnOnce()) -> f64 {
    let began = Instant::now();
    send();
    READERS as f64 / began.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn send_ours(publication: &Publication, sink: &Sink) {
    let report = publication.send_to(&format!("smtp://{}", sink.address)).unwrap();
    assert_eq!((report.sent, &report.end), (READERS, &End::Done));
}

fn send_theirs(octets: u64, sink: &Sink) {
    let (connections, mails) = (CONNECTIONS.to_string(), READERS.to_string());
    let (octets, target) = (octets.to_string(), sink.address.to_string());
    let mut source = Command::new(SOURCE);
    source.args(["-d", "-s", &connections, "-m", &mails, "-l", &octets, &target]);
    assert!(source.status().unwrap().success());
}

/// Postfix's server that takes everything, until it is dropped.
struct Sink {
    address: SocketAddr,
    process: Child,
}

impl Sink {
    fn start() -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap();
        let mut sink = Command::new(SINK);
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
    bencher.counter(ItemsCount::new(READERS)).with_inputs(|| publication(essay)).bench_values(
        |publication| {
            send_ours(&publication, &sink);
            publication
        },
    );
}

#[divan::bench(args = ESSAYS, sample_count = 5, sample_size = 1)]
fn smtp_source(bencher: Bencher, essay: usize) {
    let sink = Sink::start();
    let octets = octets_of_mail(essay);
    bencher.counter(ItemsCount::new(READERS)).bench_local(|| send_theirs(octets, &sink));
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
