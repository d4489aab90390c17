//! A real PostgreSQL of its own: data in a temporary folder, a free port of 127.0.0.1, nothing of it outlives the test.
//!
//! The server hangs on a pipe that only this process holds. When the process ends, however it ends, the pipe closes,
//! the server is ended by its own process id and its folder is removed. Started by root it runs as `postgres` or
//! `nobody`, because PostgreSQL refuses root. Needs the Debian package `postgresql`, of which only the programs are used.

#![allow(dead_code, reason = "each test file uses another part of it")]

use std::fs::{self, Permissions};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// After so long a server is held to hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many servers are tried before it is given up: another program may take the free port first.
const TRIES: usize = 5;

/// Runs the server in `$2` with the port `$3`. A line on standard input ends it as a crash does, the next line starts
/// it again; the end of standard input ends it in order and removes the folder.
const KEEPER: &str = r#"
trap '' INT TERM
while :; do
  "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c max_connections=200 -c fsync=off -c log_min_messages=warning >>"$2/log" 2>&1 </dev/null &
  server=$!
  read -r line || break
  kill -QUIT $server; wait $server
  : >"$2/down"
  read -r line || { rm -rf "$2"; exit; }
done
kill -INT $server 2>/dev/null; wait $server
rm -rf "$2"
"#;

/// A running server with no database in it but the one of its own.
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    pub port: u16,
    databases: AtomicUsize,
    keeper: Child,
    /// Closed: the server ends.
    pipe: Mutex<Option<ChildStdin>>,
}

/// What is put between the server and the system.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// A library that is loaded before all others.
    pub library: Option<PathBuf>,
    /// Variables of its environment.
    pub variables: Vec<(&'static str, String)>,
}

impl Ground {
    /// The library goes where the server's user may read it.
    fn put_under(&self, command: &mut Command, folder: &Path) {
        let Some(library) = &self.library else { return };
        let copy = folder.join("ground.so");
        fs::copy(library, &copy).unwrap();
        command.env("LD_PRELOAD", copy).envs(self.variables.iter().cloned());
    }
}

/// Why there is no PostgreSQL to test with; none if there is one. Where `CI` is set, one that is missing is a failure.
pub fn missing() -> Option<&'static str> {
    let missing = programs().is_none().then_some("postgresql is not installed");
    assert!(missing.is_none() || std::env::var_os("CI").is_none(), "{missing:?}");
    missing
}

/// The folder of the newest server that is installed.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let versions =
        versions.filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.parse::<u32>().ok());
    let newest = Path::new("/usr/lib/postgresql").join(versions.max()?.to_string()).join("bin");
    newest.join("initdb").exists().then_some(newest)
}

/// Who runs the server, as user and group, where it is not who runs the test.
fn server_user() -> Option<(u32, u32)> {
    let file = tempfile::NamedTempFile::new().unwrap();
    if file.as_file().metadata().unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids_of = |name: &str| {
        let mut fields = users.lines().find(|line| line.starts_with(&format!("{name}:")))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(ids_of("postgres").or_else(|| ids_of("nobody")).expect("a user who is not root"))
}

/// A program that is run by whoever runs the server.
pub fn as_server_user(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = server_user() {
        command.uid(user).gid(group);
    }
    // Not where the tests run: another user may not look there.
    command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
    command
}

impl Postgres {
    /// A new server, when it answers.
    pub fn start() -> Self {
        Self::start_on(&Ground::default())
    }

    /// The same on other ground.
    pub fn start_on(ground: &Ground) -> Self {
        let programs = programs().expect("postgresql is installed");
        (0..TRIES).find_map(|_| Self::try_to_start(&programs, ground)).expect("a free port for PostgreSQL")
    }

    /// None: somebody else took the port first.
    fn try_to_start(programs: &Path, ground: &Ground) -> Option<Self> {
        let folder = server_folder();
        let made = as_server_user(&programs.join("initdb"))
            .args([
                "--username=postrider",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(folder.join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let server = Self::keep(folder, programs, ground);
        server.wait_until_it_answers().then_some(server)
    }

    /// Runs the server for as long as this process lives.
    fn keep(folder: PathBuf, programs: &Path, ground: &Ground) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut shell = as_server_user(Path::new("/bin/sh"));
        ground.put_under(&mut shell, &folder);
        let mut keeper = shell
            .args(["-c", KEEPER, "keeper"])
            .args([programs.as_os_str(), folder.as_os_str()])
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let pipe = Mutex::new(keeper.stdin.take());
        Self { folder, programs: programs.to_owned(), port, databases: AtomicUsize::new(0), keeper, pipe }
    }

    /// A URL of a new and empty database.
    pub fn database(&self) -> String {
        let name = format!("ledger_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.ask("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// The URL of the database `name`.
    pub fn url(&self, name: &str) -> String {
        self.url_at(self.port, name)
    }

    /// The same through something that listens on another port and passes on to this server.
    pub fn url_at(&self, port: u16, name: &str) -> String {
        format!("postgres://postrider@127.0.0.1:{port}/{name}")
    }

    /// What the database `name` answers to `sql`: a line a row, fields parted by `|`.
    pub fn ask(&self, name: &str, sql: &str) -> String {
        let answer = self.psql(name, sql);
        assert!(answer.status.success(), "{sql}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8(answer.stdout).unwrap().trim_end().to_owned()
    }

    fn psql(&self, name: &str, sql: &str) -> Output {
        as_server_user(&self.programs.join("psql"))
            .args(["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "-v", "ON_ERROR_STOP=1"])
            .args(["-c", sql, &self.url(name)])
            .output()
            .unwrap()
    }

    /// Ends the server as a crash does (`pg_ctl stop -m immediate`): the next start recovers from the log.
    pub fn crash(&self) {
        self.tell_the_keeper();
        self.wait_until(|| self.folder.join("down").exists());
        fs::remove_file(self.folder.join("down")).unwrap();
    }

    /// Starts the server again after [`Postgres::crash`], and waits until it answers.
    pub fn recover(&self) {
        self.tell_the_keeper();
        assert!(self.wait_until_it_answers(), "{}", self.log());
    }

    /// Kills the server's processes that work for the database `name`, as the kernel does when memory runs out. The
    /// server throws all its connections away and recovers. Gives how many were killed.
    pub fn kill_backends(&self, name: &str) -> usize {
        let sql = format!("SELECT pid FROM pg_stat_activity WHERE datname = '{name}'");
        let pids = self.ask("postgres", &sql);
        let kill = |pid: &&str| Command::new("kill").args(["-KILL", pid]).output().unwrap().status.success();
        let killed = pids.lines().filter(kill).count();
        assert!(self.wait_until_it_answers(), "{}", self.log());
        killed
    }

    /// What the server had to say.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn tell_the_keeper(&self) {
        self.pipe.lock().unwrap().as_mut().expect("open until it is dropped").write_all(b"\n").unwrap();
    }

    /// False: it ended instead.
    fn wait_until_it_answers(&self) -> bool {
        let is_over = || self.log().contains("could not bind");
        self.wait_until(|| is_over() || self.psql("postgres", "SELECT 1").status.success());
        !is_over()
    }

    fn wait_until(&self, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "{}", self.log());
            thread::yield_now();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.pipe.lock().map(|mut pipe| pipe.take()));
        let _ = self.keeper.wait();
    }
}

/// An empty folder of whoever runs the server.
fn server_folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("postgres-").tempdir().unwrap().keep();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    if let Some((user, group)) = server_user() {
        chown(&folder, Some(user), Some(group)).unwrap();
    }
    folder
}

/// Whether anybody listens on `port` of this machine.
pub fn is_listening(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
