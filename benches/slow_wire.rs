//! A wire that takes its time: passes octets on to another address, each so long after it came, both ways.
//!
//! `slow_wire 127.0.0.1:PORT MILLISECONDS` prints the port it listens on. Half of the time passes on the way there and half
//! on the way back, so a round trip takes as long as was said. Octets keep their order and are not held up by others, so
//! it is the distance that is measured and not the width.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Octets and when they are due at the other end; none at the end of the stream.
type Parcel = (Instant, Vec<u8>);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, millis] = &arguments[..] else {
        eprintln!("slow_wire: expected an address and the milliseconds of a round trip");
        return ExitCode::from(64);
    };
    let millis: f64 = millis.parse().expect("a number of milliseconds");
    let one_way = Duration::from_secs_f64(millis / 2000.0);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on this machine");
    println!("{}", listener.local_addr().expect("it listens").port());
    for near in listener.incoming().flatten() {
        let Ok(far) = TcpStream::connect(target) else { continue };
        for socket in [&near, &far] {
            socket.set_nodelay(true).expect("a connected socket takes options");
        }
        let (near_again, far_again) = (clone(&near), clone(&far));
        carry(near, far, one_way);
        carry(far_again, near_again, one_way);
    }
    ExitCode::SUCCESS
}

fn clone(socket: &TcpStream) -> TcpStream {
    socket.try_clone().expect("a socket can be shared")
}

/// One direction: a thread that takes, a thread that gives.
fn carry(from: TcpStream, to: TcpStream, one_way: Duration) {
    let (parcels, waiting) = channel();
    thread::spawn(move || take(from, &parcels, one_way));
    thread::spawn(move || give(to, &waiting));
}

fn take(mut from: TcpStream, parcels: &Sender<Parcel>, one_way: Duration) {
    let mut room = vec![0; 64 * 1024];
    loop {
        let octets = from.read(&mut room).unwrap_or(0);
        let is_open = parcels.send((Instant::now() + one_way, room[..octets].to_vec())).is_ok();
        if octets == 0 || !is_open {
            return;
        }
    }
}

fn give(mut to: TcpStream, waiting: &Receiver<Parcel>) {
    for (due, octets) in waiting {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if octets.is_empty() || to.write_all(&octets).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
