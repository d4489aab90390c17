//! The publication whose editions are mailed here.

use jiff::Zoned;
use postrider::message::{
    Content, Draft, DraftError, DraftRequest, IssueId, Leave, MailObject, Masthead, Recipient, compose, draft,
};
use postrider::post::{Author, Body, Format, Image, MarkupSettings, Post, Posts};
use postrider::site::Urls;
use postrider::subscriber::SubscriberId;
use postrider::template::Templates;
use postrider::token::{KeyId, Keys};
use url::Url;

/// An edition that can be drafted.
pub struct Edition {
    pub posts: Vec<Post>,
    pub masthead: Masthead,
    pub label: &'static str,
    pub lang: &'static str,
    pub content: Content,
    pub web_copy: Option<Url>,
    pub templates: Templates,
}

impl Edition {
    pub fn of(posts: Vec<Post>) -> Self {
        Self {
            posts,
            masthead: masthead(),
            label: "weekly/2026-W47",
            lang: "en",
            content: Content::Summary,
            web_copy: None,
            templates: Templates::load(None).unwrap(),
        }
    }

    pub fn draft(&self) -> Result<Draft, DraftError> {
        let home: Url = "https://example.org/".parse().unwrap();
        let urls = Urls::new(&home, &Posts::default());
        let date: Zoned = "2026-11-22T08:00:00+01:00[Europe/Berlin]".parse().unwrap();
        draft(&DraftRequest {
            masthead: &self.masthead,
            posts: &self.posts.iter().collect::<Vec<_>>(),
            label: self.label,
            date: &date,
            lang: &self.lang.parse().unwrap(),
            key: KeyId(1),
            content: self.content,
            linker: &urls,
            markup: &MarkupSettings::default(),
            templates: &self.templates,
            web_copy: self.web_copy.as_ref(),
            archive: &home,
        })
    }

    pub fn mail_for(&self, recipient: &Recipient) -> MailObject {
        compose(&self.draft().unwrap(), &keys(), IssueId(3), recipient, None).unwrap()
    }
}

pub fn keys() -> Keys {
    Keys::first([9; 32])
}

pub fn masthead() -> Masthead {
    Masthead {
        title: "Field Notes".into(),
        url: "https://example.org/".parse().unwrap(),
        from: "Ada at Field Notes <letters@example.org>".parse().unwrap(),
        reply_to: Some("ada@example.org".parse().unwrap()),
        postal_address: "Field Notes\n12 Church Lane\nHeptonstall HX7".into(),
        leave: Leave::Both {
            service: "https://letters.example.org/".parse().unwrap(),
            address: "leave@example.org".parse().unwrap(),
        },
        bounce_address: Some("bounces@example.org".parse().unwrap()),
        list_id: "letters.example.org".parse().unwrap(),
    }
}

pub fn recipient(name: Option<&str>) -> Recipient {
    Recipient {
        subscriber: SubscriberId(7),
        address: "reader@example.net".parse().unwrap(),
        name: name.map(str::to_owned),
    }
}

/// A post with the text `source`.
pub fn post(slug: &str, lang: &str, title: &str, source: &str) -> Post {
    let body = Body::new(Format::Markdown, source.to_owned(), true);
    Post {
        id: format!("tag:example.org,2026:{}", slug.len()).parse().unwrap(),
        is_id_stored: true,
        slug: slug.parse().unwrap(),
        title: title.into(),
        published: "2026-11-20T09:00:00+01:00[Europe/Berlin]".parse().unwrap(),
        updated: None,
        lang: lang.parse().unwrap(),
        authors: vec![Author { slug: "ada".parse().unwrap(), name: "Ada Lovelace".into(), url: None }],
        tags: Vec::new(),
        given_summary: None,
        image: None,
        enclosure: None,
        canonical_url: None,
        aliases: Vec::new(),
        series: None,
        toc: None,
        is_mailed: true,
        extra: serde_json::Map::new(),
        content_hash: slug.into(),
        source: format!("{slug}.md").into(),
        body,
        survey: std::sync::OnceLock::new(),
    }
}

pub fn on_maps() -> Post {
    let mut post =
        post("on-maps", "en", "On maps, and what they leave out", include_str!("essays/on-maps.md"));
    post.image = Some(Image { src: "/images/hill.png".into(), alt: "A hill & a church".into() });
    post
}

pub fn about_margins() -> Post {
    let mut post = post("余白について", "ja", "余白について", include_str!("essays/余白について.md"));
    post.authors[0].name = "山田 花子".into();
    post
}

pub fn late_letter() -> Post {
    let mut post = post("晚到的信", "zh-Hant", "晚到的信", include_str!("essays/晚到的信.md"));
    post.authors[0].name = "林墨".into();
    post
}
