//! Writes readers as rows.

use std::io::{self, Write};

use crate::subscriber::sheet::{Column, guarded};
use crate::subscriber::{NewSubscriber, Subscriber};

/// Writes a list of readers, a row at a time, so that [`read_csv`](super::read_csv) gives back the same readers.
pub struct CsvWriter<W: Write> {
    rows: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Begins the list with the names of the columns.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub fn new(out: W) -> io::Result<Self> {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record(Column::ALL.map(Column::as_str))?;
        Ok(Self { rows })
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// If the output cannot be written.
    pub fn write(&mut self, reader: &NewSubscriber) -> io::Result<()> {
        Ok(self.rows.write_record(Column::ALL.map(|column| guarded(&cell(reader, column))))?)
    }

    /// Ends the list and gives the output back.
    ///
    /// # Errors
    ///
    /// If the output cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.rows.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn cell(reader: &NewSubscriber, column: Column) -> String {
    let preferences = &reader.preferences;
    let text = match column {
        Column::Address => Some(reader.address.to_string()),
        Column::Name => reader.name.clone(),
        Column::Lang => preferences.lang.as_ref().map(ToString::to_string),
        Column::Pace => preferences.rhythm().map(|rhythm| rhythm.to_string()),
        Column::Topics => Some(preferences.topics.to_string()),
        Column::TimeZone => preferences.zone.as_ref().map(ToString::to_string),
        Column::ConfirmedAt => reader.confirmed_at.map(|at| at.to_string()),
        Column::Source => reader.source.clone(),
    };
    text.unwrap_or_default()
}

impl From<Subscriber> for NewSubscriber {
    /// What a list says of a reader. It says nothing of their state, so only confirmed readers belong on one.
    fn from(reader: Subscriber) -> Self {
        Self {
            address: reader.address,
            name: reader.name,
            preferences: reader.preferences,
            confirmed_at: Some(reader.consent.confirmed_at),
            source: Some(reader.consent.source).filter(|source| !source.is_empty()),
        }
    }
}
