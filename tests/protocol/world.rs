//! Senders, servers and faults around the ledger: everything that can happen, in any order.

use stateright::{Model, Property};

use crate::bug::Bug;
use crate::ledger::{self, Asker, Begun, Outcome, Row, Rules, Setback, State};
use crate::{normal, properties};

/// One issue on its way.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    pub recipients: u8,
    /// Senders at work at the same time; another takes the place of one who is killed.
    pub senders: u8,
    pub faults: Faults,
    pub rules: Rules,
}

/// How often each thing may go wrong in one history. Without a bound there would be no end of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Faults {
    /// A sender is killed. When its lease runs out is open.
    pub kills: u8,
    /// A living sender's lease runs out by the ledger's clock: it was paused, or cut off.
    pub lapses: u8,
    /// The reply to the dot does not arrive.
    pub losses: u8,
    /// The connection breaks before the dot, or 4yz to RCPT or to the dot.
    pub deferrals: u8,
    /// 5yz, to RCPT or to the dot.
    pub refusals: u8,
    /// A reader leaves.
    pub leaves: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub rows: Vec<Row>,
    pub truth: Vec<Truth>,
    pub senders: Vec<Sender>,
    /// The ledger counts the issue as done.
    pub is_done: bool,
    left: Faults,
}

/// What really happened to a recipient, which the ledger can only guess.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Truth {
    /// Copies the server took.
    pub copies: u8,
    pub was_sent: bool,
    /// DATA went out without a durable intent.
    pub is_unannounced: bool,
    /// An intent was made for somebody who had left.
    pub is_unwanted: bool,
    /// An intent was made past the lease.
    pub is_overdue: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sender {
    pub is_leased: bool,
    /// Whether its lease ran out while it held something.
    pub has_lapsed: bool,
    /// Epochs of its claims, by recipient.
    pub claims: Vec<Option<u8>>,
    pub line: Line,
}

/// Where a sender's one connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Line {
    Free,
    /// The intent was answered; nothing of the content is written.
    Begun(Mail),
    /// The dot is written and the server has decided.
    Waiting(Mail, Outcome),
    /// The sender knows, or thinks it does, and has not told the ledger.
    Told(Mail, Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mail {
    pub recipient: u8,
    pub epoch: u8,
    has_intent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Claim { sender: u8, recipient: u8 },
    Release { sender: u8, recipient: u8, setback: Setback },
    Begin { sender: u8, recipient: u8 },
    Cut { sender: u8 },
    Dot { sender: u8, reply: Outcome },
    Hear { sender: u8 },
    Lose { sender: u8 },
    Settle { sender: u8 },
    Kill { sender: u8 },
    Lapse { sender: u8 },
    Renew { sender: u8 },
    Reap { recipient: u8 },
    Leave { recipient: u8 },
    Finish,
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let sender = Sender::new(self.recipients.into());
        vec![World {
            rows: vec![Row::new(); self.recipients.into()],
            truth: vec![Truth::default(); self.recipients.into()],
            senders: vec![sender; self.senders.into()],
            is_done: false,
            left: self.faults,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (number, sender) in (0..).zip(&world.senders) {
            world.of_a_sender(number, sender, actions);
        }
        for (recipient, row) in (0..).zip(&world.rows) {
            if world.may_reap(row, self.rules.bug) {
                actions.push(Action::Reap { recipient });
            }
            if world.left.leaves > 0 && !row.has_left {
                actions.push(Action::Leave { recipient });
            }
        }
        if !world.is_done && !world.rows.iter().any(|row| row.state.is_open()) {
            actions.push(Action::Finish);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        next.take(action, self.rules);
        Some(normal::form(next))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

fn on_the_line(line: Line, sender: u8, left: &Faults) -> Vec<Action> {
    let dot = |reply| Action::Dot { sender, reply };
    let possible = match line {
        Line::Free => vec![],
        Line::Begun(_) => vec![
            (true, dot(Outcome::Sent)),
            (left.deferrals > 0, dot(Outcome::Deferred)),
            (left.refusals > 0, dot(Outcome::Refused)),
            (left.deferrals > 0, Action::Cut { sender }),
        ],
        Line::Waiting(..) => {
            vec![(true, Action::Hear { sender }), (left.losses > 0, Action::Lose { sender })]
        }
        Line::Told(..) => vec![(true, Action::Settle { sender })],
    };
    possible.into_iter().filter(|(may, _)| *may).map(|(_, action)| action).collect()
}

impl World {
    /// What a sender may do next, and what may befall it.
    fn of_a_sender(&self, number: u8, sender: &Sender, actions: &mut Vec<Action>) {
        for (recipient, claim) in (0..).zip(&sender.claims) {
            let row = &self.rows[usize::from(recipient)];
            if claim.is_none() && row.state == State::Queued && sender.is_leased {
                actions.push(Action::Claim { sender: number, recipient });
            }
            if claim.is_some() && sender.line == Line::Free {
                actions.push(Action::Begin { sender: number, recipient });
                let setbacks =
                    [(self.left.deferrals, Setback::Transient), (self.left.refusals, Setback::Permanent)];
                let possible = setbacks.into_iter().filter(|(count, _)| *count > 0);
                let release = |(_, setback)| Action::Release { sender: number, recipient, setback };
                actions.extend(possible.map(release));
            }
        }
        actions.extend(on_the_line(sender.line, number, &self.left));
        if self.left.kills > 0 {
            actions.push(Action::Kill { sender: number });
        }
        match sender.is_leased {
            true if self.left.lapses > 0 => actions.push(Action::Lapse { sender: number }),
            true => {}
            false => actions.push(Action::Renew { sender: number }),
        }
    }

    fn may_reap(&self, row: &Row, bug: Option<Bug>) -> bool {
        let is_held = matches!(row.state, State::Claimed | State::InFlight);
        let is_leased = row.owner.is_some_and(|owner| self.senders[usize::from(owner)].is_leased);
        is_held && (!is_leased || bug == Some(Bug::ReapTheLiving))
    }

    fn take(&mut self, action: Action, rules: Rules) {
        match action {
            Action::Claim { sender, recipient } => self.claim(sender, recipient, rules),
            Action::Release { sender, recipient, setback } => {
                self.spend(setback);
                let asker = self.asker_of_claim(sender, recipient);
                ledger::release(&mut self.rows[usize::from(recipient)], asker, setback, rules);
            }
            Action::Begin { sender, recipient } => self.begin(sender, recipient, rules),
            Action::Cut { sender } => {
                self.left.deferrals -= 1;
                self.tell(sender, Outcome::Deferred);
            }
            Action::Dot { sender, reply } => self.dot(sender, reply),
            Action::Hear { sender } => {
                let Line::Waiting(_, reply) = self.sender(sender).line else { return };
                self.tell(sender, reply);
            }
            Action::Lose { sender } => {
                self.left.losses -= 1;
                self.tell(sender, Outcome::Doubt);
            }
            Action::Settle { sender } => self.settle(sender, rules),
            Action::Kill { sender } => self.kill(sender),
            Action::Lapse { sender } => self.lapse(sender),
            Action::Renew { sender } => self.renew(sender, rules.bug),
            Action::Reap { recipient } => ledger::reap(&mut self.rows[usize::from(recipient)], rules),
            Action::Leave { recipient } => {
                self.left.leaves -= 1;
                self.rows[usize::from(recipient)].has_left = true;
            }
            Action::Finish => self.is_done = true,
        }
        self.note_what_was_sent();
    }

    fn claim(&mut self, sender: u8, recipient: u8, rules: Rules) {
        let epoch = ledger::claim(&mut self.rows[usize::from(recipient)], sender, rules);
        let sender = self.sender(sender);
        if !sender.holds_something() {
            sender.has_lapsed = false;
        }
        sender.claims[usize::from(recipient)] = epoch;
    }

    fn begin(&mut self, sender: u8, recipient: u8, rules: Rules) {
        let asker = self.asker_of_claim(sender, recipient);
        let at = usize::from(recipient);
        let begun = ledger::begin(&mut self.rows[at], asker, rules);
        let (row, truth) = (&self.rows[at], &mut self.truth[at]);
        if begun == Begun::Refused {
            return;
        }
        let has_intent = row.state == State::InFlight;
        truth.is_unwanted |= row.has_left;
        truth.is_overdue |= !asker.is_leased;
        self.sender(sender).line = Line::Begun(Mail { recipient, epoch: asker.epoch, has_intent });
    }

    fn dot(&mut self, sender: u8, reply: Outcome) {
        let Line::Begun(mail) = self.sender(sender).line else { return };
        let truth = &mut self.truth[usize::from(mail.recipient)];
        truth.is_unannounced |= !mail.has_intent;
        match reply {
            Outcome::Sent => truth.copies += 1,
            Outcome::Refused => self.left.refusals -= 1,
            Outcome::Deferred | Outcome::Doubt => self.left.deferrals -= 1,
        }
        self.sender(sender).line = Line::Waiting(mail, reply);
    }

    fn settle(&mut self, sender: u8, rules: Rules) {
        let Line::Told(mail, outcome) = self.sender(sender).line else { return };
        let asker = Asker { epoch: mail.epoch, is_leased: self.sender(sender).is_leased };
        ledger::settle(&mut self.rows[usize::from(mail.recipient)], asker, outcome, rules);
        self.sender(sender).line = Line::Free;
    }

    /// What it held is nobody's; another begins in its place with nothing.
    fn kill(&mut self, sender: u8) {
        self.left.kills -= 1;
        self.orphan(sender);
        *self.sender(sender) = Sender::new(self.rows.len());
    }

    /// A lease that is over is replaced, not prolonged: what was claimed under the old one stays free to be taken back.
    fn renew(&mut self, sender: u8, bug: Option<Bug>) {
        if bug != Some(Bug::KeptOnRefusal) {
            self.orphan(sender);
        }
        self.sender(sender).is_leased = true;
    }

    fn orphan(&mut self, sender: u8) {
        for row in self.rows.iter_mut().filter(|row| row.owner == Some(sender)) {
            row.owner = None;
        }
    }

    fn lapse(&mut self, sender: u8) {
        let lapsing = self.sender(sender);
        lapsing.is_leased = false;
        lapsing.has_lapsed = lapsing.holds_something();
        self.left.lapses -= 1;
    }

    fn tell(&mut self, sender: u8, outcome: Outcome) {
        let sender = self.sender(sender);
        if let Line::Begun(mail) | Line::Waiting(mail, _) = sender.line {
            sender.line = Line::Told(mail, outcome);
        }
    }

    /// Takes the claim out of the sender's hands.
    fn asker_of_claim(&mut self, sender: u8, recipient: u8) -> Asker {
        let owner = self.rows[usize::from(recipient)].owner;
        let is_leased = owner.is_some_and(|owner| self.senders[usize::from(owner)].is_leased);
        let claim = &mut self.sender(sender).claims[usize::from(recipient)];
        Asker { epoch: claim.take().expect("only who holds a claim asks"), is_leased }
    }

    fn spend(&mut self, setback: Setback) {
        match setback {
            Setback::Transient => self.left.deferrals -= 1,
            Setback::Permanent => self.left.refusals -= 1,
        }
    }

    fn note_what_was_sent(&mut self) {
        for (row, truth) in self.rows.iter().zip(&mut self.truth) {
            truth.was_sent |= row.state == State::Sent;
        }
    }

    fn sender(&mut self, number: u8) -> &mut Sender {
        &mut self.senders[usize::from(number)]
    }
}

impl Sender {
    fn new(recipients: usize) -> Self {
        Self { is_leased: true, has_lapsed: false, claims: vec![None; recipients], line: Line::Free }
    }

    fn holds_something(&self) -> bool {
        self.line != Line::Free || self.claims.iter().any(Option::is_some)
    }
}
