//! The emitted code of one event, read with syn: what its functions ask for, and where it goes.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::visit::Visit;
use syn::{Expr, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Member, Pat};
use taxogen_compiler::source::Source;
use taxogen_compiler::{generate, render};

use crate::analyze;

/// How `new` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    AsEmitted,
    /// A literal with names as positions: an emitter that is wrong.
    Positions,
}

/// What a caller sees of an event.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) new: New,
    /// The argument and the field of each setter; no argument for `with_x_null`.
    pub(super) setters: BTreeMap<String, (Option<String>, String)>,
    /// In the order in which they are written.
    pub(super) lines: Vec<Line>,
    /// The names under which an open event takes nothing besides; `None` where it is not open.
    pub(super) declared: Option<Vec<String>>,
}

#[derive(Debug)]
pub(super) enum New {
    /// The type and the field of each argument.
    Positional(Vec<(String, String)>),
    Literal(BTreeMap<String, (String, String)>),
}

/// One line of `write`.
#[derive(Debug)]
pub(super) struct Line {
    /// The wire name, behind `$set.` where it is the person's.
    pub(super) name: String,
    /// The field, or the constant as it is written.
    pub(super) value: Result<String, String>,
}

impl Code {
    pub(super) fn of(yaml: &str, rule: Rule) -> Self {
        let source = Source::from_text("taxonomy.yaml", yaml);
        let analysis = analyze(&source);
        let told: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| render::plain(found, &source)).collect();
        let text = generate(&analysis.plan.unwrap_or_else(|| panic!("{}\n{yaml}", told.join("\n"))));
        let file = syn::parse_file(&text).expect("emitted code is Rust");
        let aliases = aliases(&file);
        let items = module(&file, "events");
        let new = New::Positional(Vec::new());
        let mut code = Self { new, setters: BTreeMap::new(), lines: Vec::new(), declared: None };
        for implementation in items.iter().filter_map(|item| match item {
            Item::Impl(implementation) => Some(implementation),
            _ => None,
        }) {
            code.read(implementation, items, &aliases, rule);
        }
        code
    }

    fn read(&mut self, implementation: &ItemImpl, items: &[Item], aliases: &BTreeMap<String, String>, rule: Rule) {
        let trait_name = implementation.trait_.as_ref().map(|(path, _)| text(path));
        for function in implementation.items.iter().filter_map(|item| match item {
            ImplItem::Fn(function) => Some(function),
            _ => None,
        }) {
            let name = function.sig.ident.to_string();
            match (trait_name.as_deref(), name.as_str()) {
                (None, "new") => self.new = new(function, items, aliases, rule),
                // What it does is read in `write`.
                (None, "with_extra") => {}
                (None, _) if name.starts_with("with_") => {
                    self.setters.insert(name, setter(function, aliases));
                }
                (Some("Event"), "write") => (self.lines, self.declared) = lines(function),
                _ => {}
            }
        }
    }
}

fn module<'f>(file: &'f syn::File, name: &str) -> &'f [Item] {
    let found = file.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref(),
        _ => None,
    });
    found.map_or(&[], |(_, items)| items)
}

fn aliases(file: &syn::File) -> BTreeMap<String, String> {
    let types = module(file, "types").iter().filter_map(|item| match item {
        Item::Type(alias) => Some((format!("{}<'a>", alias.ident), text(&alias.ty))),
        _ => None,
    });
    types.collect()
}

/// Tokens without spaces, but between words.
fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "").replace("impl", "impl ")
}

fn ty(ty: &syn::Type, aliases: &BTreeMap<String, String>) -> String {
    aliases.iter().fold(text(ty), |ty, (alias, target)| ty.replace(alias, target))
}

/// Which field each parameter of `new` fills.
fn new(function: &ImplItemFn, items: &[Item], aliases: &BTreeMap<String, String>, rule: Rule) -> New {
    let Some(Expr::Struct(built)) = function.block.stmts.iter().find_map(|statement| match statement {
        syn::Stmt::Expr(expression, None) => Some(expression),
        _ => None,
    }) else {
        panic!("`new` is one literal");
    };
    let field_of = |parameter: &str| {
        let filled = built.fields.iter().find(|field| words(&field.expr).iter().any(|word| word == parameter));
        match filled.map(|field| &field.member) {
            Some(Member::Named(ident)) => ident.to_string(),
            _ => panic!("`{parameter}` fills a field"),
        }
    };
    let mut positions = Vec::new();
    for argument in &function.sig.inputs {
        let FnArg::Typed(argument) = argument else { panic!("`new` has no receiver") };
        match &*argument.pat {
            Pat::Ident(name) => positions.push((ty(&argument.ty, aliases), field_of(&name.ident.to_string()))),
            Pat::Struct(literal) => {
                let types = required(items, &text(&literal.path), aliases);
                let named = types.into_iter().map(|(name, ty)| (name.clone(), (ty, field_of(&name))));
                return match rule {
                    Rule::AsEmitted => New::Literal(named.collect()),
                    Rule::Positions => New::Positional(named.map(|(_, parameter)| parameter).collect()),
                };
            }
            _ => panic!("an argument is a name or a literal"),
        }
    }
    New::Positional(positions)
}

/// The fields of the literal that `new` takes, in their order.
fn required(items: &[Item], name: &str, aliases: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let found = items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(item),
        _ => None,
    });
    let fields = found.expect("the struct of the literal").fields.iter();
    fields.map(|field| (text(&field.ident), ty(&field.ty, aliases))).collect()
}

/// The argument of a setter, and the field that it sets.
fn setter(function: &ImplItemFn, aliases: &BTreeMap<String, String>) -> (Option<String>, String) {
    let argument = function.sig.inputs.iter().find_map(|argument| match argument {
        FnArg::Typed(argument) => Some(ty(&argument.ty, aliases)),
        FnArg::Receiver(_) => None,
    });
    let field = function.block.stmts.iter().find_map(|statement| match statement {
        syn::Stmt::Expr(Expr::Assign(assign), _) => Some(text(&assign.left).trim_start_matches("self.").to_owned()),
        _ => None,
    });
    (argument, field.expect("a setter sets a field"))
}

/// The lines of `write`, and the names that the last one keeps what is given besides from.
fn lines(function: &ImplItemFn) -> (Vec<Line>, Option<Vec<String>>) {
    let mut calls = Vec::new();
    for statement in &function.block.stmts {
        let syn::Stmt::Expr(Expr::MethodCall(call), _) = statement else {
            panic!("`write` has only calls: {}", text(statement))
        };
        calls.push(call);
    }
    let extra = calls.pop_if(|call| call.method == "extra").map(|call| {
        assert_eq!((text(&call.receiver).as_str(), text(&call.args[0]).as_str()), ("properties", "&self.extra"));
        literals(&call.args[1])
    });
    let line = |call: &syn::ExprMethodCall| {
        let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(wire), .. }) = &call.args[0] else { panic!("a wire name") };
        let place = match text(&call.receiver).trim_end_matches(".hashed()") {
            "properties" => "",
            "properties.set()" => "$set.",
            "properties.set_once()" => "$set_once.",
            other => panic!("`{other}` is no writer"),
        };
        let mut found = FieldOfSelf(None);
        found.visit_expr(&call.args[1]);
        let value = found.0.ok_or_else(|| text(&call.args[1]));
        Line { name: format!("{place}{}", wire.value()), value }
    };
    (calls.into_iter().map(line).collect(), extra)
}

/// The texts in an expression.
fn literals(expression: &Expr) -> Vec<String> {
    struct Literals(Vec<String>);
    impl<'e> Visit<'e> for Literals {
        fn visit_lit_str(&mut self, literal: &'e syn::LitStr) {
            self.0.push(literal.value());
        }
    }
    let mut literals = Literals(Vec::new());
    literals.visit_expr(expression);
    literals.0
}

/// Finds `self.field`.
struct FieldOfSelf(Option<String>);

impl<'e> Visit<'e> for FieldOfSelf {
    fn visit_expr_field(&mut self, field: &'e syn::ExprField) {
        if text(&field.base) == "self" {
            self.0 = Some(text(&field.member));
        }
    }
}

/// The words in an expression.
fn words(expression: &Expr) -> Vec<String> {
    struct Words(Vec<String>);
    impl<'e> Visit<'e> for Words {
        fn visit_ident(&mut self, ident: &'e proc_macro2::Ident) {
            self.0.push(ident.to_string());
        }
    }
    let mut words = Words(Vec::new());
    words.visit_expr(expression);
    words.0
}
