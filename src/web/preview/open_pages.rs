//! Which pages are open in browsers.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

/// Counts browsers by the page that each shows.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenPages(Arc<Mutex<BTreeMap<String, usize>>>);

/// A browser that shows a page, until this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    pages: OpenPages,
    page: String,
}

impl OpenPages {
    /// A browser shows the page at `page` of the public tree.
    pub(super) fn take(&self, page: String) -> Seat {
        *self.lock().entry(page.clone()).or_default() += 1;
        Seat { pages: self.clone(), page }
    }

    /// The pages that are open.
    pub(super) fn all(&self) -> HashSet<String> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().expect("counting does not panic")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut pages = self.pages.lock();
        if let Some(count) = pages.get_mut(&self.page) {
            *count -= 1;
            if *count == 0 {
                pages.remove(&self.page);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_open_while_one_browser_shows_it() {
        let pages = OpenPages::default();
        let (one, other) = (pages.take("a".to_owned()), pages.take("a".to_owned()));
        drop(one);
        assert_eq!(pages.all(), HashSet::from(["a".to_owned()]));
        drop(other);
        assert!(pages.all().is_empty());
    }
}
