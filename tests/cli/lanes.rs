//! Several relays, limits and hours as a user writes and sees them.

use crate::publication::Publication;
use crate::smtp::{Act, Script, Server, Step};

const HEAD: &str = "[publication]\nurl = \"https://example.org/\"\ntitle = \"A\"\n";

/// A publication with a post that is due to `readers` readers, and `more` at the end of its configuration.
fn office(readers: usize, more: &str) -> Publication {
    let publication = Publication::new();
    std::fs::remove_file(publication.path("posts/2026-11-22-the-first-letter.md")).unwrap();
    let sender = "[mail]\nfrom = \"My letters <letters@example.org>\"\n\
                  postal_address = \"1 Example Street, Exampletown\"\nleave_address = \"leave@example.org\"\n";
    let mut config = publication.read("config.toml").replace("[mail]\n", sender);
    if more.contains("[lanes") {
        config = config.replace("url = \"maildir:outbox\"\n", "");
    }
    publication.write("config.toml", format!("{config}\n{more}"));
    publication.run(&["ledger", "init"]).succeeds();
    let rows: String = (0..readers).map(|number| format!("reader-{number}@example.org\n")).collect();
    publication.write("readers.csv", format!("address\n{rows}"));
    publication.run(&["subscribers", "import", "readers.csv", "--now", "2026-12-01T00:00:00Z"]).succeeds();
    publication.write(
        "posts/02.md",
        "+++\nid = \"tag:example.org,2026:02\"\ntitle = \"Letter\"\ndate = 2026-12-02T06:00:00Z\n+++\n\nText.\n",
    );
    publication
}

/// Long enough after the post that every pace is due.
const NOW: [&str; 2] = ["--now", "2027-01-05T09:00:00Z"];

#[test]
fn lanes_are_planned_sent_over_and_told() {
    let (main, spare) = (Server::start(Script::default()), Server::start(Script::default()));
    let lanes = format!(
        "[lanes.main]\nurl = \"{}\"\nweight = 3\nper_day = 10\nper_second = 500\n\
         [lanes.spare-1]\nurl = \"{}\"\nfallback = true\n",
        main.url(),
        spare.url()
    );
    let publication = office(16, &lanes);
    let plan = publication.run(&[&["plan"], &NOW[..]].concat()).succeeds().out;
    let want = format!(
        "\nLanes\n  main     3 of 3             {}\n{:30}at most 500 a second, 10 a day\n  \
         spare-1  when no other can  {}\n",
        main.url(),
        "",
        spare.url()
    );
    assert!(plan.ends_with(&want), "{plan}\nwanted {want}");
    assert!(plan.lines().all(|line| line.chars().count() <= 80), "{plan}");

    let run = publication.run(&[&["send"], &NOW[..]].concat()).succeeds();
    let want = format!(
        "Sent 16 mails over 2 lanes.\n  main         10 mails  {}\n                         \
         quota spent until 2027-01-06 09:00\n  spare-1       6 mails  {}\n",
        main.url(),
        spare.url()
    );
    assert!(run.out.contains(&want), "{}\nwanted {want}", run.out);
    assert_eq!((main.accepted(), spare.accepted()), (10, 6));
}

#[test]
fn machines_are_told_what_each_lane_did() {
    let server = Server::start(Script::default());
    let publication = office(3, &format!("[lanes.only]\nurl = \"{}\"\n", server.url()));
    let plan = publication.run(&[&["plan", "--json"], &NOW[..]].concat()).exits(0).json();
    assert_eq!(
        (plan["lanes"][0]["name"].as_str(), plan["lanes"][0]["weight"].as_u64()),
        (Some("only"), Some(1))
    );
    let told = publication.run(&[&["send", "--json"], &NOW[..]].concat()).exits(0).json();
    assert_eq!(
        (told["lanes"][0]["sent"].as_u64(), told["lanes"][0]["state"].as_str()),
        (Some(3), Some("open"))
    );
    assert_eq!(told["held_back"]["by_hours"].as_u64(), Some(0));
}

#[test]
fn a_lane_with_a_wrong_password_is_told_though_all_mail_went_out() {
    let (wrong, sound) = (
        Server::start(Script {
            capabilities: vec!["AUTH PLAIN"],
            login: Some(("ada", "sesame")),
            ..Script::default()
        }),
        Server::start(Script::default()),
    );
    let lanes = format!(
        "[lanes.wrong]\nurl = \"{}\"\nuser = \"ada\"\n[lanes.sound]\nurl = \"{}\"\n",
        wrong.url(),
        sound.url()
    );
    let publication = office(12, &lanes);
    let without = publication.run(&[&["send"], &NOW[..]].concat());
    without.fails(
        78,
        "error: the relay is entered as a user: expected the password in POSTRIDER_LANES__WRONG__PASSWORD\n",
    );
    let password = [("POSTRIDER_LANES__WRONG__PASSWORD", "simsim")];
    let run = publication.run_with(&password, &[&["send"], &NOW[..]].concat()).exits(1);
    let want = "out of order: AUTH: 535 5.7.8 wrong user or password\n";
    assert!(run.out.contains(want) && run.out.contains("Sent 12 mails over 2 lanes."), "{}", run.out);
}

#[test]
fn readers_outside_of_their_hours_wait_and_are_counted() {
    let publication = office(5, "[delivery]\nnot_before = 10\nnot_after = 22\n");
    let run = publication.run(&[&["send"], &NOW[..]].concat()).exits(75);
    let want = "Sent 0 mails into outbox, a folder of mail.\n  \
                5 readers wait for their hours, the first until 2027-01-05 10:00\n\
                Others wait: run `postrider send` again at 2027-01-05 10:00.\n";
    assert!(run.out.contains(want), "{}", run.out);
    publication.run(&["send", "--now", "2027-01-05T10:00:01Z"]).succeeds();
    assert_eq!(publication.tree("outbox/new").len(), 5);
}

#[test]
fn what_is_wrong_with_a_lane_is_told_with_its_place() {
    let lane = |more: &str| format!("[lanes.main]\nurl = \"smtps://mail.example\"\n{more}");
    for (more, want) in [
        (
            "[lanes.main]\nweigth = 2\n".to_owned(),
            "5: unknown key `weigth` in [lanes.main]\n  help: did you mean `weight`?",
        ),
        (
            "[lanes]\nurl = \"smtps://mail.example\"\n".to_owned(),
            "5: `url` stands in [lanes] itself: expected a table below it\n  help: write [lanes.NAME] on a line of its own and the keys below",
        ),
        ("[lane.main]\nurl = \"x\"\n".to_owned(), "4: unknown table `lane`\n  help: did you mean `lanes`?"),
        (
            "[lanes.main]\npassword = \"x\"\n".to_owned(),
            "5: `password` is a secret and this file is committed\n  help: set POSTRIDER_LANES__MAIN__PASSWORD, or POSTRIDER_LANES__MAIN__PASSWORD_FILE to the name of a file that holds it",
        ),
        (
            "[lanes.main]\nweight = 2\n".to_owned(),
            " `lanes.main.url` is missing\n  help: add `url = \"smtps://relay.example.org\"` to [lanes.main]",
        ),
        (lane("weight = 0\n"), "6: `weight`: expected at least 1, found `0`"),
        (lane("per_second = -1.5\n"), "6: `per_second`: expected more than 0, found `-1.5`"),
        (lane("per_second = \"fast\"\n"), "6: `per_second`: expected a number, found `\"fast\"`"),
        (lane("per_day = 0\n"), "6: `per_day`: expected at least 1, found `0`"),
        (
            lane("warm_up = [[1, 50]]\n"),
            "6: `warm_up` is set and `warm_up_since` is not\n  help: write `warm_up_since = \"2026-11-20\"`: the first day of the ramp",
        ),
        (
            lane("warm_up_since = \"soon\"\nwarm_up = [[1, 50]]\n"),
            "6: `warm_up_since`: expected a date such as 2026-11-20, found `soon`",
        ),
        (
            lane("warm_up_since = \"2026-11-20\"\nwarm_up = [[2, 50]]\n"),
            "7: `warm_up`: expected days that begin with 1 and ascend\n  help: as in `[[1, 50], [3, 200]]`",
        ),
        (lane("fallback = true\n"), "6: every lane is a fallback: expected one that is not"),
        (
            format!("[smtp]\nurl = \"smtps://mail.example\"\n{}", lane("")),
            "5: `url` is set here, and [lanes] says where mail goes\n  help: write it as one of the lanes, [lanes.NAME]",
        ),
        (
            "[lanes.Main]\nurl = \"smtps://mail.example\"\n".to_owned(),
            "4: `Main`: expected small letters, digits, `-` and `_` as the name of a lane",
        ),
        (
            "[lanes.main]\nurl = \"maildir:outbox\"\n".to_owned(),
            "5: `maildir:outbox`: expected a server, found a folder",
        ),
        (
            "[pacing.default]\nconnections = 0\n".to_owned(),
            "5: `connections`: expected at least 1, found `0`",
        ),
        (
            "[pacing.\"gmail com\"]\nconnections = 2\n".to_owned(),
            "4: `gmail com` is not a domain: expected letters, digits and hyphens between dots",
        ),
        (
            "[delivery]\nnot_before = 9\nnot_after = 9\n".to_owned(),
            "5: expected two different hours, `not_before` from 0 to 23 and `not_after` from 1 to 24, found 9 and 9",
        ),
    ] {
        let publication = Publication::new();
        publication.write("config.toml", format!("{HEAD}{more}"));
        publication.run(&["build"]).fails(78, &format!("error: config.toml:{want}\n"));
    }
}

#[test]
fn variables_set_what_the_file_has_a_table_for() {
    let publication = Publication::new();
    publication.write("config.toml", format!("{HEAD}[lanes.main-1]\nweight = 2\n"));
    let url = ("POSTRIDER_LANES__MAIN_1__URL", "smtps://mail.example");
    publication.run_with(&[url], &["build"]).succeeds();
    for (name, value, want) in [
        ("POSTRIDER_LANES__MAIN_1__PER_SECOND", "1.5", None),
        ("POSTRIDER_LANES__MAIN_1__PER_DAY", "100", None),
        (
            "POSTRIDER_LANES__MAIN_1__WARM_UP",
            "[[1, 50]]",
            Some(
                "`warm_up` is set and `warm_up_since` is not\n  help: write `warm_up_since = \"2026-11-20\"`: the first day of the ramp",
            ),
        ),
        ("POSTRIDER_LANES__MAIN_1__WARM_UP", "fifty", Some("`fifty` is not as it would stand in the file")),
        ("POSTRIDER_LANES__MAIN_1__PER_SECOND", "fast", Some("`fast` is not a number")),
        (
            "POSTRIDER_LANES__MAIN_1__WEIGTH",
            "1",
            Some("no such key\n  help: did you mean `POSTRIDER_LANES__MAIN_1__WEIGHT`?"),
        ),
    ] {
        let run = publication.run_with(&[url, (name, value)], &["build"]);
        match want {
            None => drop(run.succeeds()),
            Some(want) => drop(run.fails(78, &format!("error: {name}: {want}\n"))),
        }
    }
    publication.write("config.toml", HEAD);
    publication.run_with(&[url], &["build"]).fails(
        78,
        "error: POSTRIDER_LANES__MAIN_1__URL: no such key\n  help: a lane is set by variables once the file has its table [lanes.NAME]\n",
    );
}

#[test]
fn a_busy_relay_is_told_as_one_that_was_slowed_down_for() {
    let mut script = Script::default();
    for number in (0..60).filter(|number| number % 2 == 0) {
        let busy = Act::Say("454 4.7.0 too many mails");
        script = script.for_recipient(&format!("reader-{number}"), Step::Rcpt, busy).times(1);
    }
    let server = Server::start(script);
    let publication = office(60, "");
    let relay = [("POSTRIDER_SMTP__URL", server.url())];
    let variables: Vec<(&str, &str)> = relay.iter().map(|(name, url)| (*name, url.as_str())).collect();
    let run = publication.run_with(&variables, &[&["send"], &NOW[..]].concat()).succeeds();
    let want = format!("Sent 60 mails to {}.\n  the server was too busy: slowed down ", server.url());
    assert!(run.out.contains(&want), "{}", run.out);
}
