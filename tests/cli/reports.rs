//! `status`, `report` and `send --retry`: who got it, who did not and in whose words, now and as of a day.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::mailing::{add, field, mails, office, write_post};
use crate::publication::{Publication, Run};
use crate::smtp::{Act, Script, Server, Step};

const NOON: &str = "2026-12-02T12:00:00Z";

/// Readers at two domains, one post, and a server that treats some of them badly.
fn troubled() -> (Publication, Server) {
    let publication = office();
    for name in ["ada", "gone", "grey", "lost", "bob"] {
        add(&publication, name, &["--pace", "each"], "2026-12-01T00:00:00Z");
    }
    publication
        .run(&["subscribers", "add", "eve@else.example", "--pace", "each", "--now", "2026-12-01T00:00:00Z"])
        .succeeds();
    write_post(&publication, 2);
    let script = Script::default()
        .for_recipient("gone", Step::Rcpt, Act::Say("550 5.1.1 <gone@example.org>: user unknown"))
        .for_recipient("bob", Step::Rcpt, Act::Say("550 5.7.1 not today, id 4B1C2D"))
        .times(1)
        .for_recipient("grey", Step::Rcpt, Act::Say("451 4.7.1 greylisted for 300 seconds"))
        .for_recipient("lost", Step::Dot, Act::TakeAndDrop);
    (publication, Server::start(script))
}

fn send(publication: &Publication, server: &Server, more: &[&str], now: &str) -> Run {
    let url = server.url();
    let variables = [("POSTRIDER_SMTP__URL", url.as_str()), ("POSTRIDER_DELIVERY__AMBIGUOUS", "hold")];
    publication.run_with(&variables, &[&["send", "--now", now], more].concat())
}

/// `text` without the times that depend on this machine.
fn untimed(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("half within"));
    let words = lines.map(|line| match line.split_once("; due ") {
        Some((before, _)) => format!("{before}; due …"),
        None => line.to_owned(),
    });
    words.map(|line| line + "\n").collect()
}

#[test]
fn a_report_tells_what_became_of_an_issue_in_the_servers_own_words() {
    let (publication, server) = troubled();
    send(&publication, &server, &[], NOON).exits(75);
    let report = publication.run(&["report", "--now", "2026-12-02T12:01:00Z"]).succeeds().out;
    let (first, rest) = report.split_once('\n').unwrap();
    assert!(
        first.starts_with("Issue 1, each/1, frozen 2026-12-02 12:00: 1 wait until 2026-12-02 12:0"),
        "{first}"
    );
    assert!(first.ends_with(", 2 refused, 1 in doubt"), "{first}");
    assert_eq!(
        untimed(rest),
        "\x20 delivered 2 of 6
  refused   2
          1   550 5.1.1 <…@…>: user unknown
          1   550 5.7.1 not today, id …
  in doubt  1
          1   end of data: the server closed the connection
  waiting   1
          1   451 4.7.1 greylisted for … seconds; due …

domain         readers delivered  refused given up in doubt  waiting
example.org          5         1        2        0        1        1
else.example         1         1        0        0        0        0
"
    );
    let json = publication.run(&["report", "--json"]).exits(0).json();
    let issue = &json["issues"][0];
    assert_eq!(issue["recipients"]["failed"], 2);
    assert_eq!(issue["time_to_deliver"]["mails"], 2);
    assert_eq!(
        issue["reasons"][1],
        json!({ "state": "failed", "words": "550 5.1.1 <…@…>: user unknown", "recipients": 1, "due_first": null, "due_last": null })
    );
    let domains: Vec<&Value> = json["domains"].as_array().unwrap().iter().map(|row| &row["domain"]).collect();
    assert_eq!(domains, ["example.org", "else.example"]);
    assert_eq!(json["elsewhere"]["sent"], 0);
}

#[test]
fn one_domain_is_told_of_alone() {
    let (publication, server) = troubled();
    send(&publication, &server, &[], NOON).exits(75);
    let told = |arguments: &[&str]| {
        publication.run(&[arguments, &["--now", NOON, "--domain", "else.example"]].concat()).succeeds().out
    };
    assert_eq!(
        told(&["report"]),
        "Issue 1, each/1, frozen 2026-12-02 12:00: nobody waits\n  delivered 1 of 1\n\n\
         domain         readers delivered  refused given up in doubt  waiting\n\
         else.example         1         1        0        0        0        0\n"
    );
    assert_eq!(
        told(&["status"]),
        "1 reader at else.example confirmed, 0 pending, 0 left, 0 suppressed\n\n\
         issue  series  for           sent     of  state\n\
         \x20   1  each    1                1      1  nobody waits\n"
    );
    publication.run(&["report", "--domain", "no domain"]).fails(
        64,
        "error: --domain: `no domain` is not a domain: expected letters, digits and hyphens between dots\n",
    );
}

#[test]
fn recipients_are_listed_by_where_they_stand() {
    let (publication, server) = troubled();
    send(&publication, &server, &[], NOON).exits(75);
    let list = |which| publication.run(&["report", "--readers", which]).succeeds().out;
    let failed = list("failed");
    let lines: BTreeSet<&str> = failed.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(failed.contains("    1        2  refused 2026-12-02 12:0"), "{failed}");
    assert!(failed.contains(": 550 5.1.1 <…@…>: user unknown\n"), "{failed}");
    assert!(
        list("waiting").starts_with("    1        3  waits until 2026-12-02 12:0"),
        "{}",
        list("waiting")
    );
    assert!(list("doubt").starts_with("    1        4  in doubt 2026-12-02 12:0"), "{}", list("doubt"));
    assert_eq!(list("sent").lines().count(), 2);
    assert_eq!(list("left"), "Nobody.\n");
    let json = publication.run(&["report", "--readers", "failed", "--issue", "1", "--json"]).exits(0).json();
    let rows = json["recipients"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["subscriber"], &rows[0]["state"]), (2, &json!(2), &json!("failed")));
    let none = publication.run(&["report", "--readers", "left", "--json"]).exits(0).json();
    assert_eq!(none, json!({ "recipients": [] }));
    publication
        .run(&["report", "--readers", "sent", "--issue", "9"])
        .fails(64, "error: there is no issue 9\n");
}

#[test]
fn who_failed_is_tried_again_when_asked_but_not_who_does_not_work() {
    let (publication, server) = troubled();
    send(&publication, &server, &[], NOON).exits(75);
    let again = ["--retry", "failed", "--issue", "1"];
    let run = send(&publication, &server, &again, "2026-12-02T12:01:00Z").exits(75);
    assert!(
        run.out.starts_with(
            "Issue 1: 1 failed mail queued again; 1 not, for the reader left or does not work.\nSent 1 mail "
        ),
        "{}",
        run.out
    );
    let run = send(&publication, &server, &[&again[..], &["--json"]].concat(), "2026-12-02T12:02:00Z");
    assert_eq!(run.exits(75).json()["retried"], json!({ "issue": 1, "requeued": 0, "kept_out": 1 }));
    let taken: Vec<String> = server.taken().iter().map(|mail| mail.forward_path.clone()).collect();
    assert_eq!(taken.iter().filter(|path| path.starts_with("bob@")).count(), 1, "{taken:?}");
}

#[test]
fn who_is_in_doubt_is_tried_again_when_asked() {
    let (publication, server) = troubled();
    send(&publication, &server, &[], NOON).exits(75);
    let calm = Server::start(Script::default());
    let again = ["--retry", "doubt", "--issue", "1"];
    let run = send(&publication, &calm, &again, "2026-12-08T12:00:00Z");
    assert!(run.out.starts_with("Issue 1: 1 mail in doubt queued again.\n"), "{run:?}");
    assert!(calm.taken().iter().any(|mail| mail.forward_path == "lost@example.org"), "{run:?}");
    publication.run(&["ledger", "verify"]).succeeds();
}

#[test]
fn trying_again_needs_an_issue_that_is_there() {
    let publication = office();
    let run = publication.run(&["send", "--retry", "failed"]).exits(64);
    assert!(run.err.contains("--issue <NUMBER>"), "{}", run.err);
    publication.run(&["send", "--retry", "failed", "--issue", "3"]).fails(64, "error: there is no issue 3\n");
}

/// Ada gets the letters of the 2nd and the 4th, changes her mind on the 5th and leaves on the 7th.
fn history() -> Publication {
    let publication = office();
    publication
        .run(&[
            "subscribers",
            "add",
            "Ada <ada@example.org>",
            "--pace",
            "each",
            "--now",
            "2026-12-01T00:00:00Z",
        ])
        .succeeds();
    for day in [2, 4] {
        write_post(&publication, day);
        publication.run(&["send", "--now", &format!("2026-12-0{day}T07:00:00Z")]).succeeds();
    }
    add(&publication, "ada", &["--pace", "daily 07"], "2026-12-05T08:00:00Z");
    publication
        .run(&["subscribers", "remove", "ada@example.org", "--now", "2026-12-07T09:00:00Z"])
        .succeeds();
    publication
}

#[test]
fn a_reader_is_shown_as_of_a_day() {
    let publication = history();
    let joined = "  2026-12-01 00:00  joined: added by hand\n";
    let changed = "  2026-12-05 08:00  changed: import\n";
    let left = "  2026-12-07 09:00  left: removed by hand\n";
    let first = "Issue 1, each/1, frozen 2026-12-02 07:00\n  Letter 02\n  sent 2026-12-02 07:00: stored in the Maildir\n";
    let second = "Issue 2, each/2, frozen 2026-12-04 07:00\n  Letter 04\n  sent 2026-12-04 07:00: stored in the Maildir\n";
    for (as_of, on, events, issues) in [
        ("2026-11-30", "not on the list", vec![], vec![]),
        ("2026-12-01", "on the list", vec![joined], vec![]),
        ("2026-12-02T06:59:59Z", "on the list", vec![joined], vec![]),
        ("2026-12-02", "on the list", vec![joined], vec![first]),
        ("2026-12-03", "on the list", vec![joined], vec![first]),
        ("2026-12-04", "on the list", vec![joined], vec![first, second]),
        ("2026-12-06", "on the list", vec![joined, changed], vec![first, second]),
        ("2026-12-07", "not on the list", vec![joined, changed, left], vec![first, second]),
    ] {
        let out = publication.run(&["status", "--reader", "1", "--as-of", as_of]).succeeds().out;
        let (head, rest) = out.split_once("\n\n").unwrap();
        let (title, told) =
            head.split_once('\n').map_or((head, String::new()), |(t, rest)| (t, format!("{rest}\n")));
        assert!(title.starts_with("Reader 1 as of 202") && title.ends_with(&format!(": {on}")), "{title}");
        assert_eq!(told, events.concat(), "as of {as_of}");
        let found = if issues.is_empty() { 0 } else { rest.matches("Issue ").count() };
        assert_eq!(found, issues.len(), "as of {as_of}: {rest}");
        assert!(issues.iter().all(|issue| rest.contains(issue)), "as of {as_of}: {rest}");
        assert_eq!(issues.is_empty(), rest == "No issue was frozen for them.\n", "as of {as_of}: {rest}");
    }
}

#[test]
fn a_reader_is_told_in_json_too() {
    let publication = history();
    let arguments = ["status", "--reader", "ada@example.org", "--as-of", "2026-12-03", "--json"];
    let json = publication.run(&arguments).exits(0).json();
    assert_eq!((&json["reader"], &json["is_on_the_list"]), (&json!(1), &json!(true)));
    assert_eq!(json["as_of"], "2026-12-03T23:59:59.999Z");
    assert_eq!(json["events"][0]["what"], "joined");
    let issues = json["issues"].as_array().unwrap();
    assert_eq!(issues.len(), 1);
    assert_eq!((&issues[0]["subject"], &issues[0]["posts"]), (&json!("Letter 02"), &json!(["Letter 02"])));
    assert_eq!(issues[0]["delivery"]["state"], "sent");
    let ended_at = issues[0]["delivery"]["ended_at"].as_str().unwrap();
    assert!(ended_at.starts_with("2026-12-02T07:0"), "{ended_at}");
}

#[test]
fn a_copy_is_shown_as_it_was_sent_but_for_what_is_secret() {
    let publication = history();
    let sent = mails(&publication).into_iter().find(|mail| field(mail, "Subject") == "Letter 02").unwrap();
    let way = field(&sent, "List-Unsubscribe");
    let token = way.split("leave%20").nth(1).unwrap().trim_end_matches('>').to_owned();
    let show = |more: &[&str]| {
        publication.run(&[&["status", "--show", "1", "--reader"], more].concat()).succeeds().out
    };
    let by_number = show(&["1"]);
    assert!(by_number.starts_with("Subject: Letter 02\nDate: 2026-12-02 07:00\n\n"), "{by_number}");
    assert!(by_number.contains("Hello Ada,\n") && by_number.contains("Text of the day."), "{by_number}");
    assert!(by_number.contains("leave%20…") && !by_number.contains(&token), "{by_number}");
    assert!(!by_number.contains("ada@example.org"), "{by_number}");
    let by_address = show(&["ada@example.org"]);
    assert!(by_address.contains("ada@example.org") && !by_address.contains(&token), "{by_address}");
    assert!(show(&["1", "--tokens"]).contains(&token));
    publication
        .run(&["status", "--reader", "1", "--show", "2", "--as-of", "2026-12-03"])
        .fails(64, "error: issue 2 was not frozen for reader 1 by then\n");
}

#[test]
fn a_reader_who_is_not_there_and_a_day_that_is_none_are_told() {
    let publication = history();
    for (arguments, want) in [
        (&["--reader", "7"][..], "there is no reader 7\n"),
        (&["--reader", "eve@example.org"], "--reader: no reader has this address\n"),
        (
            &["--reader", "1", "--as-of", "soon"],
            "--as-of: `soon` is not a date: expected one such as 2026-03-01 or 2026-03-01T09:00:00Z\n",
        ),
        (&["--reader", "1", "--show", "9"], "issue 9 was not frozen for reader 1\n"),
    ] {
        publication.run(&[&["status"], arguments].concat()).fails(64, &format!("error: {want}"));
    }
    publication.run(&["subscribers", "forget", "ada@example.org"]).succeeds();
    publication.run(&["status", "--reader", "1"]).succeeds();
    publication
        .run(&["status", "--reader", "1", "--show", "1"])
        .fails(64, "error: reader 1 was forgotten: their copy cannot be made again\n");
}

#[test]
fn of_many_issues_the_newest_are_shown() {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    for day in 2..=24 {
        write_post(&publication, day);
        if day % 8 == 0 {
            publication.run(&["send", "--now", &format!("2026-12-{day:02}T07:00:00Z")]).succeeds();
        }
    }
    let status = publication.run(&["status"]).succeeds().out;
    assert_eq!(status.lines().count(), 23);
    assert!(status.contains("\n   23  each") && status.ends_with("done\n"), "{status}");
    assert!(!status.contains("\n    3  each"), "{status}");
    let report = publication.run(&["report"]).succeeds().out;
    assert!(
        report.starts_with("3 earlier issues are not shown; name one with --issue.\n\nIssue 4, "),
        "{report}"
    );
}

#[test]
fn the_page_stands_alone_and_names_nobody() {
    let (publication, server) = troubled();
    for number in 0..6 {
        let address = format!("gone@large{}.example", if number < 5 { "" } else { "st" });
        let address = address.replace("gone@", &format!("r{number}@"));
        publication
            .run(&["subscribers", "add", &address, "--pace", "each", "--now", "2026-12-01T00:00:00Z"])
            .succeeds();
    }
    send(&publication, &server, &[], NOON).exits(75);
    publication.run(&["report", "--html", "report.html", "--now", NOON]).prints("Wrote report.html.\n");
    let page = publication.read("report.html");
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert!(page.trim_end().ends_with("</html>") && page.matches("<svg").count() >= 7, "{page}");
    for absent in
        ["@example", "<script", " src=", "url(", "@import", "else.example", "4B1C2D", "user unknown"]
    {
        assert!(!page.contains(absent), "{absent}");
    }
    let links: BTreeSet<&str> =
        page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(links, BTreeSet::from(["https://example.org/"]));
    assert!(page.contains("550 5.1.1 no such mailbox") && page.contains(">example.org<"), "{page}");
    let json = publication.run(&["report", "--html", "report.html", "--json"]).exits(0).json();
    assert_eq!((&json["file"], json["octets"].as_u64().unwrap() > 1_000), (&json!("report.html"), true));
    assert!(!publication.path("report.html.unfinished").exists());
    publication
        .run(&["report", "--html", "no/report.html"])
        .fails(78, "error: no/report.html: No such file or directory (os error 2)\n");
}

#[test]
fn a_page_of_an_empty_ledger_says_so() {
    let publication = Publication::with_ledger();
    publication.run(&["report"]).prints("No issue has been sent yet.\n");
    publication.run(&["report", "--html", "report.html"]).succeeds();
    let page = publication.read("report.html");
    assert!(page.contains("Nobody has been on the list yet.") && page.contains("No issue has been sent yet"));
    assert!(!page.contains("<svg") && !page.contains("<ul class=\"key\""), "{page}");
}

#[test]
fn no_address_is_told_where_none_was_named() {
    let (publication, server) = troubled();
    let mut told = vec![send(&publication, &server, &[], NOON)];
    for arguments in [
        &["status"][..],
        &["status", "--issue", "1"],
        &["status", "--domain", "example.org"],
        &["status", "--reader", "2"],
        &["status", "--reader", "1", "--show", "1"],
        &["report"],
        &["report", "--readers", "failed"],
        &["report", "--readers", "sent"],
    ] {
        told.push(publication.run(arguments).succeeds());
        told.push(publication.run(&[arguments, &["--json"]].concat()).exits(0));
    }
    for run in told {
        let is_own = |text: &str| text.replace("leave@example.org", "").contains("@example.org");
        assert!(!is_own(&run.out) && !is_own(&run.err), "{run:#?}");
    }
}
