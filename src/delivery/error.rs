//! Why a run of sending cannot begin or go on.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::ledger::LedgerError;
use crate::message::{ComposeError, DraftError, IssueId};
use crate::trust::TrustError;

/// Why sending cannot begin or go on. What concerns one recipient is in the ledger instead.
#[derive(Debug, Error)]
pub enum DeliveryError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("`smtp.url` names a user: expected the password in POSTRIDER_SMTP__PASSWORD")]
    NoPassword,
    #[error("{}: no mail can be put here", path.display())]
    Maildir { path: PathBuf, source: io::Error },
    #[error("the sending threads cannot be started")]
    Runtime { source: io::Error },
    #[error("the ledger stopped the run")]
    Ledger {
        #[from]
        source: LedgerError,
    },
    #[error("issue {}: its mail cannot be made", issue.0)]
    Draft { issue: IssueId, source: DraftError },
    #[error("issue {}: its mail cannot be made", issue.0)]
    Compose { issue: IssueId, source: ComposeError },
}
