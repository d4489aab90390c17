//! What the pictures beside essays tell of themselves, from one look to the next: one that looks as it did is not read again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::post::drawing::{Drawing, Foreign};
use crate::post::look::Look;
use crate::post::remarks::Flaw;
use crate::post::{Posts, load, picture};

/// What pictures told, by path below the posts folder, and how they looked then.
#[derive(Debug, Default)]
pub(super) struct Album {
    known: HashMap<PathBuf, (Look, Drawing)>,
    is_changed: bool,
}

/// One picture, looked at now.
struct Page<'a> {
    path: &'a Path,
    /// None where it may change without looking otherwise.
    look: Option<Look>,
    drawing: Drawing,
    is_known: bool,
}

impl Album {
    /// The one that [`Self::changed`] wrote, or an empty one.
    pub fn of(octets: &[u8]) -> Self {
        let kept: Vec<(String, Look, Drawing)> = rmp_serde::from_slice(octets).unwrap_or_default();
        let known = kept.into_iter().map(|(path, look, drawing)| (path.into(), (look, drawing)));
        Self { known: known.collect(), is_changed: false }
    }

    /// What is known of pictures in the order of their paths, if that is more or less than before.
    pub fn changed(&self) -> Option<Vec<u8>> {
        let known = self.known.iter().filter(|_| self.is_changed);
        let mut known: Vec<_> =
            known.filter_map(|(path, (look, drawing))| Some((path.to_str()?, look, drawing))).collect();
        known.sort_unstable_by_key(|(path, ..)| *path);
        rmp_serde::to_vec(&known).ok().filter(|_| self.is_changed)
    }

    /// Tells `posts` of the pictures among its assets, files of `folder`, which is called `shown_as`. Of those left alone since
    /// `settled`, in nanoseconds since 1970, it is known from now on.
    pub fn look_over(&mut self, posts: &mut Posts, folder: &Path, shown_as: &Path, settled: u64) {
        let pictures: Vec<&PathBuf> = posts.assets.iter().filter(|path| picture::is_picture(path)).collect();
        let pages: Vec<Page<'_>> =
            pictures.into_par_iter().map(|path| self.page(path, folder, settled)).collect();
        let mut known = HashMap::with_capacity(pages.len());
        self.is_changed = pages.iter().any(|page| !page.is_known && page.look.is_some());
        for Page { path, look, drawing, .. } in pages {
            posts.sizes.extend(drawing.size.map(|size| (path.to_owned(), size)));
            let armed = drawing.foreign.map(|(what, line)| armed(what, line).in_file(shown_as.join(path)));
            posts.findings.extend(armed);
            known.extend(look.map(|look| (path.to_owned(), (look, drawing))));
        }
        self.is_changed |= known.len() != self.known.len();
        self.known = known;
        load::sort(&mut posts.findings);
    }

    fn page<'a>(&self, path: &'a Path, folder: &Path, settled: u64) -> Page<'a> {
        let file = folder.join(path);
        // The look first: what is changed meanwhile looks otherwise the next time.
        let look = Look::at(&file);
        if let Some((known, drawing)) = self.known.get(path).filter(|(known, _)| look == Some(*known)) {
            return Page { path, look: Some(*known), drawing: drawing.clone(), is_known: true };
        }
        let look = look.filter(|look| look.is_settled(settled));
        Page { path, look, drawing: picture::look(&file), is_known: false }
    }
}

/// The finding of a drawing with `foreign` in it.
fn armed(foreign: Foreign, line: usize) -> Flaw {
    let what = format!("expected a drawing and nothing else, found {} in it", foreign.shown());
    Flaw::new(line, what)
        .with_help("take it out, as by saving the drawing as plain SVG: it is published as it is")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::*;
    use crate::post::PictureSize;

    const GIF: &[u8] = b"GIF89a\x40\x01\xf0\x00\x00\x00\x00";

    /// Sizes and findings of `names` in `folder`.
    fn told(
        album: &mut Album,
        folder: &Path,
        names: &[&str],
        settled: u64,
    ) -> (BTreeMap<PathBuf, PictureSize>, Vec<String>) {
        let mut posts = Posts { assets: names.iter().map(PathBuf::from).collect(), ..Posts::default() };
        album.look_over(&mut posts, folder, Path::new("posts"), settled);
        (posts.sizes, posts.findings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_picture_is_measured_and_another_file_left_out() {
        let folder = tempfile::TempDir::new().unwrap();
        for (name, bytes) in [("a.gif", GIF), ("b.PNG", b"no picture"), ("c.pdf", GIF)] {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        fs::write(folder.path().join("d.svg"), "<svg viewBox='0 0 2 1' onload='x()'/>").unwrap();
        let names = ["a.gif", "b.PNG", "c.pdf", "d.svg", "gone.jpg"];
        let (sizes, findings) = told(&mut Album::default(), folder.path(), &names, 0);
        let size = |width, height| PictureSize { width, height };
        let want = BTreeMap::from([("a.gif".into(), size(320, 240)), ("d.svg".into(), size(640, 320))]);
        assert_eq!(sizes, want);
        let want = ["posts/d.svg:1: expected a drawing and nothing else, found an event handler in it"];
        assert_eq!(findings, want);
    }

    #[test]
    fn a_picture_that_looks_as_it_did_is_not_read_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let (folder, names) = (folder.path(), ["a.svg", "b.gif"]);
        fs::write(folder.join("a.svg"), "<svg viewBox='0 0 2 1'><script/></svg>").unwrap();
        fs::write(folder.join("b.gif"), GIF).unwrap();
        let mut album = Album::default();
        let want = told(&mut album, folder, &names, u64::MAX);
        let kept = album.changed().unwrap();
        let mut album = Album::of(&kept);
        // What is not read cannot tell that it is otherwise known: so it is seen that it was not.
        for (_, drawing) in album.known.values_mut() {
            assert!(drawing.size.take().is_some());
        }
        assert_eq!(told(&mut album, folder, &names, 0), (BTreeMap::new(), want.1.clone()));
        assert_eq!(album.changed(), None);
        fs::write(folder.join("a.svg"), "<svg viewBox='0 0 4 1'><script/></svg>").unwrap();
        let (sizes, _) = told(&mut album, folder, &names, u64::MAX);
        assert_eq!(sizes.values().map(|size| size.height).collect::<Vec<_>>(), [160]);
        assert!(album.changed().is_some());
        let mut album = Album::of(&kept);
        told(&mut album, folder, &names[..1], u64::MAX);
        assert_eq!(album.known.len(), 1, "what is gone is forgotten");
        assert!(album.changed().is_some());
        assert!(Album::of(&kept[..kept.len() - 1]).known.is_empty(), "a half of it is none");
    }

    #[test]
    fn a_picture_that_was_changed_a_moment_ago_is_read_again() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("a.gif"), GIF).unwrap();
        let mut album = Album::default();
        told(&mut album, folder.path(), &["a.gif"], 0);
        assert!(album.known.is_empty());
        assert_eq!(album.changed(), None);
    }
}
