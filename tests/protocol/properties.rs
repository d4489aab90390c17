//! The invariants, over what the ledger says and what really happened.

use stateright::Property;

use crate::ledger::{MAX_AMBIGUOUS, Policy, Row, State};
use crate::world::{Line, Protocol, Truth, World};

pub const COPIES: &str =
    "nobody gets more copies than one and one for each doubt; under hold nobody gets two";
pub const BOUND: &str = "doubt is resent twice at most";
pub const ACCEPTED: &str = "what counts as sent was accepted";
pub const NOT_ACCEPTED: &str = "what counts as not sent was not accepted, unless in doubt";
pub const ABSORBING: &str = "what was sent stays sent";
pub const INTENT: &str = "no DATA without a durable intent";
pub const ONE_EACH: &str = "a connection has one mail in flight at most";
pub const LEFT: &str = "no intent for a reader who left";
pub const LEASE: &str = "no intent past the lease";
pub const COUNTED: &str = "who is listed was in doubt";
pub const DONE: &str = "nobody waits for an issue that is done";
pub const UNROBBED: &str = "a sender in time is not robbed of what it holds";
pub const ENDS: &str = "everybody is dealt with in the end";

pub fn all() -> Vec<Property<Protocol>> {
    [always(), vec![Property::eventually(ENDS, |_, world| is_dealt_with(world))], sometimes()].concat()
}

fn always() -> Vec<Property<Protocol>> {
    vec![
        Property::always(COPIES, |protocol, world| match protocol.rules.policy {
            Policy::Resend => each(world, |row, truth| truth.copies <= 1 + row.ambiguous),
            Policy::Hold => each(world, |_, truth| truth.copies <= 1),
        }),
        Property::always(BOUND, |_, world| each(world, |_, truth| truth.copies <= 1 + MAX_AMBIGUOUS)),
        Property::always(ACCEPTED, |_, world| {
            each(world, |row, truth| row.state != State::Sent || truth.copies > 0)
        }),
        Property::always(NOT_ACCEPTED, |_, world| {
            let is_refused = |row: &Row| matches!(row.state, State::Failed | State::Excluded);
            each(world, |row, truth| !is_refused(row) || truth.copies == 0 || row.ambiguous > 0)
        }),
        Property::always(ABSORBING, |_, world| {
            each(world, |row, truth| !truth.was_sent || row.state == State::Sent)
        }),
        Property::always(INTENT, |_, world| each(world, |_, truth| !truth.is_unannounced)),
        Property::always(ONE_EACH, |_, world: &World| {
            let in_flight = |owner| world.rows.iter().filter(|row| is_in_flight(row, owner)).count();
            (0..world.senders.len() as u8).all(|owner| in_flight(owner) <= 1)
        }),
        Property::always(LEFT, |_, world| each(world, |_, truth| !truth.is_unwanted)),
        Property::always(LEASE, |_, world| each(world, |_, truth| !truth.is_overdue)),
        Property::always(COUNTED, |_, world| {
            each(world, |row, _| row.state != State::Doubtful || row.ambiguous > 0)
        }),
        Property::always(DONE, |_, world: &World| {
            !world.is_done || each(world, |row, _| !row.state.is_open())
        }),
        Property::always(UNROBBED, |_, world: &World| {
            (0..world.senders.len()).all(|at| has_what_it_holds(world, at))
        }),
    ]
}

/// What must be possible, or the model proves nothing.
fn sometimes() -> Vec<Property<Protocol>> {
    let some = |name, condition| Property::sometimes(name, condition);
    vec![
        some("everybody gets one copy and it is known", |_, world| {
            each(world, |row, truth| row.state == State::Sent && truth.copies == 1 && row.ambiguous == 0)
        }),
        some("a copy too many, or a miss that is listed", |protocol, world| match protocol.rules.policy {
            Policy::Resend => any(world, |_, truth| truth.copies == 2),
            Policy::Hold => any(world, |row, truth| row.state == State::Doubtful && truth.copies == 0),
        }),
        some("doubt is listed though the mail arrived", |_, world| {
            any(world, |row, truth| row.state == State::Doubtful && truth.copies > 0)
        }),
        some("a late acceptance settles a doubt", |_, world| {
            any(world, |row, _| row.state == State::Sent && row.ambiguous > 0)
        }),
        some("a sender holds what is no longer its own", |_, world: &World| {
            let is_stale = |(row, claim): (&Row, &Option<u8>)| claim.is_some_and(|epoch| epoch != row.epoch);
            world.senders.iter().any(|sender| world.rows.iter().zip(&sender.claims).any(is_stale))
        }),
        some("a refusal is recorded", |_, world| any(world, |row, _| row.state == State::Failed)),
        some("a reader leaves in time", |_, world| any(world, |row, _| row.state == State::Excluded)),
        some("a reader leaves too late", |_, world| {
            any(world, |row, truth| row.has_left && row.state == State::Sent && truth.copies == 1)
        }),
        some("the issue is done", |_, world: &World| world.is_done),
    ]
}

fn each(world: &World, holds: impl Fn(&Row, &Truth) -> bool) -> bool {
    world.rows.iter().zip(&world.truth).all(|(row, truth)| holds(row, truth))
}

fn any(world: &World, holds: impl Fn(&Row, &Truth) -> bool) -> bool {
    world.rows.iter().zip(&world.truth).any(|(row, truth)| holds(row, truth))
}

fn is_in_flight(row: &Row, owner: u8) -> bool {
    row.state == State::InFlight && row.owner == Some(owner)
}

fn is_dealt_with(world: &World) -> bool {
    world.is_done && each(world, |row, _| !row.state.is_open())
}

/// Whoever never let the lease lapse still finds its rows as it left them, or sent by a copy from before.
fn has_what_it_holds(world: &World, at: usize) -> bool {
    let sender = &world.senders[at];
    if sender.has_lapsed {
        return true;
    }
    let is_held = |recipient: usize, epoch: u8, state: State| {
        let row = &world.rows[recipient];
        row.state == State::Sent || (row.state, row.epoch) == (state, epoch)
    };
    let mut claims = sender.claims.iter().enumerate();
    let has_claims = claims.all(|(at, claim)| claim.is_none_or(|epoch| is_held(at, epoch, State::Claimed)));
    let has_mail = match sender.line {
        Line::Free => true,
        Line::Begun(mail) | Line::Waiting(mail, _) | Line::Told(mail, _) => {
            is_held(mail.recipient.into(), mail.epoch, State::InFlight)
        }
    };
    has_claims && has_mail
}
