//! Turns an edition into mail: once into a [`Draft`], then per recipient into a [`MailObject`].
//!
//! In: posts, a [`Masthead`], templates. Out: octets ready for the final dot. No network, no database.
//!
//! Follows RFC 5322 (format), RFC 2046 §5.1.4 (alternative parts), RFC 2369, RFC 2919 and RFC 8058 (lists).
//! Leaves out: attachments. A picture is linked, because every copy would be stored in every inbox.

mod canonical;
mod compose;
mod dkim;
mod draft;
mod drafting;
mod encoded_word;
mod error;
mod excerpt;
mod field;
mod finding;
mod hole;
mod inline;
mod leaving;
mod model;
mod page;
mod pem;
mod picture;
mod reading;
mod request;
mod transfer;
mod web_page;

pub use compose::compose;
pub use dkim::{Signer, Signers};
pub use draft::Draft;
pub use drafting::draft;
pub use error::{ComposeError, DraftError, SignerError};
pub use finding::{CLIPPED_HTML_OCTETS, Finding};
pub use model::{Envelope, IssueId, Leave, MailObject, Masthead, Recipient};
pub use request::{Content, DraftRequest};
pub use web_page::{WebPage, web_name};
