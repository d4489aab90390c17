//! What can keep an edition from becoming mail.

use thiserror::Error;

use crate::address::AddressError;
use crate::template::TemplateError;
use crate::token::KeyError;

/// Why an edition cannot be made into a draft.
#[derive(Debug, Error)]
pub enum DraftError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("the mail's style sheet cannot be written into its elements: {what}")]
    Style { what: String },
    #[error("the sender's address: expected a local part in ASCII, because not every server takes another")]
    Sender,
    #[error("the bounce address: expected room for `+` and a token of 47 letters")]
    BounceAddress { source: AddressError },
    #[error("the {what} has {octets} octets: expected at most {max_octets}")]
    LongUrl { what: &'static str, octets: usize, max_octets: usize },
    #[error("the date has no form in mail")]
    Date { source: jiff::Error },
    #[error("a frozen draft cannot be read")]
    Unreadable { source: serde_json::Error },
    #[error("a frozen draft has format {found}: expected {expected}")]
    Format { found: u32, expected: u32 },
}

/// Why a draft cannot be made into mail for one recipient.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ComposeError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the DKIM signature for selector `{selector}` cannot be made")]
    Signature { selector: String },
}

/// Why a DKIM key cannot be used. No octet of it is ever repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignerError {
    #[error("the DKIM key is not in PEM: expected a line `-----BEGIN …PRIVATE KEY-----`, then base64")]
    NotPem,
    #[error("the DKIM key is in a `{label}` block: expected `PRIVATE KEY` or `RSA PRIVATE KEY`, unencrypted")]
    Label { label: String },
    #[error("the DKIM key is neither RSA of 2048 to 4096 bits nor Ed25519: {why}")]
    Key { why: String },
    #[error("`{text}` is not a DKIM selector: expected letters, digits, hyphens and dots")]
    Selector { text: String },
}
