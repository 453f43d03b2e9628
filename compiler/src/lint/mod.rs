//! Lints: what is probably a mistake in a plan that compiles. Each has a name, by which a plan or the
//! command line says how much it weighs.

mod level;

pub use self::level::Level;
pub(crate) use self::level::Levels;
use crate::code::Code;

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

            /// One line: what it tells.
            #[must_use]
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
    InexactInteger = "inexact-integer", Warn, "an integer that is rounded where numbers are doubles";
    RaisedClass = "raised-class", Warn, "a class below that of what the property holds";
    UnreachableRollout = "unreachable-rollout", Warn, "an entry of a rollout that nobody reaches";
    FlagKeyCase = "flag-key-case", Warn, "flag keys that differ only in case, which a search by key does not tell apart";
    RemoteConfigRollout = "remote-config-rollout", Warn, "a rollout of 0 of which the server makes 100";
    UselessBucketing = "useless-bucketing", Warn, "bucketing of persons on a flag that counts groups";
    ThresholdSide = "threshold-side", Warn, "a threshold on the side where its metric is meant to go";
    UnseenMetric = "unseen-metric", Warn, "a metric of what PostHog, which counts it, does not get";
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
