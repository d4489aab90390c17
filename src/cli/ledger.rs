//! `ledger`: made once, checked, and told what became of mail in doubt.

use serde_json::json;

use super::args::{BackupArgs, LedgerVerb, ResolutionArg, ResolveArgs, RestoreArgs, ResumeArgs};
use super::build::counted;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::{book, keys};
use crate::ledger::{IssueState, Ledger, LedgerError, Location, Resolution, Restored, SenderLock, Terms};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

pub fn run(desk: &Desk, verb: &LedgerVerb) -> Result<Report, Failure> {
    match verb {
        LedgerVerb::Init => init(desk),
        LedgerVerb::Verify => verify(desk),
        LedgerVerb::Resolve(args) => resolve(desk, args),
        LedgerVerb::Resume(args) => resume(desk, args),
        LedgerVerb::RotateKey => rotate_key(desk),
        LedgerVerb::Backup(args) => backup(desk, args),
        LedgerVerb::Restore(args) => restore(desk, args),
    }
}

fn init(desk: &Desk) -> Result<Report, Failure> {
    let config = desk.config()?;
    let ledger = book::make(desk, &config)?;
    let (path, key) = (ledger.place(), config.key_file());
    let from_environment = config.key_secret().is_some();
    let key_words = if from_environment {
        "The key comes from POSTRIDER_LEDGER__KEY.".to_owned()
    } else {
        format!("The key that seals leave links is in {}: keep a copy of both.", key.display())
    };
    let text = format!("Made the ledger {path}.\n{key_words}\nNext: postrider plan\n");
    Ok(Report::done(
        text,
        json!({ "ledger": ledger.place(), "key_file": (!from_environment).then_some(key) }),
    ))
}

fn verify(desk: &Desk) -> Result<Report, Failure> {
    let ledger = book::open_read_only(&desk.config()?)?;
    let findings = ledger.verify()?;
    let issues = ledger.issues()?.len();
    let json = json!({ "issues": issues, "problems": findings });
    if findings.is_empty() {
        let text = format!(
            "The ledger is whole: every recipient of {} is accounted for.\n",
            counted(issues, "issue", "issues")
        );
        return Ok(Report::done(text, json));
    }
    let lines: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    let advice = "Keep the file as it is, and bring a copy back.\n";
    Ok(Report::done(lines + advice, json).with_exit(Exit::Ledger))
}

fn resolve(desk: &Desk, args: &ResolveArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let _lock = book::sender_lock(&config)?;
    let mut ledger = book::open(&config)?;
    let (resolution, words) = match args.resolution {
        ResolutionArg::Sent => (Resolution::Sent, "noted as sent"),
        ResolutionArg::Resend => (Resolution::Retry, "queued again; `postrider send` sends it"),
    };
    let reader = args.reader.map(SubscriberId);
    let resolved = ledger.resolve(IssueId(args.issue), reader, resolution, desk.now())?;
    let mails = counted(resolved as usize, "mail in doubt", "mails in doubt");
    let text =
        if resolved == 0 { "Nothing of it is in doubt.\n".to_owned() } else { format!("{mails} {words}.\n") };
    Ok(Report::done(text, json!({ "issue": args.issue, "resolved": resolved })))
}

fn resume(desk: &Desk, args: &ResumeArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let mut ledger = book::open(&config)?;
    let _lock = book::sender_lock(&config)?;
    let id = IssueId(args.issue);
    if ledger.status(id)?.issue.state != IssueState::Halted {
        let text = format!("Issue {} is not halted.\n", args.issue);
        return Ok(Report::done(text, json!({ "issue": args.issue, "requeued": 0 })));
    }
    let requeued = ledger.resume(id, desk.now())?;
    let mails = counted(requeued as usize, "refused mail", "refused mails");
    let text = format!(
        "Issue {} goes on with the next `postrider send`; {mails} will be tried again.\n",
        args.issue
    );
    Ok(Report::done(text, json!({ "issue": args.issue, "requeued": requeued })))
}

fn rotate_key(desk: &Desk) -> Result<Report, Failure> {
    let config = desk.config()?;
    // Of two rotations at once one would lose its key.
    let _lock = match config.ledger()? {
        Location::Database(_) => SenderLock::acquire(&Location::File(config.key_file()))?,
        file @ Location::File(_) => SenderLock::acquire(&file)?,
    };
    let keys = keys::rotate(&config)?;
    let file = config.key_file();
    let text = format!(
        "Added key {} to {}. New issues are sealed with it; old links go on working. Keep a copy.\n",
        keys.sealing().0,
        file.display()
    );
    Ok(Report::done(text, json!({ "key_file": file, "sealing": keys.sealing().0 })))
}

fn backup(desk: &Desk, args: &BackupArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    book::open_read_only(&config)?.backup(&args.file)?;
    // What cannot be read back is no copy.
    let copy = Ledger::open_read_only(&args.file)?;
    copy.examine()?;
    let readers = counted(copy.headcount()?.confirmed as usize, "reader", "readers");
    let text = format!(
        "Copied the ledger with {readers} to {}. Keep it as safe as the ledger, and {} with it.\n",
        args.file.display(),
        config.key_file().display()
    );
    Ok(Report::done(text, json!({ "copy": args.file })))
}

fn restore(desk: &Desk, args: &RestoreArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let path = match config.ledger()? {
        Location::File(path) => path,
        database @ Location::Database(_) => {
            let place = Ledger::open_read_only(&database)?.place().clone();
            return Err(LedgerError::NoFile { place }.into());
        }
    };
    let lock = book::sender_lock(&config)?;
    let terms = Terms {
        publication: &book::identity(&config)?,
        nothing_sent_since: args.nothing_sent_since,
        may_go_back: args.go_back,
        now: desk.now(),
        defaults: &config.plan()?.defaults,
    };
    let restored = Ledger::restore(&path, &args.file, &lock, &terms)?;
    Ok(Report::done(restored_words(args, &restored), json!({ "restored": args.file, "outcome": restored })))
}

fn restored_words(args: &RestoreArgs, restored: &Restored) -> String {
    let mut text = format!("Brought back {}.\n", args.file.display());
    if let Some(aside) = &restored.set_aside {
        text += &format!("The ledger that was in place is now {}.\n", aside.display());
    }
    if !restored.may_have_sent {
        return text + "It is as new as what mail was last sent from: sending goes on where it was.\n";
    }
    let mails = counted(restored.doubtful as usize, "mail", "mails");
    text += &format!(
        "It may be older than the mail that is out: {mails} in doubt, and posts it does not know are not mailed.\n"
    );
    if restored.passed_over > 0 {
        let readers = counted(restored.passed_over as usize, "reader", "readers");
        text += &format!(
            "Nor is what waited for {readers} whose next issue had come due: they may have had it.\n\
             If nothing was sent since the copy was made, restore it once more with\n\
             --go-back --nothing-sent-since.\n"
        );
    }
    text + "Decide with `postrider ledger resolve`; `postrider send --backfill` mails posts after all.\n"
}
