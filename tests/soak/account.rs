//! What arrived, held against what was captured.

use std::collections::{BTreeMap, BTreeSet};

use taxogen_sandbox::{Sandbox, Vendor, Verdict};

use crate::Failure;

/// What became of numbered events at one vendor.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// The ids under which each number was accepted.
    ids: BTreeMap<u64, BTreeSet<String>>,
    /// Messages that the vendor had already.
    pub(crate) repeated: u64,
}

impl Account {
    /// Of everything that a vendor has received since it was cleared.
    pub(crate) fn of(sandbox: &Sandbox, vendor: Vendor) -> Result<Self, Failure> {
        let summary = sandbox.summary(vendor);
        if summary.forgotten > 0 {
            return Err(format!("{vendor}: the sandbox has forgotten {} records: ask for fewer", summary.forgotten));
        }
        let mut account = Self { repeated: summary.repeated, ..Self::default() };
        for message in sandbox.messages(vendor) {
            let number =
                message.properties["number"].as_u64().ok_or_else(|| format!("{vendor}: a message without a number"))?;
            let id = message.id.ok_or_else(|| format!("{vendor}: number {number} has no id"))?;
            match message.verdict {
                Verdict::Accepted | Verdict::Repeated => account.ids.entry(number).or_default().insert(id),
                // Told to the client by name: the losses are counted there.
                Verdict::Rejected(_) => false,
                verdict => return Err(format!("{vendor}: number {number} is {verdict:?}")),
            };
        }
        Ok(account)
    }

    pub(crate) fn distinct(&self) -> usize {
        self.ids.len()
    }

    /// Every number arrived, and none under two ids.
    pub(crate) fn expect_all(&self, numbers: impl IntoIterator<Item = u64>) -> Result<(), Failure> {
        let missing: Vec<_> = numbers.into_iter().filter(|number| !self.ids.contains_key(number)).collect();
        if !missing.is_empty() {
            return Err(format!("{} events never arrived, the first of them number {}", missing.len(), missing[0]));
        }
        let twice = self.ids.iter().find(|(_, ids)| ids.len() > 1);
        twice.map_or(Ok(()), |(number, ids)| Err(format!("number {number} arrived under {} ids: {ids:?}", ids.len())))
    }
}
