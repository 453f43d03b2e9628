use std::borrow::Cow;

use serde_json::value::RawValue;

/// How deep lists and objects may lie in each other; what lies deeper is not read.
const DEPTH: usize = 128;

/// One value of a JSON document, which borrows from its text and keeps the spelling of numbers.
///
/// Bytes are checked as a whole by `serde_json` first, so that reading them cannot fail, whatever they hold.
#[derive(Debug)]
pub(crate) struct Json<'a> {
    /// The text of the value.
    pub(crate) text: &'a str,
    pub(crate) kind: Kind<'a>,
}

#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Null,
    Boolean(bool),
    Number,
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
    /// It lies too deep, or is a text that is no Unicode (`"\ud800"`).
    Unreadable,
}

impl<'a> Json<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        let text = serde_json::from_slice::<&RawValue>(bytes)?.get();
        Ok(Reader { text, at: 0 }.value(DEPTH))
    }

    /// A member of an object; of two of one name the last.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let members = self.as_object()?;
        members.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// A member of an object, unless it is `null`: the server writes both for what is not set.
    pub(crate) fn set(&self, name: &str) -> Option<&Self> {
        self.get(name).filter(|value| !matches!(value.kind, Kind::Null))
    }

    pub(crate) fn as_object(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        match &self.kind {
            Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_boolean(&self) -> Option<bool> {
        match self.kind {
            Kind::Boolean(boolean) => Some(boolean),
            _ => None,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        self.number()?.parse().ok()
    }

    pub(crate) fn as_i64(&self) -> Option<i64> {
        self.number()?.parse().ok()
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Null => "`null`",
            Kind::Boolean(_) => "a boolean",
            Kind::Number => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Object(_) => "an object",
            Kind::Unreadable => "nested too deep or not Unicode",
        }
    }

    fn number(&self) -> Option<&'a str> {
        matches!(self.kind, Kind::Number).then_some(self.text)
    }
}

/// Walks over text that is known to be JSON.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Json<'a> {
        self.skip_space();
        let start = self.at;
        let kind = match self.peek() {
            b'"' => self.string().map_or(Kind::Unreadable, Kind::Text),
            b'[' | b'{' if depth == 0 => {
                self.skip_nested();
                Kind::Unreadable
            }
            b'[' => Kind::List(self.list(depth - 1)),
            b'{' => Kind::Object(self.object(depth - 1)),
            first => {
                self.skip_while(|byte| !matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t'));
                match first {
                    b'n' => Kind::Null,
                    b't' | b'f' => Kind::Boolean(first == b't'),
                    _ => Kind::Number,
                }
            }
        };
        Json { text: &self.text[start..self.at], kind }
    }

    fn list(&mut self, depth: usize) -> Vec<Json<'a>> {
        let mut items = Vec::new();
        while self.another(b']') {
            items.push(self.value(depth));
        }
        items
    }

    fn object(&mut self, depth: usize) -> Vec<(Cow<'a, str>, Json<'a>)> {
        let mut members = Vec::new();
        while self.another(b'}') {
            let name = self.string();
            self.skip_space();
            self.at += 1;
            let value = self.value(depth);
            members.extend(name.map(|name| (name, value)));
        }
        members
    }

    /// Steps over the bracket that opens, or the comma, and says whether something stands behind it.
    fn another(&mut self, closing: u8) -> bool {
        self.skip_space();
        if self.peek() != closing {
            self.at += 1;
            self.skip_space();
        }
        let ended = self.peek() == closing || self.at >= self.text.len();
        self.at += usize::from(ended);
        !ended
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        let plain = self.skip_string();
        let text = &self.text[start..self.at];
        if plain {
            Some(Cow::Borrowed(&text[1..text.len() - 1]))
        } else {
            serde_json::from_str(text).ok().map(Cow::Owned)
        }
    }

    /// Steps over a text, and says whether it holds no escapes.
    fn skip_string(&mut self) -> bool {
        let mut plain = true;
        loop {
            self.at += 1;
            match self.peek() {
                b'\\' => {
                    plain = false;
                    self.at += 1;
                }
                b'"' => break,
                _ if self.at >= self.text.len() => return plain,
                _ => {}
            }
        }
        self.at += 1;
        plain
    }

    fn skip_nested(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'[' | b'{' => open += 1,
                b']' | b'}' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    fn skip_space(&mut self) {
        self.skip_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    }

    fn skip_while(&mut self, skipped: impl Fn(u8) -> bool) {
        while self.at < self.text.len() && skipped(self.peek()) {
            self.at += 1;
        }
    }

    /// The byte here; nothing that means anything at the end.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &Json<'_>) -> String {
        match &json.kind {
            Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Kind::Object(members) => {
                let members = members.iter().map(|(name, value)| format!("{name}:{}", shown(value)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(" "))
            }
            Kind::Text(text) => format!("'{text}'"),
            Kind::Unreadable => "?".to_owned(),
            _ => json.text.to_owned(),
        }
    }

    #[test]
    fn documents_are_read_with_the_spelling_of_their_numbers() {
        for (text, expected) in [
            ("null", "null"),
            (" 10.0 ", "10.0"),
            ("[ ]", "[]"),
            ("[1 , 1e+21,-0.0,true]", "[1 1e+21 -0.0 true]"),
            (r#"{ "a" : {"b":[{} , []]} , "c":"x\"]}" }"#, r#"{a:{b:[{} []]} c:'x"]}'}"#),
            (r#"{"gr\u00f6\u00dfe":"\\","a":9007199254740993}"#, r"{größe:'\' a:9007199254740993}"),
            (r#"["\ud800",{"\ud800":1,"b":2}]"#, "[? {b:2}]"),
        ] {
            assert_eq!(shown(&Json::parse(text.as_bytes()).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "NaN", "{\"a\":1}x", "<html>", "\u{feff}{}"] {
            assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Json::parse(b"[\"\xff\"]").is_err());
    }

    #[test]
    fn what_lies_too_deep_is_stepped_over() {
        let deep = format!(r#"[{}"]"{},7]"#, "[".repeat(100_000), "]".repeat(100_000));
        let read = Json::parse(deep.as_bytes()).unwrap();
        assert_eq!(read.as_list().unwrap()[1].as_i64(), Some(7));
    }

    #[test]
    fn of_two_members_of_one_name_the_last_counts() {
        let read = Json::parse(br#"{"a": 1, "a": 2, "b": null}"#).unwrap();
        assert_eq!(read.get("a").and_then(Json::as_i64), Some(2));
        assert!(read.get("b").is_some());
        assert!(read.set("b").is_none());
    }
}
