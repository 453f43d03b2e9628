mod pages;

use clap::Args;
use taxogen_compiler::code::Code;
use taxogen_compiler::suggest;

use super::Outcome;
use crate::failure::Failure;
use crate::printer::Printer;

/// Explain a finding: what it is, a plan that has it, and how to mend it.
///
/// Exits with 0, and with 2 when there is no such code.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code, as in `error[TX0203]`; without it every code is listed.
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let Some(given) = self.code else {
            let lines: Vec<_> = Code::ALL.iter().map(|code| format!("{}  {}\n", code.as_str(), code.title())).collect();
            printer.data(&lines.concat())?;
            return Ok(Outcome::Good);
        };
        let code = given.trim_matches(['[', ']']).to_ascii_uppercase();
        let Some(page) = pages::page(&code) else { return Err(unknown(&given, &code)) };
        printer.data(page)?;
        Ok(Outcome::Good)
    }
}

fn unknown(given: &str, code: &str) -> Failure {
    let help = match suggest::nearest(code, Code::ALL.iter().map(|code| code.as_str())) {
        Some(similar) => format!("a code with a similar name exists: `{similar}`"),
        None => "`taxogen explain` lists every code".to_owned(),
    };
    Failure::Usage { message: format!("unknown code `{given}`"), help }
}
