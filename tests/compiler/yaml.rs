//! Our tree reads valid YAML as `serde_yaml` does: the same structure, the same text of every scalar.

use std::fmt::{self, Write};

use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use taxogen_compiler::diagnostic::Diagnostics;
use taxogen_compiler::source::Source;
use taxogen_compiler::yaml::{self, Node, NodeKind};

/// What a document means, without places.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

fn ours(text: &str) -> Tree {
    let source = Source::from_text("plan.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = yaml::parse(&source, 0, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{text}\n{:#?}", diagnostics.sorted());
    let node = node.expect("nothing is wrong, so there is a tree");
    every_span_lies_within(&node, text);
    tree(&node)
}

fn tree(node: &Node) -> Tree {
    match &node.kind {
        NodeKind::Scalar(scalar) => Tree::Text(scalar.text.to_string()),
        NodeKind::Sequence(items) => Tree::List(items.iter().map(tree).collect()),
        NodeKind::Mapping(entries) => {
            Tree::Map(entries.iter().map(|entry| (entry.key.text.to_string(), tree(&entry.value))).collect())
        }
    }
}

/// A span begins and ends between characters of the text, and what it covers begins and ends with no space.
fn every_span_lies_within(node: &Node, text: &str) {
    let covered = |span: taxogen_compiler::source::Span| {
        let covered = text.get(span.start as usize..span.end as usize).expect("a span lies between characters");
        assert_eq!(covered, covered.trim_end(), "{text}");
    };
    covered(node.span);
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| every_span_lies_within(item, text)),
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| {
            covered(entry.key.span);
            every_span_lies_within(&entry.value, text);
        }),
    }
}

/// Asks `serde_yaml` for the shape that we found, every scalar as text: it gives the source text then, and
/// an error where it sees another shape.
struct As<'t>(&'t Tree);

impl<'de> DeserializeSeed<'de> for As<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        match self.0 {
            Tree::Text(_) => deserializer.deserialize_str(self),
            Tree::List(_) => deserializer.deserialize_seq(self),
            Tree::Map(_) => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for As<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let Tree::List(expected) = self.0 else { return Err(A::Error::custom("a list")) };
        let mut list = Vec::new();
        for expected in expected {
            list.extend(items.next_element_seed(As(expected))?);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let Tree::Map(expected) = self.0 else { return Err(A::Error::custom("a map")) };
        let mut map = Vec::new();
        let key = Tree::Text(String::new());
        for (_, expected) in expected {
            let Some(Tree::Text(key)) = entries.next_key_seed(As(&key))? else { break };
            map.push((key, entries.next_value_seed(As(expected))?));
        }
        Ok(Tree::Map(map))
    }
}

fn assert_agreement(text: &str) -> Tree {
    let ours = ours(text);
    let theirs = As(&ours).deserialize(serde_yaml::Deserializer::from_str(text));
    assert_eq!(theirs.map_err(|error| error.to_string()), Ok(ours.clone()), "{text}");
    ours
}

#[test]
fn the_plan_of_the_example_is_read_alike() {
    assert_agreement(include_str!("../../taxonomy.yaml"));
}

#[test]
fn written_samples_are_read_alike() {
    let samples = [
        "a: 3.10\nb: no\nc: 012\nd: 0x1F\ne: ~\nf: null\ng: 1_000\nh: .inf\ni: 2027-03-31\nj: +100 %\n",
        "a: 'it''s'\nb: \"tab\\t \\u00e4 \\x41 \\\n  joined\"\nc: \"two\n\n  lines\"\n",
        "a: |\n  literal\n    deeper\n\n  end\nb: |-\n  stripped\nc: |+\n  kept\n\nd: >\n  folded\n  text\n\n  new\n",
        "a: >-\n  one\n  two\n\n    deeper\n  three\nb: |2\n   one space\n",
        "a: plain text\n  over lines\n  and more # a comment\nb: http://x.y/z#not-a-comment\nc: a:b\n",
        "- a\n- - b\n  - c\n-\n  d: e\n- []\n- {}\n- [a, [b], {c: d}]\n",
        "a: {b: c, d: [e, f], 'g h': \"i\", j: , k}\n",
        "a: {\n  b: c,\n  d: e,\n}\nf: [\n  g,\n  h,\n]\n",
        "a:\n- b\n- c\nd: e\n",
        "? a\n: b\n? c\n",
        "\"quoted key\": a\n'other key': b\n",
        "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
        "a: &x text\nb: *x\n",
        "---\na: b\n...\n",
        "%YAML 1.2\n---\na: b\n",
        "# comment\n\na: b # comment\n\n# comment\nc: d\n",
        "a: b\r\nc:\r\n  - d\r\n  - e\r\n",
        "größe: 日本\n\"emoji 🎉\": '🎉'\n",
        "a: -1\nc: -x\nd: ?x\ne: :x\nf: '!x'\n",
        "[a, b]\n",
        "text alone\n",
        "a: \"\"\nb: ''\nc:\nd: 1\n",
        "a:   spaced   \nb:\ttabbed\n",
    ];
    for sample in samples {
        assert_agreement(sample);
    }
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_first_key() {
    assert_eq!(ours_of_source("\u{feff}a: b\n"), Tree::Map(vec![("a".to_owned(), Tree::Text("b".to_owned()))]));
}

fn ours_of_source(text: &str) -> Tree {
    let source = Source::from_text("plan.yaml", text);
    let mut diagnostics = Diagnostics::default();
    tree(&yaml::parse(&source, 0, &mut diagnostics).expect("the text is a map"))
}

/// How the next node is written; taken in turn from a list of random numbers.
struct Style<'s> {
    choices: &'s [u8],
    at: usize,
}

impl Style<'_> {
    fn pick(&mut self, of: u8) -> u8 {
        self.at += 1;
        self.choices[self.at % self.choices.len()] % of
    }
}

fn block(tree: &Tree, depth: usize, style: &mut Style<'_>, out: &mut String) {
    let indent = "  ".repeat(depth);
    match tree {
        Tree::Map(entries) if !entries.is_empty() && style.pick(4) > 0 => {
            out.push('\n');
            for (key, value) in entries {
                comment(&indent, style, out);
                let _ = write!(out, "{indent}{}:", inline(key, style));
                block(value, depth + 1, style, out);
            }
        }
        Tree::List(items) if !items.is_empty() && style.pick(4) > 0 => {
            out.push('\n');
            for item in items {
                comment(&indent, style, out);
                let _ = write!(out, "{indent}-");
                block(item, depth + 1, style, out);
            }
        }
        Tree::Text(text) if is_block_text(text) && style.pick(2) == 0 => {
            let chomp = if text.ends_with('\n') { "" } else { "-" };
            let _ = writeln!(out, " |{chomp}");
            for line in text.trim_end_matches('\n').split('\n') {
                let _ = writeln!(out, "{indent}  {line}");
            }
        }
        other => {
            out.push(' ');
            flow(other, style, out);
            out.push_str(if style.pick(5) == 0 { " # said\n" } else { "\n" });
        }
    }
}

fn comment(indent: &str, style: &mut Style<'_>, out: &mut String) {
    if style.pick(6) == 0 {
        let _ = write!(out, "{indent}# a: comment\n\n");
    }
}

fn flow(tree: &Tree, style: &mut Style<'_>, out: &mut String) {
    match tree {
        Tree::Text(text) => out.push_str(&inline(text, style)),
        Tree::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                flow(item, style, out);
            }
            out.push(']');
        }
        Tree::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { " " });
                let _ = write!(out, "{}: ", inline(key, style));
                flow(value, style, out);
            }
            out.push_str(" }");
        }
    }
}

/// A text in quotes, or bare where it can stand so.
fn inline(text: &str, style: &mut Style<'_>) -> String {
    let bare = text.starts_with(|first: char| first.is_alphanumeric())
        && text.ends_with(|last: char| last.is_alphanumeric() || last == '%')
        && text.chars().all(|letter| letter.is_alphanumeric() || " -_.%/".contains(letter));
    match style.pick(3) {
        0 | 1 if bare => text.to_owned(),
        1 if !text.contains(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        _ => format!("\"{}\"", text.escape_default().to_string().replace("\\'", "'").replace("\\u{", "\\U{"))
            .split("\\U{")
            .enumerate()
            .map(|(at, part)| match part.split_once('}') {
                Some((code, rest)) if at > 0 => format!("\\U{code:0>8}{rest}"),
                _ => part.to_owned(),
            })
            .collect(),
    }
}

/// Lines of a text that a literal block keeps as they are.
fn is_block_text(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let printable = |line: &str| !line.chars().any(char::is_control) && !line.starts_with(' ') && !line.is_empty();
    body.split('\n').all(printable)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,8}(_[a-z]{1,8})?",
        2 => "[0-9]{1,3}(\\.[0-9]{1,2})?",
        1 => Just("no".to_owned()),
        1 => Just("null".to_owned()),
        1 => Just(String::new()),
        1 => "[a-zäß日:#'\"{}\\[\\],&*!|>%@`? \\-]{1,12}",
        1 => "[a-z ]{1,6}\n[a-z]{1,6}\n?",
        1 => "\\PC{0,6}",
    ]
}

fn any_tree() -> impl Strategy<Value = Tree> {
    text().prop_map(Tree::Text).prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Tree::List),
            vec((text(), inner), 0..5).prop_map(|entries| {
                let unique = entries.into_iter().enumerate().map(|(at, (key, value))| (format!("{key}{at}"), value));
                Tree::Map(unique.collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_written_is_read_back_and_read_alike(tree in any_tree(), choices in vec(any::<u8>(), 8..40)) {
        let document = Tree::Map(vec![("plan".to_owned(), tree)]);
        let mut text = String::new();
        block(&document, 0, &mut Style { choices: &choices, at: 0 }, &mut text);
        prop_assert_eq!(assert_agreement(&text), document);
    }

    #[test]
    fn no_text_is_too_odd(text in "[ a\t\n:\\-\\[\\]{}&*!|>'\"%@`#,?<~é\u{85}\u{feff}\0]{0,40}") {
        let source = Source::from_text("plan.yaml", text.as_str());
        let mut diagnostics = Diagnostics::default();
        let tree = yaml::parse(&source, 0, &mut diagnostics);
        prop_assert!(tree.is_some() || diagnostics.has_errors());
        for diagnostic in diagnostics.sorted() {
            let _ = taxogen_compiler::render::plain(diagnostic, &source);
            let _ = taxogen_compiler::render::frames(diagnostic, &source, true);
            let _ = taxogen_compiler::render::json(diagnostic, &source);
        }
    }
}
