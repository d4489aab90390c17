//! What follows from a refusal or a verdict: for the row, and for the run. Decides, and does nothing.

use jiff::Timestamp;

use crate::delivery::courier::{Refusal, Verdict};
use crate::delivery::reply::{Class, Fault, Reply, Trouble};
use crate::delivery::retry::{self, RowKey};
use crate::issue::CohortId;
use crate::ledger::{Outcome, Setback};

/// A try at one recipient, as far as what follows depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) row: RowKey,
    pub(super) cohort: CohortId,
    /// How often it was tried before, counting.
    pub(super) attempts: u32,
    /// Over how many connections lost in a row this try is the next, counting itself.
    pub(super) stumbles: u32,
    pub(super) gives_up_at: Timestamp,
    /// Whether the server is in a state in which it puts off many, and this one with them.
    pub(super) is_stormy: bool,
    pub(super) now: Timestamp,
}

/// Whom it spoils (as Postfix sorts it): the connection, the run, the issue, or this recipient alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spoils {
    /// The relay did its work.
    Nothing,
    /// The connection or the server failed.
    Lane(Trouble),
    /// Only a person can help.
    Operator(Trouble),
    /// The relay did its work, and this recipient was put off.
    PutOff(Reply),
    /// The server refuses the content.
    Content(Reply),
    /// The run was stopped meanwhile.
    Stopped,
}

/// So many lost connections in a row over one recipient, and others go first.
const STUMBLES: u32 = 3;
/// So many words of a crowded server in a row: not as soon, since connection and mail are sound.
const STUMBLES_OVER_WORDS: u32 = 10;

impl Case {
    /// The recipient was not tried, or the try says nothing of them.
    pub(super) fn as_it_was(&self) -> Setback {
        Setback::Lane { until: self.now }
    }

    /// After a refusal: what to tell the ledger. `None`: the claim may be tried again at once.
    pub(super) fn after_refusal(&self, refusal: &Refusal) -> Option<Setback> {
        match refusal {
            Refusal::Lane(trouble) if trouble.stage.is_before_mail() || self.may_stumble(trouble) => None,
            Refusal::Lane(_) => Some(Setback::Lane { until: retry::after_stumbles(self.now) }),
            Refusal::Operator(_) => Some(self.as_it_was()),
            Refusal::Recipient(reply) => Some(self.after_word(reply)),
            Refusal::Unsendable(why) => Some(Setback::Unsendable { why: why.clone() }),
        }
    }

    fn after_word(&self, reply: &Reply) -> Setback {
        let words = reply.to_string();
        if reply.class() == Class::Permanent {
            return Setback::Permanent { reply: words, is_address_dead: reply.is_address_dead() };
        }
        match retry::after_refusal(self.row, self.attempts, self.now) {
            until if until < self.gives_up_at => Setback::Transient { reply: words, until },
            _ => Setback::Expired { reply: words },
        }
    }

    /// What to tell the ledger after DATA.
    pub(super) fn after_data(&self, verdict: &Verdict) -> Outcome {
        match verdict {
            Verdict::Sent(reply) => Outcome::Sent { reply: reply.to_string() },
            Verdict::Refused(reply) => Outcome::Refused { reply: reply.to_string() },
            Verdict::Doubt(trouble) => {
                Outcome::Doubt { what: trouble.to_string(), until: retry::after_doubt(self.now) }
            }
            Verdict::NotSent(trouble) => {
                let counts = !self.is_stormy && is_about_recipient(trouble);
                let reply = trouble.to_string();
                Outcome::Deferred { reply, until: self.next_try_after(trouble, counts), counts }
            }
        }
    }

    /// The intent is durable, and DATA never went out.
    pub(super) fn untried(&self) -> Outcome {
        let reply = "the run was stopped before DATA".to_owned();
        Outcome::Deferred { reply, until: self.now, counts: false }
    }

    fn next_try_after(&self, trouble: &Trouble, counts: bool) -> Timestamp {
        match counts {
            true => retry::after_refusal(self.row, self.attempts, self.now).min(self.gives_up_at),
            false if trouble.needs_operator() || self.may_stumble(trouble) => self.now,
            false => retry::after_stumbles(self.now),
        }
    }

    fn may_stumble(&self, trouble: &Trouble) -> bool {
        let most = if trouble.as_reply().is_some() { STUMBLES_OVER_WORDS } else { STUMBLES };
        self.stumbles < most
    }

    /// Whom a verdict spoils.
    pub(super) fn spoils_of(&self, verdict: &Verdict) -> Spoils {
        match verdict {
            Verdict::NotSent(trouble) if self.is_stormy => Spoils::Lane(trouble.clone()),
            verdict => Spoils::of_verdict(verdict),
        }
    }
}

impl Spoils {
    pub(super) fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Lane(trouble) => Self::Lane(trouble.clone()),
            Refusal::Operator(trouble) => Self::Operator(trouble.clone()),
            Refusal::Recipient(reply) if reply.class() == Class::Transient => Self::PutOff(reply.clone()),
            Refusal::Recipient(_) | Refusal::Unsendable(_) => Self::Nothing,
        }
    }

    fn of_verdict(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Sent(_) => Self::Nothing,
            Verdict::Refused(reply) => Self::Content(reply.clone()),
            Verdict::Doubt(trouble) | Verdict::NotSent(trouble) if trouble.fault == Fault::Stopped => {
                Self::Stopped
            }
            Verdict::Doubt(trouble) => Self::Lane(trouble.clone()),
            Verdict::NotSent(trouble) if trouble.needs_operator() => Self::Operator(trouble.clone()),
            Verdict::NotSent(trouble) => match trouble.as_reply() {
                Some(reply) if is_about_recipient(trouble) => Self::PutOff(reply.clone()),
                _ => Self::Lane(trouble.clone()),
            },
        }
    }
}

/// Whether the server put off this mail, and not all mail.
fn is_about_recipient(trouble: &Trouble) -> bool {
    let about_recipient = |reply: &Reply| reply.class() == Class::Transient && !reply.is_about_server();
    !trouble.needs_operator() && trouble.as_reply().is_some_and(about_recipient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::reply::Stage;
    use crate::message::IssueId;
    use crate::subscriber::SubscriberId;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).unwrap()
    }

    fn case() -> Case {
        Case {
            row: (IssueId(1), SubscriberId(7)),
            cohort: CohortId(1),
            attempts: 0,
            stumbles: 1,
            gives_up_at: at(10_000),
            is_stormy: false,
            now: at(0),
        }
    }

    fn reply(code: u16, text: &str) -> Reply {
        Reply::new(code, text)
    }

    fn cut(stage: Stage) -> Trouble {
        Trouble::cut(stage, "gone")
    }

    #[test]
    fn a_refusal_counts_against_whom_it_is_about() {
        let lane = Refusal::Lane(cut(Stage::Mail));
        assert_eq!(case().after_refusal(&lane), None);
        let stumbled = Case { stumbles: 3, ..case() };
        assert_eq!(stumbled.after_refusal(&lane), Some(Setback::Lane { until: at(300) }));
        let operator = Refusal::Operator(Trouble::reply(Stage::Mail, reply(550, "5.7.1 bad sender")));
        assert_eq!(case().after_refusal(&operator), Some(Setback::Lane { until: at(0) }));
        let dead = Refusal::Recipient(reply(550, "5.1.1 unknown"));
        let words = "550 5.1.1 unknown".to_owned();
        let want = Setback::Permanent { reply: words, is_address_dead: true };
        assert_eq!(case().after_refusal(&dead), Some(want));
    }

    #[test]
    fn a_recipient_put_off_is_tried_again_until_the_issue_is_too_old() {
        let later = Refusal::Recipient(reply(450, "4.2.0 greylisted"));
        let Some(Setback::Transient { until, .. }) = case().after_refusal(&later) else { panic!() };
        assert!((300..=330).contains(&until.as_second()), "{until}");
        let old = Case { gives_up_at: at(200), ..case() };
        let want = Setback::Expired { reply: "450 4.2.0 greylisted".to_owned() };
        assert_eq!(old.after_refusal(&later), Some(want));
    }

    #[test]
    fn what_follows_data_is_sorted_by_whether_the_dot_had_left_and_whom_it_is_about() {
        let not_sent = |code, text| Verdict::NotSent(Trouble::reply(Stage::EndOfData, reply(code, text)));
        for (verdict, spoils, counts) in [
            (not_sent(451, "4.7.1 greylisted"), "PutOff", Some(true)),
            (not_sent(452, "4.3.1 disk full"), "Lane", Some(false)),
            (not_sent(421, "4.3.2 bye"), "Lane", Some(false)),
            (not_sent(535, "5.7.8 log in again"), "Operator", Some(false)),
            (Verdict::NotSent(cut(Stage::Content)), "Lane", Some(false)),
            (Verdict::Refused(reply(554, "5.7.1 spam")), "Content", None),
            (Verdict::Doubt(cut(Stage::EndOfData)), "Lane", None),
            (Verdict::Doubt(Trouble { stage: Stage::EndOfData, fault: Fault::Stopped }), "Stopped", None),
            (Verdict::Sent(reply(250, "ok")), "Nothing", None),
        ] {
            let found = format!("{:?}", Spoils::of_verdict(&verdict));
            assert!(found.starts_with(spoils), "{verdict:?}: {found}");
            let found = match case().after_data(&verdict) {
                Outcome::Deferred { counts, .. } => Some(counts),
                _ => None,
            };
            assert_eq!(found, counts, "{verdict:?}");
        }
    }

    #[test]
    fn a_reply_that_was_lost_is_waited_over_for_ten_minutes() {
        let outcome = case().after_data(&Verdict::Doubt(cut(Stage::EndOfData)));
        let want = Outcome::Doubt { what: "end of data: gone".to_owned(), until: at(600) };
        assert_eq!(outcome, want);
    }
}
