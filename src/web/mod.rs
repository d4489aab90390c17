//! The only room with HTTP.
//!
//! In: addresses to ask and a public tree. Out: what hubs were told of which feeds, and the tree in a browser. The clock
//! and the configuration come in as values; runtimes for async live inside and do not leak out.
//!
//! Follows RFC 9110 (HTTP), RFC 9112 (HTTP/1.1) and WebSub (W3C Recommendation of 23 January 2018). Knows nothing of
//! mail. Leaves out: proxies, cookies, HTTP/2. Decision 0015 says how hubs are told.

pub mod client;
mod error;
pub mod ping;
pub mod preview;

pub use error::{Step, WebError};
