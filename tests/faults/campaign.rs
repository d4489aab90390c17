//! The list of faults, how it is run, and the table that comes of it.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::book::Book;
use crate::chance::Chance;
use crate::machine::Machine;
use crate::oracle::Figures;
use crate::postgres::Postgres;

/// How many times as fast the clock of PostgreSQL runs, so that a lease of a minute is over in three seconds. Who shares
/// a ledger there must run at the same speed.
pub const SERVER_SPEED: u32 = 20;

/// How much is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// With every change, in minutes.
    Quick,
    /// Before a release.
    Full,
}

/// One fault.
pub struct Case {
    /// As in `F1`.
    pub number: &'static str,
    pub what: &'static str,
    pub run: Box<dyn Fn(&Setting) -> Figures + Send + Sync>,
}

impl Case {
    pub fn new(
        number: &'static str,
        what: &'static str,
        run: impl Fn(&Setting) -> Figures + Send + Sync + 'static,
    ) -> Self {
        Self { number, what, run: Box::new(run) }
    }
}

/// What a case is run with.
pub struct Setting {
    pub extent: Extent,
    pub seed: u64,
    what: &'static str,
    server: Arc<OnceLock<Arc<Postgres>>>,
}

impl Setting {
    /// The number for this extent.
    pub fn pick<T>(&self, quick: T, full: T) -> T {
        match self.extent {
            Extent::Quick => quick,
            Extent::Full => full,
        }
    }

    /// Chance of this case's own.
    pub fn chance(&self) -> Chance {
        Chance::of(self.seed, self.what)
    }

    /// The PostgreSQL that all cases share.
    pub fn server(&self) -> &Arc<Postgres> {
        let ground = Machine::sound().at_speed(SERVER_SPEED).as_ground();
        self.server.get_or_init(|| Arc::new(Postgres::start_on(&ground)))
    }

    /// A new database on it.
    pub fn database(&self) -> Book {
        Book::on(self.server())
    }
}

/// What was asked for on the command line.
pub struct Campaign {
    extent: Extent,
    seed: u64,
    /// Numbers of faults; empty for all.
    only: Vec<String>,
    is_listing: bool,
    jobs: usize,
}

/// What came of a case.
struct Told {
    number: &'static str,
    what: &'static str,
    figures: Figures,
    took: Duration,
    /// Why it failed.
    fault: Option<String>,
}

impl Campaign {
    /// What other tests are told as well (`--nocapture`, a filter) is taken too: a word that names no fault runs none.
    pub fn from_arguments(arguments: impl Iterator<Item = String>) -> Self {
        let jobs = thread::available_parallelism().map_or(1, usize::from);
        let mut campaign =
            Self { extent: Extent::Quick, seed: 20_261_124, only: Vec::new(), is_listing: false, jobs };
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--full" => campaign.extent = Extent::Full,
                "--list" => campaign.is_listing = true,
                "--seed" => campaign.seed = number(&mut arguments),
                "--jobs" => campaign.jobs = number(&mut arguments) as usize,
                "--only" => {
                    let names = arguments.next().expect("--only F1,F3");
                    campaign.only.extend(names.split(',').map(str::to_owned));
                }
                "--skip" | "--test-threads" | "--format" | "--color" | "-Z" => drop(arguments.next()),
                word if !word.starts_with('-') => campaign.only.push(word.to_owned()),
                _ => {}
            }
        }
        campaign
    }

    fn is_wanted(&self, case: &Case) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|name| name == case.number || case.what.contains(name.as_str()))
    }

    /// Runs what was asked for, tells what came of it.
    pub fn run(&self, cases: &[Case]) -> ExitCode {
        let wanted: VecDeque<&Case> = cases.iter().filter(|case| self.is_wanted(case)).collect();
        if self.is_listing {
            wanted.iter().for_each(|case| println!("{} {}: test", case.number, case.what));
            return ExitCode::SUCCESS;
        }
        if wanted.is_empty() {
            return ExitCode::SUCCESS;
        }
        println!("\nfaults: {:?} set, seed {}", self.extent, self.seed);
        let order: Vec<_> = wanted.iter().map(|case| case.what).collect();
        let mut told = self.run_all(wanted);
        told.sort_by_key(|told| order.iter().position(|what| *what == told.what));
        print!("{}", table(&told));
        for told in &told {
            if let Some(fault) = &told.fault {
                println!("\n{} {}: {fault}", told.number, told.what);
                println!("again: scripts/faults --seed {} --only {}", self.seed, told.number);
            }
        }
        if told.iter().all(|told| told.fault.is_none()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn run_all(&self, wanted: VecDeque<&Case>) -> Vec<Told> {
        let (waiting, told) = (Mutex::new(wanted), Mutex::new(Vec::new()));
        let server = Arc::new(OnceLock::new());
        thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| {
                    loop {
                        let Some(case) = waiting.lock().unwrap().pop_front() else { return };
                        let came_of_it = self.run_one(case, &server);
                        println!("{}", line(&came_of_it));
                        told.lock().unwrap().push(came_of_it);
                    }
                });
            }
        });
        told.into_inner().unwrap()
    }

    fn run_one(&self, case: &Case, server: &Arc<OnceLock<Arc<Postgres>>>) -> Told {
        let setting =
            Setting { extent: self.extent, seed: self.seed, what: case.what, server: Arc::clone(server) };
        let began = Instant::now();
        let end = catch_unwind(AssertUnwindSafe(|| (case.run)(&setting)));
        let (figures, fault) = match end {
            Ok(figures) => (figures, None),
            Err(panic) => (Figures::default(), Some(words_of(&*panic))),
        };
        Told { number: case.number, what: case.what, figures, took: began.elapsed(), fault }
    }
}

fn number(arguments: &mut impl Iterator<Item = String>) -> u64 {
    arguments.next().and_then(|text| text.parse().ok()).expect("a number behind the option")
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().cloned();
    words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default()
}

fn line(told: &Told) -> String {
    let Told { number, what, figures, took, fault } = told;
    let Figures { runs, kills, ambiguous, duplicates, misses } = figures;
    let verdict = if fault.is_none() { "holds" } else { "FAILS" };
    format!(
        "| {number} | {what} | {runs} | {kills} | {ambiguous} | {duplicates} | {misses} | {verdict} | {:.1} |",
        took.as_secs_f64()
    )
}

fn table(told: &[Told]) -> String {
    let mut table = String::from(
        "\n| | fault | runs | kills | ambiguous | duplicates | misses, listed | | seconds |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    told.iter().for_each(|told| writeln!(table, "{}", line(told)).expect("a string takes every write"));
    let mut sum = Figures::default();
    told.iter().for_each(|told| sum += told.figures);
    writeln!(
        table,
        "{} runs, {} kills, {} ambiguous, {} duplicates, {} misses",
        sum.runs, sum.kills, sum.ambiguous, sum.duplicates, sum.misses
    )
    .expect("a string takes every write");
    table
}
