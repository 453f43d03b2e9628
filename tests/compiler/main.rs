//! Tests of the compiler.

mod experiments;
mod files;
mod flags;
mod golden;
mod hidden;
mod imports;
mod language;
mod limits;
mod mistakes;
mod mutations;
mod order;
mod printer;
mod readings;
mod reference;
mod required;
mod rollouts;
mod server_rules;
mod targets;
mod yaml;

use taxogen_compiler::lint::{Level, Lint};
use taxogen_compiler::source::Source;
use taxogen_compiler::{Analysis, Settings, analyze_with};

/// What only a whole plan has; one that shows a rule declares things that it does not use or describe.
const OF_WHOLE_PLANS: [Lint; 10] = [
    Lint::MissingDescription,
    Lint::MissingOwner,
    Lint::NearDuplicateName,
    Lint::UnusedType,
    Lint::UnusedPropertyGroup,
    Lint::UnusedOwner,
    Lint::UnusedCohort,
    Lint::PersonalName,
    Lint::UnreachableProperty,
    Lint::AmbiguousScalar,
];

/// Compiles a plan that shows a rule, and is none otherwise.
fn analyze(source: &Source) -> Analysis {
    analyze_with(source, &of_a_small_plan())
}

fn of_a_small_plan() -> Settings {
    OF_WHOLE_PLANS.iter().fold(Settings::default(), |settings, lint| settings.level(*lint, Level::Allow))
}
