//! Lints: what is probably a mistake in a plan that compiles. Each has a name, by which a plan or the
//! command line says how much it weighs.

mod ambiguous;
mod deprecated;
mod expiry;
mod level;
mod missing;
mod naming;
mod near_duplicate;
mod personal;
mod reach;
mod text;
mod unused;

pub use self::ambiguous::Ambiguous;
pub use self::level::Level;
pub(crate) use self::level::Levels;
pub(crate) use self::reach::all as reach;
pub(crate) use self::text::all as text;
use crate::ast::index::Index;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::settings::Settings;

macro_rules! lints {
    ($($name:ident = $word:literal, $level:ident, $about:literal;)*) => {
        /// A kind of finding that need not stop the build. Its code is the [`Code`] of the same name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Lint { $(#[doc = concat!("`", $word, "`: ", $about, ".")] $name,)* }

        impl Lint {
            /// Every lint, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As plans and the command line call it: `missing-owner`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The code of its findings.
            #[must_use]
            pub const fn code(self) -> Code {
                match self { $(Self::$name => Code::$name,)* }
            }

            /// What it weighs where nobody says otherwise.
            #[must_use]
            pub const fn default_level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            /// One line: what it tells. Compiled where it is asked.
            #[must_use]
            #[inline]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }
        }
    };
}

lints! {
    UnusedFile = "unused-file", Warn, "a YAML file beside the included ones that nothing includes";
    TinyPercent = "tiny-percent", Warn, "a percentage below one, probably meant as a share of one";
    UnknownVendorName = "vendor-name", Warn, "a name with `$` to which no vendor has given a meaning";
    GroupTypeName = "group-type-name", Warn, "a property with the name of a group type, which mixpanel has twice";
    LibraryName = "library-name", Warn, "a property that the library writes itself, so that a message has it twice";
    InexactInteger = "inexact-integer", Warn, "an integer that is rounded where numbers are doubles";
    RaisedClass = "raised-class", Warn, "a class below that of what the property holds";
    UnreachableRollout = "unreachable-rollout", Warn, "an entry of a rollout that nobody reaches";
    FlagKeyCase = "flag-key-case", Warn, "flag keys that differ only in case, which a search by key does not tell apart";
    RemoteConfigRollout = "remote-config-rollout", Warn, "a rollout of 0 of which the server makes 100";
    UselessBucketing = "useless-bucketing", Warn, "bucketing of persons on a flag that counts groups";
    ThresholdSide = "threshold-side", Warn, "a threshold on the side where its metric is meant to go";
    UnseenMetric = "unseen-metric", Warn, "a metric of what PostHog, which counts it, does not get";
    Naming = "naming", Warn, "a name in another way than `conventions` say";
    NearDuplicateName = "near-duplicate-name", Warn, "two names in two spellings of one, or one letter apart";
    MissingDescription = "missing-description", Warn, "an event without `description`, an experiment without `hypothesis`";
    MissingOwner = "missing-owner", Warn, "an event, flag or experiment of nobody, in a plan with `owners`";
    UnusedType = "unused-type", Warn, "a type that nothing has";
    UnusedPropertyGroup = "unused-property-group", Warn, "a property group that nothing includes";
    UnusedOwner = "unused-owner", Warn, "an owner of nothing";
    UnusedCohort = "unused-cohort", Warn, "a cohort that no rollout names";
    Expired = "expired", Warn, "what was to be gone by a day that is over";
    ExpiresSoon = "expires-soon", Note, "what is to be gone within 30 days";
    DeprecatedMetric = "deprecated-metric", Warn, "a metric of a deprecated event";
    DeprecatedReplacement = "deprecated-replacement", Warn, "a `replaced_by` of what is deprecated itself";
    PersonalName = "personal-name", Warn, "a property whose name sounds personal and that has no `sensitivity`";
    UnreachableProperty = "unreachable-property", Warn, "a property that no destination may see";
    BidiText = "bidi-text", Deny, "characters that turn the direction of what is shown";
    InvisibleCharacter = "invisible-character", Warn, "characters that nobody sees";
    AmbiguousScalar = "ambiguous-scalar", Warn, "a value or key that readers of YAML 1.1 take for something else";
}

/// Looks at a plan in which nothing is wrong.
pub(crate) fn plan(index: &Index<'_>, ambiguous: &Ambiguous, settings: &Settings, diagnostics: &mut Diagnostics) {
    use self::Lint as L;
    let plan = index.plan;
    let hears =
        |lints: &[Lint], diagnostics: &Diagnostics| lints.iter().any(|lint| diagnostics.level(*lint) > Level::Allow);
    if hears(&[L::Naming], diagnostics) {
        naming::all(plan, diagnostics);
    }
    if hears(&[L::NearDuplicateName], diagnostics) {
        near_duplicate::all(plan, diagnostics);
    }
    if hears(&[L::MissingDescription], diagnostics) {
        missing::descriptions(plan, diagnostics);
    }
    if hears(&[L::MissingOwner], diagnostics) {
        missing::owners(plan, diagnostics);
    }
    if hears(&[L::UnusedType, L::UnusedPropertyGroup, L::UnusedOwner, L::UnusedCohort], diagnostics) {
        unused::all(plan, diagnostics);
    }
    if let Some(today) = settings.today
        && hears(&[L::Expired, L::ExpiresSoon], diagnostics)
    {
        expiry::all(plan, today, diagnostics);
    }
    if hears(&[L::DeprecatedMetric], diagnostics) {
        deprecated::metrics(plan, diagnostics);
    }
    if hears(&[L::DeprecatedReplacement], diagnostics) {
        deprecated::replacements(plan, diagnostics);
    }
    if hears(&[L::PersonalName], diagnostics) {
        personal::all(plan, index, diagnostics);
    }
    ambiguous.tell(diagnostics);
}

impl Lint {
    /// The lint of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lint| lint.name() == name)
    }

    /// The lint whose findings have that code.
    #[must_use]
    pub fn of_code(code: Code) -> Option<Self> {
        Self::ALL.iter().copied().find(|lint| lint.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lint_is_found_by_its_name_and_its_code() {
        for (at, lint) in Lint::ALL.iter().enumerate() {
            assert_eq!(*lint as usize, at);
            assert_eq!(Lint::of_name(lint.name()), Some(*lint));
            assert_eq!(Lint::of_code(lint.code()), Some(*lint));
            let is_kebab = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert!(is_kebab(lint.name()), "{}", lint.name());
        }
        assert_eq!(Lint::of_code(Code::UnknownType), None);
    }

    #[test]
    fn lints_stand_in_the_order_of_their_codes() {
        assert!(Lint::ALL.is_sorted_by_key(|lint| lint.code()));
    }
}
