//! Fields of structs: what a property is in Rust.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::once::Once;
use super::scope::{Lifetime, Scope, ident};
use crate::ir::{Property, Type, TypeId, TypeKind};

/// A property that has a field: all but the constant ones.
pub(super) struct Field<'p> {
    pub(super) property: &'p Property,
    pub(super) ident: Ident,
    /// Whether the struct would contain itself without a `Box`.
    boxed: bool,
}

/// What `required` and `nullable` make of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    /// `Option<T>` in `new`, sent as null.
    RequiredOrNull,
    /// Absent when unset.
    Optional,
    /// Unset, null, or a value.
    OptionalOrNull,
}

impl Presence {
    pub(super) fn of(property: &Property) -> Self {
        match (property.required, property.nullable) {
            (true, false) => Self::Required,
            (true, true) => Self::RequiredOrNull,
            (false, false) => Self::Optional,
            (false, true) => Self::OptionalOrNull,
        }
    }

    pub(super) fn is_required(self) -> bool {
        matches!(self, Self::Required | Self::RequiredOrNull)
    }
}

/// The fields of a struct; `owner` is the object type whose properties these are.
pub(super) fn fields<'p>(scope: &Scope<'_>, owner: Option<TypeId>, properties: &'p [Property]) -> Vec<Field<'p>> {
    let is_field = |property: &&Property| !matches!(property.ty, Type::Const(_));
    let field = |property: &'p Property| Field {
        property,
        ident: ident(&property.name.ident),
        boxed: owner.is_some_and(|owner| contains(scope, &property.ty, owner)),
    };
    properties.iter().filter(is_field).map(field).collect()
}

impl Field<'_> {
    pub(super) fn presence(&self) -> Presence {
        Presence::of(self.property)
    }

    /// `plan_tier: PlanTier,`
    pub(super) fn declaration(&self, scope: &Scope<'_>) -> TokenStream {
        let Self { ident, .. } = self;
        let ty = Once::from(self.stored(scope));
        quote!(#ident: #ty,)
    }

    /// The type of the value, without `Option`, `Nullable` or `Box` around it.
    fn ty(&self, scope: &Scope<'_>) -> TokenStream {
        scope.ty(&self.property.ty, Lifetime::Named)
    }

    fn stored(&self, scope: &Scope<'_>) -> TokenStream {
        let ty = self.ty(scope);
        let value = Once::from(if self.boxed { quote!(Box<#ty>) } else { ty });
        match self.presence() {
            Presence::Required => quote!(#value),
            Presence::RequiredOrNull | Presence::Optional => quote!(Option<#value>),
            Presence::OptionalOrNull => {
                scope.uses_runtime("Nullable");
                quote!(Nullable<#value>)
            }
        }
    }

    /// The type in which the caller gives it, where there is no `impl Into`.
    pub(super) fn given(&self, scope: &Scope<'_>) -> TokenStream {
        let ty = self.ty(scope);
        if self.presence() == Presence::RequiredOrNull { quote!(Option<#ty>) } else { ty }
    }

    /// The type of a parameter: text comes as anything that becomes text.
    pub(super) fn parameter(&self, scope: &Scope<'_>) -> TokenStream {
        let given = self.given(scope);
        if !self.converts(scope) {
            return given;
        }
        let given = Once::from(given);
        quote!(impl Into<#given>)
    }

    /// Whether a parameter of this field is converted with `into`.
    pub(super) fn converts(&self, scope: &Scope<'_>) -> bool {
        scope.is_text(&self.property.ty) && self.presence() != Presence::RequiredOrNull
    }

    /// A given value as it is stored.
    pub(super) fn boxing(&self, given: TokenStream) -> TokenStream {
        match (self.boxed, self.presence()) {
            (false, _) => given,
            (true, Presence::RequiredOrNull) => quote!(#given.map(Box::new)),
            (true, _) => quote!(Box::new(#given)),
        }
    }

    /// The field before a setter was called.
    pub(super) fn unset(&self) -> TokenStream {
        if self.presence() == Presence::OptionalOrNull { quote!(Nullable::Absent) } else { quote!(None) }
    }

    pub(super) fn is_boxed(&self) -> bool {
        self.boxed
    }
}

/// Whether a value of the type holds one of `owner` in place: lists and maps hold theirs elsewhere.
fn contains(scope: &Scope<'_>, ty: &Type, owner: TypeId) -> bool {
    let mut seen = Vec::new();
    let mut waiting: Vec<&Type> = vec![ty];
    while let Some(ty) = waiting.pop() {
        let Type::Named(id) = ty else { continue };
        if *id == owner {
            return true;
        }
        if seen.contains(id) {
            continue;
        }
        seen.push(*id);
        match &scope.plan().type_item(*id).kind {
            TypeKind::Alias(target) => waiting.push(target),
            TypeKind::Object(properties) => waiting.extend(properties.iter().map(|property| &property.ty)),
            TypeKind::Enum(_) | TypeKind::Newtype { .. } => {}
        }
    }
    false
}
