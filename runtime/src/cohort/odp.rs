use std::fmt;

use super::delta::Delta;
use crate::value::{Json, ListWriter, Value, ValueWriter};

/// Which fields of ODP's customers a cohort is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileField<'a> {
    /// The identifier whose value is the distinct id at Mixpanel: `fs_user_id`, where both are the id that
    /// Optimizely decides by.
    pub identifier: &'a str,
    /// The field that says whether somebody is in the cohort. A real-time segment of those where it is true is then
    /// the cohort. The field has to exist: ODP makes none by itself.
    pub membership: &'a str,
}

/// The body of one `POST /v3/profiles` to ODP: a list of at most 500 customers, each made or changed.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "it has to be sent"]
pub struct ProfileUpdates {
    json: Json<'static>,
    profiles: usize,
}

/// What ODP takes in one request; of those it takes ten a second.
const PROFILES: usize = 500;

impl Delta {
    /// What has to be told to ODP: `true` of those who came, `false` of those who left, as the texts that its API
    /// documents for attributes. Nothing where nothing changed.
    #[must_use]
    pub fn profile_updates(&self, field: &ProfileField<'_>) -> Vec<ProfileUpdates> {
        let added = self.added().iter().map(|id| (id.as_str(), true));
        let removed = self.removed().iter().map(|id| (id.as_str(), false));
        let profiles: Vec<_> = added.chain(removed).collect();
        let chunks = profiles.chunks(PROFILES);
        chunks.map(|chunk| ProfileUpdates { json: Json::of(&Chunk(field, chunk)), profiles: chunk.len() }).collect()
    }
}

impl ProfileUpdates {
    /// The body, of type `application/json`.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.json.as_str()
    }

    /// How many customers it is about; at most 500.
    #[must_use]
    pub fn profiles(&self) -> usize {
        self.profiles
    }
}

/// Without the body, which names people.
impl fmt::Debug for ProfileUpdates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProfileUpdates").field("profiles", &self.profiles).finish_non_exhaustive()
    }
}

struct Chunk<'a>(&'a ProfileField<'a>, &'a [(&'a str, bool)]);

impl Value for Chunk<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        let Self(field, profiles) = self;
        let item = |list: &mut ListWriter<'_>, (id, is_member): &(&str, bool)| {
            list.item(&Profile { field, id, is_member: *is_member });
        };
        out.list(|list| profiles.iter().for_each(|profile| item(list, profile)));
    }
}

struct Profile<'a> {
    field: &'a ProfileField<'a>,
    id: &'a str,
    is_member: bool,
}

impl Value for Profile<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|profile| profile.field("attributes", &Attributes(self)));
    }
}

struct Attributes<'a>(&'a Profile<'a>);

impl Value for Attributes<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        let Profile { field, id, is_member } = self.0;
        out.object(|attributes| {
            attributes.field(field.identifier, *id);
            attributes.field(field.membership, if *is_member { "true" } else { "false" });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::Progress;

    const FIELD: ProfileField<'_> = ProfileField { identifier: "fs_user_id", membership: "is_power_user" };

    #[test]
    fn an_update_is_what_odp_takes() {
        let (added, removed) = (vec!["a \"quoted\"".to_owned(), "ü".to_owned()], vec!["c".to_owned()]);
        let delta = Delta { progress: Progress::Applied, added, removed };
        let updates = delta.profile_updates(&FIELD);
        let expected = concat!(
            r#"[{"attributes":{"fs_user_id":"a \"quoted\"","is_power_user":"true"}},"#,
            r#"{"attributes":{"fs_user_id":"ü","is_power_user":"true"}},"#,
            r#"{"attributes":{"fs_user_id":"c","is_power_user":"false"}}]"#
        );
        assert_eq!(updates.iter().map(ProfileUpdates::as_json).collect::<Vec<_>>(), [expected]);
        assert_eq!(
            format!("{updates:?} {delta:?}"),
            "[ProfileUpdates { profiles: 3, .. }] Delta { progress: Applied, added: 2, removed: 1 }"
        );
    }

    #[test]
    fn a_request_has_at_most_five_hundred() {
        for (count, sizes) in [(0, vec![]), (500, vec![500]), (501, vec![500, 1]), (1700, vec![500, 500, 500, 200])] {
            let added = (0..count).map(|number| format!("u{number}")).collect();
            let delta = Delta { progress: Progress::Applied, added, removed: vec![] };
            let updates = delta.profile_updates(&FIELD);
            assert_eq!(updates.iter().map(ProfileUpdates::profiles).collect::<Vec<_>>(), sizes);
            for update in updates {
                let items: Vec<serde_json::Value> = serde_json::from_str(update.as_json()).unwrap();
                assert_eq!(items.len(), update.profiles());
            }
        }
    }
}
