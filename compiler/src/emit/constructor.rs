//! `new` of a struct, and the literal with names that takes the place of its arguments.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::deprecated;
use super::docs::Docs;
use super::field::Field;
use super::once::Once;
use super::scope::Scope;
use crate::ir::{Deprecated, Element, Property, Scalar, Type, TypeId, TypeKind};

/// How the required properties are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `new(channel, plan_tier)`
    Positional,
    /// `new(OrderRequired { from, to })`
    Literal,
}

const MOST_POSITIONAL: usize = 5;

/// Decides how required properties are given, so that no order of the plan moves a value.
///
/// Arguments are told apart by their types alone. Whoever reorders the plan reorders the parameters;
/// code that still compiles then must give each property the value it gave before. So positions are
/// used only where no argument fits two parameters:
///
/// - The Rust types are pairwise different once aliases are resolved. `impl Into<Cow<str>>` takes text
///   and nothing that another parameter takes: no generated type, `Json` or `Timestamp` becomes text, and a
///   named text with constraints is a type of its own.
/// - `i64` and `f64` count as one: a literal fits only one of them, but `x.into()`, `x as _` and
///   `text.parse()?` of the same source fit both.
/// - `Option<T>` counts as `T`, because `x.into()` makes either, and there is one `Option` at most, because
///   `Some(Default::default())` fits all of them.
/// - A subset of an enum counts as the whole, because the subset converts. In lists and maps the same holds
///   for what they hold.
///
/// What is left are expressions that ask for nothing, such as `None`, `Vec::new()` or
/// `Default::default()`: these give each property its own empty value in any order.
pub(super) fn form(scope: &Scope<'_>, properties: &[Property]) -> Form {
    let required: Vec<_> = properties.iter().filter(|property| is_asked_for(property)).collect();
    let kinds: Vec<_> = required.iter().map(|property| Kind::of(scope, &property.ty)).collect();
    let are_different = kinds.iter().enumerate().all(|(index, kind)| !kinds[..index].contains(kind));
    let nullable = required.iter().filter(|property| property.nullable).count();
    if required.len() <= MOST_POSITIONAL && are_different && nullable <= 1 { Form::Positional } else { Form::Literal }
}

fn is_asked_for(property: &Property) -> bool {
    property.required && !matches!(property.ty, Type::Const(_))
}

/// What an argument is to the compiler: arguments of one kind could change places.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Boolean,
    Datetime,
    Json,
    Named(TypeId),
    List(Box<Kind>),
    Map(Box<Kind>, Box<Kind>),
}

impl Kind {
    fn of(scope: &Scope<'_>, ty: &Type) -> Self {
        match scope.resolve(ty) {
            Type::Scalar(Scalar::String) => Self::Text,
            Type::Scalar(Scalar::Integer | Scalar::Number) => Self::Number,
            Type::Scalar(Scalar::Boolean) => Self::Boolean,
            Type::Scalar(Scalar::Datetime) => Self::Datetime,
            Type::Scalar(Scalar::Json) => Self::Json,
            Type::Named(id) => Self::Named(whole(scope, *id)),
            Type::List(element) => Self::List(Box::new(Self::of_element(scope, element))),
            Type::Map { keys, values } => {
                let key = keys.map_or(Self::Text, |id| Self::Named(whole(scope, id)));
                Self::Map(Box::new(key), Box::new(Self::of_element(scope, values)))
            }
            Type::Const(_) => unreachable!("a const property is never asked for"),
        }
    }

    fn of_element(scope: &Scope<'_>, element: &Element) -> Self {
        Self::of(scope, &element.ty)
    }
}

/// The enum that a subset is of, and any other type itself.
fn whole(scope: &Scope<'_>, id: TypeId) -> TypeId {
    let mut id = id;
    while let TypeKind::Enum(subset) = &scope.plan().type_item(id).kind {
        let Some(of) = subset.subset_of else { break };
        id = of;
    }
    id
}

/// `new` and, where it takes a literal, the struct of that literal.
pub(super) struct Constructor {
    pub(super) new: Once,
    pub(super) required: Option<Once>,
    /// `impl Default`, where nothing is required.
    pub(super) default: Option<Once>,
}

/// `open`: an event that holds properties of which the plan does not know.
pub(super) fn constructor(
    scope: &Scope<'_>,
    owner: &Ident,
    properties: &[Property],
    fields: &[Field<'_>],
    open: bool,
    deprecated: Option<&Deprecated>,
) -> Constructor {
    let required: Vec<_> = fields.iter().filter(|field| field.presence().is_required()).collect();
    let borrows = open || scope.any_borrows(properties);
    let default = required.is_empty().then(|| default(scope, owner, borrows, deprecated).into());
    match form(scope, properties) {
        Form::Positional => {
            let new = positional(scope, fields, &required, open, deprecated).into();
            Constructor { new, required: None, default }
        }
        Form::Literal => {
            let name = required_ident(owner);
            Constructor {
                new: literal(scope, &name, fields, &required, open, deprecated).into(),
                required: Some(required_struct(scope, owner, &name, &required).into()),
                default,
            }
        }
    }
}

/// `OrderRequired`
pub(super) fn required_ident(owner: &Ident) -> Ident {
    format_ident!("{}Required", owner.to_string().trim_end_matches('_'))
}

fn positional(
    scope: &Scope<'_>,
    fields: &[Field<'_>],
    required: &[&Field<'_>],
    open: bool,
    deprecated: Option<&Deprecated>,
) -> TokenStream {
    let is_const = required.iter().all(|field| !field.converts(scope) && !field.is_boxed());
    let constness = is_const.then(|| quote!(const));
    let deprecated = deprecated::attribute(deprecated);
    let docs = Once::from(arguments(required).tokens());
    let parameters = required.iter().map(|field| {
        let (ident, ty) = (&field.ident, Once::from(field.parameter(scope)));
        Once::from(quote!(#ident: #ty))
    });
    let inits = fields.iter().map(|field| init(field, field.converts(scope))).chain(extra(open)).map(Once::from);
    quote! {
        #docs
        #deprecated
        pub #constness fn new(#(#parameters),*) -> Self {
            Self { #(#inits,)* }
        }
    }
}

/// What the author says of the arguments, one line each.
fn arguments(required: &[&Field<'_>]) -> Docs {
    required.iter().fold(Docs::new(), |docs, field| docs.argument(field.property))
}

fn literal(
    scope: &Scope<'_>,
    name: &Ident,
    fields: &[Field<'_>],
    required: &[&Field<'_>],
    open: bool,
    deprecated: Option<&Deprecated>,
) -> TokenStream {
    // The literal is taken apart, which no constant does to what has a destructor.
    let constness = required.iter().all(|field| scope.is_copy(&field.property.ty)).then(|| quote!(const));
    let deprecated = deprecated::attribute(deprecated);
    let borrows = required.iter().any(|field| scope.borrows(&field.property.ty)).then(|| quote!(<'a>));
    let names = required.iter().map(|field| &field.ident);
    let inits = fields.iter().map(|field| init(field, false)).chain(extra(open)).map(Once::from);
    quote! {
        #deprecated
        pub #constness fn new(#name { #(#names,)* }: #name #borrows) -> Self {
            Self { #(#inits,)* }
        }
    }
}

/// `channel`, `code: code.into()` or `duration_ms: None`.
fn init(field: &Field<'_>, converts: bool) -> TokenStream {
    let ident = &field.ident;
    if !field.presence().is_required() {
        let unset = Once::from(field.unset());
        return quote!(#ident: #unset);
    }
    if !converts && !field.is_boxed() {
        return quote!(#ident);
    }
    let given = if converts { quote!(#ident.into()) } else { quote!(#ident) };
    let value = Once::from(field.boxing(given));
    quote!(#ident: #value)
}

/// What an open event holds besides.
fn extra(open: bool) -> Option<TokenStream> {
    open.then(|| quote!(extra: Extra::new()))
}

fn required_struct(scope: &Scope<'_>, owner: &Ident, name: &Ident, required: &[&Field<'_>]) -> TokenStream {
    let borrows = required.iter().any(|field| scope.borrows(&field.property.ty)).then(|| quote!(<'a>));
    let docs = Docs::new().sentence(format!("What [`{owner}`] always has, by name.")).tokens();
    let fields = required.iter().map(|field| {
        let (ident, ty) = (&field.ident, Once::from(field.given(scope)));
        let docs = Once::from(Docs::property(field.property).tokens());
        Once::from(quote! {
            #docs
            pub #ident: #ty
        })
    });
    quote! {
        #docs
        #[must_use = "it is what `new` takes"]
        pub struct #name #borrows {
            #(#fields,)*
        }
    }
}

fn default(scope: &Scope<'_>, owner: &Ident, borrows: bool, deprecated: Option<&Deprecated>) -> TokenStream {
    let borrows = borrows.then(|| quote!(<'_>));
    let (name, is_deprecated) =
        (if deprecated.is_some() { "deprecated default" } else { "default" }, deprecated.is_some());
    let default = scope.lines(name, &|| {
        let expected = deprecated::expected(is_deprecated);
        quote! {
            #expected
            fn default() -> Self {
                Self::new()
            }
        }
    });
    quote! {
        impl Default for #owner #borrows {
            #default
        }
    }
}
