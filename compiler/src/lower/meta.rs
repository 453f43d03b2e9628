//! What stands on every named thing.

use crate::list;
use crate::{ast, ir};

pub(super) fn meta(meta: &ast::Meta) -> ir::Meta {
    ir::Meta {
        description: meta.description.as_ref().map(|description| description.value.clone()),
        owners: texts(&meta.owners),
        deprecated: meta.deprecated.as_deref().map(deprecated),
        tags: texts(&meta.tags),
        links: texts(&meta.links),
        expires: meta.expires.as_ref().map(|expires| expires.value.clone()),
    }
}

pub(super) fn owner(owner: &ast::Owner) -> ir::Owner {
    ir::Owner {
        name: owner.name.value.clone(),
        meta: meta(&owner.meta),
        contact: owner.contact.as_ref().map(|contact| contact.value.clone()),
    }
}

pub(super) fn deprecated(deprecated: &ast::Deprecated) -> ir::Deprecated {
    ir::Deprecated {
        note: deprecated.note.clone(),
        replaced_by: deprecated.replaced_by.as_ref().map(|name| name.value.clone()),
        since: deprecated.since.clone(),
    }
}

/// The name that its author wants in Rust: `code_name`, else the key.
pub(crate) fn said<'a>(name: &'a ast::Text, meta: &'a ast::Meta) -> &'a str {
    meta.code_name.as_ref().map_or(&name.value, |code_name| &code_name.value)
}

/// A name with the identifier that `ident` makes of it.
pub(super) fn name(name: &ast::Text, meta: &ast::Meta, ident: impl Fn(&str) -> Option<String>) -> ir::Name {
    let ident = ident(said(name, meta)).expect("a name of which nothing is left was told");
    ir::Name { wire: name.value.clone(), ident, span: name.span }
}

fn texts(texts: &[ast::Text]) -> Vec<String> {
    list::map(texts, |text| text.value.clone())
}
