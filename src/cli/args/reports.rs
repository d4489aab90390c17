//! Arguments of the verbs that tell what became of mail: `status` and `report`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `status`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
With --reader: every issue that reader was to get, and what became of it; with
--as-of as it was then. --show prints the mail itself, from the frozen issue.

Example: postrider status --reader 12 --as-of 2026-03-01 --show 7")]
pub struct StatusArgs {
    /// One issue only, by its number
    #[arg(long, value_name = "NUMBER")]
    pub issue: Option<u32>,
    /// Readers with an address at this domain only
    #[arg(long, value_name = "DOMAIN", conflicts_with = "reader")]
    pub domain: Option<String>,
    /// One reader, by number or address
    #[arg(long, value_name = "READER")]
    pub reader: Option<String>,
    /// What that reader had been sent by then: the end of a day, or a time
    #[arg(long, value_name = "WHEN", requires = "reader")]
    pub as_of: Option<String>,
    /// Print the text of that reader's copy of an issue, by its number
    #[arg(long, value_name = "NUMBER", requires = "reader")]
    pub show: Option<u32>,
    /// Print the reader's secret links too
    #[arg(long, requires = "show")]
    pub tokens: bool,
}

/// Arguments of `report`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Example: postrider report --html report.html")]
pub struct ReportArgs {
    /// One issue only, by its number; without it the newest twenty
    #[arg(long, value_name = "NUMBER")]
    pub issue: Option<u32>,
    /// Readers with an address at this domain only
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Option<String>,
    /// List recipients, a line each: waiting, sent, failed, doubt or left
    #[arg(long, value_name = "WHICH", hide_possible_values = true)]
    pub readers: Option<Standing>,
    /// Write one page with plots, and no address in it, to FILE
    #[arg(long, value_name = "FILE", conflicts_with_all = ["issue", "domain", "readers"])]
    pub html: Option<PathBuf>,
}

/// Where a recipient stands, as people ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Standing {
    /// Still to be sent
    Waiting,
    /// The server answers for it
    Sent,
    /// Refused, or given up
    Failed,
    /// Nobody can know
    Doubt,
    /// Left or was suppressed before their turn came
    Left,
}
