//! Whether feeds are where readers find them, as they were built.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::{News, Ping};
use crate::site::Topic;
use crate::web::WebError;
use crate::web::client::Answer;

/// A feed that readers do not find as it was built.
#[derive(Debug)]
pub struct NotLive<'a> {
    pub topic: &'a Topic,
    pub why: Absent,
}

/// What is there instead.
#[derive(Debug)]
pub enum Absent {
    /// A feed with other octets: the last one, most likely.
    Different,
    /// No feed; the status of the answer.
    Status(u16),
    Unreachable(WebError),
    /// Not looked for, as others of the same deploy are not there.
    WithOthers,
}

/// Feeds looked at at once.
const AT_ONCE: usize = 4;

/// Feeds looked at in all. What holds for these holds for the rest: it is one deploy.
const MOST_LOOKS: usize = 40;

/// Between two looks at what is not there yet.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

impl Ping<'_> {
    /// The feeds in `news` that are not live, after all patience.
    pub(super) async fn not_live<'a>(&self, news: &[News<'a>]) -> Vec<NotLive<'a>> {
        let by_url: BTreeMap<&str, &'a Topic> =
            news.iter().flat_map(|news| &news.topics).map(|topic| (topic.url.as_str(), *topic)).collect();
        let mut topics: Vec<&'a Topic> = by_url.into_values().collect();
        // The publication's own feeds first: they change with every post.
        topics.sort_by_key(|topic| topic.path.matches('/').count());
        let rest = topics.split_off(topics.len().min(MOST_LOOKS));
        let mut missing = self.missing_of(topics).await;
        let mut waited = Duration::ZERO;
        while !missing.is_empty() && waited < self.patience {
            let wait = BETWEEN_LOOKS.min(self.patience - waited);
            (self.pause)(wait).await;
            waited += wait;
            missing = self.missing_of(missing.iter().map(|missing| missing.topic).collect()).await;
        }
        if !missing.is_empty() {
            missing.extend(rest.into_iter().map(|topic| NotLive { topic, why: Absent::WithOthers }));
        }
        missing
    }

    async fn missing_of<'a>(&self, topics: Vec<&'a Topic>) -> Vec<NotLive<'a>> {
        let looks = topics.into_iter().map(|topic| self.look(topic));
        stream::iter(looks).buffered(AT_ONCE).filter_map(|found| async { found }).collect().await
    }

    async fn look<'a>(&self, topic: &'a Topic) -> Option<NotLive<'a>> {
        let why = match self.client.get(&topic.url, topic.octets).await {
            Ok(answer) if is_as_built(&answer, topic) => return None,
            Ok(answer) if answer.status.is_success() => Absent::Different,
            Ok(answer) => Absent::Status(answer.status.as_u16()),
            Err(error) => Absent::Unreachable(error),
        };
        Some(NotLive { topic, why })
    }
}

fn is_as_built(answer: &Answer, topic: &Topic) -> bool {
    answer.status == 200 && !answer.is_cut && topic.is_made_of(&answer.body)
}
