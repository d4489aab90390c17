//! One hub, told of one feed after another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use hyper::StatusCode;
use url::Url;

use super::{HubReport, News, NotLive, Ping};
use crate::site::Topic;
use crate::web::WebError;
use crate::web::client::Answer;

/// Why a hub was not told.
#[derive(Debug)]
pub enum Refusal {
    Unreachable(WebError),
    /// It answered, and not that it will look; with its first words.
    Answered {
        status: u16,
        words: String,
    },
}

/// Feeds told at once.
const AT_ONCE: usize = 4;

/// Between tries at what may go better in a moment; there is one try more than waits.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(15)];

/// A hub that asks for more is told in the next run.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Feeds a hub may refuse before no more is said.
const MOST_REFUSED: usize = 8;

/// What is kept of a hub's answer.
const MOST_WORDS_OCTETS: usize = 2_000;

impl Ping<'_> {
    /// Tells one hub its news, but of no feed in `not_live`.
    pub(super) async fn tell_hub<'a>(&self, news: &News<'a>, not_live: &[NotLive<'_>]) -> HubReport<'a> {
        let is_live = |topic: &&Topic| !not_live.iter().any(|missing| missing.topic.url == topic.url);
        let refused = AtomicUsize::new(0);
        let tellings = news.topics.iter().copied().filter(is_live).map(|topic| {
            let refused = &refused;
            async move {
                if refused.load(Ordering::Relaxed) >= MOST_REFUSED {
                    return (topic, Some(None));
                }
                let refusal = self.tell_one(&news.hub, topic).await.err();
                if let Some(refusal) = &refusal {
                    // What several tries could not mend will not be mended by the next feed.
                    let weight = if refusal.is_transient() { MOST_REFUSED } else { 1 };
                    refused.fetch_add(weight, Ordering::Relaxed);
                }
                (topic, refusal.map(Some))
            }
        });
        let mut report =
            HubReport { hub: news.hub.clone(), told: Vec::new(), untold: Vec::new(), refusal: None };
        let mut outcomes = stream::iter(tellings).buffered(AT_ONCE);
        while let Some((topic, refusal)) = outcomes.next().await {
            match refusal {
                None => report.told.push(topic),
                Some(why) => {
                    report.untold.push(topic);
                    report.refusal = report.refusal.or(why);
                }
            }
        }
        report
    }

    async fn tell_one(&self, hub: &Url, topic: &Topic) -> Result<(), Refusal> {
        // Hubs read either name; each hub ignores what it does not know.
        let url = topic.url.as_str();
        let fields = [("hub.mode", "publish"), ("hub.url", url), ("hub.topic", url)];
        let mut waits = WAITS.into_iter();
        loop {
            let refusal = match self.client.post(hub, &fields, MOST_WORDS_OCTETS).await {
                Ok(answer) if answer.status.is_success() => return Ok(()),
                Ok(answer) => (Refusal::of(&answer), answer.retry_after),
                Err(error) => (Refusal::Unreachable(error), None),
            };
            let (refusal, asked) = refusal;
            let next = waits.next().filter(|_| refusal.is_transient());
            let wait = next.map(|wait| asked.unwrap_or_default().max(wait));
            match wait.filter(|wait| *wait <= LONGEST_WAIT) {
                Some(wait) => (self.pause)(wait).await,
                None => return Err(refusal),
            }
        }
    }
}

impl Refusal {
    fn of(answer: &Answer) -> Self {
        let text = String::from_utf8_lossy(&answer.body);
        let is_html = text.trim_start().starts_with('<');
        let words = text.lines().map(str::trim).find(|line| !line.is_empty() && !is_html).unwrap_or_default();
        let words = words.chars().filter(|c| !c.is_control()).take(120).collect();
        Self::Answered { status: answer.status.as_u16(), words }
    }

    /// Whether it may go better in a moment.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(error) => error.is_transient(),
            Self::Answered { status, .. } => *status >= 500 || [408, 425, 429].contains(status),
        }
    }
}

impl std::fmt::Display for Refusal {
    /// `answered 400 Bad Request: hub.url is missing`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(error) => f.write_str(&error.with_cause()),
            Self::Answered { status, words } => {
                let code = StatusCode::from_u16(*status).ok();
                let name = code.and_then(|code| code.canonical_reason()).map(|name| format!(" {name}"));
                let words = if words.is_empty() { String::new() } else { format!(": {words}") };
                write!(f, "answered {status}{}{words}", name.unwrap_or_default())
            }
        }
    }
}
