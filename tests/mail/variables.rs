//! `docs/templates.md` names every variable of mail templates, and no other.

use std::collections::BTreeSet;
use std::fs;

use postrider::template::Templates;
use serde_json::Value;
use tempfile::TempDir;

use crate::essays::{Edition, late_letter, on_maps, recipient};
use crate::oracle::{ask, part};

/// Names of all variables in `value`: `publication.title`, `posts[].number`.
fn names(value: &Value, prefix: &str, found: &mut BTreeSet<String>) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        let name = format!("{prefix}{name}");
        match value {
            Value::Object(_) => names(value, &format!("{name}."), found),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().for_each(|item| names(item, &format!("{name}[]."), found));
            }
            _ => drop(found.insert(name)),
        }
    }
}

/// What stands in the first column of the table below `## Mail`.
fn documented() -> BTreeSet<String> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/templates.md")).unwrap();
    let (_, mail) = page.split_once("\n## Mail\n").expect("docs/templates.md has a part about mail");
    let (_, table) = mail.split_once("\n| variable |").expect("with a table of variables");
    let rows = table
        .split("\n\n")
        .next()
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_page_about_templates_names_every_variable_of_mail() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("mail")).unwrap();
    fs::write(folder.path().join("mail/digest.txt"), "{{ __tera_context }}").unwrap();
    let edition = Edition {
        web_copy: Some("https://example.org/issues/one/".parse().unwrap()),
        templates: Templates::load(Some(folder.path())).unwrap(),
        ..Edition::of(vec![on_maps(), late_letter()])
    };
    let Some(mail) = ask(&edition.mail_for(&recipient(None)).content, &[]) else { return };
    // Tera prints nothing for what is none.
    let dump = part(&mail, "text/plain").replace(": ,", ": null,");
    let context = serde_json::from_str(&dump).unwrap();
    let mut given = BTreeSet::new();
    names(&context, "", &mut given);
    assert_eq!(documented(), given);
}
