//! A Redis of a test's own.

use std::io::{Write, stderr};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use redis::{Connection, FromRedisValue};
use tempfile::TempDir;

/// A `redis-server` on a free port of this machine, which keeps nothing and ends with the test.
pub struct RedisServer {
    port: u16,
    settings: Vec<String>,
    directory: TempDir,
    /// `None` while it is gone.
    process: Option<Child>,
}

const LONG: Duration = Duration::from_secs(20);

impl RedisServer {
    /// Starts one with these settings besides, `maxmemory 1mb`. Where there is no program of this name the test is left
    /// out, which is said aloud; where `CI` is set that is a failure.
    pub fn start(settings: &[&str]) -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = Self { port: 0, settings, directory, process: None };
        let end = Instant::now() + LONG;
        while Instant::now() < end {
            server.port = free_port();
            if !server.spawn() {
                return None;
            }
            // Somebody else may have taken the port since.
            if server.answers() {
                return Some(server);
            }
            server.kill();
        }
        panic!("redis-server does not start");
    }

    /// How a client reaches it.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it without a word, as a machine that fails. All that it knew is gone.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again on its port.
    pub fn restart(&mut self) {
        self.kill();
        assert!(self.spawn() && self.answers(), "redis-server starts again");
    }

    /// Hangs, as a machine that is overloaded, until [`resume`](Self::resume).
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Goes on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let process = self.process.as_ref().expect("it is there").id();
        let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status();
        assert!(status.is_ok_and(|status| status.success()), "a signal to redis-server");
    }

    /// The names of all entries, in order.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = self.command::<Vec<String>>(&["KEYS", "*"]);
        keys.sort();
        keys
    }

    /// What it answers to a command.
    pub fn command<T: FromRedisValue>(&self, words: &[&str]) -> T {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query(&mut self.connect().expect("it answers")).expect("it takes the command")
    }

    fn spawn(&mut self) -> bool {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]).arg(self.port.to_string());
        command.arg("--dir").arg(self.directory.path());
        for setting in &self.settings {
            let (name, value) = setting.split_once(' ').expect("a name and a value");
            command.arg(format!("--{name}")).args(value.split(' '));
        }
        match command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            Ok(process) => self.process = Some(process),
            Err(problem) => {
                let missing = format!("redis-server cannot be started, install it to run this test: {problem}");
                assert!(std::env::var_os("CI").is_none(), "{missing}");
                // Past the capturing of the tests' output.
                let _ = writeln!(stderr(), "SKIPPED: {missing}");
                return false;
            }
        }
        true
    }

    /// Whether it is up, before it ends by itself.
    fn answers(&mut self) -> bool {
        let end = Instant::now() + LONG;
        while Instant::now() < end {
            if self.connect().is_some() {
                return true;
            }
            let ended = self.process.as_mut().is_none_or(|process| !matches!(process.try_wait(), Ok(None)));
            if ended {
                return false;
            }
            sleep(Duration::from_millis(10));
        }
        false
    }

    /// As somebody who knows the password, if there is one.
    fn connect(&self) -> Option<Connection> {
        let password = self.settings.iter().find_map(|setting| setting.strip_prefix("requirepass "));
        let login = password.map(|password| format!("//:{password}@"));
        let url = self.url().replace("//", login.as_deref().unwrap_or("//"));
        let client = redis::Client::open(url).ok()?;
        let mut connection = client.get_connection_with_timeout(LONG).ok()?;
        // While it loads, and before it has the port to itself, another may answer.
        let info: String = redis::cmd("INFO").arg("server").query(&mut connection).ok()?;
        let process = self.process.as_ref().map(Child::id)?;
        info.contains(&format!("process_id:{process}\r")).then_some(connection)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
