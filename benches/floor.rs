//! The least a build can cost: reads every essay, turns its Markdown into HTML, and writes as many files with
//! as many octets as a real build did. Nothing else: no front matter, no templates, no feeds, no comparing.
//!
//! ```sh
//! cargo run --release --example floor -- POSTS PUBLIC OUT
//! ```
//!
//! `PUBLIC` is a public tree that `postrider build` made of `POSTS`; only names and sizes are taken from it.
//! `OUT` must not exist. Prints the time from the first read to the last write.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, io};

use comrak::{Options, markdown_to_html};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A file to write.
struct Wanted {
    path: PathBuf,
    octets: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [posts, public, out] = arguments.as_slice() else {
        return Err("expected three folders: posts, public, out".into());
    };
    let essays = files_below(posts)?;
    let wanted = wanted_below(public, out)?;
    fs::create_dir(out)?;
    let start = Instant::now();
    let html: Vec<String> = essays.par_iter().map(|path| rendered(path)).collect::<io::Result<_>>()?;
    wanted.par_iter().enumerate().try_for_each(|(at, file)| write(file, &html[at % html.len()]))?;
    println!("{} essays, {} files: {:.3} s", essays.len(), wanted.len(), start.elapsed().as_secs_f64());
    Ok(())
}

fn rendered(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.math_dollars = true;
    Ok(markdown_to_html(&text, &options))
}

/// Writes `html`, cut or repeated to the octets wanted.
fn write(file: &Wanted, html: &str) -> io::Result<()> {
    let mut octets = Vec::with_capacity(file.octets + html.len());
    while octets.len() < file.octets {
        octets.extend_from_slice(html.as_bytes());
    }
    octets.truncate(file.octets);
    fs::create_dir_all(file.path.parent().unwrap_or(Path::new("")))?;
    fs::write(&file.path, octets)
}

fn wanted_below(public: &Path, out: &Path) -> Result<Vec<Wanted>, Box<dyn Error>> {
    let wanted = files_below(public)?.into_iter().map(|path| {
        let octets = usize::try_from(path.metadata()?.len())?;
        Ok(Wanted { path: out.join(path.strip_prefix(public)?), octets })
    });
    wanted.collect()
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
