//! One conversation with a relay, at every stage where it can go wrong.

#[path = "support/smtp.rs"]
mod smtp;

use std::time::Duration;

use postrider::delivery::{
    Courier, Deadlines, Password, Pipelining, Refusal, RelayUrl, Route, RouteSettings, Stage, Stop, Stopper,
    Verdict,
};
use postrider::message::{Envelope, MailObject};

use smtp::{Act, Certificate, Script, Server, Step};

const CONTENT: &[u8] =
    b"Message-ID: <1@example.org>\r\nSubject: Maps\r\n\r\n.A dot begins this line.\r\n..\r\nEnd\r\n";

fn mail_to(local_part: &str) -> MailObject {
    MailObject {
        envelope: Envelope {
            reverse_path: "bounces@example.org".parse().unwrap(),
            forward_path: format!("{local_part}@example.org").parse().unwrap(),
        },
        message_id: "<1@example.org>".to_owned(),
        content: CONTENT.to_vec(),
    }
}

fn settings() -> RouteSettings<'static> {
    RouteSettings { deadlines: Deadlines::all(Duration::from_millis(400)), ..RouteSettings::default() }
}

fn route(url: &str) -> Route {
    route_with(url, settings())
}

fn route_with(url: &str, settings: RouteSettings<'_>) -> Route {
    let RelayUrl::Smtp(relay) = url.parse().unwrap() else { panic!("{url} is no server") };
    Route::new(relay, settings).unwrap()
}

async fn hand_over(courier: &mut Courier, mail: &MailObject) -> Result<Verdict, Refusal> {
    let transfer = courier.offer(&mail.envelope, mail.content.len()).await?;
    Ok(transfer.finish(&mail.content, &mut Stop::never()).await)
}

/// What came of it, in one word and the words of the server.
fn told(result: &Result<Verdict, Refusal>) -> String {
    match result {
        Ok(Verdict::Sent(reply)) => format!("sent, {reply}"),
        Ok(Verdict::NotSent(trouble)) => format!("not sent, {trouble}"),
        Ok(Verdict::Refused(reply)) => format!("refused, {reply}"),
        Ok(Verdict::Doubt(trouble)) => format!("doubt, {trouble}"),
        Err(Refusal::Lane(trouble)) => format!("lane, {trouble}"),
        Err(Refusal::Operator(trouble)) => format!("operator, {trouble}"),
        Err(Refusal::Recipient(reply)) => format!("recipient, {reply}"),
        Err(Refusal::Unsendable(why)) => format!("unsendable, {why}"),
    }
}

#[tokio::test]
async fn a_mail_arrives_to_the_octet_and_the_connection_takes_the_next() {
    for capabilities in [vec!["PIPELINING", "SIZE"], vec!["pipelining", "size 1000"], vec![]] {
        let server = Server::start(Script { capabilities, ..Script::default() });
        let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
        for name in ["ada", "grace", "hanako"] {
            let result = hand_over(&mut courier, &mail_to(name)).await;
            assert_eq!(told(&result), "sent, 250 2.0.0 queued as 7");
        }
        courier.quit().await;
        let taken = server.taken().clone();
        assert_eq!(taken.len(), 3);
        assert_eq!(String::from_utf8_lossy(&taken[0].content), String::from_utf8_lossy(CONTENT));
        assert_eq!(
            (taken[1].reverse_path.as_str(), taken[1].forward_path.as_str()),
            ("bounces@example.org", "grace@example.org")
        );
        assert_eq!(server.connections(), 1);
        assert_eq!(server.commands().last().unwrap(), "QUIT");
    }
}

#[tokio::test]
async fn what_fails_before_the_first_mail_is_told_with_its_stage() {
    for (step, act, want, needs_operator) in [
        (Step::Greeting, Act::Say("554 5.3.2 no service"), "greeting: 554 5.3.2 no service", false),
        (Step::Greeting, Act::SayAndDrop("421 4.3.2 busy"), "greeting: 421 4.3.2 busy", false),
        (Step::Greeting, Act::Drop, "greeting: the server closed the connection", false),
        (Step::Greeting, Act::Hang, "greeting: no reply within 0.8 s", false),
        (Step::Ehlo, Act::Drop, "EHLO: the server closed the connection", false),
        (Step::Ehlo, Act::Say("550 5.7.1 not you"), "EHLO: 550 5.7.1 not you", false),
        (Step::Ehlo, Act::Endless, "EHLO: a reply of more than 64 lines", false),
    ] {
        let server = Server::start(Script::default().at(step, act));
        let Err(trouble) = Courier::connect(&route(&server.url())).await else {
            panic!("{step:?} {act:?} was no trouble")
        };
        assert_eq!((trouble.to_string().as_str(), trouble.needs_operator()), (want, needs_operator));
    }
}

#[tokio::test]
async fn a_relay_that_is_not_there_is_told_at_connect() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let Err(trouble) = Courier::connect(&route(&format!("smtp://{address}"))).await else { panic!() };
    assert_eq!(trouble.stage, Stage::Connect);
    assert!(!trouble.needs_operator());
}

#[tokio::test]
async fn every_failure_is_sorted_by_what_it_spoils_and_by_whether_the_dot_had_left() {
    for (step, act, want) in [
        (Step::Mail, Act::Say("451 4.3.0 later"), "lane, MAIL: 451 4.3.0 later"),
        (Step::Mail, Act::SayAndDrop("421 4.7.0 bye"), "lane, MAIL: 421 4.7.0 bye"),
        (Step::Mail, Act::Say("530 5.7.0 log in"), "operator, MAIL: 530 5.7.0 log in"),
        (Step::Mail, Act::Say("550 5.7.1 bad sender"), "operator, MAIL: 550 5.7.1 bad sender"),
        (Step::Mail, Act::Drop, "lane, MAIL: the server closed the connection"),
        (Step::Mail, Act::Hang, "lane, MAIL: no reply within 0.4 s"),
        (Step::Rcpt, Act::Say("450 4.2.0 greylisted"), "recipient, 450 4.2.0 greylisted"),
        (Step::Rcpt, Act::Say("550 5.1.1 unknown"), "recipient, 550 5.1.1 unknown"),
        (Step::Rcpt, Act::Say("452 4.3.1 disk full"), "lane, RCPT: 452 4.3.1 disk full"),
        (Step::Rcpt, Act::Say("454 Throttling failure"), "lane, RCPT: 454 Throttling failure"),
        (
            Step::Rcpt,
            Act::Say("454 Throttling failure: Daily message quota exceeded"),
            "operator, RCPT: 454 Throttling failure: Daily message quota exceeded",
        ),
        (Step::Rcpt, Act::SayAndDrop("421 4.7.0 too many"), "lane, RCPT: 421 4.7.0 too many"),
        (Step::Rcpt, Act::Drop, "lane, RCPT: the server closed the connection"),
        (Step::Data, Act::Say("451 4.3.0 later"), "not sent, DATA: 451 4.3.0 later"),
        (Step::Data, Act::Say("554 5.6.0 no"), "refused, 554 5.6.0 no"),
        (Step::Data, Act::Say("250 ok"), "not sent, DATA: 250 ok"),
        (Step::Data, Act::Drop, "not sent, DATA: the server closed the connection"),
        (Step::Data, Act::Hang, "not sent, DATA: no reply within 0.4 s"),
        (Step::Dot, Act::Say("250"), "sent, 250"),
        (Step::Dot, Act::Say("250-first\r\n250 second"), "sent, 250 first second"),
        (Step::Dot, Act::Say("451 4.7.1 greylisted"), "not sent, end of data: 451 4.7.1 greylisted"),
        (Step::Dot, Act::SayAndDrop("421 4.3.2 bye"), "not sent, end of data: 421 4.3.2 bye"),
        (Step::Dot, Act::Say("554 5.7.1 spam"), "refused, 554 5.7.1 spam"),
        (Step::Dot, Act::Say("354 again"), "doubt, end of data: 354 again"),
        (Step::Dot, Act::Say("quite so"), "doubt, end of data: not a reply"),
        (Step::Dot, Act::Say("250-split\r\n550 reply"), "doubt, end of data: not a reply"),
        (Step::Dot, Act::Drop, "doubt, end of data: the server closed the connection"),
        (Step::Dot, Act::TakeAndDrop, "doubt, end of data: the server closed the connection"),
        (Step::Dot, Act::Hang, "doubt, end of data: no reply within 0.8 s"),
        (Step::Dot, Act::Endless, "doubt, end of data: a reply of more than 64 lines"),
    ] {
        for capabilities in [vec!["PIPELINING"], vec![]] {
            let script = Script { capabilities, ..Script::default() }.at(step, act).times(1);
            let server = Server::start(script);
            let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
            let result = hand_over(&mut courier, &mail_to("ada")).await;
            assert!(told(&result).starts_with(want), "{step:?} {act:?}: {}", told(&result));
            if courier.is_open() {
                let next = hand_over(&mut courier, &mail_to("grace")).await;
                assert_eq!(told(&next), "sent, 250 2.0.0 queued as 7", "behind {step:?} {act:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_connection_lost_within_the_content_leaves_no_doubt() {
    let server = Server::start(Script::default().at(Step::Content, Act::Drop));
    let mut mail = mail_to("ada");
    mail.content = b"0123456789abcdef\r\n".repeat(500_000);
    let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
    let result = hand_over(&mut courier, &mail).await;
    assert!(told(&result).starts_with("not sent, content: "), "{}", told(&result));
    assert!(!courier.is_open());
}

#[tokio::test]
async fn a_reply_in_another_charset_is_still_a_reply() {
    let server = Server::start(Script::default().at(Step::Rcpt, Act::Say("550 无此用户")));
    let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
    let result = hand_over(&mut courier, &mail_to("ada")).await;
    assert_eq!(told(&result), format!("recipient, 550 {}", "?".repeat(12)));
}

#[tokio::test]
async fn an_address_in_a_reply_is_not_repeated() {
    let act = Act::Say("550 5.1.1 <ada@example.org>: unknown");
    let server = Server::start(Script::default().at(Step::Rcpt, act));
    let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
    let result = hand_over(&mut courier, &mail_to("ada")).await;
    assert_eq!(told(&result), "recipient, 550 5.1.1 <…@…>: unknown");
}

#[tokio::test]
async fn an_address_outside_ascii_goes_only_where_smtputf8_is_offered() {
    for (capabilities, want) in [
        (vec!["SMTPUTF8"], "sent, 250 2.0.0 queued as 7"),
        (vec!["8BITMIME"], "unsendable, the relay does not offer SMTPUTF8, which this address needs"),
    ] {
        let server = Server::start(Script { capabilities, ..Script::default() });
        let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
        let result = hand_over(&mut courier, &mail_to("山田")).await;
        assert_eq!(told(&result), want);
    }
}

#[tokio::test]
async fn a_mail_larger_than_the_relay_takes_is_not_offered() {
    let capabilities = vec!["SIZE 50"];
    let server = Server::start(Script { capabilities, ..Script::default() });
    let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
    let result = hand_over(&mut courier, &mail_to("ada")).await;
    assert_eq!(told(&result), "operator, MAIL: a mail of 81 octets: the relay takes at most 50");
    assert!(!server.commands().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn an_envelope_given_up_leaves_the_connection_for_the_next() {
    let server = Server::start(Script::default());
    let mut courier = Courier::connect(&route(&server.url())).await.unwrap();
    let mail = mail_to("ada");
    drop(courier.offer(&mail.envelope, mail.content.len()).await.unwrap());
    let result = hand_over(&mut courier, &mail_to("grace")).await;
    assert_eq!(told(&result), "sent, 250 2.0.0 queued as 7");
    assert!(server.commands().contains(&"RSET".to_owned()));
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_run_that_is_stopped_waits_a_few_seconds_for_a_reply_and_then_doubts() {
    let server = Server::start(Script::default().at(Step::Dot, Act::Hang));
    let patient = RouteSettings { deadlines: Deadlines::default(), ..settings() };
    let mut courier = Courier::connect(&route_with(&server.url(), patient)).await.unwrap();
    let mail = mail_to("ada");
    let (stopper, mut stop) = Stopper::new();
    let transfer = courier.offer(&mail.envelope, mail.content.len()).await.unwrap();
    stopper.stop();
    let verdict = transfer.finish(&mail.content, &mut stop).await;
    assert_eq!(told(&Ok(verdict)), "doubt, end of data: no reply before the run was stopped");
}

#[tokio::test]
async fn tls_and_auth_work_with_every_server_we_know_of() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = Certificate::make(folder.path());
    let authority = certificate.authority();
    for (capabilities, scheme, query) in [
        (vec!["STARTTLS", "AUTH PLAIN LOGIN"], "smtp", "?tls=required"),
        (vec!["starttls", "auth login"], "smtp", "?tls=required"),
        (vec!["AUTH PLAIN"], "smtps", ""),
        (vec!["AUTH=LOGIN"], "smtp", ""),
    ] {
        let server = Server::start(Script {
            implicit_tls: scheme == "smtps",
            certificate: Some(certificate.clone()),
            login: Some(("ada@example.org", "pass word")),
            capabilities: capabilities.clone(),
            ..Script::default()
        });
        let url = format!("{scheme}://ada%40example.org@localhost:{}{query}", server.port());
        let told_as = |password: &str| RouteSettings {
            password: Some(Password::new(password.to_owned())),
            extra_certificates: Some(&authority),
            deadlines: Deadlines::all(Duration::from_secs(10)),
            ..RouteSettings::default()
        };
        let mut courier = Courier::connect(&route_with(&url, told_as("pass word"))).await.unwrap();
        let result = hand_over(&mut courier, &mail_to("ada")).await;
        assert_eq!(told(&result), "sent, 250 2.0.0 queued as 7", "{capabilities:?}");
        let Err(trouble) = Courier::connect(&route_with(&url, told_as("guess"))).await else { panic!() };
        assert_eq!(trouble.to_string(), "AUTH: 535 5.7.8 wrong user or password");
        assert!(trouble.needs_operator());
    }
}

#[tokio::test]
async fn a_relay_we_cannot_believe_gets_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = Certificate::make(folder.path());
    let login = Some(("ada", "secret"));
    let password = || Some(Password::new("secret".to_owned()));
    let stripped = Server::start(Script { capabilities: vec!["AUTH PLAIN"], login, ..Script::default() });
    let url = format!("smtp://ada@localhost:{}?tls=required", stripped.port());
    let Err(trouble) =
        Courier::connect(&route_with(&url, RouteSettings { password: password(), ..settings() })).await
    else {
        panic!("STARTTLS was not offered")
    };
    assert!(trouble.to_string().starts_with("STARTTLS: the relay does not offer it"), "{trouble}");
    assert!(trouble.needs_operator());

    let unknown = Server::start(Script {
        implicit_tls: true,
        certificate: Some(certificate),
        login,
        ..Script::default()
    });
    let url = format!("smtps://ada@localhost:{}", unknown.port());
    let Err(trouble) =
        Courier::connect(&route_with(&url, RouteSettings { password: password(), ..settings() })).await
    else {
        panic!("nobody vouches for this certificate")
    };
    assert_eq!(trouble.stage, Stage::Tls);
    for server in [&stripped, &unknown] {
        assert!(!server.commands().iter().any(|line| line.starts_with("AUTH")));
    }
}

#[tokio::test]
async fn words_slipped_in_before_the_handshake_end_the_connection() {
    let act = Act::Say("220 go ahead\r\n250 AUTH PLAIN");
    let server =
        Server::start(Script { capabilities: vec!["STARTTLS"], ..Script::default() }.at(Step::StartTls, act));
    let url = format!("smtp://localhost:{}?tls=required", server.port());
    let Err(trouble) = Courier::connect(&route(&url)).await else { panic!("the words were believed") };
    assert_eq!(
        trouble.to_string(),
        "TLS handshake: octets before the TLS handshake: somebody is writing into this connection"
    );
}

/// A connection that says as much at once as `pipelining` lets it.
async fn speaking(server: &Server, pipelining: Pipelining) -> Courier {
    Courier::connect(&route_with(&server.url(), RouteSettings { pipelining, ..settings() })).await.unwrap()
}

/// Hands mail over to each in turn, the next one known while the one before is under way.
async fn hand_over_all(courier: &mut Courier, names: &[&str]) -> Vec<String> {
    let mails: Vec<_> = names.iter().map(|name| mail_to(name)).collect();
    let mut results = Vec::new();
    for (at, mail) in mails.iter().enumerate() {
        let result = match courier.offer(&mail.envelope, mail.content.len()).await {
            Ok(transfer) => {
                let next = mails.get(at + 1).filter(|_| transfer.speaks_ahead());
                Ok(transfer.finish_before(next, &mail.content, &mut Stop::never()).await)
            }
            Err(refusal) => Err(refusal),
        };
        results.push(told(&result));
        if !courier.is_open() {
            break;
        }
    }
    results
}

#[tokio::test]
async fn a_mail_costs_four_round_trips_or_three_or_two() {
    let full = vec!["PIPELINING", "SIZE 20000000"];
    for (capabilities, pipelining, want) in [
        (full.clone(), Pipelining::Off, 4),
        (full.clone(), Pipelining::Envelope, 3),
        (full, Pipelining::Full, 2),
        (vec!["SIZE"], Pipelining::Full, 4),
    ] {
        let server = Server::start(Script { capabilities, ..Script::default() });
        let mut turns = Vec::new();
        for mails in [1, 11] {
            let mut courier = speaking(&server, pipelining).await;
            let results = hand_over_all(&mut courier, &vec!["ada"; mails]).await;
            assert_eq!(results, vec!["sent, 250 2.0.0 queued as 7"; mails]);
            courier.quit().await;
            turns.push(server.turns());
        }
        assert_eq!((turns[1] - turns[0]) - turns[0], 10 * want, "{pipelining:?}");
    }
}

#[tokio::test]
async fn a_refusal_of_what_was_said_ahead_shifts_no_reply() {
    let sent = "sent, 250 2.0.0 queued as 7";
    for (step, act, want) in [
        (Step::Rcpt, Act::Say("550 5.1.1 unknown"), [sent, "recipient, 550 5.1.1 unknown", sent]),
        (Step::Mail, Act::Say("451 4.3.0 later"), [sent, "lane, MAIL: 451 4.3.0 later", sent]),
        (Step::Data, Act::Say("554 5.6.0 no"), [sent, "refused, 554 5.6.0 no", sent]),
        (Step::Dot, Act::Say("554 5.7.1 spam"), ["refused, 554 5.7.1 spam", sent, sent]),
        (Step::Dot, Act::Say("451 4.7.1 later"), ["not sent, end of data: 451 4.7.1 later", sent, sent]),
    ] {
        // The reverse-path is the same for all, so MAIL is refused the second time it is said.
        let script = match step {
            Step::Dot => Script::default().for_recipient("ada", step, act),
            Step::Mail => Script::default().at(step, Act::Say("250 ok")).times(1).at(step, act).times(1),
            _ => Script::default().for_recipient("grace", step, act),
        };
        let server = Server::start(script);
        let mut courier = speaking(&server, Pipelining::Full).await;
        assert_eq!(hand_over_all(&mut courier, &["ada", "grace", "hanako"]).await, want, "{step:?} {act:?}");
        let accepted: Vec<_> = server.taken().iter().filter(|mail| mail.is_accepted).cloned().collect();
        assert_eq!(accepted.len(), want.iter().filter(|told| **told == sent).count());
        assert!(accepted.iter().all(|mail| mail.content == CONTENT));
    }
}

#[tokio::test]
async fn a_connection_lost_behind_a_content_is_told_of_that_mail_alone() {
    for (step, act, want) in [
        (Step::Dot, Act::TakeAndDrop, vec!["doubt, end of data: the server closed the connection"]),
        (Step::Dot, Act::SayAndDrop("421 4.3.2 bye"), vec!["not sent, end of data: 421 4.3.2 bye"]),
        (
            Step::Rcpt,
            Act::Drop,
            vec!["sent, 250 2.0.0 queued as 7", "lane, RCPT: the server closed the connection"],
        ),
    ] {
        let name = if step == Step::Dot { "ada" } else { "grace" };
        let server = Server::start(Script::default().for_recipient(name, step, act));
        let mut courier = speaking(&server, Pipelining::Full).await;
        assert_eq!(hand_over_all(&mut courier, &["ada", "grace"]).await, want, "{step:?} {act:?}");
        assert!(!courier.is_open());
        assert!(server.taken().iter().all(|mail| mail.forward_path == "ada@example.org"));
    }
}

#[tokio::test]
async fn a_mail_given_up_behind_the_one_that_announced_it_leaves_the_connection_for_another() {
    let server = Server::start(Script::default());
    let mut courier = speaking(&server, Pipelining::Full).await;
    let (first, given_up) = (mail_to("ada"), mail_to("grace"));
    let transfer = courier.offer(&first.envelope, first.content.len()).await.unwrap();
    let verdict = transfer.finish_before(Some(&given_up), &first.content, &mut Stop::never()).await;
    assert_eq!(told(&Ok(verdict)), "sent, 250 2.0.0 queued as 7");
    let result = hand_over(&mut courier, &mail_to("hanako")).await;
    assert_eq!(told(&result), "sent, 250 2.0.0 queued as 7");
    let readers: Vec<_> = server.taken().iter().map(|mail| mail.forward_path.clone()).collect();
    assert_eq!(readers, ["ada@example.org", "hanako@example.org"]);
}
