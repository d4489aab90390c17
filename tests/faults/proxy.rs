//! A network that can be cut: passes octets on to a port of this machine, slowly, or not at all.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// What the network does with octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Passes,
    /// Each piece comes so much later.
    Delays(Duration),
    /// Nothing comes through, and nobody is told.
    Swallows,
    /// Whoever is connected is thrown out, and whoever connects.
    Resets,
}

struct Shared {
    network: Mutex<Network>,
    changed: Condvar,
    sockets: Mutex<Vec<TcpStream>>,
    is_over: AtomicBool,
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Passes on to `port`.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            shared: Arc::new(Shared {
                network: Mutex::new(Network::Passes),
                changed: Condvar::new(),
                sockets: Mutex::default(),
                is_over: AtomicBool::new(false),
            }),
        };
        let shared = Arc::clone(&proxy.shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let _ = shared.accept(client, port);
            }
        });
        proxy
    }

    pub fn set(&self, network: Network) {
        *self.shared.network.lock().unwrap() = network;
        self.shared.changed.notify_all();
        if network == Network::Resets {
            self.shared.hang_up();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.set(Network::Resets);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, client: TcpStream, port: u16) -> io::Result<()> {
        if *self.network.lock().unwrap() == Network::Resets {
            return Ok(());
        }
        let server = TcpStream::connect(("127.0.0.1", port))?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        self.sockets.lock().unwrap().extend([client.try_clone()?, server.try_clone()?]);
        for (from, to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
            let shared = Arc::clone(self);
            thread::spawn(move || {
                let _ = shared.pass_on(&from, &to);
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
        Ok(())
    }

    fn pass_on(&self, mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
        let mut piece = [0; 16 * 1024];
        loop {
            let octets = from.read(&mut piece)?;
            if octets == 0 {
                return Ok(());
            }
            self.wait_until_it_passes();
            to.write_all(&piece[..octets])?;
        }
    }

    fn wait_until_it_passes(&self) {
        let mut network = self.network.lock().unwrap();
        while *network == Network::Swallows {
            network = self.changed.wait(network).unwrap();
        }
        let delay = if let Network::Delays(delay) = *network { delay } else { Duration::ZERO };
        drop(network);
        thread::sleep(delay);
    }

    fn hang_up(&self) {
        for socket in self.sockets.lock().unwrap().drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}
