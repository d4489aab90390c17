//! The drafts of the editions that are being sent, decoded once and kept while there is room.

use std::collections::HashMap;
use std::sync::Arc;

use crate::delivery::error::DeliveryError;
use crate::ledger::{EditionNo, FrozenEdition};
use crate::message::{Draft, IssueId};

/// Most octets of frozen drafts that are kept; there is always room for one.
const ROOM_OCTETS: usize = 16 * 1024 * 1024;

/// Names an edition among all issues.
pub(super) type EditionKey = (IssueId, EditionNo);

/// The drafts in use, most recently used last to go.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    kept: HashMap<EditionKey, Kept>,
    octets: usize,
    uses: u64,
}

#[derive(Debug)]
struct Kept {
    draft: Arc<Draft>,
    octets: usize,
    last_use: u64,
}

/// Decodes what the ledger froze.
///
/// # Errors
///
/// If this program cannot read the draft.
pub(super) fn decode(issue: IssueId, frozen: &FrozenEdition) -> Result<Arc<Draft>, DeliveryError> {
    let draft = Draft::from_bytes(&frozen.draft).map_err(|source| DeliveryError::Draft { issue, source })?;
    Ok(Arc::new(draft))
}

impl Drafts {
    pub(super) fn get(&mut self, key: EditionKey) -> Option<Arc<Draft>> {
        self.uses += 1;
        let kept = self.kept.get_mut(&key)?;
        kept.last_use = self.uses;
        Some(Arc::clone(&kept.draft))
    }

    /// Keeps a draft of so many octets; what was not used for longest makes room.
    pub(super) fn keep(&mut self, key: EditionKey, draft: Arc<Draft>, octets: usize) {
        while self.octets + octets > ROOM_OCTETS && self.drop_oldest() {}
        self.uses += 1;
        self.octets += octets;
        self.kept.insert(key, Kept { draft, octets, last_use: self.uses });
    }

    fn drop_oldest(&mut self) -> bool {
        let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.last_use).map(|(key, _)| *key);
        let dropped = oldest.and_then(|key| self.kept.remove(&key));
        self.octets -= dropped.as_ref().map_or(0, |kept| kept.octets);
        dropped.is_some()
    }
}
