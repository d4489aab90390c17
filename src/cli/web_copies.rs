//! Copies of digests on the web: where "read on the web" in a mail of several posts leads.

use std::collections::HashSet;
use std::path::Path;

use super::build::refuse_the_publication_itself;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use crate::ledger::Ledger;
use crate::message::{Draft, WebPage};
use crate::site::{Artifact, Part, TreeError, TreeReport, TreeWriter};

/// Writes the copies of all issues there ever were into the public tree `out`, as far as it lacks them.
///
/// All of them each time: on a machine that is thrown away the tree begins empty, and links in old mail still lead
/// to it (decision 0008). Where there are none, no tree is made.
pub fn write(desk: &Desk, ledger: &Ledger, out: &Path) -> Result<TreeReport, Failure> {
    let mut tree = None;
    let mut names = HashSet::new();
    ledger.each_draft(|octets| -> Result<(), Failure> {
        let Some(page) = Draft::from_bytes(&octets)?.web_page() else { return Ok(()) };
        let path = path_of(&page);
        // Series with the same posts share a copy.
        if names.insert(path.clone()) {
            let tree = match &mut tree {
                Some(tree) => tree,
                none => none.insert(open(desk, out)?),
            };
            tree.put(&Artifact::new(path, page.html.into_bytes()))?;
        }
        Ok(())
    })?;
    tree.map_or_else(|| Ok(TreeReport::default()), |tree| Ok(tree.finish()?))
}

fn open(desk: &Desk, out: &Path) -> Result<TreeWriter, Failure> {
    refuse_the_publication_itself(desk, out)?;
    Ok(TreeWriter::open(&desk.below_root(out), Part::Issues)?)
}

/// Its place in the tree. The site may have moved since the issue was frozen: only the name counts.
fn path_of(page: &WebPage) -> String {
    let name = page.url.path_segments().into_iter().flatten().rfind(|segment| !segment.is_empty());
    format!("issues/{}/index.html", name.expect("a copy has a name"))
}

impl From<TreeError> for Failure {
    fn from(error: TreeError) -> Self {
        Self::new(Exit::Operator, &error)
    }
}
