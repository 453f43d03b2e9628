use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A key, in the forms in which an answer may repeat it: what is told of answers must not.
pub(crate) struct Secret {
    forms: Vec<Vec<u8>>,
}

const HIDDEN: &[u8] = b"(key)";
/// No vendor gives a shorter one. What is shorter may stand anywhere, and by chance.
const SHORTEST: usize = 8;

impl Secret {
    pub(crate) fn new(key: &str) -> Self {
        if key.len() < SHORTEST {
            return Self { forms: Vec::new() };
        }
        // As the header of basic authentication has it, with an empty password.
        let header = STANDARD.encode(format!("{key}:"));
        Self { forms: vec![key.as_bytes().to_vec(), header.into_bytes()] }
    }

    /// The answer without the key.
    pub(crate) fn hide(&self, mut answer: Vec<u8>) -> Vec<u8> {
        // JSON can write a key in many ways, and what is told of an answer is what it means.
        if !self.forms.is_empty()
            && answer.contains(&b'\\')
            && let Ok(plain) = serde_json::from_slice::<Value>(&answer)
        {
            answer = plain.to_string().into_bytes();
        }
        for form in &self.forms {
            if let Some(first) = find(&answer, form) {
                answer = without(&answer, form, first);
            }
        }
        answer
    }
}

fn without(answer: &[u8], form: &[u8], first: usize) -> Vec<u8> {
    let (mut rest, mut next) = (answer, Some(first));
    let mut hidden = Vec::with_capacity(answer.len());
    while let Some(at) = next {
        hidden.extend_from_slice(&rest[..at]);
        hidden.extend_from_slice(HIDDEN);
        rest = &rest[at + form.len()..];
        next = find(rest, form);
    }
    hidden.extend_from_slice(rest);
    hidden
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Answer;

    #[test]
    fn a_key_is_hidden_wherever_an_answer_repeats_it() {
        let secret = Secret::new("phc_abcdef");
        for (answer, shown) in [
            ("", ""),
            ("phc_abcde", "phc_abcde"),
            ("phc_abcdef", "(key)"),
            ("{\"error\":\"bad key phc_abcdef, phc_abcdefphc_abcdef\"}", "{\"error\":\"bad key (key), (key)(key)\"}"),
            ("Authorization: Basic cGhjX2FiY2RlZjo=.", "Authorization: Basic (key)."),
            (r#"{"error":"bad key \u0070hc_\u0061bcdef"}"#, r#"{"error":"bad key (key)"}"#),
            (r"no JSON \ phc_abcdef", r"no JSON \ (key)"),
        ] {
            assert_eq!(String::from_utf8(secret.hide(answer.into())).unwrap(), shown);
        }
    }

    #[test]
    fn an_answer_that_begins_with_the_key_is_no_web_page() {
        let body = Secret::new("phc_abcdef").hide(b"phc_abcdef is taken".to_vec());
        let answer = Answer { status: 200, retry_after: None, body: &body };
        assert!(!answer.is_hollow(), "{}", answer.explain());
    }

    #[test]
    fn what_is_too_short_for_a_key_stays() {
        assert_eq!(Secret::new("t").hide(b"status".to_vec()), b"status");
    }
}
