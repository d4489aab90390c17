//! What every verb is handed: options, environment, clock, and the publication they lead to.

use std::path::{Component, PathBuf};
use std::time::{Instant, UNIX_EPOCH};
use std::{env, fs};

use jiff::Timestamp;

use super::args::Global;
use super::console::Console;
use super::exit::{Exit, Failure};
use crate::config::{Config, ConfigError, Environment};
use crate::site::cache::CacheFolder;
use crate::site::{Seal, Sealer};

/// The surroundings of one run.
#[derive(Debug)]
pub struct Desk {
    pub global: Global,
    pub console: Console,
    pub clock: Clock,
    environment: Environment,
}

/// The time of the run: the system's, or the one that `--now` pretends, going on from there.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Timestamp,
    since: Instant,
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        self.start
            .saturating_add(
                jiff::SignedDuration::try_from(self.since.elapsed()).unwrap_or(jiff::SignedDuration::MAX),
            )
            .unwrap_or(self.start)
    }
}

impl Desk {
    pub fn new(mut global: Global, environment: Environment, console: Console) -> Self {
        // Messages name files as a person would: `posts/a.md`, not `./posts/a.md`.
        global.root = global.root.components().filter(|part| *part != Component::CurDir).collect();
        let start = global.now.unwrap_or_else(Timestamp::now);
        Self { global, console, clock: Clock { start, since: Instant::now() }, environment }
    }

    /// When the run began: what every decision of the run goes by.
    pub fn now(&self) -> Timestamp {
        self.clock.start
    }

    /// The configuration of the publication in `--root`.
    pub fn config(&self) -> Result<Config, Failure> {
        Ok(Config::load(&self.global.root, &self.environment)?)
    }

    /// What earlier builds kept. Where nothing can be kept, everything is made anew: slower, and the same.
    pub fn cache(&self) -> Option<CacheFolder> {
        CacheFolder::open(&self.global.root).ok()
    }

    /// `path` as seen from the publication's root.
    pub fn below_root(&self, path: &std::path::Path) -> PathBuf {
        self.global.root.join(path)
    }
}

/// This program, told from every other by its file: what an older one kept is not what this one would make.
pub fn program() -> Option<Seal> {
    let found = env::current_exe().and_then(fs::metadata).ok()?;
    let changed = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let file = (found.len(), changed.as_nanos().to_string());
    Some(Sealer::default().with(env!("CARGO_PKG_VERSION")).with_value(&file).seal())
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match &error {
            ConfigError::Faults { faults } => Self::faults(Exit::Operator, faults),
            ConfigError::Missing { .. } => Self::new(Exit::Operator, &error)
                .help("run `postrider init DIR` to make a publication, or name one with --root DIR"),
            ConfigError::Unreadable { .. } => Self::new(Exit::Operator, &error),
        }
    }
}
