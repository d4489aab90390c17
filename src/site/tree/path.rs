//! Paths that are safe below the public folder.

use unicode_normalization::UnicodeNormalization;

use crate::site::tree::TreeError;

/// Names beginning so are the writer's own.
pub(super) const OWN_PREFIX: &str = ".postrider-";

/// Checks that `path` stays below the folder it is joined to, on every system.
pub(super) fn check(path: &str) -> Result<(), TreeError> {
    let fault = |why| Err(TreeError::Path { path: path.to_owned(), why });
    if path.is_empty() {
        return fault("it is empty");
    }
    if path.starts_with(OWN_PREFIX) {
        return fault("the name is the writer's own");
    }
    for segment in path.split('/') {
        match segment {
            "" => return fault("a part of it is empty"),
            "." | ".." => return fault("a part of it leads elsewhere"),
            _ if segment.len() > 255 => return fault("a part of it is longer than 255 octets"),
            _ if segment.contains(['\\', ':']) => {
                return fault("`\\` and `:` mean folders and drives elsewhere");
            }
            _ if segment.chars().any(char::is_control) => return fault("a control character stands in it"),
            _ => {}
        }
    }
    Ok(())
}

/// What file systems that ignore case and composition take `path` for.
pub(super) fn folded(path: &str) -> String {
    if path.is_ascii() {
        path.to_ascii_lowercase()
    } else {
        path.nfc().flat_map(char::to_lowercase).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_could_leave_the_folder_is_refused() {
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "./a",
            "a\\b",
            "C:/x",
            "a\0b",
            ".postrider-manifest",
        ] {
            assert!(check(bad).is_err(), "given {bad:?}");
        }
        for good in ["index.html", "on-maps/index.html", "雪の記憶/index.html", "..a/b.", ".well-known/x"]
        {
            assert!(check(good).is_ok(), "given {good:?}");
        }
    }
}
