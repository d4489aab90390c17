//! The delivery protocol as a model, checked state by state with stateright.
//!
//! Recipients, senders that are killed or paused past their lease, servers that defer, refuse, accept and then fall
//! silent, readers who leave: every order in which a few of these can happen is tried, under both policies, and in
//! each state the invariants of `properties.rs` hold. `ledger.rs` says which function of the model stands for
//! which of the real ledger; that the real one keeps the same rules is for `tests/ledger/` to show.
//!
//! Senders are alike, so `normal.rs` numbers them anew in each state: in a history that is printed, a sender may change
//! its number from one step to the next.
//!
//! A check that never fails proves nothing. So each mistake of `bug.rs` is put into the model, and the test is that
//! the checker finds it out.
//!
//! ```text
//! cargo test --test protocol -- --nocapture
//! ```

mod bug;
mod ledger;
mod normal;
mod properties;
mod world;

use std::collections::BTreeSet;
use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use bug::Bug;
use ledger::{Policy, Rules};
use properties::{ABSORBING, ACCEPTED, BOUND, COPIES, COUNTED, ENDS, INTENT, LEASE, LEFT, UNROBBED};
use world::{Faults, Protocol};

/// Tries every order and asks for every property.
fn hold_in_every_state(name: &str, protocol: Protocol) {
    let start = Instant::now();
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    let (states, depth) = (checker.unique_state_count(), checker.max_depth());
    let policy = protocol.rules.policy;
    println!("{name}, {policy:?}: {states} states, {depth} deep, {:.1} s", start.elapsed().as_secs_f64());
}

fn under_both_policies(name: &str, recipients: u8, senders: u8, faults: Faults) {
    for policy in [Policy::Resend, Policy::Hold] {
        let rules = Rules { policy, bug: None };
        hold_in_every_state(name, Protocol { recipients, senders, faults, rules });
    }
}

#[test]
fn one_recipient_and_two_senders() {
    let faults = Faults { kills: 1, lapses: 2, losses: 1, deferrals: 1, refusals: 1, leaves: 1 };
    under_both_policies("one recipient, two senders", 1, 2, faults);
}

#[test]
fn one_recipient_and_many_doubts() {
    let faults = Faults { kills: 2, lapses: 2, losses: 3, refusals: 1, leaves: 1, ..Faults::default() };
    under_both_policies("one recipient, many doubts", 1, 2, faults);
}

#[test]
fn two_recipients_and_two_senders() {
    let faults = Faults { kills: 1, lapses: 1, losses: 1, refusals: 1, leaves: 1, ..Faults::default() };
    under_both_policies("two recipients, two senders", 2, 2, faults);
}

/// Enough to go wrong for every mistake to show.
const TEMPTATION: Faults = Faults { kills: 1, lapses: 2, losses: 3, deferrals: 1, refusals: 0, leaves: 1 };

/// Puts `bug` into the model and expects the checker to find `property` broken.
fn is_found_out(bug: Bug, policy: Policy, property: &'static str) {
    let rules = Rules { policy, bug: Some(bug) };
    let protocol = Protocol { recipients: 1, senders: 2, faults: TEMPTATION, rules };
    let enough = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = protocol.checker().finish_when(enough).spawn_bfs().join();
    let Some(history) = checker.discovery(property) else {
        panic!("{bug:?} under {policy:?} goes unnoticed in {} states", checker.unique_state_count());
    };
    println!("{bug:?} under {policy:?} breaks “{property}”: {:?}", history.into_actions());
}

#[test]
fn recording_after_sending_is_found_out() {
    for policy in [Policy::Resend, Policy::Hold] {
        is_found_out(Bug::RecordAfterSend, policy, COPIES);
        is_found_out(Bug::RecordAfterSend, policy, INTENT);
    }
}

#[test]
fn an_intent_without_a_fence_is_found_out() {
    for policy in [Policy::Resend, Policy::Hold] {
        is_found_out(Bug::NoFence, policy, COPIES);
    }
}

#[test]
fn an_intent_past_the_lease_is_found_out() {
    is_found_out(Bug::NoLeaseCheck, Policy::Resend, LEASE);
}

#[test]
fn a_row_that_is_refused_and_not_given_back_is_found_out() {
    is_found_out(Bug::KeptOnRefusal, Policy::Resend, ENDS);
}

#[test]
fn an_intent_for_a_reader_who_left_is_found_out() {
    is_found_out(Bug::NoConsentCheck, Policy::Resend, LEFT);
}

#[test]
fn sending_again_what_a_dead_sender_had_in_flight_is_found_out_under_hold() {
    is_found_out(Bug::ReapIsRetry, Policy::Hold, COPIES);
}

#[test]
fn not_counting_what_a_dead_sender_had_in_flight_is_found_out() {
    is_found_out(Bug::ReapUncounted, Policy::Resend, COPIES);
    is_found_out(Bug::ReapUncounted, Policy::Hold, COUNTED);
}

#[test]
fn taking_rows_from_a_living_sender_is_found_out() {
    is_found_out(Bug::ReapTheLiving, Policy::Hold, UNROBBED);
}

#[test]
fn a_lost_reply_taken_for_a_refusal_is_found_out() {
    for policy in [Policy::Resend, Policy::Hold] {
        is_found_out(Bug::LostReplyIsRetry, policy, COPIES);
    }
}

#[test]
fn a_checkpoint_at_the_fetch_is_found_out() {
    is_found_out(Bug::CheckpointAtFetch, Policy::Resend, ACCEPTED);
}

#[test]
fn a_deferral_of_an_older_epoch_is_found_out() {
    is_found_out(Bug::StaleDeferral, Policy::Resend, UNROBBED);
}

#[test]
fn a_release_of_an_older_epoch_is_found_out() {
    for policy in [Policy::Resend, Policy::Hold] {
        is_found_out(Bug::StaleRelease, policy, COPIES);
    }
}

#[test]
fn a_sent_row_that_is_overwritten_is_found_out() {
    is_found_out(Bug::SentNotAbsorbing, Policy::Resend, ABSORBING);
}

#[test]
fn resending_without_a_bound_is_found_out() {
    is_found_out(Bug::NoBound, Policy::Resend, BOUND);
}
