//! Keys stand in requests and nowhere else.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use taxogen::{Client, Destination, Mixpanel, PostHog, Segment};

use crate::vendor::{answering, nobody};
use crate::{Numbered, alone, lines};

const POSTHOG: &str = "phc_recognisable4711project";
const SEGMENT: &str = "recognisable4711writekey";
const MIXPANEL: &str = "recognisable4711token";
const HASHES: &str = "recognisable4711hashes";
/// The keys of Segment and Mixpanel as the header of basic authentication has them.
const IN_HEADERS: [&str; 2] = ["cmVjb2duaXNhYmxlNDcxMXdyaXRla2V5Og==", "cmVjb2duaXNhYmxlNDcxMXRva2VuOg=="];
/// What an answer may say of a key that it does not take.
const COMPLAINT: &str = "no such key";

/// Everything that anybody was told, in one text.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<String>>);

impl Told {
    fn add(&self, what: &impl Debug) {
        writeln!(self.0.lock().unwrap(), "{what:?}").unwrap();
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

/// Runs a client whose destinations are all at this host, and gives back what was told.
fn told_at(host: &str) -> String {
    let told = Told::default();
    let [losses, troubles, flags, filters, before] = [(); 5].map(|()| told.clone());
    let destinations: [Destination; 3] = [
        PostHog::new(POSTHOG)
            .host(host)
            .filter(move |outgoing| {
                filters.add(outgoing);
                true
            })
            .into(),
        Segment::new(SEGMENT).host(host).into(),
        Mixpanel::new(MIXPANEL).host(host).into(),
    ];
    told.add(&destinations);
    let builder = destinations.into_iter().fold(Client::builder(), taxogen::Builder::to);
    let builder = builder
        .hash_key(HASHES)
        .linger(Duration::ZERO)
        .request_timeout(Duration::from_millis(500))
        .before_capture(move |draft| before.add(draft))
        .on_loss(move |loss| losses.add(loss))
        .on_trouble(move |trouble| troubles.add(trouble))
        .on_flag_problem(move |problem| flags.add(problem));
    told.add(&builder);
    let client = match builder.build() {
        Ok(client) => client,
        // A machine that trusts nobody has no TLS.
        Err(error) => {
            told.add(&(&error, error.to_string()));
            return told.text();
        }
    };
    let user = client.user("u");
    user.capture(Numbered(1));
    user.set(Person);
    let now = user.capture_now(Numbered(2)).within(Duration::from_millis(200));
    told.add(&now);
    told.add(&now.wait());
    told.add(&client.flush(Duration::from_millis(700)));
    told.add(&user.load_flags_blocking(Duration::from_millis(700)));
    told.add(&client.report());
    let report = client.shutdown(Duration::from_millis(700));
    told.add(&(&client, &user, &report, report.to_string(), client.flag_report(), client.invalid_report()));
    told.text()
}

struct Person;

impl taxogen::PersonProperties for Person {
    fn plan(&self) -> taxogen::PlanId {
        taxogen::PlanId::new("shop", "0000000000000000")
    }

    fn write(&self, properties: &mut taxogen::PropertyWriter<'_>) {
        properties.set().hashed().personal("email", "somebody@example.com");
    }
}

/// What a vendor or a proxy says that repeats the whole request, its header included.
fn complaint(path: &str, as_json: bool) -> String {
    let (key, header) = match path {
        "/v1/batch" => (SEGMENT, IN_HEADERS[0]),
        "/batch/" => (POSTHOG, ""),
        path if path.starts_with("/flags") => (POSTHOG, ""),
        _ => (MIXPANEL, IN_HEADERS[1]),
    };
    let words = format!("{COMPLAINT}: {key} (Basic {header})");
    if as_json { format!("{{\"error\":\"{words}\"}}") } else { words }
}

#[test]
fn no_key_is_told_whatever_goes_wrong() {
    let _alone = alone();
    let mut places: Vec<(String, &str)> = [200, 301, 400, 401, 403, 404, 413, 429, 500]
        .into_iter()
        .map(|status| (status, if status == 301 { "redirects" } else { COMPLAINT }))
        .map(|(status, expected)| (format!("http://{}", answering(status, |path| complaint(path, true))), expected))
        .collect();
    places.push((format!("http://{}", answering(404, |path| complaint(path, false))), COMPLAINT));
    places.push((format!("http://{}", nobody()), "onnection refused"));
    places.push(("http://nowhere.invalid".to_owned(), "lookup"));
    places.push((format!("https://{}", answering(200, |_| String::new())), ""));
    lines::start();
    thread::scope(|scope| {
        for (place, expected) in places {
            scope.spawn(move || {
                let told = told_at(&place);
                assert!(told.contains(expected), "{place} says nothing of `{expected}`: {told}");
                assert_eq!(keys_in(&told), Vec::<&str>::new(), "{place}");
            });
        }
    });
    assert_eq!(keys_in(&lines::all().join("\n")), Vec::<&str>::new());
    let lines = lines::of_taxogen();
    assert!(lines.iter().any(|line| line.starts_with("ERROR")) && !lines.iter().any(|line| line.contains("somebody@")));
}

/// The lines in which anything of a key stands.
fn keys_in(told: &str) -> Vec<&str> {
    let keys = [POSTHOG, SEGMENT, MIXPANEL, HASHES, IN_HEADERS[0], IN_HEADERS[1], "4711"];
    told.lines().filter(|line| keys.iter().any(|key| line.contains(key))).collect()
}

#[test]
fn no_key_is_told_where_the_settings_are_wrong() {
    let wrong = |destination: Destination| {
        let error = Client::builder().to(destination).build().unwrap_err();
        format!("{error} {error:?}")
    };
    let bad_host = format!("https://{SEGMENT}@example.com");
    let told = [
        wrong(PostHog::new(POSTHOG.replace("phc_", "phx_")).into()),
        wrong(PostHog::new(POSTHOG).host("ftp://example.com").into()),
        wrong(Segment::new(format!("{SEGMENT} ")).into()),
        wrong(Segment::new(SEGMENT).host(bad_host).into()),
        wrong(Mixpanel::new(MIXPANEL).host(format!("https://example.com/?token={MIXPANEL}")).into()),
    ];
    assert!(told.iter().all(|told| !told.contains("4711")), "{told:#?}");
}
