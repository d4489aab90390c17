//! A publication of one letter, for programs that run as a whole.

use std::fs;
use std::path::Path;

/// Writes it to `folder`, with so many readers; `smtp` is what its configuration says under `[smtp]`.
pub fn write_letters(folder: &Path, readers: usize, smtp: &str) {
    let config = format!(
        r#"subscribers = "subscribers.csv"

[publication]
url = "https://letters.example.org/"
title = "Letters"

[schedule]
pace = "each"
announce_since = "2026-11-01"

[mail]
from = "Letters <letters@example.org>"
postal_address = "1 Example Street"
leave_address = "leave@example.org"

[smtp]
{smtp}
"#
    );
    let rows: String = (0..readers).map(|number| format!("reader-{number}@example.org\n")).collect();
    let letter = "+++\ntitle = \"Maps\"\n+++\n\nA short letter.\n";
    fs::create_dir_all(folder.join("posts")).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
    fs::write(folder.join("subscribers.csv"), format!("address\n{rows}")).unwrap();
    fs::write(folder.join("posts/2026-11-20-maps.md"), letter).unwrap();
}
