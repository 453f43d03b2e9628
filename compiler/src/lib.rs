//! The compiler of taxogen plans: YAML in, diagnostics, IR and typed Rust out.
//!
//! ```
//! use taxogen_compiler::{analyze, generate, render, source::Source};
//!
//! let source = Source::from_text("taxonomy.yaml", "taxogen: 1\nevents:\n  visited: { properties: { page: strng } }\n");
//! let analysis = analyze(&source);
//! assert!(analysis.plan.is_none());
//! let told: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| render::plain(found, &source)).collect();
//! assert!(told[0].contains("taxonomy.yaml:3:34"));
//! # let source = Source::from_text("taxonomy.yaml", "taxogen: 1\nevents:\n  visited: { properties: { page: string } }\n");
//! # assert!(generate(&analyze(&source).plan.unwrap()).contains("pub struct Visited"));
//! ```
//!
//! Every stage is pure and takes the sink of findings; the only input is the plan itself ([`read`]). The
//! macros, [`compile`] in a build script and the command line find the plan, call [`analyze`], and choose
//! where findings go.

pub mod ast;
#[cfg(feature = "text")]
mod build_script;
pub mod check;
pub mod code;
pub mod day;
pub mod diagnostic;
pub mod emit;
pub mod ir;
pub mod lint;
mod list;
pub mod locate;
pub mod lower;
pub mod parse;
#[cfg(feature = "text")]
pub mod printer;
mod register;
pub mod render;
mod secret;
mod settings;
pub mod source;
pub mod sparse;
pub mod stand_in;
pub mod suggest;
mod table;
pub mod yaml;

#[cfg(feature = "text")]
pub use self::build_script::{compile, compile_with};
#[cfg(feature = "text")]
pub use self::printer::generate;
pub use self::settings::Settings;
pub use self::source::read;

use self::ast::index::Index;
use self::diagnostic::Diagnostics;
use self::source::Source;

/// What a plan means, and what there is to say about it.
#[derive(Debug)]
pub struct Analysis {
    /// The plan; `None` when there is an error.
    pub plan: Option<ir::Plan>,
    /// Everything found, in one run.
    pub diagnostics: Diagnostics,
    /// The regular expressions that rollouts ask with, as they are written. They are in the server's dialect,
    /// and whoever has an engine for it says whether they compile: the macro has none.
    pub regexes: Vec<ast::Text>,
}

/// What the author of a plan wrote, and what there is to say about it.
pub struct Checked {
    /// The plan as it stands, without what could not be read.
    pub plan: ast::Plan,
    /// Everything found, in one run.
    pub diagnostics: Diagnostics,
    /// As of an [`Analysis`].
    pub regexes: Vec<ast::Text>,
}

/// Compiles a plan up to its meaning, whole and at the levels of its own `lints`.
#[must_use]
pub fn analyze(source: &Source) -> Analysis {
    analyze_with(source, &Settings::default())
}

/// Compiles a plan up to its meaning.
#[must_use]
pub fn analyze_with(source: &Source, settings: &Settings) -> Analysis {
    let Checked { plan, diagnostics, regexes } = check_with(source, settings);
    let app = settings.app.as_deref();
    let plan = (!diagnostics.has_errors()).then(|| lower::plan(plan, source.hash(), app));
    Analysis { plan, diagnostics, regexes }
}

/// Finds all that there is to say about a plan, for whoever needs nothing that is made of it.
#[must_use]
pub fn check_with(source: &Source, settings: &Settings) -> Checked {
    let mut diagnostics = Diagnostics::new(settings);
    let (plan, ambiguous, complete) = parse::files(source, &mut diagnostics);
    let app = settings.app.as_deref();
    let index = Index::new(&plan);
    let included = complete.then(|| check::plan(&index, &mut diagnostics));
    if complete {
        if let Some(app) = app {
            check::app(app, &plan, &mut diagnostics);
        }
        if !diagnostics.has_mistakes() {
            lint::plan(&index, &ambiguous, settings, &mut diagnostics);
        }
    }
    let regexes = check::regexes(&plan);
    secret::tell(source, &mut diagnostics);
    lint::text(source, &mut diagnostics);
    if let Some(included) = included.filter(|_| !diagnostics.has_mistakes()) {
        lint::reach(&index, &included, app, &mut diagnostics);
    }
    Checked { plan, diagnostics, regexes }
}
