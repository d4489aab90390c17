//! The terms of all posts, from one build to the next: only posts that are other than they were are read again.
//!
//! One entry of the cache: what the terms of each post were made from, in one line, then a line for each term. A post is
//! known by its number, so an essay put before others makes those after it other posts; where many are, all terms are
//! gathered anew.

use rayon::prelude::*;

use super::index::{Index, line, read};
use crate::site::Seal;
use crate::site::cache::{CacheFolder, Shelf};

/// Of the form the entry has.
const KIND: &str = "terms-1";
const KEY: &str = "terms";

/// Terms as the last build gathered them.
pub(super) struct Kept {
    shelf: Shelf,
    text: String,
}

impl Kept {
    /// None where nothing can be kept.
    pub(super) fn open(cache: &CacheFolder) -> Option<Self> {
        let shelf = cache.shelf(KIND).ok()?;
        let text = shelf.read(KEY).and_then(|octets| String::from_utf8(octets).ok()).unwrap_or_default();
        Some(Self { shelf, text })
    }

    /// The lines of posts that are made from `seals`, the oldest first; `index` gathers the terms of those with these
    /// numbers. None where too many are other than they were.
    pub(super) fn renewed(
        &self,
        seals: &[Seal],
        index: impl FnOnce(&[usize]) -> Index,
    ) -> Option<Vec<String>> {
        let (head, lines) = self.text.split_once('\n')?;
        let before = head.split(' ').map(str::parse).collect::<Result<Vec<Seal>, _>>().ok()?;
        let is_other: Vec<bool> =
            (0..before.len().max(seals.len())).map(|at| before.get(at) != seals.get(at)).collect();
        let others = is_other.iter().filter(|is_other| **is_other).count();
        if others > seals.len() / 4 {
            return None;
        }
        let fresh: Vec<usize> = (0..seals.len()).filter(|at| is_other[*at]).collect();
        let mut index = index(&fresh);
        let lines = lines.par_lines().map(|line| Line::new(line, &is_other)).collect::<Option<Vec<_>>>()?;
        let mut renewed: Vec<String> = lines.into_iter().filter_map(|line| line.with(&mut index)).collect();
        renewed.extend(index.lines());
        renewed.par_sort_unstable();
        Some(renewed)
    }

    /// Keeps `lines` of posts that are made from `seals` for the next build. What cannot be kept costs it its time.
    pub(super) fn keep(&self, seals: &[Seal], lines: &[String]) {
        let head: Vec<String> = seals.iter().map(Seal::to_string).collect();
        let mut text = head.join(" ");
        text.push('\n');
        text.extend(lines.iter().map(String::as_str));
        drop(self.shelf.write(KEY, text.as_bytes()));
    }
}

/// A term with the posts of it that are as they were.
struct Line<'a> {
    term: &'a str,
    /// None where it is as it was.
    marks: Option<Vec<u32>>,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// None where `text` names a post that cannot be.
    fn new(text: &'a str, is_other: &[bool]) -> Option<Self> {
        let (term, marks) = read(text);
        let (mut count, mut others) = (0, 0);
        for mark in marks {
            count += 1;
            others += usize::from(*is_other.get((mark >> 1) as usize)?);
        }
        let left = |mark: &u32| !is_other[(mark >> 1) as usize];
        let marks = (others > 0).then(|| read(text).1.filter(left).collect());
        (count > 0).then_some(Self { term, marks, text })
    }

    /// The line with the posts that `index` adds to it; none where no post is left.
    fn with(self, index: &mut Index) -> Option<String> {
        let Self { term, marks, text } = self;
        let marks = match (marks, index.take(term)) {
            (None, None) => return Some([text, "\n"].concat()),
            (marks, added) => {
                let left = marks.unwrap_or_else(|| read(text).1.collect());
                left.into_iter().chain(added.into_iter().flatten()).collect::<Vec<u32>>()
            }
        };
        (!marks.is_empty()).then(|| line(term, marks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Sealer;

    /// Posts by their terms, the oldest first.
    fn indexed(posts: &[&str], numbers: &[usize]) -> Index {
        let mut index = Index::default();
        numbers.iter().for_each(|at| index.add(u32::try_from(*at).unwrap(), &posts[*at].replace(' ', "\n")));
        index
    }

    fn seals(posts: &[&str]) -> Vec<Seal> {
        posts.iter().map(|post| Sealer::default().with(post).seal()).collect()
    }

    #[test]
    fn what_is_renewed_is_what_would_be_gathered_anew() {
        let root = tempfile::tempdir().unwrap();
        let kept = || Kept::open(&CacheFolder::open(root.path()).unwrap()).unwrap();
        let posts = ["!maps ink", "ink paper", "paper 紙", "!雪 snow", "snow", "ink", "maps", "paper"];
        let mut edited = posts;
        edited[1] = "!ink quill";
        let mut emptied = posts;
        emptied[2] = "";
        let with_one_more: Vec<&str> = posts.iter().copied().chain(["ink 雪"]).collect();
        let all: [&[&str]; 9] =
            [&posts, &edited, &posts, &emptied, &posts, &with_one_more, &posts, &posts[..7], &posts];
        for (round, posts) in all.into_iter().enumerate() {
            let numbers: Vec<usize> = (0..posts.len()).collect();
            let anew = indexed(posts, &numbers).lines();
            let seals = seals(posts);
            let renewed = kept().renewed(&seals, |fresh| {
                assert!(fresh.len() <= 1, "round {round}: {fresh:?}");
                indexed(posts, fresh)
            });
            assert_eq!(renewed.is_some(), round > 0, "round {round}");
            assert!(renewed.is_none_or(|lines| lines == anew), "round {round}");
            kept().keep(&seals, &anew);
        }
    }

    #[test]
    fn other_posts_and_an_entry_that_makes_no_sense_are_gathered_anew() {
        let root = tempfile::tempdir().unwrap();
        let cache = CacheFolder::open(root.path()).unwrap();
        let renewed = |posts: &[&str]| {
            Kept::open(&cache).unwrap().renewed(&seals(posts), |fresh| indexed(posts, fresh))
        };
        let posts = ["ink", "maps", "paper", "snow"];
        Kept::open(&cache).unwrap().keep(&seals(&posts), &indexed(&posts, &[0, 1, 2, 3]).lines());
        assert!(renewed(&["ink", "maps", "paper", "hail"]).is_some());
        assert_eq!(renewed(&["hail", "ink", "maps", "paper"]), None, "every number has moved");
        let head = seals(&posts).iter().map(Seal::to_string).collect::<Vec<_>>().join(" ");
        for text in [String::new(), "ink 0\n".into(), format!("{head}\nink z\n"), format!("{head}\nink\n")] {
            cache.shelf(KIND).unwrap().write(KEY, text.as_bytes()).unwrap();
            assert_eq!(renewed(&posts), None, "given {text}");
        }
    }
}
