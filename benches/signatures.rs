//! What the crypto library alone can sign: RSA PKCS#1 v1.5 with SHA-256 over 700 octets, the length of what DKIM signs,
//! on all cores for two seconds.
//!
//! `signatures KEY.pem`, an RSA key in PKCS#8; prints signatures a second. `scripts/bench-send` compares with it.

use std::num::NonZero;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

const LENGTH: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("signatures: expected the file of an RSA key in PKCS#8");
        return ExitCode::from(64);
    };
    let pem = std::fs::read_to_string(&path).expect("the key can be read");
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64.decode(lines.as_bytes()).expect("PEM holds base64");
    let pair = RsaKeyPair::from_pkcs8(&der).expect("an RSA key in PKCS#8");
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let began = Instant::now();
    let signed: u64 = thread::scope(|scope| {
        let signers: Vec<_> = (0..cores).map(|_| scope.spawn(|| sign(&pair, began))).collect();
        signers.into_iter().map(|signer| signer.join().expect("signing does not panic")).sum()
    });
    println!("{:.0}", signed as f64 / began.elapsed().as_secs_f64());
    ExitCode::SUCCESS
}

/// Signs until the time is over; gives how often.
fn sign(pair: &RsaKeyPair, began: Instant) -> u64 {
    let random = SystemRandom::new();
    let mut signature = vec![0; pair.public().modulus_len()];
    let mut signed = 0;
    while began.elapsed() < LENGTH {
        pair.sign(&RSA_PKCS1_SHA256, &random, &[b'x'; 700], &mut signature).expect("a good key signs");
        signed += 1;
    }
    signed
}
