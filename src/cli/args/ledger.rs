//! Arguments of `ledger`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerVerb {
    /// Make the ledger and the key that seals leave links
    Init,
    /// Check the ledger: every recipient is accounted for
    Verify,
    /// Decide what became of mail that is in doubt
    Resolve(ResolveArgs),
    /// Let a halted issue go on
    Resume(ResumeArgs),
    /// Make a new sealing key; old links go on working
    RotateKey,
    /// Copy the ledger into a file, also while mail is sent
    Backup(BackupArgs),
    /// Bring a copy back, so that nobody is mailed twice
    Restore(RestoreArgs),
}

/// Arguments of `ledger backup`.
#[derive(Debug, Args)]
#[command(after_help = "\
The copy holds every reader's address: keep it as safe as the ledger. The key
that seals leave links is a file of its own; keep a copy of it too.

Example: postrider ledger backup /backup/letters-2026-11-24.ledger")]
pub struct BackupArgs {
    /// File to make; it must not exist
    pub file: PathBuf,
}

/// Arguments of `ledger restore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Whoever waits in the copy may have been mailed since it was made. Unless that
cannot be, they are in doubt until `postrider ledger resolve` is told what became
of them, and posts from before today that the copy does not know are not mailed.
The ledger in place is set aside as LEDGER.replaced-1.

Example: postrider ledger restore /backup/letters-2026-11-24.ledger")]
pub struct RestoreArgs {
    /// Copy that `ledger backup` made
    pub file: PathBuf,
    /// You know that no mail was sent after the copy was made
    #[arg(long)]
    pub nothing_sent_since: bool,
    /// Replace a ledger that is whole and newer than the copy
    #[arg(long)]
    pub go_back: bool,
}

/// Arguments of `ledger resolve`.
#[derive(Debug, Args)]
#[command(after_help = "Example: postrider ledger resolve --issue 7 --reader 12 --as resend")]
pub struct ResolveArgs {
    /// Number of the issue
    #[arg(long, value_name = "NUMBER")]
    pub issue: u32,
    /// One recipient, by subscriber number; without it all that are in doubt
    #[arg(long, value_name = "NUMBER")]
    pub reader: Option<u64>,
    /// `sent`: they got it; `resend`: they did not, so it goes out again
    #[arg(long = "as", value_name = "WHAT", hide_possible_values = true)]
    pub resolution: ResolutionArg,
}

/// What became of a mail that was in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ResolutionArg {
    /// The mail arrived
    Sent,
    /// It did not: send it again
    Resend,
}

/// Arguments of `ledger resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Number of the issue
    #[arg(long, value_name = "NUMBER")]
    pub issue: u32,
}
