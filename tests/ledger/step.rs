//! What can be asked of a ledger, and what can befall it. Steps are data, so that a history that fails can be cut down.

use proptest::prelude::*;

use postrider::ledger::Resolution;

/// One of those there are, counted round and round.
pub type Pick = usize;

/// One thing that is done.
#[derive(Clone, Debug)]
pub enum Step {
    /// So many minutes pass.
    Pass(i64),
    /// A new reader confirms; who has topics wants every other post.
    Join {
        has_topics: bool,
    },
    /// A reader who is there, or went, confirms again.
    Repeat(Pick),
    Go {
        reader: Pick,
        way: Way,
    },
    Announce,
    /// A post is in no output any more.
    Withdraw(Pick),
    /// What is due is frozen, for who was there so many minutes ago.
    Freeze {
        minutes: i64,
    },
    /// An issue is frozen that was frozen before, or that comes before one that was.
    FreezeLate {
        is_used: bool,
    },
    Claim(usize),
    Begin {
        claim: Pick,
        answer: Answer,
    },
    Release {
        claim: Pick,
        word: Word,
    },
    /// What became of a mail is told; or the reply was lost.
    Settle {
        flight: Pick,
        is_lost: bool,
    },
    /// All senders are taken for dead, rightly or wrongly: what they hold goes on without them.
    Reap,
    /// The process is killed, with all that it holds, and another opens the ledger.
    Kill,
    Halt(Pick),
    Resume(Pick),
    Finish,
    Resolve {
        issue: Pick,
        reader: Option<Pick>,
        resolution: Resolution,
    },
}

/// How a reader goes.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    Leave,
    Suppress,
    Forget,
}

/// What a server makes of a mail after DATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepts,
    Defers,
    Refuses,
    /// The connection breaks before the dot.
    Breaks,
}

/// Why a claim is given back before DATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Lane,
    Transient,
    Permanent { is_address_dead: bool },
    Unsendable,
    Expired,
}

pub fn step() -> impl Strategy<Value = Step> {
    let senders = prop_oneof![
        5 => (1_usize..4).prop_map(Step::Claim),
        6 => (pick(), answer()).prop_map(|(claim, answer)| Step::Begin { claim, answer }),
        2 => (pick(), word()).prop_map(|(claim, word)| Step::Release { claim, word }),
        5 => (pick(), prop::bool::weighted(0.3))
            .prop_map(|(flight, is_lost)| Step::Settle { flight, is_lost }),
        3 => Just(Step::Reap),
        1 => Just(Step::Kill),
        3 => (1_i64..400).prop_map(Step::Pass),
    ];
    let readers = prop_oneof![
        3 => any::<bool>().prop_map(|has_topics| Step::Join { has_topics }),
        1 => pick().prop_map(Step::Repeat),
        1 => (pick(), way()).prop_map(|(reader, way)| Step::Go { reader, way }),
    ];
    let issues = prop_oneof![
        2 => Just(Step::Announce),
        3 => prop_oneof![Just(0), 0_i64..600].prop_map(|minutes| Step::Freeze { minutes }),
        1 => any::<bool>().prop_map(|is_used| Step::FreezeLate { is_used }),
        1 => pick().prop_map(Step::Withdraw),
        1 => pick().prop_map(Step::Halt),
        1 => pick().prop_map(Step::Resume),
        1 => Just(Step::Finish),
        2 => (pick(), prop::option::of(pick()), resolution())
            .prop_map(|(issue, reader, resolution)| Step::Resolve { issue, reader, resolution }),
    ];
    prop_oneof![6 => senders, 1 => readers, 2 => issues]
}

fn pick() -> impl Strategy<Value = Pick> {
    0_usize..64
}

fn way() -> impl Strategy<Value = Way> {
    prop_oneof![2 => Just(Way::Leave), 2 => Just(Way::Suppress), 1 => Just(Way::Forget)]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => Just(Answer::Accepts),
        1 => Just(Answer::Defers),
        1 => Just(Answer::Refuses),
        1 => Just(Answer::Breaks),
    ]
}

fn word() -> impl Strategy<Value = Word> {
    prop_oneof![
        Just(Word::Lane),
        Just(Word::Transient),
        any::<bool>().prop_map(|is_address_dead| Word::Permanent { is_address_dead }),
        Just(Word::Unsendable),
        Just(Word::Expired),
    ]
}

fn resolution() -> impl Strategy<Value = Resolution> {
    prop_oneof![Just(Resolution::Sent), Just(Resolution::Retry)]
}
