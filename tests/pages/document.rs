//! `docs/templates.md` names every variable of pages, of what type it is, and no other.
//!
//! Each template is replaced by one that prints its name and all it was given.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::publication::rich;

/// Types by the names of variables, such as `post.tags[].name`.
type Types = BTreeMap<String, BTreeSet<String>>;

/// Templates, and the part of the document about each.
const TEMPLATES: [(&str, Option<&str>); 9] = [
    ("index.html", Some("`index.html` and `list.html`")),
    ("list.html", Some("`index.html` and `list.html`")),
    ("overview.html", Some("`overview.html`")),
    ("search.html", Some("`search.html`")),
    ("series.html", Some("`series.html`")),
    ("post.html", Some("`post.html`")),
    ("subscribe.html", Some("`subscribe.html`")),
    ("404.html", None),
    ("redirect.html", Some("`redirect.html`")),
];

/// What has the fields of something else, and of what.
const SAME_FIELDS: [(&str, &str); 9] = [
    ("groups[].feeds[].others[]", "site.feeds[]"),
    ("posts[]", "post"),
    ("page.feeds[]", "site.feeds[]"),
    ("term", "terms[]"),
    ("next", "previous"),
    ("related[]", "previous"),
    ("series.previous", "previous"),
    ("series.next", "previous"),
    ("contents[].within[]", "contents[]"),
];

pub fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/templates.md")).unwrap()
}

/// The table of the part called `heading`.
fn documented(heading: &str) -> Types {
    let page = document();
    let (_, rest) = page.split_once(&format!("\n### {heading}\n")).expect("the document has this part");
    let rows = rest.lines().take_while(|line| !line.starts_with('#'));
    let rows = rows.filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let types = |rest: &str| rest.split(" | ").next().unwrap().split(" or ").map(str::to_owned).collect();
    rows.map(|(name, rest)| (name.to_owned(), types(rest))).collect()
}

/// What the template `name` is documented to get.
fn documented_for(part: Option<&str>) -> Types {
    let mut all = documented("Every page");
    all.extend(part.map(documented).unwrap_or_default());
    all
}

/// What each template was given, once for each page it made.
fn given() -> BTreeMap<String, Vec<Map<String, Value>>> {
    let dumps = TEMPLATES.map(|(name, _)| (name, format!("{name}\n{{{{ __tera_context | safe }}}}")));
    let tree = rich(&dumps.each_ref().map(|(name, text)| (*name, text.as_str())));
    let mut given: BTreeMap<String, Vec<Map<String, Value>>> = BTreeMap::new();
    for (path, page) in tree.iter().filter(|(path, _)| path.ends_with(".html")) {
        let (name, dump) = page.split_once('\n').unwrap();
        // Tera prints nothing for what is none.
        let json = dump.replace(": ,", ": null,").replace(": }", ": null}");
        let variables = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{path}: {error}: {json}"));
        given.entry(name.to_owned()).or_default().push(variables);
    }
    given
}

/// Adds the types of what is in `value`.
fn collect(name: &str, value: &Value, found: &mut Types) {
    let same = SAME_FIELDS.iter().find(|(name_of, _)| *name_of == name);
    let fields_of = same.map_or(name, |(_, other)| other);
    let kind = match value {
        Value::Null => "none",
        Value::Bool(_) => "truth value",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "group",
    };
    found.entry(name.to_owned()).or_default().insert(kind.to_owned());
    match value {
        Value::Object(_) if name == "post.extra" => {}
        Value::Object(fields) => {
            fields.iter().for_each(|(field, value)| collect(&format!("{fields_of}.{field}"), value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(&format!("{name}[]"), item, found)),
        _ => {}
    }
}

fn root(name: &str) -> &str {
    name.split(['.', '[']).next().unwrap()
}

#[test]
fn each_template_gets_the_variables_that_are_documented_for_it() {
    let given = given();
    for (name, part) in TEMPLATES {
        let documented = documented_for(part);
        let want: BTreeSet<&str> = documented.keys().map(|name| root(name)).collect();
        for variables in &given[name] {
            let found: BTreeSet<&str> = variables.keys().map(String::as_str).collect();
            assert_eq!(found, want, "{name}");
        }
    }
}

#[test]
fn every_variable_is_documented_with_its_type() {
    let mut found = Types::new();
    for (name, value) in given().values().flatten().flatten() {
        collect(name, value, &mut found);
    }
    let documented: Types = TEMPLATES.into_iter().flat_map(|(_, part)| documented_for(part)).collect();
    for (name, types) in &found {
        let is_whole_of_others = documented
            .keys()
            .any(|other| other.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['.', '['])));
        let is_same_as_other = SAME_FIELDS.iter().any(|(other, _)| name == other && name.ends_with("[]"));
        let Some(want) = documented.get(name) else {
            assert!(is_whole_of_others || is_same_as_other, "`{name}` ({types:?}) is not documented");
            continue;
        };
        assert!(types.is_subset(want), "`{name}` is {types:?}, documented as {want:?}");
        let missing: Vec<&String> = want.difference(types).filter(|kind| *kind != "none").collect();
        assert!(missing.is_empty(), "`{name}` is never {missing:?}");
    }
    let gone: Vec<&String> = documented.keys().filter(|name| !found.contains_key(*name)).collect();
    assert!(gone.is_empty(), "documented, but no template gets them: {gone:?}");
}
