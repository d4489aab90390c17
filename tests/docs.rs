//! The documents tell the truth: what can be made from the program is made from it, and compared.
//!
//! `UPDATE_EXPECTED=1 cargo test --test docs` writes them anew.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

/// `docs/configuration.md`, made from the JSON Schema.
fn configuration() -> String {
    let schema = postrider::config::schema();
    let mut text = String::from(
        "# Configuration\n\n\
         Every key of `config.toml`. Unknown keys are errors. The JSON Schema: `postrider schema`.\n\n\
         Each key can be set from the environment as `POSTRIDER_<TABLE>__<KEY>`, or as\n\
         `POSTRIDER_<TABLE>__<KEY>_FILE` naming a file that holds the value; the environment wins. Lists are\n\
         separated by commas there.\n\n\
         Secrets can be set only so: `POSTRIDER_SMTP__PASSWORD`, `POSTRIDER_LANES__NAME__PASSWORD` for the lane of that\n\
         name (capitals, `_` for `-`), `POSTRIDER_LEDGER__KEY` (the lines of a key file),\n\
         `POSTRIDER_LEDGER__PASSWORD` (of the database), `POSTRIDER_DKIM__RSA_KEY` and `POSTRIDER_DKIM__ED25519_KEY` (PEM).\n\n\
         ## Top level\n\n| key | what it is |\n|---|---|\n",
    );
    let properties = schema["properties"].as_object().unwrap();
    let table_of = |property: &Value| {
        let name = property["$ref"].as_str()?.strip_prefix("#/$defs/")?;
        Some(&schema["$defs"][name]).filter(|definition| definition["properties"].is_object())
    };
    let several = |property: &Value| table_of(&property["additionalProperties"]);
    let is_key = |property: &Value| table_of(property).is_none() && several(property).is_none();
    for (name, property) in properties.iter().filter(|(_, property)| is_key(property)) {
        row(&mut text, name, property);
    }
    for (name, property) in properties {
        let (name, table) = match (table_of(property), several(property)) {
            (Some(table), _) => (name.clone(), table),
            (None, Some(table)) => (format!("{name}.NAME"), table),
            (None, None) => continue,
        };
        write!(text, "\n## [{name}]\n\n{}\n\n| key | what it is |\n|---|---|\n", words(table)).unwrap();
        for (key, property) in table["properties"].as_object().unwrap() {
            row(&mut text, key, property);
        }
    }
    text
}

fn row(text: &mut String, name: &str, property: &Value) {
    writeln!(text, "| `{name}` | {} |", words(property).replace('|', "\\|")).unwrap();
}

fn words(property: &Value) -> String {
    property["description"].as_str().unwrap_or_default().replace('\n', " ")
}

#[test]
fn the_configuration_page_names_every_key() {
    let path = Path::new("docs/configuration.md");
    let want = configuration();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(path, &want).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == want, "docs/configuration.md is out of date: UPDATE_EXPECTED=1 cargo test --test docs");
}

#[test]
fn every_decision_is_in_the_index_and_every_link_between_documents_leads_somewhere() {
    let index = std::fs::read_to_string("docs/decisions/README.md").unwrap();
    for entry in std::fs::read_dir("docs/decisions").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name} is not in the index");
    }
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_elsewhere = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            assert!(is_elsewhere || folder.join(target).exists(), "{}: no {target}", document.display());
        }
    }
}

/// The Markdown files people read, outside the essays.
fn documents() -> Vec<std::path::PathBuf> {
    let folders = [".", "docs", "docs/decisions"];
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect()
}
