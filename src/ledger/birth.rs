//! What a ledger knows of itself from its first day.

use jiff::Timestamp;

/// What a new ledger is told about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Birth {
    /// From the system's random source; tells this ledger from every other.
    pub ledger_id: [u8; 16],
    /// Whose readers it holds: the publication's URL.
    pub publication: String,
    pub now: Timestamp,
}

/// Where a ledger comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub ledger_id: [u8; 16],
    pub publication: String,
    pub created_at: Timestamp,
    /// When a copy was brought back that may have been older: posts dated before may have been mailed already.
    pub restored_at: Option<Timestamp>,
}
