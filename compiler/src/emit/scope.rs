use std::cell::RefCell;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::once::Once;
use super::shared::{Lines, Part, Shared};
use crate::ir::{Element, Plan, Property, Scalar, Type, TypeId, TypeKind};
use crate::list;
use crate::table::Names;

/// What an item knows of the module that it stands in, and what it asks the module to import.
pub(super) struct Scope<'p> {
    plan: &'p Plan,
    runtime: TokenStream,
    /// Whether this is the module of the types themselves.
    is_types: bool,
    own_names: Names<'p>,
    imports: RefCell<Imports>,
    /// Where lines that items have in common are marked.
    shared: Option<Shared<'p>>,
}

/// Names that the items of a module use; sorted, so that the same plan gives the same lines.
#[derive(Default)]
struct Imports {
    flags: Sorted,
    types: Sorted,
    /// Each by its place in [`Std::ALL`].
    std: [bool; 3],
    runtime: Sorted,
}

/// Names in their order, each once.
#[derive(Default)]
struct Sorted(Vec<String>);

impl Sorted {
    fn add(&mut self, name: &str) {
        if let Err(place) = self.0.binary_search_by(|known| known.as_str().cmp(name)) {
            self.0.insert(place, name.to_owned());
        }
    }

    /// `Name`, or `{First, Second}`; `None` where there is nothing to import.
    fn group(&self) -> Option<TokenStream> {
        let names = list::map(&self.0, |name| ident(name));
        match names.as_slice() {
            [] => None,
            [name] => Some(quote!(#name)),
            names => Some(quote!({#(#names),*})),
        }
    }
}

/// What items use of the standard library beyond the prelude.
#[derive(Clone, Copy)]
pub(super) enum Std {
    Cow,
    BTreeMap,
    Fmt,
}

impl Std {
    const ALL: [Self; 3] = [Self::Cow, Self::BTreeMap, Self::Fmt];
}

/// The lifetime that stands where a type borrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// `'a` of the item.
    Named,
    Static,
}

impl ToTokens for Lifetime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Named => quote!('a),
            Self::Static => quote!('static),
        });
    }
}

/// The identifier of that text, which may begin with `r#`.
pub(super) fn ident(text: &str) -> Ident {
    match text.strip_prefix("r#") {
        Some(keyword) => Ident::new_raw(keyword, Span::call_site()),
        None => Ident::new(text, Span::call_site()),
    }
}

impl<'p> Scope<'p> {
    pub(super) fn new(plan: &'p Plan, runtime: TokenStream, is_types: bool, own_names: &[&'p str]) -> Self {
        let own_names = Names::of(own_names);
        Self { plan, runtime, is_types, own_names, imports: RefCell::default(), shared: None }
    }

    /// Marks from now on what items have in common.
    #[cfg(feature = "text")]
    pub(super) fn share(&mut self) {
        self.shared = Some(Shared::default());
    }

    #[cfg(feature = "text")]
    pub(super) fn shared(&self) -> Option<&Shared<'p>> {
        self.shared.as_ref()
    }

    /// Whole lines that every item of a kind has, whatever its name.
    pub(super) fn lines(&self, name: &'static str, make: &dyn Fn() -> TokenStream) -> Lines {
        self.shared.as_ref().map_or_else(|| make().into(), |shared| shared.of_items(name, make))
    }

    /// Whole lines of an event's property, which other events may have too.
    pub(super) fn lines_of(&self, property: &'p Property, part: Part, make: &dyn Fn() -> TokenStream) -> Lines {
        self.shared.as_ref().map_or_else(|| make().into(), |shared| shared.of_property(property, part, make))
    }

    pub(super) fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// The path of the runtime, for what is named once and not worth an import.
    pub(super) fn runtime(&self) -> &TokenStream {
        &self.runtime
    }

    /// Imports an item of the runtime; the caller writes its bare name.
    pub(super) fn uses_runtime(&self, name: &'static str) {
        self.imports.borrow_mut().runtime.add(name);
    }

    pub(super) fn uses_std(&self, name: Std) {
        self.imports.borrow_mut().std[name as usize] = true;
    }

    /// The path by which the enum of a flag's variants is named here.
    pub(super) fn flag_enum(&self, name: &str) -> TokenStream {
        let ident = ident(name);
        if self.own_names.contains(name) {
            return quote!(super::flags::#ident);
        }
        self.imports.borrow_mut().flags.add(name);
        quote!(#ident)
    }

    /// The path by which a type of the plan is named here, without its lifetime.
    pub(super) fn type_path(&self, id: TypeId) -> TokenStream {
        let name = self.plan.type_item(id).name.ident.as_str();
        let ident = ident(name);
        if self.is_types {
            return quote!(#ident);
        }
        if self.own_names.contains(name) {
            return quote!(super::types::#ident);
        }
        self.imports.borrow_mut().types.add(name);
        quote!(#ident)
    }

    /// The path of a struct that stands beside a type of the plan, such as that of its literal.
    pub(super) fn beside(&self, id: TypeId, name: &Ident) -> TokenStream {
        if self.is_types {
            return quote!(#name);
        }
        let is_ours = self.own_names.contains(self.plan.type_item(id).name.ident.as_str());
        if is_ours || self.own_names.contains(name.to_string().as_str()) {
            return quote!(super::types::#name);
        }
        self.imports.borrow_mut().types.add(&name.to_string());
        quote!(#name)
    }

    /// The Rust type of a value.
    pub(super) fn ty(&self, ty: &Type, lifetime: Lifetime) -> TokenStream {
        match ty {
            Type::Scalar(scalar) => self.scalar(*scalar, lifetime),
            Type::Named(id) => {
                let path = self.type_path(*id);
                if !self.plan.type_item(*id).borrows {
                    return path;
                }
                let path = Once::from(path);
                quote!(#path<#lifetime>)
            }
            Type::List(element) => {
                let item = Once::from(self.element(element, lifetime));
                quote!(Vec<#item>)
            }
            Type::Map { keys, values } => {
                self.uses_std(Std::BTreeMap);
                let key = match keys {
                    Some(id) => self.ty(&Type::Named(*id), lifetime),
                    None => self.scalar(Scalar::String, lifetime),
                };
                let value = self.element(values, lifetime);
                quote!(BTreeMap<#key, #value>)
            }
            Type::Const(_) => unreachable!("a const property is no field"),
        }
    }

    /// The Rust type of what a list or map holds.
    pub(super) fn element(&self, element: &Element, lifetime: Lifetime) -> TokenStream {
        let ty = self.ty(&element.ty, lifetime);
        if element.nullable { quote!(Option<#ty>) } else { ty }
    }

    pub(super) fn scalar(&self, scalar: Scalar, lifetime: Lifetime) -> TokenStream {
        match scalar {
            Scalar::String => {
                self.uses_std(Std::Cow);
                quote!(Cow<#lifetime, str>)
            }
            Scalar::Integer => quote!(i64),
            Scalar::Number => quote!(f64),
            Scalar::Boolean => quote!(bool),
            Scalar::Datetime => {
                self.uses_runtime("Timestamp");
                quote!(Timestamp)
            }
            Scalar::Json => {
                self.uses_runtime("Json");
                quote!(Json<#lifetime>)
            }
        }
    }

    /// Whether the Rust type has a lifetime.
    pub(super) fn borrows(&self, ty: &Type) -> bool {
        match ty {
            Type::Scalar(scalar) => matches!(scalar, Scalar::String | Scalar::Json),
            Type::Named(id) => self.plan.type_item(*id).borrows,
            Type::List(element) => self.borrows(&element.ty),
            Type::Map { keys, values } => {
                keys.is_none_or(|id| self.plan.type_item(id).borrows) || self.borrows(&values.ty)
            }
            Type::Const(_) => false,
        }
    }

    /// Whether a struct of these properties has a lifetime.
    pub(super) fn any_borrows(&self, properties: &[Property]) -> bool {
        properties.iter().any(|property| self.borrows(&property.ty))
    }

    /// Whether values are copied: numbers, closed enums, and what is made of them.
    pub(super) fn is_copy(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Scalar(scalar) => !matches!(scalar, Scalar::String | Scalar::Json),
            Type::Named(id) => {
                let item = self.plan.type_item(*id);
                match &item.kind {
                    TypeKind::Enum(_) => !item.borrows,
                    TypeKind::Newtype { ty, .. } => self.is_copy(ty),
                    TypeKind::Object(_) | TypeKind::Alias(_) => false,
                }
            }
            Type::List(_) | Type::Map { .. } | Type::Const(_) => false,
        }
    }

    /// What a newtype holds, aliases resolved.
    pub(super) fn inner(&self, ty: &Type) -> Option<&'p Type> {
        let Type::Named(id) = self.resolve(ty) else { return None };
        match &self.plan.type_item(*id).kind {
            TypeKind::Newtype { ty, .. } => Some(self.resolve(ty)),
            _ => None,
        }
    }

    /// Whether values are structs of properties.
    pub(super) fn is_object(&self, ty: &Type) -> bool {
        let Type::Named(id) = self.resolve(ty) else { return false };
        matches!(self.plan.type_item(*id).kind, TypeKind::Object(_))
    }

    /// What an alias stands for.
    pub(super) fn resolve<'t>(&self, ty: &'t Type) -> &'t Type
    where
        'p: 't,
    {
        let mut ty = ty;
        while let Type::Named(id) = ty {
            match &self.plan.type_item(*id).kind {
                TypeKind::Alias(target) => ty = target,
                _ => break,
            }
        }
        ty
    }

    /// Whether the caller may give any text: `impl Into<Cow<'a, str>>`.
    pub(super) fn is_text(&self, ty: &Type) -> bool {
        matches!(self.resolve(ty), Type::Scalar(Scalar::String))
    }

    /// The `use` lines for what was asked so far.
    pub(super) fn uses(&self) -> Vec<TokenStream> {
        let imports = self.imports.borrow();
        let runtime = &self.runtime;
        let mut lines = Vec::new();
        lines.extend(imports.flags.group().map(|names| quote!(use super::flags::#names;)));
        lines.extend(imports.types.group().map(|names| quote!(use super::types::#names;)));
        let std = Std::ALL.into_iter().filter(|name| imports.std[*name as usize]);
        lines.extend(std.map(|name| match name {
            Std::Cow => quote!(
                use ::std::borrow::Cow;
            ),
            Std::BTreeMap => quote!(
                use ::std::collections::BTreeMap;
            ),
            Std::Fmt => quote!(
                use ::std::fmt;
            ),
        }));
        lines.extend(imports.runtime.group().map(|names| quote!(use #runtime::#names;)));
        lines
    }
}
