//! Carrying out an outlook: posts are announced, drafts rendered, issues frozen.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::exit::{Exit, Failure};
use super::outlook::Outlook;
use super::publication::Publication;
use crate::config::{DigestContent, MailSettings};
use crate::issue::{Edition, Issue};
use crate::ledger::{Frozen, Ledger};
use crate::message::{self, Content, Draft, DraftError, DraftRequest};
use crate::post::{Fault, Post};
use crate::site::Urls;
use crate::token::KeyId;

/// What freezing came to.
#[derive(Debug, Default)]
pub struct Froze {
    pub issues: u64,
    pub recipients: u64,
    /// What deserves a word about the drafts.
    pub findings: Vec<Fault>,
}

/// Renders drafts of one publication at one time.
pub struct DraftingTable<'a> {
    pub publication: &'a Publication,
    pub mail: &'a MailSettings,
    pub urls: &'a Urls,
    pub key: KeyId,
    pub date: Zoned,
}

impl<'a> DraftingTable<'a> {
    pub fn new(
        publication: &'a Publication,
        mail: &'a MailSettings,
        urls: &'a Urls,
        key: KeyId,
        now: jiff::Timestamp,
        zone: &TimeZone,
    ) -> Self {
        Self { publication, mail, urls, key, date: now.to_zoned(zone.clone()) }
    }

    /// Writes the outlook into the ledger: the announcement, then each issue with its drafts.
    ///
    /// Each is a transaction of its own. A run that is killed in between leaves the rest to the next,
    /// which comes to the same issues.
    pub fn freeze(&self, ledger: &mut Ledger, outlook: &Outlook) -> Result<Froze, Failure> {
        let now = self.date.timestamp();
        ledger.announce(&outlook.announcement, now)?;
        ledger.withdraw(&outlook.announcement.missing)?;
        let mut froze = Froze::default();
        for issue in &outlook.issues {
            let drafts = issue.editions.iter().map(|edition| self.draft(issue, edition));
            let drafts: Vec<Draft> = drafts.collect::<Result<_, _>>()?;
            let octets: Vec<Vec<u8>> = drafts.iter().map(Draft::to_bytes).collect();
            let Frozen { candidates, .. } = ledger.freeze(issue, &octets, self.key, now)?;
            froze.issues += u64::from(candidates > 0);
            froze.recipients += candidates;
            froze.findings.extend(drafts.iter().flat_map(|draft| findings(issue, draft)));
        }
        Ok(froze)
    }

    /// Renders one edition.
    pub fn draft(&self, issue: &Issue, edition: &Edition) -> Result<Draft, Failure> {
        let posts: Vec<&Post> = edition.posts.iter().filter_map(|id| self.post(id)).collect();
        if posts.len() != edition.posts.len() {
            return Err(Failure::plain(Exit::Bug, format!("{}: a planned post is not published", issue.key)));
        }
        Ok(message::draft(&DraftRequest {
            masthead: &self.mail.masthead,
            posts: &posts,
            label: &issue.key.0,
            date: &self.date,
            lang: &edition.lang,
            key: self.key,
            content: match self.mail.digest {
                DigestContent::Summary => Content::Summary,
                DigestContent::Full => Content::Full,
            },
            linker: self.urls,
            markup: &self.publication.markup,
            templates: &self.publication.templates,
            web_copy: None,
            archive: self.urls.home(),
        })?)
    }

    fn post(&self, id: &crate::post::PostId) -> Option<&'a Post> {
        self.publication.posts.published.iter().find(|post| post.id == *id)
    }
}

fn findings(issue: &Issue, draft: &Draft) -> Vec<Fault> {
    let fault = |finding: &message::Finding| Fault {
        file: issue.key.0.clone().into(),
        line: 0,
        what: finding.to_string(),
        help: None,
    };
    draft.findings().iter().map(fault).collect()
}

impl From<DraftError> for Failure {
    fn from(error: DraftError) -> Self {
        let exit = match &error {
            DraftError::Unreadable { .. } | DraftError::Format { .. } => Exit::Ledger,
            _ => Exit::Operator,
        };
        Self::new(exit, &error)
    }
}
