mod pages;

use clap::Args;
use taxogen_compiler::code::Code;
use taxogen_compiler::lint::Lint;
use taxogen_compiler::suggest;

use super::Outcome;
use crate::failure::Failure;
use crate::printer::Printer;

/// Explain a finding: what it is, a plan that has it, and how to mend it.
///
/// Exits with 0, and with 2 when there is no such code or lint.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code, as in `error[TX0203]`, or the name of a lint; without it every code is listed.
    code: Option<String>,

    /// List the lints: the level of each where the plan says nothing, its code, and what it tells.
    #[arg(long, conflicts_with = "code")]
    lints: bool,
}

impl Explain {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let text = match &self.code {
            Some(given) => page(given)?.to_owned(),
            None if self.lints => lints(),
            None => codes(),
        };
        printer.data(&text)?;
        Ok(Outcome::Good)
    }
}

fn codes() -> String {
    let lines: Vec<_> = Code::ALL.iter().map(|code| format!("{}  {}\n", code.as_str(), code.title())).collect();
    lines.concat()
}

fn lints() -> String {
    let widest = Lint::ALL.iter().map(|lint| lint.name().len()).max().unwrap_or(0);
    let line = |lint: &Lint| {
        let (name, level, code) = (lint.name(), lint.default_level().as_str(), lint.code().as_str());
        format!("{name:<widest$}  {level:<5}  {code}  {}\n", lint.about())
    };
    Lint::ALL.iter().map(line).collect::<Vec<_>>().concat()
}

fn page(given: &str) -> Result<&'static str, Failure> {
    let code = match Lint::of_name(given) {
        Some(lint) => lint.code().as_str().to_owned(),
        None => given.trim_matches(['[', ']']).to_ascii_uppercase(),
    };
    pages::page(&code).ok_or_else(|| unknown(given, &code))
}

fn unknown(given: &str, code: &str) -> Failure {
    let codes = suggest::nearest(code, Code::ALL.iter().map(|code| code.as_str()));
    let lints = suggest::nearest(given, Lint::ALL.iter().map(|lint| lint.name()));
    let (what, help) = match (codes, lints) {
        (Some(similar), _) => ("code", format!("a code with a similar name exists: `{similar}`")),
        (None, Some(similar)) => ("lint", format!("a lint with a similar name exists: `{similar}`")),
        (None, None) if given.contains('-') => ("lint", "`taxogen explain --lints` lists every lint".to_owned()),
        (None, None) => ("code", "`taxogen explain` lists every code".to_owned()),
    };
    Failure::Usage { message: format!("unknown {what} `{given}`"), help }
}
