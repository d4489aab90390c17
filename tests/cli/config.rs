//! `config.toml` and the environment: a typo stops the program, and is told with its place.

use crate::publication::Publication;

const HEAD: &str = "[publication]\nurl = \"https://example.org/\"\ntitle = \"A\"\n";

/// What `build` says of a configuration.
fn complaint(text: &str) -> String {
    let publication = Publication::new();
    publication.write("config.toml", text);
    let run = publication.run(&["build"]).exits(78);
    assert!(!publication.path("public").exists(), "given {text}");
    run.err
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_name() {
    for (more, want) in [
        (
            "descripton = \"x\"\n",
            "4: unknown key `descripton` in [publication]\n  help: did you mean `description`?\n",
        ),
        (
            "[publicaton]\nx = 1\ny = 2\n",
            "4: unknown table `publicaton`\n  help: did you mean `publication`?\n",
        ),
        (
            "[feeds]\nitem = 3\n[smtp]\nurll = \"\"\n",
            "5: unknown key `item` in [feeds]\n  help: did you mean `items`?\nerror: config.toml:7: unknown key `urll` in [smtp]\n  help: did you mean `url`?\n",
        ),
        (
            "postal_address = \"x\"\n",
            "4: unknown key `postal_address` in [publication]\n  help: it belongs to [mail]\n",
        ),
        (
            "subscribers = \"x\"\n",
            "4: unknown key `subscribers` in [publication]\n  help: it stands above all tables\n",
        ),
    ] {
        assert_eq!(complaint(&format!("{HEAD}{more}")), format!("error: config.toml:{want}"), "given {more}");
    }
    assert_eq!(
        complaint("feeds = 3\n"),
        "error: config.toml:1: `feeds` is a table: expected [feeds], found a value\n\
         \x20 help: write [feeds] on a line of its own and its keys below\n"
    );
}

#[test]
fn a_wrong_value_is_told_with_line_key_and_what_was_found() {
    for (more, want) in [
        ("title = \"B\"\n", "4: duplicate key"),
        (
            "language = \"klingon!\"\n",
            "4: `language`: `klingon!` is not a language tag: expected one such as en, ja, zh-Hant or pt-BR",
        ),
        (
            "time_zone = \"Berlin\"\n",
            "4: `Berlin` is not a time zone: expected an IANA name such as Europe/Berlin or Asia/Tokyo",
        ),
        (
            "author_url = \"ada\"\n",
            "4: `author_url`: expected an address such as https://example.org/, found `ada`",
        ),
        ("author = \"\"\n", "4: `author`: expected a name, found ``"),
        ("description = 3\n", "4: `description`: expected text between quotes, found `3`"),
        ("[schedule]\nhour = \"8\"\n", "5: `hour`: expected a small whole number, found `\"8\"`"),
        ("[schedule]\nhour = 8.5\n", "5: `hour`: expected a small whole number, found `8.5`"),
        ("[schedule]\nhour = 25\n", "5: `hour`: expected an hour from 0 to 23, found `25`"),
        ("[schedule]\nmonth_day = 31\n", "5: `month_day`: expected a day from 1 to 28, found `31`"),
        (
            "[schedule]\nweekday = \"sun\"\n",
            "5: `weekday`: expected `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, `saturday`, `sunday`, found `sun`\n  help: did you mean `sunday`?",
        ),
        ("[schedule]\npace = 3\n", "5: `pace`: expected text between quotes, found `3`"),
        (
            "[schedule]\nannounce_since = 2026-01-01\n",
            "5: `announce_since`: expected text between quotes, found `2026-01-01`",
        ),
        (
            "[schedule]\nannounce_since = \"soon\"\n",
            "5: `announce_since`: expected a date or an RFC 3339 time, found `soon`",
        ),
        ("[schedule]\nmax_new = 0\n", "5: `max_new`: expected at least 1, found `0`"),
        ("[schedule]\nmax_new = -1\n", "5: `max_new`: expected a whole number from 0 up, found `-1`"),
        ("[site]\nposts_per_page = 0\n", "5: `posts_per_page`: expected at least 1, found `0`"),
        ("[feeds]\nitems = true\n", "5: `items`: expected a whole number from 0 up, found `true`"),
        ("[feeds]\nformats = \"rss\"\n", "5: `formats`: expected a list between brackets, found `\"rss\"`"),
        ("[feeds]\nformats = [\"rdf\"]\n", "5: `formats`: expected `atom`, `rss`, `json`, found `rdf`"),
        ("[markdown]\nmath = \"yes\"\n", "5: `math`: expected true or false, found `\"yes\"`"),
        ("[mail]\nfrom = \"nobody\"\n", "5: `from`: expected `local-part@domain`, found no `@`"),
        (
            "[posts]\nid_authority = \"a b\"\n",
            "5: `id_authority`: `a b` is not a domain: expected letters, digits and hyphens between dots",
        ),
        ("[smtp]\nconnections = 0\n", "5: `connections`: expected at least 1, found `0`"),
        (
            "[ledger]\nurl = \"mysql://x\"\n",
            "5: `mysql://x` is not a ledger: expected sqlite:PATH or postgres://USER@HOST/DATABASE",
        ),
        (
            "[ledger]\nurl = \"postgres://x\"\n",
            "5: `url`: expected a user, as in postgres://USER@HOST/DATABASE",
        ),
        (
            "[ledger]\nurl = \"postgres://a:sesame@x/b\"\n",
            "5: `url` holds a password and this file is committed\n  help: leave it out and set POSTRIDER_LEDGER__PASSWORD",
        ),
    ] {
        assert_eq!(
            complaint(&format!("{HEAD}{more}")),
            format!("error: config.toml:{want}\n"),
            "given {more}"
        );
    }
}

#[test]
fn a_wrong_name_or_address_of_the_publication_is_told() {
    for (text, want) in [
        ("", ": `publication.url` is missing\n  help: add `url = \"https://example.org/\"` to [publication]"),
        (
            "[publication]\nurl = \"https://example.org/\"\n",
            ": `publication.title` is missing\n  help: add `title = \"My letters\"` to [publication]",
        ),
        (
            "[publication]\nurl = \"\"\n",
            ":2: `url`: expected an address such as https://example.org/, found ``",
        ),
        (
            "[publication]\ntitle = \"A\"\nurl = \"ftp://example.org\"\n",
            ":3: `url`: expected an https or http address, found `ftp://example.org/`",
        ),
        (
            "[publication]\ntitle = \"A\\nB\"\nurl = \"https://example.org\"\n",
            ":2: `title`: expected one line, found a line break",
        ),
        (
            "[publication]\ntitle = \"\"\nurl = \"https://example.org\"\n",
            ":2: `title`: expected a name, found nothing",
        ),
        ("[publication\n", ":1: invalid table header, expected `.`, `]`"),
    ] {
        let said = complaint(text);
        let same = said == format!("error: config.toml{want}\n");
        assert!(
            same || text == "[publication\n" && said.starts_with("error: config.toml:1: "),
            "given {text}: {said}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let publication = Publication::new();
    publication.write("config.toml", b"[publication]\ntitle = \"caf\xe9\"\n");
    publication
        .run(&["build"])
        .fails(78, "error: config.toml:2: expected text in UTF-8, found other octets\n");
    std::fs::remove_file(publication.path("config.toml")).unwrap();
    let help = "  help: run `postrider init DIR` to make a publication, or name one with --root DIR\n";
    publication.run(&["build"]).fails(78, &format!("error: config.toml: there is no such file\n{help}"));
    publication
        .run(&["--root", "nowhere", "build"])
        .fails(78, &format!("error: nowhere/config.toml: there is no such file\n{help}"));
}

#[test]
fn secrets_are_refused_in_the_file() {
    for (table, key, variable) in [
        ("smtp", "password", "POSTRIDER_SMTP__PASSWORD"),
        ("ledger", "key", "POSTRIDER_LEDGER__KEY"),
        ("dkim", "rsa_key", "POSTRIDER_DKIM__RSA_KEY"),
        ("dkim", "ed25519_key", "POSTRIDER_DKIM__ED25519_KEY"),
    ] {
        assert_eq!(
            complaint(&format!("{HEAD}[{table}]\n{key} = \"sesame\"\n")),
            format!(
                "error: config.toml:5: `{key}` is a secret and this file is committed\n\
                 \x20 help: set {variable}, or {variable}_FILE to the name of a file that holds it\n"
            )
        );
    }
}

#[test]
fn a_variable_or_the_file_it_names_sets_a_key() {
    let publication = Publication::new();
    publication.write("title", "From a file\r\n");
    for (variables, want) in [
        (
            [("POSTRIDER_PUBLICATION__TITLE", "From a variable"), ("POSTRIDER_FEEDS__FORMATS", "json, rss")],
            "From a variable",
        ),
        (
            [("POSTRIDER_PUBLICATION__TITLE_FILE", "title"), ("POSTRIDER_FEEDS__FORMATS", "json")],
            "From a file",
        ),
    ] {
        publication.run_with(&variables, &["build"]).succeeds();
        let feed: serde_json::Value = serde_json::from_str(&publication.read("public/feed.json")).unwrap();
        assert_eq!(feed["title"], want);
        assert!(!publication.path("public/atom.xml").exists());
    }
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    let publication = Publication::new();
    for (name, value, want) in [
        ("POSTRIDER_FEEDS__ITEM", "3", "no such key\n  help: did you mean `POSTRIDER_FEEDS__ITEMS`?"),
        ("POSTRIDER_FEEDS_ITEMS", "3", "no such key\n  help: did you mean `POSTRIDER_FEEDS__ITEMS`?"),
        (
            "POSTRIDER_SMTP__PASWORD",
            "sesame",
            "no such key\n  help: did you mean `POSTRIDER_SMTP__PASSWORD`?",
        ),
        ("POSTRIDER_XYZZY", "1", "no such key"),
        ("POSTRIDER_FEEDS__ITEMS", "three", "`three` is not a whole number"),
        ("POSTRIDER_SCHEDULE__HOUR", "25", "`hour`: expected an hour from 0 to 23, found `25`"),
        ("POSTRIDER_PUBLICATION__URL", "x", "expected an address such as https://example.org/, found `x`"),
        ("POSTRIDER_PUBLICATION__TITLE", "", "`title`: expected a name, found nothing"),
        (
            "POSTRIDER_FEEDS__CONTENT",
            "ful",
            "expected `full` or `summary`, found `ful`\n  help: did you mean `full`?",
        ),
        (
            "POSTRIDER_SMTP__PASSWORD_FILE",
            "nowhere",
            "the file it names cannot be read: No such file or directory (os error 2)",
        ),
    ] {
        publication.run_with(&[(name, value)], &["build"]).fails(78, &format!("error: {name}: {want}\n"));
    }
    let both = [("POSTRIDER_PUBLICATION__TITLE", "A"), ("POSTRIDER_PUBLICATION__TITLE_FILE", "title")];
    publication.run_with(&both, &["build"]).fails(
        78,
        "error: POSTRIDER_PUBLICATION__TITLE_FILE: POSTRIDER_PUBLICATION__TITLE is set too\n  help: unset one of the two\n",
    );
}

#[test]
fn a_password_in_the_url_of_the_relay_is_refused_and_not_repeated() {
    let publication = Publication::new();
    publication
        .run_with(&[("POSTRIDER_SMTP__URL", "smtps://ada:sesame@mail.example.org")], &["build"])
        .fails(
            78,
            "error: POSTRIDER_SMTP__URL: `…@mail.example.org`: a password in a URL ends up in logs: \
         expected it in POSTRIDER_SMTP__PASSWORD\n",
        );
}

#[test]
fn a_variable_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt;
    let publication = Publication::new();
    let mut command = publication.command(&["build"]);
    command.env("POSTRIDER_PUBLICATION__TITLE", std::ffi::OsStr::from_bytes(b"caf\xe9"));
    crate::publication::Run::of(command.output().unwrap(), &["build"])
        .fails(78, "error: POSTRIDER_PUBLICATION__TITLE: expected UTF-8, found other octets\n");
}

/// Whether `value` is what `schema` allows, as far as types, keys, choices and ranges go.
fn check(root: &serde_json::Value, schema: &serde_json::Value, value: &serde_json::Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return check(root, &root["$defs"][name], value, place);
    }
    if let Some(choices) = schema["enum"].as_array() {
        assert!(choices.contains(value), "{place}: {value} is none of {choices:?}");
    }
    let types: Vec<&str> = match &schema["type"] {
        serde_json::Value::Array(names) => names.iter().filter_map(|name| name.as_str()).collect(),
        name => name.as_str().into_iter().collect(),
    };
    let found = match value {
        serde_json::Value::Object(_) => "object",
        serde_json::Value::Array(_) => "array",
        serde_json::Value::String(_) => "string",
        serde_json::Value::Number(_) => "integer",
        serde_json::Value::Bool(_) => "boolean",
        serde_json::Value::Null => "null",
    };
    assert!(types.is_empty() || types.contains(&found), "{place}: expected {types:?}, found {value}");
    if let (Some(least), Some(number)) = (schema["minimum"].as_i64(), value.as_i64()) {
        assert!(number >= least, "{place}: {number} is less than {least}");
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let property = schema["properties"].get(key).unwrap_or_else(|| panic!("{place}: no key {key}"));
        check(root, property, inner, &format!("{place}.{key}"));
    }
    for inner in value.as_array().into_iter().flatten() {
        check(root, &schema["items"], inner, place);
    }
}

#[test]
fn the_schema_allows_the_sample_configuration_and_what_init_writes() {
    let publication = Publication::new();
    let schema = publication.run(&["schema"]).succeeds().json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], false);
    for text in [std::fs::read_to_string("config.toml").unwrap(), publication.read("config.toml")] {
        let value: serde_json::Value = toml::from_str(&text).unwrap();
        check(&schema, &schema, &value, "config.toml");
    }
    assert_eq!(publication.run(&["schema", "--json"]).json(), schema);
}
