//! Which file below the posts folder an essay means by a path it writes.

use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

/// What `path`, written in the essay at `essay`, may mean below the posts folder, the likeliest first: a file
/// beside the essay, or one from the posts folder or the publication's root down. Nothing outside of it.
pub fn meanings(essay: &Path, path: &str) -> Vec<PathBuf> {
    let Ok(decoded) = percent_decode_str(path).decode_utf8() else { return Vec::new() };
    let folder = essay.parent().unwrap_or(Path::new(""));
    let beside = normal(&folder.join(decoded.as_ref()));
    let from_root = normal(Path::new(decoded.trim_start_matches('/')));
    let below_posts = from_root.as_ref().and_then(|path| path.strip_prefix("posts").ok()).map(Path::to_owned);
    [beside, from_root, below_posts].into_iter().flatten().collect()
}

/// `path` without `.` and `..`; none where it leaves the folder it starts in.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::ParentDir => normal.pop().then_some(())?,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_a_file_beside_the_essay_before_one_from_the_root() {
        for (path, want) in [
            ("map.png", vec!["2026/map.png", "map.png"]),
            ("./%E5%9C%96.png", vec!["2026/圖.png", "圖.png"]),
            ("../map.png", vec!["map.png"]),
            ("/posts/map.png", vec!["posts/map.png", "map.png"]),
            ("../../etc/passwd", vec![]),
            ("%ff", vec![]),
        ] {
            assert_eq!(
                meanings(Path::new("2026/on-maps.md"), path),
                want.iter().map(PathBuf::from).collect::<Vec<_>>(),
                "given {path}"
            );
        }
    }
}
