//! From a document to what can be evaluated: flag by flag, so that one odd flag never spoils the others.

mod clause;
mod cohort;
mod cycle;
mod flag;

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::Json;
use crate::flag::{Cohort, Flag, Target};
use crate::{MatchingVersion, Trouble};

use cohort::CohortTable;

/// Finds a flag by its key.
pub(crate) type ByKey = HashMap<Arc<str>, usize, foldhash::fast::RandomState>;

/// The flags and cohorts of a document.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) flags: Vec<Flag>,
    pub(crate) by_key: ByKey,
    pub(crate) cohorts: Vec<Cohort>,
    pub(crate) troubles: Vec<Trouble>,
}

/// Compiles the flags of a document, and the cohorts that they refer to.
pub(crate) fn compile<'a>(document: &'a Json<'a>, flags: &'a [Json<'a>]) -> Compiled {
    let mut compiler = Compiler {
        matching: MatchingVersion::from_number(
            document.get("property_matching_version").and_then(Json::as_i64).unwrap_or(1),
        ),
        by_key: ByKey::default(),
        group_types: group_types(document),
        cohorts: CohortTable::new(document.get("cohorts")),
        troubles: Vec::new(),
        about: None,
    };
    let named = compiler.named(flags);
    let mut flags: Vec<Flag> = named.into_iter().map(|(key, flag)| compiler.flag(key, flag)).collect();
    compiler.about = None;
    let mut cohorts = compiler.cohorts();
    cycle::mark(&mut flags, &mut cohorts);
    Compiled { flags, by_key: compiler.by_key, cohorts, troubles: compiler.troubles }
}

/// What is known while the parts of a document are compiled.
struct Compiler<'a> {
    matching: MatchingVersion,
    by_key: ByKey,
    group_types: Vec<(i64, Arc<str>)>,
    cohorts: CohortTable<'a>,
    troubles: Vec<Trouble>,
    /// The flag that is being compiled.
    about: Option<Arc<str>>,
}

impl<'a> Compiler<'a> {
    /// The flags that have a key, in the order in which each key comes first; of two of one key the last counts.
    fn named(&mut self, flags: &'a [Json<'a>]) -> Vec<(Arc<str>, &'a Json<'a>)> {
        let mut named: Vec<(Arc<str>, &Json<'_>)> = Vec::with_capacity(flags.len());
        for (position, flag) in flags.iter().enumerate() {
            let Some(key) = flag.get("key").and_then(Json::as_text) else {
                self.trouble(format!("`flags` holds {} without a `key` at position {position}", flag.kind()));
                continue;
            };
            if let Some(&before) = self.by_key.get(key) {
                named[before].1 = flag;
                let key = Arc::clone(&named[before].0);
                self.troubles.push(Trouble {
                    flag: Some(key),
                    sentence: "it is defined more than once, the last counts".into(),
                });
                continue;
            }
            let key: Arc<str> = key.into();
            self.by_key.insert(Arc::clone(&key), named.len());
            named.push((key, flag));
        }
        named
    }

    /// Whom something is about that aggregates by the group type of this number.
    fn target(&self, group_type: i64) -> Target {
        match self.group_types.iter().find(|(number, _)| *number == group_type) {
            Some((_, name)) => Target::Group(Arc::clone(name)),
            None => Target::UnknownGroup(group_type),
        }
    }

    fn trouble(&mut self, sentence: impl Into<Box<str>>) {
        self.troubles.push(Trouble { flag: self.about.clone(), sentence: sentence.into() });
    }
}

/// The names of the types of groups, by their number: `{"0": "company"}`.
fn group_types(document: &Json<'_>) -> Vec<(i64, Arc<str>)> {
    let mapping = document.get("group_type_mapping").and_then(Json::as_object).unwrap_or_default();
    mapping.iter().filter_map(|(number, name)| Some((number.parse().ok()?, name.as_text()?.into()))).collect()
}
