//! A publication in a temporary folder, and what the program makes of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::essays::{Essay, Expected, essays, tagged};

const CONFIG: &str = "[publication]\nurl = \"https://letters.example/nasty/\"\ntitle = \"]]> N & <b>新聞</b>\"\n\
    description = \"<p>&amp; \\\"more\\\"\"\nlanguage = \"en\"\ntime_zone = \"UTC\"\nauthor = \"Ada & Söhne\"\n\
    rights = \"© & ]]>\"\n\n[feeds]\nitems = 0\nmax_octets = 100_000_000\n";

/// When every build happens: after all posts.
const NOW: &str = "2026-12-01T00:00:00Z";

pub struct Site {
    folder: TempDir,
    pub expected: Vec<Expected>,
}

impl Site {
    fn empty() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap(), expected: Vec::new() };
        fs::create_dir(site.path("posts")).unwrap();
        site.write("config.toml", CONFIG);
        site
    }

    /// The essays that `seed` decides.
    pub fn nasty(seed: u64) -> Self {
        let mut site = Self::empty();
        for Essay { path, text, expected } in essays(seed) {
            site.write(&format!("posts/{path}"), &text);
            site.expected.push(expected);
        }
        site
    }

    /// Essays with ten thousand tags over all of them.
    pub fn tagged() -> Self {
        let site = Self::empty();
        // Ten thousand feeds are enough: all kinds of them are in the other publication.
        site.write("config.toml", &format!("{CONFIG}formats = [\"atom\"]\n"));
        for (path, text) in tagged() {
            site.write(&format!("posts/{path}"), &text);
        }
        site
    }

    /// One file of these octets, under an innocent name.
    pub fn of_octets(octets: &[u8]) -> Self {
        let site = Self::empty();
        fs::write(site.path("posts/2026-03-01-bad.md"), octets).unwrap();
        site
    }

    /// The publication that comes with the program.
    pub fn sample() -> Self {
        let site = Self::empty();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(root.join("config.toml"), site.path("config.toml")).unwrap();
        copy_all(&root.join("posts"), &site.path("posts"));
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub fn build(&self) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
        command.current_dir(self.folder.path()).env_clear().args(["build", "--now", NOW]);
        command.output().unwrap()
    }

    /// The publication, once it is built.
    pub fn built(self) -> Self {
        self.assert_builds();
        self
    }

    /// Builds and ends the test if that was refused; findings are no hindrance.
    pub fn assert_builds(&self) {
        let output = self.build();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)) && !err.contains("error:"), "{err}");
    }
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_all(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}
