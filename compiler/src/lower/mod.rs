//! What the author wrote to what it means: references resolved, names chosen, shapes named.
//!
//! Only a plan without errors comes here, so that nothing can fail: what cannot be is an invariant
//! that `check` keeps.

mod event;
mod example;
mod experiment;
mod flag;
mod letters;
pub(crate) mod meta;
pub(crate) mod names;
mod property;
mod sensitivity;
pub(crate) mod shape;
mod sync;
mod types;

pub(crate) use self::flag::equal_weights;
use self::types::Types;
use crate::ast::index::Index;
use crate::ir::FlagId;
use crate::list;
use crate::table::ByName;
use crate::{ast, ir};

/// The meaning of a plan of which nothing was told. `hash` is the fingerprint of its text; events of other
/// applications than `app` are left out.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the plan of the author ends here")]
pub fn plan(plan: ast::Plan, hash: String, app: Option<&str>) -> ir::Plan {
    let index = Index::new(&plan);
    let mut types = Types::new(&index);
    types.declare();
    let included = event::Included::new(&mut types);
    let super_properties = property::all(&plan.super_properties, "Super", &mut types);
    let events = plan.events.items.iter().filter(|event| event.is_of(app));
    let events = events.map(|event| event::event(event, &included, &mut types)).collect();
    let person = property::all(&plan.person, "Person", &mut types);
    let groups = list::map(&plan.groups.items, |group| event::group(group, &mut types));
    let flags: Vec<_> = list::map(&plan.flags.items, |flag| flag::flag(flag, &mut types));
    let mut ids = ByName::new();
    for (at, flag) in flags.iter().enumerate() {
        ids.insert(flag.name.wire.as_str(), FlagId(at));
    }
    let experiments = list::map(&plan.experiments.items, |experiment| experiment::experiment(experiment, &ids, &types));
    let targets = list::map(&plan.targets.items, |target| sync::target(target, &types));
    let name = plan.name.as_ref().map(|name| name.value.clone());
    let mut plan = ir::Plan {
        name,
        hash,
        destinations: list::filter_map(&plan.destinations, destination),
        targets,
        owners: list::map(&plan.owners.items, meta::owner),
        types: types.finish(&flags),
        events,
        super_properties,
        person,
        groups,
        cohorts: list::map(&plan.cohorts.items, flag::cohort),
        flags,
        experiments,
    };
    sensitivity::raise(&mut plan);
    plan
}

/// What the plan allows a destination; one that it names without a class sees what all see.
fn destination(destination: &ast::Destination) -> Option<ir::Destination> {
    let allow = destination.allow?.value;
    Some(ir::Destination { kind: destination.kind.value, allow })
}
