//! The variables mail templates get. `docs/templates.md` lists them.

use std::borrow::Cow;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::message::excerpt::excerpt;
use crate::message::hole::{Hole, Markers};
use crate::message::picture::with_widths;
use crate::message::{Content, DraftRequest};
use crate::post::markup::direction::{LEFT_TO_RIGHT, from_right_to_left, has_right_to_left};
use crate::post::markup::wrap;
use crate::post::{Linker, Post, highlight_css};
use crate::words::{Lang, Value, Words, Writing};

/// Columns of the text part.
const COLUMNS: usize = 72;
/// Widest line below the subject that an inbox shows.
const PREHEADER_COLUMNS: usize = 110;
/// Narrowest such line that is left as it is.
const LEAST_PREHEADER_COLUMNS: usize = 60;

/// All a mail template can use.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    lang: &'a Lang,
    dir: &'static str,
    script: &'static str,
    outlook_font: &'static str,
    style: Cow<'a, str>,
    subject: &'a str,
    preheader: String,
    publication: Publication<'a>,
    issue: IssueView<'a>,
    greeting: String,
    leave_url: String,
    address: String,
    web_url: Option<&'a str>,
    archive_url: &'a str,
    /// The phrase `mail-why`, in lines of the text part.
    why: String,
    /// The phrase `mail-shortened`, in lines of the text part.
    shortened: String,
    posts: Vec<PostView<'a>>,
}

#[derive(Debug, Serialize)]
struct Publication<'a> {
    title: &'a str,
    /// The title in lines of the text part.
    heading: String,
    url: &'a str,
    postal_address: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct IssueView<'a> {
    label: &'a str,
    date: String,
}

/// Where a mail client finds the picture at `src`, in a size and kind that suits it.
fn picture_url(linker: &dyn Linker, post: &Post, src: &str) -> String {
    linker.sources(post, src).map_or_else(|| linker.resolve(post, src), |sources| sources.plain)
}

#[derive(Debug, Serialize)]
struct PostView<'a> {
    /// From 1.
    number: usize,
    title: &'a str,
    url: String,
    lang: &'a Lang,
    dir: &'static str,
    script: &'static str,
    published: String,
    authors: Vec<&'a str>,
    byline: String,
    tags: Vec<&'a str>,
    reading_minutes: usize,
    summary: &'a str,
    image: Option<Picture<'a>>,
    is_whole: bool,
    /// The essay; none where the summary stands for it.
    html: Option<String>,
    /// The essay or its summary, in lines of the text part.
    text: String,
    /// The title in lines of the text part, underlined.
    heading: String,
    /// Author, date and reading time in lines of the text part.
    note: String,
    /// The title as an entry of the contents, in lines of the text part.
    entry: String,
}

#[derive(Debug, Serialize)]
struct Picture<'a> {
    url: String,
    alt: &'a str,
}

impl<'a> Page<'a> {
    /// The variables for `request`, its posts whole or not.
    pub(super) fn new(
        request: &DraftRequest<'a>,
        content: Content,
        markers: &Markers,
        subject: &'a str,
        style: &'a str,
    ) -> Self {
        let masthead = request.masthead;
        let words = Words::of(request.lang);
        let say = |id| words.say(id, &[("publication", Value::from(masthead.title.as_str()))]);
        let posts = request.posts.iter().zip(1..);
        let posts: Vec<_> = posts.map(|(post, number)| post_view(request, content, post, number)).collect();
        Self {
            lang: request.lang,
            dir: request.lang.direction(),
            script: script(request.lang),
            outlook_font: outlook_font(request.lang),
            style: with_code(style, &posts),
            subject,
            preheader: preheader(request.posts),
            publication: Publication {
                title: &masthead.title,
                heading: lines(&masthead.title),
                url: masthead.url.as_str(),
                postal_address: masthead.postal_address.lines().map(str::trim).collect(),
            },
            issue: IssueView { label: request.label, date: request.date.date().to_string() },
            greeting: markers.marker(Hole::Greeting),
            leave_url: markers.marker(Hole::Leave),
            address: markers.marker(Hole::Address),
            web_url: request.web_copy.map(url::Url::as_str),
            archive_url: request.archive.as_str(),
            why: lines(&say("mail-why")),
            shortened: lines(&say("mail-shortened")),
            posts,
        }
    }
}

/// `style`, with the rules for highlighted code where there is some.
fn with_code<'a>(style: &'a str, posts: &[PostView<'_>]) -> Cow<'a, str> {
    let has_code =
        posts.iter().filter_map(|post| post.html.as_ref()).any(|html| html.contains(" class=\"hl-"));
    if style.is_empty() || !has_code {
        return style.into();
    }
    [style, &highlight_css("(prefers-color-scheme: dark)", true)].concat().into()
}

fn post_view<'a>(
    request: &DraftRequest<'a>,
    content: Content,
    post: &'a Post,
    number: usize,
) -> PostView<'a> {
    let is_whole = content == Content::Full;
    let words = Words::of(request.lang);
    let published = post.published.date();
    let authors: Vec<&str> = post.authors.iter().map(|author| author.name.as_str()).collect();
    let byline = authors.join(list_comma(request.lang));
    let minutes = words.say("reading-time", &[("minutes", Value::from(post.reading_minutes()))]);
    PostView {
        number,
        title: &post.title,
        url: request.linker.permalink(post).to_string(),
        lang: &post.lang,
        dir: post.lang.direction(),
        script: script(&post.lang),
        published: published.to_string(),
        note: lines(&[&note_name(&byline), words.date(published).as_str(), &minutes].join(" · ")),
        authors,
        byline,
        tags: post.tags.iter().map(|tag| tag.name.as_str()).collect(),
        reading_minutes: post.reading_minutes(),
        summary: post.summary(),
        image: post
            .image
            .as_ref()
            .map(|image| Picture { url: picture_url(request.linker, post, &image.src), alt: &image.alt }),
        is_whole,
        html: is_whole.then(|| with_widths(&post.render_mail(request.linker, request.markup))),
        text: if is_whole { post.render_text(request.linker, COLUMNS) } else { lines(post.summary()) },
        heading: heading(&post.title, &post.lang),
        entry: entry(number, &post.title, &post.lang),
    }
}

/// `text` in lines of the text part.
fn lines(text: &str) -> String {
    wrap(text, COLUMNS).join("\n")
}

/// `title` in lines of the text part, underlined.
fn heading(title: &str, lang: &Lang) -> String {
    let mut lines = wrap(title, COLUMNS);
    let widest = lines.iter().map(|line| line.width()).max().unwrap_or_default();
    lines.push("=".repeat(widest));
    directed(lines, lang).join("\n")
}

/// ` 1. Title`, further lines below the title.
fn entry(number: usize, title: &str, lang: &Lang) -> String {
    let lines = directed(wrap(title, COLUMNS - 4), lang);
    format!("{number:>2}. {}", lines.join("\n    "))
}

/// `lines` of one title in the direction of its language.
fn directed(lines: Vec<String>, lang: &Lang) -> Vec<String> {
    if lang.direction() == "rtl" { from_right_to_left(lines) } else { lines }
}

/// `names` before a date in our words, which are all written from left to right: the day would go to the other side of a name
/// that is not.
fn note_name(names: &str) -> String {
    match has_right_to_left(names) {
        true => format!("{LEFT_TO_RIGHT}{names}{LEFT_TO_RIGHT}"),
        false => names.to_owned(),
    }
}

/// The line an inbox shows below the subject: what comes after the first title, else its summary.
fn preheader(posts: &[&Post]) -> String {
    let (first, others) = posts.split_first().expect("an edition has posts");
    let titles: Vec<&str> = others.iter().map(|post| post.title.as_str()).collect();
    let mut text = titles.join(" · ");
    if text.graphemes(true).count() < LEAST_PREHEADER_COLUMNS {
        let gap = if text.is_empty() { "" } else { " · " };
        text = [&text, gap, first.summary()].concat();
    }
    excerpt(&text, PREHEADER_COLUMNS)
}

/// The style sheet's class for a language's fonts.
fn script(lang: &Lang) -> &'static str {
    match lang.writing() {
        Writing::Han if is_traditional(lang) => "hant",
        Writing::Han => "hans",
        Writing::Kana => "kana",
        Writing::Hangul => "hangul",
        Writing::RightToLeft | Writing::Spaced => "latin",
    }
}

fn is_traditional(lang: &Lang) -> bool {
    Words::of(lang).lang().as_str() == "zh-Hant"
}

/// A font that Outlook on Windows finds, quoted for a style sheet.
fn outlook_font(lang: &Lang) -> &'static str {
    match script(lang) {
        "hans" => "'Microsoft YaHei', sans-serif",
        "hant" => "'Microsoft JhengHei', sans-serif",
        "kana" => "'Yu Gothic', Meiryo, sans-serif",
        "hangul" => "'Malgun Gothic', sans-serif",
        _ => "Georgia, serif",
    }
}

/// What stands between two names.
fn list_comma(lang: &Lang) -> &'static str {
    match lang.writing() {
        Writing::Han | Writing::Kana => "、",
        _ => ", ",
    }
}

#[cfg(test)]
mod tests {
    use super::{entry, heading, note_name};
    use crate::post::highlight_css;
    use crate::post::markup::contrast::contrast;
    use crate::template::Templates;

    #[test]
    fn a_title_from_right_to_left_stays_so_whatever_it_begins_with() {
        let [hebrew, english] = ["he", "en"].map(|lang| lang.parse().unwrap());
        assert_eq!(entry(1, "RSS ועוד", &hebrew), " 1. \u{200f}RSS ועוד");
        assert_eq!(heading("RSS", &english), "RSS\n===");
        assert_eq!(heading("מפות", &hebrew), "מפות\n\u{200f}====");
        assert_eq!(note_name("Ada"), "Ada");
        assert_eq!(note_name("ליאת"), "\u{200e}ליאת\u{200e}");
    }

    /// What code stands on by the rule of `css` for it.
    fn ground(css: &str) -> &str {
        let rule = css.split(".essay pre { ").nth(1).unwrap();
        &rule.split("background-color: ").nth(1).unwrap()[..7]
    }

    #[test]
    fn highlighted_code_stands_out_from_its_ground_in_mail_light_and_dark() {
        let templates = Templates::load(None).unwrap();
        let style = templates.text("mail/style.css").unwrap().split("@media (prefers-color-scheme: dark)");
        let code = highlight_css("dark", true);
        for (rules, style) in code.split("@media dark").zip(style) {
            let ground = ground(style);
            let found = rules.lines().filter_map(|rule| rule.trim().split_once(" { color: "));
            let found: Vec<_> = found.map(|(class, rest)| (class, contrast(&rest[..7], ground))).collect();
            assert_eq!(found.len(), 9, "{rules}");
            assert!(found.iter().all(|(_, contrast)| *contrast >= 4.5), "on {ground}: {found:?}");
        }
    }
}
