//! A publication as a run finds it: configuration, posts, templates.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::desk::Desk;
use super::desk::program;
use super::exit::{Exit, Failure};
use crate::config::Config;
use crate::post::markup::MarkupSettings;
use crate::post::{LoadError, PostSettings, Posts, Readings, Records, Unpublished};
use crate::site::cache::CacheFolder;
use crate::site::cards::{CardSettings, Colours, Deck};
use crate::site::pictures::{Gallery, PictureSettings};
use crate::site::{SiteSettings, Source, Urls};
use crate::template::{TemplateError, Templates};

/// What every verb that looks at essays needs.
pub struct Publication {
    pub config: Config,
    pub posts: Posts,
    pub site: SiteSettings,
    pub picture_settings: PictureSettings,
    pub markup: MarkupSettings,
    pub templates: Templates,
}

impl Publication {
    /// Reads the publication in `--root` as it is at the time of the run.
    pub fn load(desk: &Desk) -> Result<Self, Failure> {
        let now = desk.now();
        Self::read(desk.config()?, |folder, shown_as, settings| Posts::load(folder, shown_as, settings, now))
    }

    /// The same, for a run that only builds: essays that look as they did are not read. What is found is kept by
    /// [`Records::keep`].
    pub fn load_kept(config: Config, records: &mut Records<'_>, now: Timestamp) -> Result<Self, Failure> {
        Self::read(config, |folder, shown_as, settings| records.load(folder, shown_as, settings, now))
    }

    /// Reads it as it is now, in a run that goes on. Essays that have not changed are taken from `readings`.
    pub fn load_again(
        desk: &Desk,
        unpublished: Unpublished,
        readings: &mut Readings,
    ) -> Result<Self, Failure> {
        let now = desk.clock.now();
        // Not the time that `--now` pretends: it is compared with the times of files.
        Self::read(desk.config()?, |folder, shown_as, settings| {
            readings.at(Timestamp::now()).load(
                folder,
                shown_as,
                &PostSettings { unpublished, ..settings.clone() },
                now,
            )
        })
    }

    fn read(
        config: Config,
        posts: impl FnOnce(&Path, &Path, &PostSettings) -> Result<Posts, LoadError>,
    ) -> Result<Self, Failure> {
        let site = config.site()?;
        let picture_settings = config.pictures()?;
        let templates = Templates::load(config.templates_folder().as_deref())?;
        let posts = posts(&config.posts_folder(), Path::new("posts"), &config.posts()?)?;
        let markup = config.markup();
        Ok(Self { config, posts, site, picture_settings, markup, templates })
    }

    /// What a public tree is made from.
    pub fn source<'a>(
        &'a self,
        cache: Option<&'a CacheFolder>,
        pictures: &'a Arc<Gallery>,
        cards: Option<&'a Deck>,
    ) -> Source<'a> {
        Source {
            posts: &self.posts,
            settings: &self.site,
            templates: &self.templates,
            markup: &self.markup,
            cache,
            pictures: Some(pictures),
            cards,
            has_records: false,
            program: program(),
        }
    }

    /// The pictures that essays show, what `cache` keeps of them with them.
    pub fn pictures(&self, cache: Option<&CacheFolder>) -> Arc<Gallery> {
        let folder = self.config.posts_folder();
        Arc::new(Gallery::new(&folder, &self.posts.assets, &self.picture_settings, cache))
    }

    /// The cards of posts without a picture, where any are drawn.
    ///
    /// # Errors
    ///
    /// If a font cannot be read.
    pub fn cards(&self, cache: Option<&CacheFolder>) -> Result<Option<Deck>, Failure> {
        let Some(fonts) = self.config.card_fonts()? else { return Ok(None) };
        let colours = Colours::of(&[self.templates.text("style.css")?, self.templates.text("custom.css")?]);
        let settings = CardSettings { publication: self.site.title.clone(), colours, fonts };
        Ok(Some(Deck::new(settings, cache)))
    }

    /// Where everything is published, and which files mail shows of pictures. Makes no cache where there is none.
    pub fn urls_for_mail(&self) -> Urls {
        let cache = CacheFolder::found(self.config.root());
        self.urls().with_pictures(Some(self.pictures(cache.as_ref())))
    }

    /// Where everything is published.
    pub fn urls(&self) -> Urls {
        Urls::new(&self.site.url, &self.posts)
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match &error {
            LoadError::Faults(faults) => Self::faults(Exit::Findings, faults),
            _ => Self::new(Exit::Operator, &error),
        }
    }
}

/// A faulty template is the publisher's to mend.
impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        Self::new(Exit::Findings, &error)
    }
}
