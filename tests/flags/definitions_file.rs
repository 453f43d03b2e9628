//! Definitions that lie in a file, or are given as bytes: no destination, no network.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taxogen::{Builder, Client, DefinitionsSource, Flag, LocalFlags, PostHog, Segment};
use tempfile::TempDir;

use crate::poller::{Told, on_for_everybody, wait_until};

const NEW: Flag<bool> = Flag::boolean("new", false);
const UNUSABLE: &str = "put there what `/flags/definitions` of posthog answers";

/// A folder for a file of definitions.
struct Place {
    path: PathBuf,
    _folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("flags.json"), _folder: folder }
    }

    /// Puts another file in its place, as somebody does who lets nobody read half of it.
    fn put(&self, text: &str) {
        let new = self.path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, &self.path).unwrap();
    }

    fn defines(&self, keys: &[&str]) {
        self.put(&on_for_everybody(keys).to_string());
    }

    fn watched(&self) -> LocalFlags {
        LocalFlags::file(&self.path).poll_interval(Duration::from_millis(10))
    }
}

#[test]
fn a_file_is_read_again_when_it_changes() {
    // On the delivery thread, and on one of its own.
    let delivering = Client::builder().to(Segment::new("key").host("http://127.0.0.1:9"));
    for (builder, has_thread) in [(Client::builder(), false), (delivering, true)] {
        let (place, told) = (Place::new(), Told::default());
        place.defines(&["new"]);
        let builder = told.hear(builder).local_flags(place.watched());
        let client = if has_thread { builder.build().unwrap() } else { builder.recorder().0 };
        client.flags_ready(Duration::ZERO).unwrap();
        assert!(client.user("u").flag(NEW));
        let status = client.flag_definitions();
        assert_eq!((status.source, status.flags, status.trouble), (DefinitionsSource::File, Some(1), None));

        place.defines(&["other", "third"]);
        wait_until("read again", || client.flag_definitions().flags == Some(2));
        assert!(!client.user("u").flag(NEW));
        assert_eq!(told.sentences(), [""; 0]);

        place.put(r#"{"flags": ["#);
        wait_until("found unusable", || client.flag_definitions().trouble.is_some());
        assert_eq!(client.flag_definitions().flags, Some(2), "the last good ones stay");
        fs::remove_file(&place.path).unwrap();
        wait_until("found gone", || told.sentences().len() == 2);
        place.defines(&["new"]);
        wait_until("back", || client.user("u").flag(NEW));
        wait_until("told", || told.sentences().len() == 3);
        let path = place.path.display();
        let [unusable, gone, renewed] = &told.sentences()[..] else { panic!() };
        assert_eq!(
            unusable,
            &format!(
                "local flags are not renewed: the definitions of local flags in `{path}` cannot be used: not JSON at line 1 \
                 column 11; {UNUSABLE}"
            )
        );
        let start = format!("local flags are not renewed: the definitions of local flags in `{path}` cannot be read: ");
        assert!(gone.starts_with(&start), "{gone}");
        assert!(gone.ends_with("; put a file there, as `/flags/definitions` of posthog answers it"), "{gone}");
        assert_eq!(renewed, "local flags are renewed: the newest definitions are in use");

        client.shutdown(Duration::ZERO);
        place.defines(&["other"]);
        std::thread::sleep(Duration::from_millis(50));
        assert!(client.user("u").flag(NEW), "nobody looks any more, and what was read stays");
    }
}

#[test]
fn a_file_that_changes_in_place_is_read_again() {
    let place = Place::new();
    place.defines(&["new"]);
    let (client, _) = Client::builder().local_flags(place.watched()).recorder();
    // Of the same length, and written within the same tick of the clock of many file systems.
    for key in ["two", "new", "two", "new"] {
        fs::write(&place.path, on_for_everybody(&[key]).to_string()).unwrap();
        wait_until("read again", || client.user("u").flag(NEW) == (key == "new"));
    }
}

#[test]
fn a_client_is_not_built_without_its_file() {
    let place = Place::new();
    let path = place.path.display();
    let build = || Client::builder().local_flags(place.watched()).build();
    let missing = build().unwrap_err();
    assert!(missing.is_configuration());
    assert!(missing.to_string().starts_with(&format!("the definitions of local flags in `{path}` cannot be read: ")));
    place.put("<p>Sign in</p>");
    let sentence =
        format!("the definitions of local flags in `{path}` cannot be used: not JSON at line 1 column 1; {UNUSABLE}");
    let delivering = Client::builder().to(PostHog::new("phc_key")).local_flags(place.watched()).build();
    for error in [build().unwrap_err(), delivering.unwrap_err()] {
        assert_eq!((error.to_string(), error.is_configuration()), (sentence.clone(), true));
    }

    // A recorder cannot fail: it tells, and looks again.
    let told = Told::default();
    let (client, _) = told.hear(Client::builder()).local_flags(place.watched()).recorder();
    assert_eq!(client.flags_ready(Duration::ZERO).unwrap_err().to_string(), sentence);
    assert_eq!(told.sentences(), [format!("local flags are not renewed: {sentence}")]);
    place.defines(&["new"]);
    wait_until("read", || client.user("u").flag(NEW));
    client.flags_ready(Duration::ZERO).unwrap();
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let error = Client::builder().local_flags(LocalFlags::file(folder.path())).build().unwrap_err();
    let sentence = format!(
        "the definitions of local flags in `{}` cannot be read: it is no file; put a file there, as `/flags/definitions` of \
         posthog answers it",
        folder.path().display()
    );
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn bytes_stay_as_they_are() {
    let bytes = |keys: &[&str]| LocalFlags::bytes(on_for_everybody(keys).to_string());
    let client = Client::builder().local_flags(bytes(&["new"])).build().unwrap();
    assert!(client.user("u").flag(NEW));
    let status = client.flag_definitions();
    assert_eq!((status.source, status.flags, status.age), (DefinitionsSource::Bytes, Some(1), None));
    assert!(!format!("{:?}", Client::builder().local_flags(bytes(&["new"]))).contains("new"));

    let error = Client::builder().local_flags(LocalFlags::bytes(*b"{}")).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the definitions of local flags that were given cannot be used: no list of `flags` is in it; give what \
         `/flags/definitions` of posthog answers"
    );
}

#[test]
fn an_odd_flag_is_told_once_until_it_changes() {
    let odd = |value: &str| format!(r#"{{"key": "odd", "active": true, "filters": {value}}}"#);
    let healthy = r#"{"key": "new", "active": true, "filters": {"groups": [{"properties": []}]}}"#;
    let document = |flags: &[&str]| format!(r#"{{"flags": [{}]}}"#, flags.join(","));
    let place = Place::new();
    let told = Arc::<Mutex<Vec<String>>>::default();
    let hear = |builder: Builder| {
        let told = Arc::clone(&told);
        builder.on_flag_problem(move |problem| told.lock().unwrap().push(problem.flag.clone()))
    };
    place.put(&document(&[&odd("7"), healthy]));
    let (client, _) = hear(Client::builder()).local_flags(place.watched()).recorder();
    assert!(client.user("u").flag(NEW));
    assert_eq!((client.flag_definitions().odd_flags, told.lock().unwrap().clone()), (1, vec!["odd".to_owned()]));
    place.put(&document(&[&odd("7"), healthy, &healthy.replace("new", "newer")]));
    wait_until("read again", || client.flag_definitions().flags == Some(3));
    assert_eq!(told.lock().unwrap().len(), 1, "that was told");
    place.put(&document(&[healthy]));
    wait_until("read again", || client.flag_definitions().odd_flags == 0);
    place.put(&document(&[&odd("7"), healthy]));
    wait_until("told again", || told.lock().unwrap().len() == 2);
    let filters = r#"{"groups": [{"properties": [{"type": "one"}, {"type": "two"}]}]}"#;
    place.put(&document(&[&odd(filters), healthy, healthy]));
    wait_until("told again", || told.lock().unwrap().len() == 5);
    assert_eq!(client.flag_definitions().odd_flags, 2, "one that is odd in two ways, and one that is there twice");
}
