//! Older addresses of a post, and the files a server gives for them.

use percent_encoding::percent_decode_str;

/// Longest name of a file or folder, in octets.
const MAX_NAME: usize = 255;

/// The file a server gives for `alias`, seen from the public folder; none where no file can stand for it.
pub fn alias_file(alias: &str) -> Option<String> {
    let path = percent_decode_str(alias).decode_utf8().ok()?;
    let path = path.strip_prefix('/').unwrap_or(&path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if !path.split('/').all(is_name) {
        return None;
    }
    let is_page = [".html", ".htm", ".php", ".xhtml"].iter().any(|end| path.ends_with(end));
    Some(if is_page { path.to_owned() } else { format!("{path}/index.html") })
}

/// Whether a file or folder may be called `name` on every system.
fn is_name(name: &str) -> bool {
    let is_way = matches!(name, "" | "." | "..");
    let is_short = name.len() <= MAX_NAME;
    !is_way && is_short && !name.contains(['?', '#', '\\', ':']) && !name.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_address_becomes_the_file_a_server_gives_for_it() {
        for (alias, want) in [
            ("/2019/on-maps/", Some("2019/on-maps/index.html")),
            ("2019/on-maps", Some("2019/on-maps/index.html")),
            ("/on-maps.html", Some("on-maps.html")),
            ("/v1.2", Some("v1.2/index.html")),
            ("/%E9%9B%AA/", Some("雪/index.html")),
            ("/x%2Fy/", Some("x/y/index.html")),
            ("/?p=12", None),
            ("/", None),
            ("/../x/", None),
            ("/%2e%2e/x/", None),
            ("/a%00b/", None),
            ("/a%ff/", None),
            ("/a//b/", None),
            ("//a/", None),
            ("/C:/a/", None),
            (&"é".repeat(128), None),
        ] {
            assert_eq!(alias_file(alias).as_deref(), want, "given {alias}");
        }
    }
}
