//! Ctrl-C, for verbs that go on until they are told to end.

use std::io;

use super::exit::{Exit, Failure};
use crate::watch::Waker;

/// Ends the watch of `waker` on SIGINT and SIGTERM. The second signal ends the program at once: public trees are put in
/// place file by file, each in one step, and the next build does the rest.
pub fn ends(waker: Waker) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(deaf)?;
    let listen = move || {
        runtime.block_on(signal());
        waker.end();
        runtime.block_on(signal());
        std::process::exit(i32::from(ENDED_BY_SIGNAL));
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(listen).map_err(deaf)?;
    Ok(())
}

/// As shells put it: 128 and the number of SIGINT.
const ENDED_BY_SIGNAL: u8 = 130;

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn deaf(error: io::Error) -> Failure {
    Failure::new(Exit::Operator, &error)
}
