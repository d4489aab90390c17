//! What a build notices that feed readers would notice too.

use std::path::Path;

use postrider::post::Posts;
use postrider::site::cache::CacheFolder;
use postrider::site::feed::Memory;

use crate::publication::Publication;

/// What is said of the plain publication after `change` was made to it.
fn said(change: impl FnOnce(&mut Posts)) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let cache = CacheFolder::open(root.path()).unwrap();
    let mut publication = Publication::plain();
    let renewed = |posts: &Posts| Memory::open(&cache).unwrap().renew(posts, Path::new("posts"));
    assert_eq!(renewed(&publication.posts), [], "nothing was told before");
    change(&mut publication.posts);
    let faults = renewed(&publication.posts);
    assert_eq!(renewed(&publication.posts), [], "it is told once");
    faults.iter().map(|fault| format!("{fault} | {}", fault.help.as_ref().unwrap())).collect()
}

#[test]
fn an_edit_and_a_new_post_are_nothing_to_speak_of() {
    let said = said(|posts| {
        posts.published[0].title = "Revised".into();
        posts.published[0].updated = Some("2026-12-01T00:00:00Z[UTC]".parse().unwrap());
        posts.published[1].source = "moved/elsewhere.md".into();
        posts.published.push(crate::publication::post("new", "New"));
    });
    assert_eq!(said, [""; 0]);
}

#[test]
fn a_removed_post_is_noticed() {
    assert_eq!(
        said(|posts| drop(posts.published.remove(2))),
        [
            "posts/letters.md: no longer published: feed readers keep `tag:example.org,2026-03-01:letters`, its page \
          /letters/ is gone | nothing to do if that was meant"
        ]
    );
}

#[test]
fn an_id_that_changed_is_told_with_the_one_to_put_back() {
    assert_eq!(
        said(|posts| posts.published[2].id = "tag:example.org,2026:other".parse().unwrap()),
        [
            "posts/letters.md: `id`: expected `tag:example.org,2026-03-01:letters` as at the last build, found \
          `tag:example.org,2026:other`: feed readers take it for a new post | \
          set `id = \"tag:example.org,2026-03-01:letters\"`"
        ]
    );
}

#[test]
fn a_date_that_changed_is_told_and_the_same_moment_in_another_zone_is_not() {
    assert_eq!(
        said(|posts| posts.published[2].published = "2026-01-02T00:00:00Z[UTC]".parse().unwrap()),
        [
            "posts/letters.md: `date`: expected 2026-01-01T00:00:00Z as at the last build, found 2026-01-02T00:00:00Z: feed \
          readers sort by it | put the old date back; a change worth telling is `updated`"
        ]
    );
    let same = "2026-01-01T09:00:00+09:00[Asia/Tokyo]";
    assert_eq!(said(|posts| posts.published[2].published = same.parse().unwrap()), [""; 0]);
}

#[test]
fn a_new_address_is_told_unless_the_old_one_leads_there() {
    assert_eq!(
        said(|posts| posts.published[2].slug = "epistles".parse().unwrap()),
        ["posts/letters.md: its address was /letters/ at the last build and nothing leads on from there | \
          add `aliases = [\"/letters/\"]`"]
    );
    let with_alias = said(|posts| {
        posts.published[2].slug = "epistles".parse().unwrap();
        posts.published[2].aliases = vec!["/letters/".into()];
    });
    assert_eq!(with_alias, [""; 0]);
}
