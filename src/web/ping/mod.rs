//! Tells hubs which feeds changed (WebSub §6), each once.
//!
//! In: feeds as they were built, hubs, and a [`Memory`] of what hubs were told. Out: a [`PingReport`], and the memory
//! brought up to date.
//!
//! A hub that is told fetches the feed at once and compares. So a feed is looked at first, where readers find it, and
//! told of only when it is there as it was built: a hub told before the deploy would find nothing new, and not look
//! again. How hubs are spoken to is not in the Recommendation; decision 0015 has what they do.

mod live;
mod memory;
mod tell;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Runtime;
use url::Url;

use super::WebError;
use super::client::Client;
use crate::site::Topic;

pub use live::{Absent, NotLive};
pub use memory::{Memory, MemoryError};
pub use tell::Refusal;

/// Waits so long; a value, so that nothing decides how long a test takes.
pub type Pause<'a> = &'a (dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Sync);

/// What hubs shall be told.
pub struct Ping<'a> {
    pub client: &'a Client,
    pub pause: Pause<'a>,
    /// Whether each feed is looked at where readers find it before hubs are told.
    pub looks: bool,
    /// How long a feed that is not there yet is waited for.
    pub patience: Duration,
}

/// Feeds that one hub has not been told of as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News<'a> {
    pub hub: Url,
    pub topics: Vec<&'a Topic>,
}

/// What telling came to.
#[derive(Debug, Default)]
pub struct PingReport<'a> {
    pub hubs: Vec<HubReport<'a>>,
    /// Feeds that no hub was told of, because they are not where readers find them.
    pub not_live: Vec<NotLive<'a>>,
}

/// What one hub was told.
#[derive(Debug)]
pub struct HubReport<'a> {
    pub hub: Url,
    pub told: Vec<&'a Topic>,
    /// Feeds it refused, or was not told of because it did not answer; they are news to it the next time.
    pub untold: Vec<&'a Topic>,
    /// Why there are such.
    pub refusal: Option<Refusal>,
}

impl Ping<'_> {
    /// Tells each hub its news. That one cannot be reached is no error, and stands in the report.
    ///
    /// # Errors
    ///
    /// If there is no network at all.
    pub fn tell<'a>(&self, news: &[News<'a>]) -> Result<PingReport<'a>, WebError> {
        let runtime = runtime()?;
        let report = runtime.block_on(async {
            let not_live = if self.looks { self.not_live(news).await } else { Vec::new() };
            let hubs = news.iter().map(|news| self.tell_hub(news, &not_live));
            PingReport { hubs: join_all(hubs).await, not_live }
        });
        // A name that is still being looked up is not waited for.
        runtime.shutdown_background();
        Ok(report)
    }
}

fn runtime() -> Result<Runtime, WebError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(WebError::Runtime)
}

/// Waits as long as it says.
pub fn real_pause(wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(tokio::time::sleep(wait))
}
