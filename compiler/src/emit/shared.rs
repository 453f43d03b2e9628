//! Lines that items have in common: those of a property that several events have, and those that every item of a
//! kind has. In a file they are printed once: where they stand is a mark, and the printer asks what it stands for.

use std::cell::RefCell;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _};

use super::once::Once;
use crate::ir::{Name, Property};
use crate::table::ByName;

/// What the marks of a module stand for.
#[derive(Default)]
pub(super) struct Shared<'p>(RefCell<Table<'p>>);

#[derive(Default)]
struct Table<'p> {
    /// By the number of the mark; `None` until it is asked for.
    lines: Vec<Option<(Group, TokenStream)>>,
    of_items: ByName<'static, usize>,
    of_properties: ByName<'p, Known<'p>>,
}

/// The last property of a name, and the first of its numbers once a second item has the same.
struct Known<'p> {
    property: &'p Property,
    first: Option<usize>,
}

/// What a property is at one place of an event.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Declaration,
    Setter,
    Write,
}

/// How many parts there are.
const PARTS: usize = 3;

/// Whole statements, items or fields, or the mark that stands for them.
pub(super) enum Lines {
    Made(Once),
    /// A group without delimiters that holds one number: nothing else that is emitted looks like it.
    Marked(Group),
}

impl From<TokenStream> for Lines {
    fn from(tokens: TokenStream) -> Self {
        Self::Made(tokens.into())
    }
}

impl ToTokens for Lines {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Made(once) => once.to_tokens(tokens),
            Self::Marked(mark) => tokens.append(mark.clone()),
        }
    }
}

/// The number of a mark, by what stands in its group.
#[cfg(feature = "text")]
pub(crate) fn number(tokens: &TokenStream) -> Option<usize> {
    tokens.to_string().parse().ok()
}

impl<'p> Shared<'p> {
    /// The lines that every item of a kind has.
    pub(super) fn of_items(&self, name: &'static str, make: &dyn Fn() -> TokenStream) -> Lines {
        let number = self.0.borrow_mut().number_of_items(name);
        self.lines(number, make)
    }

    /// The lines of an event's property. What stands in one event alone is not worth a mark.
    pub(super) fn of_property(&self, property: &'p Property, part: Part, make: &dyn Fn() -> TokenStream) -> Lines {
        let first = self.0.borrow_mut().first_of_property(property);
        match first {
            Some(first) => self.lines(first + part as usize, make),
            None => make().into(),
        }
    }

    fn lines(&self, number: usize, make: &dyn Fn() -> TokenStream) -> Lines {
        if let Some((mark, _)) = &self.0.borrow().lines[number] {
            return Lines::Marked(mark.clone());
        }
        let mark = Group::new(Delimiter::None, TokenTree::from(Literal::usize_unsuffixed(number)).into());
        let lines = make();
        self.0.borrow_mut().lines[number] = Some((mark.clone(), lines));
        Lines::Marked(mark)
    }

    /// What the mark of that number stands for.
    #[cfg(feature = "text")]
    pub(super) fn tokens(&self, number: usize) -> TokenStream {
        let lines = &self.0.borrow().lines[number];
        lines.as_ref().map(|(_, tokens)| tokens.clone()).expect("a mark stands for something")
    }
}

impl<'p> Table<'p> {
    fn number_of_items(&mut self, name: &'static str) -> usize {
        let next = self.lines.len();
        let number = *self.of_items.or_insert(name, next);
        if number == next {
            self.lines.push(None);
        }
        number
    }

    /// `None` unless the event before that had a property of the name had this one.
    fn first_of_property(&mut self, property: &'p Property) -> Option<usize> {
        let known = self.of_properties.or_insert(&property.name.wire, Known { property, first: None });
        if std::ptr::eq(known.property, property) {
            return known.first;
        }
        if !is_same(known.property, property) {
            *known = Known { property, first: None };
            return None;
        }
        known.property = property;
        if known.first.is_none() {
            known.first = Some(self.lines.len());
            self.lines.resize_with(self.lines.len() + PARTS, || None);
        }
        known.first
    }
}

/// Whether the code of both is the same.
fn is_same(one: &Property, other: &Property) -> bool {
    // Where it stands, and who else has it, is not part of the code.
    let Property { name, meta, ty, required, nullable, constraints, sensitivity, .. } = one;
    let Property { own_class: _, hash, person, examples, included_from: _, .. } = one;
    let Name { wire, ident, span: _ } = name;
    (*wire == other.name.wire && *ident == other.name.ident)
        && (*ty == other.ty && *constraints == other.constraints && *meta == other.meta && *examples == other.examples)
        && (*required == other.required && *nullable == other.nullable && *hash == other.hash)
        && (*sensitivity == other.sensitivity && *person == other.person)
}
