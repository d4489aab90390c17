//! Notices that a server refuses the content of an issue, whoever the recipient is.

use std::collections::HashMap;

use crate::delivery::reply::Reply;
use crate::message::IssueId;

/// So many refusals alike, before anything was accepted, are enough.
const FIRST: u64 = 5;
/// From so many results on, their share counts as well.
const MANY: u64 = 100;
/// One refusal in so many results is too much.
const ONE_IN: u64 = 20;

/// What came of the mails of each issue in this run, as far as a server saw their content.
#[derive(Debug, Default)]
pub(super) struct Breaker(HashMap<IssueId, Record>);

#[derive(Debug, Default)]
struct Record {
    accepted: u64,
    refused: u64,
    /// The code of all refusals so far, if they had one in common.
    code: Option<u16>,
}

impl Breaker {
    /// The server took a mail of `issue`.
    pub(super) fn accepted(&mut self, issue: IssueId) {
        self.0.entry(issue).or_default().accepted += 1;
    }

    /// The server refused the content of a mail of `issue` for good. True if the issue must not go on.
    pub(super) fn refused(&mut self, issue: IssueId, reply: &Reply) -> bool {
        let record = self.0.entry(issue).or_default();
        let is_alike = record.refused == 0 || record.code == Some(reply.code());
        record.code = is_alike.then(|| reply.code());
        record.refused += 1;
        record.is_refused_from_the_start() || record.is_refused_often()
    }
}

impl Record {
    fn is_refused_from_the_start(&self) -> bool {
        self.accepted == 0 && self.refused >= FIRST && self.code.is_some()
    }

    fn is_refused_often(&self) -> bool {
        let results = self.accepted + self.refused;
        results >= MANY && self.refused * ONE_IN >= results
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUE: IssueId = IssueId(1);

    /// Feeds results, 0 for accepted, until the breaker trips; gives how many it took.
    fn results_until_it_trips(codes: impl IntoIterator<Item = u16>) -> Option<usize> {
        let mut breaker = Breaker::default();
        let trips = |code| match code {
            0 => {
                breaker.accepted(ISSUE);
                false
            }
            code => breaker.refused(ISSUE, &Reply::new(code, "no")),
        };
        codes.into_iter().map(trips).position(|is_tripped| is_tripped).map(|place| place + 1)
    }

    #[test]
    fn five_refusals_alike_at_the_start_halt_an_issue_and_nothing_less_does() {
        assert_eq!(results_until_it_trips([554; 9]), Some(5));
        assert_eq!(results_until_it_trips([554, 554, 552, 554, 554, 554]), None);
        assert_eq!(results_until_it_trips([0, 554, 554, 554, 554, 554, 554]), None);
        assert_eq!(results_until_it_trips([554, 554, 554, 554]), None);
    }

    #[test]
    fn one_refusal_in_twenty_halts_an_issue_once_a_hundred_results_are_in() {
        let every = |n| (1..=400).map(move |at| if at % n == 0 { 554 } else { 0 });
        assert_eq!(results_until_it_trips(every(20)), Some(100));
        assert_eq!(results_until_it_trips(every(21)), None);
        assert_eq!(results_until_it_trips(every(10)), Some(100));
    }

    #[test]
    fn what_one_issue_meets_is_not_held_against_another() {
        let mut breaker = Breaker::default();
        let no = Reply::new(554, "no");
        let trips: Vec<_> = (0..8).map(|n| breaker.refused(IssueId(n % 2), &no)).collect();
        assert_eq!(trips, [false; 8]);
        assert!(breaker.refused(IssueId(0), &no));
    }
}
