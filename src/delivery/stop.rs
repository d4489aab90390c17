//! Asking a run to stop: no new DATA, what is under way is finished if it takes no longer than a few seconds.

use std::time::Duration;

use tokio::sync::watch;

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

impl Stop {
    /// One that is never asked.
    pub fn never() -> Self {
        Stopper::new().1
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
