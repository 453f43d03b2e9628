//! What `load_flags` makes of everything that is no answer.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{Assignment, Client, Fallback, Flag, FlagSource, LoadOptions, LocalFlags, PostHog, User};
use taxogen_sandbox::{FlagAnswer, POSTHOG_KEY, Sandbox, Vendor};
use taxogen_tests::request::read_path;

/// For what a busy machine does late.
const PATIENCE: Duration = Duration::from_secs(20);

const HERE: Flag<bool> = Flag::boolean("here", false);
const KEPT: Flag<bool> = Flag::boolean("kept", true);

/// Answers each question about flags by what it was told last.
struct Server {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    reply: Arc<RwLock<Reply>>,
}

#[derive(Clone)]
enum Reply {
    /// A status and a whole body.
    Whole(u16, Vec<u8>),
    /// So many bytes are announced, and fewer come.
    Cut(usize, &'static str),
    /// One byte after the other.
    Slow(&'static str),
    Nothing,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let asked = Arc::<AtomicUsize>::default();
        let reply = Arc::new(RwLock::new(Reply::Nothing));
        let (count, script) = (Arc::clone(&asked), Arc::clone(&reply));
        // It ends with the process: the tests are over then.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if read_path(&stream).is_some_and(|path| path.starts_with("/flags/")) {
                    count.fetch_add(1, Ordering::SeqCst);
                    let reply = script.read().unwrap_or_else(PoisonError::into_inner).clone();
                    // Whoever has gone away needs no answer.
                    let _ = answer(&stream, reply);
                }
            }
        });
        Self { address, asked, reply }
    }

    fn reply(&self, reply: Reply) {
        *self.reply.write().unwrap_or_else(PoisonError::into_inner) = reply;
    }

    /// How often it was asked since it was last looked.
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }

    fn client(&self, local: bool) -> Client {
        let posthog = PostHog::new(POSTHOG_KEY).host(format!("http://{}", self.address));
        let builder = Client::builder().to(posthog);
        let builder = if local { builder.local_flags(LocalFlags::bytes(definitions().to_string())) } else { builder };
        builder.build().expect("a client")
    }
}

fn answer(mut stream: &TcpStream, reply: Reply) -> std::io::Result<()> {
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")
    };
    match reply {
        Reply::Whole(status, body) => {
            stream.write_all(head(status, body.len()).as_bytes())?;
            stream.write_all(&body)
        }
        Reply::Cut(length, body) => {
            stream.write_all(head(200, length).as_bytes())?;
            stream.write_all(body.as_bytes())
        }
        Reply::Slow(body) => {
            stream.write_all(head(200, body.len()).as_bytes())?;
            for byte in body.bytes() {
                thread::sleep(Duration::from_millis(50));
                stream.write_all(&[byte])?;
            }
            Ok(())
        }
        Reply::Nothing => Ok(()),
    }
}

/// `here` is on for everybody, `kept` only PostHog can say.
fn definitions() -> Value {
    let everybody = json!({ "groups": [{ "properties": [], "rollout_percentage": 100 }] });
    json!({ "flags": [
        { "id": 1, "key": "here", "active": true, "filters": everybody },
        { "id": 3, "key": "kept", "active": true, "ensure_experience_continuity": true, "filters": everybody },
    ] })
}

fn said(user: &User, flag: Flag<bool>) -> (bool, FlagSource) {
    let answer = user.peek(flag);
    (answer.value, answer.source)
}

fn status(status: u16) -> Reply {
    // The body repeats the question, as some servers do.
    Reply::Whole(status, br#"{"error": "ada@example.com may not", "flags": {"kept": {"enabled": false}}}"#.to_vec())
}

fn whole(body: &str) -> Reply {
    Reply::Whole(200, body.into())
}

/// What is said of each, and how often it is asked.
fn faults() -> Vec<(Reply, usize, &'static str)> {
    const PAGE: &str = "a web page came instead of flags: something between here and posthog answers; let `/flags/` \
                        through, or name another host";
    const NOT_FLAGS: &str = "the answer of posthog about flags cannot be read: neither `flags` nor `featureFlags` is in \
                             it; look at the host, and at what stands before it";
    const QUOTA: &str = "posthog gave no flags: the project has used up its quota of flag requests; raise the limit in \
                         its billing settings, or decide flags here with `Builder::local_flags`";
    const KEY: &str = "posthog does not take the project's key for flags: status 401; look whether the key is of a \
                       project on this host";
    const FORBIDDEN: &str = "posthog does not take the project's key for flags: status 403; look whether the key is of \
                             a project on this host";
    const TOO_MANY: &str = "posthog gave no flags: there were too many requests (status 429); load flags once for each \
                            person, or decide them here with `Builder::local_flags`";
    const CUT: &str = "the answer of posthog about flags cannot be read: not JSON at line 1 column 31; look at the \
                       host, and at what stands before it";
    const DEEP: &str = "the answer of posthog about flags cannot be read: not JSON at line 1 column 128; look at the \
                        host, and at what stands before it";
    const HUGE: &str = "the answer of posthog about flags has more than 16 MiB: ask for some of them, with \
                        `load_flags_of`";
    let huge = || {
        let mut body = br#"{"flags": {"kept": {"enabled": false}}}"#.to_vec();
        body.resize((16 << 20) + 1, b' ');
        body
    };
    vec![
        (whole("<!DOCTYPE html><title>Sign in, ada@example.com</title>"), 1, PAGE),
        (whole(r#"{"flags": {"kept": {"enabled": "#), 1, CUT),
        (whole(r#"["ada@example.com"]"#), 1, NOT_FLAGS),
        (whole(r#"{"flags": ["kept"]}"#), 1, NOT_FLAGS),
        (whole("null"), 1, NOT_FLAGS),
        (whole(&"[".repeat(1 << 20)), 1, DEEP),
        (Reply::Whole(200, huge()), 1, HUGE),
        (whole(r#"{"flags": {"kept": {"enabled": false}}, "quotaLimited": ["feature_flags"]}"#), 1, QUOTA),
        (
            status(301),
            1,
            "posthog gave no flags: the host answers with status 301, and redirects are not followed; name \
                          the host that it leads to",
        ),
        (status(400), 1, "posthog gave no flags: status 400; look at the host and at the key of the project"),
        (status(401), 1, KEY),
        (status(402), 1, QUOTA),
        (status(403), 1, FORBIDDEN),
        (status(429), 1, TOO_MANY),
        (status(500), 1, "posthog gives no flags for now: status 500"),
        (status(503), 1, "posthog gives no flags for now: status 503"),
        (status(502), 2, "posthog gives no flags for now: status 502"),
        (status(504), 2, "posthog gives no flags for now: status 504"),
        (Reply::Cut(100, r#"{"flags": {"kept": "#), 2, "posthog cannot be asked about flags: "),
        (Reply::Nothing, 2, "posthog cannot be asked about flags: "),
    ]
}

#[test]
fn whatever_comes_instead_of_an_answer_is_a_clear_error_and_what_was_known_stays() {
    let server = Server::start();
    let (remote, local) = (server.client(false), server.client(true));
    let known = local.user("ada@example.com");
    server.reply(whole(r#"{"flags": {"kept": {"enabled": false}}}"#));
    assert_eq!(known.load_flags_blocking(PATIENCE).unwrap().remote, 1);
    server.asked();
    for (reply, attempts, sentence) in faults() {
        server.reply(reply);
        let user = remote.user("ada@example.com");
        let error = user.load_flags_blocking(PATIENCE).unwrap_err();
        let message = error.to_string();
        assert!(error.is_network() && message.starts_with(sentence), "{message}");
        assert!(sentence.ends_with(": ") || message == sentence, "{message}");
        assert!(!message.contains("ada") && !format!("{error:?}").contains("ada"), "{message}");
        assert_eq!((server.asked(), said(&user, KEPT)), (attempts, (true, FlagSource::Default)), "{sentence}");

        let loaded = known.load_flags_blocking(PATIENCE).unwrap();
        assert_eq!((loaded.local, loaded.remote, loaded.failed, loaded.is_complete()), (1, 0, 1, false), "{sentence}");
        assert!(loaded.error.unwrap().to_string().starts_with(sentence));
        assert_eq!(said(&known, HERE), (true, FlagSource::Local));
        assert_eq!(said(&known, KEPT), (false, FlagSource::PostHog), "what was known stays: {sentence}");
        server.asked();
    }
}

#[test]
fn a_server_that_takes_its_time_is_waited_for_until_the_deadline() {
    let server = Server::start();
    server.reply(Reply::Slow(r#"{"flags": {"kept": {"enabled": false}}}"#));
    let late = "posthog did not answer about flags in time: look at the network, or give it longer with \
                `Builder::flag_timeout`";
    let soon = Duration::from_millis(300);
    let error = server.client(false).user("u1").load_flags_blocking(soon).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.is_timeout()), (late, true));
    let loaded = server.client(true).user("u1").load_flags_with_blocking(&LoadOptions::new().within(soon)).unwrap();
    assert!((loaded.local, loaded.failed) == (1, 1) && loaded.error.unwrap().is_timeout());

    let posthog = PostHog::new(POSTHOG_KEY).host(format!("http://{}", server.address));
    let hasty = Client::builder().to(posthog).flag_timeout(soon).build().unwrap();
    let error = hasty.user("u1").load_flags_with_blocking(&LoadOptions::new()).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.is_timeout()), (late, true), "what the client says counts");
}

#[test]
fn flags_of_odd_shapes_spoil_no_other_and_are_told_apart_from_those_that_are_off() {
    let server = Server::start();
    server.reply(whole(
        r#"{"flags": {"here": {"enabled": true}, "kept": 7, "list": {"value": [1]}, "failed": {"failed": true}}}"#,
    ));
    let client = server.client(false);
    let user = client.user("u1");
    let loaded = user.load_flags_blocking(PATIENCE).unwrap();
    assert_eq!((loaded.remote, loaded.failed, loaded.is_complete(), loaded.error.is_none()), (1, 3, false, true));
    assert_eq!(said(&user, HERE), (true, FlagSource::PostHog));
    for key in ["kept", "list", "failed"] {
        let answer = user.peek(Flag::boolean(key, true));
        assert_eq!((answer.value, answer.assignment), (true, Assignment::Fallback(Fallback::SourceError)), "{key}");
    }
}

#[test]
fn what_could_not_be_computed_stays_as_it_was_and_what_is_gone_goes() {
    let server = Server::start();
    let client = server.client(false);
    let user = client.user("u1");
    let old = Flag::boolean("old", true);
    server.reply(whole(r#"{"flags": {"kept": {"enabled": false}, "old": {"enabled": false}}}"#));
    assert_eq!(user.load_flags_blocking(PATIENCE).unwrap().remote, 2);
    server.reply(whole(
        r#"{"flags": {"here": {"enabled": true}, "kept": {"failed": true}}, "errorsWhileComputingFlags": true}"#,
    ));
    for reload in [false, true] {
        let loaded = if reload { user.reload_flags_blocking(PATIENCE) } else { user.load_flags_blocking(PATIENCE) };
        let loaded = loaded.unwrap();
        assert_eq!((loaded.remote, loaded.failed), (1, 1));
        let off = (false, FlagSource::PostHog);
        assert_eq!((said(&user, HERE), said(&user, KEPT), said(&user, old)), ((true, off.1), off, off));
    }
    server.reply(whole(r#"{"flags": {"kept": {"enabled": true}}}"#));
    assert_eq!(user.load_flags_of_blocking(&["kept", "old"], PATIENCE).unwrap().missing, 1);
    assert_eq!(said(&user, old), (true, FlagSource::Default));
    assert_eq!((said(&user, KEPT), said(&user, HERE)), ((true, FlagSource::PostHog), (true, FlagSource::PostHog)));
}

#[test]
fn posthog_is_told_why_there_was_no_value() {
    let sandbox = Sandbox::start().expect("a free port");
    let posthog = PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url());
    let local = LocalFlags::bytes(definitions().to_string());
    let remote = Client::builder().to(posthog.clone()).build().unwrap();
    let local = Client::builder().to(posthog).local_flags(local).build().unwrap();
    let flags = sandbox.flags();
    flags.status(503);
    for (name, client) in [("remote", &remote), ("local", &local)] {
        let user = client.user(name);
        let _ = user.load_flags_blocking(PATIENCE);
        assert!(user.flag(KEPT));
    }
    flags.status(None);
    flags.quota_limited(true);
    let user = remote.user("quota");
    assert!(user.load_flags_blocking(PATIENCE).unwrap_err().is_network() && user.flag(KEPT));
    flags.quota_limited(false);
    flags.set_default("here", FlagAnswer::on());
    let user = remote.user("missing");
    assert!(user.load_flags_blocking(PATIENCE).unwrap().is_complete() && user.flag(KEPT));
    flags.errors_while_computing(true);
    let user = remote.user("errors");
    assert!(user.load_flags_blocking(PATIENCE).is_ok() && user.flag(KEPT));

    remote.flush(PATIENCE).unwrap();
    local.flush(PATIENCE).unwrap();
    let mut told: Vec<_> = sandbox
        .received(Vendor::PostHog)
        .into_iter()
        .map(|event| (event.distinct_id.unwrap(), event.properties["$feature_flag_error"].as_str().unwrap().to_owned()))
        .collect();
    told.sort_unstable();
    let expected = [
        ("errors", "errors_while_computing_flags,flag_missing"),
        ("local", "api_error_503,local_evaluation_inconclusive"),
        ("missing", "flag_missing"),
        ("quota", "quota_limited"),
        ("remote", "api_error_503"),
    ];
    assert_eq!(told, expected.map(|(who, error)| (who.to_owned(), error.to_owned())));
}
