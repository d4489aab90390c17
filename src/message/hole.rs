//! Holes: the places of a frozen mail where a recipient's own words go.
//!
//! Templates are rendered with a marker in each such place. The marker carries a digest of the essays, so no
//! essay can hold it, and only letters and digits, so neither HTML, URLs nor line breaking change it.

use data_encoding::HEXLOWER;
use ring::digest;
use serde::{Deserialize, Serialize};

/// What goes into a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Hole {
    /// The line that greets the recipient, by name if it is known.
    Greeting,
    /// The URL at which the recipient leaves.
    Leave,
    /// The recipient's address.
    Address,
}

impl Hole {
    const ALL: [Self; 3] = [Self::Greeting, Self::Leave, Self::Address];

    fn letter(self) -> char {
        match self {
            Self::Greeting => 'g',
            Self::Leave => 'l',
            Self::Address => 'a',
        }
    }
}

/// A stretch of a rendered part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Hole(Hole),
}

/// The markers of one draft.
#[derive(Clone, Debug)]
pub(super) struct Markers {
    stem: String,
}

impl Markers {
    /// Markers that none of `texts` contains.
    pub(super) fn apart_from<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        texts.into_iter().for_each(|text| context.update(text.as_bytes()));
        Self { stem: format!("hole{}", HEXLOWER.encode(&context.finish().as_ref()[..8])) }
    }

    /// What a template prints where `hole` is.
    pub(super) fn marker(&self, hole: Hole) -> String {
        format!("{}{}", self.stem, hole.letter())
    }

    /// Cuts a rendered part at its markers: text and holes take turns, text comes first and last.
    pub(super) fn cut<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, hole, after)) = self.first(rest) {
            pieces.extend([Piece::Text(before), Piece::Hole(hole)]);
            rest = after;
        }
        pieces.push(Piece::Text(rest));
        pieces
    }

    fn first<'a>(&self, text: &'a str) -> Option<(&'a str, Hole, &'a str)> {
        let (before, tail) = text.split_once(&self.stem)?;
        let hole = Hole::ALL.into_iter().find(|hole| tail.starts_with(hole.letter()))?;
        Some((before, hole, &tail[1..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_at_its_markers_and_loses_nothing() {
        let markers = Markers::apart_from(["an essay"]);
        let (greeting, leave) = (markers.marker(Hole::Greeting), markers.marker(Hole::Leave));
        let text = format!("{greeting}\n\nText.\n\nLeave: {leave}\n");
        let want = [
            Piece::Text(""),
            Piece::Hole(Hole::Greeting),
            Piece::Text("\n\nText.\n\nLeave: "),
            Piece::Hole(Hole::Leave),
            Piece::Text("\n"),
        ];
        assert_eq!(markers.cut(&text), want);
    }

    #[test]
    fn markers_differ_from_one_set_of_essays_to_the_next() {
        let first = Markers::apart_from(["one"]).marker(Hole::Leave);
        let essay = format!("an essay that quotes {first}");
        assert_eq!(Markers::apart_from([essay.as_str()]).cut(&essay), [Piece::Text(&essay)]);
    }
}
