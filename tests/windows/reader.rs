//! A reader as the test knows them: what they asked for, while they were there.

use jiff::{SignedDuration, Timestamp};

use postrider::subscriber::{NewSubscriber, Preferences};

use crate::step::{LANGS, RHYTHMS, TOPICS, Wish, ZONES};

#[derive(Clone)]
pub struct Reader {
    number: usize,
    pub preferences: Preferences,
    confirmed_at: Timestamp,
    /// When they were on the list, the last time last.
    pub spells: Vec<Spell>,
    pub left_at: Option<Timestamp>,
}

/// A time on the list, in numbers of posts: nothing up to `after`, nothing announced after `until`.
#[derive(Clone)]
pub struct Spell {
    pub after: u64,
    pub until: Option<u64>,
}

impl Reader {
    pub fn new(number: usize, wish: Wish, head: u64, now: Timestamp) -> Self {
        let topics = TOPICS[wish.topics].parse().unwrap();
        Self {
            number,
            preferences: preferences(wish, Preferences { topics, ..Preferences::default() }),
            confirmed_at: now - SignedDuration::from_hours(wish.confirmed),
            spells: vec![Spell { after: head, until: None }],
            left_at: None,
        }
    }

    pub fn change(&mut self, wish: Wish) {
        self.preferences = preferences(wish, self.preferences.clone());
    }

    pub fn leave(&mut self, head: u64, now: Timestamp) {
        self.spells.last_mut().unwrap().until = Some(head);
        self.left_at = Some(now);
    }

    /// Confirms again; who does so in the very moment of leaving is kept out.
    pub fn come_back(&mut self, head: u64, now: Timestamp) {
        if self.left_at.take_if(|left| *left < now).is_some() {
            self.confirmed_at = now;
            self.spells.push(Spell { after: head, until: None });
        }
    }

    /// The reader as a form or a file would name them.
    pub fn row(&self) -> NewSubscriber {
        NewSubscriber {
            address: format!("reader-{}@example.org", self.number).parse().unwrap(),
            name: None,
            preferences: self.preferences.clone(),
            confirmed_at: Some(self.confirmed_at),
            source: None,
        }
    }

    pub fn is_there(&self) -> bool {
        self.left_at.is_none()
    }

    /// Whether the post `seq` may ever have come to them.
    pub fn was_there_for(&self, seq: u64) -> bool {
        let is_in = |spell: &Spell| spell.after < seq && spell.until.is_none_or(|until| seq <= until);
        self.spells.iter().any(is_in)
    }

    /// Whether the post `seq` was announced since they came, or came back.
    pub fn is_owed(&self, seq: u64) -> bool {
        self.is_there() && self.spells.last().is_some_and(|spell| spell.after < seq)
    }
}

/// What is left open in an import stays as it was, so that a change names everything.
fn preferences(wish: Wish, before: Preferences) -> Preferences {
    let zone = wish.zone.map(|zone| ZONES[zone].parse().unwrap()).or(before.zone.clone());
    let lang = Some(LANGS[wish.lang].parse().unwrap());
    match RHYTHMS[wish.rhythm].parse().ok() {
        Some(rhythm) => Preferences { zone, lang, ..before }.at(Some(rhythm)),
        None => Preferences { zone, lang, ..before },
    }
}
