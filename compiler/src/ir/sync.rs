//! Targets of `sync`, and the plan as one of them has it.

use super::{Flag, FlagId, FlagValue, Literal, Managed, Meta, Plan, RolloutEntry};

/// One of `sync.targets`.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its key.
    pub name: String,
    /// Description and the like.
    pub meta: Meta,
    /// Where the project is: `https://us.posthog.com`, without a slash at its end.
    pub host: String,
    /// The number of the project there.
    pub project: i64,
    /// The tag by which `sync` knows its own objects; `None`: the usual one.
    pub owner_tag: Option<String>,
    /// Keys of flags that this target does not have.
    pub exclude: Vec<String>,
    /// What differs there, by the key of the flag.
    pub flags: Vec<(String, FlagOverlay)>,
}

/// What differs of a flag at a target; what is absent is as everywhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlagOverlay {
    /// In place of its rollout.
    pub rollout: Option<Vec<RolloutEntry>>,
    /// Whether it is switched on.
    pub active: Option<bool>,
    /// What `sync` keeps equal there.
    pub manage: Option<Vec<Managed>>,
    /// What it hands out; a literal of its payload type.
    pub payload: Option<Literal>,
    /// Variants that differ.
    pub variants: Vec<VariantOverlay>,
}

/// What differs of a variant at a target.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantOverlay {
    /// Its key.
    pub name: String,
    /// In percent.
    pub weight: Option<f64>,
    /// A literal of the flag's payload type.
    pub payload: Option<Literal>,
}

impl Plan {
    /// The target of that name.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }

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
