//! The item under the derive. rustc has parsed it already, so its outline is enough: a parser of all of Rust
//! would cost every build of the macros more than the rest of what they depend on.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};

/// What stands under `#[derive(Experiment)]`.
pub(super) struct Item {
    pub(super) attributes: Vec<Attribute>,
    /// `enum`, `struct` or `union`.
    pub(super) keyword: Ident,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) variants: Vec<Variant>,
}

/// One of the variants; nothing is known of an item that is no enum.
pub(super) struct Variant {
    pub(super) attributes: Vec<Attribute>,
    pub(super) ident: Ident,
    /// Where the fields stand, if it has any.
    pub(super) fields: Option<Span>,
}

/// What stands in the brackets of `#[..]`.
pub(super) struct Attribute {
    /// The name, where it is no path of several.
    pub(super) name: Option<Ident>,
    /// What stands in the parentheses behind the name.
    pub(super) arguments: TokenStream,
}

/// The parameters of a type, as an `impl` names them.
#[derive(Default)]
pub(super) struct Generics {
    /// Where they begin, if there are any.
    pub(super) span: Option<Span>,
    /// `T: Clone, const N: usize`
    pub(super) parameters: TokenStream,
    /// `T, N`
    pub(super) arguments: TokenStream,
    /// `where T: Copy`
    pub(super) bounds: TokenStream,
}

impl Item {
    /// `None` for what is no such item.
    pub(super) fn read(tokens: TokenStream) -> Option<Self> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (attributes, rest) = attributes(&tokens);
        let at = rest.iter().position(|token| ["enum", "struct", "union"].iter().any(|word| is_word(token, word)))?;
        let [TokenTree::Ident(keyword), TokenTree::Ident(ident), rest @ ..] = &rest[at..] else { return None };
        let generics = Generics::read(rest);
        let variants = match rest.last() {
            Some(TokenTree::Group(body)) if keyword == "enum" => variants(body),
            _ => Vec::new(),
        };
        Some(Self { attributes, keyword: keyword.clone(), ident: ident.clone(), generics, variants })
    }
}

fn variants(body: &Group) -> Vec<Variant> {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    tokens.split(|token| is_character(token, ',')).filter_map(variant).collect()
}

fn variant(tokens: &[TokenTree]) -> Option<Variant> {
    let (attributes, rest) = attributes(tokens);
    let [TokenTree::Ident(ident), rest @ ..] = rest else { return None };
    let fields = match rest.first() {
        Some(TokenTree::Group(fields)) => Some(fields.span()),
        _ => None,
    };
    Some(Variant { attributes, ident: ident.clone(), fields })
}

/// The attributes in front, and what stands behind them.
fn attributes(tokens: &[TokenTree]) -> (Vec<Attribute>, &[TokenTree]) {
    let (mut attributes, mut tokens) = (Vec::new(), tokens);
    while let [hash, TokenTree::Group(group), rest @ ..] = tokens
        && is_character(hash, '#')
    {
        attributes.push(Attribute::read(group));
        tokens = rest;
    }
    (attributes, tokens)
}

impl Attribute {
    fn read(group: &Group) -> Self {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        match tokens.as_slice() {
            // An attribute that came through a `macro_rules!` of the user.
            [TokenTree::Group(inner)] => Self::read(inner),
            [TokenTree::Ident(name), rest @ ..] if !rest.first().is_some_and(|next| is_character(next, ':')) => {
                let arguments = match rest {
                    [TokenTree::Group(arguments)] => arguments.stream(),
                    _ => TokenStream::new(),
                };
                Self { name: Some(name.clone()), arguments }
            }
            _ => Self { name: None, arguments: TokenStream::new() },
        }
    }
}

impl Generics {
    /// Of the tokens behind the name of the type.
    fn read(tokens: &[TokenTree]) -> Self {
        let bounds = tokens.iter().skip_while(|token| !is_word(token, "where"));
        let ends_bounds = |token: &&TokenTree| is_group(token, Delimiter::Brace) || is_character(token, ';');
        let bounds = bounds.take_while(|token| !ends_bounds(token)).cloned().collect();
        let Some(open) = tokens.first().filter(|token| is_character(token, '<')) else {
            return Self { bounds, ..Self::default() };
        };
        let mut generics = Self { span: Some(open.span()), bounds, ..Self::default() };
        for parameter in parameters(&tokens[1..]) {
            let comma = TokenTree::from(proc_macro2::Punct::new(',', Spacing::Alone));
            generics.parameters.extend(parameter.iter().cloned().chain([comma.clone()]));
            generics.arguments.extend(argument(&parameter).iter().cloned().chain([comma]));
        }
        generics
    }
}

/// The parameters up to the angle that closes them, each without its default.
fn parameters(tokens: &[TokenTree]) -> Vec<Vec<TokenTree>> {
    let mut parameters = vec![Vec::new()];
    let (mut depth, mut is_default, mut is_arrow) = (0, false, false);
    for token in tokens {
        let closes = is_character(token, '>') && !is_arrow;
        if depth == 0 && closes {
            break;
        }
        depth += i32::from(is_character(token, '<')) - i32::from(closes);
        is_arrow = is_character(token, '-');
        if depth == 0 && is_character(token, ',') {
            parameters.push(Vec::new());
            is_default = false;
            continue;
        }
        is_default |= depth == 0 && is_character(token, '=');
        if !is_default {
            parameters.last_mut().expect("there is always one").push(token.clone());
        }
    }
    parameters.retain(|parameter| !parameter.is_empty());
    parameters
}

/// The name of a parameter: `'a`, `T`, or the `N` of `const N: usize`.
fn argument(parameter: &[TokenTree]) -> &[TokenTree] {
    let (_, rest) = attributes(parameter);
    match rest {
        [first, name, ..] if is_word(first, "const") => std::slice::from_ref(name),
        [first, _, ..] if is_character(first, '\'') => &rest[..2],
        rest => &rest[..rest.len().min(1)],
    }
}

fn is_character(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punctuation) if punctuation.as_char() == wanted)
}

fn is_word(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == wanted)
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_of_an_item_is_read() {
        let text =
            "#[derive(Debug)] #[experiment(\"a\")] pub(crate) enum Name<'a, T: Fn(u8) -> Vec<T> = u8, const N: usize>
            where T: Copy { #[doc = \"One, two.\"] One = 1, Two(u8), Three { a: u8, b: u8 }, }";
        let item = Item::read(text.parse().unwrap()).unwrap();
        assert_eq!((item.keyword.to_string(), item.ident.to_string()), ("enum".to_owned(), "Name".to_owned()));
        let names: Vec<_> =
            item.attributes.iter().map(|attribute| attribute.name.as_ref().unwrap().to_string()).collect();
        assert_eq!(names, ["derive", "experiment"]);
        assert_eq!(item.attributes[1].arguments.to_string(), "\"a\"");
        let variants: Vec<_> = item.variants.iter().map(|one| (one.ident.to_string(), one.fields.is_some())).collect();
        assert_eq!(variants, [("One".to_owned(), false), ("Two".to_owned(), true), ("Three".to_owned(), true)]);
        let Generics { parameters, arguments, bounds, .. } = item.generics;
        let spelt = |text: &str| text.replace(' ', "");
        let same = |tokens: TokenStream, text: &str| assert_eq!(spelt(&tokens.to_string()), spelt(text));
        same(parameters, "'a, T: Fn(u8) -> Vec<T>, const N: usize,");
        same(arguments, "'a, T, N,");
        same(bounds, "where T: Copy");
    }

    #[test]
    fn what_is_no_enum_has_no_variants() {
        for text in ["struct A;", "struct A<T>(T) where T: Copy;", "union A { a: u8 }"] {
            let item = Item::read(text.parse().unwrap()).unwrap();
            assert!(item.variants.is_empty(), "{text}");
        }
        assert!(Item::read("fn a() {}".parse().unwrap()).is_none());
    }
}
