use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{Node, NodeKind, Value, parse};
use crate::diagnostic::Diagnostics;
use crate::render::plain;
use crate::source::Source;

fn read(text: &str) -> (Option<Value>, Vec<String>) {
    let source = Source::from_text("p.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = parse(&source, 0, &mut diagnostics);
    (node.map(|node| node.to_value()), diagnostics.sorted().into_iter().map(|found| plain(found, &source)).collect())
}

/// The text under each node and key, as it stands in the file.
fn spans(text: &str) -> String {
    let source = Source::from_text("p.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = parse(&source, 0, &mut diagnostics).expect("the text is a document");
    assert!(diagnostics.is_empty());
    let mut out = String::new();
    draw(&node, &source, 0, &mut out);
    out
}

fn draw(node: &Node, source: &Source, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let under = source.text(node.span);
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            let _ = writeln!(out, "{indent}{under:?} = {:?}", scalar.text);
        }
        NodeKind::Sequence(items) => {
            let _ = writeln!(out, "{indent}{under:?}");
            for item in items {
                draw(item, source, depth + 1, out);
            }
        }
        NodeKind::Mapping(entries) => {
            let _ = writeln!(out, "{indent}{under:?}");
            for entry in entries {
                let _ = writeln!(out, "{indent}  {:?} -> {:?}", source.text(entry.key.span), entry.key.text);
                draw(&entry.value, source, depth + 1, out);
            }
        }
    }
}

#[test]
fn every_span_is_the_text_it_stands_for() {
    let text = "# first\na: 1 # one\n'b c': [x, {ü: \"q\\n\"}]\nd:\n  - >-\n    long\n    text\n\n  - e:\n";
    let expected = r#""a: 1 # one\n'b c': [x, {ü: \"q\\n\"}]\nd:\n  - >-\n    long\n    text\n\n  - e:"
  "a" -> "a"
  "1" = "1"
  "'b c'" -> "b c"
  "[x, {ü: \"q\\n\"}]"
    "x" = "x"
    "{ü: \"q\\n\"}"
      "ü" -> "ü"
      "\"q\\n\"" = "q\n"
  "d" -> "d"
  "- >-\n    long\n    text\n\n  - e:"
    "long\n    text" = "long text"
    "e:"
      "e" -> "e"
      "" = ""
"#;
    assert_eq!(spans(text), expected);
}

#[test]
fn an_alias_is_what_its_anchor_stands_on() {
    let text = "a: &x { b: 1 }\nc: *x\nd: [*x]\n";
    let expected = r#""a: &x { b: 1 }\nc: *x\nd: [*x]"
  "a" -> "a"
  "{ b: 1 }"
    "b" -> "b"
    "1" = "1"
  "c" -> "c"
  "{ b: 1 }"
    "b" -> "b"
    "1" = "1"
  "d" -> "d"
  "[*x]"
    "{ b: 1 }"
      "b" -> "b"
      "1" = "1"
"#;
    assert_eq!(spans(text), expected);
}

/// `tests/slips.txt` holds texts, each with all that is said about it; `UPDATE_SLIPS=1` writes it anew.
#[test]
fn a_slip_is_named() {
    let cases = include_str!("tests/slips.txt");
    let mut actual = String::new();
    for case in cases.split("=====\n").skip(1) {
        let text = case.split("-----\n").next().expect("a case has a text");
        let readable = text.replace("<TAB>", "\t").replace("<NUL>", "\0").replace("<BOM>", "\u{feff}");
        let readable = readable.replace("<1025>", &"k".repeat(1_025));
        let _ = writeln!(actual, "=====\n{text}-----");
        for finding in read(&readable).1 {
            let _ = writeln!(actual, "{finding}");
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/yaml/tests/slips.txt");
    if std::env::var_os("UPDATE_SLIPS").is_some() {
        std::fs::write(path, &actual).expect("the file can be written");
    }
    for (actual, expected) in actual.split("=====\n").zip(cases.split("=====\n")) {
        assert_eq!(actual, expected);
    }
    assert_eq!(actual.len(), cases.len());
}

#[test]
fn a_repeated_key_in_a_large_map_is_found_and_the_first_stays() {
    let mut text: String = (0..100).fold(String::new(), |mut text, key| {
        let _ = writeln!(text, "k{key}: {key}");
        text
    });
    text.push_str("k7: again\n");
    let (node, told) = read(&text);
    let Some(Node { kind: NodeKind::Mapping(entries), .. }) = node else { panic!("the plan is a map") };
    assert_eq!(entries.len(), 100);
    let expected = "error[TX0002]: `k7` stands twice in this map\n   --> p.yaml:101:1\n    |\n101 | k7: again\n    | ^^\n    \
                    |\nnote: first declared here\n --> p.yaml:8:1\n  |\n8 | k7: 7\n  | ^^\n  |\nhelp: remove one of the \
                    two, or give it another name";
    assert_eq!(told, [expected]);
}

#[test]
fn hostile_texts_end_soon() {
    let bomb = (0..12).fold("a0: &a0 [x]\n".to_owned(), |mut text, level| {
        let aliases = vec![format!("*a{level}"); 10].join(", ");
        let _ = writeln!(text, "a{next}: &a{next} [{aliases}]", next = level + 1);
        text
    });
    let anchors: Vec<_> = (0..100).map(|at| format!("&a{at} [")).collect();
    let nested_anchors = format!("{}x{}", anchors.concat(), "]".repeat(100));
    let many_nested = format!("[{}{}]", "&a [x, x, x, ".repeat(99), "]".repeat(99));
    let cases = [
        ("[".repeat(1 << 20), "error[TX0007]"),
        ("- ".repeat(1 << 19), "error[TX0007]"),
        ("{a: ".repeat(1 << 18), "error[TX0007]"),
        (bomb, "error[TX0005]"),
        (format!("a: &a {}\nb: [{}]\n", "z".repeat(1 << 16), vec!["*a"; 1_025].join(", ")), "error[TX0005]"),
        (nested_anchors, ""),
        (many_nested, ""),
        ("\0".repeat(1 << 20), "error[TX0001]"),
        ("a".repeat(1 << 20), ""),
        ("\"".to_owned() + &"a\n ".repeat(1 << 18), "error[TX0001]"),
        ("? ".repeat(1 << 19), "error[TX0007]"),
        ("&a ".repeat(1 << 16), "error[TX0001]"),
        ("a: *a\n".repeat(1 << 16), "error[TX0006]"),
    ];
    for (text, code) in cases {
        let begin = Instant::now();
        let (_, told) = read(&text);
        let shown: String = text.chars().take(20).collect();
        assert!(begin.elapsed() < Duration::from_secs(2), "{shown}: {:?}", begin.elapsed());
        match told.as_slice() {
            [] => assert_eq!(code, "", "{shown}"),
            [first, ..] => assert!(!code.is_empty() && first.starts_with(code), "{shown}: {first}"),
        }
        assert!(told.iter().all(|finding| finding.len() < 2_000), "{shown}");
    }
}
