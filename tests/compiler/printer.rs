//! The printer against prettyplease and against the lexer.

use proc_macro2::{Delimiter, Group, Literal, Spacing, TokenStream, TokenTree};
use proptest::prelude::*;
use taxogen_compiler::{emit, generate, printer};

use super::golden::plans;

/// What prettyplease makes of a text of Rust.
fn pretty(text: &str) -> String {
    prettyplease::unparse(&syn::parse_file(text).unwrap_or_else(|error| panic!("{error}\n{text}")))
}

#[test]
fn what_is_printed_is_what_was_emitted() {
    for (name, plan) in plans() {
        let tokens = emit::tokens(&plan, &emit::Options::default());
        let whole = syn::parse2(tokens).map(|file| prettyplease::unparse(&file)).expect("emitted tokens are Rust");
        assert_eq!(pretty(&generate(&plan)), whole, "{name}");
    }
}

#[test]
fn printing_again_changes_nothing() {
    for (name, plan) in plans() {
        let text = generate(&plan);
        let (header, items) = text.split_once('\n').expect("a line of header");
        let tokens: TokenStream = items.parse().expect("tokens");
        assert_eq!(format!("{header}\n\n{}", printer::print(tokens)), text, "{name}");
    }
}

#[test]
fn no_line_is_too_long_that_could_be_broken() {
    for (name, plan) in plans() {
        for line in generate(&plan).lines() {
            let is_text = line.contains("///") || line.contains('"');
            // A type has no place to break at; the author can name its parts.
            let is_type = line.trim_end_matches(',').ends_with('>');
            assert!(is_text || is_type || line.chars().count() <= 100, "{name}: {line}");
        }
    }
}

/// Rust as the printer lays it out: what is given and what comes out are the same text.
#[test]
fn rust_is_laid_out_as_by_hand() {
    for text in [
        "pub const A: Vec<Vec<i64>> = Vec::new();\n",
        "use ::std::{fmt, io};\n\npub struct A;\n",
        "impl<'a, T: Into<Cow<'a, str>>> Trait for &'a [T; 3] {\n    type Output = <T as Other>::Output;\n}\n",
        "fn main() {\n    let a = |b: &str| -b.len() as i64;\n    for c in 0..=9 {\n        print!(\"{c}\");\n    }\n}\n",
        "fn a(b: bool) -> u8 {\n    if b && !false {\n        1\n    } else {\n        2 << 3 >> 1\n    }\n}\n",
        "fn a() {\n    let S { b, .. } = c else {\n        return;\n    };\n    d += *e & !f | 1;\n    g?.h::<i64>()[0].1 = S { i, ..j };\n}\n",
        "pub(crate) enum A {\n    #[deprecated]\n    B(u8),\n    C { d: fn(u8) -> u8 },\n}\n",
        "fn a() {\n    vec![b, c,];\n}\n",
        "pub fn a(\n    one_argument_that_is_long: BTreeMap<String, i64>,\n    another_argument_that_is_long: Vec<String>,\n) -> Self {\n}\n",
    ] {
        let tokens: TokenStream = text.parse().expect("tokens");
        let text = text.replace("{\n}\n", "{}\n");
        assert_eq!(printer::print(tokens), text);
        syn::parse_file(&text).expect("it is Rust");
    }
}

/// Tokens without what a printer may choose: the comma at the end of a list, and a space between
/// characters that are no operator together.
fn words(tokens: TokenStream, words: &mut Vec<String>) {
    let mut joint = String::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => {
                let longer = format!("{joint}{}", punct.as_char());
                let is_joined = !joint.is_empty() && OPERATORS.iter().any(|operator| operator.starts_with(&longer));
                let word = if is_joined {
                    words.pop();
                    longer
                } else {
                    punct.as_char().to_string()
                };
                words.push(word.clone());
                joint = if punct.spacing() == Spacing::Joint { word } else { String::new() };
                continue;
            }
            TokenTree::Group(group) => {
                words.push(format!("{:?} begins", group.delimiter()));
                self::words(group.stream(), words);
                if words.last().is_some_and(|last| last == ",") {
                    words.pop();
                }
                words.push(format!("{:?} ends", group.delimiter()));
            }
            other => words.push(other.to_string()),
        }
        joint.clear();
    }
}

fn words_of(tokens: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    self::words(tokens, &mut words);
    words
}

/// Not those that begin with an angle: rustc takes these apart where it reads generics.
const OPERATORS: [&str; 19] =
    ["..=", "...", "::", "->", "=>", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "..", "#"];

/// Tokens as the lexer could give them, but in any order.
fn any_tokens() -> impl Strategy<Value = TokenStream> {
    let words =
        ["a", "b_c", "self", "match", "if", "fn", "pub", "impl", "let", "mut", "use", "for", "'a", "1", "2.", "'x'"];
    let operators = "! # $ % & * + , - . / : ; < = > ? @ ^ | >> << >= <=".split(' ').chain(OPERATORS);
    let token = |text: &str| text.parse::<TokenStream>().expect("a token");
    let leaf = prop_oneof![
        3 => prop::sample::select(words.to_vec()).prop_map(token),
        1 => any::<String>().prop_map(|text| TokenTree::Literal(Literal::string(&text)).into()),
        3 => prop::sample::select(operators.collect::<Vec<_>>()).prop_map(token),
    ];
    leaf.prop_recursive(4, 64, 12, |inner| {
        let delimiters = [Delimiter::Brace, Delimiter::Bracket, Delimiter::Parenthesis];
        (prop::collection::vec(inner, 0..12), prop::sample::select(delimiters.to_vec())).prop_map(
            |(streams, delimiter)| TokenTree::Group(Group::new(delimiter, streams.into_iter().collect())).into(),
        )
    })
}

fn any_text() -> impl Strategy<Value = String> {
    let tokens = |streams: Vec<TokenStream>| streams.into_iter().collect::<TokenStream>();
    prop::collection::vec(any_tokens(), 0..16).prop_map(move |streams| tokens(streams).to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tokens_come_out_as_the_same_tokens(text in any_text()) {
        let tokens: TokenStream = text.parse().expect("tokens");
        let text = printer::print(tokens.clone());
        let read: TokenStream = text.parse().map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        prop_assert_eq!(words_of(read), words_of(tokens), "{}", text);
    }
}
