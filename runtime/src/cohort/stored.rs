//! A [`Membership`] as JSON text, and back.

use std::collections::{BTreeMap, BTreeSet};

use super::membership::Membership;
use super::session::{OpenSession, SessionKey, Sessions};
use super::webhook::{CohortAction, Id, PageNumber};
use crate::error::{Error, Kind};
use crate::payload::{Payload, PayloadError, PayloadReader, decode};
use crate::value::{Json, ListWriter, Value, ValueWriter};

/// Of the form that is written; one that is not known is refused.
const VERSION: i64 = 1;

impl Membership {
    /// Everything it holds, as JSON. It names people.
    #[must_use]
    pub fn to_json(&self) -> String {
        Json::of(self).as_str().to_owned()
    }

    /// Reads what [`to_json`](Self::to_json) gave.
    ///
    /// # Errors
    ///
    /// When it is something else, or of a later version. The error names the field and nobody.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        decode(text).map_err(|error| Error::new(Kind::Input, error.to_string()))
    }
}

impl Value for Membership {
    fn write(&self, out: &mut ValueWriter<'_>) {
        let Sessions { open, applied, abandoned } = &self.sessions;
        out.object(|stored| {
            stored.field("version", &VERSION);
            stored.field(
                "cohorts",
                &Items(|list: &mut ListWriter<'_>| {
                    for ((project_id, cohort_id), members) in &self.cohorts {
                        list.item(&CohortItem { project_id, cohort_id, members });
                    }
                }),
            );
            stored
                .field("open", &Items(|list: &mut ListWriter<'_>| open.iter().for_each(|session| list.item(session))));
            stored.field("applied", &Items(|list: &mut ListWriter<'_>| applied.iter().for_each(|key| list.item(key))));
            stored.field("abandoned", &i64::try_from(*abandoned).unwrap_or(i64::MAX));
        });
    }
}

impl Payload for Membership {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let Version = reader.required("version")?;
        let cohorts: Vec<StoredCohort> = reader.required("cohorts")?;
        let applied: Vec<SessionKey> = reader.required("applied")?;
        Ok(Self {
            cohorts: cohorts.into_iter().map(|StoredCohort(cohort, members)| (cohort, members)).collect(),
            sessions: Sessions {
                open: reader.required("open")?,
                applied: applied.into(),
                abandoned: reader.required::<i64>("abandoned")?.try_into().unwrap_or_default(),
            },
        })
    }
}

struct Version;

impl Payload for Version {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        if reader.integer()? == VERSION { Ok(Self) } else { Err(reader.mismatch("version 1")) }
    }
}

/// A list that a function writes.
struct Items<F>(F);

impl<F: Fn(&mut ListWriter<'_>)> Value for Items<F> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.list(&self.0);
    }
}

struct CohortItem<'a> {
    project_id: &'a str,
    cohort_id: &'a str,
    members: &'a BTreeSet<String>,
}

impl Value for CohortItem<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|cohort| {
            cohort.field("project_id", self.project_id);
            cohort.field("cohort_id", self.cohort_id);
            cohort
                .field("members", &Items(|list: &mut ListWriter<'_>| self.members.iter().for_each(|id| list.item(id))));
        });
    }
}

struct StoredCohort((String, String), BTreeSet<String>);

impl Payload for StoredCohort {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let Id(project_id) = reader.required("project_id")?;
        let Id(cohort_id) = reader.required("cohort_id")?;
        let members: Vec<String> = reader.required("members")?;
        Ok(Self((project_id, cohort_id), members.into_iter().collect()))
    }
}

impl Value for SessionKey {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|key| {
            key.field("project_id", &self.project_id);
            key.field("cohort_id", &self.cohort_id);
            key.field("session_id", &self.session_id);
            key.field("action", self.action.name());
        });
    }
}

impl Payload for SessionKey {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self {
            project_id: reader.required::<Id>("project_id")?.0,
            cohort_id: reader.required::<Id>("cohort_id")?.0,
            session_id: reader.required::<Id>("session_id")?.0,
            action: reader.required::<CohortAction>("action")?,
        })
    }
}

impl Value for OpenSession {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|session| {
            session.field("key", &self.key);
            session.field("total_pages", &i64::from(self.pages));
            session.field(
                "pages",
                &Items(|list: &mut ListWriter<'_>| {
                    self.arrived.iter().for_each(|(page, members)| list.item(&PageItem { page: *page, members }));
                }),
            );
        });
    }
}

impl Payload for OpenSession {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let arrived: Vec<StoredPage> = reader.required("pages")?;
        let arrived: BTreeMap<_, _> = arrived.into_iter().map(|StoredPage(page, members)| (page, members)).collect();
        let PageNumber(pages) = reader.required("total_pages")?;
        Ok(Self { key: reader.required("key")?, pages, arrived })
    }
}

struct PageItem<'a> {
    page: u32,
    members: &'a Vec<String>,
}

impl Value for PageItem<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|page| {
            page.field("page", &i64::from(self.page));
            page.field("members", self.members);
        });
    }
}

struct StoredPage(u32, Vec<String>);

impl Payload for StoredPage {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self(reader.required::<PageNumber>("page")?.0, reader.required("members")?))
    }
}
