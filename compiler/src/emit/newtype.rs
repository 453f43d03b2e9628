use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::event::lifetimes;
use super::scope::{Lifetime, Scope, ident};
use super::{constraint, deprecated, literal, payload};
use crate::ir::{Constraints, Literal, Scalar, TypeItem};

/// A named scalar with constraints: a type of its own, checked where it is built.
pub(super) fn newtype(scope: &Scope<'_>, item: &TypeItem, scalar: Scalar, constraints: &Constraints) -> TokenStream {
    for name in ["Constrain", "ConstraintError", "Value", "ValueWriter"] {
        scope.uses_runtime(name);
    }
    let TypeItem { name, meta, borrows, decoded, .. } = item;
    let (ident, wire) = (ident(&name.ident), &name.wire);
    let docs = Docs::item(name, meta).sentence(constraint::sentence(constraints)).tokens();
    let (declared, elided) = lifetimes(*borrows);
    let inner = scope.scalar(scalar, Lifetime::Named);
    let derives = derives(scalar);
    let deprecated = deprecated::attribute(meta.deprecated.as_ref());
    let errors = Docs::new()
        .sentence("Checks the value.".to_owned())
        .sentence("# Errors".to_owned())
        .sentence("Names the rule that the value breaks.".to_owned())
        .tokens();
    let (parameter, bound) = match scalar {
        Scalar::String => (quote!(impl Into<#inner>), Some(quote!(let value = value.into();))),
        _ => (quote!(#inner), None),
    };
    let checks = constraint::calls(constraints);
    let literal = constraints.pattern.is_none().then(|| literal_constructor(scope, item, scalar, constraints));
    let getter = getter(scalar);
    let payload = decoded.then(|| payload::newtype(scope, item, scalar));
    quote! {
        #docs
        #[derive(#derives)]
        pub struct #ident #declared(#inner);

        impl #declared #ident #declared {
            #errors
            #deprecated
            pub fn new(value: #parameter) -> Result<Self, ConstraintError> {
                #bound
                value #checks.check(#wire)?;
                Ok(Self(value))
            }

            #literal

            #getter
        }

        impl Value for #ident #elided {
            fn write(&self, out: &mut ValueWriter<'_>) {
                self.0.write(out);
            }
        }

        #payload
    }
}

fn derives(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::String => quote!(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord),
        Scalar::Integer | Scalar::Boolean | Scalar::Datetime => {
            quote!(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)
        }
        Scalar::Number => quote!(Clone, Copy, Debug, PartialEq, PartialOrd),
        Scalar::Json => quote!(Clone, Debug, PartialEq),
    }
}

/// `literal`, which a value written in code goes through: in a constant it is checked by the compiler.
fn literal_constructor(
    scope: &Scope<'_>,
    item: &TypeItem,
    scalar: Scalar,
    constraints: &Constraints,
) -> Option<TokenStream> {
    let (parameter, stored) = match scalar {
        Scalar::String => (quote!(&'a str), quote!(Cow::Borrowed(value))),
        Scalar::Integer => (quote!(i64), quote!(value)),
        Scalar::Number => (quote!(f64), quote!(value)),
        Scalar::Boolean | Scalar::Datetime | Scalar::Json => return None,
    };
    let asserts = asserts(scope, item, scalar, constraints);
    let deprecated = deprecated::attribute(item.meta.deprecated.as_ref());
    let docs = Docs::new()
        .sentence("A value that is written in code.".to_owned())
        .sentence("# Panics".to_owned())
        .sentence("When the value breaks a rule; in a constant that is an error of the compiler.".to_owned())
        .tokens();
    Some(quote! {
        #docs
        #deprecated
        #[must_use]
        pub const fn literal(value: #parameter) -> Self {
            #(#asserts)*
            Self(#stored)
        }
    })
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
fn getter(scalar: Scalar) -> TokenStream {
    let docs = Docs::new().sentence("The value.".to_owned()).tokens();
    match scalar {
        Scalar::String => quote! {
            #docs
            #[must_use]
            pub fn get(&self) -> &str {
                &self.0
            }
        },
        Scalar::Json => quote! {
            #docs
            #[must_use]
            pub fn get(&self) -> &str {
                self.0.as_str()
            }
        },
        Scalar::Integer => copied(docs.as_ref(), &quote!(i64)),
        Scalar::Number => copied(docs.as_ref(), &quote!(f64)),
        Scalar::Boolean => copied(docs.as_ref(), &quote!(bool)),
        Scalar::Datetime => copied(docs.as_ref(), &quote!(Timestamp)),
    }
}

fn copied(docs: Option<&TokenStream>, ty: &TokenStream) -> TokenStream {
    quote! {
        #docs
        #[must_use]
        pub const fn get(self) -> #ty {
            self.0
        }
    }
}
