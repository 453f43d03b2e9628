//! Types that contain themselves.

use crate::ast::index::Index;
use crate::ast::{Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::table::ByName;

/// How many types may lead from one to the next.
const DEEPEST: usize = 100;

/// No type holds itself in place, and none goes too deep. A list or map that holds itself is a type of its own in Rust.
pub(super) fn types(index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let told = Search { index, edges: in_place, found: ByName::new() }.run(
        |path, ty, diagnostics| {
            diagnostics
                .error(Code::TypeCycle, ty.span, format!("a type contains itself: {path}"))
                .help("put a `list`, a `map` or `nullable: true` between".to_owned());
            true
        },
        diagnostics,
    );
    if !told {
        Search { index, edges: by_name, found: ByName::new() }.run(|_, _, _| false, diagnostics);
    }
}

/// A search in depth along one kind of reference.
struct Search<'i, 'p> {
    index: &'i Index<'p>,
    edges: fn(&'p TypeExpression, &mut Vec<&'p TypeExpression>),
    /// `None` while a type is on the path; how deep it goes when all behind it was looked at.
    found: ByName<'p, Option<usize>>,
}

impl<'p> Search<'_, 'p> {
    /// Whether something was told; `tell` says whether a circle is wrong.
    fn run(mut self, tell: fn(&str, &TypeExpression, &mut Diagnostics) -> bool, diagnostics: &mut Diagnostics) -> bool {
        let mut told = false;
        for declaration in &self.index.plan.types.items {
            // A stack instead of calls: a chain of types may be as long as the plan.
            let mut path: Vec<(&'p str, Vec<&'p TypeExpression>)> = Vec::new();
            self.enter(&declaration.name.value, &mut path);
            while let Some((_, edges)) = path.last_mut() {
                let Some(ty) = edges.pop() else {
                    let (done, _) = path.pop().expect("there is a last one");
                    told |= self.leave(done, diagnostics);
                    continue;
                };
                let (Shape::Named(name) | Shape::Subset { of: name, .. }) = &ty.shape else { continue };
                if self.found.get(name.as_str()) == Some(&None) {
                    told |= tell(&circle(&path, name), ty, diagnostics);
                } else {
                    self.enter(name, &mut path);
                }
            }
        }
        told
    }

    /// Notes how deep a type goes; whether that was told to be too deep.
    fn leave(&mut self, name: &'p str, diagnostics: &mut Diagnostics) -> bool {
        let declaration = self.index.types[name];
        let mut edges = Vec::new();
        (self.edges)(&declaration.ty, &mut edges);
        let depths = edges.iter().filter_map(|ty| match &ty.shape {
            Shape::Named(name) | Shape::Subset { of: name, .. } => self.found.get(name.as_str()).copied().flatten(),
            _ => None,
        });
        let depth = depths.max().unwrap_or(0) + 1;
        self.found.insert(name, Some(depth));
        if depth != DEEPEST + 1 {
            return false;
        }
        let message = format!("types go more than {DEEPEST} deep here");
        diagnostics.error(Code::TypeCycle, declaration.name.span, message);
        true
    }

    fn enter(&mut self, name: &'p str, path: &mut Vec<(&'p str, Vec<&'p TypeExpression>)>) {
        if self.found.contains_key(name) {
            return;
        }
        let Some(declaration) = self.index.types.get(name) else { return };
        self.found.insert(name, None);
        let mut edges = Vec::new();
        (self.edges)(&declaration.ty, &mut edges);
        edges.reverse();
        path.push((name, edges));
    }
}

/// `` `a` -> `b` -> `a` ``.
fn circle(path: &[(&str, Vec<&TypeExpression>)], back: &str) -> String {
    let start = path.iter().position(|(name, _)| *name == back).unwrap_or_default();
    let mut names = list::map(&path[start..], |(name, _)| *name);
    names.push(back);
    list::quoted(&names, " -> ")
}

/// What a value of the type holds in place.
fn in_place<'p>(ty: &'p TypeExpression, edges: &mut Vec<&'p TypeExpression>) {
    match &ty.shape {
        Shape::Named(_) | Shape::Subset { .. } => edges.push(ty),
        Shape::Object(properties) => {
            let held = properties.items.iter().filter(|property| !property.is_nullable());
            held.for_each(|property| in_place(&property.ty, edges));
        }
        _ => {}
    }
}

/// What a type is made of without a type of its own between.
fn by_name<'p>(ty: &'p TypeExpression, edges: &mut Vec<&'p TypeExpression>) {
    match &ty.shape {
        Shape::Named(_) | Shape::Subset { .. } => edges.push(ty),
        Shape::List(element) => by_name(&element.ty, edges),
        Shape::Map { values, .. } => by_name(&values.ty, edges),
        _ => {}
    }
}
