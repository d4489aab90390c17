//! Terms of all posts, and the files they are cut into.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::Hasher as _;

use data_encoding::HEXLOWER;
use rayon::prelude::*;
use ring::digest::{SHA256, digest};

use super::FOLDER;
use super::terms::{Fast, Fnv};
use crate::site::Artifact;

/// Octets a file of terms has on average.
const OCTETS_PER_FILE: usize = 24 * 1024;

/// Posts from which on a word that more than half of them have is not worth its place.
const MANY_POSTS: usize = 50;

/// Which posts each term stands in: numbers, doubled, and one more where it is in the title.
#[derive(Default)]
pub(crate) struct Index {
    terms: HashMap<Box<str>, Vec<u32>, Fast>,
}

impl Index {
    /// Adds the `terms` of the post called `number`.
    pub fn add(&mut self, number: u32, terms: &str) {
        for line in terms.lines() {
            let (term, is_title) = line.strip_prefix('!').map_or((line, 0), |term| (term, 1));
            let mark = number << 1 | is_title;
            match self.terms.get_mut(term) {
                Some(posts) => posts.push(mark),
                None => drop(self.terms.insert(term.into(), vec![mark])),
            }
        }
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        let (mut large, small) =
            if self.terms.len() < other.terms.len() { (other, self) } else { (self, other) };
        for (term, posts) in small.terms {
            large.terms.entry(term).or_default().extend(posts);
        }
        large
    }

    /// Its terms in order, each in a line with the posts it stands in.
    pub fn lines(self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.terms.into_par_iter().map(|(term, marks)| line(&term, marks)).collect();
        // What parts a term from its posts comes before every letter, so lines are in the order of their terms.
        lines.par_sort_unstable();
        lines
    }

    /// Takes out the posts of `term`; none where it has none.
    pub fn take(&mut self, term: &str) -> Option<Vec<u32>> {
        self.terms.remove(term)
    }
}

/// The list of files, then the files, of a publication of `posts` posts with the terms of `lines`.
pub(super) fn artifacts(lines: &[String], posts: usize) -> Vec<Artifact> {
    let lines: Vec<Cow<'_, str>> = lines.par_iter().map(|line| shown(line, posts)).collect();
    let files = cut(&lines);
    let mut list = format!("{posts} {}\n", super::POSTS_PER_FILE);
    let mut artifacts = Vec::with_capacity(files.len() + 1);
    for file in files {
        let first = term_of(&file[0]);
        let name = HEXLOWER.encode(&digest(&SHA256, first.as_bytes()).as_ref()[..6]);
        writeln!(list, "{first} {name}").expect("a text takes all");
        artifacts.push(Artifact::new(format!("{FOLDER}terms/{name}.txt"), file.concat().into_bytes()));
    }
    artifacts.insert(0, Artifact::new(format!("{FOLDER}index.txt"), list.into_bytes()));
    artifacts
}

/// `term`, then the posts it is in: each as far from the one before as a number of base 36 says, after a space, or
/// after `!` where it is in the title.
pub(super) fn line(term: &str, mut marks: Vec<u32>) -> String {
    marks.sort_unstable();
    let mut line = String::with_capacity(term.len() + 1 + 3 * marks.len());
    line.push_str(term);
    let mut before = 0;
    for mark in marks {
        line.push(if mark & 1 == 1 { '!' } else { ' ' });
        push_number((mark >> 1) - before, &mut line);
        before = mark >> 1;
    }
    line.push('\n');
    line
}

/// The posts that a line names, with its term; what is no number counts as nothing.
pub(super) fn read(line: &str) -> (&str, impl Iterator<Item = u32> + '_) {
    let (term, rest) = line.trim_end().split_at(term_of(line).len());
    let mut number = 0;
    let marks = rest.split_inclusive([' ', '!']).zip(rest.split([' ', '!']).skip(1));
    let marks = marks.map(move |(before, distance)| {
        number += u32::from_str_radix(distance, 36).unwrap_or(0);
        number << 1 | u32::from(before.ends_with('!'))
    });
    (term, marks)
}

/// A line as it is published: a star stands for more posts than are worth naming.
fn shown(line: &str, posts: usize) -> Cow<'_, str> {
    let is_long = posts > MANY_POSTS && line.len() > posts;
    match is_long && read(line).1.count() > posts / 2 {
        true => format!("{} *\n", term_of(line)).into(),
        false => line.into(),
    }
}

fn push_number(mut number: u32, out: &mut String) {
    let mut digits = [0_u8; 7];
    let mut at = digits.len();
    while at == digits.len() || number > 0 {
        at -= 1;
        digits[at] = b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize];
        number /= 36;
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

fn term_of(line: &str) -> &str {
    line.split([' ', '!', '\n']).next().unwrap_or(line)
}

/// Cuts before terms whose digest says so, the likelier the more octets they have: a new term moves no other into
/// another file, and files come out alike. What fits into one file is not cut.
fn cut<'l, 't>(lines: &'l [Cow<'t, str>]) -> Vec<&'l [Cow<'t, str>]> {
    let is_large = lines.iter().map(|line| line.len()).sum::<usize>() > OCTETS_PER_FILE;
    let chance = |line: &str| (digest_of(term_of(line)) * OCTETS_PER_FILE as u64) >> u32::BITS;
    let is_cut = |line: &str| chance(line) < line.len() as u64;
    let mut cuts = vec![0];
    cuts.extend((1..lines.len()).filter(|at| is_large && is_cut(&lines[*at])));
    cuts.push(lines.len());
    cuts.windows(2).map(|pair| &lines[pair[0]..pair[1]]).filter(|file| !file.is_empty()).collect()
}

/// Below 2³², the same for a term on every machine; its bits are mixed, which FNV alone does not do.
fn digest_of(term: &str) -> u64 {
    let mut hasher = Fnv::default();
    hasher.write(term.as_bytes());
    let bits = hasher.finish();
    (bits ^ (bits >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_names_its_posts_and_those_that_have_it_in_their_title() {
        let mut index = Index::default();
        index.add(40, "maps\n");
        index.add(2, "!maps\nink\n");
        let mut other = Index::default();
        other.add(3, "maps\n");
        let lines = index.and(other).lines();
        let files = artifacts(&lines, 41);
        let text = |at: usize| String::from_utf8(files[at].bytes.to_vec()).unwrap();
        assert_eq!((files.len(), files[0].path.as_str()), (2, "search/index.txt"));
        assert!(text(0).starts_with("41 32\nink "));
        assert_eq!(text(1), "ink 2\nmaps!2 1 11\n");
        let line = line("the", (0..60).map(|n| n * 2).collect());
        assert_eq!(shown(&line, 100), "the *\n");
        assert_eq!(shown(&line, 120), line);
        assert_eq!(read(&line).1.collect::<Vec<_>>(), (0..60).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_new_term_moves_no_other_far() {
        let lines = |skip: usize| -> Vec<Cow<'_, str>> {
            (0..40_000).filter(|n| *n != skip).map(|n| format!("t{n:05} 1\n").into()).collect()
        };
        let (all, fewer) = (lines(usize::MAX), lines(20_001));
        let (all, fewer) = (cut(&all), cut(&fewer));
        assert!(all.len() > 4 && all.len() < 64, "{}", all.len());
        assert!(all.iter().filter(|file| !fewer.contains(file)).count() <= 2);
    }
}
