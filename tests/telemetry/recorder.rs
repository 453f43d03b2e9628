//! A recorder of metrics that keeps them as lines.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};

#[derive(Default)]
struct Kept {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    descriptions: Mutex<BTreeMap<String, String>>,
}

static KEPT: LazyLock<Kept> = LazyLock::new(Kept::default);

struct Recorder;

/// Starts to record, and forgets what was.
pub(crate) fn start() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| metrics::set_global_recorder(Recorder).map_err(|_| "another recorder").unwrap());
    for kept in [&KEPT.counters, &KEPT.gauges] {
        kept.lock().unwrap().values().for_each(|value| value.store(0, Ordering::Relaxed));
    }
}

/// The counters that count something: name, labels, value.
pub(crate) fn counters() -> Vec<String> {
    let counters = KEPT.counters.lock().unwrap();
    let values = counters.iter().map(|(name, value)| (name, value.load(Ordering::Relaxed)));
    values.filter(|(_, value)| *value > 0).map(|(name, value)| format!("{name} {value}")).collect()
}

/// The gauges, as they stand.
pub(crate) fn gauges() -> BTreeMap<String, f64> {
    let gauges = KEPT.gauges.lock().unwrap();
    gauges.iter().map(|(name, bits)| (name.clone(), f64::from_bits(bits.load(Ordering::Relaxed)))).collect()
}

pub(crate) fn descriptions() -> BTreeMap<String, String> {
    KEPT.descriptions.lock().unwrap().clone()
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(&key, unit, &description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        describe(&key, unit, &description);
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(register(&KEPT.counters, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(register(&KEPT.gauges, key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

fn describe(key: &KeyName, unit: Option<Unit>, description: &str) {
    let unit = unit.map_or("", |unit| unit.as_canonical_label());
    KEPT.descriptions.lock().unwrap().insert(key.as_str().to_owned(), format!("{description} [{unit}]"));
}

fn register(kept: &Mutex<BTreeMap<String, Arc<AtomicU64>>>, key: &Key) -> Arc<AtomicU64> {
    let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
    let name = format!("{}{{{}}}", key.name(), labels.join(","));
    Arc::clone(kept.lock().unwrap().entry(name).or_default())
}
