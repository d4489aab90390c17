//! `subscribers`: the list of readers, by hand and by file.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::{AddArgs, ForgetArgs, ImportArgs, ListArgs, RemoveArgs, SubscribersVerb};
use super::build::counted;
use super::console::{Report, unless_closed};
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::{book, keys};
use crate::address::{EmailAddress, Mailbox};
use crate::config::Config;
use crate::ledger::{Departure, Enrolled, Enrolment, Ledger};
use crate::post::Fault;
use crate::subscriber::{
    CsvWriter, Moment, NewSubscriber, Preferences, Rhythm, RowFault, State, Subscriber, SubscriberId,
    read_csv,
};
use crate::token::{Keys, Purpose};

pub fn run(desk: &Desk, verb: &SubscribersVerb) -> Result<Report, Failure> {
    match verb {
        SubscribersVerb::Add(args) => add(desk, args),
        SubscribersVerb::Import(args) => import(desk, args),
        SubscribersVerb::Export => export(desk),
        SubscribersVerb::List(args) => list(desk, args),
        SubscribersVerb::Remove(args) => remove(desk, args),
        SubscribersVerb::Forget(args) => forget(desk, args),
    }
}

fn add(desk: &Desk, args: &AddArgs) -> Result<Report, Failure> {
    let reader = reader_of(args, desk.now())?;
    let address = reader.address.clone();
    let row: Result<NewSubscriber, RowFault> = Ok(reader);
    let config = desk.config()?;
    let mut ledger = book::open(&config)?;
    let enrolment = ledger.import([row], &keys::read(&config)?, desk.now())?;
    let enrolled = settled(enrolment, Path::new("MAILBOX"))?;
    let what = match &enrolled {
        Enrolled { added: 1, .. } => "is on the list",
        Enrolled { returned: 1, .. } => "is on the list again",
        Enrolled { changed: 1, .. } => "gets mail as asked for now",
        Enrolled { unchanged: 1, .. } => "was on the list already, just so",
        _ => return Err(kept_out()),
    };
    let id = ledger.find(&address)?.map_or(0, |known| known.id.0);
    Ok(Report::done(format!("Reader {id} {what}.\n"), json!({ "reader": id, "readers": enrolled })))
}

fn kept_out() -> Failure {
    let what = "not added: this reader left, was erased, or their address does not work";
    Failure::plain(Exit::Findings, what)
        .help("if they asked again since, say when: --confirmed-at 2026-03-01T09:00:00Z")
}

/// The reader the arguments describe.
fn reader_of(args: &AddArgs, now: Timestamp) -> Result<NewSubscriber, Failure> {
    let mailbox: Mailbox = parsed("MAILBOX", &args.mailbox)?;
    let rhythm: Option<Rhythm> = args.pace.as_deref().map(|text| parsed("--pace", text)).transpose()?;
    let confirmed_at = args.confirmed_at.as_deref().map(|text| parsed("--confirmed-at", text)).transpose()?;
    if let Some(Moment(at)) = confirmed_at
        && at > now
    {
        return Err(Failure::plain(
            Exit::Usage,
            "--confirmed-at: expected a time that has come, found a later one",
        ));
    }
    let preferences = Preferences {
        topics: parsed("--topics", &args.topics)?,
        lang: args.lang.as_deref().map(|text| parsed("--lang", text)).transpose()?,
        zone: args.time_zone.as_deref().map(|text| parsed("--time-zone", text)).transpose()?,
        ..Preferences::default()
    };
    Ok(NewSubscriber {
        address: mailbox.address,
        name: mailbox.name,
        preferences: preferences.at(rhythm),
        confirmed_at: confirmed_at.map(|Moment(at)| at),
        source: Some(args.source.clone()),
    })
}

/// What an argument says; its name stands before what is wrong with it.
fn parsed<T: FromStr<Err: Display>>(argument: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::plain(Exit::Usage, format!("{argument}: {error}")))
}

fn import(desk: &Desk, args: &ImportArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let mut ledger = book::open(&config)?;
    let keys = keys::read(&config)?;
    let source: Box<dyn Read> =
        if args.file.as_os_str() == "-" { Box::new(io::stdin().lock()) } else { Box::new(open(&args.file)?) };
    let rows = read_csv(BufReader::new(source)).confirmed_by(desk.now());
    let enrolment = ledger.import(rows, &keys, desk.now())?;
    Ok(enrolled_report(&settled(enrolment, &args.file)?))
}

/// Makes the ledger say what the list in the configuration says.
pub fn declare(
    desk: &Desk,
    ledger: &mut Ledger,
    config: &Config,
    keys: &Keys,
) -> Result<Option<Enrolled>, Failure> {
    let Some(path) = config.subscribers_file() else { return Ok(None) };
    let rows = read_csv(BufReader::new(open(&path)?)).confirmed_by(desk.now());
    let enrolment = ledger.declare(rows, keys, desk.now())?;
    settled(enrolment, &path).map(Some)
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::plain(Exit::Usage, format!("{}: {error}", path.display())))
}

/// What an enrolment came to, if no row was at fault.
fn settled(enrolment: Enrolment<RowFault>, file: &Path) -> Result<Enrolled, Failure> {
    match enrolment {
        Enrolment::Done(enrolled) => Ok(enrolled),
        Enrolment::Refused { faults, more } => {
            let told: Vec<Fault> =
                faults.iter().map(|fault| in_file(fault, file)).chain(and_more(more, file)).collect();
            Err(Failure::faults(Exit::Usage, &told))
        }
    }
}

fn in_file(fault: &RowFault, file: &Path) -> Fault {
    Fault {
        file: file.to_path_buf(),
        line: fault.row as usize,
        what: fault.what.clone(),
        help: fault.help.clone(),
    }
}

fn and_more(more: u64, file: &Path) -> Option<Fault> {
    let what = format!("and {more} more rows at fault");
    (more > 0).then(|| Fault { file: file.to_path_buf(), line: 0, what, help: None })
}

fn enrolled_report(enrolled: &Enrolled) -> Report {
    Report::done(format!("{}\n", enrolled_words(enrolled)), json!({ "readers": enrolled }))
}

/// `9 readers: 3 new, 6 as they were.`
pub fn enrolled_words(enrolled: &Enrolled) -> String {
    let parts = [
        (enrolled.added, "new"),
        (enrolled.returned, "came back"),
        (enrolled.changed, "changed"),
        (enrolled.unchanged, "as they were"),
        (enrolled.repeated, "named twice"),
        (enrolled.kept_out, "kept out because they left or do not work"),
        (enrolled.dropped, "no longer in the list"),
    ];
    let total: u64 = parts.iter().map(|(count, _)| count).sum();
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    format!("{}: {}.", counted(total as usize, "reader", "readers"), told.join(", "))
}

fn export(desk: &Desk) -> Result<Report, Failure> {
    let ledger = book::open_read_only(&desk.config()?)?;
    if desk.global.json {
        let mut rows: Vec<Value> = Vec::new();
        ledger.each_subscriber(Some(State::Confirmed), |reader| rows.push(reader_json(reader)))?;
        return Ok(Report::done("", json!({ "subscribers": rows })));
    }
    unless_closed(print_csv(&ledger)?)
        .map_err(|error| Failure::plain(Exit::Operator, format!("standard output: {error}")))?;
    Ok(Report::done("", Value::Null))
}

/// Prints the list row by row; it is never in memory as a whole.
fn print_csv(ledger: &Ledger) -> Result<io::Result<()>, Failure> {
    let mut writer = match CsvWriter::new(io::BufWriter::new(io::stdout().lock())) {
        Ok(writer) => writer,
        Err(error) => return Ok(Err(error)),
    };
    let mut written = Ok(());
    ledger.each_subscriber(Some(State::Confirmed), |reader| {
        if written.is_ok() {
            written = writer.write(&reader.clone().into());
        }
    })?;
    Ok(written.and_then(|()| writer.finish().map(drop)))
}

fn list(desk: &Desk, args: &ListArgs) -> Result<Report, Failure> {
    let state: Option<State> = args.state.as_deref().map(|text| parsed("--state", text)).transpose()?;
    let ledger = book::open_read_only(&desk.config()?)?;
    let (mut text, mut json) = (String::new(), Vec::new());
    ledger.each_subscriber(state, |reader| {
        if desk.global.json {
            json.push(reader_json(reader));
        } else {
            text.push_str(&reader_line(reader));
        }
    })?;
    if text.is_empty() {
        text.push_str("No readers.\n");
    }
    Ok(Report::done(text, json!({ "subscribers": json })))
}

fn reader_line(reader: &Subscriber) -> String {
    let pace = reader.preferences.rhythm().map_or_else(|| "default".to_owned(), |rhythm| rhythm.to_string());
    let topics = reader.preferences.topics.to_string();
    let topics = if topics.is_empty() { String::new() } else { format!("  only {topics}") };
    format!("{:>6}  {:<10} {pace:<14} {}{topics}\n", reader.id.0, reader.state.to_string(), reader.address)
}

fn reader_json(reader: &Subscriber) -> Value {
    json!({
        "id": reader.id,
        "address": reader.address,
        "name": reader.name,
        "state": reader.state.to_string(),
        "pace": reader.preferences.rhythm().map(|rhythm| rhythm.to_string()),
        "topics": reader.preferences.topics.to_string(),
        "time_zone": reader.preferences.zone.as_ref().map(ToString::to_string),
        "lang": reader.preferences.lang,
        "confirmed_at": reader.consent.confirmed_at.to_string(),
        "source": reader.consent.source,
    })
}

fn remove(desk: &Desk, args: &RemoveArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let mut ledger = book::open(&config)?;
    let (id, why) = match (&args.address, &args.token) {
        (Some(address), _) => (by_address(&ledger, address)?, "removed by hand"),
        (None, Some(token)) => (by_token(&keys::read(&config)?, token)?, "leave token"),
        (None, None) => return Err(Failure::plain(Exit::Usage, "expected an address or --token")),
    };
    let departure = ledger.leave(id, why, desk.now())?;
    let declared = config.subscribers_file().is_some();
    departed(departure, id, declared)
}

fn by_address(ledger: &Ledger, text: &str) -> Result<SubscriberId, Failure> {
    let address: EmailAddress = parsed("ADDRESS", text)?;
    let known = ledger.find(&address)?;
    known.map(|reader| reader.id).ok_or_else(|| Failure::plain(Exit::Usage, "ADDRESS: no reader has it"))
}

fn by_token(keys: &crate::token::Keys, token: &str) -> Result<SubscriberId, Failure> {
    let token = token.trim().trim_start_matches("leave").trim();
    let opened = keys.open(Purpose::Leave, token);
    opened.map(|sealed| SubscriberId(sealed.subscriber)).ok_or_else(|| {
        Failure::plain(Exit::Usage, "--token: not sealed with a key of this publication")
            .help("copy the letters behind `leave` from the subject; there are 47")
    })
}

fn departed(departure: Departure, id: SubscriberId, declared: bool) -> Result<Report, Failure> {
    let what = match departure {
        Departure::Gone => "gets no more mail",
        Departure::GoneBefore => "had left before",
        Departure::Unknown => {
            return Err(Failure::plain(Exit::Usage, format!("there is no reader {}", id.0)));
        }
    };
    let hint = if declared { " Take them out of the list in the configuration too." } else { "" };
    Ok(Report::done(format!("Reader {} {what}.{hint}\n", id.0), json!({ "reader": id, "departure": what })))
}

fn forget(desk: &Desk, args: &ForgetArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let address: EmailAddress = parsed("ADDRESS", &args.address)?;
    let departure = book::open(&config)?.forget(&address, &keys::read(&config)?, desk.now())?;
    let text = match departure {
        Departure::Unknown => "Nobody has this address. It stays out of later imports.\n",
        Departure::Gone | Departure::GoneBefore => {
            "Erased. A keyed fingerprint keeps the address out of later imports. Copies of the ledger are yours to erase.\n"
        }
    };
    Ok(Report::done(text, json!({ "was_known": departure != Departure::Unknown })))
}
