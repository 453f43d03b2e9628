//! Payloads: how they are decoded, and the plan's own payloads as expressions.

use std::cell::Cell;

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::constructor::{Form, form, required_ident};
use super::enumeration::{names_deprecated, wire};
use super::field::{Field, Presence};
use super::newtype::scalar_with_literal;
use super::scope::{Scope, Std, ident};
use super::{constraint, deprecated, literal};
use crate::ir::{Constraints, Element, Enum, EnumRepr, Literal, Property, Scalar, Type, TypeId, TypeItem, TypeKind};

fn decoder(scope: &Scope<'_>, item: &TypeItem, expected: Option<&TokenStream>, body: &TokenStream) -> TokenStream {
    for name in ["Payload", "PayloadError", "PayloadReader"] {
        scope.uses_runtime(name);
    }
    let ident = ident(&item.name.ident);
    let lifetime = item.borrows.then(|| quote!(<'static>));
    quote! {
        impl Payload for #ident #lifetime {
            #expected
            fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
                #body
            }
        }
    }
}

pub(super) fn object(scope: &Scope<'_>, item: &TypeItem, fields: &[Field<'_>]) -> TokenStream {
    let inits = fields.iter().map(|field| {
        let (ident, wire) = (&field.ident, &field.property.name.wire);
        let rules = constraint::calls(&field.property.constraints).map(|calls| quote!(.checked()#calls));
        let method = match field.presence() {
            Presence::Required | Presence::RequiredOrNull => format_ident!("required"),
            Presence::Optional => format_ident!("optional"),
            Presence::OptionalOrNull => format_ident!("nullable"),
        };
        quote!(#ident: reader #rules.#method(#wire)?)
    });
    let body =
        if fields.is_empty() { quote!(reader.object().map(|()| Self {})) } else { quote!(Ok(Self { #(#inits,)* })) };
    decoder(scope, item, None, &body)
}

pub(super) fn enumeration(scope: &Scope<'_>, item: &TypeItem, shape: &Enum) -> TokenStream {
    let arms = shape.values.iter().map(|value| {
        let (wire, variant) = (wire(&value.wire), ident(&value.ident));
        quote!(#wire => Ok(Self::#variant))
    });
    let (read, other) = match shape.repr {
        EnumRepr::Text => (quote!(reader.text()?), quote!(other => Ok(Self::Other(Cow::Owned(other.to_owned()))))),
        EnumRepr::Integer => (quote!(reader.integer()?), quote!(other => Ok(Self::Other(other)))),
    };
    let rest = if shape.open { other } else { quote!(_ => Err(reader.unknown())) };
    let expected = deprecated::expected(names_deprecated(shape, &item.meta));
    let body = quote! {
        match #read {
            #(#arms,)*
            #rest,
        }
    };
    decoder(scope, item, expected.as_ref(), &body)
}

pub(super) fn newtype(scope: &Scope<'_>, item: &TypeItem, ty: &Type, constraints: &Constraints) -> TokenStream {
    let inner = if *ty == Type::Scalar(Scalar::String) {
        // Anything that becomes text is taken, so that it has to be said what is read.
        quote!(Cow::<str>::decode(reader)?)
    } else {
        quote!(Payload::decode(reader)?)
    };
    let expected = deprecated::expected(item.meta.deprecated.is_some());
    let body = if constraints.is_empty() { quote!(Ok(Self::new(#inner))) } else { quote!(Ok(Self::new(#inner)?)) };
    decoder(scope, item, expected.as_ref(), &body)
}

/// A JSON value of the plan.
pub(super) fn json(scope: &Scope<'_>, value: &Literal) -> TokenStream {
    scope.uses_runtime("Json");
    let text = literal::json(value);
    quote!(Json::parse(#text).expect("the compiler of the plan wrote it"))
}

/// Values of the plan as Rust expressions, and whether one of them names what is deprecated.
pub(super) struct Values<'s, 'p> {
    scope: &'s Scope<'p>,
    names_deprecated: Cell<bool>,
}

/// A function without arguments that gives the value: a path where the value is a plain call, and a
/// closure, with a block of its own where it is long.
pub(super) fn function(value: &TokenStream) -> TokenStream {
    let tokens: Vec<_> = value.clone().into_iter().collect();
    if let Some((TokenTree::Group(arguments), path)) = tokens.split_last()
        && arguments.stream().is_empty()
        && path.iter().all(|token| matches!(token, TokenTree::Ident(_) | TokenTree::Punct(_)))
    {
        return path.iter().cloned().collect();
    }
    if tokens.len() > LONGEST_BODY { quote!(|| { #value }) } else { quote!(|| #value) }
}

/// Tokens of a closure's body that has no block: a path and one call.
const LONGEST_BODY: usize = 5;

/// How text is taken where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// As `impl Into<Cow<str>>`.
    AsInto,
    /// As the type itself.
    AsIs,
}

impl<'s, 'p> Values<'s, 'p> {
    pub(super) fn new(scope: &'s Scope<'p>) -> Self {
        Self { scope, names_deprecated: Cell::new(false) }
    }

    pub(super) fn names_deprecated(&self) -> bool {
        self.names_deprecated.get()
    }

    /// The value where its type itself is expected.
    pub(super) fn value(&self, ty: &Type, value: &Literal) -> TokenStream {
        self.taken(ty, value, Taken::AsIs)
    }

    /// `Some(value)`, or `None` where the plan has none.
    pub(super) fn optional(&self, ty: &Type, value: Option<&Literal>) -> TokenStream {
        let Some(value) = value else { return quote!(None) };
        let value = self.value(ty, value);
        quote!(Some(#value))
    }

    fn taken(&self, ty: &Type, value: &Literal, taken: Taken) -> TokenStream {
        match (self.scope.resolve(ty), value) {
            (Type::Scalar(scalar), value) => self.scalar(*scalar, value, taken),
            (Type::Named(id), value) => self.named(*id, value),
            (Type::List(element), Literal::List(items)) => self.list(element, items),
            (Type::Map { keys, values }, Literal::Map(entries)) => self.map(*keys, values, entries),
            _ => unreachable!("a checked value fits its type"),
        }
    }

    fn scalar(&self, scalar: Scalar, value: &Literal, taken: Taken) -> TokenStream {
        match (scalar, value) {
            (Scalar::String, Literal::Text(text)) => match taken {
                Taken::AsInto => quote!(#text),
                Taken::AsIs => quote!(#text.into()),
            },
            (Scalar::Integer, Literal::Integer(value)) => literal::integer(*value),
            (Scalar::Number, Literal::Number(value)) => literal::number(*value),
            #[expect(clippy::cast_precision_loss, reason = "a whole number where a number is wanted")]
            (Scalar::Number, Literal::Integer(value)) => literal::number(*value as f64),
            (Scalar::Boolean, Literal::Boolean(value)) => quote!(#value),
            (Scalar::Datetime, Literal::Text(text)) => {
                self.scope.uses_runtime("Timestamp");
                quote!(Timestamp::parse(#text).expect("the compiler of the plan checked it"))
            }
            (Scalar::Json, value) => json(self.scope, value),
            _ => unreachable!("a checked value fits its type"),
        }
    }

    fn named(&self, id: TypeId, value: &Literal) -> TokenStream {
        let item = self.scope.plan().type_item(id);
        match &item.kind {
            TypeKind::Enum(shape) => self.enumeration(id, item, shape, value),
            TypeKind::Object(properties) => match value {
                Literal::Map(entries) => self.object(id, item, properties, entries),
                _ => unreachable!("a checked value fits its type"),
            },
            TypeKind::Newtype { ty, constraints } => self.newtype(id, item, ty, constraints, value),
            TypeKind::Alias(_) => unreachable!("aliases are resolved"),
        }
    }

    fn touch(&self, is_deprecated: bool) {
        self.names_deprecated.set(self.names_deprecated.get() || is_deprecated);
    }

    fn enumeration(&self, id: TypeId, item: &TypeItem, shape: &Enum, value: &Literal) -> TokenStream {
        let path = self.scope.type_path(id);
        if let Some(one) = shape.values.iter().find(|one| one.wire == *value) {
            self.touch(one.deprecated.is_some() || item.meta.deprecated.is_some());
            let variant = ident(&one.ident);
            return quote!(#path::#variant);
        }
        let wire = wire(value);
        let into = (shape.repr == EnumRepr::Text).then(|| quote!(.into()));
        quote!(#path::Other(#wire #into))
    }

    fn newtype(
        &self,
        id: TypeId,
        item: &TypeItem,
        ty: &Type,
        constraints: &Constraints,
        value: &Literal,
    ) -> TokenStream {
        self.touch(item.meta.deprecated.is_some());
        let path = self.scope.type_path(id);
        let value = self.taken(ty, value, Taken::AsInto);
        if constraints.is_empty() {
            quote!(#path::new(#value))
        } else if scalar_with_literal(self.scope.resolve(ty), constraints).is_some() {
            quote!(#path::literal(#value))
        } else {
            quote!(#path::new(#value).expect("the compiler of the plan checked it"))
        }
    }

    fn list(&self, element: &Element, items: &[Literal]) -> TokenStream {
        if items.is_empty() {
            return quote!(Vec::new());
        }
        let items = items.iter().map(|item| self.element(element, item));
        quote!(vec![#(#items),*])
    }

    fn map(&self, keys: Option<TypeId>, values: &Element, entries: &[(String, Literal)]) -> TokenStream {
        self.scope.uses_std(Std::BTreeMap);
        if entries.is_empty() {
            return quote!(BTreeMap::new());
        }
        let entries = entries.iter().map(|(key, value)| {
            let key = keys
                .map_or_else(|| quote!(#key.into()), |id| self.value(&Type::Named(id), &Literal::Text(key.clone())));
            let value = self.element(values, value);
            quote!((#key, #value))
        });
        quote!(BTreeMap::from([#(#entries),*]))
    }

    fn element(&self, element: &Element, value: &Literal) -> TokenStream {
        if !element.nullable {
            return self.value(&element.ty, value);
        }
        self.or_null(&element.ty, value)
    }

    fn or_null(&self, ty: &Type, value: &Literal) -> TokenStream {
        if *value == Literal::Null {
            return quote!(None);
        }
        let value = self.value(ty, value);
        quote!(Some(#value))
    }

    /// `Money::new(1, "EUR").with_note("x")`
    fn object(
        &self,
        id: TypeId,
        item: &TypeItem,
        properties: &[Property],
        entries: &[(String, Literal)],
    ) -> TokenStream {
        let path = self.scope.type_path(id);
        let given =
            |property: &Property| entries.iter().find(|(key, _)| *key == property.name.wire).map(|(_, value)| value);
        let is_field = |property: &&Property| !matches!(property.ty, Type::Const(_));
        let fields: Vec<_> = properties.iter().filter(is_field).collect();
        let required = fields.iter().filter(|property| property.required);
        let arguments = match form(self.scope, properties) {
            Form::Positional => {
                let arguments = required.map(|property| self.required(property, given(property), Taken::AsInto));
                quote!(#(#arguments),*)
            }
            Form::Literal => {
                let name = required_ident(&ident(&item.name.ident));
                let path = self.scope.beside(id, &name);
                let inits = required.map(|property| {
                    let field = ident(&property.name.ident);
                    let value = self.required(property, given(property), Taken::AsIs);
                    quote!(#field: #value)
                });
                quote!(#path { #(#inits,)* })
            }
        };
        self.touch(item.meta.deprecated.is_some());
        let setters = fields.iter().filter(|property| !property.required).filter_map(|property| {
            let value = given(property)?;
            self.touch(property.meta.deprecated.is_some());
            let field = ident(&property.name.ident);
            if *value == Literal::Null {
                let setter = format_ident!("with_{}_null", field);
                return property.nullable.then(|| quote!(.#setter()));
            }
            let setter = format_ident!("with_{}", field);
            let value = self.taken(&property.ty, value, Taken::AsInto);
            Some(quote!(.#setter(#value)))
        });
        quote!(#path::new(#arguments)#(#setters)*)
    }

    fn required(&self, property: &Property, value: Option<&Literal>, taken: Taken) -> TokenStream {
        let value = value.unwrap_or(&Literal::Null);
        if property.nullable {
            return self.or_null(&property.ty, value);
        }
        self.taken(&property.ty, value, taken)
    }
}
