//! Rendering the drafts of an outlook: all of them before anything is written down.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::exit::{Exit, Failure};
use super::publication::Publication;
use crate::config::{DigestContent, MailSettings};
use crate::issue::{Edition, Issue};
use crate::message::{self, Content, Draft, DraftError, DraftRequest};
use crate::post::{Fault, Post, PostId};
use crate::site::Urls;
use crate::token::KeyId;

/// An issue with a draft for each of its editions.
#[derive(Debug)]
pub struct DraftedIssue<'a> {
    pub issue: &'a Issue,
    pub drafts: Vec<Draft>,
}

impl DraftedIssue<'_> {
    /// What deserves a word about the drafts.
    pub fn findings(&self) -> impl Iterator<Item = Fault> {
        let place = format!("{} {}", self.issue.series.pace(), self.issue.key);
        let fault = move |finding: &message::Finding| Fault {
            file: place.clone().into(),
            line: 0,
            what: finding.to_string(),
            help: None,
        };
        self.drafts.iter().flat_map(|draft| draft.findings()).map(fault)
    }
}

/// Renders drafts of one publication at one time.
pub struct DraftingTable<'a> {
    publication: &'a Publication,
    posts: HashMap<&'a PostId, &'a Post>,
    mail: MailSettings,
    urls: Urls,
    key: KeyId,
    date: Zoned,
}

impl<'a> DraftingTable<'a> {
    /// # Errors
    ///
    /// If the configuration lacks what every mail must say: a sender, a postal address, a way to leave.
    pub fn new(
        publication: &'a Publication,
        key: KeyId,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Self, Failure> {
        Ok(Self {
            publication,
            posts: publication.posts.published.iter().map(|post| (&post.id, post)).collect(),
            mail: publication.config.mail()?,
            urls: publication.urls_for_mail(),
            key,
            date: now.to_zoned(zone.clone()),
        })
    }

    /// Renders every edition of `issues`.
    pub fn drafts<'i>(&self, issues: &'i [Issue]) -> Result<Vec<DraftedIssue<'i>>, Failure> {
        let drafted = |issue: &'i Issue| {
            let drafts = issue.editions.iter().map(|edition| self.draft(issue, edition));
            Ok(DraftedIssue { issue, drafts: drafts.collect::<Result<_, Failure>>()? })
        };
        issues.iter().map(drafted).collect()
    }

    fn draft(&self, issue: &Issue, edition: &Edition) -> Result<Draft, Failure> {
        let posts: Option<Vec<&Post>> = edition.posts.iter().map(|id| self.posts.get(id).copied()).collect();
        let posts = posts.ok_or_else(|| {
            Failure::plain(Exit::Bug, format!("{}: a planned post is not published", issue.key))
        })?;
        let web_copy = (posts.len() > 1)
            .then(|| self.urls.issue(&message::web_name(&issue.key.0, &edition.lang, &posts)));
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
            linker: &self.urls,
            markup: &self.publication.markup,
            templates: &self.publication.templates,
            web_copy: web_copy.as_ref(),
            archive: self.urls.home(),
        })?)
    }
}

/// Drafts of `issues`; where none of them brings anything to anybody, no setting for mail is asked for.
pub fn drafts<'i>(
    publication: &Publication,
    issues: &'i [Issue],
    key: KeyId,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<DraftedIssue<'i>>, Failure> {
    if issues.iter().all(|issue| issue.editions.is_empty()) {
        return Ok(issues.iter().map(|issue| DraftedIssue { issue, drafts: Vec::new() }).collect());
    }
    DraftingTable::new(publication, key, now, zone)?.drafts(issues)
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
