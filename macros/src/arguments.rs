use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use taxogen_compiler::suggest;

use crate::failure::Failure;
use crate::literal;

/// What stands in the parentheses of a macro or an attribute: a text, then `option = value`, with commas.
///
/// Walked by hand: these macros stand all over an application, and a parser would cost more than they do.
pub(crate) struct Arguments {
    text: Option<Text>,
    options: Vec<Assignment>,
}

/// A string literal and its value.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) span: Span,
}

struct Assignment {
    name: Ident,
    value: Vec<TokenTree>,
}

impl Arguments {
    /// Reads the arguments; `known` are the options that may stand there.
    pub(crate) fn parse(tokens: TokenStream, known: &[&str]) -> Result<Self, Failure> {
        let mut arguments = Self { text: None, options: Vec::new() };
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let without_last_comma = match tokens.split_last() {
            Some((last, rest)) if is_punctuation(last, ',') => rest,
            _ => &tokens,
        };
        if without_last_comma.is_empty() {
            return Ok(arguments);
        }
        let mut rest = tokens.as_slice();
        for argument in split(without_last_comma) {
            match argument {
                [token] if rest.len() == tokens.len() => arguments.text = Some(text(token)?),
                [TokenTree::Ident(name), equals, value @ ..] if is_punctuation(equals, '=') && !value.is_empty() => {
                    arguments.assign(name, value, known)?;
                }
                [first, ..] => return Err(Failure::new(first.span(), format!("expected {}", forms(known)))),
                [] => return Err(Failure::new(rest[0].span(), "there is nothing before this comma")),
            }
            rest = rest.get(argument.len() + 1..).unwrap_or_default();
        }
        Ok(arguments)
    }

    fn assign(&mut self, name: &Ident, value: &[TokenTree], known: &[&str]) -> Result<(), Failure> {
        let spelt = name.to_string();
        if !known.contains(&spelt.as_str()) {
            let help = match suggest::nearest(&spelt, known.iter().copied()) {
                Some(nearest) => format!("an argument with a similar name exists: `{nearest}`"),
                None => format!("this macro takes {}", forms(known)),
            };
            return Err(Failure::new(name.span(), format!("unknown argument `{spelt}`")).help(help));
        }
        if self.options.iter().any(|option| option.name == *name) {
            return Err(Failure::new(name.span(), format!("`{spelt}` stands here twice")));
        }
        self.options.push(Assignment { name: name.clone(), value: value.to_vec() });
        Ok(())
    }

    /// The text in front, where there is one.
    pub(crate) fn text(&self) -> Option<&Text> {
        self.text.as_ref()
    }

    /// The value of an option that is a text.
    pub(crate) fn option(&self, name: &str) -> Result<Option<Text>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some([token]) => text(token).map(Some),
            Some(tokens) => {
                Err(Failure::new(tokens[0].span(), format!("`{name}` is a string literal: `{name} = \"...\"`")))
            }
        }
    }

    /// The value of an option that is a path or a type: its tokens as they are.
    pub(crate) fn path(&self, name: &str) -> Option<TokenStream> {
        self.value(name).map(|tokens| tokens.iter().cloned().collect())
    }

    fn value(&self, name: &str) -> Option<&[TokenTree]> {
        self.options.iter().find(|option| option.name == name).map(|option| option.value.as_slice())
    }
}

fn text(token: &TokenTree) -> Result<Text, Failure> {
    let not_text = || Failure::new(token.span(), format!("expected a string literal, found `{token}`"));
    match token {
        TokenTree::Literal(literal) => value(literal).ok_or_else(not_text),
        // A literal that came through a `macro_rules!` of the user.
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => match only_token(group) {
            Some(token) => text(&token),
            None => Err(not_text()),
        },
        _ => Err(not_text()),
    }
}

fn value(literal: &Literal) -> Option<Text> {
    Some(Text { value: literal::text(literal)?, span: literal.span() })
}

fn only_token(group: &Group) -> Option<TokenTree> {
    let mut tokens = group.stream().into_iter();
    let first = tokens.next()?;
    tokens.next().is_none().then_some(first)
}

fn is_punctuation(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punctuation) if punctuation.as_char() == wanted)
}

/// What stands between commas; those between angles are part of a type.
fn split(tokens: &[TokenTree]) -> Vec<&[TokenTree]> {
    let mut depth = 0_usize;
    let ends = |token: &TokenTree| {
        depth += usize::from(is_punctuation(token, '<'));
        depth = depth.saturating_sub(usize::from(is_punctuation(token, '>')));
        depth == 0 && is_punctuation(token, ',')
    };
    tokens.split(ends).collect()
}

/// The options as a person writes them.
fn forms(known: &[&str]) -> String {
    let forms: Vec<_> = known.iter().map(|name| form(name)).collect();
    if forms.is_empty() { "nothing more".to_owned() } else { forms.join(" or ") }
}

fn form(name: &str) -> String {
    match name {
        "crate" => "`crate = path`".to_owned(),
        "payload" => "`payload = Type`".to_owned(),
        _ => format!("`{name} = \"...\"`"),
    }
}
