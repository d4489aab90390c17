//! A list of readers as a CSV file (RFC 4180): one row a reader, columns named in the first row.
//!
//! In: strangers' octets. Out: [`NewSubscriber`](crate::subscriber::NewSubscriber)s or, row by row, what is
//! wrong. Neither holds the file in memory. No address stands in any fault: reports end up in logs.
//!
//! A cell that a spreadsheet would run as a formula is written with a `'` before it and read without.

mod read;
mod sightings;
mod write;

pub use read::{Moment, MomentError, RowFault, Rows, read_csv};
pub use write::CsvWriter;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Address,
    Name,
    Lang,
    Pace,
    Topics,
    TimeZone,
    ConfirmedAt,
    Source,
}

impl Column {
    /// In the order in which they are written.
    const ALL: [Self; 8] = [
        Self::Address,
        Self::Name,
        Self::Lang,
        Self::Pace,
        Self::Topics,
        Self::TimeZone,
        Self::ConfirmedAt,
        Self::Source,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::Lang => "lang",
            Self::Pace => "pace",
            Self::Topics => "topics",
            Self::TimeZone => "time_zone",
            Self::ConfirmedAt => "confirmed_at",
            Self::Source => "source",
        }
    }
}

/// Whether a spreadsheet that opens the file would run `cell` as a formula, or would if the `'` before it were gone.
fn is_formula(cell: &str) -> bool {
    let runs = |c: char| "=+-@\t\r\n＝＋－＠".contains(c);
    cell.trim_start_matches('\'').starts_with(runs)
}

/// `cell` as a spreadsheet shows it and does not run it.
fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// What [`guarded`] was given.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::subscriber::{NewSubscriber, Preferences};

    #[test]
    fn what_a_spreadsheet_would_run_is_guarded_and_comes_back_as_it_was() {
        for (cell, want) in [
            ("Ada", "Ada"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-x", "'-x"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("'t Hart", "'t Hart"),
            ("o'=x", "o'=x"),
        ] {
            assert_eq!(guarded(cell), want, "given {cell:?}");
            assert_eq!(unguarded(want), cell, "given {want:?}");
        }
    }

    fn any_reader() -> impl Strategy<Value = NewSubscriber> {
        let address = "[a-z=+'-][a-z0-9=+'-]{0,9}@(example[.]org|例え[.]example)";
        let pace = "each|daily|daily 07:00|weekly fri|weekly sun 18:00|monthly 15 07:00|";
        let text = "[-=+@'\",; \u{1f}a-zé語＝]{0,12}";
        let zone = "Asia/Tokyo|Europe/Berlin|UTC|";
        (address, text, "en|zh-Hant|", pace, "(maps)?;(手紙)?", zone, any::<Option<u32>>(), text).prop_map(
            |(address, name, lang, pace, topics, zone, at, source)| {
                let said = |text: String| text.replace('\u{1f}', "").trim().to_owned();
                let preferences = Preferences {
                    topics: topics.parse().unwrap(),
                    zone: zone.parse().ok(),
                    lang: lang.parse().ok(),
                    ..Preferences::default()
                };
                NewSubscriber {
                    address: address.parse().unwrap(),
                    name: Some(said(name)).filter(|it| !it.is_empty()),
                    preferences: preferences.at(pace.parse().ok()),
                    confirmed_at: at.map(|at| Timestamp::from_second(i64::from(at)).unwrap()),
                    source: Some(said(source)).filter(|it| !it.is_empty()),
                }
            },
        )
    }

    proptest! {
        #[test]
        fn an_exported_list_imports_as_the_same_readers(readers in prop::collection::vec(any_reader(), 0..5)) {
            let mut list = CsvWriter::new(Vec::new()).unwrap();
            let mut kept: Vec<NewSubscriber> = Vec::new();
            for reader in readers {
                if kept.iter().all(|it| it.address.identity() != reader.address.identity()) {
                    list.write(&reader).unwrap();
                    kept.push(reader);
                }
            }
            let file = list.finish().unwrap();
            let read: Result<Vec<_>, _> = read_csv(&file[..]).collect();
            prop_assert_eq!(read, Ok(kept));
        }

        #[test]
        fn no_file_makes_reading_panic(file in prop::collection::vec(any::<u8>(), 0..200), named in any::<bool>()) {
            let file = if named { [b"address,name,pace\n", &file[..]].concat() } else { file };
            prop_assert!(read_csv(&file[..]).count() <= file.len() + 1);
        }
    }
}
