//! `ping`: hubs are told which feeds have changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::args::PingArgs;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::{build, ping_words};
use crate::config::{Config, FILE_NAME, PingSettings};
use crate::post::{Fault, Posts};
use crate::site::{Topic, Urls, topics};
use crate::trust;
use crate::web::WebError;
use crate::web::client::{Client, Limits};
use crate::web::ping::{Memory, MemoryError, News, Ping, PingReport, real_pause};

/// Hubs, the feeds they may be told of, and what they were told.
pub struct Errand {
    settings: PingSettings,
    pub topics: Vec<Topic>,
    memory: Memory,
    file: PathBuf,
    pub findings: Vec<Fault>,
}

pub fn run(desk: &Desk, args: &PingArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    build::end_what_was_begun(desk, &args.out);
    let mut errand = Errand::prepare(desk, &config, &args.out)?;
    if errand.settings.hubs.is_empty() {
        return Err(Failure::plain(Exit::Operator, "`feeds.hubs` names no hub")
            .help("add `hubs = [\"https://pubsubhubbub.appspot.com/\"]` to [feeds] and build again"));
    }
    if args.all {
        errand.memory = Memory::default();
    }
    if args.dry_run {
        let news = errand.news();
        return Ok(Report::data(ping_words::intent(&news), ping_words::intent_json(&news))
            .with_findings(errand.findings));
    }
    Ok(errand.run(Duration::from_secs(args.wait), !args.unchecked)?)
}

/// As part of `publish`: nothing where it is not asked for. What goes wrong is a finding, and holds up no mail.
pub fn in_publish(desk: &Desk, config: &Config, out: &Path) -> Result<Option<Report>, Failure> {
    let settings = config.ping()?;
    if !settings.is_part_of_publish || settings.hubs.is_empty() {
        return Ok(None);
    }
    let report = Errand::prepare(desk, config, out)?.run(Duration::ZERO, true);
    Ok(Some(report.unwrap_or_else(|error| {
        let help = Some("run `postrider ping` when that is mended".to_owned());
        let fault = Fault { file: FILE_NAME.into(), line: 0, what: error.with_cause(), help };
        Report::done("", Value::Null).with_findings(vec![fault])
    })))
}

impl Errand {
    fn prepare(desk: &Desk, config: &Config, out: &Path) -> Result<Self, Failure> {
        let urls = Urls::new(&config.site()?.url, &Posts::default());
        let Some(topics) = topics(&desk.below_root(out), &urls)? else {
            let what = format!("{}: expected a public tree, found none", out.display());
            return Err(
                Failure::plain(Exit::Usage, what).help("run `postrider build`, or name it with --out")
            );
        };
        let file = desk.below_root(Path::new(Memory::FILE_NAME));
        let (memory, findings) = remembered(&file);
        Ok(Self { settings: config.ping()?, topics, memory, file, findings })
    }

    fn hubs(&self) -> &BTreeSet<Url> {
        &self.settings.hubs
    }

    /// What each hub has not been told.
    pub fn news(&self) -> Vec<News<'_>> {
        self.memory.news(self.hubs(), &self.topics)
    }

    fn run(self, patience: Duration, looks: bool) -> Result<Report, WebError> {
        let news = self.news();
        let report = match news.is_empty() {
            true => PingReport::default(),
            false => self.tell(&news, patience, looks)?,
        };
        let mut findings = self.findings.clone();
        findings.extend(ping_words::findings(&report));
        let mut memory = self.memory.clone();
        memory.note(&report, self.hubs(), &self.topics);
        if memory != self.memory {
            findings.extend(memory.save(&self.file).err().map(|error| forgetful(&error)));
        }
        Ok(Report::done(ping_words::text(&report), ping_words::to_json(&report)).with_findings(findings))
    }

    fn tell<'a>(
        &self,
        news: &[News<'a>],
        patience: Duration,
        looks: bool,
    ) -> Result<PingReport<'a>, WebError> {
        let client = Client::new(self.settings.reach, Limits::default(), trust::client_config(None)?);
        Ping { client: &client, pause: &real_pause, looks, patience }.tell(news)
    }
}

/// What `file` remembers. Where it cannot be read, hubs are told of every feed once more.
fn remembered(file: &Path) -> (Memory, Vec<Fault>) {
    match Memory::load(file) {
        Ok(memory) => (memory.unwrap_or_default(), Vec::new()),
        Err(error) => (Memory::default(), vec![forgetful(&error)]),
    }
}

fn forgetful(error: &MemoryError) -> Fault {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let help = "hubs are told of every feed once more, which does no harm".to_owned();
    Fault { file: Memory::FILE_NAME.into(), line: 0, what: format!("{error}{cause}"), help: Some(help) }
}

impl From<WebError> for Failure {
    fn from(error: WebError) -> Self {
        Self::new(Exit::Operator, &error)
    }
}
