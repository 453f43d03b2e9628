//! A subscriber of events that keeps them as lines.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, OnceLock};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// What the subscriber does with a line besides.
static THEN: Mutex<Option<Then>> = Mutex::new(None);

type Then = Arc<dyn Fn(&str) + Send + Sync>;

struct Lines;

/// Starts to keep lines, and forgets what was.
pub(crate) fn start() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| tracing::subscriber::set_global_default(Lines).unwrap());
    LINES.lock().unwrap().clear();
}

/// Has this done with each line while `run` runs.
pub(crate) fn doing(then: impl Fn(&str) + Send + Sync + 'static, run: impl FnOnce()) {
    *THEN.lock().unwrap() = Some(Arc::new(then));
    run();
    *THEN.lock().unwrap() = None;
}

/// Target, level and fields of every event.
pub(crate) fn all() -> Vec<String> {
    LINES.lock().unwrap().clone()
}

/// Those of taxogen, without their target, and without what differs from run to run.
pub(crate) fn of_taxogen() -> Vec<String> {
    let measured = |word: &str| word.starts_with("time_ms=") || word.starts_with("bytes=");
    let stable = |line: &str| line.split(' ').filter(|word| !measured(word)).collect::<Vec<_>>().join(" ");
    all().iter().filter_map(|line| line.strip_prefix("taxogen ")).map(stable).collect()
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line =
            Line(format!("{} {} {}", span.metadata().target(), span.metadata().level(), span.metadata().name()));
        span.record(&mut line);
        LINES.lock().unwrap().push(line.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line("record".to_owned());
        values.record(&mut line);
        LINES.lock().unwrap().push(line.0);
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{} {}", event.metadata().target(), event.metadata().level()));
        event.record(&mut line);
        LINES.lock().unwrap().push(line.0.clone());
        let then = THEN.lock().unwrap().clone();
        if let Some(then) = then {
            then(&line.0);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
}
