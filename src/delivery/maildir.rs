//! Mail as files: each mail is one, in a folder in Maildir form (<https://cr.yp.to/proto/maildir.html>).
//!
//! A mail is written below `tmp/`, made durable, and renamed into `new/`. Its name follows from the mail alone, so
//! a second attempt after a kill replaces the first. This is where mail ends, so it gets a `Return-Path` (RFC 5321
//! §4.4) with the reverse-path; the forward-path stands in `To`. The rest is as it would leave over SMTP, line ends
//! too.
//!
//! Intents stand between the two steps, as with a server: who left meanwhile gets nothing.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::delivery::counts::Counts;
use crate::delivery::drafts::{self, Drafts};
use crate::delivery::error::DeliveryError;
use crate::delivery::open_hours::OpenHours;
use crate::delivery::retry;
use crate::delivery::run::{Stretch, Why};
use crate::delivery::send::{HeldBack, Sending};
use crate::delivery::stop::Stop;
use crate::issue::CohortId;
use crate::ledger::{Begun, Claim, InFlight, Ledger, Outcome, Setback};
use crate::message::{Draft, MailObject, compose};

/// Mails whose intents and results share a commit.
const BATCH: usize = 256;
/// Files that are made durable side by side. The file system writes its journal once for all who wait for it: eight
/// at a time were measured to be 4.5 times as fast as one, and more gained nothing.
const SIDE_BY_SIDE: usize = 8;
/// How often a waiting run looks whether it shall stop.
const GLANCE: Duration = Duration::from_millis(50);

/// Writes mail until nothing is due, or the run shall stop.
///
/// # Errors
///
/// As [`send`](crate::delivery::send()).
pub(super) fn into_folder(
    mut ledger: Ledger,
    sending: &Sending<'_>,
    folder: &Path,
) -> Result<(Ledger, Stretch), DeliveryError> {
    let maildir = Maildir::make(folder)?;
    let mut round = Round {
        sending,
        maildir,
        drafts: Drafts::default(),
        hours: OpenHours::new(sending.hours.as_ref()),
        counts: Counts::default(),
        held_back: HeldBack::default(),
    };
    let mut patience = sending.linger;
    let why = loop {
        if sending.stop.is_asked() {
            break Why::Stopped;
        }
        if round.hand_over(&mut ledger)? {
            continue;
        }
        let due = ledger.next_due()?.map(|due| retry::wait_until(due, (sending.clock)()));
        match due.and_then(|wait| Some((wait, patience.checked_sub(wait)?))) {
            Some((wait, left)) => {
                patience = left;
                wait_unless_stopped(wait, &sending.stop);
            }
            None => break Why::NothingDue,
        }
    };
    Ok((
        ledger,
        Stretch { counts: round.counts, why, halted: None, lanes: Vec::new(), held_back: round.held_back },
    ))
}

fn wait_unless_stopped(wait: Duration, stop: &Stop) {
    let until = Instant::now() + wait;
    while !stop.is_asked() && Instant::now() < until {
        thread::sleep(GLANCE.min(until - Instant::now()));
    }
}

/// One batch after the other.
struct Round<'a> {
    sending: &'a Sending<'a>,
    maildir: Maildir,
    drafts: Drafts,
    hours: OpenHours<'a>,
    counts: Counts,
    held_back: HeldBack,
}

impl Round<'_> {
    /// Claims, writes and settles a batch; false if nobody was due.
    fn hand_over(&mut self, ledger: &mut Ledger) -> Result<bool, DeliveryError> {
        let now = (self.sending.clock)();
        self.put_off(ledger, &[], now)?;
        let claims = ledger.claim(BATCH, now)?;
        if claims.is_empty() {
            return Ok(false);
        }
        let claims = self.within_hours(ledger, claims, now)?;
        match self.write_all(ledger, &claims, now) {
            Ok(letters) => self.put_in_place(ledger, claims, letters, now)?,
            Err(error) => {
                let untouched = |claim| (claim, Setback::Lane { until: now });
                ledger.release(claims.into_iter().map(untouched).collect(), now)?;
                return Err(error);
            }
        }
        Ok(true)
    }

    /// The claims of recipients who are mailed at this hour; the others are given back.
    fn within_hours(
        &mut self,
        ledger: &mut Ledger,
        claims: Vec<Claim>,
        now: Timestamp,
    ) -> Result<Vec<Claim>, DeliveryError> {
        if self.hours.is_any_hour() {
            return Ok(claims);
        }
        if self.hours.misses_any(&claims) {
            self.hours.learn(ledger.cohorts()?, &claims);
        }
        let met: Vec<CohortId> = claims.iter().map(|claim| claim.cohort).collect();
        let (mut open, mut closed) = (Vec::new(), Vec::new());
        for claim in claims {
            match self.hours.later_than(now, claim.cohort) {
                None => open.push(claim),
                Some(until) => {
                    self.held_back.note_hours(1, until);
                    closed.push((claim, Setback::Lane { until }));
                }
            }
        }
        ledger.release(closed, now)?;
        self.put_off(ledger, &met, now)?;
        Ok(open)
    }

    /// Puts off all who are due outside of their hours, if it is time for that.
    fn put_off(
        &mut self,
        ledger: &mut Ledger,
        met: &[CohortId],
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        if !self.hours.is_to_put_off(now, met) {
            return Ok(());
        }
        let mut asked = self.hours.postponement(now, ledger.cohorts()?);
        while !asked.opens.is_empty() && !self.sending.stop.is_asked() {
            let page = ledger.postpone(&asked)?;
            self.held_back.note_postponed(&page);
            match page.next {
                Some(_) => asked.after = page.next,
                None => break,
            }
        }
        Ok(())
    }

    /// Writes a mail for each claim, and none for one that is too old. All are durable on return.
    fn write_all(
        &mut self,
        ledger: &Ledger,
        claims: &[Claim],
        now: Timestamp,
    ) -> Result<Vec<Option<Letter>>, DeliveryError> {
        let written = claims.iter().map(|claim| self.write(ledger, claim, now));
        let letters = written.collect::<Result<Vec<_>, _>>()?;
        sync_all(&letters).map_err(|source| self.maildir.fault(source))?;
        Ok(letters)
    }

    fn write(
        &mut self,
        ledger: &Ledger,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Option<Letter>, DeliveryError> {
        let Sending { keys, signers, expire, .. } = self.sending;
        let draft = self.draft_of(ledger, claim)?;
        if now >= retry::end_of_trying(claim.first_tried_at, now, *expire) {
            return Ok(None);
        }
        let mail = compose(&draft, keys, claim.issue, &claim.recipient, signers.as_deref())
            .map_err(|source| DeliveryError::Compose { issue: claim.issue, source })?;
        let name = file_name(draft.date(), &mail.message_id);
        let file = self.maildir.write(&name, &mail).map_err(|source| self.maildir.fault(source))?;
        Ok(Some(Letter { name, file }))
    }

    fn draft_of(&mut self, ledger: &Ledger, claim: &Claim) -> Result<Arc<Draft>, DeliveryError> {
        let key = (claim.issue, claim.edition);
        if let Some(draft) = self.drafts.get(key) {
            return Ok(draft);
        }
        let frozen = ledger.edition(claim.issue, claim.edition)?;
        let draft = drafts::decode(claim.issue, &frozen)?;
        self.drafts.keep(key, Arc::clone(&draft), frozen.draft.len());
        Ok(draft)
    }

    /// Intents, names, results.
    fn put_in_place(
        &mut self,
        ledger: &mut Ledger,
        claims: Vec<Claim>,
        letters: Vec<Option<Letter>>,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        let (mut expired, mut intents, mut ready) = (Vec::new(), Vec::new(), Vec::new());
        for (claim, letter) in claims.into_iter().zip(letters) {
            match letter {
                Some(letter) => {
                    intents.push((claim, retry::after_doubt(now)));
                    ready.push(letter);
                }
                None => {
                    let reply = retry::words_of_expiry(self.sending.expire);
                    expired.push((claim, Setback::Expired { reply }));
                }
            }
        }
        self.counts.expired += expired.len() as u64;
        self.count_ends(expired.len());
        ledger.release(expired, now)?;
        let begun = ledger.begin(intents, now)?;
        let end = self.maildir.rename_all(begun, &ready);
        self.settle(ledger, end, now)
    }

    fn settle(&mut self, ledger: &mut Ledger, end: Renamed, now: Timestamp) -> Result<(), DeliveryError> {
        let outcome = match &end.failure {
            None => Outcome::Sent { reply: "stored in the Maildir".to_owned() },
            Some(error) => Outcome::Deferred { reply: error.to_string(), until: now, counts: false },
        };
        let settled = end.flying.len();
        let results = end.flying.into_iter().map(|flying| (flying, outcome.clone())).collect();
        ledger.settle(results, self.sending.policy, now)?;
        if let Some(source) = end.failure {
            return Err(self.maildir.fault(source));
        }
        self.counts.sent += settled as u64;
        self.count_ends(settled + end.excluded);
        Ok(())
    }

    fn count_ends(&mut self, ends: usize) {
        if ends > 0 {
            self.counts.ended += ends as u64;
            (self.sending.progress)(self.counts.ended);
        }
    }
}

/// A mail below `tmp/`.
struct Letter {
    name: String,
    file: File,
}

fn sync_all(letters: &[Option<Letter>]) -> io::Result<()> {
    let sync = |some: &[Option<Letter>]| some.iter().flatten().try_for_each(|letter| letter.file.sync_all());
    thread::scope(|scope| {
        let shares = letters.chunks(letters.len().div_ceil(SIDE_BY_SIDE).max(1));
        let syncing: Vec<_> = shares.map(|share| scope.spawn(move || sync(share))).collect();
        syncing.into_iter().try_for_each(|thread| thread.join().expect("syncing does not panic"))
    })
}

/// What came of a batch of intents.
struct Renamed {
    flying: Vec<InFlight>,
    excluded: usize,
    /// Why their mail may not be in place. It is put there again then, under the same name.
    failure: Option<io::Error>,
}

struct Maildir(PathBuf);

impl Maildir {
    /// Makes what is missing, for its owner alone.
    fn make(folder: &Path) -> Result<Self, DeliveryError> {
        let maildir = Self(folder.to_owned());
        for part in ["tmp", "new", "cur"] {
            let mut builder = DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder.join(part)).map_err(|source| maildir.fault(source))?;
        }
        Ok(maildir)
    }

    fn fault(&self, source: io::Error) -> DeliveryError {
        DeliveryError::Maildir { path: self.0.clone(), source }
    }

    /// Writes a mail below `tmp/`. What an attempt before this one left there is overwritten.
    fn write(&self, name: &str, mail: &MailObject) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.0.join("tmp").join(name))?;
        let return_path = format!("Return-Path: <{}>\r\n", mail.envelope.reverse_path);
        file.write_all(&[return_path.as_bytes(), &mail.content].concat())?;
        Ok(file)
    }

    /// Moves the mails that may be sent to `new/` and removes the others. The names are durable on return.
    fn rename_all(&self, begun: Vec<Begun>, letters: &[Letter]) -> Renamed {
        let mut end = Renamed { flying: Vec::new(), excluded: 0, failure: None };
        for (begun, Letter { name, .. }) in begun.into_iter().zip(letters) {
            let (tmp, new) = (self.0.join("tmp").join(name), self.0.join("new").join(name));
            let done = match begun {
                Begun::Ready(flying) => {
                    end.flying.push(flying);
                    fs::rename(tmp, new)
                }
                Begun::Excluded(_) => {
                    end.excluded += 1;
                    fs::remove_file(tmp)
                }
                Begun::Lost(_) => fs::remove_file(tmp),
            };
            end.failure = end.failure.or(done.err());
        }
        let synced = File::open(self.0.join("new")).and_then(|folder| folder.sync_all());
        end.failure = end.failure.or(synced.err());
        end
    }
}

/// `SECONDS.TOKEN.DOMAIN`, as Maildir wants it: the date of the draft and the Message-ID.
fn file_name(date: Timestamp, message_id: &str) -> String {
    let id = message_id.trim_matches(['<', '>']);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let id: String = id.chars().map(|c| if is_plain(c) { c } else { '.' }).collect();
    format!("{}.{id}", date.as_second())
}
