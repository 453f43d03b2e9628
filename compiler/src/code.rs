//! The code of each kind of finding. `taxogen explain CODE` prints its page.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $title:literal;)*) => {
        /// What kind of finding a diagnostic is. Codes never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = concat!("`", $code, "`: ", $title, ".")] $(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// `TX0203`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// One line: what this kind of finding is. Compiled where it is asked.
            #[must_use]
            #[inline]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Whether the line that it is about holds a secret.
            #[must_use]
            pub(crate) const fn hides_its_line(self) -> bool {
                matches!(self, Self::PersonalKey)
            }
        }
    };
}

codes! {
    // TX00: the text.
    /// The parser of YAML could not read on.
    YamlSyntax = "TX0001", "the YAML cannot be read";
    DuplicateKey = "TX0002", "a name stands twice in one map or list";
    SeveralDocuments = "TX0003", "a plan is one YAML document";
    EmptyPlan = "TX0004", "the plan is empty";
    AliasLimit = "TX0005", "aliases expand to too much";
    UnknownAlias = "TX0006", "an alias without its anchor, or inside it";
    NestingLimit = "TX0007", "nested too deeply";
    MergeKey = "TX0008", "YAML merge keys are not part of the language";
    KeyNotText = "TX0009", "a key is a list or a map";
    Tag = "TX0010", "YAML tags are not part of the language";
    Unreadable = "TX0011", "an included file that cannot be read";
    IncludePath = "TX0012", "an `include` of what may not be included";
    FileCircle = "TX0013", "files include each other in a circle";
    IncludedTwice = "TX0014", "a file is included twice";
    UnusedFile = "TX0015", "a YAML file that nothing includes";
    NameInTwoFiles = "TX0016", "a name stands in two files of the plan";

    // TX01: structure and keys.
    WrongShape = "TX0101", "a map, a list or a scalar stands where another of them is wanted";
    UnknownKey = "TX0102", "a key that the language does not know";
    MissingKey = "TX0103", "a key that must be there is missing";
    PlanVersion = "TX0104", "a plan of another version";
    InvalidValue = "TX0106", "a value that its key does not take";
    Habit = "TX0107", "a word or form of another language";
    Misplaced = "TX0108", "a key that belongs elsewhere";
    EmptyValue = "TX0109", "a key without a value";
    DeprecatedRequired = "TX0110", "a property is deprecated and required";
    TinyPercent = "TX0111", "a percentage below one";
    ReservedCall = "TX0112", "a kind of call that is reserved";
    NoDestination = "TX0113", "an event that goes nowhere";
    UnusedSendAs = "TX0114", "a name at a destination to which the event does not go";
    SecretAllowed = "TX0115", "a destination that is allowed what never leaves the process";
    ConversionRoute = "TX0116", "a route to Optimizely, which gets conversions alone";

    // TX02: references.
    UnknownType = "TX0201", "a type that is not declared";
    UnknownOwner = "TX0202", "an owner that is not declared";
    UnknownEvent = "TX0203", "an event that is not declared";
    UnknownFlag = "TX0204", "a flag that is not declared";
    UnknownVariant = "TX0205", "a variant that its flag does not have";
    UnknownProperty = "TX0206", "a property that is not declared where it is looked for";
    UnknownPropertyGroup = "TX0207", "an `include` of what is no property group and no object type";
    UnknownGroup = "TX0208", "a group type that is not declared";
    UnknownReplacement = "TX0209", "`replaced_by` names nothing beside it";
    IncludeCycle = "TX0210", "property groups include each other in a circle, or too much";
    TypeCycle = "TX0211", "a type contains itself";
    UnknownApp = "TX0212", "an application that no event names";
    UnknownDestination = "TX0213", "a destination that there is not";
    UnknownCohort = "TX0216", "a cohort that is not declared";
    FlagCycle = "TX0217", "flags depend on each other in a circle";
    ExcludedFlag = "TX0220", "a target needs a flag that it leaves out";

    // TX03: names.
    InvalidName = "TX0301", "a name that cannot be sent";
    NoCodeName = "TX0302", "a name of which nothing is left in Rust";
    CodeNameCollision = "TX0303", "two names that are one in Rust";
    DuplicateProperty = "TX0304", "two properties of one name";
    ReservedName = "TX0305", "a name that the language keeps for itself";
    NothingToOverride = "TX0306", "`override` where nothing is included under that name";
    VendorName = "TX0307", "a name that the vendors keep for themselves";
    SharedName = "TX0308", "two events of one name that nothing tells apart";
    SuperMismatch = "TX0309", "an event's property and a super property of one name do not agree";
    UnknownVendorName = "TX0310", "a name of the kind that vendors keep, which is none of theirs";
    GroupTypeName = "TX0311", "a property has the name of a group type";
    LibraryName = "TX0312", "a property that the library writes itself";

    // TX04: types and values.
    NoType = "TX0401", "a property without a type";
    SeveralTypes = "TX0402", "a property with more than one type";
    ValueMismatch = "TX0403", "a value of another type";
    EmptyEnum = "TX0404", "an enum without values";
    RepeatedEnumValue = "TX0405", "a value stands twice in an enum";
    MixedEnum = "TX0406", "an enum of texts and integers";
    ConstraintMismatch = "TX0407", "a constraint that its type does not have";
    ConstraintContradiction = "TX0408", "constraints that no value keeps";
    InvalidPattern = "TX0409", "a pattern that cannot be read";
    ConstraintBroken = "TX0410", "a value that breaks its own constraints";
    NotAnEnum = "TX0411", "an enum is wanted here";
    PersonMismatch = "TX0412", "an event and the person disagree about a property";
    InexactInteger = "TX0413", "an integer that a double does not hold";
    UselessHash = "TX0414", "a hash where there is nothing to hash";
    RaisedClass = "TX0415", "a class below that of what the property holds";
    ConversionProperty = "TX0416", "a property that a conversion cannot count";
    UnseenConversion = "TX0417", "a conversion counts what Optimizely may not see";

    // TX05: flags and experiments.
    DefaultMissing = "TX0501", "a flag that needs a default has none";
    Weights = "TX0502", "the weights of variants do not sum to 100";
    PayloadWithoutType = "TX0503", "a payload without its type";
    PayloadPlace = "TX0504", "a payload where its flag cannot hand it out";
    FlagShape = "TX0505", "keys of a flag that do not go together";
    UnknownOperator = "TX0506", "an operator that the server does not know";
    OperatorOperand = "TX0507", "an operator that its property or operand does not fit";
    NoVariants = "TX0508", "an experiment on a flag without variants";
    MetricShape = "TX0509", "keys of a metric that do not go together";
    PercentRange = "TX0510", "a percentage that is not between 0 and 100";
    GroupCondition = "TX0511", "a condition that cannot be asked of a group";
    UnusableDependency = "TX0512", "a condition on a flag that does not answer it";
    Bucketing = "TX0513", "keys of bucketing that do not go together";
    Contradiction = "TX0514", "conditions that nobody meets";
    UnreachableRollout = "TX0515", "an entry of a rollout that nobody reaches";
    FlagTooLarge = "TX0516", "a flag that is larger than the server takes";
    FlagKeyCase = "TX0517", "two flag keys that differ only in case";
    RemoteConfigRollout = "TX0518", "a remote config that is handed to nobody";
    UselessBucketing = "TX0519", "bucketing that says nothing of a flag that counts groups";
    Threshold = "TX0530", "a threshold that is no number";
    ThresholdSide = "TX0531", "a threshold on the side where its metric is meant to go";
    ExposureEvent = "TX0532", "an exposure under a name that it cannot have";
    ExposureProperty = "TX0533", "properties that an exposure cannot have, or lacks";
    VariantCount = "TX0534", "an experiment that compares too few or too many variants";
    RuleMismatch = "TX0535", "one rule of Optimizely is two things";
    UnseenMetric = "TX0536", "a metric of what PostHog does not get";

    // TX06: lints.
    UnknownLint = "TX0601", "a lint that does not exist";
    Naming = "TX0602", "a name in another way than the conventions say";
    NearDuplicateName = "TX0603", "two names that are taken for one another";
    MissingDescription = "TX0604", "an event or experiment that says nothing of itself";
    MissingOwner = "TX0605", "an event, flag or experiment without an owner";
    UnusedType = "TX0606", "a type that is used nowhere";
    UnusedPropertyGroup = "TX0607", "a property group that is used nowhere";
    UnusedOwner = "TX0608", "an owner of nothing";
    UnusedCohort = "TX0609", "a cohort that is used nowhere";
    Expired = "TX0610", "something that has expired";
    ExpiresSoon = "TX0611", "something that expires soon";
    DeprecatedMetric = "TX0612", "a metric of a deprecated event";
    DeprecatedReplacement = "TX0613", "a replacement that is deprecated itself";
    PersonalName = "TX0614", "a property that may be personal and has no class";
    UnreachableProperty = "TX0615", "a property that no destination may see";
    BidiText = "TX0616", "text that is not what it seems";
    InvisibleCharacter = "TX0617", "an invisible character";
    AmbiguousScalar = "TX0618", "a scalar that other readers of YAML take for something else";

    // TX07: targets.
    NoTarget = "TX0701", "`sync` without a target";
    PersonalKey = "TX0702", "a personal key or a password in the plan";
    TargetHost = "TX0703", "a host that no project is at";
    SameProject = "TX0704", "two targets are the same project";
}
