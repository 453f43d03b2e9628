use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use taxogen_compiler::diagnostic::Severity;
use taxogen_compiler::emit::{self, Options};
use taxogen_compiler::{render, stand_in};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::plan::{self, Compiled};
use crate::tracking;

/// `taxonomy!()`, `taxonomy!("x.yaml")` and `taxonomy!(app = "api")`: the items of the plan, and what makes a change of it build again.
///
/// The first token is a group that holds the path of the runtime; the shell in the runtime puts it there.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let Some(TokenTree::Group(runtime)) = tokens.next() else {
        return Failure::new(Span::call_site(), "`taxonomy!` is called by its name in the crate `taxogen`").tokens();
    };
    match compile(tokens.collect()) {
        Ok((compiled, at)) => items(&compiled, runtime.stream(), at),
        Err(failure) => failure.tokens(),
    }
}

fn compile(arguments: TokenStream) -> Result<(std::sync::Arc<Compiled>, Span), Failure> {
    let arguments = Arguments::parse(arguments, &["app"])?;
    let at = arguments.text().map_or_else(Span::call_site, |text| text.span);
    Ok((plan::of_app(arguments.text(), arguments.option("app")?.as_ref(), at)?, at))
}

fn items(compiled: &Compiled, runtime: TokenStream, at: Span) -> TokenStream {
    let bad_epoch = compiled.bad_epoch().map(|error| Failure::new(at, error.to_string()));
    let items = match (&compiled.analysis.plan, bad_epoch) {
        (Some(plan), None) => emit::tokens(plan, &Options { runtime }),
        (Some(_), Some(failure)) => stand_in::items(&compiled.source, &failure.tokens()),
        (None, _) => stand_in::items(&compiled.source, &mistakes(compiled, at).tokens()),
    };
    let tracking = tracking::items(compiled);
    quote!(#items #tracking)
}

/// All that is wrong with the plan, in one error.
fn mistakes(compiled: &Compiled, at: Span) -> Failure {
    let Compiled { source, analysis, .. } = compiled;
    let errors: Vec<_> = analysis
        .diagnostics
        .sorted()
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| render::plain(diagnostic, source))
        .collect();
    let sentence = format!("the plan `{}` has {}", compiled.name(), compiled.mistakes());
    let more = match analysis.diagnostics.errors() - errors.len() {
        0 => String::new(),
        more => format!("\nand {more} more\n"),
    };
    Failure::new(at, format!("{sentence}\n\n{}\n{more}", errors.join("\n\n")))
}
