//! `send --retry`: who failed, or of whom there is doubt, waits for their turn again.

use serde_json::{Value, json};

use super::args::{Again, AgainArgs};
use super::build::counted;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use crate::ledger::{IssueState, Ledger, Resolution, Retried};
use crate::message::IssueId;

/// What was put back into the queue, and of what.
pub struct SecondChance {
    issue: u32,
    whom: Again,
    retried: Retried,
}

/// Does what the arguments ask for, if they ask for anything.
pub fn give(desk: &Desk, ledger: &mut Ledger, args: AgainArgs) -> Result<Option<SecondChance>, Failure> {
    let (Some(whom), Some(issue)) = (args.retry, args.issue) else { return Ok(None) };
    let id = IssueId(issue);
    if ledger.status(id)?.issue.state == IssueState::Halted {
        let help = format!("when it can go on, run `postrider ledger resume --issue {issue}` first");
        return Err(Failure::plain(Exit::Operator, format!("issue {issue} is halted")).help(help));
    }
    let retried = match whom {
        Again::Failed => ledger.retry_failed(id, desk.now())?,
        Again::Doubt => {
            let requeued = ledger.resolve(id, None, Resolution::Retry, desk.now())?;
            Retried { requeued, kept_out: 0 }
        }
    };
    Ok(Some(SecondChance { issue, whom, retried }))
}

impl SecondChance {
    /// A line for people.
    pub fn words(&self) -> String {
        let what = match self.whom {
            Again::Failed => ("failed mail", "failed mails"),
            Again::Doubt => ("mail in doubt", "mails in doubt"),
        };
        let mails = counted(self.retried.requeued as usize, what.0, what.1);
        let kept_out = match self.retried.kept_out {
            0 => String::new(),
            count => format!("; {count} not, for the reader left or does not work"),
        };
        format!("Issue {}: {mails} queued again{kept_out}.\n", self.issue)
    }

    pub fn to_json(&self) -> Value {
        json!({ "issue": self.issue, "requeued": self.retried.requeued, "kept_out": self.retried.kept_out })
    }
}
