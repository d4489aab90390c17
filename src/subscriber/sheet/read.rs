//! Reads rows as readers.

use std::fmt::Display;
use std::io::Read;
use std::str::FromStr;

use csv::ByteRecord;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::subscriber::sheet::sightings::Sightings;
use crate::subscriber::sheet::{Column, unguarded};
use crate::subscriber::{NewSubscriber, Preferences, Rhythm};

/// Longest cell, in characters. No name is longer; a file with a quote too many has one cell of all its rows.
const MAX_CELL_CHARS: usize = 1000;

/// What is wrong with one row. No address is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("row {row}: {what}")]
pub struct RowFault {
    /// Line in the file on which the row begins, from 1.
    pub row: u64,
    /// Column first, then *expected … found …*.
    pub what: String,
    pub help: Option<String>,
}

/// The readers in `file`, in its order, one at a time.
///
/// The first row names the columns, in any order and case: `address` (or `email`), `name`, `lang`, `pace`, `topics`,
/// `time_zone`, `confirmed_at`, `source`; all but the address may be missing. Empty rows are passed over. After a
/// fault in a row the next row follows; after one in the first row, or when the file cannot be read, nothing does.
pub fn read_csv<R: Read>(file: R) -> Rows<R> {
    let records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    Rows { records, columns: None, seen: Sightings::default(), latest: None, is_over: false }
}

/// The readers of a file; see [`read_csv`].
pub struct Rows<R> {
    records: csv::Reader<R>,
    /// None until the first row was read.
    columns: Option<Vec<Column>>,
    seen: Sightings,
    /// Nobody has confirmed after this.
    latest: Option<Timestamp>,
    is_over: bool,
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<NewSubscriber, RowFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        if self.columns.is_none()
            && let Err(fault) = self.read_columns()
        {
            self.is_over = true;
            return Some(Err(fault));
        }
        Some(self.next_record()?.and_then(|record| self.reader_in(&record)))
    }
}

impl<R: Read> Rows<R> {
    /// Finds fault with readers who are said to confirm after `now`: they would get nothing until then.
    #[must_use]
    pub fn confirmed_by(self, now: Timestamp) -> Self {
        Self { latest: Some(now), ..self }
    }

    fn read_columns(&mut self) -> Result<(), RowFault> {
        let record = self.next_record().unwrap_or_else(|| Ok(ByteRecord::new()))?;
        self.columns = Some(columns_of(&record).map_err(|wrong| wrong.at(row_of(&record)))?);
        Ok(())
    }

    /// The next row that is not empty.
    fn next_record(&mut self) -> Option<Result<ByteRecord, RowFault>> {
        while !self.is_over {
            let mut record = ByteRecord::new();
            match self.records.read_byte_record(&mut record) {
                Ok(true) if is_blank(&record) => {}
                Ok(true) => return Some(Ok(record)),
                Ok(false) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    let row = self.records.position().line();
                    return Some(Err(Wrong::of(format!("the file cannot be read: {error}")).at(row)));
                }
            }
        }
        None
    }

    fn reader_in(&mut self, record: &ByteRecord) -> Result<NewSubscriber, RowFault> {
        let row = row_of(record);
        let columns = self.columns.as_deref().unwrap_or_default();
        let reader = reader_of(columns, record).map_err(|wrong| wrong.at(row))?;
        if self.latest.is_some_and(|latest| reader.confirmed_at.is_some_and(|at| at > latest)) {
            return Err(Wrong::of(
                "`confirmed_at`: expected a time that has come, found a later one".to_owned(),
            )
            .at(row));
        }
        match self.seen.see(&reader.address, row) {
            Ok(()) => Ok(reader),
            Err(first) => Err(second_of(first).at(row)),
        }
    }
}

fn second_of(first: u64) -> Wrong {
    Wrong::of(format!("`address`: stands in row {first} already"))
        .with_help("keep the row that says what this reader wants and take out the other")
}

fn row_of(record: &ByteRecord) -> u64 {
    record.position().map_or(1, csv::Position::line)
}

fn is_blank(record: &ByteRecord) -> bool {
    record.iter().all(|cell| cell.trim_ascii().is_empty())
}

/// A fault whose row is not known yet.
struct Wrong {
    what: String,
    help: Option<String>,
}

impl Wrong {
    fn of(what: String) -> Self {
        Self { what, help: None }
    }

    fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn at(self, row: u64) -> RowFault {
        RowFault { row, what: self.what, help: self.help }
    }
}

/// What the first row names.
fn columns_of(record: &ByteRecord) -> Result<Vec<Column>, Wrong> {
    let mut columns = Vec::new();
    for cell in record {
        let column = column_of(&String::from_utf8_lossy(cell))?;
        if columns.contains(&column) {
            return Err(Wrong::of(format!("column `{}` stands twice", column.as_str())));
        }
        columns.push(column);
    }
    if columns.contains(&Column::Address) {
        return Ok(columns);
    }
    Err(Wrong::of("expected a column `address`, found none".to_owned()).with_help(form_of_header()))
}

fn column_of(cell: &str) -> Result<Column, Wrong> {
    let name = trimmed(cell).to_lowercase();
    let known = Column::ALL.into_iter().find(|column| column.as_str() == name);
    match name.as_str() {
        "email" | "e-mail" => Ok(Column::Address),
        _ => known.ok_or_else(|| no_column(&name)),
    }
}

fn no_column(name: &str) -> Wrong {
    if name.contains('@') {
        let what = "expected the names of columns, found an address";
        return Wrong::of(what.to_owned()).with_help(form_of_header());
    }
    if name.contains(char::is_control) || name.contains(char::REPLACEMENT_CHARACTER) {
        let what = "expected the names of columns in UTF-8, found something else";
        return Wrong::of(what.to_owned()).with_help("save the file as CSV in UTF-8");
    }
    if name.contains(';') {
        return Wrong::of(format!("`{name}`: expected commas between columns, found semicolons"))
            .with_help("save the file with commas between columns");
    }
    let distance = |column: &Column| strsim::damerau_levenshtein(column.as_str(), name);
    let nearest = Column::ALL.into_iter().min_by_key(distance).map_or("address", Column::as_str);
    let what = format!("`{name}` is not a column of a list of readers: nearest is `{nearest}`");
    Wrong::of(what).with_help(form_of_header())
}

fn form_of_header() -> String {
    format!("the first row names the columns: {}", Column::ALL.map(Column::as_str).join(","))
}

/// What one row says.
fn reader_of(columns: &[Column], record: &ByteRecord) -> Result<NewSubscriber, Wrong> {
    if let Some(cell) = record.iter().skip(columns.len()).find(|cell| !cell.trim_ascii().is_empty()) {
        let at_least = columns.len() + 1;
        let what = format!("expected {} cells, found {at_least} or more", columns.len());
        let help = if cell.contains(&b'\n') { QUOTE_HELP } else { COMMA_HELP };
        return Err(Wrong::of(what).with_help(help));
    }
    let cells = Cells { columns, record };
    let Some(address) = cells.parsed(Column::Address)? else {
        return Err(Wrong::of("`address`: expected an address, found nothing".to_owned()));
    };
    let rhythm: Option<Rhythm> = cells.parsed(Column::Pace)?;
    let preferences = Preferences {
        topics: cells.parsed(Column::Topics)?.unwrap_or_default(),
        zone: cells.parsed(Column::TimeZone)?,
        lang: cells.parsed(Column::Lang)?,
        ..Preferences::default()
    };
    Ok(NewSubscriber {
        address,
        name: cells.text(Column::Name)?,
        preferences: preferences.at(rhythm),
        confirmed_at: cells.parsed(Column::ConfirmedAt)?.map(|Moment(at)| at),
        source: cells.text(Column::Source)?,
    })
}

const COMMA_HELP: &str = "put a cell that holds a comma between quotes";
const QUOTE_HELP: &str = "a quote is opened here and closed rows later, or never";

/// One row and what its cells mean.
struct Cells<'a> {
    columns: &'a [Column],
    record: &'a ByteRecord,
}

impl Cells<'_> {
    /// The text in `column`; none where the column is missing or its cell is empty.
    fn text(&self, column: Column) -> Result<Option<String>, Wrong> {
        let wrong = |what: String| Wrong::of(format!("`{}`: {what}", column.as_str()));
        let at = self.columns.iter().position(|known| *known == column);
        let octets = at.and_then(|at| self.record.get(at)).unwrap_or_default();
        let text = std::str::from_utf8(octets).map_err(|_| {
            wrong("expected UTF-8, found other octets".to_owned()).with_help("save the file as UTF-8")
        })?;
        let text = unguarded(trimmed(text));
        if text.contains('\n') {
            return Err(wrong("expected one line, found a line break".to_owned()).with_help(QUOTE_HELP));
        }
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            return Err(wrong(format!(
                "expected text, found the control character U+{:04X}",
                u32::from(control)
            )));
        }
        if text.chars().nth(MAX_CELL_CHARS).is_some() {
            return Err(wrong(format!("expected at most {MAX_CELL_CHARS} characters")));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// What the text in `column` says.
    fn parsed<T: FromStr<Err: Display>>(&self, column: Column) -> Result<Option<T>, Wrong> {
        let Some(text) = self.text(column)? else { return Ok(None) };
        let name = column.as_str();
        text.parse().map(Some).map_err(|error| match column {
            // What a cell of another column holds is repeated in its error: an address must not be.
            Column::Address => Wrong::of(format!("`{name}`: {error}")),
            _ if text.contains('@') => {
                Wrong::of(format!("`{name}`: found an `@`, which only an address holds"))
                    .with_help("a comma too many or too few moves every cell after it")
            }
            _ => Wrong::of(format!("`{name}`: {error}")),
        })
    }
}

/// Without white space, and without the marks that copying leaves at the ends of a text.
fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'))
}

/// A time as RFC 3339 has it, or a day, which begins at midnight UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let fault = || MomentError { text: text.to_owned() };
        let midnight = |day: Date| day.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp());
        let day = (text.len() == "2026-03-01".len()).then(|| text.parse::<Date>());
        let at = day.map_or_else(|| text.parse(), |day| day.and_then(midnight));
        at.map(Self).map_err(|_| fault())
    }
}

/// A text that is no time and no day.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not a date: expected one such as 2026-03-01 or 2026-03-01T09:00:00Z")]
pub struct MomentError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscriber::CsvWriter;

    /// Each row as what an export would say of it, or its fault.
    fn told(file: impl AsRef<[u8]>) -> Vec<String> {
        read_csv(file.as_ref())
            .map(|row| row.map_or_else(|fault| fault.to_string(), |it| exported(&[it])))
            .collect()
    }

    /// What stands in an export below the names of the columns.
    fn exported(readers: &[NewSubscriber]) -> String {
        let mut list = CsvWriter::new(Vec::new()).unwrap();
        readers.iter().for_each(|reader| list.write(reader).unwrap());
        let text = String::from_utf8(list.finish().unwrap()).unwrap();
        text.split_once('\n').unwrap().1.trim_end().to_owned()
    }

    const FULL: &str = "address,name,lang,pace,topics,time_zone,confirmed_at,source\n";

    #[test]
    fn a_full_row_says_all_there_is_to_say() {
        let row =
            "ada@example.org,Ada,en,weekly fri 18:00,letters;maps,Europe/London,2026-03-01T09:00:00Z,fair";
        assert_eq!(told(format!("{FULL}{row}\n")), [row]);
    }

    #[test]
    fn columns_may_stand_in_any_order_and_case_and_all_but_the_address_may_be_missing() {
        for (file, want) in [
            ("address\nada@example.org\n", "ada@example.org,,,,,,,"),
            ("Email\nada@example.org", "ada@example.org,,,,,,,"),
            (" E-Mail , NAME\nada@example.org, Ada ", "ada@example.org,Ada,,,,,,"),
            ("pace,address\ndaily 7,ada@example.org", "ada@example.org,,,daily 07:00,,,,"),
            ("address,name\nada@example.org", "ada@example.org,,,,,,,"),
            (
                "confirmed_at,address\n2026-03-01,ada@example.org",
                "ada@example.org,,,,,,2026-03-01T00:00:00Z,",
            ),
        ] {
            assert_eq!(told(file), [want], "given {file:?}");
        }
    }

    #[test]
    fn what_other_programs_write_is_understood() {
        for file in [
            "\u{feff}address,name\r\nada@example.org,Ada\r\n",
            "\n\naddress,name\n\n,\n  , \nada@example.org,Ada\n\n",
            "\"address\",\"name\"\n\"ada@example.org\",\"Ada\"",
            "address,name\rada@example.org,Ada\r",
            "address,name\n\u{a0}ada@example.org\u{200b},\tAda\u{3000}",
        ] {
            assert_eq!(told(file), ["ada@example.org,Ada,,,,,,"], "given {file:?}");
        }
        assert_eq!(told("address,name\nada@example.org,\"King, \"\"Ada\"\"\"").len(), 1);
    }

    #[test]
    fn a_wrong_first_row_is_the_only_fault() {
        let names =
            "the first row names the columns: address,name,lang,pace,topics,time_zone,confirmed_at,source";
        for (file, what, help) in [
            ("", "expected a column `address`, found none", names),
            ("name\nAda", "expected a column `address`, found none", names),
            ("adress\n", "`adress` is not a column of a list of readers: nearest is `address`", names),
            (
                "address,timezone",
                "`timezone` is not a column of a list of readers: nearest is `time_zone`",
                names,
            ),
            ("ada@example.org,Ada\n", "expected the names of columns, found an address", names),
            (
                "address;name\n",
                "`address;name`: expected commas between columns, found semicolons",
                "save the file with commas between columns",
            ),
        ] {
            let faults: Vec<_> = read_csv(file.as_bytes()).map(Result::unwrap_err).collect();
            assert_eq!(faults, [RowFault { row: 1, what: what.to_owned(), help: Some(help.to_owned()) }]);
        }
        assert_eq!(told("address,email\nx"), ["row 1: column `address` stands twice"]);
        assert_eq!(
            told(b"\xff\xfea\0d\0"),
            ["row 1: expected the names of columns in UTF-8, found something else"]
        );
    }

    #[test]
    fn a_wrong_row_is_named_with_its_line_and_the_others_are_read() {
        let file = "address,name,lang,pace,time_zone,confirmed_at\n\
            no-address\n\
            ada@example.org,\"Ada\nLovelace\"\n\
            ,Nobody\n\
            bob@example.org,Bob,english language\n\
            bob@example.org,Bob,en,daily 18:30\n\
            bob@example.org,Bob,en,daily,Berlin\n\
            bob@example.org,Bob,en,daily,Europe/Berlin,yesterday\n\
            bob@example.org,Bob,en,daily,Europe/Berlin,2026-02-30\n\
            bob@example.org,A\0B\n\
            bob@example.org,Bob,en,daily,Europe/Berlin,2026-02-28,more\n\
            bob@example.org,Bob\n\
            BOB@EXAMPLE.org,Bob again\n";
        let date = "is not a date: expected one such as 2026-03-01 or 2026-03-01T09:00:00Z";
        assert_eq!(
            told(file),
            [
                "row 2: `address`: expected `local-part@domain`, found no `@`".to_owned(),
                "row 3: `name`: expected one line, found a line break".to_owned(),
                "row 5: `address`: expected an address, found nothing".to_owned(),
                "row 6: `lang`: `english language` is not a language tag: expected one such as en, ja, zh-Hant or pt-BR"
                    .to_owned(),
                "row 7: `pace`: `18:30` is not a whole hour from 00 to 23, such as 18 or 18:00".to_owned(),
                "row 8: `time_zone`: `Berlin` is not a time zone: \
                 expected an IANA name such as Europe/Berlin or Asia/Tokyo"
                    .to_owned(),
                format!("row 9: `confirmed_at`: `yesterday` {date}"),
                format!("row 10: `confirmed_at`: `2026-02-30` {date}"),
                "row 11: `name`: expected text, found the control character U+0000".to_owned(),
                "row 12: expected 6 cells, found 7 or more".to_owned(),
                "bob@example.org,Bob,,,,,,".to_owned(),
                "row 14: `address`: stands in row 13 already".to_owned(),
            ]
        );
    }

    #[test]
    fn one_person_stands_once_however_the_address_is_typed() {
        for second in ["ADA@bücher.example", "ada@xn--bcher-kva.EXAMPLE"] {
            let file = format!("address\nada@BÜCHER.example\n{second}\n");
            assert_eq!(told(file)[1], "row 3: `address`: stands in row 2 already", "given {second}");
        }
    }

    #[test]
    fn octets_that_are_no_utf8_spoil_their_row_only() {
        let rows = told(b"address,name\nada@example.org,J\xf6rg\nbob@example.org,Bob\n");
        assert_eq!(rows[0], "row 2: `name`: expected UTF-8, found other octets");
        assert_eq!(rows[1], "bob@example.org,Bob,,,,,,");
    }

    #[test]
    fn no_fault_tells_an_address() {
        for file in [
            "ada@example.org\n",
            "address,name\nada lovelace@example.org,x\n",
            "address,lang\nbob@example.org,ada@example.org\n",
            "address,topics\nbob@example.org,ada@example.org\n",
            "address,confirmed_at\nbob@example.org,ada@example.org\n",
            "address\nada@example.org\nada@example.org\n",
            "address\nbob@example.org,ada@example.org\n",
        ] {
            let faults = read_csv(file.as_bytes()).filter_map(Result::err);
            let texts: Vec<_> = faults.map(|fault| format!("{fault} {fault:?}")).collect();
            assert!(!texts.is_empty(), "given {file:?}");
            assert!(!texts.concat().contains("ada"), "given {file:?}: {texts:?}");
        }
    }

    #[test]
    fn a_file_that_breaks_off_ends_with_a_fault() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("disk gone"))
            }
        }
        let rows: Vec<_> = read_csv(b"address\nada@example.org\n".chain(Broken)).collect();
        let [Ok(_), Err(fault)] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!(fault.to_string(), "row 3: the file cannot be read: disk gone");
    }
}
