//! What the server took, held against what the ledger says.

use std::collections::HashMap;
use std::ops::AddAssign;

use crate::book::Row;
use crate::stage::{Policy, Stage, address};

/// What a fault came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub runs: usize,
    pub kills: usize,
    /// How often it could not be known whether a mail was taken.
    pub ambiguous: usize,
    /// Copies beyond the first.
    pub duplicates: usize,
    /// Recipients without a copy, whom the ledger lists as in doubt.
    pub misses: usize,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.kills += other.kills;
        self.ambiguous += other.ambiguous;
        self.duplicates += other.duplicates;
        self.misses += other.misses;
    }
}

/// Holds the promise of `docs/delivery.md` against an issue on which nobody works any more.
///
/// # Panics
///
/// If it was not kept: somebody is lost and not listed, or has more copies than there were doubts, or not the same
/// mail each time, or a row has no end, or contradicts what the server took.
pub fn judge(stage: &Stage) -> Figures {
    let (rows, copies) = (stage.rows(), stage.copies());
    let mut figures = Figures::default();
    assert_eq!(rows.len(), stage.plan.readers, "a row for each reader");
    for number in 0..stage.plan.readers {
        let address = address(number);
        let copies = copies.get(&address).copied().unwrap_or_default();
        let row = &rows[&address];
        judge_row(&address, row, copies, stage.plan.policy);
        figures.ambiguous += row.ambiguous;
        figures.duplicates += copies.saturating_sub(1);
        figures.misses += usize::from(copies == 0 && row.state == "U");
    }
    assert_same_mail_each_time(stage);
    stage.expect(&["ledger", "verify"], 0);
    figures
}

fn judge_row(address: &str, row: &Row, copies: usize, policy: Policy) {
    let context = || format!("{address}: {row:?}, {copies} copies, {policy:?}");
    match row.state.as_str() {
        "S" => assert!(copies >= 1, "sent and never taken: {}", context()),
        "U" => assert!(row.ambiguous >= 1, "doubt without a reason: {}", context()),
        "F" | "E" | "X" => assert!(copies == 0 || row.ambiguous > 0, "taken all the same: {}", context()),
        _ => panic!("it has no end: {}", context()),
    }
    match policy {
        Policy::Resend => assert!(copies <= 1 + row.ambiguous, "one too many: {}", context()),
        Policy::Hold => assert!(copies <= 1, "twice: {}", context()),
    }
}

/// A second copy is the first one octet for octet, so that mail stores that look at Message-ID drop it.
fn assert_same_mail_each_time(stage: &Stage) {
    let mut first: HashMap<String, (String, u64)> = HashMap::new();
    for mail in stage.server.taken().iter() {
        let this = (mail.message_id.clone(), mail.digest);
        let seen = first.entry(mail.forward_path.clone()).or_insert_with(|| this.clone());
        assert_eq!(*seen, this, "{} got two different mails", mail.forward_path);
    }
}
