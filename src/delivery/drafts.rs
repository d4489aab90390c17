//! The drafts of the editions that are being sent, decoded once and kept while there is room.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::delivery::error::DeliveryError;
use crate::ledger::{EditionNo, FrozenEdition};
use crate::message::{Draft, IssueId};

/// Most octets of frozen drafts that are kept; there is always room for one.
const ROOM_OCTETS: usize = 16 * 1024 * 1024;

/// Names an edition among all issues.
pub(super) type EditionKey = (IssueId, EditionNo);

/// An edition, ready to be composed from.
#[derive(Debug)]
pub(super) struct ReadyEdition {
    pub(super) draft: Draft,
    pub(super) frozen_at: Timestamp,
}

/// The editions in use, most recently used last to go.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    kept: HashMap<EditionKey, Kept>,
    octets: usize,
    uses: u64,
}

#[derive(Debug)]
struct Kept {
    edition: Arc<ReadyEdition>,
    octets: usize,
    last_use: u64,
}

impl ReadyEdition {
    /// Decodes what the ledger froze.
    ///
    /// # Errors
    ///
    /// If this program cannot read the draft.
    pub(super) fn decode(issue: IssueId, frozen: &FrozenEdition) -> Result<Self, DeliveryError> {
        let draft =
            Draft::from_bytes(&frozen.draft).map_err(|source| DeliveryError::Draft { issue, source })?;
        Ok(Self { draft, frozen_at: frozen.frozen_at })
    }
}

impl Drafts {
    pub(super) fn get(&mut self, key: EditionKey) -> Option<Arc<ReadyEdition>> {
        self.uses += 1;
        let kept = self.kept.get_mut(&key)?;
        kept.last_use = self.uses;
        Some(Arc::clone(&kept.edition))
    }

    /// Keeps an edition of so many octets; what was not used for longest makes room.
    pub(super) fn keep(&mut self, key: EditionKey, edition: Arc<ReadyEdition>, octets: usize) {
        while self.octets + octets > ROOM_OCTETS && self.drop_oldest() {}
        self.uses += 1;
        self.octets += octets;
        self.kept.insert(key, Kept { edition, octets, last_use: self.uses });
    }

    fn drop_oldest(&mut self) -> bool {
        let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.last_use).map(|(key, _)| *key);
        let dropped = oldest.and_then(|key| self.kept.remove(&key));
        self.octets -= dropped.as_ref().map_or(0, |kept| kept.octets);
        dropped.is_some()
    }
}
