use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::open_feature::{Client, EvaluationContext, EvaluationDetails, EvaluationReason, StructValue, Value};
use taxogen_flags::Fallback;

use super::evaluate::failed;
use super::evaluated::decision;
use super::json;
use crate::decision::{Decided, RuleKind};
use crate::error::{Error, Kind};
use crate::flag::{Flag, FlagKind, FlagLayer, FlagQuestion, FlagSource, Judged, LayerAnswer, Recent, Said};
use crate::value::Timestamp;

/// How many answers are remembered, unless told.
const CAPACITY: usize = 65_536;
/// For how long an answer counts, unless told.
const TIME_TO_LIVE: Duration = Duration::from_secs(5 * 60);

/// Flags that a provider of OpenFeature evaluates, as a layer of a client.
///
/// A provider is asked by awaiting it, and a flag is read without waiting. So the two are apart:
/// [`prefetch`](Self::prefetch) asks the provider about one person, once for each flag that was [named](Self::with), and
/// readings of that person's flags are answered from memory until the answers are too old. Who was not asked about has no
/// answer here, and the next layer is asked. Clones share what they remember: one goes to the client, the other
/// prefetches, at the beginning of a request say.
///
/// ```
/// use open_feature::{EvaluationContext, OpenFeature};
/// use taxogen::open_feature::OpenFeatureFlags;
/// use taxogen::{Client, Flag};
///
/// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
///
/// # async fn run() -> Result<(), taxogen::Error> {
/// let provider = OpenFeature::singleton().await.create_client();
/// let flags = OpenFeatureFlags::of(provider).with(NEW_DASHBOARD);
/// let (client, _recorder) = Client::builder().flags_from(flags.clone()).recorder();
///
/// let context = EvaluationContext::default().with_targeting_key("user_123").with_custom_field("plan", "pro");
/// flags.prefetch(&context).await?;
/// let shown = client.user("user_123").flag(NEW_DASHBOARD);
/// # let _ = shown;
/// # Ok(())
/// # }
/// ```
///
/// A flag that is on or off is asked for as a boolean, one with variants as a string, and settings as a structure. The
/// variant is the evaluation's `variant`, else its value. What the provider gives everybody, for the reasons `DEFAULT` and
/// `STATIC`, counts as delivered. An evaluation that fails leaves an earlier answer as it is, and is
/// [`SourceError`](Fallback::SourceError), [`Missing`](Fallback::Missing) or [`NotLoaded`](Fallback::NotLoaded) where there
/// is none.
///
/// Reading reports nothing of it: an [`ExposureHook`](super::ExposureHook) on the provider's client does, when the answers
/// are fetched.
#[derive(Clone)]
pub struct OpenFeatureFlags {
    client: Arc<Client>,
    flags: Vec<(&'static str, FlagKind)>,
    recent: Arc<Recent<Arc<Answered>>>,
    time_to_live: Duration,
}

struct Answered {
    said: Result<Said, Fallback>,
    at: Timestamp,
}

impl OpenFeatureFlags {
    /// What this client of OpenFeature evaluates; of the flags that are named by [`with`](Self::with).
    ///
    /// 65,536 answers are remembered, by person and flag. Of more, the oldest are forgotten, half of them at a time.
    #[must_use]
    pub fn of(client: Client) -> Self {
        let recent = Arc::new(Recent::new(CAPACITY));
        Self { client: Arc::new(client), flags: Vec::new(), recent, time_to_live: TIME_TO_LIVE }
    }

    /// This flag too.
    #[must_use]
    pub fn with<T, P>(mut self, flag: Flag<T, P>) -> Self {
        self.flags.retain(|(key, _)| *key != flag.key());
        self.flags.push((flag.key(), flag.kind()));
        self
    }

    /// For how long an answer counts; five minutes unless set.
    #[must_use]
    pub fn for_at_most(self, time_to_live: Duration) -> Self {
        Self { time_to_live, ..self }
    }

    /// Asks the provider for the flags of the person whose targeting key, which is their distinct id, the context has: one
    /// flag after another.
    ///
    /// # Errors
    ///
    /// When the context has no targeting key, or an empty one.
    pub async fn prefetch(&self, context: &EvaluationContext) -> Result<(), Error> {
        let Some(user) = context.targeting_key.as_deref().filter(|user| !user.is_empty()) else {
            let sentence = "the context has no targeting key: give it the distinct id of the person";
            return Err(Error::new(Kind::Input, sentence));
        };
        for (key, kind) in &self.flags {
            let said = self.evaluate(key, *kind, user, context).await;
            if said.is_ok() || self.said(user, key, Timestamp::now().as_unix_millis()).is_none() {
                self.recent.insert(user, key, Arc::new(Answered { said, at: Timestamp::now() }));
            }
        }
        Ok(())
    }

    async fn evaluate(
        &self,
        key: &str,
        kind: FlagKind,
        user: &str,
        context: &EvaluationContext,
    ) -> Result<Said, Fallback> {
        let context = Some(context);
        let details = match kind {
            FlagKind::OnOff => {
                self.client.get_bool_details(key, context, None).await.map(EvaluationDetails::into_value)
            }
            FlagKind::Variants => {
                self.client.get_string_details(key, context, None).await.map(EvaluationDetails::into_value)
            }
            FlagKind::Settings => {
                let details = self.client.get_struct_details::<StructValue>(key, context, None).await;
                details.map(EvaluationDetails::into_value)
            }
        };
        read(user, &details.map_err(|error| failed(&error.code))?)
    }

    /// What was said of a flag and is not too old.
    fn said(&self, user: &str, key: &str, now: i64) -> Option<(Arc<Answered>, Duration)> {
        let answered = self.recent.get(user, key)?;
        let age = now.saturating_sub(answered.at.as_unix_millis());
        let age = Duration::from_millis(u64::try_from(age).unwrap_or_default());
        (age <= self.time_to_live).then_some((answered, age))
    }
}

/// What an evaluation says.
fn read(user: &str, details: &EvaluationDetails<Value>) -> Result<Said, Fallback> {
    let kind = match details.reason {
        Some(EvaluationReason::Error) => return Err(Fallback::SourceError),
        Some(EvaluationReason::Default | EvaluationReason::Static) => RuleKind::Delivery,
        _ => RuleKind::Experiment,
    };
    let decided = Arc::new(Decided::elsewhere(&decision(user, details)));
    let payload = details.value.is_struct().then(|| json::text(&details.value).into());
    Ok(Said { payload, ..Judged { decided, kind: Some(kind) }.into() })
}

impl FlagLayer for OpenFeatureFlags {
    fn source(&self) -> FlagSource {
        FlagSource::OpenFeature
    }

    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        match self.said(question.distinct_id(), question.key(), question.now()) {
            None => LayerAnswer::Silent,
            Some((answered, age)) => match &answered.said {
                Ok(said) => LayerAnswer::Says(Said { age: Some(age), ..said.clone() }),
                Err(why) => LayerAnswer::CannotSay(*why),
            },
        }
    }

    fn keys(&self) -> Vec<String> {
        self.flags.iter().map(|(key, _)| (*key).to_owned()).collect()
    }
}

impl fmt::Debug for OpenFeatureFlags {
    /// Which flags, and how many answers are remembered.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags: Vec<_> = self.flags.iter().map(|(key, _)| key).collect();
        formatter
            .debug_struct("OpenFeatureFlags")
            .field("flags", &flags)
            .field("remembered", &self.recent.len())
            .finish_non_exhaustive()
    }
}
