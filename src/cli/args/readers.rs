//! Arguments of `subscribers`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with the list of readers.
#[derive(Debug, Subcommand)]
pub enum SubscribersVerb {
    /// Add one confirmed reader
    Add(AddArgs),
    /// Add readers from a CSV file: all of it or nothing
    Import(ImportArgs),
    /// Print the list as CSV
    Export,
    /// Show the list
    List(ListArgs),
    /// Note that a reader left: by address, or by the token in their request
    Remove(RemoveArgs),
    /// Erase a reader; a keyed fingerprint keeps them out of imports
    Forget(ForgetArgs),
}

/// Arguments of `subscribers add`.
#[derive(Debug, Args)]
#[command(after_help = "\
A reader who is on the list already gets the new pace, topics, language and time
zone; what is not named stays as it was.

Example: postrider subscribers add \"Ada <ada@example.org>\" --pace daily")]
pub struct AddArgs {
    /// Address, or `Name <address>`
    pub mailbox: String,
    /// `each`, `daily 07`, `weekly fri 18`, `monthly 15 07`
    #[arg(long)]
    pub pace: Option<String>,
    /// Tags, separated by commas; without it all posts
    #[arg(long, default_value = "", hide_default_value = true)]
    pub topics: String,
    /// Language of the words around the essays (BCP 47)
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// IANA time zone such as Asia/Tokyo
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// How you know that they want it
    #[arg(long, default_value = "added by hand")]
    pub source: String,
    /// When they said so: a date or RFC 3339 time; brings back who left before
    #[arg(long, value_name = "WHEN")]
    pub confirmed_at: Option<String>,
}

/// Arguments of `subscribers import`.
#[derive(Debug, Args)]
#[command(after_help = "\
The first row names the columns, in any order; only address must be there:
address,name,lang,pace,topics,time_zone,confirmed_at,source

Example: postrider subscribers import readers.csv")]
pub struct ImportArgs {
    /// CSV file; - is standard input
    pub file: PathBuf,
}

/// Arguments of `subscribers list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// pending, confirmed, left or suppressed
    #[arg(long)]
    pub state: Option<String>,
}

/// Arguments of `subscribers remove`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct RemoveArgs {
    /// Address of the reader
    pub address: Option<String>,
    /// Token from the subject of a request to leave
    #[arg(long)]
    pub token: Option<String>,
}

/// Arguments of `subscribers forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// Address of the reader
    pub address: String,
}
