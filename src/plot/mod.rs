//! Numbers become plots: SVG that needs no script, no font and no other file.
//!
//! In: names and numbers, already chosen and in order. Out: an `svg` element for a page whose style sheet has the
//! colours; the classes stand in `templates/report.css`. Bars begin at zero, always.
//!
//! A plot is drawn for a [`Format`]: letters that shrink with a picture cannot be read on a phone. Leaves out:
//! choosing what is shown, and tables with the same numbers, which belong to the page.

mod bars;
mod flow;
mod scale;
mod spread;
mod stack;
mod svg;

pub use bars::{Bar, Bars};
pub use flow::{Flow, Reach};
pub use spread::{Spread, Spreads};
pub use stack::{Part, Stack, Stacks};
pub use svg::{Caption, Format};
