//! The command lines that the documents show are command lines that work.

use std::path::Path;

use crate::publication::{Publication, Run};

/// Lines that do not run here, and why.
const NOT_RUN: [(&str, &str); 5] = [
    ("postrider preview", "goes on until Ctrl-C; `watching.rs` runs it"),
    ("cargo run --release -- publish --first-run", "builds the program; the verb is tested beside this"),
    ("scripts/test", "runs these tests"),
    ("postrider subscribers remove --token TOKEN", "TOKEN stands for one from a mail"),
    ("postrider adopt ~/essays/*.txt", "the essays are the reader's own"),
];

/// The lines of the fenced `sh` blocks in `text`, without remarks.
fn command_lines(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.split("  #").next().unwrap().trim().to_owned());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

fn documents() -> Vec<std::path::PathBuf> {
    let pages = std::fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    // What measures and kills takes minutes; what tells of reports names the readers of another publication, and
    // `reports.rs` runs those verbs.
    let not_run = ["performance.md", "scale.md", "delivery.md", "reports.md"];
    let is_run = |path: &Path| {
        path.extension().is_some_and(|end| end == "md") && !not_run.iter().any(|name| path.ends_with(name))
    };
    let pages = pages.filter(|path| is_run(path));
    ["README.md".into()].into_iter().chain(pages).collect()
}

/// The publication of the repository, as far as it is in git.
pub fn sample() -> Publication {
    let publication = Publication::empty();
    for name in ["config.toml", "subscribers.csv", "posts", "templates"] {
        copy(Path::new(name), &publication.path(name));
    }
    publication
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// Runs a line in a shell that knows the program by its name.
fn in_shell(publication: &Publication, line: &str) -> Run {
    let bin = publication.path("../bin");
    if !bin.exists() {
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(crate::publication::PROGRAM, bin.join("postrider")).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(publication.root()).env_clear().env("PATH", path).args(["-c", line]);
    Run::of(shell.output().unwrap(), &[line])
}

#[test]
fn every_command_line_in_the_documents_runs() {
    let publication = sample();
    publication.run(&["ledger", "init"]).succeeds();
    publication.write("readers.csv", "address\ngrace@example.org\n");
    let mut run = Vec::new();
    for document in documents() {
        for line in command_lines(&std::fs::read_to_string(&document).unwrap()) {
            if NOT_RUN.iter().any(|(known, _)| *known == line) {
                continue;
            }
            let ended = in_shell(&publication, &line);
            assert_eq!(ended.code, Some(0), "{}: {ended:#?}", document.display());
            run.push(line);
        }
    }
    assert!(run.len() >= 8, "{run:#?}");
}

#[test]
fn every_line_that_is_not_run_stands_in_a_document() {
    let all: String = documents().iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let lines = command_lines(&all);
    for (line, why) in NOT_RUN {
        assert!(lines.iter().any(|known| known == line), "{line} ({why}) stands in no document");
    }
}

#[test]
fn every_example_in_the_help_runs() {
    for (verb, needed) in [
        (&["init"][..], ""),
        (&["new"], ""),
        (&["build"], ""),
        (&["subscribers", "add"], ""),
        (&["subscribers", "import"], "readers.csv"),
    ] {
        let publication = Publication::with_ledger();
        if !needed.is_empty() {
            publication.write(needed, "address\ngrace@example.org\n");
        }
        let help = publication.run(&[verb, &["--help"]].concat()).out;
        let example = help.split_once("Example: ").unwrap_or_else(|| panic!("{verb:?}: {help}")).1;
        let ended = in_shell(&publication, example.trim_end());
        assert_eq!(ended.code, Some(0), "{ended:#?}");
    }
}
