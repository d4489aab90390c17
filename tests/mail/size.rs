//! What Gmail cuts off, and what is done so that the way to leave is not.

use postrider::message::{CLIPPED_HTML_OCTETS, Content, Finding};

use crate::essays::{Edition, late_letter, post, recipient};
use crate::oracle::{ask, part};

/// An essay of about `octets`.
fn long_essay(octets: usize) -> String {
    "A sentence of the long essay. ".repeat(octets / 30)
}

fn html_of(edition: &Edition) -> Option<String> {
    Some(part(&ask(&edition.mail_for(&recipient(None)).content, &[])?, "text/html").to_owned())
}

#[test]
fn an_essay_that_would_be_cut_off_is_mailed_as_its_summary() {
    for count in [1, 2] {
        let mut posts = vec![post("long", "en", "A long essay", &long_essay(CLIPPED_HTML_OCTETS + 9))];
        posts.extend((1..count).map(|_| late_letter()));
        let edition = Edition { content: Content::Full, ..Edition::of(posts) };
        let draft = edition.draft().unwrap();
        let [Finding::Shortened { octets }] = draft.findings() else { panic!("{:?}", draft.findings()) };
        assert!(*octets > CLIPPED_HTML_OCTETS);
        let Some(html) = html_of(&edition) else { return };
        assert!(html.len() < CLIPPED_HTML_OCTETS && html.contains("https://letters.example.org/leave/"));
        assert!(html.contains("Keep reading on the web"), "{html}");
        assert_eq!(html.contains("too long for a mail"), count == 1, "{html}");
    }
}

#[test]
fn an_essay_that_just_fits_is_mailed_whole_with_a_word_of_warning() {
    let edition =
        Edition::of(vec![post("long", "en", "A long essay", &long_essay(CLIPPED_HTML_OCTETS - 8_000))]);
    let draft = edition.draft().unwrap();
    let [Finding::NearlyClipped { octets }] = draft.findings() else { panic!("{:?}", draft.findings()) };
    let Some(html) = html_of(&edition) else { return };
    assert!(html.len().abs_diff(*octets) < 500, "{octets} octets foretold, {} sent", html.len());
    assert!(!html.contains("Keep reading on the web"));
}

#[test]
fn a_digest_of_too_many_posts_is_mailed_with_a_finding() {
    let posts = (0..60).map(|at| post(&format!("post-{at}"), "en", "A post", "A short post. ")).collect();
    let draft = Edition::of(posts).draft().unwrap();
    let [Finding::Clipped { octets }] = draft.findings() else { panic!("{:?}", draft.findings()) };
    assert!(*octets > CLIPPED_HTML_OCTETS);
}
