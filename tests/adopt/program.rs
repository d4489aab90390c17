//! `new` and `adopt` as a person runs them, and the words they say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A publication and a folder of essays beside it.
struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
    essays: PathBuf,
}

/// What one run came to.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root, essays) = (folder.path().join("site"), folder.path().join("essays"));
        fs::create_dir_all(root.join("posts")).unwrap();
        fs::create_dir_all(&essays).unwrap();
        fs::write(
            root.join("config.toml"),
            "[publication]\nurl = \"https://letters.example.org/\"\ntitle = \"Letters\"\nauthor = \"Ada Marlow\"\n",
        )
        .unwrap();
        Self { _folder: folder, root, essays }
    }

    /// Runs the program in the folder of essays.
    fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_postrider"))
            .args(["--root", "../site", "--now", "2026-11-24T09:05:30Z"])
            .args(arguments)
            .current_dir(&self.essays)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn essay(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.essays.join(name), text).unwrap();
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.posts().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn posts(&self) -> PathBuf {
        self.root.join("posts")
    }

    fn post(&self, name: &str) -> String {
        fs::read_to_string(self.posts().join(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.posts()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn done(out: &str) -> Run {
    Run { code: 0, out: out.to_owned(), err: String::new() }
}

fn refused(err: &str) -> Run {
    Run { code: 64, out: String::new(), err: err.to_owned() }
}

const MAPS: &str = "On Maps\nby Tobias Fenn\n22 November 2026\n\nA map that left nothing out would be the size of the country.\n";

#[test]
fn new_writes_the_beginning_of_a_draft() {
    let place = Place::new();
    let came = place.run(&["new", "Why \"maps\"?", "--lang", "en-GB"]);
    assert_eq!(
        came,
        done(
            "Wrote posts/2026-11-24-why-maps.md.\n\
             Next: write the essay below the front matter. It is a draft until you take out\n\
             `draft = true`; `date` is when it counts as published.\n"
        )
    );
    assert_eq!(
        place.post("2026-11-24-why-maps.md"),
        "+++\nid = \"tag:letters.example.org,2026-11-24:why-maps\"\ntitle = 'Why \"maps\"?'\n\
         date = 2026-11-24T09:05:30+00:00\nlang = \"en-GB\"\ndraft = true\n+++\n\n"
    );
    assert_eq!(place.run(&["build"]).code, 0);
}

#[test]
fn new_keeps_the_letters_of_a_title_readable_in_the_file_name() {
    let place = Place::new();
    for title in ["論地圖：一", "余白を送る", "편지를 쓰는 밤", "!!!"] {
        assert_eq!(place.run(&["new", title]).code, 0, "given {title}");
    }
    assert_eq!(
        place.names(),
        [
            "2026-11-24-余白を送る.md",
            "2026-11-24-論地圖-一.md",
            "2026-11-24-편지를-쓰는-밤.md",
            "2026-11-24.md"
        ]
    );
    assert!(
        place.post("2026-11-24-論地圖-一.md").contains("2026-11-24:%E8%AB%96%E5%9C%B0%E5%9C%96-%E4%B8%80\"")
    );
}

#[test]
fn new_overwrites_nothing_and_takes_no_name_that_is_taken() {
    let place = Place::new();
    place.put("2026-01-01-maps.md", "+++\ntitle = \"Maps\"\n+++\nText\n");
    place.put("2026-11-24-feeds.md", "mine");
    for (title, want) in [
        (
            "Maps",
            "error: posts/2026-11-24-maps.md: the slug `maps` leads to posts/2026-01-01-maps.md\n  help: give it another title, or write the file by hand\n",
        ),
        (
            "Feeds",
            "error: posts/2026-11-24-feeds.md: this file is there already\n  help: give it another title, or write the file by hand\n",
        ),
        (
            "Tags",
            "error: posts/2026-11-24-tags.md: the slug `tags` is a name the site needs itself\n  help: give it another title, or write the file by hand\n",
        ),
        (" ", "error: expected a title, found no words\n  help: write it as: postrider new \"On maps\"\n"),
    ] {
        assert_eq!(place.run(&["new", title]), refused(want), "given {title}");
    }
    assert_eq!(place.post("2026-11-24-feeds.md"), "mine");
    assert_eq!(place.names().len(), 2);
}

#[test]
fn an_essay_is_adopted_once() {
    let place = Place::new();
    place.essay("maps.txt", MAPS);
    assert_eq!(
        place.run(&["adopt", "--dry-run", "maps.txt"]),
        done(
            "posts/2026-11-22-on-maps.txt: On Maps, by Tobias Fenn (en, 2026-11-22)\n  +++\n  \
             id = \"tag:letters.example.org,2026-11-22:on-maps\"\n  title = \"On Maps\"\n  date = 2026-11-22\n  \
             lang = \"en\"\n  authors = [\"Tobias Fenn\"]\n  +++\nWould adopt 1 essay.\nNothing was written.\n"
        )
    );
    assert!(place.names().is_empty());
    assert_eq!(
        place.run(&["adopt", "maps.txt", "./maps.txt"]),
        done(
            "posts/2026-11-22-on-maps.txt: On Maps, by Tobias Fenn (en, 2026-11-22)\nAdopted 1 essay.\nNext: postrider --root ../site build\n"
        )
    );
    let post = place.post("2026-11-22-on-maps.txt");
    assert!(
        post.ends_with("+++\n\nA map that left nothing out would be the size of the country.\n"),
        "{post}"
    );
    assert_eq!(
        place.run(&["adopt", "maps.txt"]),
        done("maps.txt: adopted before, as posts/2026-11-22-on-maps.txt\nNothing to do.\n")
    );
    assert_eq!(
        place.run(&["adopt", "../site/posts/2026-11-22-on-maps.txt"]),
        done("posts/2026-11-22-on-maps.txt: has its id\nNothing to do.\n")
    );
    assert_eq!(place.post("2026-11-22-on-maps.txt"), post);
    assert_eq!(fs::read_to_string(place.essays.join("maps.txt")).unwrap(), MAPS);
    assert_eq!(place.run(&["build"]).code, 0);
}

#[test]
fn a_post_keeps_the_id_that_feed_readers_know() {
    let place = Place::new();
    let posts = [
        ("2026-03-01-on-maps.md", "---\ntitle: On maps\n---\nText\n"),
        ("論地圖.ja.md", "+++\r\ntitle = \"x\"\r\ndate = 2026-03-02\r\n+++\r\n本文\r\n"),
        ("bundle/index.md", "---\n# mine\ntitle: Bundle\ndate: 2026-03-03\nid2: x\n---\nText\n"),
        ("2026-03-04-plain.md", "# Plain\n\nText\n"),
    ];
    posts.iter().for_each(|(name, text)| place.put(name, text));
    assert_eq!(place.run(&["build"]).code, 0);
    let feed = || fs::read_to_string(place.root.join("public/atom.xml")).unwrap();
    let ids = |feed: &str| {
        feed.split("<id>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = ids(&feed());
    let names: Vec<String> = posts.iter().map(|(name, _)| format!("posts/{name}")).collect();
    let arguments: Vec<&str> = ["adopt"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let came = place.run(&arguments);
    assert_eq!(came.code, 0, "{came:?}");
    assert!(
        came.out.ends_with("Adopted 1 essay, stored 3 ids.\nNext: postrider --root ../site build\n"),
        "{came:?}"
    );
    let built = place.run(&["build"]);
    assert!(built.code == 0 && !built.err.contains("no `id`"), "{built:?}");
    assert_eq!(ids(&feed()), before);
    for (name, text) in &posts[..3] {
        let after = place.post(name);
        let without: Vec<&str> = after
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("id = ") && !line.starts_with("id: "))
            .collect();
        assert_eq!(without.concat(), *text, "{name}");
    }
    let again = place.run(&arguments);
    assert!(again.out.ends_with("Nothing to do.\n"), "{again:?}");
}

#[test]
fn one_fault_keeps_every_file_from_being_written_and_all_are_told() {
    let place = Place::new();
    place.essay("maps.txt", MAPS);
    place.essay("empty.txt", " \n");
    place.essay("essay.docx", "PK");
    place.essay("open.md", "---\ntitle: a\n");
    place.essay("bad.md", "---\ntitle: a\ndate: 2026/03/01\n---\nText\n");
    place.essay("001.txt", "It rained.\n");
    fs::create_dir(place.essays.join("folder")).unwrap();
    let came = place.run(&["adopt", "maps.txt", "gone.txt", "folder"]);
    assert_eq!(
        came,
        refused(
            "error: gone.txt: there is no such file\n\
             error: folder: expected a file, found a folder\n  help: name the essays in it, as folder/*.txt\n"
        )
    );
    let came = place.run(&["adopt", "maps.txt", "empty.txt", "essay.docx", "open.md", "bad.md", "001.txt"]);
    assert_eq!(
        came,
        refused(
            "error: 001.txt:1: expected a title above the text or in the file's name, found neither\n  \
             help: write the title on the first line and leave the second empty\n\
             error: bad.md:3: `date` is not an RFC 3339 date: expected `-` after the year, found `/`\n  \
             help: write it as 2026-03-01T09:00:00Z\n\
             error: empty.txt: expected an essay, found an empty file\n\
             error: essay.docx: expected a file ending in .md, .markdown or .txt\n  \
             help: save the essay as plain text, and name it so\n\
             error: open.md:1: front matter opens with `---`: expected a second `---`, found the end of the file\n  \
             help: write `---` on a line of its own between front matter and essay\n"
        )
    );
    assert!(place.names().is_empty());
}

#[test]
fn another_encoding_is_named_with_the_command_that_converts_it() {
    let place = Place::new();
    let big5: &[u8] = b"\xb1H\xab\xe5\n\n\xab\xe5\xa4j\xa6b\xa7\xda\xa6\xb3\xa4H\xaa\xba\xa6a\xa4\xe8\xa1A\xa4\xa3\xacO\xa4@\xad\xd3\xa4H\xa1C\n";
    place.essay("my letter.txt", big5);
    place.essay(
        "wide.txt",
        [b"\xff\xfe".as_slice(), &"On maps\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()]
            .concat(),
    );
    assert_eq!(
        place.run(&["adopt", "my letter.txt", "wide.txt"]),
        refused(
            "error: my letter.txt:1: expected text in UTF-8, found Big5\n  \
             help: run `iconv -f BIG5 -t UTF-8 'my letter.txt' > 'my letter.utf8.txt'`, then adopt that file\n\
             error: wide.txt:1: expected text in UTF-8, found UTF-16\n  \
             help: run `iconv -f UTF-16 -t UTF-8 wide.txt > wide.utf8.txt`, then adopt that file\n"
        )
    );
}

#[test]
fn a_name_that_one_essay_is_signed_with_is_known_in_the_next() {
    let place = Place::new();
    place.essay("poem.txt", "晚信\n\n林晚舟\n\n郵差走過的時候\n我還沒有寫完第一行\n");
    place.essay("essay.txt", "論地圖\n作者：林晚舟\n\n　　正文在此。\n");
    let came = place.run(&["adopt", "--dry-run", "poem.txt", "essay.txt"]);
    assert_eq!(came.out.matches("by 林晚舟").count(), 2, "{came:?}");
    assert_eq!(place.run(&["adopt", "poem.txt"]).code, 0);
    assert_eq!(place.run(&["adopt", "essay.txt"]).code, 0);
    let again = place.run(&["adopt", "poem.txt", "essay.txt"]);
    assert!(again.out.ends_with("Nothing to do.\n"), "{again:?}");
}

#[test]
fn two_essays_do_not_become_one_file() {
    let place = Place::new();
    place.essay("a.txt", MAPS);
    place.essay("b.txt", MAPS.replace("country", "sea"));
    let help =
        "  help: give the essay another title, or put it into the posts folder under another name first\n";
    let came = place.run(&["adopt", "a.txt", "b.txt"]);
    assert_eq!(
        came,
        refused(&format!(
            "error: b.txt: would be written to posts/2026-11-22-on-maps.txt, as would a.txt\n{help}"
        ))
    );
    assert_eq!(place.run(&["adopt", "a.txt"]).code, 0);
    let came = place.run(&["adopt", "b.txt"]);
    assert_eq!(
        came,
        refused(&format!(
            "error: b.txt: would be written to posts/2026-11-22-on-maps.txt, which is there already\n{help}"
        ))
    );
}

#[test]
fn what_was_guessed_is_said() {
    let place = Place::new();
    place.essay("on-rain.txt", "It rained.\n\nIt went on raining.\n");
    let file = fs::File::options().write(true).open(place.essays.join("on-rain.txt")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_790_000_000)).unwrap();
    assert_eq!(
        place.run(&["adopt", "on-rain.txt"]).err,
        "note: posts/2026-09-21-on-rain.txt: the title `On rain` is the file's name, \
         and the date 2026-09-21 is when the file was last changed\n  \
         help: set `title` and `date` as they should be; `id` stays\n"
    );
}

#[test]
fn json_says_what_became_of_every_file() {
    let place = Place::new();
    place.essay("maps.txt", MAPS);
    let came = place.run(&["--json", "adopt", "maps.txt"]);
    let json: serde_json::Value = serde_json::from_str(&came.out).unwrap();
    let post = &json["posts"][0];
    assert_eq!((json["dry_run"].as_bool(), post["change"].as_str()), (Some(false), Some("adopted")));
    assert_eq!(post["post"], "posts/2026-11-22-on-maps.txt");
    assert_eq!(post["authors"], serde_json::json!(["Tobias Fenn"]));
    assert_eq!((post["title_from"].as_str(), post["date_from"].as_str()), (Some("text"), Some("text")));
    assert_eq!(post["lifted_lines"], 3);
}

#[cfg(unix)]
#[test]
fn a_replaced_post_keeps_its_permissions_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.put("2026-03-01-a.md", "---\ntitle: a\n---\nText\n");
    let path = place.posts().join("2026-03-01-a.md");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(place.run(&["adopt", "posts/2026-03-01-a.md"]).code, 0);
    assert_eq!(fs::metadata(Path::new(&path)).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(place.names(), ["2026-03-01-a.md"]);
}
