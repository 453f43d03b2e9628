use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use taxogen_compiler::ir::{Name, Plan};
use taxogen_compiler::suggest;

use crate::arguments::{Arguments, Text};
use crate::failure::Failure;
use crate::plan::{self, Compiled};

/// What a name in code may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Event,
    Flag,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Flag => "flag",
        }
    }

    /// What may be written, and the name for which it stands. An event is known by its key and by its wire name.
    fn names(self, plan: &Plan) -> Vec<(&str, &Name)> {
        match self {
            Self::Event => {
                let keys = plan.events.iter().map(|event| (event.key.as_str(), &event.name));
                keys.chain(plan.events.iter().map(|event| (event.name.wire.as_str(), &event.name))).collect()
            }
            Self::Flag => plan.flags.iter().map(|flag| (flag.name.wire.as_str(), &flag.name)).collect(),
        }
    }
}

/// `event!("name")` and `flag!("key")`: the name on the wire, once it is known to stand in the plan.
pub(crate) fn expand(kind: Kind, input: TokenStream) -> TokenStream {
    match literal(kind, input) {
        Ok(literal) => literal.into_token_stream(),
        Err(failure) => failure.tokens(),
    }
}

fn literal(kind: Kind, input: TokenStream) -> Result<Literal, Failure> {
    let arguments = Arguments::parse(input, &["plan"])?;
    let Some(text) = arguments.text() else {
        let word = kind.word();
        let failure = Failure::new(Span::call_site(), format!("`{word}!` needs the name of one of the plan's {word}s"));
        return Err(failure.help(format!("write it as a string literal: `{word}!(\"...\")`")));
    };
    let compiled = plan::of_crate(arguments.option("plan")?.as_ref(), text.span)?;
    let plan = compiled.plan_for(text.span)?;
    let names = kind.names(plan);
    let Some((_, name)) = names.iter().find(|(said, _)| *said == text.value) else {
        return Err(unknown(kind.word(), text, &names, &compiled));
    };
    let mut literal = Literal::string(&name.wire);
    literal.set_span(text.span);
    Ok(literal)
}

/// A name that the plan does not declare, with the nearest one, or with the place where such names stand.
pub(crate) fn unknown(word: &str, text: &Text, names: &[(&str, &Name)], compiled: &Compiled) -> Failure {
    let Text { value, span } = text;
    let nearest = suggest::nearest(value, names.iter().map(|(said, _)| *said));
    let nearest = names.iter().find(|(said, _)| Some(*said) == nearest);
    let help = match (nearest, names.first()) {
        (Some((said, name)), _) => {
            let article = if word.starts_with('e') { "an" } else { "a" };
            format!("{article} {word} with a similar name exists: `{said}` ({})", compiled.line(name.span))
        }
        (None, Some((_, first))) => format!("the plan's {word}s are declared from {} on", compiled.line(first.span)),
        (None, None) => format!("the plan `{}` declares no {word}s", compiled.name()),
    };
    Failure::new(*span, format!("unknown {word} `{value}`")).help(help)
}
