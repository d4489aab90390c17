//! What mail is made of.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::{Domain, EmailAddress, Mailbox};
use crate::subscriber::SubscriberId;

/// An issue's number in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssueId(pub u32);

/// A confirmed subscriber within one issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub subscriber: SubscriberId,
    pub address: EmailAddress,
    pub name: Option<String>,
}

/// What every mail of a publication says of its sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masthead {
    pub title: String,
    pub url: Url,
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    /// Where a letter reaches the publisher, shown in each mail (CAN-SPAM, 16 CFR 316).
    pub postal_address: String,
    pub leave: Leave,
    /// Receives bounces: `bounces@example.org` becomes `bounces+TOKEN@example.org` (VERP). Without it the reverse-path is `from`.
    pub bounce_address: Option<EmailAddress>,
    /// RFC 2919, such as `letters.example.org`.
    pub list_id: Domain,
}

/// How a reader leaves. At least one way exists, by construction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// A service answers `https://…/leave/TOKEN`; one click (RFC 8058).
    Web {
        service: Url,
    },
    /// A person or mailbox reader answers `mailto:…?subject=leave TOKEN`.
    Mail {
        address: EmailAddress,
    },
    Both {
        service: Url,
        address: EmailAddress,
    },
}

/// The two addresses of a mail transaction (RFC 5321 §2.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub reverse_path: EmailAddress,
    pub forward_path: EmailAddress,
}

/// An envelope and its content (RFC 5321 §2.3.1).
///
/// The content is ASCII, its lines end in CRLF and hold at most 998 octets, no bare CR or LF stands in it, and
/// it is not yet dot-stuffed. The same issue and recipient give the same octets at each attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct MailObject {
    pub envelope: Envelope,
    pub message_id: String,
    pub content: Vec<u8>,
}

impl fmt::Debug for MailObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailObject({}, {} octets)", self.message_id, self.content.len())
    }
}
