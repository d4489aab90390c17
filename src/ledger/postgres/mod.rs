//! The ledger in PostgreSQL, which any number of senders on any machines may share.
//!
//! Planning takes turns under an advisory lock that ends with its transaction, so it works behind a pooler as well.
//! Sending does not: rows are claimed with `SKIP LOCKED`, and what an older claim asks for finds no row. A sender holds
//! its claims under a lease by the database's clock ([`lease`]); when it is over, others take them back. Commits are
//! durable (`synchronous_commit = on`). A connection that is lost is opened again, and what nobody knows to be
//! committed is done again; every step bears that.

mod batch;
mod lease;
mod schema;
mod session;
mod tls;
mod words;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use super::birth::Birth;
use super::error::LedgerError;
use super::location::DatabaseUrl;
use super::model::Policy;
use super::place::Place;
use super::report::{Finding, Reaped};
use super::sql::{self, Fault, View};
use super::step::{Step, Stepped};
use lease::Lease;

pub(super) use session::{Session, show_all, value};
pub(super) use words::is_passing;

/// A condition on rows of `delivery`: the lease of whoever claimed them last is over.
pub(super) const ORPHANED: &str = "NOT EXISTS (SELECT 1 FROM worker WHERE worker.id = delivery.owner
    AND worker.lease_until > CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT))";

/// Who plans holds this lock: the letters `PRLG`, and the schema.
const PLANNING: &str = "1347570759, hashtext(current_schema())";

/// An open ledger in a database.
pub(super) struct Database {
    session: RefCell<Session>,
    url: DatabaseUrl,
    place: Place,
    mode: Mode,
    /// Under what rows are claimed, once some were.
    lease: Option<Lease>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Writing,
    Looking,
    /// Everything happens in one transaction that is never committed.
    Rehearsing,
}

impl Database {
    /// How long a database that went away is waited for while mail is sent.
    pub const PATIENCE: Duration = Duration::from_secs(30);

    /// Between two tries to reach it.
    pub const PAUSE: Duration = Duration::from_millis(500);

    /// How long a sender may leave the database alone.
    pub const BREATH: Duration = Duration::from_secs(5);

    /// See [`Ledger::create`](crate::ledger::Ledger::create).
    pub fn create(url: &DatabaseUrl, birth: &Birth) -> Result<Self, LedgerError> {
        let mut database = Self::connect(url, Mode::Writing)?;
        database.born(birth)?;
        Ok(database)
    }

    /// See [`Ledger::open`](crate::ledger::Ledger::open).
    pub fn open(url: &DatabaseUrl) -> Result<Self, LedgerError> {
        Self::known(url, Mode::Writing)
    }

    /// See [`Ledger::open_read_only`](crate::ledger::Ledger::open_read_only).
    pub fn open_read_only(url: &DatabaseUrl) -> Result<Self, LedgerError> {
        Self::known(url, Mode::Looking)
    }

    /// See [`Ledger::rehearse`](crate::ledger::Ledger::rehearse).
    pub fn rehearse(&self) -> Result<Self, LedgerError> {
        let rehearsal = Self::known(&self.url, Mode::Rehearsing)?;
        rehearsal.begin(&format!("BEGIN; SELECT pg_advisory_xact_lock({PLANNING})"))?;
        Ok(rehearsal)
    }

    /// See [`Ledger::rehearse_birth`](crate::ledger::Ledger::rehearse_birth).
    pub fn rehearse_birth(url: &DatabaseUrl, birth: &Birth) -> Result<Self, LedgerError> {
        let rehearsal = Self::connect(url, Mode::Rehearsing)?;
        rehearsal.begin("BEGIN")?;
        let furnished = schema::furnish(&mut rehearsal.session.borrow_mut(), url, birth);
        furnished.map_err(|fault| fault.at(&rehearsal.place))?;
        Ok(rehearsal)
    }

    fn connect(url: &DatabaseUrl, mode: Mode) -> Result<Self, LedgerError> {
        let session = RefCell::new(Session::open(url)?);
        Ok(Self { session, url: url.clone(), place: Place::of_database(url), mode, lease: None })
    }

    fn known(url: &DatabaseUrl, mode: Mode) -> Result<Self, LedgerError> {
        let database = Self::connect(url, mode)?;
        schema::recognise(&mut database.session.borrow_mut(), &database.place)?;
        Ok(database)
    }

    fn born(&mut self, birth: &Birth) -> Result<(), LedgerError> {
        self.begin("BEGIN")?;
        let session = self.session.get_mut();
        let furnished = schema::furnish(session, &self.url, birth).and_then(|()| session.batch("COMMIT"));
        if furnished.is_err() {
            // Of two errors the first one tells.
            let _ = session.batch("ROLLBACK");
        }
        furnished.map_err(|fault| fault.at(&self.place))
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    fn begin(&self, statements: &str) -> Result<(), LedgerError> {
        self.session.borrow_mut().batch(statements).map_err(|fault| fault.at(&self.place))
    }

    /// Runs `work` in one transaction while nobody else plans; nothing of it is kept when it comes to nothing.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&View<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        let [begin, keep, drop] = match self.mode {
            Mode::Writing => {
                [&*format!("BEGIN; SELECT pg_advisory_xact_lock({PLANNING})"), "COMMIT", "ROLLBACK"]
            }
            Mode::Looking => ["BEGIN READ ONLY", "COMMIT", "ROLLBACK"],
            Mode::Rehearsing => [
                "SAVEPOINT work",
                "RELEASE SAVEPOINT work",
                "ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work",
            ],
        };
        self.transact([begin, keep, drop], work)
    }

    /// Runs `work` between the first statement and the second, or the third where it fails or comes to nothing.
    fn transact<T>(
        &mut self,
        [begin, keep, drop]: [&str; 3],
        work: impl FnOnce(&View<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.reconnect_if_closed()?;
        let owner = self.lease.as_ref().map_or(0, Lease::owner);
        self.start(begin, "")?;
        self.complete(owner, [keep, drop], work)
    }

    /// Begins a transaction and asks a first question that takes no values; gives how many rows it has. Says again where
    /// the tables are: no other ledger is ever written to, whatever stands between.
    fn start(&self, begin: &str, question: &str) -> Result<usize, Fault> {
        let statements = format!("{begin}; SET LOCAL search_path = \"{}\"; {question}", self.url.schema);
        let mut session = self.session.borrow_mut();
        let rows = session.count_rows(&statements);
        if rows.is_err() && self.mode != Mode::Rehearsing {
            // Of two errors the first one tells.
            let _ = session.batch("ROLLBACK");
        }
        rows
    }

    /// Runs `work` in the transaction that is open, and ends it.
    fn complete<T>(
        &self,
        owner: i64,
        [keep, drop]: [&str; 2],
        work: impl FnOnce(&View<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        let view = View::on(sql::Connection::Postgres(&self.session));
        let done = work(&view).and_then(|done| {
            if done.is_some() {
                // One round trip for both.
                let end = view.account.take_statements(owner) + keep;
                self.session.borrow_mut().batch(&end)?;
            }
            Ok(done)
        });
        if !matches!(done, Ok(Some(_))) {
            // Of two errors the first one tells; a connection that is gone has rolled back.
            let _ = self.session.borrow_mut().batch(drop);
        }
        done
    }

    /// Runs `look` on one unchanging view of the ledger.
    pub fn read<T>(&self, look: impl FnOnce(&View<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let view = View::on(sql::Connection::Postgres(&self.session));
        if self.mode == Mode::Rehearsing {
            return look(&view);
        }
        self.reconnect_if_closed()?;
        self.session.borrow_mut().batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let seen = look(&view);
        let ended = self.session.borrow_mut().batch("ROLLBACK");
        seen.and_then(|seen| ended.map(|()| seen))
    }

    /// Takes steps of sending in one transaction; waits for a database that is away, and does them again.
    pub fn take_steps(&mut self, steps: &[Step], policy: Policy) -> Result<Vec<Stepped>, Fault> {
        let is_claiming = steps.iter().any(|step| matches!(step, Step::Claim { .. }));
        self.patiently(|database| {
            database.tend(policy)?;
            let owner = database.begin_as_owner(is_claiming)?;
            let taken = database.complete(owner, ["COMMIT", "ROLLBACK"], |view| {
                batch::take(view, steps, policy, owner).map(Some)
            })?;
            let taken = taken.expect("what is taken is kept");
            let lease = database.lease.as_mut().expect("there is one while steps are taken");
            lease.note(steps, &taken);
            Ok(lease.dated(taken))
        })
    }

    /// Takes back what senders held whose lease is over.
    pub fn reap(&mut self, policy: Policy) -> Result<Reaped, Fault> {
        let reaped =
            self.transact(["BEGIN", "COMMIT", "ROLLBACK"], |view| sql::reap(view, policy).map(Some))?;
        Ok(reaped.expect("what is reaped is kept"))
    }

    /// Does what must be done now and then while mail is sent: prolongs the lease, takes back what is orphaned.
    pub fn tend(&mut self, policy: Policy) -> Result<(), Fault> {
        if self.lease.as_ref().is_some_and(Lease::is_to_be_renewed) {
            self.renew()?;
            self.reap(policy)?;
        }
        Ok(())
    }

    /// Does `work` again while the database is away, as long as we have patience.
    pub fn patiently<T>(&mut self, mut work: impl FnMut(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let began = Instant::now();
        loop {
            match work(self) {
                Err(fault) if fault.is_passing() && began.elapsed() < Self::PATIENCE => {
                    std::thread::sleep(Self::PAUSE);
                }
                done => return done,
            }
        }
    }

    /// A connection that was lost is opened again; claims nobody knows of, for the answer was lost, are given back.
    fn reconnect_if_closed(&self) -> Result<(), Fault> {
        if self.mode == Mode::Rehearsing || !self.session.borrow().is_closed() {
            return Ok(());
        }
        *self.session.borrow_mut() = Session::open(&self.url)?;
        match &self.lease {
            Some(lease) => lease.give_back_unknown(&mut self.session.borrow_mut()),
            None => Ok(()),
        }
    }
}

/// Rows that point to rows that are not there. Whether pages are whole, the server's own tools tell.
pub(super) fn damage(view: &View<'_>) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    for (parent, missing) in [
        ("subscriber", "NOT EXISTS (SELECT 1 FROM subscriber WHERE subscriber.id = sub_id)"),
        (
            "edition",
            "NOT EXISTS (SELECT 1 FROM edition WHERE edition.issue_id = delivery.issue_id AND no = edition)",
        ),
    ] {
        let rows: u64 =
            view.one(&format!("SELECT count(*) FROM delivery WHERE {missing}"), &[], |row| row.get(0))?;
        if rows > 0 {
            findings.push(Finding::Dangling {
                table: "delivery".to_owned(),
                parent: parent.to_owned(),
                rows,
            });
        }
    }
    Ok(findings)
}
