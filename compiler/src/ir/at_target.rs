//! The plan as a target of `sync` has it: a question of the command line.

use super::{Flag, FlagId, FlagOverlay, FlagValue, Plan};

impl Plan {
    /// The plan as that target has it: without the flags that it leaves out and the experiments on them, and with
    /// what differs there. `None` where there is no target of that name.
    #[must_use]
    pub fn for_target(&self, name: &str) -> Option<Self> {
        let target = self.target(name)?;
        let mut plan = self.clone();
        let is_kept = |flag: &Flag| !target.exclude.contains(&flag.name.wire);
        let mut kept = 0;
        let ids: Vec<_> = (self.flags.iter())
            .map(|flag| {
                let id = is_kept(flag).then_some(FlagId(kept));
                kept += usize::from(id.is_some());
                id
            })
            .collect();
        plan.flags.retain(is_kept);
        plan.experiments.retain_mut(|experiment| {
            let id = ids[experiment.flag.0];
            experiment.flag = id.unwrap_or(experiment.flag);
            id.is_some()
        });
        for (key, overlay) in &target.flags {
            if let Some(flag) = plan.flags.iter_mut().find(|flag| flag.name.wire == *key) {
                overlay.apply(flag);
            }
        }
        Some(plan)
    }
}

impl FlagOverlay {
    fn apply(&self, flag: &mut Flag) {
        let Self { rollout, active, manage, payload, variants } = self;
        if rollout.is_some() {
            flag.rollout.clone_from(rollout);
        }
        if payload.is_some() {
            flag.payload.clone_from(payload);
        }
        if let Some(manage) = manage {
            flag.manage.clone_from(manage);
        }
        flag.active = active.unwrap_or(flag.active);
        let FlagValue::Variants { variants: own, .. } = &mut flag.value else { return };
        for variant in own {
            let Some(overlay) = variants.iter().find(|overlay| overlay.name == variant.name.wire) else { continue };
            variant.weight = overlay.weight.unwrap_or(variant.weight);
            if overlay.payload.is_some() {
                variant.payload.clone_from(&overlay.payload);
            }
        }
    }
}
