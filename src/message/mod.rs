//! Turns an edition into mail: once into a [`Draft`], then per recipient into a [`MailObject`].
//!
//! In: posts, a [`Masthead`], templates. Out: octets ready for the final dot. No network, no database.
//!
//! Follows RFC 5322 (format), RFC 2046 §5.1.4 (alternative parts), RFC 2369, RFC 2919 and RFC 8058 (lists).
//! Leaves out: attachments. A picture is linked, because every copy would be stored in every inbox.

mod model;

pub use model::{Envelope, IssueId, Leave, MailObject, Masthead, Recipient};
