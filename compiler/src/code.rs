//! The code of each kind of finding. `taxogen explain CODE` prints its page.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $title:literal;)*) => {
        /// What kind of finding a diagnostic is. Codes never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// `TX0203`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// One line: what this kind of finding is.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    // TX00: the text.
    /// The parser of YAML could not read on.
    YamlSyntax = "TX0001", "the YAML cannot be read";
    DuplicateKey = "TX0002", "a key stands twice in one map";
    SeveralDocuments = "TX0003", "a plan is one YAML document";
    EmptyPlan = "TX0004", "the plan is empty";
    AliasLimit = "TX0005", "aliases expand to too much";
    UnknownAlias = "TX0006", "an alias without its anchor, or inside it";
    NestingLimit = "TX0007", "nested too deeply";
    MergeKey = "TX0008", "YAML merge keys are not part of the language";
    KeyNotText = "TX0009", "a key is a list or a map";
    Tag = "TX0010", "YAML tags are not part of the language";
}
