//! Publications to write feeds of: a plain one, one whose posts hold whatever breaks feeds, and the sample.

use std::collections::BTreeMap;
use std::path::Path;

use postrider::config::{Config, Environment};
use postrider::post::{Author, Body, Enclosure, Format, Image, Post, PostSettings, Posts, Tag};
use postrider::site::feed::{self, Catalogue, FeedError, Form, Forms, Oversize, Piece, Pieces, Press};
use postrider::site::{Artifact, FeedContent, FeedFormat, FeedSettings, SiteSettings, Urls, opml};

/// Posts and settings. The body of a post is its portable HTML.
pub struct Publication {
    pub posts: Posts,
    pub settings: SiteSettings,
}

impl Publication {
    pub fn of(posts: Vec<Post>) -> Self {
        let settings = SiteSettings {
            url: "https://example.org/notes/".parse().unwrap(),
            title: "Notes & Maps".into(),
            description: "Essays <about> paper, 紙について".into(),
            lang: "en".parse().unwrap(),
            author: author("ada", "Ada Lovelace"),
            rights: Some("© Ada & friends, CC BY 4.0".into()),
            posts_per_page: 10,
            toc: true,
            search: true,
            subscribe_url: None,
            feeds: FeedSettings {
                items: 0,
                content: FeedContent::Full,
                formats: vec![FeedFormat::Json, FeedFormat::Rss, FeedFormat::Atom],
                ..FeedSettings::default()
            },
        };
        Self { posts: Posts { published: posts, ..Posts::default() }, settings }
    }

    /// Three posts in two languages, one of each kind of picture and enclosure.
    pub fn plain() -> Self {
        let mut maps = post("on-maps", "On maps & <scales>");
        maps.given_summary = Some("Tom & Jerry: 1 < 2, said \"she\"".into());
        maps.tags = vec![tag("maps", "Maps & Plans"), tag("paper", "paper")];
        maps.image = Some(Image { src: "/cover one.png?w=1&h=2".into(), alt: "A \"map\" & <key>".into() });
        maps.enclosure = Some(Enclosure {
            url: "https://example.org/talk.mp3?a=1&b=2".into(),
            octets: 12_345,
            media_type: "audio/mpeg".into(),
            ..Enclosure::default()
        });
        maps.updated = Some("2026-04-02T10:11:12.987654321+02:00[Europe/Berlin]".parse().unwrap());
        let mut paper = post("紙の話", "紙の話「第一回」");
        paper.lang = "ja".parse().unwrap();
        paper.published = "2026-02-01T09:00:00+09:00[Asia/Tokyo]".parse().unwrap();
        paper.authors = vec![author("hanako", "山田花子"), author("ada", "Ada Lovelace")];
        paper.tags = vec![tag("paper", "Paper"), tag("紙", "紙")];
        let mut letters = post("letters", "Letters");
        letters.published = "2026-01-01T00:00:00+00:00[UTC]".parse().unwrap();
        Self::of(vec![maps, paper, letters])
    }

    /// Whatever authors paste: control characters, markup in the wrong place, every script.
    pub fn nasty() -> Self {
        let soup = concat!(
            "<p>\u{0}\u{1}\u{8}\u{b}\u{c}\u{1f}\u{fffe}\u{ffff}]]>]]]]>><![CDATA[x]]> & &amp; &nbsp; &bogus;</p>\r\n",
            "<p>one\rtwo\r\nthree</p><br><img src=x><b><i>soup</b></i></div><script>if (a<b && c>d) {}</script>",
            "<!-- -- --><?php echo ?><!DOCTYPE x [<!ENTITY a \"b\">]>&#0;&#1;&#xFFFE;",
            "<p>漢字と仮名、한글 🦉👩‍👩‍👧‍👦 \u{202e}عربى\u{202c} \u{feff}\u{2028}\u{85}</p>",
        );
        let titles = [
            "]]> & <b>bold</b> &amp; \"quotes\" 'n' \u{1}\u{b}more",
            "漢字かな交じり文、全角　空白と🦉と😀",
            "مرحبا \u{202e}بالعالم\u{202c} שלום",
            "ada@example.org (Ada) <ada@example.org>",
            "The same title",
            "The same title",
            "",
        ];
        let posts = titles.iter().enumerate().map(|(number, title)| {
            let mut post = post(&format!("nasty-{number}"), title);
            post.given_summary = Some(format!("{title}: {soup}"));
            post.body = post.body.with_source(soup);
            post.lang = ["en", "ja", "ar", "zh-Hant"][number % 4].parse().unwrap();
            post.published = "2026-03-01T09:00:00.999+01:00[Europe/Berlin]".parse().unwrap();
            post.tags = vec![tag("soup", "so\u{7}up & <b>"), tag("地圖", "地圖]]>")];
            post.authors = vec![author("soup", "S\u{0}oup <soup@example.org> & Söhne"), author("李", "李")];
            post.image = Some(Image { src: "圖 片\u{1}.png?a=1&b=<2>\"'".into(), alt: soup.into() });
            post.enclosure = Some(Enclosure {
                url: "https://例え.example/音 声.mp3?a=1&b=<2>[3]{4}|5".into(),
                octets: 0,
                media_type: "audio/\u{1}mpeg".into(),
                ..Enclosure::default()
            });
            post
        });
        let mut publication = Self::of(posts.collect());
        publication.settings.title = "]]> N\u{0}asty & <b>新聞</b>\r\n".into();
        publication.settings.rights = Some("\u{1f}© & ]]>".into());
        publication
    }

    /// How essays of the sample are read.
    pub fn post_settings() -> PostSettings {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Config::load(root, &Environment::default()).unwrap().posts().unwrap()
    }

    /// The publication that comes with the program.
    pub fn sample() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let config = Config::load(root, &Environment::default()).unwrap();
        let (settings, now) = (config.site().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
        let post_settings = config.posts().unwrap();
        let mut posts = Posts::load(&config.posts_folder(), Path::new("posts"), &post_settings, now).unwrap();
        let urls = Urls::new(&settings.url, &posts);
        for post in &mut posts.published {
            post.body = post.body.with_source(post.render_portable(&urls, &config.markup()));
        }
        Self { posts, settings }
    }

    pub fn urls(&self) -> Urls {
        Urls::new(&self.settings.url, &self.posts)
    }

    /// Every feed by its path, and what is said of the large ones.
    pub fn written(&self) -> (BTreeMap<String, String>, Vec<Oversize>) {
        self.try_written().unwrap()
    }

    /// The same, or why not.
    pub fn try_written(&self) -> Result<(BTreeMap<String, String>, Vec<Oversize>), FeedError> {
        let urls = self.urls();
        let catalogue = Catalogue::new(&self.posts, &self.settings);
        let press = Press { posts: &self.posts, settings: &self.settings, urls: &urls };
        let mut files = BTreeMap::new();
        let supply = |post: &Post, form: Form| piece(post, form, &press);
        let oversizes = artifacts(&catalogue, &press, &supply, |artifact| {
            let text = String::from_utf8(artifact.bytes.to_vec()).unwrap();
            let before = files.insert(artifact.path, text);
            assert_eq!(before, None, "no path is written twice");
        })?;
        Ok((files, oversizes))
    }

    /// The list of the feeds for feed readers.
    pub fn list(&self) -> Artifact {
        let catalogue = Catalogue::new(&self.posts, &self.settings);
        opml::artifact(&catalogue, &self.settings, &self.urls()).unwrap()
    }

    pub fn files(&self) -> BTreeMap<String, String> {
        self.written().0
    }

    /// The feed of the whole publication in one format.
    pub fn file(&self, path: &str) -> String {
        self.files().remove(path).expect(path)
    }
}

/// Hands every feed of `catalogue` to `take`, filled with what `supply` gives; tells what is too large.
pub fn artifacts(
    catalogue: &Catalogue<'_>,
    press: &Press<'_>,
    supply: &dyn Fn(&Post, Form) -> Result<Piece, FeedError>,
    mut take: impl FnMut(Artifact),
) -> Result<Vec<Oversize>, FeedError> {
    let mut oversizes = Vec::new();
    for sheet in catalogue.sheets() {
        for blank in feed::blanks(sheet, press)? {
            let form = blank.form();
            let pieces = sheet.posts().iter().map(|post| supply(post, form));
            let artifact = blank.filled(pieces.collect::<Result<Vec<_>, _>>()?);
            oversizes.extend(feed::oversize(sheet, &artifact.path, artifact.bytes.len(), press)?);
            take(artifact);
        }
    }
    Ok(oversizes)
}

/// `post` as a feed tells it in `form`. Its body is its portable HTML.
pub fn piece(post: &Post, form: Form, press: &Press<'_>) -> Result<Piece, FeedError> {
    let mut forms = Forms::default();
    forms.insert(form);
    let pieces = Pieces::cut(post, &post.body.source(), forms, press)?;
    Ok(pieces.get(form).expect("cut in the form asked for"))
}

pub fn post(slug: &str, title: &str) -> Post {
    let date = "2026-03-01T09:00:00+01:00[Europe/Berlin]".parse().unwrap();
    let ascii: String = slug.chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect();
    Post {
        id: format!("tag:example.org,2026-03-01:{ascii}").parse().unwrap(),
        is_id_stored: true,
        slug: slug.parse().unwrap(),
        title: title.into(),
        published: date,
        updated: None,
        lang: "en".parse().unwrap(),
        authors: vec![author("ada", "Ada Lovelace")],
        tags: Vec::new(),
        given_summary: Some(format!("What {slug} is about.")),
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
        body: Body::new(Format::Markdown, format!("<p>Text of <em>{slug}</em>.</p>\n"), true),
        survey: std::sync::OnceLock::new(),
    }
}

pub fn tag(slug: &str, name: &str) -> Tag {
    Tag { slug: slug.parse().unwrap(), name: name.into() }
}

pub fn author(slug: &str, name: &str) -> Author {
    Author { slug: slug.parse().unwrap(), name: name.into(), url: None }
}
