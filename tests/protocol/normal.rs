//! Worlds that differ by names alone are one world: it saves the checker nine states of ten.
//!
//! Which sender is which makes no difference, nor who held a row that nobody holds. Epochs are only ever
//! asked for being equal, so they are numbered anew from those that somebody still knows.

use crate::ledger::State;
use crate::world::{Line, Sender, World};

pub fn form(mut world: World) -> World {
    for row in &mut world.rows {
        if !matches!(row.state, State::Claimed | State::InFlight) {
            row.owner = None;
        }
    }
    for recipient in 0..world.rows.len() {
        number_epochs(&mut world, recipient);
    }
    sort_senders(&mut world);
    world
}

fn number_epochs(world: &mut World, recipient: usize) {
    let mut known = vec![0, world.rows[recipient].epoch];
    known.extend(world.senders.iter_mut().flat_map(|sender| epochs(sender, recipient)).map(|epoch| *epoch));
    known.sort_unstable();
    known.dedup();
    let number = |epoch: u8| known.iter().position(|it| *it == epoch).expect("it is known") as u8;
    world.rows[recipient].epoch = number(world.rows[recipient].epoch);
    for epoch in world.senders.iter_mut().flat_map(|sender| epochs(sender, recipient)) {
        *epoch = number(*epoch);
    }
}

/// The epochs of `recipient` that a sender knows.
fn epochs(sender: &mut Sender, recipient: usize) -> impl Iterator<Item = &mut u8> {
    let on_the_line = match &mut sender.line {
        Line::Begun(mail) | Line::Waiting(mail, _) | Line::Told(mail, _)
            if usize::from(mail.recipient) == recipient =>
        {
            Some(&mut mail.epoch)
        }
        _ => None,
    };
    sender.claims[recipient].iter_mut().chain(on_the_line)
}

fn sort_senders(world: &mut World) {
    let rows = &world.rows;
    let held = |number: u8| rows.iter().map(|row| row.owner == Some(number)).collect::<Vec<_>>();
    let mut numbered: Vec<(Sender, Vec<bool>, u8)> =
        (0..).zip(world.senders.drain(..)).map(|(number, sender)| (sender, held(number), number)).collect();
    numbered.sort_unstable();
    for row in &mut world.rows {
        row.owner = row.owner.map(|owner| {
            numbered.iter().position(|(.., number)| *number == owner).expect("owners are senders") as u8
        });
    }
    world.senders = numbered.into_iter().map(|(sender, ..)| sender).collect();
}
