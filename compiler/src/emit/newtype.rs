use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::event::lifetimes;
use super::scope::{Lifetime, Scope, ident};
use super::{constraint, deprecated, literal, payload};
use crate::ir::{Constraints, Element, Literal, Scalar, Type, TypeItem};

/// A type of its own around another: checked where it is built, or a list or map that holds itself.
pub(super) fn newtype(scope: &Scope<'_>, item: &TypeItem, ty: &Type, constraints: &Constraints) -> TokenStream {
    for name in ["Value", "ValueWriter"] {
        scope.uses_runtime(name);
    }
    let TypeItem { name, meta, borrows, decoded, measured, keyed, .. } = item;
    let ident = ident(&name.ident);
    let ty = scope.resolve(ty);
    let docs = Docs::item(name, meta).sentence(constraint::sentence(constraints)).tokens();
    let (declared, elided) = lifetimes(*borrows);
    let inner = scope.ty(ty, Lifetime::Named);
    let derives = derives(scope, ty);
    let new = if constraints.is_empty() { unchecked(item, &inner) } else { checked(scope, item, ty, constraints) };
    let literal = scalar_with_literal(ty, constraints).map(|scalar| from_literal(scope, item, scalar, constraints));
    let getter = getter(scope, ty);
    let map_key = keyed.then(|| map_key(scope, item, ty));
    let measured = measured.then(|| self::measured(scope, item));
    let payload = decoded.then(|| payload::newtype(scope, item, ty, constraints));
    quote! {
        #docs
        #[derive(#derives)]
        pub struct #ident #declared(#inner);

        impl #declared #ident #declared {
            #new

            #literal

            #getter
        }

        impl Value for #ident #elided {
            fn write(&self, out: &mut ValueWriter<'_>) {
                self.0.write(out);
            }
        }

        #map_key

        #measured

        #payload
    }
}

fn derives(scope: &Scope<'_>, ty: &Type) -> TokenStream {
    match ty {
        Type::Scalar(Scalar::String) => quote!(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord),
        Type::Scalar(Scalar::Integer) => quote!(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord),
        Type::Scalar(Scalar::Number) => quote!(Clone, Copy, Debug, PartialEq, PartialOrd),
        _ => scope.inner(ty).map_or_else(|| quote!(Clone, Debug, PartialEq), |inner| derives(scope, inner)),
    }
}

/// `new` of what only holds itself.
fn unchecked(item: &TypeItem, inner: &TokenStream) -> TokenStream {
    let deprecated = deprecated::attribute(item.meta.deprecated.as_ref());
    quote! {
        #deprecated
        #[must_use]
        pub const fn new(value: #inner) -> Self {
            Self(value)
        }
    }
}

/// `new` of what has constraints.
fn checked(scope: &Scope<'_>, item: &TypeItem, ty: &Type, constraints: &Constraints) -> TokenStream {
    for name in ["Constrain", "ConstraintError"] {
        scope.uses_runtime(name);
    }
    let wire = &item.name.wire;
    let errors = Docs::new()
        .sentence("Checks the value.".to_owned())
        .sentence("# Errors".to_owned())
        .sentence("Names the rule that the value breaks.".to_owned())
        .tokens();
    let deprecated = deprecated::attribute(item.meta.deprecated.as_ref());
    let inner = scope.ty(ty, Lifetime::Named);
    let (parameter, bound) = match ty {
        Type::Scalar(Scalar::String) => (quote!(impl Into<#inner>), Some(quote!(let value = value.into();))),
        _ => (inner, None),
    };
    let checks = constraint::calls(constraints);
    quote! {
        #errors
        #deprecated
        pub fn new(value: #parameter) -> Result<Self, ConstraintError> {
            #bound
            value #checks.check(#wire)?;
            Ok(Self(value))
        }
    }
}

/// The scalar of a newtype that has `literal`, which a value written in code goes through: in a constant it is checked
/// by the compiler, who cannot search for a pattern.
pub(super) fn scalar_with_literal(ty: &Type, constraints: &Constraints) -> Option<Scalar> {
    match ty {
        Type::Scalar(scalar) if constraints.pattern.is_none() => Some(*scalar),
        _ => None,
    }
}

fn from_literal(scope: &Scope<'_>, item: &TypeItem, scalar: Scalar, constraints: &Constraints) -> TokenStream {
    let (parameter, stored) = match scalar {
        Scalar::String => (quote!(&'a str), quote!(Cow::Borrowed(value))),
        other => (scope.scalar(other, Lifetime::Named), quote!(value)),
    };
    let asserts = asserts(scope, item, scalar, constraints);
    let deprecated = deprecated::attribute(item.meta.deprecated.as_ref());
    let docs = Docs::new()
        .sentence("A value that is written in code.".to_owned())
        .sentence("# Panics".to_owned())
        .sentence("When the value breaks a rule; in a constant that is an error of the compiler.".to_owned())
        .tokens();
    quote! {
        #docs
        #deprecated
        #[must_use]
        pub const fn literal(value: #parameter) -> Self {
            #(#asserts)*
            Self(#stored)
        }
    }
}

fn asserts(scope: &Scope<'_>, item: &TypeItem, scalar: Scalar, constraints: &Constraints) -> Vec<TokenStream> {
    let runtime = scope.runtime();
    let name = item.name.wire.replace('{', "{{").replace('}', "}}");
    let finite = (scalar == Scalar::Number).then(|| {
        let message = format!("{name} is a finite number");
        quote!(assert!(value.is_finite(), #message);)
    });
    let min = constraints.min.as_ref().map(|min| {
        let (bound, message) = (bound(scalar, min), format!("{name} is at least {}", literal::json(min)));
        quote!(assert!(value >= #bound, #message);)
    });
    let max = constraints.max.as_ref().map(|max| {
        let (bound, message) = (bound(scalar, max), format!("{name} is at most {}", literal::json(max)));
        quote!(assert!(value <= #bound, #message);)
    });
    let min_length = constraints.min_length.map(|length| {
        let (count, message) = (literal::count(length), format!("{name} has at least {length} characters"));
        quote!(assert!(#runtime::__private::characters(value) >= #count, #message);)
    });
    let max_length = constraints.max_length.map(|length| {
        let (count, message) = (literal::count(length), format!("{name} has at most {length} characters"));
        quote!(assert!(#runtime::__private::characters(value) <= #count, #message);)
    });
    [finite, min, max, min_length, max_length].into_iter().flatten().collect()
}

/// A bound in the type that it is compared with.
fn bound(scalar: Scalar, bound: &Literal) -> TokenStream {
    match bound {
        #[expect(clippy::cast_precision_loss, reason = "the bound of a number is read as a number")]
        Literal::Integer(value) if scalar == Scalar::Number => literal::number(*value as f64),
        other => constraint::bound(other),
    }
}

/// `get`, which gives the value back.
fn getter(scope: &Scope<'_>, ty: &Type) -> TokenStream {
    let docs = Docs::new().sentence("The value.".to_owned()).tokens();
    let (constness, receiver, given, value) = match ty {
        Type::Scalar(Scalar::String) => (None, quote!(&self), quote!(&str), quote!(&self.0)),
        Type::Scalar(scalar) => {
            (Some(quote!(const)), quote!(self), scope.scalar(*scalar, Lifetime::Named), quote!(self.0))
        }
        Type::List(element) => {
            let item = scope.element(element, Lifetime::Named);
            (None, quote!(&self), quote!(&[#item]), quote!(&self.0))
        }
        other => {
            let inner = scope.ty(other, Lifetime::Named);
            (Some(quote!(const)), quote!(&self), quote!(&#inner), quote!(&self.0))
        }
    };
    // A struct says so itself, also in a slice.
    let is_struct = |element: &Element| !element.nullable && scope.is_object(&element.ty);
    let must_use = !matches!(ty, Type::List(element) if is_struct(element));
    let must_use = must_use.then(|| quote!(#[must_use]));
    quote! {
        #docs
        #must_use
        pub #constness fn get(#receiver) -> #given {
            #value
        }
    }
}

/// A text may be the key of a map.
fn map_key(scope: &Scope<'_>, item: &TypeItem, ty: &Type) -> TokenStream {
    scope.uses_runtime("MapKey");
    let (ident, (_, elided)) = (ident(&item.name.ident), lifetimes(item.borrows));
    let key = if matches!(ty, Type::Scalar(_)) { quote!(&self.0) } else { quote!(self.0.get()) };
    quote! {
        impl MapKey for #ident #elided {
            fn as_key(&self) -> &str {
                #key
            }
        }
    }
}

/// It answers to the rules that stand beside it, as what it holds does.
fn measured(scope: &Scope<'_>, item: &TypeItem) -> TokenStream {
    let (ident, (_, elided), runtime) = (ident(&item.name.ident), lifetimes(item.borrows), scope.runtime());
    quote! {
        impl #runtime::Measured for #ident #elided {
            fn breaks(&self, rule: #runtime::Rule) -> bool {
                self.0.breaks(rule)
            }
        }
    }
}
