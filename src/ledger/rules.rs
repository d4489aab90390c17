//! What becomes of a recipient: decided here, written elsewhere.

use jiff::Timestamp;

use super::model::Policy;

/// How often a recipient in doubt is sent to again without being asked for.
const MAX_AMBIGUOUS: u32 = 2;

/// Issues in a row that a server may refuse before we stop writing to the address.
const MAX_FAILURES: u32 = 3;

/// What follows when it cannot be known whether the mail was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterDoubt {
    Resend { at: Timestamp },
    List,
}

/// `before`: how often this recipient of this issue was in doubt already.
pub(super) fn after_doubt(policy: Policy, before: u32, until: Timestamp) -> AfterDoubt {
    match policy {
        Policy::Resend if before < MAX_AMBIGUOUS => AfterDoubt::Resend { at: until },
        Policy::Resend | Policy::Hold => AfterDoubt::List,
    }
}

/// Whether to stop writing to an address a server refused, `failures` issues in a row with this one.
pub(super) fn is_hopeless(failures: u32, is_address_dead: bool) -> bool {
    is_address_dead || failures >= MAX_FAILURES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_is_resent_twice_and_then_listed_unless_the_policy_is_hold() {
        let at = Timestamp::UNIX_EPOCH;
        for (policy, before, want) in [
            (Policy::Resend, 0, AfterDoubt::Resend { at }),
            (Policy::Resend, 1, AfterDoubt::Resend { at }),
            (Policy::Resend, 2, AfterDoubt::List),
            (Policy::Resend, 3, AfterDoubt::List),
            (Policy::Hold, 0, AfterDoubt::List),
        ] {
            assert_eq!(after_doubt(policy, before, at), want, "{policy:?} after {before}");
        }
    }

    #[test]
    fn an_address_is_given_up_when_dead_or_after_three_issues() {
        for (failures, is_address_dead, want) in
            [(1, true, true), (1, false, false), (2, false, false), (3, false, true)]
        {
            assert_eq!(is_hopeless(failures, is_address_dead), want, "{failures} {is_address_dead}");
        }
    }
}
