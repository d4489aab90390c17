//! `ledger backup` and `ledger restore`: the day on which the ledger is lost mails nobody twice.

use crate::mailing::{add, mails, office, write_post};
use crate::publication::Publication;

/// A publication that has mailed its first letter to one reader.
fn mailed_once() -> Publication {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    send(&publication, 2);
    assert_eq!(mails(&publication).len(), 1);
    publication
}

fn send(publication: &Publication, day: u32) {
    let now = format!("2026-12-{day:02}T07:00:00Z");
    publication.run(&["send", "--now", &now]).succeeds();
}

fn put(publication: &Publication, from: &str, to: &str) {
    std::fs::copy(publication.path(from), publication.path(to)).unwrap();
}

#[test]
fn a_copy_is_made_once_is_private_and_is_whole() {
    let publication = mailed_once();
    publication.run(&["ledger", "backup", "copy.ledger"]).prints(
        "Copied the ledger with 1 reader to copy.ledger. Keep it as safe as the ledger, and postrider.key with it.\n",
    );
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(publication.path("copy.ledger")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    publication.run(&["ledger", "backup", "copy.ledger"]).fails(
        78,
        "error: copy.ledger: there is a ledger already\n\
         \x20 help: leave out `ledger init` and `--first-run`: they are for the first time only\n",
    );
    let variables = [("POSTRIDER_LEDGER__URL", "sqlite:copy.ledger")];
    publication
        .run_with(&variables, &["ledger", "verify"])
        .prints("The ledger is whole: every recipient of 1 issue is accounted for.\n");
}

#[test]
fn an_older_copy_put_in_the_ledgers_place_is_not_sent_from() {
    let publication = mailed_once();
    put(&publication, "postrider.ledger", "older");
    write_post(&publication, 3);
    send(&publication, 3);
    put(&publication, "older", "postrider.ledger");
    publication.run(&["send", "--now", "2026-12-04T07:00:00Z"]).fails(
        78,
        "error: postrider.ledger: older than the ledger mail was last sent from: expected batch 10, found 5\n\
         \x20 help: bring the newest copy back with `postrider ledger restore`: it marks as in doubt whoever may have \
         been mailed since\n",
    );
    assert_eq!(mails(&publication).len(), 2, "nobody was mailed twice");
}

#[test]
fn a_copy_as_new_as_the_mail_that_is_out_goes_on_where_it_was() {
    let publication = mailed_once();
    publication.run(&["ledger", "backup", "copy.ledger"]).succeeds();
    std::fs::write(publication.path("postrider.ledger"), "scribbled over").unwrap();
    publication.run(&["ledger", "restore", "copy.ledger"]).prints(
        "Brought back copy.ledger.\n\
         The ledger that was in place is now postrider.ledger.replaced-1.\n\
         It is as new as what mail was last sent from: sending goes on where it was.\n",
    );
    write_post(&publication, 3);
    send(&publication, 3);
    assert_eq!(mails(&publication).len(), 2, "the third letter, and the second not again");
}

#[test]
fn a_copy_older_than_the_mail_that_is_out_mails_nothing_again() {
    let publication = mailed_once();
    publication.run(&["ledger", "backup", "copy.ledger"]).succeeds();
    write_post(&publication, 3);
    send(&publication, 3);
    std::fs::remove_file(publication.path("postrider.ledger")).unwrap();
    publication.run(&["ledger", "restore", "copy.ledger", "--now", "2026-12-03T12:00:00Z"]).prints(
        "Brought back copy.ledger.\n\
         It may be older than the mail that is out: 0 mails in doubt, and posts it does not know are not mailed.\n\
         Decide with `postrider ledger resolve`; `postrider send --backfill` mails posts after all.\n",
    );
    send(&publication, 3);
    assert_eq!(mails(&publication).len(), 2, "the third letter is out already");
    write_post(&publication, 4);
    send(&publication, 4);
    assert_eq!(mails(&publication).len(), 3, "what comes after goes out");
}

/// Wednesday's letter waits for both when the copy is made; the digest of the next Sunday brings it.
#[test]
fn what_an_issue_that_came_due_since_the_copy_brought_is_not_mailed_again() {
    let publication = office();
    add(&publication, "ada", &["--pace", "weekly sun 08"], "2026-12-01T00:00:00Z");
    add(&publication, "bob", &["--pace", "monthly 28 08"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    send(&publication, 2);
    publication.run(&["ledger", "backup", "copy.ledger"]).succeeds();
    send(&publication, 7);
    assert_eq!(mails(&publication).len(), 1, "Ada's digest; Bob waits for the 28th");
    std::fs::remove_file(publication.path("postrider.ledger")).unwrap();
    publication.run(&["ledger", "restore", "copy.ledger", "--now", "2026-12-08T12:00:00Z"]).prints(
        "Brought back copy.ledger.\n\
         It may be older than the mail that is out: 0 mails in doubt, and posts it does not know are not mailed.\n\
         Nor is what waited for 1 reader whose next issue had come due: they may have had it.\n\
         If nothing was sent since the copy was made, restore it once more with\n\
         --go-back --nothing-sent-since.\n\
         Decide with `postrider ledger resolve`; `postrider send --backfill` mails posts after all.\n",
    );
    send(&publication, 14);
    assert_eq!(mails(&publication).len(), 1, "Ada has that letter");
    send(&publication, 29);
    assert_eq!(mails(&publication).len(), 2, "Bob has it now");
    publication.run(&["ledger", "verify"]).succeeds();
}

#[test]
fn what_waits_is_mailed_where_nothing_was_sent_since_the_copy() {
    let publication = office();
    add(&publication, "ada", &["--pace", "weekly sun 08"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    send(&publication, 2);
    publication.run(&["ledger", "backup", "copy.ledger"]).succeeds();
    std::fs::remove_file(publication.path("postrider.ledger")).unwrap();
    let restore = ["ledger", "restore", "copy.ledger", "--now", "2026-12-08T12:00:00Z"];
    publication.run(&restore).succeeds();
    publication.run(&[&restore[..], &["--go-back", "--nothing-sent-since"]].concat()).succeeds();
    send(&publication, 9);
    assert_eq!(mails(&publication).len(), 1);
}

#[test]
fn a_whole_and_newer_ledger_is_not_replaced_unasked() {
    let publication = mailed_once();
    publication.run(&["ledger", "backup", "copy.ledger"]).succeeds();
    write_post(&publication, 3);
    send(&publication, 3);
    publication.run(&["ledger", "restore", "copy.ledger"]).fails(
        78,
        "error: copy.ledger: older than the ledger in place, which is whole\n\
         \x20 help: leave it as it is, or say --go-back\n",
    );
    publication.run(&["ledger", "restore", "copy.ledger", "--go-back"]).succeeds();
}

#[test]
fn what_waits_in_an_older_copy_is_in_doubt_until_it_is_decided() {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    let nowhere = [("POSTRIDER_SMTP__URL", "smtp://127.0.0.1:9")];
    publication.run_with(&nowhere, &["send", "--now", "2026-12-02T07:00:00Z"]).exits(75);
    publication.run(&["ledger", "backup", "copy.ledger"]).succeeds();
    publication.run(&["send", "--now", "2026-12-02T08:00:00Z"]).succeeds();
    std::fs::remove_file(publication.path("postrider.ledger")).unwrap();
    publication.run(&["ledger", "restore", "copy.ledger", "--now", "2026-12-02T12:00:00Z"]).succeeds();
    publication.run(&["ledger", "verify"]).succeeds();
    send(&publication, 2);
    assert_eq!(mails(&publication).len(), 1, "nobody was mailed twice");
    let status = publication.run(&["status", "--json"]).json();
    assert_eq!(status["in_doubt"].as_array().unwrap().len(), 1);
    publication.run(&["ledger", "resolve", "--issue", "1", "--as", "sent"]).succeeds();
    publication.run(&["ledger", "verify"]).succeeds();
}
