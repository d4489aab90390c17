//! Says when the files a publication is made from have changed.
//!
//! In: the folder of a publication. Out: [`Watch::sees_change`] returns once something changed and has been still for a moment.
//! Editors write in several steps (empty the file, fill it; or write another and rename it over): the moment makes one
//! change of them. What is only read is no change, or building would lead to building.
//!
//! Leaves out: which file it was. Whoever builds looks at all of them, and knows better what has changed.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use thiserror::Error;

/// Why nothing can be watched.
#[derive(Debug, Error)]
pub enum WatchError {
    #[error("{}: cannot be watched", path.display())]
    Folder { path: PathBuf, source: notify::Error },
    #[error("the system gives no way to watch files")]
    System(#[source] notify::Error),
}

/// Sees changes below a folder.
pub struct Watch {
    root: PathBuf,
    folders: Vec<PathBuf>,
    signals: Receiver<Signal>,
    watcher: RecommendedWatcher,
}

/// Ends a [`Watch`] from another thread.
#[derive(Clone)]
pub struct Waker(Sender<Signal>);

enum Signal {
    Changed(Event),
    /// The system lost sight; anything may have changed.
    Lost,
    Ended,
}

/// How long nothing may happen before a change is taken to be whole.
const STILL: Duration = Duration::from_millis(12);

/// From the first step of a change to the last, however busy it is.
const LONGEST: Duration = Duration::from_millis(250);

impl Watch {
    /// Watches the file `file` in `root`, and all below the folders `folders` of `root`, now or when they come to be.
    ///
    /// # Errors
    ///
    /// If the system cannot watch: `root` is missing, or too many files are watched already.
    pub fn over(root: &Path, file: &str, folders: &[&str]) -> Result<(Self, Waker), WatchError> {
        let root = match root.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => root.to_owned(),
        };
        let root = root.canonicalize().unwrap_or(root);
        let (sender, signals) = channel();
        let (events, file) = (sender.clone(), root.join(file));
        let folders: Vec<PathBuf> = folders.iter().map(|name| root.join(name)).collect();
        let inputs = folders.clone();
        let tell = move |event: notify::Result<Event>| {
            let signal = match event {
                Ok(event) if event.need_rescan() => Signal::Lost,
                Ok(event) if is_change(&event, &file, &inputs) => Signal::Changed(event),
                Ok(_) => return,
                Err(_) => Signal::Lost,
            };
            // Nobody listens any more when the watch is being dropped.
            let _ended = events.send(signal);
        };
        let watcher = notify::recommended_watcher(tell).map_err(WatchError::System)?;
        let mut watch = Self { root, folders, signals, watcher };
        watch.follow(&watch.root.clone(), RecursiveMode::NonRecursive)?;
        for folder in watch.folders.clone().iter().filter(|folder| folder.is_dir()) {
            watch.follow(folder, RecursiveMode::Recursive)?;
        }
        Ok((watch, Waker(sender)))
    }

    /// Waits for a change; false when the watch was ended.
    pub fn sees_change(&mut self) -> bool {
        let Ok(first) = self.signals.recv() else { return false };
        let began = Instant::now();
        let mut signal = first;
        loop {
            if !self.take(signal) {
                return false;
            }
            let wait = STILL.min(LONGEST.saturating_sub(began.elapsed()));
            signal = match self.signals.recv_timeout(wait) {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            };
            if began.elapsed() >= LONGEST {
                return self.take(signal);
            }
        }
    }

    /// Follows folders that a signal brought back; false when it was the end.
    fn take(&mut self, signal: Signal) -> bool {
        let is_new = |folder: &&PathBuf| match &signal {
            Signal::Changed(event) => event.paths.contains(folder),
            _ => true,
        };
        match signal {
            Signal::Ended => return false,
            Signal::Lost | Signal::Changed(_) => {
                let again: Vec<PathBuf> =
                    self.folders.iter().filter(is_new).filter(|folder| folder.is_dir()).cloned().collect();
                for folder in again {
                    // One that cannot be followed is seen as missing by whoever builds.
                    let _gone = self.watcher.unwatch(&folder);
                    let _missing = self.follow(&folder, RecursiveMode::Recursive);
                }
            }
        }
        true
    }

    fn follow(&mut self, path: &Path, mode: RecursiveMode) -> Result<(), WatchError> {
        let failed = |source| WatchError::Folder { path: path.to_owned(), source };
        self.watcher.watch(path, mode).map_err(failed)
    }
}

impl Waker {
    /// Ends the watch: it waits no more.
    pub fn end(&self) {
        // It has ended already if nobody listens.
        let _ended = self.0.send(Signal::Ended);
    }
}

/// Whether `event` changed what a build reads.
fn is_change(event: &Event, file: &Path, folders: &[PathBuf]) -> bool {
    let is_written = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(_)) => false,
        _ => true,
    };
    let is_input = |path: &PathBuf| {
        path == file
            || folders.iter().any(|folder| path.starts_with(folder) && !is_of_an_editor(path, folder))
    };
    is_written && event.paths.iter().any(is_input)
}

/// Hidden files and copies that editors keep beside what is edited.
fn is_of_an_editor(path: &Path, folder: &Path) -> bool {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let is_own = |name: &str| name.starts_with('.') || name.ends_with('~') || name == "4913";
    below.iter().any(|part| part.to_str().is_some_and(is_own))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// A folder that is watched on another thread, which tells of each change.
    struct Watched {
        folder: tempfile::TempDir,
        changes: mpsc::Receiver<()>,
        waker: Waker,
    }

    impl Watched {
        fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("posts/deep")).unwrap();
            fs::write(folder.path().join("posts/a.md"), "a").unwrap();
            let (mut watch, waker) =
                Watch::over(folder.path(), "config.toml", &["posts", "templates"]).unwrap();
            let (tell, changes) = mpsc::channel();
            thread::spawn(move || {
                while watch.sees_change() {
                    tell.send(()).unwrap();
                }
            });
            Self { folder, changes, waker }
        }

        /// Whether a change is seen after `act`.
        #[track_caller]
        fn sees(&self, act: impl FnOnce(&Path)) {
            act(self.folder.path());
            self.changes.recv_timeout(Duration::from_secs(10)).expect("a change is seen");
        }
    }

    #[test]
    fn every_way_in_which_editors_write_is_seen() {
        let watched = Watched::start();
        watched.sees(|root| fs::write(root.join("posts/a.md"), "b").unwrap());
        watched.sees(|root| {
            fs::write(root.join("posts/.a.md.swp"), "c").unwrap();
            fs::rename(root.join("posts/.a.md.swp"), root.join("posts/a.md")).unwrap();
        });
        watched.sees(|root| fs::write(root.join("posts/deep/map.png"), "d").unwrap());
        watched.sees(|root| fs::remove_file(root.join("posts/a.md")).unwrap());
        watched.sees(|root| fs::write(root.join("config.toml"), "e").unwrap());
    }

    #[test]
    fn a_folder_that_comes_later_is_watched_too() {
        let watched = Watched::start();
        watched.sees(|root| fs::create_dir(root.join("templates")).unwrap());
        watched.sees(|root| fs::write(root.join("templates/post.html"), "a").unwrap());
        watched.sees(|root| fs::rename(root.join("templates"), root.join("old")).unwrap());
        watched.sees(|root| fs::create_dir(root.join("templates")).unwrap());
        watched.sees(|root| fs::write(root.join("templates/post.html"), "b").unwrap());
    }

    #[test]
    fn the_end_is_seen_as_the_end() {
        let watched = Watched::start();
        watched.waker.end();
        assert_eq!(watched.changes.recv(), Err(mpsc::RecvError));
    }

    #[test]
    fn what_is_read_and_what_lies_elsewhere_is_no_change() {
        let folders = [PathBuf::from("/w/posts")];
        let seen = |kind, path: &str| {
            let event = Event::new(kind).add_path(path.into());
            is_change(&event, Path::new("/w/config.toml"), &folders)
        };
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        for path in ["/w/config.toml", "/w/posts", "/w/posts/a.md", "/w/posts/a/b.png"] {
            assert!(seen(written, path), "{path}");
            assert!(!seen(EventKind::Access(AccessKind::Open(AccessMode::Any)), path), "{path}");
            assert!(!seen(EventKind::Access(AccessKind::Close(AccessMode::Read)), path), "{path}");
        }
        for path in
            ["/w/public", "/w/postrider.ledger", "/w/posts/.a.md.swp", "/w/posts/a.md~", "/w/posts/.git/x"]
        {
            assert!(!seen(written, path), "{path}");
        }
    }
}
