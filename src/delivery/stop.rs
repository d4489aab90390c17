//! Asking a run to stop: no new DATA, what is under way is finished if it takes no longer than a few seconds.

use std::time::Duration;

use tokio::sync::watch;

use crate::delivery::error::DeliveryError;

/// How long a mail under way may take once the run was asked to stop. A CI runner kills after 7.5 s.
pub(super) const GRACE: Duration = Duration::from_secs(4);

/// Asks a run to stop. Dropping it asks for nothing.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// The other end: hears that the run shall stop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stopper {
    /// Both ends.
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Asks. Asking twice is asking once.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Try again later, as `cli` puts it (EX_TEMPFAIL).
const ENDED_BY_SIGNAL: i32 = 75;

#[cfg(unix)]
async fn listen(stopper: &Stopper) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    for is_first in [true, false] {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        match is_first {
            true => stopper.stop(),
            false => std::process::exit(ENDED_BY_SIGNAL),
        }
    }
}

#[cfg(not(unix))]
async fn listen(stopper: &Stopper) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stopper.stop();
    }
}

impl Stop {
    /// One that is never asked.
    pub fn never() -> Self {
        Stopper::new().1
    }

    /// One that SIGINT and SIGTERM ask. The second signal ends the program at once: nothing is lost by it, for
    /// the ledger takes a dead sender's mail back.
    ///
    /// # Errors
    ///
    /// If the system gives no thread to listen on.
    pub fn on_signals() -> Result<Self, DeliveryError> {
        let (stopper, stop) = Stopper::new();
        let fault = |source| DeliveryError::Runtime { source };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(fault)?;
        let listen = move || runtime.block_on(listen(&stopper));
        std::thread::Builder::new().name("signals".to_owned()).spawn(listen).map_err(fault)?;
        Ok(stop)
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked; for ever, if nobody can ask any more.
    pub(super) async fn asked(&mut self) {
        if self.0.wait_for(|is_asked| *is_asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until it is asked, and the grace is over.
    pub(super) async fn out_of_grace(&mut self) {
        self.asked().await;
        tokio::time::sleep(GRACE).await;
    }
}
