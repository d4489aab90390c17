//! What deserves a word about a draft before it is mailed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Gmail cuts off HTML longer than about this, in octets, and the leave link with it.
pub const CLIPPED_HTML_OCTETS: usize = 102 * 1024;

/// One thing to know about a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The HTML part comes near the size at which Gmail cuts it off.
    NearlyClipped { octets: usize },
    /// Whole essays would have been cut off, so their beginnings are mailed, with links to the rest.
    Shortened { octets: usize },
    /// Even so the HTML part is longer than Gmail shows.
    Clipped { octets: usize },
}

impl Finding {
    /// What an HTML part of `octets` deserves to be told.
    pub(super) fn of_size(octets: usize) -> Option<Self> {
        match octets {
            _ if octets > CLIPPED_HTML_OCTETS => Some(Self::Clipped { octets }),
            _ if octets > CLIPPED_HTML_OCTETS / 10 * 9 => Some(Self::NearlyClipped { octets }),
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max = CLIPPED_HTML_OCTETS;
        match self {
            Self::NearlyClipped { octets } => {
                write!(f, "the HTML part has {octets} octets: Gmail cuts it off at about {max}")
            }
            Self::Shortened { octets } => write!(
                f,
                "the HTML part would have {octets} octets, Gmail cuts it off at about {max}: summaries are mailed instead"
            ),
            Self::Clipped { octets } => {
                write!(
                    f,
                    "the HTML part has {octets} octets: expected at most {max}, where Gmail cuts it off"
                )
            }
        }
    }
}
