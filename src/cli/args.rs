//! The command line: verbs, their arguments and their help.

mod ledger;
mod readers;
mod reports;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

pub use self::ledger::{BackupArgs, LedgerVerb, ResolutionArg, ResolveArgs, RestoreArgs, ResumeArgs};
pub use self::readers::{AddArgs, ForgetArgs, ImportArgs, ListArgs, RemoveArgs, SubscribersVerb};
pub use self::reports::{ReportArgs, Standing, StatusArgs};

/// Essays in git become feeds, a web archive and mail digests.
#[derive(Debug, Parser)]
#[command(name = "postrider", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   findings, or some mail was refused
  64  wrong use or wrong input
  70  a fault of this program
  74  the ledger cannot be read or written
  75  try again later; nothing is lost
  78  the configuration is wrong, or a person must decide

Start with `postrider init DIR`. Keys of config.toml: `postrider schema`.";

/// Options that every verb takes.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Folder of config.toml
    #[arg(long, global = true, value_name = "DIR", default_value = ".", help_heading = EVERYWHERE)]
    pub root: PathBuf,
    /// Pretend it is this time, such as 2026-03-01T09:00:00Z
    #[arg(long, global = true, value_name = "RFC3339", help_heading = EVERYWHERE)]
    pub now: Option<Timestamp>,
    /// Print one JSON object instead of text
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Print errors only, and data that was asked for
    #[arg(long, short, global = true, help_heading = EVERYWHERE)]
    pub quiet: bool,
}

const EVERYWHERE: &str = "Options of every verb";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a new publication
    Init(InitArgs),
    /// Write the beginning of a new post
    New(NewArgs),
    /// Give plain essays front matter, and posts a stored id
    Adopt(AdoptArgs),
    /// Write feeds and pages; needs no database and no network
    Build(BuildVerbArgs),
    /// Show the publication in a browser, anew whenever a file changes
    Preview(PreviewArgs),
    /// Show who will get what, and why; changes nothing
    Plan(PlanArgs),
    /// Mail what is due
    Send(SendArgs),
    /// Build, then send
    Publish(PublishArgs),
    /// Tell WebSub hubs which feeds have changed; run it after the deploy
    Ping(PingArgs),
    /// Show what was sent, what waits and what is in doubt
    Status(StatusArgs),
    /// Tell what became of every issue, and why; or draw it
    Report(ReportArgs),
    /// Look after the list of readers
    #[command(subcommand)]
    Subscribers(SubscribersVerb),
    /// Look after the ledger: who is on the list and who got what
    #[command(subcommand)]
    Ledger(LedgerVerb),
    /// Print the JSON Schema of config.toml
    Schema,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: postrider init letters --title \"On maps\" --url https://example.org/")]
pub struct InitArgs {
    /// Folder to make; it must be empty or absent
    pub dir: PathBuf,
    /// Name of the publication
    #[arg(long, default_value = "My letters")]
    pub title: String,
    /// Where it will be served
    #[arg(long, default_value = "https://example.org/")]
    pub url: String,
    /// Language of the essays (BCP 47)
    #[arg(long, value_name = "TAG", default_value = "en")]
    pub language: String,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
#[command(after_help = "Example: postrider new \"On maps\"")]
pub struct NewArgs {
    /// Title of the post
    pub title: String,
    /// Language, where it is not the publication's (BCP 47)
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
}

/// Arguments of `adopt`.
#[derive(Debug, Args)]
#[command(after_help = "\
A file without front matter gets title, authors, language and date from its
own first lines; the essay's text is kept to the letter. A post without a
stored id gets the one it is known by. A file outside posts/ is copied there
as YYYY-MM-DD-slug; a file in posts/ is replaced. All are checked first.

Example: postrider adopt ~/essays/*.txt")]
pub struct AdoptArgs {
    /// Essays, or posts without an id
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Show what would be written, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `build`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
With --watch it builds again whenever a file changes, until Ctrl-C. What is
wrong is told, and the tree stays as the last build that went well left it.

Example: postrider build --out public")]
pub struct BuildVerbArgs {
    #[command(flatten)]
    pub tree: BuildArgs,
    /// Build again whenever a file changes
    #[arg(long)]
    pub watch: bool,
}

/// Where the public tree is, and whether work of earlier builds goes into it.
#[derive(Clone, Debug, Args)]
pub struct BuildArgs {
    /// Folder of the public tree, seen from the root
    #[arg(long, value_name = "DIR", default_value = "public")]
    pub out: PathBuf,
    /// Make everything anew; use and keep nothing in .postrider/cache
    #[arg(long)]
    pub no_cache: bool,
}

/// Arguments of `preview`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The public tree is kept in memory and not written. When a file changes, the
page in the browser is shown anew; what is wrong is shown over the last build
that went well. Ctrl-C ends it.

Example: postrider preview --listen 127.0.0.1:4000")]
pub struct PreviewArgs {
    /// Address to serve at; without it a free port of this machine, from 8000 on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Leave out drafts and posts whose date has not come, as `build` does
    #[arg(long)]
    pub published: bool,
}

/// Arguments of `plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub news: NewsArgs,
}

/// What counts as news in this run.
#[derive(Clone, Copy, Debug, Args)]
pub struct NewsArgs {
    /// Make the ledger if there is none, and announce posts since schedule.announce_since
    #[arg(long)]
    pub first_run: bool,
    /// Announce more new posts at once than schedule.max_new
    #[arg(long)]
    pub backfill: bool,
}

/// Arguments of `send`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
With a ledger in PostgreSQL any number of `postrider send --worker` may run at
once, on any machines. Who is first announces and freezes; all share what is to
be sent, and stay until nobody waits whom one of them holds. Workers may come,
go and be killed.

Example: postrider send --retry failed --issue 7")]
pub struct SendArgs {
    #[command(flatten)]
    pub build: BuildArgs,
    #[command(flatten)]
    pub news: NewsArgs,
    /// Share the work with other senders, and stay until it is done; needs a ledger in PostgreSQL
    #[arg(long)]
    pub worker: bool,
    #[command(flatten)]
    pub again: AgainArgs,
}

/// Whom to try again.
#[derive(Clone, Copy, Debug, Args)]
pub struct AgainArgs {
    /// Try again who `failed`, or of whom there is `doubt`; first, then send as
    /// usual. Who left or does not work stays out
    #[arg(long, value_name = "WHOM", requires = "issue", hide_possible_values = true)]
    pub retry: Option<Again>,
    /// The issue of which to try them again
    #[arg(long, value_name = "NUMBER", requires = "retry")]
    pub issue: Option<u32>,
}

/// Who is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Again {
    /// Refused, or given up
    Failed,
    /// Nobody can know whether they have it
    Doubt,
}

/// Arguments of `publish`.
#[derive(Clone, Debug, Args)]
pub struct PublishArgs {
    #[command(flatten)]
    pub build: BuildArgs,
    #[command(flatten)]
    pub news: NewsArgs,
}

/// Arguments of `ping`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Run it when the public tree is out. A feed is looked at where readers find it,
and hubs are told of it once it is there as it was built. What they were told is
kept in postrider.pings; without that file they are told of every feed.

Example: postrider ping --wait 120")]
pub struct PingArgs {
    /// Folder of the public tree, seen from the root
    #[arg(long, value_name = "DIR", default_value = "public")]
    pub out: PathBuf,
    /// Tell of every feed, also of those that hubs know
    #[arg(long)]
    pub all: bool,
    /// Show what would be told, tell nobody
    #[arg(long)]
    pub dry_run: bool,
    /// Seconds to wait for feeds that are not out yet
    #[arg(long, value_name = "SECS", default_value_t = 0)]
    pub wait: u64,
    /// Tell without looking: for sites that change feeds on their way to readers
    #[arg(long, conflicts_with = "wait")]
    pub unchecked: bool,
}
