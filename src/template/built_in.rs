//! The templates built into the program: every file below `templates/`.

/// Name below `templates/` and text, in order of name.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("404.html", include_str!("../../templates/404.html")),
    ("base.html", include_str!("../../templates/base.html")),
    ("custom.css", include_str!("../../templates/custom.css")),
    ("feed.css", include_str!("../../templates/feed.css")),
    ("index.html", include_str!("../../templates/index.html")),
    ("list.html", include_str!("../../templates/list.html")),
    ("mail/digest.html", include_str!("../../templates/mail/digest.html")),
    ("mail/digest.txt", include_str!("../../templates/mail/digest.txt")),
    ("mail/foot.txt", include_str!("../../templates/mail/foot.txt")),
    ("mail/frame.html", include_str!("../../templates/mail/frame.html")),
    ("mail/post.html", include_str!("../../templates/mail/post.html")),
    ("mail/post.txt", include_str!("../../templates/mail/post.txt")),
    ("mail/style.css", include_str!("../../templates/mail/style.css")),
    ("overview.html", include_str!("../../templates/overview.html")),
    ("parts/follow.html", include_str!("../../templates/parts/follow.html")),
    ("parts/pagination.html", include_str!("../../templates/parts/pagination.html")),
    ("parts/posts.html", include_str!("../../templates/parts/posts.html")),
    ("post.html", include_str!("../../templates/post.html")),
    ("redirect.html", include_str!("../../templates/redirect.html")),
    ("report.css", include_str!("../../templates/report.css")),
    ("report.html", include_str!("../../templates/report.html")),
    ("search.html", include_str!("../../templates/search.html")),
    ("search.js", include_str!("../../templates/search.js")),
    ("series.html", include_str!("../../templates/series.html")),
    ("style.css", include_str!("../../templates/style.css")),
    ("subscribe.html", include_str!("../../templates/subscribe.html")),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn files_below(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true => files_below(&entry.path(), &format!("{name}/"), found),
                false => found.push(name),
            }
        }
    }

    #[test]
    fn every_file_below_templates_is_built_in() {
        let mut files = Vec::new();
        files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), "", &mut files);
        files.sort();
        let built_in: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        assert_eq!(built_in, files, "list new templates in src/template/built_in.rs");
    }
}
