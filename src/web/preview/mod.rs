//! Shows a publication in a browser while it is written.
//!
//! In: a [`Tree`] whenever one was built, or [`Complaint`]s when none could be. Out: the tree as a web server on this
//! machine serves it. A tree takes the place of the last in one step. Pages get a script on their way that shows them
//! anew when they have changed, and lays what stands in the way of a build over the last that went well.
//!
//! Only requests that name this machine by an address or as `localhost` are answered. Leaves out: TLS, compression.

mod guard;
mod kinds;
mod next_tree;
mod open_pages;
mod page;
mod reply;
mod service;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashSet;
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use url::Url;

use self::open_pages::OpenPages;
use self::service::Service;
use super::WebError;
use crate::site::Artifact;

pub use next_tree::NextTree;
pub use tree::{Mark, Marks, Tree};

/// A running server; it ends when this is dropped.
pub struct Preview {
    url: Url,
    shown: watch::Sender<Arc<Shown>>,
    open_pages: OpenPages,
    /// There until the end.
    runtime: Option<Runtime>,
}

/// Where to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// At this address, or not at all.
    At(SocketAddr),
    /// On this machine, at this port or the next that is free.
    From(u16),
}

/// One thing that stands in the way of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Complaint {
    pub message: String,
    pub causes: Vec<String>,
    pub help: Option<String>,
}

/// What browsers see.
#[derive(Debug, Default)]
struct Shown {
    /// The last that was built; none where none has been.
    tree: Option<Arc<Tree>>,
    errors: Vec<Complaint>,
    /// Counts how often files that pages show have changed.
    files: u64,
}

/// Ports that are tried in turn.
const PORTS: u16 = 20;

impl Preview {
    /// Begins to serve; the publication is at the path of `home`, as it is on the web.
    ///
    /// # Errors
    ///
    /// If no address is free.
    pub fn start(listen: Listen, home: &Url) -> Result<Self, WebError> {
        let listener = bound(listen)?;
        let address = listener.local_addr().map_err(WebError::Runtime)?;
        let (shown, receiver) = watch::channel(Arc::default());
        let open_pages = OpenPages::default();
        let service = Service { shown: receiver, base: home.path().into(), open_pages: open_pages.clone() };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(WebError::Runtime)?;
        let listener = {
            let _inside = runtime.enter();
            listener.set_nonblocking(true).and_then(|()| tokio::net::TcpListener::from_std(listener))
        };
        runtime.spawn(serve(listener.map_err(WebError::Runtime)?, service));
        let url = format!("http://{address}{}", home.path()).parse().expect("an address and a path");
        Ok(Self { url, shown, open_pages, runtime: Some(runtime) })
    }

    /// Where the publication is shown.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Shows `tree` from now on.
    pub fn show(&self, tree: Tree) {
        self.shown.send_modify(|shown| {
            let changed = shown.tree.as_ref().is_some_and(|last| tree.shows_other_files(last));
            let files = shown.files + u64::from(changed);
            *shown = Arc::new(Shown { tree: Some(Arc::new(tree)), errors: Vec::new(), files });
        });
    }

    /// A tree to follow the one that is shown, or the first.
    pub fn next_tree(&self) -> NextTree {
        NextTree::after(self.shown.borrow().tree.clone().unwrap_or_default())
    }

    /// The pages that are open in browsers, by their paths in the public tree.
    pub fn open_pages(&self) -> HashSet<String> {
        self.open_pages.all()
    }

    /// Puts `artifacts` into the tree that is shown; nothing where there is none yet.
    pub fn patch(&self, artifacts: Vec<Artifact>) {
        self.shown.send_if_modified(|shown| {
            let Some(tree) = &shown.tree else { return false };
            let tree = Arc::new(tree.with(artifacts));
            *shown = Arc::new(Shown { tree: Some(tree), errors: Vec::new(), files: shown.files });
            true
        });
    }

    /// Shows what stands in the way of a build, over the last tree.
    pub fn complain(&self, errors: Vec<Complaint>) {
        self.shown.send_modify(|shown| {
            *shown = Arc::new(Shown { tree: shown.tree.clone(), errors, files: shown.files });
        });
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // Browsers that are still being answered are not waited for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shown {
    /// What stands in the way, as text.
    fn error_text(&self) -> String {
        let help = |error: &Complaint| {
            error.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default()
        };
        self.errors.iter().map(|error| format!("{}{}\n", error.message, help(error))).collect()
    }
}

fn bound(listen: Listen) -> Result<TcpListener, WebError> {
    let bind = |address: SocketAddr| {
        TcpListener::bind(address).map_err(|source| WebError::Listen { address, source })
    };
    let here = |port: u16| bind(SocketAddr::from(([127, 0, 0, 1], port)));
    match listen {
        Listen::At(address) => bind(address),
        Listen::From(first) => {
            let mut bound = here(first);
            let others = (first..first.saturating_add(PORTS)).skip(1).chain([0]);
            for port in others {
                if !bound.as_ref().is_err_and(is_taken) {
                    break;
                }
                bound = here(port);
            }
            bound
        }
    }
}

fn is_taken(error: &WebError) -> bool {
    matches!(error, WebError::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse)
}

async fn serve(listener: tokio::net::TcpListener, service: Service) {
    loop {
        // A connection that is gone before it is taken, or a moment without file descriptors.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let _as_it_was = stream.set_nodelay(true);
        let service = service.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let answer = service.answer(&request);
                async move { Ok::<_, Infallible>(answer) }
            });
            // Browsers close connections as they please.
            let _closed = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
