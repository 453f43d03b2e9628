//! Where an answer comes from, in order: a flag that everybody knows, and who is believed when they fall silent.

use std::fs;
use std::path::Path;
use std::time::Duration;

use taxogen::{
    Client, Decision, DecisionFlags, EnvironmentFlags, Flag, FlagFile, FlagLayer, FlagLoading, FlagQuestion,
    FlagSource, LayerAnswer, LocalFlags, PostHog, Variant,
};
use taxogen_sandbox::{FlagAnswer, POSTHOG_KEY, Sandbox, Vendor};

const WHO: Flag<Who> = Flag::variants("who", || Who("nobody"));

/// Everybody says who they are.
const IN_ORDER: [(&str, FlagSource); 10] = [
    ("overridden", FlagSource::Override),
    ("fixed for the handle", FlagSource::Fixed),
    ("fixed for the client", FlagSource::Fixed),
    ("environment", FlagSource::Environment),
    ("file", FlagSource::File),
    ("decision", FlagSource::Decision),
    ("own", FlagSource::Other("own")),
    ("loaded", FlagSource::PostHog),
    ("definitions", FlagSource::Local),
    ("nobody", FlagSource::Default),
];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Who(&'static str);

impl Variant for Who {
    const NAMES: &'static [&'static str] = &[
        "overridden",
        "fixed for the handle",
        "fixed for the client",
        "environment",
        "file",
        "decision",
        "own",
        "loaded",
        "definitions",
        "nobody",
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|known| **known == name).map(|name| Self(name))
    }

    fn name(&self) -> &'static str {
        self.0
    }
}

struct Own;

impl FlagLayer for Own {
    fn source(&self) -> FlagSource {
        FlagSource::Other("own")
    }

    fn answer(&self, _: &FlagQuestion<'_>) -> LayerAnswer {
        LayerAnswer::says("own")
    }
}

const DEFINITIONS: &str = r#"{"flags": [{"id": 1, "key": "who", "active": true, "filters": {
    "groups": [{"properties": [], "rollout_percentage": 100}],
    "multivariate": {"variants": [{"key": "definitions", "rollout_percentage": 100}]}
}}]}"#;

fn environment() -> EnvironmentFlags {
    EnvironmentFlags::from_variables("F_", [("F_WHO".into(), "environment".into())]).unwrap()
}

fn file(folder: &Path) -> FlagFile {
    let path = folder.join("flags.json");
    fs::write(&path, r#"{"who": "file"}"#).unwrap();
    FlagFile::open(path).unwrap()
}

fn decisions() -> DecisionFlags {
    DecisionFlags::asking(|question| {
        let decision = Decision::new(question.distinct_id(), question.key());
        Some(decision.with_variation("decision").with_rule("checkout_ab"))
    })
}

/// Who is believed when the first of them say nothing.
fn believed(silent: usize, sandbox: &Sandbox, folder: &Path) -> (Who, FlagSource) {
    let speaks = |place: usize| place >= silent;
    let mut builder =
        Client::builder().to(PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url())).flag_loading(FlagLoading::Remote);
    if speaks(2) {
        builder = builder.fix_flag(WHO, Who("fixed for the client"));
    }
    if speaks(3) {
        builder = builder.flags_from(environment());
    }
    if speaks(4) {
        builder = builder.flags_from(file(folder));
    }
    if speaks(5) {
        builder = builder.flags_from(decisions());
    }
    if speaks(6) {
        builder = builder.flags_from(Own);
    }
    if speaks(8) {
        builder = builder.local_flags(LocalFlags::bytes(DEFINITIONS));
    }
    let mut client = builder.build().unwrap();
    if speaks(0) {
        client = client.override_flags([WHO.is(Who("overridden"))]);
    }
    let user = client.user("user_123");
    if speaks(7) {
        user.load_flags_blocking(Duration::from_secs(20)).unwrap();
    }
    if speaks(1) {
        user.fix_flag(WHO, Who("fixed for the handle"));
    }
    let answer = user.evaluate(WHO);
    client.flush(Duration::from_secs(20)).unwrap();
    (answer.value, answer.source)
}

#[test]
fn the_first_that_says_something_is_believed() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().set_default(WHO.key(), FlagAnswer::variant("loaded"));
    let folder = tempfile::tempdir().unwrap();
    for (silent, (who, source)) in IN_ORDER.into_iter().enumerate() {
        assert_eq!(believed(silent, &sandbox, folder.path()), (Who(who), source));
        let told = sandbox.received(Vendor::PostHog).len();
        let exposures = [0, 0, 0, 0, 0, 0, 0, 1, 2, 2];
        assert_eq!(told, exposures[silent], "PostHog is told of what PostHog said: {who}");
    }
}

#[test]
fn layers_are_asked_in_the_order_in_which_they_were_added() {
    let folder = tempfile::tempdir().unwrap();
    let source = |builder: taxogen::Builder| builder.recorder().0.user("user_123").evaluate(WHO).source;
    let builder = Client::builder;
    assert_eq!(source(builder().flags_from(file(folder.path())).flags_from(environment())), FlagSource::File);
    assert_eq!(source(builder().flags_from(environment()).flags_from(file(folder.path()))), FlagSource::Environment);
    assert_eq!(source(builder().flags_from(Own).flags_from(decisions())), FlagSource::Other("own"));
}
