//! What a person or a script sees: reports, findings, failures and progress.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde_json::{Value, json};

use super::args::Global;
use super::durations;
use super::exit::{Exit, Failure};
use crate::post::Fault;

/// What a verb has to say when it is done.
#[derive(Debug)]
pub struct Report {
    pub exit: Exit,
    /// For people; empty says nothing.
    pub text: String,
    /// The text is what was asked for, not news about it, so `--quiet` does not swallow it.
    is_data: bool,
    /// It was too long to be held, and went out row by row.
    is_printed: bool,
    /// For machines.
    pub json: Value,
    /// What deserves a word but stopped nothing.
    pub findings: Vec<Fault>,
    /// Why it came no further, though not in vain.
    pub shortfall: Option<Failure>,
}

impl Report {
    /// All went well.
    pub fn done(text: impl Into<String>, json: Value) -> Self {
        Self {
            exit: Exit::Done,
            text: text.into(),
            is_data: false,
            is_printed: false,
            json,
            findings: Vec::new(),
            shortfall: None,
        }
    }

    /// All went well, and what there was to say was printed on the way.
    pub fn printed() -> Self {
        Self { is_printed: true, ..Self::done("", Value::Null) }
    }

    /// A report whose text is what was asked for.
    pub fn data(text: impl Into<String>, json: Value) -> Self {
        Self { is_data: true, ..Self::done(text, json) }
    }

    /// A report that is JSON for people too.
    pub fn json_only(json: Value) -> Self {
        Self::data(format!("{json:#}\n"), json)
    }

    /// The same with things that deserve a word.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Fault>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// The same, which came only so far; the exit code is the failure's.
    #[must_use]
    pub fn short_of(mut self, failure: Option<Failure>) -> Self {
        self.exit = failure.as_ref().map_or(self.exit, |failure| failure.exit);
        self.shortfall = failure;
        self
    }

    /// The same with another exit code.
    #[must_use]
    pub fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

/// Where reports, findings and progress go.
#[derive(Clone, Debug)]
pub struct Console {
    is_json: bool,
    is_quiet: bool,
    is_terminal: bool,
}

/// Findings shown before the rest is counted.
const FINDINGS_SHOWN: usize = 20;

impl Console {
    pub fn new(global: &Global) -> Self {
        Self { is_json: global.json, is_quiet: global.quiet, is_terminal: io::stderr().is_terminal() }
    }

    /// For a script whose arguments could not be read.
    pub fn for_json() -> Self {
        Self { is_json: true, is_quiet: false, is_terminal: false }
    }

    /// Prints a report; gives the exit code of the run.
    pub fn report(&self, report: &Report) -> Exit {
        if report.is_printed {
            return report.exit;
        }
        if self.is_json {
            return printed(&format!("{:#}\n", whole_json(report)), report.exit);
        }
        if !self.is_quiet {
            self.findings(&report.findings);
        }
        let exit = match self.is_quiet && !report.is_data {
            true => report.exit,
            false => printed(&report.text, report.exit),
        };
        if let Some(shortfall) = &report.shortfall {
            print_err(&shortfall.to_text());
        }
        exit
    }

    /// Prints a failure; gives the exit code of the run.
    pub fn failure(&self, failure: &Failure) -> Exit {
        if self.is_json {
            return printed(&format!("{:#}\n", failure.to_json()), failure.exit);
        }
        print_err(&failure.to_text());
        failure.exit
    }

    /// A line of news from a verb that goes on; nothing for who asked for none.
    pub fn news(&self, line: &str) {
        if !self.is_json && !self.is_quiet {
            printed(&format!("{line}\n"), Exit::Done);
        }
    }

    /// What stands in the way of a verb that goes on.
    pub fn trouble(&self, failure: &Failure) {
        if !self.is_json {
            print_err(&failure.to_text());
        }
    }

    /// Tells those of `findings` that are not `known` from an earlier round; gives them all, to be known in the next.
    pub fn new_notes(&self, findings: Vec<Fault>, known: &[Fault]) -> Vec<Fault> {
        if !self.is_json && !self.is_quiet {
            let new: Vec<Fault> =
                findings.iter().filter(|finding| !known.contains(finding)).cloned().collect();
            self.findings(&new);
        }
        findings
    }

    fn findings(&self, findings: &[Fault]) {
        for finding in findings.iter().take(FINDINGS_SHOWN) {
            let help = finding.help.as_ref().map(|help| format!("  help: {help}\n")).unwrap_or_default();
            print_err(&format!("note: {finding}\n{help}"));
        }
        if findings.len() > FINDINGS_SHOWN {
            print_err(&format!(
                "note: and {} more; --json lists them all\n",
                findings.len() - FINDINGS_SHOWN
            ));
        }
    }

    /// A bar for long work on a terminal; plain lines elsewhere.
    pub fn progress(&self, what: &'static str, total: u64) -> Progress {
        if self.is_json || self.is_quiet || total < Progress::WORTH_SHOWING {
            return Progress { bar: ProgressBar::hidden(), line: None };
        }
        if !self.is_terminal {
            return Progress {
                bar: ProgressBar::hidden(),
                line: Some(PlainLine { what, total, began: Instant::now(), told: (0, Duration::ZERO) }),
            };
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
        let style =
            ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len}  {rate}  {eta} left")
                .expect("the template is constant")
                .with_key("rate", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                    write!(text, "{:.0}/s", state.per_sec()).expect("a bar takes every write");
                });
        bar.set_style(style);
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress { bar, line: None }
    }
}

/// How far long work has come.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    line: Option<PlainLine>,
}

/// A line now and then, for who reads a log.
#[derive(Debug)]
struct PlainLine {
    what: &'static str,
    total: u64,
    began: Instant,
    /// How much was done when the last line was written, and when that was.
    told: (u64, Duration),
}

impl PlainLine {
    /// No two lines stand closer.
    const AT_LEAST: Duration = Duration::from_secs(5);
    /// So long after a line comes another, though a tenth is not done.
    const AT_MOST: Duration = Duration::from_secs(30);

    /// The line to write when `done` is done after `elapsed`, if it is time for one.
    fn next(&mut self, done: u64, elapsed: Duration) -> Option<String> {
        let (more, since) = (done.saturating_sub(self.told.0), elapsed.saturating_sub(self.told.1));
        let is_tenth = more * 10 >= self.total;
        if since < Self::AT_LEAST || (!is_tenth && since < Self::AT_MOST) {
            return None;
        }
        self.told = (done, elapsed);
        let (what, total) = (self.what, self.total);
        let rate = more as f64 / since.as_secs_f64();
        if more == 0 || done >= total {
            return Some(format!("{what}: {done} of {total}\n"));
        }
        let left = durations::words(((total - done) as f64 / rate).ceil() as u64);
        let rate = if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") };
        Some(format!("{what}: {done} of {total}, {rate}/s, {left} left\n"))
    }
}

impl Progress {
    /// Less work than this is done before anyone has read about it.
    const WORTH_SHOWING: u64 = 200;

    /// `done` of all is done.
    pub fn at(&mut self, done: u64) {
        self.bar.set_position(done);
        if let Some(line) = &mut self.line
            && let Some(words) = line.next(done, line.began.elapsed())
        {
            print_err(&words);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The report with its findings and with what it came short of.
fn whole_json(report: &Report) -> Value {
    let mut json = report.json.clone();
    let Some(object) = json.as_object_mut() else { return json };
    if !report.findings.is_empty() {
        object.insert("findings".to_owned(), report.findings.iter().map(finding_json).collect());
    }
    if let Some(shortfall) = &report.shortfall
        && let Value::Object(told) = shortfall.to_json()
    {
        object.extend(told);
    }
    json
}

fn finding_json(finding: &Fault) -> Value {
    json!({ "file": finding.file, "line": finding.line, "what": finding.what, "help": finding.help })
}

/// Writes to standard output; gives `exit`, or what it means that nobody can read it.
fn printed(text: &str, exit: Exit) -> Exit {
    let mut out = io::stdout().lock();
    match unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush())) {
        Ok(()) => exit,
        Err(error) => {
            print_err(&format!("error: standard output: {error}\n"));
            if exit == Exit::Done { Exit::Operator } else { exit }
        }
    }
}

/// A reader of standard output who has gone (`| head`) has all they wanted.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes to standard error; if even that is closed there is nobody to tell.
fn print_err(text: &str) {
    let _closed = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_a_line_for_each_tenth_but_none_within_five_seconds_and_one_each_half_minute() {
        let told = (0, Duration::ZERO);
        let mut line = PlainLine { what: "Mailing", total: 10_000, began: Instant::now(), told };
        for (done, secs, want) in [
            (4_000, 1, None),
            (4_500, 5, Some("Mailing: 4500 of 10000, 900/s, 7 s left\n")),
            (9_000, 9, None),
            (4_600, 34, None),
            (4_600, 35, Some("Mailing: 4600 of 10000, 3.3/s, 27 min left\n")),
            (4_600, 70, Some("Mailing: 4600 of 10000\n")),
            (10_000, 76, Some("Mailing: 10000 of 10000\n")),
        ] {
            let found = line.next(done, Duration::from_secs(secs));
            assert_eq!(found.as_deref(), want, "{done} after {secs} s");
        }
    }
}
