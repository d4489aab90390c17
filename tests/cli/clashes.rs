//! Two that want one place in the public tree: told by the file that can give way, and nothing is written.

use crate::publication::Publication;

#[test]
fn what_stands_where_another_stands_is_told_by_its_name() {
    for (file, post, path) in [
        ("posts/a.md", "aliases = [\"/tags/maps/\"]", "tags/maps/index.html"),
        ("posts/legend.html", "aliases = [\"/legend.html\"]", "legend.html"),
        ("posts/a/index.html", "", "a/index.html"),
        ("posts/a", "", "a"),
        ("posts/tags", "", "tags"),
        ("posts/atom.xml", "", "atom.xml"),
    ] {
        let publication = Publication::new();
        publication.run(&["build"]).succeeds();
        let before = publication.tree("public");
        let fields = "id = \"tag:example.org,2026:a\"\ntitle = \"A\"\ndate = 2026-01-01\ntags = [\"maps\"]";
        publication.write("posts/a.md", format!("+++\n{fields}\n{post}\n+++\n\nText.\n"));
        if file != "posts/a.md" {
            publication.write(file, "<p>");
        }
        let want = format!(
            "error: {file}: `{path}` is the place of another page or file too: expected one of its own\n"
        );
        publication.run(&["build"]).fails(1, &want);
        assert!(publication.tree("public") == before, "the public tree changed by {file}");
    }
}
