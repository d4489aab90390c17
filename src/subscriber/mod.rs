//! A reader: address, pace, topics, language, consent. No storage.
//!
//! In: what a CSV file or a command line says. Out: a [`NewSubscriber`] for the ledger, a
//! [`Cadence`] for the planner, a CSV file (RFC 4180) for a person.

mod cadence;
mod model;
mod rhythm;
mod scatter;
mod sheet;
mod topics;

pub use model::{
    Cadence, CadenceDefaults, Consent, Hour, MonthDay, NewSubscriber, Pace, PaceError, Preferences, State,
    StateError, Subscriber, SubscriberId, Topics, WeekdayKey, ZoneName,
};
pub use rhythm::Rhythm;
pub use scatter::scattered;
pub use sheet::{CsvWriter, Moment, MomentError, RowFault, Rows, read_csv};
