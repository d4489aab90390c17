//! The only room with SMTP: claims, hands over, settles.
//!
//! In: claims of the ledger, drafts. Out: mail at a relay or in a Maildir, and a result for each claim, durable.
//!
//! Follows RFC 5321 with the extensions [`Courier`] names. Leaves out: finding the mail server of each recipient's
//! domain. A relay does that, and has the reputation for it.

mod aftermath;
mod allowance;
mod breaker;
mod capabilities;
mod composers;
mod connection;
mod counts;
mod courier;
mod dial;
mod dots;
mod dispatch;
mod drafts;
mod error;
mod feed;
mod hours;
mod lane;
mod lane_report;
mod limits;
mod maildir;
mod pipelining;
mod open_hours;
mod pace;
mod pacing;
mod rate;
mod relay;
mod reply;
mod reply_lines;
mod retry;
mod route;
mod ruling;
mod run;
mod send;
mod share;
mod stop;
mod throttle;
mod transaction;
mod transfer;
mod weather;
mod wire;

pub use courier::{Courier, Refusal, Verdict};
pub use error::DeliveryError;
pub use hours::Hours;
pub use lane::LaneSettings;
pub use lane_report::{LaneReport, LaneState};
pub use limits::{Limits, WarmUp};
pub use pacing::{DomainLimits, PacingSettings};
pub use pipelining::Pipelining;
pub use relay::{Relay, RelayUrl, RelayUrlError, Security};
pub use reply::{Class, Fault, Reply, Stage, Trouble};
pub use route::{Deadlines, Password, Route, RouteSettings};
pub use send::{Carrier, End, HeldBack, SendReport, Sending, send};
pub use stop::{Stop, Stopper};
pub use transfer::Transfer;
