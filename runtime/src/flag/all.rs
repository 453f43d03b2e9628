use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use taxogen_flags::{FlagValue, Reason};

use super::fixed::Fixed;
use super::source::FlagSource;
use crate::decision::Engine;
use crate::user::User;

/// What somebody said about one flag: [`User::all_flags`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KnownFlag {
    /// The flag's key.
    pub key: String,
    /// Its value, as it was said: also a variant that the plan does not have.
    pub value: FlagValue,
    /// What was handed out with it: JSON text.
    pub payload: Option<Arc<str>>,
    /// Who said so.
    pub source: FlagSource,
    /// Why, in the words of the source.
    pub reason: Option<Reason>,
    /// How old the answer is, or the definitions by which it was evaluated.
    pub age: Option<Duration>,
    pub(crate) engine: Engine,
}

impl User {
    /// Every flag about which somebody can say something for this person, in the order of the keys: what was overridden and
    /// fixed, what the layers list, what was loaded, and what PostHog's definitions say here. Nothing is exposed by it.
    ///
    /// It is read as [`flag`](Self::flag) is: no I/O, and who is asked first is believed. Flags of the plan about which
    /// nobody says anything are not in it, nor are settings that were fixed, which have no value.
    ///
    /// ```
    /// use taxogen::{Client, Flag, FlagSource};
    ///
    /// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
    ///
    /// let (client, _) = Client::builder().fix_flag(NEW_DASHBOARD, true).recorder();
    /// let flags = client.user("user_123").all_flags();
    /// assert_eq!((flags[0].key.as_str(), &flags[0].value), ("new-dashboard", &true.into()));
    /// assert_eq!(flags[0].source, FlagSource::Fixed);
    /// ```
    #[must_use]
    pub fn all_flags(&self) -> Vec<KnownFlag> {
        let flags = &self.client.core.flags;
        let mut keys: BTreeSet<String> = self.identity.flags.keys().into_iter().collect();
        keys.extend(flags.fixed.keys().map(|key| (*key).to_owned()));
        keys.extend(self.client.overrides.iter().flat_map(|overrides| overrides.keys()).map(|key| (*key).to_owned()));
        keys.extend(flags.layers.iter().chain(&flags.local).flat_map(|layer| layer.keys()));
        keys.into_iter().filter_map(|key| self.known_flag(key)).collect()
    }

    fn known_flag(&self, key: String) -> Option<KnownFlag> {
        let known = self.known(&key);
        let by_hand = self.by_hand(&key, &known).into_iter().find_map(|(fixed, source)| Some((fixed?, source)));
        if let Some((fixed, source)) = by_hand {
            let Fixed::Value(value) = fixed else { return None };
            let (value, engine) = (value.clone(), Engine::PostHog);
            return Some(KnownFlag { key, value, payload: None, source, reason: None, age: None, engine });
        }
        let question = self.question(&key, &known);
        let (said, source) = self.client.core.flags.ask(known.loaded.as_deref(), &question).ok()?;
        let engine = said.engine.unwrap_or(Engine::PostHog);
        let (value, payload, reason, age) = (said.value, said.payload, said.reason, said.age);
        Some(KnownFlag { key, value, payload, source, reason, age, engine })
    }
}
