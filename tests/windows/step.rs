//! What can happen to a publication between its first run and its last.

use proptest::prelude::*;
use proptest::sample::Index;

pub const RHYTHMS: [&str; 11] = [
    "each",
    "daily 00:00",
    "daily 02:00",
    "daily 22:00",
    "weekly sun 02:00",
    "weekly sun 08:00",
    "weekly wed 18:00",
    "weekly fri 02:00",
    "monthly 1 00:00",
    "monthly 28 23:00",
    "",
];

/// Their clocks change at different times of day and by different steps, or never: by half an hour on Lord Howe,
/// at midnight in Cairo and Santiago; Apia once left out a day.
pub const ZONES: [&str; 9] = [
    "UTC",
    "Asia/Tokyo",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kathmandu",
];

pub const TOPICS: [&str; 3] = ["", "maps", "feeds;letters"];
pub const TAGS: [&str; 3] = ["maps", "feeds", "poems"];
pub const LANGS: [&str; 2] = ["en", "ja"];

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Step {
    /// So many hours pass.
    Pass(i64),
    Write(Essay),
    Touch {
        essay: Index,
        how: Touch,
    },
    Join(Wish),
    /// A reader asks for something else.
    Change {
        reader: Index,
        wish: Wish,
    },
    /// A reader leaves, or the server says that the address does not work.
    Leave {
        reader: Index,
        by_themselves: bool,
    },
    /// One who went confirms again.
    Return(Index),
    /// The publication moves: what its readers left open follows.
    Move {
        zone: usize,
        rhythm: usize,
    },
    Run(Run),
    /// The ledger is copied; an older copy is thrown away.
    BackUp,
    /// The ledger is lost, and the last copy brought back.
    BringBack,
}

/// An essay as it is first put into the folder.
#[derive(Clone, Copy, Debug)]
pub struct Essay {
    /// How many hours from now it is dated; it is held back until then.
    pub dated: i64,
    pub tag: usize,
    pub is_draft: bool,
    pub is_mailed: bool,
    pub has_id: bool,
}

/// What an author does to an essay that is there.
#[derive(Clone, Copy, Debug)]
pub enum Touch {
    Edit,
    Retitle,
    /// Its file gets another name, and with it its id, if none is stored.
    Rename,
    Reslug,
    StoreId,
    /// It is dated so many hours later.
    Redate(i64),
    Delete,
    Restore,
    Draft(bool),
}

/// What a reader asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub rhythm: usize,
    pub zone: Option<usize>,
    /// Taken when they join: whoever changes topics changes what they lack.
    pub topics: usize,
    pub lang: usize,
    /// How long ago they confirmed, in hours.
    pub confirmed: i64,
}

/// How the timer goes off.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    Whole {
        backfill: bool,
    },
    /// Twice at once: the first has planned when the second, so many hours later, does all there is.
    Doubled {
        hours: i64,
    },
    /// On a machine whose clock is so many hours behind.
    Behind {
        hours: i64,
    },
    Killed(Stop),
}

/// Where a run is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Announced,
    /// So many issues were frozen.
    Frozen(usize),
    /// So many mails were sent, and more were claimed.
    Sent(usize),
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (1_i64..200).prop_map(Step::Pass),
        6 => essay().prop_map(Step::Write),
        4 => (any::<Index>(), touch()).prop_map(|(essay, how)| Step::Touch { essay, how }),
        5 => wish().prop_map(Step::Join),
        2 => (any::<Index>(), wish()).prop_map(|(reader, wish)| Step::Change { reader, wish }),
        1 => (any::<Index>(), any::<bool>())
            .prop_map(|(reader, by_themselves)| Step::Leave { reader, by_themselves }),
        1 => any::<Index>().prop_map(Step::Return),
        1 => (0..ZONES.len(), 0..RHYTHMS.len() - 1).prop_map(|(zone, rhythm)| Step::Move { zone, rhythm }),
        8 => run().prop_map(Step::Run),
    ]
}

/// An author who keeps changing their mind, readers of each post and of each day, and runs that are killed before they
/// have sent much.
pub fn in_haste() -> impl Strategy<Value = Step> {
    let plain = Essay { dated: 0, tag: 0, is_draft: false, is_mailed: true, has_id: true };
    let hide =
        prop_oneof![3 => Just(Touch::Delete), 1 => Just(Touch::Restore), 3 => Just(Touch::Draft(true))];
    let daily = |wish: Wish| Wish { rhythm: wish.rhythm % 4, topics: wish.topics / 2, ..wish };
    prop_oneof![
        5 => (10_i64..30).prop_map(Step::Pass),
        6 => (0..TAGS.len()).prop_map(move |tag| Step::Write(Essay { tag, ..plain })),
        4 => (any::<Index>(), hide).prop_map(|(essay, how)| Step::Touch { essay, how }),
        4 => wish().prop_map(move |wish| Step::Join(daily(wish))),
        1 => (any::<Index>(), wish()).prop_map(|(reader, wish)| Step::Change { reader, wish }),
        1 => any::<Index>().prop_map(|reader| Step::Leave { reader, by_themselves: true }),
        2 => any::<Index>().prop_map(Step::Return),
        9 => prop_oneof![4 => Just(0), 1 => 1_usize..3].prop_map(|sent| Step::Run(Run::Killed(Stop::Sent(sent)))),
        1 => run().prop_map(Step::Run),
    ]
}

/// Readers who keep the pace they came with, and ledgers that are lost and brought back.
///
/// A pace that was changed after the copy is not known when it is brought back, nor that more came due by it.
pub fn in_ruins() -> impl Strategy<Value = Step> {
    let plain = Essay { dated: 0, tag: 0, is_draft: false, is_mailed: true, has_id: true };
    let hide = prop_oneof![3 => Just(Touch::Delete), 2 => Just(Touch::Restore)];
    let killed = prop_oneof![3 => Just(0), 2 => 1_usize..4].prop_map(Stop::Sent).prop_map(Run::Killed);
    prop_oneof![
        5 => (5_i64..100).prop_map(Step::Pass),
        6 => (0..TAGS.len()).prop_map(move |tag| Step::Write(Essay { tag, ..plain })),
        1 => (any::<Index>(), hide).prop_map(|(essay, how)| Step::Touch { essay, how }),
        4 => wish().prop_map(Step::Join),
        1 => any::<Index>().prop_map(|reader| Step::Leave { reader, by_themselves: true }),
        1 => any::<Index>().prop_map(Step::Return),
        3 => killed.prop_map(Step::Run),
        6 => Just(Step::Run(Run::Whole { backfill: false })),
        2 => Just(Step::BackUp),
        2 => Just(Step::BringBack),
    ]
}

fn essay() -> impl Strategy<Value = Essay> {
    let dated = prop_oneof![5 => Just(0), 1 => -200_i64..0, 2 => 1_i64..100];
    let [is_draft, is_held] = [(); 2].map(|()| prop::bool::weighted(0.15));
    (dated, 0..TAGS.len(), is_draft, is_held, any::<bool>()).prop_map(
        |(dated, tag, is_draft, is_held, has_id)| Essay { dated, tag, is_draft, is_mailed: !is_held, has_id },
    )
}

fn touch() -> impl Strategy<Value = Touch> {
    prop_oneof![
        2 => Just(Touch::Edit),
        2 => Just(Touch::Retitle),
        3 => Just(Touch::Rename),
        1 => Just(Touch::Reslug),
        1 => Just(Touch::StoreId),
        1 => (-60_i64..60).prop_map(Touch::Redate),
        1 => Just(Touch::Delete),
        1 => Just(Touch::Restore),
        2 => any::<bool>().prop_map(Touch::Draft),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    let zone = prop::option::of(0..ZONES.len());
    (0..RHYTHMS.len(), zone, 0..TOPICS.len(), 0..LANGS.len(), 0_i64..300)
        .prop_map(|(rhythm, zone, topics, lang, confirmed)| Wish { rhythm, zone, topics, lang, confirmed })
}

fn run() -> impl Strategy<Value = Run> {
    prop_oneof![
        8 => any::<bool>().prop_map(|backfill| Run::Whole { backfill }),
        1 => (0_i64..200).prop_map(|hours| Run::Doubled { hours }),
        1 => (0_i64..100).prop_map(|hours| Run::Behind { hours }),
        4 => stop().prop_map(Run::Killed),
    ]
}

fn stop() -> impl Strategy<Value = Stop> {
    prop_oneof![
        1 => Just(Stop::Announced),
        1 => (0_usize..4).prop_map(Stop::Frozen),
        1 => (0_usize..5).prop_map(Stop::Sent),
    ]
}
