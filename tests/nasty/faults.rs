//! Files that are no posts: each is refused with its place and what was expected, and nothing is written.

use crate::site::Site;

/// Octets of a file, and how the complaint about it goes on behind the file's name.
fn refused() -> Vec<(Vec<u8>, &'static str)> {
    let titled = |lines: &str| format!("+++\ntitle = \"x\"\n{lines}\n+++\n\ntext").into_bytes();
    let yaml = |lines: &str| format!("---\ntitle: x\n{lines}\n---\n\ntext").into_bytes();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bomb: String = ('b'..='j').map(|c| format!(" {c}: &{c} [{}]\n", alias_before(c))).collect();
    vec![
        (b"a\nb\0c".to_vec(), ":2: expected text, found a NUL"),
        (b"+++\ntitle = \"x\"\n+++\n\nlone \xed\xa0\x80 surrogate".to_vec(), ":5: expected text in UTF-8"),
        (b"\xed\xa0\xbd\xed\xb8\x80".to_vec(), ":1: expected text in UTF-8"),
        (b"\xc0\x80 overlong".to_vec(), ":1: expected text in UTF-8"),
        (b"cut off \xe5\xad".to_vec(), ":1: expected text in UTF-8"),
        (b"beyond \xf4\x90\x80\x80".to_vec(), ":1: expected text in UTF-8"),
        ((1..=255).collect(), ":2: expected text in UTF-8"),
        (utf_16("\u{feff}text"), ":1: expected text in UTF-8, found UTF-16"),
        (b"".to_vec(), ": expected an essay, found an empty file"),
        ("\u{feff}".into(), ": expected an essay, found an empty file"),
        (b"+++".to_vec(), ":1: front matter opens with `+++`: expected a second `+++`"),
        (b"---\ntitle: x\n".to_vec(), ":1: front matter opens with `---`: expected a second `---`"),
        (titled("tags = [\"a\""), ":3: TOML: "),
        (titled(&format!("extra = {}{}", "[".repeat(20_000), "]".repeat(20_000))), ":3: TOML: "),
        (titled(&format!("[extra{}]", ".a".repeat(20_000))), "TOML: recursion limit"),
        (titled("title = \"y\""), ":3: TOML: duplicate key"),
        (yaml(&format!("extra: {}{}", "[".repeat(20_000), "]".repeat(20_000))), ":3: YAML: "),
        (yaml(&format!("extra:\n a: &a [x, x, x, x, x, x, x, x]\n{bomb}")), "YAML: "),
        (yaml("extra: &a [*a]"), ":3: YAML: "),
        (yaml("title: y"), ":3: YAML: duplicate mapping key"),
        (titled("date = 2026-02-30"), ":3: `date` is not an RFC 3339 date"),
        (titled("date = \"99999-01-01\""), ":3: `date` is not an RFC 3339 date"),
        (titled("slug = \"../../etc/passwd\""), ":3: `slug`: `../../etc/passwd` is not a slug"),
        (titled("slug = \"..\""), ":3: `slug`: `..` is not a slug"),
        (titled(&format!("slug = \"{}\"", "x".repeat(300))), ":3: `slug`: "),
        (titled("aliases = [\"/../../etc/passwd\"]"), ":3: `aliases`: expected a path on this site"),
        (titled("aliases = [\"\\\\\\\\server\\\\share\"]"), ":3: `aliases`: expected a path on this site"),
        (titled("id = \"not a uri\""), ":3: `id`: `not a uri` is not an id"),
        (titled("lang = \"no language at all\""), ":3: `lang`: "),
        (titled("tags = [[\"a\"], 1, { b = 2 }]"), ":3: `tags`: expected text, found a list"),
        (titled("canonical_url = \"javascript:alert(1)\""), SCRIPT_IN_CANONICAL),
        (titled("canonical_url = \"/here\""), ":3: `canonical_url`: `/here` is not an absolute URL"),
        (
            titled("authors = [{ name = \"x\", url = \"javascript:alert(1)\" }]"),
            ":3: `authors`: expected a URL of http:, https:, mailto:",
        ),
        (titled("image = \"javascript:alert(1)\""), ":3: `image`: expected a URL of http:, https:"),
        (
            titled("image = { src = \"data:image/png;base64,AA==\" }"),
            ":3: `image`: expected a URL of http:, https:",
        ),
        (
            titled("enclosure = { url = \"javascript:x\", octets = 1, type = \"a/b\" }"),
            ":3: `enclosure`: expected a URL of http:, https:",
        ),
        (
            titled("enclosure = { url = \"https://example.org/a.mp3\", octets = -1 }"),
            ":3: `enclosure`: expected a number of octets",
        ),
    ]
}

const SCRIPT_IN_CANONICAL: &str =
    ":3: `canonical_url`: expected a URL of http:, https:, found one of `javascript:`";

/// Eight aliases of what stands before `c`.
fn alias_before(c: char) -> String {
    let before = char::from_u32(u32::from(c) - 1).unwrap();
    [format!("*{before}").as_str(); 8].join(", ")
}

#[test]
fn what_is_no_post_is_refused_with_its_place_and_nothing_is_written() {
    for (octets, want) in refused() {
        let site = Site::of_octets(&octets);
        let output = site.build();
        let err = String::from_utf8_lossy(&output.stderr);
        let given = String::from_utf8_lossy(&octets[..octets.len().min(60)]);
        assert_eq!(output.status.code(), Some(1), "{given:?}: {err}");
        let complaint = err.strip_prefix("error: posts/2026-03-01-bad.md").unwrap_or_else(|| panic!("{err}"));
        assert!(complaint.contains(want), "{given:?}: {err}");
        assert!(!site.path("public/index.html").exists(), "{given:?}");
    }
}
