//! Two hundred essays that a seed decides: each nasty text alone, then mixtures; every title, name, language and
//! address of `words.rs` in some of them. And essays with ten thousand tags.

use serde::Serialize;

use crate::bodies::{RECIPES, Recipe};
use crate::chance::Chance;
use crate::words::{FILES, LANGS, NAMES, TITLES, URLS};

pub const COUNT: usize = 200;
/// Tags over the whole publication.
pub const TAGS: usize = 10_000;

/// Essays that share the tags out among them.
const TAGGED: usize = 100;

/// An essay's file, and what readers must find of it.
pub struct Essay {
    /// Below `posts/`.
    pub path: String,
    pub text: String,
    pub expected: Expected,
}

/// What every reader must find.
#[derive(Serialize)]
pub struct Expected {
    pub id: String,
    pub lang: &'static str,
    /// RFC 3339.
    pub published: String,
    pub enclosure: Option<String>,
}

/// All of them; the same seed makes the same.
pub fn essays(seed: u64) -> Vec<Essay> {
    let mut chance = Chance::of(seed, "nasty");
    (0..COUNT).map(|number| essay(number, &mut chance)).collect()
}

fn essay(number: usize, chance: &mut Chance) -> Essay {
    let body = body(number, chance);
    let lang = LANGS[number % LANGS.len()];
    let published = published(number, chance);
    let enclosure =
        number.is_multiple_of(9).then(|| format!("https://files.example/音 声/{number}.mp3?a=1&b=<2>"));
    let tags = tags(number);
    let id = id(number);
    let mut matter = vec![
        format!("id = {}", quoted(&id)),
        format!("title = {}", quoted(TITLES[number % TITLES.len()])),
        format!("date = {published}"),
        format!("lang = {}", quoted(lang)),
        format!("tags = {}", list(&tags)),
        format!("authors = {}", list(&authors(number))),
        format!("slug = {}", quoted(&format!("nasty-{number}"))),
    ];
    if let Some(url) = &enclosure {
        matter.push(format!(
            "enclosure = {{ url = {}, octets = {number}, type = \"audio/mpeg\" }}",
            quoted(url)
        ));
    }
    if number.is_multiple_of(5) {
        matter.push(format!("summary = {}", quoted(TITLES[(number / 5) % TITLES.len()])));
    }
    if number % 7 == 3 {
        matter.push(format!("image = {}", quoted(picture(number))));
    }
    if number % 11 == 4 {
        matter.push("updated = 2026-11-20T23:59:59.999999999-11:30".to_owned());
    }
    let text = format!("+++\n{}\n+++\n\n{body}", matter.join("\n"));
    let expected = Expected { id, lang, published: rfc_3339(&published), enclosure };
    Essay { path: path(number), text, expected }
}

fn body(number: usize, chance: &mut Chance) -> String {
    if let Some(recipe) = RECIPES.get(number) {
        return (recipe.text)(chance);
    }
    let small: Vec<&Recipe> = RECIPES.iter().filter(|recipe| !recipe.is_large).collect();
    let parts = chance.between(2, 5);
    (0..parts).map(|_| (chance.of_these(&small).text)(chance) + "\n\n").collect()
}

/// Half of them came out in the same second.
fn published(number: usize, chance: &mut Chance) -> String {
    if number.is_multiple_of(2) {
        return "2026-03-01T09:00:00+01:00".to_owned();
    }
    let dates =
        ["1969-12-31T23:59:59Z", "2000-02-29T00:00:00+14:00", "2026-03-29T02:30:00+01:00", "2016-12-31"];
    match number % 12 {
        1 => chance.of_these(&dates).to_owned(),
        _ => format!(
            "20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            chance.between(10, 25),
            chance.between(1, 12),
            chance.between(1, 28),
            chance.between(0, 23),
            chance.between(0, 59),
            chance.between(0, 59),
        ),
    }
}

/// A day alone begins at midnight in the publication's zone, which is UTC.
fn rfc_3339(date: &str) -> String {
    if date.contains('T') { date.to_owned() } else { format!("{date}T00:00:00Z") }
}

/// Ids as people have them: tag URIs, addresses, UUIDs.
fn id(number: usize) -> String {
    match number % 4 {
        0 => format!("https://example.org/?p={number}&x=1"),
        1 => format!("urn:uuid:00000000-0000-4000-8000-{number:012}"),
        _ => format!("tag:example.org,2026:nasty-{number}"),
    }
}

/// One from each end of the names, which may be one and the same.
fn tags(number: usize) -> Vec<String> {
    [number, NAMES.len() * 7 - number % NAMES.len()].map(|at| NAMES[at % NAMES.len()].to_owned()).to_vec()
}

/// Short essays with ten thousand tags over all of them.
pub fn tagged() -> Vec<(String, String)> {
    let each = TAGS / TAGGED;
    let name =
        |n: usize| if n.is_multiple_of(2) { format!("tag {n} & <more>") } else { format!("札]]>{n}") };
    let essay = |number: usize| {
        let tags: Vec<String> = (number * each..(number + 1) * each).map(name).collect();
        let text = format!("+++\ntitle = \"T{number}\"\ntags = {}\n+++\n\nText.", list(&tags));
        (format!("2026-03-01-{number}.md"), text)
    };
    (0..TAGGED).map(essay).collect()
}

fn authors(number: usize) -> Vec<String> {
    let first = NAMES[(number * 7 + 3) % NAMES.len()].to_owned();
    match number % 3 {
        0 => vec![first, "山田花子".to_owned()],
        _ => vec![first],
    }
}

/// A picture that may be one: an address of the web, or a path.
fn picture(number: usize) -> &'static str {
    let is_picture = |url: &&&str| url.starts_with("https://example.org") || url.starts_with("https://例");
    let urls: Vec<&&str> = URLS.iter().filter(is_picture).collect();
    urls[number % urls.len()]
}

/// In folders, with names of every kind.
fn path(number: usize) -> String {
    let name = FILES.get(number % (FILES.len() * 2)).copied().unwrap_or("plain");
    match number % 3 {
        0 => format!("{number:03} {name}.md"),
        1 => format!("{}/{number}-{name}.md", NAMES[number % NAMES.len()].replace(['/', '.', '\u{7}'], "_")),
        _ => format!("_{name}/{number}/index.md"),
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// A basic string of TOML: what is no plain character is escaped.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}
