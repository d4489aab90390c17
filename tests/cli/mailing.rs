//! `plan`, `send` and `publish`: what was planned is mailed, once, and a pretended month loses and doubles nothing.
//!
//! Mail goes into a folder, where the tests read it.

use std::collections::BTreeMap;

use crate::publication::Publication;

const SENDER: &str = "\nfrom = \"My letters <letters@example.org>\"\n\
                      postal_address = \"1 Example Street, Exampletown\"\nleave_address = \"leave@example.org\"\n";

/// A publication that can mail and has no post yet; posts of December are news.
pub fn office() -> Publication {
    let publication = Publication::new();
    std::fs::remove_file(publication.path("posts/2026-11-22-the-first-letter.md")).unwrap();
    let config = publication.read("config.toml").replace("[mail]", &format!("[mail]{SENDER}"));
    publication.write("config.toml", config);
    publication.run(&["ledger", "init"]).succeeds();
    publication
}

/// A post of a day of December, at six in the morning.
pub fn write_post(publication: &Publication, day: u32) {
    let tag = if day.is_multiple_of(4) { "maps" } else { "letters" };
    publication.write(
        &format!("posts/{day:02}.md"),
        format!(
            "+++\nid = \"tag:example.org,2026:{day:02}\"\ntitle = \"Letter {day:02}\"\n\
             date = 2026-12-{day:02}T06:00:00Z\ntags = [\"{tag}\"]\n+++\n\nText of the day.\n"
        ),
    );
}

pub fn add(publication: &Publication, name: &str, more: &[&str], now: &str) {
    let address = format!("{name}@example.org");
    publication.run(&[&["subscribers", "add", &address, "--now", now], more].concat()).succeeds();
}

/// The mails in the outbox, as they are.
pub fn mails(publication: &Publication) -> Vec<String> {
    publication
        .tree("outbox/new")
        .into_values()
        .map(|(octets, _)| String::from_utf8(octets).unwrap())
        .collect()
}

pub fn field<'a>(mail: &'a str, name: &str) -> &'a str {
    let start = format!("{name}: ");
    mail.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("no {name}: {mail}"))
}

/// How often each reader got each letter.
fn received(publication: &Publication) -> BTreeMap<String, BTreeMap<u32, u32>> {
    let mut received: BTreeMap<String, BTreeMap<u32, u32>> = BTreeMap::new();
    for mail in mails(publication) {
        let name = field(&mail, "To").split('@').next().unwrap().to_owned();
        let text = mail.split("text/html").next().unwrap();
        for day in 1..=31 {
            if text.contains(&format!("Letter {day:02}\r\n")) || text.contains(&format!("Letter {day:02}\n"))
            {
                *received.entry(name.clone()).or_default().entry(day).or_default() += 1;
            }
        }
    }
    received
}

fn once(days: impl Iterator<Item = u32>) -> BTreeMap<u32, u32> {
    days.map(|day| (day, 1)).collect()
}

/// A run whose relay cannot be reached: all is announced and frozen, and everybody waits.
fn publish_in_vain(publication: &Publication, now: &str) {
    let config = publication.read("config.toml");
    // Nobody answers at a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let in_vain = config.replace("maildir:outbox", &format!("smtp://127.0.0.1:{port}"));
    publication.write("config.toml", in_vain);
    publication.run(&["publish", "--now", now]).exits(75);
    publication.write("config.toml", config);
}

#[test]
fn publish_does_what_plan_said_and_a_second_time_nothing() {
    let publication = office();
    write_post(&publication, 2);
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    add(&publication, "bob", &["--pace", "each", "--topics", "maps"], "2026-12-01T00:00:00Z");
    let now = ["--now", "2026-12-02T07:00:00Z"];
    let before = publication.tree(".");
    let plan = publication.run(&[&["plan", "--json"], &now[..]].concat()).exits(0).json();
    let text = publication.run(&[&["plan"], &now[..]].concat()).succeeds().out;
    assert!(text.contains("Due now: 1 mail\n") && text.contains("\"Letter 02\" (en)"), "{text}");
    assert!(publication.tree(".") == before, "plan changed something");

    publication.run(&[&["publish"], &now[..]].concat()).prints(
        "Built 1 post and 9 feed files into public: 27 written, 0 as they were.\n\
         Announced 1 new post.\n\
         Sent 1 mail into outbox, a folder of mail.\n\n\
         Next\n  with the next post  every post  2 readers\n",
    );
    let mails = mails(&publication);
    assert_eq!((plan["mails"].as_u64(), mails.len()), (Some(1), 1));
    assert_eq!(plan["issues"][0]["editions"][0]["subject"], field(&mails[0], "Subject"));
    assert_eq!(field(&mails[0], "To"), "ada@example.org");

    publication.run(&[&["publish"], &now[..]].concat()).prints(
        "Built 1 post and 9 feed files into public: nothing changed.\n\
         Sent nothing: no new post, and everybody has had what was due.\n\n\
         Next\n  with the next post  every post  2 readers\n",
    );
    publication.run(&["ledger", "verify"]).succeeds();
}

#[test]
fn a_post_withdrawn_on_its_way_takes_no_other_with_it() {
    let publication = office();
    [2, 3].iter().for_each(|day| write_post(&publication, *day));
    add(&publication, "bob", &["--pace", "weekly"], "2026-12-01T00:00:00Z");
    publish_in_vain(&publication, "2026-12-06T09:00:00Z");
    std::fs::remove_file(publication.path("posts/02.md")).unwrap();
    let run = publication.run(&["publish", "--now", "2026-12-06T10:00:00Z"]).exits(0);
    assert!(run.err.starts_with("note: posts/02.md: no longer published: "), "{}", run.err);
    assert!(received(&publication).is_empty(), "who waited was excluded");

    write_post(&publication, 9);
    let plan = publication.run(&["plan", "--json", "--now", "2026-12-13T09:00:00Z"]).exits(0).json();
    let group = &plan["issues"][0]["editions"][0]["groups"][0];
    assert_eq!((&group["window"]["after"], &group["owed"]), (&2.into(), &vec![1, 2].into()));
    publication.run(&["publish", "--now", "2026-12-13T09:00:00Z"]).succeeds();
    assert_eq!(received(&publication)["bob"], once([3, 9].into_iter()));
    publication.run(&["ledger", "verify"]).succeeds();
}

#[test]
fn a_post_withdrawn_as_an_issue_comes_due_leaves_the_others_to_it() {
    let publication = office();
    [2, 3].iter().for_each(|day| write_post(&publication, *day));
    add(&publication, "bob", &["--pace", "weekly"], "2026-12-01T00:00:00Z");
    publish_in_vain(&publication, "2026-12-06T09:00:00Z");
    std::fs::remove_file(publication.path("posts/02.md")).unwrap();
    let now = ["--now", "2026-12-13T09:00:00Z"];
    let before = publication.tree(".");
    let plan = publication.run(&[&["plan", "--json"], &now[..]].concat()).exits(0).json();
    assert!(publication.tree(".") == before, "plan changed something");
    assert_eq!(plan["mails"], 1);
    publication.run(&[&["publish"], &now[..]].concat()).exits(0);
    assert_eq!(received(&publication)["bob"], once([3].into_iter()));
}

#[test]
fn no_mail_goes_out_without_a_sender_a_postal_address_and_a_way_to_leave() {
    for (key, want) in [
        (
            "from",
            "`mail.from` is missing\n  help: add `from = \"Ada Lovelace <ada@example.org>\"` to [mail]\n",
        ),
        (
            "postal_address",
            "`mail.postal_address` is missing\n  help: add `postal_address = \"1 Example Street, Exampletown\"` to [mail]\n",
        ),
        (
            "leave_address",
            "no way to leave: neither `mail.leave_address` nor `serve.url` is set\n  help: set `leave_address = \"leave@example.org\"` in [mail]: every mail names it\n",
        ),
    ] {
        let publication = office();
        write_post(&publication, 2);
        add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
        let config =
            publication.read("config.toml").replace(&format!("\n{key} = "), &format!("\n# {key} = "));
        publication.write("config.toml", config);
        for verb in ["plan", "send", "publish"] {
            publication
                .run(&[verb, "--now", "2026-12-02T07:00:00Z"])
                .fails(78, &format!("error: config.toml: {want}"));
        }
        assert!(!publication.path("outbox").exists());
        let status = publication.run(&["status"]).succeeds().out;
        assert!(status.ends_with("No issue has been sent yet.\n"), "{status}");
    }
}

#[test]
fn a_run_beside_another_ends_at_once_and_loses_nothing() {
    let publication = office();
    write_post(&publication, 2);
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    let lock = std::fs::File::create(publication.path("postrider.ledger.lock")).unwrap();
    lock.lock().unwrap();
    let publish = ["publish", "--now", "2026-12-02T07:00:00Z"];
    publication.run(&publish).fails(
        75,
        "error: postrider.ledger: another sender is at work\n  help: try again when it has ended\n",
    );
    assert!(!publication.path("outbox").exists());
    lock.unlock().unwrap();
    publication.run(&publish).succeeds();
    assert_eq!(mails(&publication).len(), 1);
}

#[test]
fn in_a_month_of_runs_each_reader_gets_each_letter_exactly_once() {
    let publication = office();
    let start = "2026-11-30T00:00:00Z";
    add(&publication, "each", &["--pace", "each"], start);
    add(&publication, "daily", &["--pace", "daily 07"], start);
    add(&publication, "weekly", &["--pace", "weekly fri 18"], start);
    add(&publication, "monthly", &["--pace", "monthly 1 08"], start);
    add(&publication, "tokyo", &["--pace", "weekly mon 00", "--time-zone", "Asia/Tokyo"], start);
    add(&publication, "maps", &["--pace", "weekly", "--topics", "maps"], start);
    add(&publication, "leaver", &["--pace", "each"], start);
    add(&publication, "changer", &["--pace", "weekly sat 10"], start);
    for day in 1..=35 {
        let date = if day <= 31 { format!("2026-12-{day:02}") } else { format!("2027-01-{:02}", day - 31) };
        if day <= 30 && day % 2 == 0 {
            write_post(&publication, day);
        }
        let evening = format!("{date}T20:00:00Z");
        match day {
            // No run comes: the machine sleeps.
            12..=14 => continue,
            15 => {
                publication
                    .run(&["subscribers", "remove", "leaver@example.org", "--now", &evening])
                    .succeeds();
                add(&publication, "joiner", &["--pace", "weekly"], &evening);
                add(&publication, "changer", &["--pace", "each"], &evening);
            }
            _ => {}
        }
        // Some runs come twice.
        for _ in 0..=(day % 5 / 4) {
            publication.run(&["send", "--now", &evening]).succeeds();
        }
    }
    let received = received(&publication);
    let all = || (2..=30).step_by(2);
    for (name, want) in [
        ("each", once(all())),
        ("daily", once(all())),
        ("weekly", once(all())),
        ("monthly", once(all())),
        ("tokyo", once(all())),
        ("changer", once(all())),
        ("maps", once(all().filter(|day| day % 4 == 0))),
        // The letters of the 12th and 14th were announced on the 15th, after leaving and joining.
        ("leaver", once(all().filter(|day| *day < 12))),
        ("joiner", once(all().filter(|day| *day >= 12))),
    ] {
        assert_eq!(received[name], want, "{name}");
    }
    assert_eq!(received.len(), 9);
    publication.run(&["ledger", "verify"]).succeeds();
}

#[test]
fn what_was_there_before_mailing_began_is_not_mailed() {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-11-22T10:00:00Z");
    for (name, date) in [("old", "2026-11-21"), ("new", "2026-11-23")] {
        let post = format!(
            "+++\nid = \"tag:example.org,2026:{name}\"\ntitle = \"{name}\"\ndate = {date}\n+++\n\nText.\n"
        );
        publication.write(&format!("posts/{name}.md"), post);
    }
    publication.run(&["send", "--now", "2026-11-23T01:00:00Z"]).succeeds();
    let subjects: Vec<String> =
        mails(&publication).iter().map(|mail| field(mail, "Subject").to_owned()).collect();
    assert_eq!(subjects, ["new"]);
}

#[test]
fn many_new_posts_at_once_need_a_word() {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-11-22T10:00:00Z");
    for day in 1..=11 {
        write_post(&publication, day);
    }
    let now = ["--now", "2026-12-11T07:00:00Z"];
    for verb in ["plan", "send"] {
        let run = publication.run(&[&[verb], &now[..]].concat()).exits(78);
        assert!(run.err.contains("11") && run.err.contains("--backfill"), "{}", run.err);
        assert!(!run.err.contains("@"), "{}", run.err);
    }
    assert!(!publication.path("outbox").exists());
    publication.run(&[&["send", "--backfill"], &now[..]].concat()).succeeds();
    assert_eq!(received(&publication)["ada"], once(1..=11));
}

#[test]
fn a_renamed_or_edited_post_is_not_mailed_again() {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    publication
        .write("posts/2026-12-02-no-id.md", "+++\ntitle = \"Letter 03\"\n+++\n\nText without an id.\n");
    let send = |now: &str| publication.run(&["send", "--now", now]).exits(0);
    send("2026-12-02T07:00:00Z");
    assert_eq!(mails(&publication).len(), 2);

    let edited = publication.read("posts/02.md") + "\nA second paragraph.\n";
    publication.write("posts/02.md", edited);
    std::fs::rename(publication.path("posts/02.md"), publication.path("posts/moved.md")).unwrap();
    std::fs::rename(
        publication.path("posts/2026-12-02-no-id.md"),
        publication.path("posts/2026-12-02-renamed.md"),
    )
    .unwrap();
    let plan = publication.run(&["plan", "--now", "2026-12-03T07:00:00Z"]).exits(0).out;
    assert!(plan.contains("2026-12-02-no-id.md is now "), "{plan}");
    send("2026-12-03T07:00:00Z");
    assert_eq!(mails(&publication).len(), 2);
}

#[test]
fn a_post_that_is_taken_back_is_in_no_later_digest() {
    let publication = office();
    add(&publication, "ada", &["--pace", "weekly fri 18"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    write_post(&publication, 3);
    publication.run(&["send", "--now", "2026-12-03T07:00:00Z"]).succeeds();
    std::fs::remove_file(publication.path("posts/02.md")).unwrap();
    publication.run(&["send", "--now", "2026-12-04T19:00:00Z"]).exits(0);
    assert_eq!(received(&publication)["ada"], once(3..=3));
}

#[test]
fn a_leave_token_works_for_ever_also_after_the_key_was_rotated() {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    publication.run(&["send", "--now", "2026-12-02T07:00:00Z"]).succeeds();
    let mail = mails(&publication).remove(0);
    let way = field(&mail, "List-Unsubscribe");
    let token = way.split("leave%20").nth(1).unwrap().trim_end_matches('>').to_owned();
    publication.run(&["ledger", "rotate-key"]).succeeds();
    write_post(&publication, 3);
    publication.run(&["send", "--now", "2026-12-03T07:00:00Z"]).succeeds();
    assert_eq!(mails(&publication).len(), 2);

    let forged = format!("b{}", &token[1..]);
    publication.run(&["subscribers", "remove", "--token", &forged]).exits(64);
    let subject = format!("leave {token}");
    publication.run(&["subscribers", "remove", "--token", &subject]).prints("Reader 1 gets no more mail.\n");
    write_post(&publication, 4);
    publication.run(&["send", "--now", "2026-12-04T07:00:00Z"]).succeeds();
    assert_eq!(mails(&publication).len(), 2);
}

#[test]
fn the_sample_publication_mails_on_its_first_run_and_then_says_why_it_does_not() {
    let publication = crate::documents::sample();
    let now = ["--now", "2026-11-22T09:00:00Z"];
    let run = publication.run(&[&["publish"], &now[..]].concat()).exits(78);
    assert!(run.err.starts_with("error: postrider.ledger: no ledger here\n"), "{}", run.err);
    publication.run(&[&["publish", "--first-run"], &now[..]].concat()).exits(0);
    let first = mails(&publication).len();
    assert!(first > 0);
    for mail in mails(&publication) {
        assert!(field(&mail, "List-Unsubscribe").starts_with("<mailto:leave@example.org?subject=leave%20"));
    }
    let again = publication.run(&[&["publish"], &now[..]].concat()).exits(0);
    assert!(again.out.contains("\nSent nothing: "), "{}", again.out);
    assert_eq!(mails(&publication).len(), first);
}

#[test]
fn mail_that_cannot_be_handed_over_waits_for_the_next_run() {
    let publication = office();
    add(&publication, "ada", &["--pace", "each"], "2026-12-01T00:00:00Z");
    write_post(&publication, 2);
    publication.write("outbox", "");
    publication
        .run(&["send", "--now", "2026-12-02T07:00:00Z"])
        .fails(78, "error: outbox: no mail can be put here\n  cause: Not a directory (os error 20)\n");
    std::fs::remove_file(publication.path("outbox")).unwrap();

    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let relay = format!("smtp://127.0.0.1:{port}");
    let away = [("POSTRIDER_SMTP__URL", relay.as_str())];
    let run = publication.run_with(&away, &["send", "--now", "2026-12-02T08:00:00Z"]).exits(75);
    assert!(
        run.err.ends_with("  help: nothing is lost, 1 mail waits: run `postrider send` again\n"),
        "{}",
        run.err
    );
    publication.run(&["send", "--now", "2026-12-02T09:00:00Z"]).succeeds();
    assert_eq!(received(&publication)["ada"], once(2..=2));
}
