//! The tree of a build that goes on.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use super::tree::{Content, Marks, Tree};
use crate::site::{self, Artifact, Seal, TreeError};

/// Takes the files of a build. What would be made from the same as in the last tree is taken from there.
#[derive(Debug)]
pub struct NextTree {
    last: Arc<Tree>,
    files: Mutex<HashMap<String, Content>>,
}

impl NextTree {
    /// A tree that follows `last`.
    pub fn after(last: Arc<Tree>) -> Self {
        Self { last, files: Mutex::default() }
    }

    /// Adds the file `from` at `path`; one that cannot be read is left out.
    pub fn copy(&self, path: String, from: &Path) {
        if let Some(content) = Content::of_file(from) {
            self.files().insert(path, content);
        }
    }

    /// The tree, now that all is taken.
    pub fn finish(self, marks: Marks) -> Tree {
        Tree::new(self.files.into_inner().expect(TAKING), marks)
    }

    /// Takes `content` of the last tree as it is.
    fn keep(&self, path: &str, content: &Content) {
        self.files().insert(path.to_owned(), content.clone());
    }

    fn files(&self) -> MutexGuard<'_, HashMap<String, Content>> {
        self.files.lock().expect(TAKING)
    }
}

const TAKING: &str = "taking a file does not panic";

impl site::Tree for NextTree {
    fn put(&self, artifact: Artifact) -> Result<(), TreeError> {
        self.files().insert(artifact.path, Content::Octets(artifact.bytes, artifact.seal));
        Ok(())
    }

    fn stands(&self, path: &str, seal: Seal) -> Result<Option<u64>, TreeError> {
        let Some(content @ Content::Octets(octets, Some(made_under))) = self.last.get(path) else {
            return Ok(None);
        };
        if *made_under != seal {
            return Ok(None);
        }
        self.keep(path, content);
        Ok(Some(octets.len() as u64))
    }

    fn all_stand(&self, folder: &str, seal: Seal) -> Result<bool, TreeError> {
        let standing = self.last.made_under(folder, seal);
        standing.iter().for_each(|(path, content)| self.keep(path, content));
        Ok(!standing.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{Sealer, Tree as _};

    fn seal(of: &str) -> Seal {
        Sealer::default().with(of).seal()
    }

    fn artifact(path: &str, text: &str, seal: Option<Seal>) -> Artifact {
        Artifact { seal, ..Artifact::new(path, text.as_bytes().to_vec()) }
    }

    fn last() -> Arc<Tree> {
        let tree = NextTree::after(Arc::default());
        tree.put(artifact("a/index.html", "an essay", Some(seal("a")))).unwrap();
        tree.put(artifact("robots.txt", "all", None)).unwrap();
        tree.put(artifact("search/en/1.json", "one", Some(seal("en")))).unwrap();
        tree.put(artifact("search/en/2.json", "two", Some(seal("en")))).unwrap();
        tree.put(artifact("search/ja/1.json", "一", Some(seal("ja")))).unwrap();
        Arc::new(tree.finish(Marks::default()))
    }

    #[test]
    fn what_is_made_from_the_same_is_taken_from_the_last_tree() {
        let next = NextTree::after(last());
        assert_eq!(next.stands("a/index.html", seal("a")).unwrap(), Some(8));
        assert_eq!(next.stands("a/index.html", seal("b")).unwrap(), None);
        assert_eq!(next.stands("robots.txt", seal("a")).unwrap(), None);
        assert_eq!(next.stands("b/index.html", seal("a")).unwrap(), None);
        let tree = next.finish(Marks::default());
        assert!(tree.holds("a/index.html"));
        assert!(!tree.holds("robots.txt"), "it was not made again");
    }

    #[test]
    fn a_folder_of_one_seal_stands_as_a_whole() {
        let next = NextTree::after(last());
        assert!(next.all_stand("search/", seal("en")).unwrap());
        assert!(!next.all_stand("search/", seal("de")).unwrap());
        assert!(!next.all_stand("tags/", seal("ja")).unwrap(), "only what is below the folder");
        let tree = next.finish(Marks::default());
        assert!(tree.holds("search/en/1.json") && tree.holds("search/en/2.json"));
        assert!(!tree.holds("search/ja/1.json"));
    }

    #[test]
    fn what_stood_once_stands_again() {
        let next = NextTree::after(last());
        next.stands("a/index.html", seal("a")).unwrap();
        let after = NextTree::after(Arc::new(next.finish(Marks::default())));
        assert_eq!(after.stands("a/index.html", seal("a")).unwrap(), Some(8));
    }
}
