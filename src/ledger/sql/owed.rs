//! What readers are owed besides their window: the posts of mails from which they were excluded because another post in
//! them was withdrawn.
//!
//! Each post that is for a reader is in one place at a time: before them, in their window; in a mail that is on its way
//! or was sent; or owed. It goes from the window into a mail when that is frozen, from the mail to what is owed when it
//! is recalled, and from there into the next mail. So nothing is lost and nothing comes twice, whatever else is on its
//! way to them meanwhile.

use super::value::Misfit;
use super::view::{Connection, Many};
use super::{Fault, ToValue, View, values};
use crate::issue::Seq;
use crate::ledger::model::EditionNo;
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// Readers written down at once.
const SHEET: usize = 10_000;

/// Numbers as the column holds them: a space between two; nothing for none.
pub(super) fn text(posts: &[Seq]) -> Option<String> {
    let numbers: Vec<String> = posts.iter().map(|seq| seq.0.to_string()).collect();
    (!numbers.is_empty()).then(|| numbers.join(" "))
}

/// What [`text`] wrote.
pub(super) fn read(text: Option<String>) -> Result<Vec<Seq>, Misfit> {
    let number = |word: &str| word.parse().map_err(|_| Misfit::new(word.to_owned(), "a post's number"));
    text.iter().flat_map(|text| text.split(' ')).map(|word| number(word).map(Seq)).collect()
}

/// The posts of an edition, in their order.
pub(super) fn posts_of(tx: &View<'_>, issue: IssueId, edition: EditionNo) -> Result<Vec<Seq>, Fault> {
    tx.all(
        "SELECT seq FROM edition_post WHERE issue_id = ?1 AND edition = ?2 ORDER BY place",
        values![issue, edition],
        |row| row.get(0),
    )
}

/// Adds `posts` to what `readers` are owed, but for those who went.
pub(super) fn owe(tx: &View<'_>, posts: &[Seq], readers: &[SubscriberId]) -> Result<(), Fault> {
    const OWE: Many = Many {
        one: "UPDATE subscriber SET owed = coalesce(owed || ' ', '') || ?2 WHERE id = ?1 AND state = 'C'",
        all: "UPDATE subscriber SET owed = coalesce(owed || ' ', '') || given.posts
              FROM unnest(CAST(?1 AS BIGINT[]), CAST(?2 AS TEXT[])) AS given (id, posts)
              WHERE subscriber.id = given.id AND state = 'C'",
    };
    let posts = text(posts);
    for readers in readers.chunks(SHEET) {
        let rows: Vec<_> = readers.iter().map(|id| [id.value(), posts.value()]).collect();
        tx.each_of(OWE, &rows, |_| Ok(()))?;
    }
    Ok(())
}

/// A server has, after all, a mail from which its reader was excluded: what was in it is not owed any more. What went
/// into another mail meanwhile stays there.
pub(in crate::ledger) fn has_after_all(
    tx: &View<'_>,
    issue: IssueId,
    reader: SubscriberId,
) -> Result<(), Fault> {
    // An update that changes nothing waits for whoever else is changing it, and sees what they made of it.
    let held = "UPDATE subscriber SET owed = owed WHERE id = ?1 RETURNING owed";
    let mut owed = tx.one(held, values![reader], |row| Ok(read(row.get(0)?)?))?;
    if owed.is_empty() {
        return Ok(());
    }
    let edition = tx.one(
        "SELECT edition FROM delivery WHERE issue_id = ?1 AND sub_id = ?2",
        values![issue, reader],
        |row| row.get(0),
    )?;
    let brought = posts_of(tx, issue, edition)?;
    owed.retain(|post| !brought.contains(post));
    tx.execute("UPDATE subscriber SET owed = ?2 WHERE id = ?1", values![reader, text(&owed)])?;
    Ok(())
}

/// Keeps what readers are owed as it is to the end of a transaction that freezes an issue: a late result must not change
/// it between the statement that writes down recipients and the one that moves them on. A file has one writer anyway.
pub(super) fn hold(tx: &View<'_>) -> Result<(), Fault> {
    if let Connection::Postgres(_) = tx.connection() {
        let held =
            "SELECT count(*) FROM (SELECT 1 FROM subscriber WHERE owed IS NOT NULL FOR UPDATE) AS held";
        tx.one(held, &[], |row| row.get::<u64>(0))?;
    }
    Ok(())
}

/// How many readers are owed what was never announced, or comes with their window, or what nobody can read.
pub(super) fn astray(view: &View<'_>) -> Result<u64, Fault> {
    let mut astray = 0;
    view.each(
        "SELECT owed, through_seq, count(*) FROM subscriber WHERE owed IS NOT NULL GROUP BY owed, through_seq",
        &[],
        |row| {
            let (through, readers): (Seq, u64) = (row.get(1)?, row.get(2)?);
            let is_sound = |posts: Vec<Seq>| posts.iter().all(|post| (1..=through.0).contains(&post.0));
            astray += if read(row.get(0)?).is_ok_and(is_sound) { 0 } else { readers };
            Ok(())
        },
    )?;
    Ok(astray)
}
