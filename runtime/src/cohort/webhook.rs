use std::fmt;

use crate::error::{Error, Kind};
use crate::payload::{Payload, PayloadError, PayloadReader, decode};
use crate::value::Json;

/// One message of Mixpanel's cohort sync: who is in a cohort, or came into it, or left it; in pages of 1,000.
///
/// `Debug` shows no member, and no name of the cohort.
#[derive(Clone, PartialEq)]
pub struct CohortWebhook {
    action: CohortAction,
    project_id: String,
    cohort_id: String,
    cohort_name: Option<String>,
    cohort_description: Option<String>,
    session_id: String,
    page: u32,
    pages: u32,
    members: Vec<CohortMember>,
}

/// What a message says of its members.
///
/// The first message of a sync may be [`Members`](Self::Members) or [`AddMembers`](Self::AddMembers): Mixpanel's page
/// says the one and shows the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CohortAction {
    /// They are the cohort: whoever is not among them is not in it any more.
    Members,
    /// They came into it.
    AddMembers,
    /// They left it.
    RemoveMembers,
}

/// Somebody of a cohort. `Debug` shows nothing of them.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CohortMember {
    /// Who it is to Mixpanel.
    pub distinct_id: String,
    /// The address, where Mixpanel knows one.
    pub email: Option<String>,
    /// The first name, where Mixpanel knows one.
    pub first_name: Option<String>,
    /// The last name, where Mixpanel knows one.
    pub last_name: Option<String>,
    /// The other properties that the sync was told to export, by name.
    pub properties: Vec<(String, Json<'static>)>,
}

impl CohortWebhook {
    /// Reads the body of a request. Fields that are not known are left aside.
    ///
    /// # Errors
    ///
    /// When it is not JSON, when a field is missing or of another type, when the action is none of the three, or when
    /// the page is not one of its session's. The error names the field and repeats no value.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let webhook: Self = decode(text).map_err(|error| Error::new(Kind::Input, error.to_string()))?;
        if webhook.page > webhook.pages {
            let message = "`parameters.page_info.page_count` of the payload is more than `total_pages`";
            return Err(Error::new(Kind::Input, message));
        }
        Ok(webhook)
    }

    /// What it says of its members.
    #[must_use]
    pub fn action(&self) -> CohortAction {
        self.action
    }

    /// The project that the cohort is of.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// The cohort.
    #[must_use]
    pub fn cohort_id(&self) -> &str {
        &self.cohort_id
    }

    /// What the cohort is called. It may be renamed; the id stays.
    #[must_use]
    pub fn cohort_name(&self) -> Option<&str> {
        self.cohort_name.as_deref()
    }

    /// What the cohort is said to be.
    #[must_use]
    pub fn cohort_description(&self) -> Option<&str> {
        self.cohort_description.as_deref()
    }

    /// Which export this is a page of.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.session_id
    }

    /// Which page this is; the first is 1.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.page
    }

    /// How many pages there are.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Who is on this page.
    #[must_use]
    pub fn members(&self) -> &[CohortMember] {
        &self.members
    }
}

impl CohortAction {
    /// As it stands in the message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::AddMembers => "add_members",
            Self::RemoveMembers => "remove_members",
        }
    }
}

impl Payload for CohortWebhook {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let action = reader.required("action")?;
        let Parameters(of_action) = reader.required("parameters")?;
        Ok(Self { action, ..of_action })
    }
}

/// A message whose action is not known yet.
struct Parameters(CohortWebhook);

impl Payload for Parameters {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let Page { page, pages } = reader.required("page_info")?;
        Ok(Self(CohortWebhook {
            action: CohortAction::Members,
            project_id: reader.required::<Id>("mixpanel_project_id")?.0,
            cohort_id: reader.required::<Id>("mixpanel_cohort_id")?.0,
            cohort_name: reader.optional("mixpanel_cohort_name")?,
            cohort_description: reader.optional("mixpanel_cohort_description")?,
            session_id: reader.required::<Id>("mixpanel_session_id")?.0,
            page,
            pages,
            members: reader.required("members")?,
        }))
    }
}

struct Page {
    page: u32,
    pages: u32,
}

impl Payload for Page {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Ok(Self {
            page: reader.required::<PageNumber>("page_count")?.0,
            pages: reader.required::<PageNumber>("total_pages")?.0,
        })
    }
}

pub(super) struct PageNumber(pub(super) u32);

impl Payload for PageNumber {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let number = u32::try_from(reader.integer()?).ok().filter(|number| *number > 0);
        number.map(Self).ok_or_else(|| reader.mismatch("a page from 1 on"))
    }
}

/// A text that says something.
pub(super) struct Id(pub(super) String);

impl Payload for Id {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        match reader.text()? {
            "" => Err(reader.mismatch("an id that is not empty")),
            id => Ok(Self(id.to_owned())),
        }
    }
}

impl Payload for CohortAction {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        match reader.text()? {
            "members" => Ok(Self::Members),
            "add_members" => Ok(Self::AddMembers),
            "remove_members" => Ok(Self::RemoveMembers),
            _ => Err(reader.mismatch("`members`, `add_members` or `remove_members`")),
        }
    }
}

impl Payload for CohortMember {
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        let named = ["mixpanel_distinct_id", "email", "first_name", "last_name"];
        let mut properties: Vec<(String, Json<'static>)> = reader.map()?;
        properties.retain(|(name, _)| !named.contains(&name.as_str()));
        Ok(Self {
            distinct_id: reader.required::<Id>("mixpanel_distinct_id")?.0,
            email: reader.optional("email")?,
            first_name: reader.optional("first_name")?,
            last_name: reader.optional("last_name")?,
            properties,
        })
    }
}

impl fmt::Debug for CohortWebhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, project_id, cohort_id, session_id, page, pages, members, .. } = self;
        formatter
            .debug_struct("CohortWebhook")
            .field("action", action)
            .field("project_id", project_id)
            .field("cohort_id", cohort_id)
            .field("session_id", session_id)
            .field("page", &format_args!("{page} of {pages}"))
            .field("members", &members.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CohortMember {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CohortMember").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"action": "add_members", "unheard-of": 1, "parameters": {
        "mixpanel_project_id": "1", "mixpanel_cohort_name": "Power users", "mixpanel_cohort_id": "7",
        "mixpanel_cohort_description": "", "mixpanel_session_id": "s", "page_info": {"total_pages": 10, "page_count": 6},
        "members": [{"email": "a@example.com", "mixpanel_distinct_id": "a", "first_name": "Ada", "last_name": null,
            "phone_number": "555-0100"}]}}"#;

    #[test]
    fn a_message_is_read_whole() {
        let member = CohortMember {
            distinct_id: "a".into(),
            email: Some("a@example.com".into()),
            first_name: Some("Ada".into()),
            last_name: None,
            properties: vec![("phone_number".into(), Json::of(&"555-0100"))],
        };
        let webhook = CohortWebhook {
            action: CohortAction::AddMembers,
            project_id: "1".into(),
            cohort_id: "7".into(),
            cohort_name: Some("Power users".into()),
            cohort_description: Some(String::new()),
            session_id: "s".into(),
            page: 6,
            pages: 10,
            members: vec![member],
        };
        assert_eq!(CohortWebhook::from_json(WHOLE).unwrap(), webhook);
    }

    #[test]
    fn nobody_is_shown() {
        let webhook = CohortWebhook::from_json(WHOLE).unwrap();
        let shown = "CohortWebhook { action: AddMembers, project_id: \"1\", cohort_id: \"7\", session_id: \"s\", \
                     page: 6 of 10, members: 1, .. }";
        assert_eq!(format!("{webhook:?}"), shown);
        assert_eq!(format!("{:?}", webhook.members()), "[CohortMember { .. }]");
    }

    #[test]
    fn the_error_names_the_field() {
        for (from, to, message) in [
            (WHOLE, "", "the payload is not JSON at line 1 column 0"),
            (WHOLE, "[]", "the payload is a list where an object is expected"),
            ("\"action\"", "\"Action\"", "`action` is missing from the payload"),
            (
                "\"add_members\"",
                "\"ada\"",
                "`action` of the payload is a text where `members`, `add_members` or `remove_members` is expected",
            ),
            (
                "\"parameters\": {",
                "\"parameters\": 7, \"p\": {",
                "`parameters` of the payload is a number where an object is expected",
            ),
            ("\"7\"", "7", "`parameters.mixpanel_cohort_id` of the payload is a number where a text is expected"),
            (
                "\"s\"",
                "\"\"",
                "`parameters.mixpanel_session_id` of the payload is a text where an id that is not empty is expected",
            ),
            (
                "\"Power users\"",
                "[]",
                "`parameters.mixpanel_cohort_name` of the payload is a list where a text is expected",
            ),
            ("\"total_pages\": 10, ", "", "`parameters.page_info.total_pages` is missing from the payload"),
            (
                "10,",
                "2.5,",
                "`parameters.page_info.total_pages` of the payload is a number where an integer is expected",
            ),
            (
                "6}",
                "0}",
                "`parameters.page_info.page_count` of the payload is a number where a page from 1 on is expected",
            ),
            (
                "6}",
                "5000000000}",
                "`parameters.page_info.page_count` of the payload is a number where a page from 1 on is expected",
            ),
            ("6}", "11}", "`parameters.page_info.page_count` of the payload is more than `total_pages`"),
            (
                "\"members\": [{",
                "\"members\": [7, {",
                "`parameters.members[0]` of the payload is a number where an object is expected",
            ),
            (
                "\"mixpanel_distinct_id\": \"a\",",
                "",
                "`parameters.members[0].mixpanel_distinct_id` is missing from the payload",
            ),
            (
                "\"Ada\"",
                "true",
                "`parameters.members[0].first_name` of the payload is a boolean where a text is expected",
            ),
        ] {
            let error = CohortWebhook::from_json(&WHOLE.replace(from, to)).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(error.is_input());
        }
    }
}
