//! `--help`: fits 80 columns, and says what a script and a person need.

use crate::publication::Publication;

/// Every verb there is, read from the help itself.
fn verbs(publication: &Publication, of: &[&str]) -> Vec<Vec<String>> {
    let help = publication.run(&[of, &["--help"]].concat()).succeeds().out;
    let Some((_, list)) = help.split_once("Commands:\n") else { return Vec::new() };
    let names = list.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let path = |name: &str| of.iter().copied().chain([name]).map(str::to_owned).collect();
    names.map(path).collect()
}

fn every_verb(publication: &Publication) -> Vec<Vec<String>> {
    let top = verbs(publication, &[]);
    let below = top.iter().flat_map(|verb| verbs(publication, &[&verb[0]]));
    top.iter().cloned().chain(below).collect()
}

#[test]
fn the_help_of_every_verb_fits_eighty_columns() {
    let publication = Publication::empty();
    let all = every_verb(&publication);
    assert!(all.len() >= 20, "{all:?}");
    for verb in [Vec::new()].into_iter().chain(all) {
        let arguments: Vec<&str> = verb.iter().map(String::as_str).chain(["--help"]).collect();
        let help = publication.run(&arguments).succeeds().out;
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{verb:?}: {line}");
        }
        assert!(!help.contains("[default: \"\"]"), "{verb:?}");
        let options = help.find("\nOptions:").unwrap_or_else(|| panic!("{verb:?}: {help}"));
        assert!(help[options..].contains("\nOptions of every verb:\n"), "{verb:?}");
    }
}

#[test]
fn the_short_line_of_a_verb_begins_with_a_capital_and_has_no_full_stop() {
    let publication = Publication::empty();
    for verb in every_verb(&publication) {
        let arguments: Vec<&str> = verb.iter().map(String::as_str).chain(["--help"]).collect();
        let help = publication.run(&arguments).out;
        let first = help.split("\n\n").next().unwrap();
        assert!(
            first.starts_with(char::is_uppercase) && !first.trim_end().ends_with('.'),
            "{verb:?}: {first}"
        );
    }
}

#[test]
fn the_help_tells_the_exit_codes_and_where_to_begin() {
    let help = Publication::empty().run(&["--help"]).succeeds().out;
    assert!(
        help.ends_with(
            "Exit codes:
  0   done
  1   findings, or some mail was refused
  64  wrong use or wrong input
  70  a fault of this program
  74  the ledger cannot be read or written
  75  try again later; nothing is lost
  78  the configuration is wrong, or a person must decide

Start with `postrider init DIR`. Keys of config.toml: `postrider schema`.
"
        ),
        "{help}"
    );
}

#[test]
fn the_version_is_that_of_the_crate() {
    Publication::empty().run(&["--version"]).prints(concat!("postrider ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn without_a_verb_the_help_is_shown_as_an_error() {
    let publication = Publication::empty();
    let command = publication.command(&[]).args(["--quiet"]).output().unwrap();
    assert_eq!(command.status.code(), Some(64));
    let mut bare = std::process::Command::new(crate::publication::PROGRAM);
    let bare = bare.env_clear().output().unwrap();
    assert_eq!(bare.status.code(), Some(64));
    assert!(String::from_utf8(bare.stderr).unwrap().contains("Usage: postrider"));
}

#[test]
fn a_mistyped_verb_is_told_with_the_nearest() {
    let run = Publication::empty().run(&["bild"]).exits(64);
    assert_eq!(
        run.err,
        "error: unrecognized subcommand 'bild'\n\n  tip: a similar subcommand exists: 'build'\n\n\
         Usage: postrider [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n"
    );
}
