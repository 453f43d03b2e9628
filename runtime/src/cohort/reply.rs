use super::webhook::CohortAction;
use crate::error::Error;
use crate::value::{Json, Value, ValueWriter};

/// What Mixpanel expects as the answer to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "Mixpanel waits for it"]
pub struct CohortReply {
    action: Option<CohortAction>,
    error: Option<(u16, String)>,
}

impl CohortReply {
    /// The message was taken.
    pub const fn success(action: CohortAction) -> Self {
        Self { action: Some(action), error: None }
    }

    /// The message was not taken. Mixpanel shows the words to whoever looks after the sync.
    ///
    /// The code is a status of HTTP, and decides what Mixpanel does: 429 and those from 500 on are tried again, five
    /// times within a minute and then with the next sync; 400, 401, 403 and 404 pause the sync until somebody resumes
    /// it.
    pub fn failure(action: CohortAction, code: u16, message: impl Into<String>) -> Self {
        Self { action: Some(action), error: Some((code, message.into())) }
    }

    /// The message could not be read, so that its action is not known. The code is 400: the same message would not be
    /// read the next time either.
    pub fn unreadable(error: &Error) -> Self {
        Self { action: None, error: Some((400, error.to_string())) }
    }

    /// The status to answer with; 200 where the message was taken.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.error.as_ref().map_or(200, |(code, _)| *code)
    }

    /// The body to answer with, of type `application/json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        Json::of(self).as_str().to_owned()
    }
}

impl Value for CohortReply {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|reply| {
            reply.field("action", &self.action.map(CohortAction::name));
            reply.field("status", if self.error.is_none() { "success" } else { "failure" });
            reply.field("error", &self.error.as_ref().map(|(code, message)| Failure { code: *code, message }));
        });
    }
}

struct Failure<'a> {
    code: u16,
    message: &'a str,
}

impl Value for Failure<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|error| {
            error.field("message", self.message);
            error.field("code", &i64::from(self.code));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::CohortWebhook;

    #[test]
    fn a_reply_is_what_mixpanel_expects() {
        let away = CohortReply::failure(CohortAction::RemoveMembers, 503, "the \"store\" is away");
        let expected =
            r#"{"action":"remove_members","status":"failure","error":{"message":"the \"store\" is away","code":503}}"#;
        assert_eq!((away.status(), away.to_json().as_str()), (503, expected));

        let taken = CohortReply::success(CohortAction::AddMembers);
        assert_eq!((taken.status(), taken.to_json().as_str()), (200, r#"{"action":"add_members","status":"success"}"#));

        let unreadable = CohortReply::unreadable(&CohortWebhook::from_json("{}").unwrap_err());
        let expected = r#"{"status":"failure","error":{"message":"`action` is missing from the payload","code":400}}"#;
        assert_eq!((unreadable.status(), unreadable.to_json().as_str()), (400, expected));
    }
}
