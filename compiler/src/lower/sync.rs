//! Targets of `sync`, and what differs there.

use super::types::Types;
use super::{flag, meta};
use crate::ast;
use crate::check::host;
use crate::ir::{FlagOverlay, Target, VariantOverlay};
use crate::list;

pub(super) fn target(target: &ast::Target, types: &Types<'_>) -> Target {
    Target {
        name: target.name.value.clone(),
        meta: meta::meta(&target.meta),
        host: host::trimmed(&target.host.as_ref().expect("a target without a host was told").value).to_owned(),
        project: target.project.expect("a target without a project was told").value,
        owner_tag: target.owner_tag.as_ref().map(|tag| tag.value.clone()),
        exclude: list::map(&target.exclude, |flag| flag.value.clone()),
        flags: list::map(&target.flags, |overlay| (overlay.flag.value.clone(), self::overlay(overlay, types))),
    }
}

fn overlay(overlay: &ast::FlagOverlay, types: &Types<'_>) -> FlagOverlay {
    let flag = types.index.flags[overlay.flag.value.as_str()];
    let payload = |payload| flag::payload(flag, payload, types);
    let variants = overlay.variants.as_ref().map_or(&[][..], |variants| &variants.items);
    FlagOverlay {
        rollout: overlay.rollout.as_ref().map(|rollout| flag::rollout(flag, rollout, types)),
        active: overlay.active,
        manage: overlay.manage.as_ref().map(|manage| list::map(manage, |managed| managed.value)),
        payload: overlay.payload.as_ref().map(payload),
        variants: list::map(variants, |variant| VariantOverlay {
            name: variant.name.value.clone(),
            weight: variant.weight.map(|weight| weight.value),
            payload: variant.payload.as_ref().map(payload),
        }),
    }
}
