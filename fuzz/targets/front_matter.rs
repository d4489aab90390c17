//! A post's file, front matter and all: a post that keeps what it promises, or faults that say where and what.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postrider::post::{LoadError, Post, Posts};
use postrider_fuzz::read;

const PATHS: [&str; 4] =
    ["2026-03-01-on-maps.ja.md", "on-maps/index.markdown", "_posts/2026-03-01-on-maps.txt", "地図.md"];

fuzz_target!(|octets: &[u8]| {
    let Some((choice, file)) = octets.split_first() else { return };
    let path = PATHS[usize::from(choice & 3)];
    match read(path, file) {
        Ok(posts) => {
            let again = read(path, file).expect("what was read once is read again");
            assert_eq!(told(&posts), told(&again));
            // Behind that, for it asks posts for what they find out when asked.
            posts.published.iter().for_each(assert_kept);
            assert!(posts.published.len() + posts.held.len() == 1);
        }
        Err(LoadError::Faults(faults)) => {
            assert!(!faults.is_empty());
            let lines = file.iter().filter(|octet| matches!(octet, b'\n' | b'\r')).count() + 1;
            for fault in faults {
                assert!(
                    !fault.what.is_empty() && fault.line <= lines,
                    "line {} of {lines}: {fault}",
                    fault.line
                );
            }
        }
        Err(other) => panic!("nothing was to be read: {other}"),
    }
});

/// All that has an order of its own.
fn told(posts: &Posts) -> String {
    format!("{:?}", (&posts.published, &posts.held, &posts.findings))
}

/// What nobody looks at again once a post is read.
fn assert_kept(post: &Post) {
    let is_one_line = |text: &str| !text.is_empty() && text.trim() == text && !text.contains(['\n', '\r']);
    assert!(is_one_line(&post.title), "{:?}", post.title);
    assert!(!post.summary().contains('\n'), "{:?}", post.summary());
    assert!(post.id.as_str().is_ascii() && post.id.as_str().contains(':'), "{:?}", post.id);
    let slugs = std::iter::once(&post.slug);
    let slugs = slugs
        .chain(post.tags.iter().map(|tag| &tag.slug))
        .chain(post.authors.iter().map(|author| &author.slug));
    for slug in slugs {
        let text = slug.as_str();
        let is_segment =
            !text.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\.:?#".contains(c));
        assert!(!text.is_empty() && text.len() <= 200 && is_segment, "{text:?}");
    }
    assert!(!post.authors.is_empty() && post.reading_minutes() >= 1);
    let of_web = |url: &url::Url| matches!(url.scheme(), "http" | "https");
    assert!(post.canonical_url.as_ref().is_none_or(of_web), "{:?}", post.canonical_url);
    for alias in &post.aliases {
        let climbs = alias.split('/').any(|part| part == "..");
        assert!(alias.starts_with('/') && !alias.starts_with("//") && !climbs, "{alias:?}");
    }
}
