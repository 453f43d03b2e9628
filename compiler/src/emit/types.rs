use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::scope::{Lifetime, Scope, ident};
use super::{enumeration, newtype, object};
use crate::ir::{Type, TypeId, TypeItem, TypeKind};

/// The items of the module `types`.
pub(super) fn all<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = TokenStream> + 's {
    scope.plan().types.iter().enumerate().map(|(index, item)| type_item(scope, TypeId(index), item))
}

fn type_item(scope: &Scope<'_>, id: TypeId, item: &TypeItem) -> TokenStream {
    match &item.kind {
        TypeKind::Enum(shape) => enumeration::enumeration(scope, item, shape),
        TypeKind::Object(properties) => object::object(scope, id, item, properties),
        TypeKind::Newtype { ty, constraints } => newtype::newtype(scope, item, ty, constraints),
        TypeKind::Alias(target) => alias(scope, item, target),
    }
}

fn alias(scope: &Scope<'_>, item: &TypeItem, target: &Type) -> TokenStream {
    let TypeItem { name, meta, borrows, .. } = item;
    let ident = ident(&name.ident);
    let docs = Docs::item(name, meta).tokens();
    let lifetime = borrows.then(|| quote!(<'a>));
    let target = scope.ty(target, Lifetime::Named);
    quote! {
        #docs
        pub type #ident #lifetime = #target;
    }
}
