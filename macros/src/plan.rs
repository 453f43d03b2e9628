//! The plan that a macro asks about: found, read once in each process of rustc, and kept.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use proc_macro2::Span as RustSpan;
use taxogen_compiler::day::{BadEpoch, Day};
use taxogen_compiler::ir::Plan;
use taxogen_compiler::lint::{Level, Lint};
use taxogen_compiler::source::{ReadError, ReadErrorKind, Source, Span};
use taxogen_compiler::{Analysis, Settings, analyze_with, locate, read};

use crate::arguments::Text;
use crate::failure::Failure;

/// A plan with its texts, so that a macro can name a line of it.
pub(crate) struct Compiled {
    /// Where it was asked for.
    path: PathBuf,
    /// For which application.
    app: Option<String>,
    /// The day on which it was looked at.
    today: Result<Day, BadEpoch>,
    pub(crate) source: Source,
    pub(crate) analysis: Analysis,
}

/// A process of rustc asks for one plan, rarely for two; one that serves an editor for more.
static KEPT: Mutex<Vec<Arc<Compiled>>> = Mutex::new(Vec::new());

/// A plan that is found without a name exists, so one that does not was named there.
const NAMED_ELSEWHERE: &str = "`[package.metadata.taxogen]` of Cargo.toml or the variable `TAXOGEN_PLAN` names it";
const NAMED_HERE: &str = "the path is relative to this source file";

/// The plan of the crate that is being built, or the one that is named. Failures stand at `at`, or at the name.
pub(crate) fn of_crate(named: Option<&Text>, at: RustSpan) -> Result<Arc<Compiled>, Failure> {
    of_app(named, None, at)
}

/// The same for one application alone.
pub(crate) fn of_app(named: Option<&Text>, app: Option<&Text>, at: RustSpan) -> Result<Arc<Compiled>, Failure> {
    let app = app.map(|app| app.value.as_str());
    let Some(named) = named else {
        let path = locate::for_crate(&manifest_dir(), &variable);
        let path = path.map_err(|error| Failure::new(at, error.to_string()))?;
        return compile(&path, &shown(&path), app).map_err(|error| unreadable(at, &error, NAMED_ELSEWHERE));
    };
    let path = folder_of(named.span).join(&named.value);
    compile(&path, &named.value, app).map_err(|error| unreadable(named.span, &error, NAMED_HERE))
}

fn unreadable(at: RustSpan, error: &ReadError, where_named: &str) -> Failure {
    let help = matches!(error.kind, ReadErrorKind::Missing).then(|| where_named.to_owned());
    Failure::new(at, error.to_string()).help(help)
}

/// The manifest of the crate that is being built: where its plan is may stand there.
pub(crate) fn manifest() -> PathBuf {
    manifest_dir().join("Cargo.toml")
}

fn manifest_dir() -> PathBuf {
    variable("CARGO_MANIFEST_DIR").map_or_else(current_dir, PathBuf::from)
}

/// The folder of the source file of a token. An editor may not know it: then the folder of the package.
fn folder_of(span: RustSpan) -> PathBuf {
    let file = span.unwrap().local_file();
    file.as_deref().and_then(Path::parent).map_or_else(manifest_dir, |folder| current_dir().join(folder))
}

fn current_dir() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Reads and compiles the plan, unless that was done and no file of it has changed since.
fn compile(path: &Path, name: &str, app: Option<&str>) -> Result<Arc<Compiled>, ReadError> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let is_kept = |compiled: &&Arc<Compiled>| compiled.is(path, name, app) && compiled.is_fresh();
    if let Some(compiled) = kept.iter().find(is_kept) {
        return Ok(Arc::clone(compiled));
    }
    let source = read(path, name).map_err(|error| ReadError { path: name.into(), ..error })?;
    let app = app.map(str::to_owned);
    // Warnings are for those who look at the plan; who builds the application has warnings of its own.
    let today = Day::today();
    let settings = Settings::default().for_app(app.clone()).only_errors().today(today.as_ref().ok().copied());
    let analysis = analyze_with(&source, &settings);
    let compiled = Arc::new(Compiled { path: path.to_owned(), app, today, source, analysis });
    kept.retain(|other| !other.is(path, name, compiled.app.as_deref()));
    kept.push(Arc::clone(&compiled));
    Ok(compiled)
}

/// The path as rustc shows those of the crate: relative to where it runs, the root of the workspace.
fn shown(path: &Path) -> String {
    let absolute = fs::canonicalize(path);
    let root = current_dir();
    let root = fs::canonicalize(&root).unwrap_or(root);
    let path = absolute.as_deref().unwrap_or(path);
    path.strip_prefix(&root).unwrap_or(path).display().to_string()
}

impl Compiled {
    fn is(&self, path: &Path, name: &str, app: Option<&str>) -> bool {
        self.path == path && self.name() == name && self.app.as_deref() == app
    }

    fn is_fresh(&self) -> bool {
        self.source.is_fresh() && !(self.asks_for_today() && self.today != Day::today())
    }

    /// Whether the day decides if the plan compiles. What it compiles to never depends on the day.
    pub(crate) fn asks_for_today(&self) -> bool {
        let is_denied = |lint| self.analysis.diagnostics.level(lint) == Level::Deny;
        is_denied(Lint::Expired) || is_denied(Lint::ExpiresSoon)
    }

    /// Why the day is not known, where it decides something.
    pub(crate) fn bad_epoch(&self) -> Option<&BadEpoch> {
        self.today.as_ref().err().filter(|_| self.asks_for_today())
    }

    /// The plan as diagnostics call it.
    pub(crate) fn name(&self) -> &str {
        &self.source.file(0).name
    }

    /// A line of the plan: `taxonomy.yaml:58`.
    pub(crate) fn line(&self, span: Span) -> String {
        format!("{}:{}", self.source.file(span.file).name, self.source.start(span).line)
    }

    /// The meaning of the plan, for a macro that asks about a name in it. `taxonomy!` alone tells all that is
    /// wrong with a plan.
    pub(crate) fn plan_for(&self, at: RustSpan) -> Result<&Plan, Failure> {
        self.analysis.plan.as_ref().ok_or_else(|| {
            let sentence = format!("the plan `{}` has {} and cannot be asked", self.name(), self.mistakes());
            Failure::new(at, sentence).help("`taxonomy!()` and `taxogen check` tell what is wrong with it".to_owned())
        })
    }

    /// How many errors the plan has, in words.
    pub(crate) fn mistakes(&self) -> String {
        match self.analysis.diagnostics.errors() {
            1 => "an error".to_owned(),
            errors => format!("{errors} errors"),
        }
    }

    /// The files it was read from, by paths that hold wherever rustc runs.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.source.files().iter().map(|file| std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone()))
    }
}
