use std::fmt;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::scope::{Scope, ident};
use super::{Options, decisions, event, experiment, flag, group, merged, types};
use crate::ir::Plan;

/// One module of the output.
pub struct Module<'p> {
    kind: Kind,
    scope: Scope<'p>,
}

/// The items of one module, made as they are drawn.
pub type Items<'m> = Box<dyn Iterator<Item = TokenStream> + 'm>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Types,
    Events,
    Flags,
    Experiments,
    Person,
    Groups,
    SuperProperties,
}

const KINDS: [Kind; 7] =
    [Kind::Types, Kind::Events, Kind::Flags, Kind::Experiments, Kind::Person, Kind::Groups, Kind::SuperProperties];

pub(super) fn all<'p>(plan: &'p Plan, options: &Options) -> impl Iterator<Item = Module<'p>> + use<'p> {
    let runtime = options.runtime.clone();
    KINDS.into_iter().filter(|kind| !kind.is_empty(plan)).map(move |kind| Module {
        kind,
        scope: Scope::new(plan, runtime.clone(), kind == Kind::Types, &kind.own_names(plan)),
    })
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Types => "types",
            Self::Events => "events",
            Self::Flags => "flags",
            Self::Experiments => "experiments",
            Self::Person => "person",
            Self::Groups => "groups",
            Self::SuperProperties => "super_properties",
        }
    }

    fn is_empty(self, plan: &Plan) -> bool {
        match self {
            Self::Types => plan.types.is_empty(),
            Self::Events => plan.events.is_empty(),
            Self::Flags => plan.flags.is_empty(),
            Self::Experiments => plan.experiments.is_empty(),
            Self::Person => plan.person.is_empty(),
            Self::Groups => plan.groups.is_empty(),
            Self::SuperProperties => plan.super_properties.is_empty(),
        }
    }

    /// What a type of the plan is not imported by, but named by its path: the types that the module declares
    /// itself. Among experiments these are constants: an import of the enum `V2` would bring the flag's constant
    /// `V2` as well, and one of the newtype `V2` the function that makes it.
    fn own_names(self, plan: &Plan) -> Vec<&str> {
        match self {
            Self::Types => plan.types.iter().map(|item| item.name.ident.as_str()).collect(),
            Self::Events => plan.events.iter().map(|event| event.name.ident.as_str()).collect(),
            Self::Flags => plan.flags.iter().filter_map(flag::enum_ident).collect(),
            Self::Experiments => {
                let experiments = plan.experiments.iter().map(|experiment| experiment.name.ident.as_str());
                plan.flags.iter().map(|flag| flag.name.ident.as_str()).chain(experiments).collect()
            }
            Self::Person | Self::SuperProperties => vec![merged::IDENT],
            Self::Groups => plan.groups.iter().map(|group| group.name.ident.as_str()).collect(),
        }
    }
}

impl Module<'_> {
    /// Marks what items have in common; see [`Module::lines`].
    #[cfg(feature = "text")]
    pub(crate) fn share(&mut self) {
        self.scope.share();
    }

    /// What the mark of that number stands for: whole statements, items or fields.
    #[cfg(feature = "text")]
    pub(crate) fn lines(&self, number: usize) -> TokenStream {
        self.scope.shared().map(|shared| shared.tokens(number)).unwrap_or_default()
    }

    /// Its name as an identifier.
    #[must_use]
    pub fn ident(&self) -> Ident {
        ident(self.kind.name())
    }

    /// The one attribute that stands on it.
    #[must_use]
    pub fn attribute(&self) -> TokenStream {
        quote! {
            #[allow(
                dead_code,
                missing_debug_implementations,
                missing_docs,
                clippy::approx_constant,
                clippy::enum_variant_names,
                clippy::many_single_char_names,
                clippy::similar_names,
                clippy::struct_excessive_bools,
                clippy::struct_field_names,
                clippy::too_many_lines,
                clippy::type_complexity,
                clippy::zero_sized_map_values,
                reason = "the plan's words and shapes are its author's, and no binary uses a whole plan"
            )]
        }
    }

    /// Its items, in the order of the plan.
    #[must_use]
    pub fn items(&self) -> Items<'_> {
        let (scope, plan) = (&self.scope, self.scope.plan());
        match self.kind {
            Kind::Types => Box::new(types::all(scope)),
            Kind::Events => Box::new(plan.events.iter().map(|item| event::event(scope, item))),
            Kind::Flags => Box::new(plan.flags.iter().flat_map(|item| flag::flag(scope, item))),
            Kind::Experiments => {
                let experiments = plan.experiments.iter().map(|item| experiment::experiment(scope, item));
                Box::new(experiments.chain(std::iter::once_with(|| decisions::decisions(scope)).flatten()))
            }
            Kind::Person => Box::new(std::iter::once_with(|| merged::person(scope, &plan.person))),
            Kind::Groups => Box::new(plan.groups.iter().map(|item| group::group(scope, item))),
            Kind::SuperProperties => {
                Box::new(std::iter::once_with(|| merged::super_properties(scope, &plan.super_properties)))
            }
        }
    }

    /// The `use` lines that the items drawn so far need: to be asked when all are drawn.
    #[must_use]
    pub fn uses(&self) -> Vec<TokenStream> {
        self.scope.uses()
    }
}

impl fmt::Debug for Module<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Module").field(&self.kind).finish()
    }
}
