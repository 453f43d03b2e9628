use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::event::lifetimes;
use super::scope::{Scope, Std, ident};
use super::shared::Lines;
use super::{deprecated, literal, payload};
use crate::ir::{Enum, EnumRepr, EnumValue, Literal, Meta, TypeId, TypeItem, TypeKind};

/// An enum of the plan, closed or open, of texts or of integers.
pub(super) fn enumeration(scope: &Scope<'_>, item: &TypeItem, shape: &Enum) -> TokenStream {
    for name in ["Value", "ValueWriter"] {
        scope.uses_runtime(name);
    }
    let TypeItem { name, meta, decoded, .. } = item;
    let ident = ident(&name.ident);
    let docs = Docs::item(name, meta).tokens();
    let is_borrowing = borrows(shape);
    let (declared, elided) = lifetimes(is_borrowing);
    let derived = derived(scope, is_borrowing);
    let variants = shape.values.iter().map(|value| variant(value, meta));
    let other = shape.open.then(|| other(scope, shape.repr));
    let accessor = accessor(scope, shape, meta, &ident, elided.as_ref());
    let written = written(scope, shape.repr);
    let map_key = (shape.repr == EnumRepr::Text).then(|| map_key(scope, &ident, elided.as_ref()));
    let conversion = shape.subset_of.map(|whole| conversion(scope, &ident, shape, meta, whole));
    let payload = decoded.then(|| payload::enumeration(scope, item, shape));
    quote! {
        #docs
        #derived
        pub enum #ident #declared {
            #(#variants,)*
            #other
        }

        #accessor

        impl Value for #ident #elided {
            #written
        }

        #map_key

        #conversion

        #payload
    }
}

fn borrows(shape: &Enum) -> bool {
    shape.open && shape.repr == EnumRepr::Text
}

fn derived(scope: &Scope<'_>, is_borrowing: bool) -> Lines {
    if is_borrowing {
        return quote!(#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]).into();
    }
    scope.lines("derive", &|| quote!(#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]))
}

/// A variant; a deprecated enum is deprecated where it is touched: at each of them.
fn variant(value: &EnumValue, meta: &Meta) -> TokenStream {
    let ident = ident(&value.ident);
    let wire = match &value.wire {
        Literal::Text(text) => text.clone(),
        other => literal::json(other),
    };
    let docs = Docs::new().plain(value.description.as_deref()).wire_value(&wire, &value.ident).tokens();
    let deprecated = deprecated::attribute(value.deprecated.as_ref().or(meta.deprecated.as_ref()));
    quote!(#docs #deprecated #ident)
}

/// Whether code that names every variant names one that is deprecated.
pub(super) fn names_deprecated(shape: &Enum, meta: &Meta) -> bool {
    meta.deprecated.is_some() || shape.values.iter().any(|value| value.deprecated.is_some())
}

fn other(scope: &Scope<'_>, repr: EnumRepr) -> TokenStream {
    let docs = Docs::new().sentence("Any other value.".to_owned()).tokens();
    let value = match repr {
        EnumRepr::Text => {
            scope.uses_std(Std::Cow);
            quote!(Cow<'a, str>)
        }
        EnumRepr::Integer => quote!(i64),
    };
    quote!(#docs Other(#value),)
}

/// `as_str` or `as_i64`: a table for a closed enum, so that no variant is named.
fn accessor(scope: &Scope<'_>, shape: &Enum, meta: &Meta, ident: &Ident, elided: Option<&TokenStream>) -> TokenStream {
    let wires: Vec<_> = shape.values.iter().map(|value| wire(&value.wire)).collect();
    let count = proc_macro2::Literal::usize_unsuffixed(wires.len());
    let (name, ty) = match shape.repr {
        EnumRepr::Text => ("as_str", quote!(&'static str)),
        EnumRepr::Integer => ("as_i64", quote!(i64)),
    };
    let method = super::scope::ident(name);
    let docs = || Docs::new().sentence("The value on the wire.".to_owned()).tokens();
    if !shape.open {
        let accessor = scope.lines(name, &|| {
            let docs = docs();
            quote! {
                #docs
                #[must_use]
                pub const fn #method(self) -> #ty {
                    Self::WIRE[self as usize]
                }
            }
        });
        return quote! {
            impl #ident {
                const WIRE: [#ty; #count] = [#(#wires),*];

                #accessor
            }
        };
    }
    let docs = docs();
    let variants = shape.values.iter().map(|value| super::scope::ident(&value.ident));
    let expected = deprecated::expected(names_deprecated(shape, meta));
    let (receiver, ty, other) = match shape.repr {
        EnumRepr::Text => (quote!(&self), quote!(&str), quote!(value)),
        EnumRepr::Integer => (quote!(self), quote!(i64), quote!(value)),
    };
    quote! {
        impl #ident #elided {
            #docs
            #expected
            #[must_use]
            pub fn #method(#receiver) -> #ty {
                match self {
                    #(Self::#variants => #wires,)*
                    Self::Other(value) => #other,
                }
            }
        }
    }
}

pub(super) fn wire(literal: &Literal) -> TokenStream {
    match literal {
        Literal::Text(text) => quote!(#text),
        Literal::Integer(value) => literal::integer(*value),
        _ => unreachable!("the values of an enum are texts or integers"),
    }
}

fn written(scope: &Scope<'_>, repr: EnumRepr) -> Lines {
    let write = |written: TokenStream| {
        quote! {
            fn write(&self, out: &mut ValueWriter<'_>) {
                #written
            }
        }
    };
    match repr {
        EnumRepr::Text => scope.lines("write text", &|| write(quote!(out.text(self.as_str());))),
        EnumRepr::Integer => scope.lines("write integer", &|| write(quote!(out.integer(self.as_i64());))),
    }
}

fn map_key(scope: &Scope<'_>, ident: &Ident, elided: Option<&TokenStream>) -> TokenStream {
    scope.uses_runtime("MapKey");
    let as_key = scope.lines("as_key", &|| {
        quote! {
            fn as_key(&self) -> &str {
                self.as_str()
            }
        }
    });
    quote! {
        impl MapKey for #ident #elided {
            #as_key
        }
    }
}

/// Every value of a subset is one of the whole, and a value of the whole may be one of the subset: else it comes back.
fn conversion(scope: &Scope<'_>, subset: &Ident, shape: &Enum, meta: &Meta, whole: TypeId) -> TokenStream {
    let item = scope.plan().type_item(whole);
    let TypeKind::Enum(of) = &item.kind else { unreachable!("a subset is of an enum") };
    let path = scope.type_path(whole);
    let static_lifetime = item.borrows.then(|| quote!(<'_>));
    let pairs: Vec<_> = shape
        .values
        .iter()
        .filter_map(|value| of.values.iter().find(|one| one.wire == value.wire).map(|one| (value, one)))
        .collect();
    let is_deprecated = meta.deprecated.is_some()
        || item.meta.deprecated.is_some()
        || pairs.iter().any(|(value, one)| value.deprecated.is_some() || one.deprecated.is_some());
    let expected = deprecated::expected(is_deprecated);
    let arms = pairs.iter().map(|(value, one)| {
        let (from, to) = (ident(&value.ident), ident(&one.ident));
        quote!(#subset::#from => Self::#to)
    });
    let (named, _) = lifetimes(item.borrows);
    let whole_type = quote!(#path #named);
    let back = pairs.iter().map(|(value, one)| {
        let (to, from) = (ident(&value.ident), ident(&one.ident));
        quote!(#path::#from => Ok(Self::#to))
    });
    let others: Vec<_> =
        of.values.iter().filter(|one| !pairs.iter().any(|(_, taken)| taken.wire == one.wire)).collect();
    let rest = match (others.as_slice(), of.open) {
        ([], false) => None,
        ([], true) => Some(quote!(other @ #path::Other(_) => Err(other),)),
        ([one], false) => {
            let one = ident(&one.ident);
            Some(quote!(other @ #path::#one => Err(other),))
        }
        _ => Some(quote!(other => Err(other),)),
    };
    let names_other = matches!(others.as_slice(), [one] if !of.open && one.deprecated.is_some());
    let expected_back = deprecated::expected(is_deprecated || names_other);
    quote! {
        impl From<#subset> for #path #static_lifetime {
            #expected
            fn from(value: #subset) -> Self {
                match value {
                    #(#arms,)*
                }
            }
        }

        impl #named TryFrom<#whole_type> for #subset {
            type Error = #whole_type;

            #expected_back
            fn try_from(value: #whole_type) -> Result<Self, Self::Error> {
                match value {
                    #(#back,)*
                    #rest
                }
            }
        }
    }
}
