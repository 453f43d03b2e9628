use super::{frames, json, plain};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Source, Span};

/// One finding at the first place of `mark` in the text.
fn finding(text: &str, mark: &str) -> (Source, Diagnostic) {
    let source = Source::from_text("taxonomy.yaml", text);
    let start = text.find(mark).expect("the mark stands in the text");
    let span = Span::new(0, start, start + mark.len());
    let mut diagnostics = Diagnostics::default();
    diagnostics
        .error(Code::UnknownEvent, span, format!("unknown event `{mark}`"))
        .label("not declared in `events`")
        .help("an event with a similar name exists: `bought`".to_owned());
    let diagnostic = diagnostics.sorted()[0].clone();
    (source, diagnostic)
}

#[test]
fn the_plain_text_is_the_frame_where_one_place_is_involved() {
    let cases = [
        ("a: { event: bougt, kind: funnel }\n", "bougt"),
        ("\n\n\n\n\n\n\n\n\n\n    größe: bougt # ü\n", "bougt"),
        ("a: bougt", "bougt"),
    ];
    for (text, mark) in cases {
        let (source, diagnostic) = finding(text, mark);
        assert_eq!(plain(&diagnostic, &source), frames(&diagnostic, &source, false), "{text}");
    }
    let (source, diagnostic) = finding("a: { event: bougt, kind: funnel }\n", "bougt");
    let expected = "\
error[TX0203]: unknown event `bougt`
 --> taxonomy.yaml:1:13
  |
1 | a: { event: bougt, kind: funnel }
  |             ^^^^^ not declared in `events`
  |
help: an event with a similar name exists: `bought`";
    assert_eq!(plain(&diagnostic, &source), expected);
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!("{}bougt{}\n", "x".repeat(100_000), "y".repeat(100_000));
    let (source, diagnostic) = finding(&text, "bougt");
    let expected = format!(
        "error[TX0203]: unknown event `bougt`
 --> taxonomy.yaml:1:100001
  |
1 | ...{}bougt{}...
  |    {}^^^^^ not declared in `events`
  |
help: an event with a similar name exists: `bought`",
        "x".repeat(40),
        "y".repeat(95),
        " ".repeat(40)
    );
    assert_eq!(plain(&diagnostic, &source), expected);
    assert_eq!(frames(&diagnostic, &source, false), expected);
}

#[test]
fn what_is_cut_off_makes_no_difference() {
    let around = |before: usize, after: usize| {
        let text = format!("a: {}\u{fc}bougt{}\n", "\u{e9}".repeat(before), "\u{e9}".repeat(after));
        let (source, diagnostic) = finding(&text, "bougt");
        let text = plain(&diagnostic, &source);
        assert_eq!(frames(&diagnostic, &source, false), text);
        text.replace(&format!("1:{}", before + 5), "1:x")
    };
    let megabyte = around(1 << 20, 1 << 20);
    assert_eq!(around(200, 200), megabyte);
    let line = format!("1 | ...{}\u{fc}bougt{}...\n", "\u{e9}".repeat(39), "\u{e9}".repeat(95));
    assert_eq!(megabyte.lines().nth(3), line.lines().next());
    assert_eq!(megabyte.lines().nth(4), Some(&*format!("  | {}^^^^^ not declared in `events`", " ".repeat(43))));
}

#[test]
fn a_place_at_the_ends_of_a_long_line_is_shown() {
    let long = "x".repeat(1_000);
    let frame = |text: &str, mark: &str| {
        let (source, diagnostic) = finding(text, mark);
        plain(&diagnostic, &source).lines().skip(3).take(2).collect::<Vec<_>>().join("\n")
    };
    let label = "not declared in `events`";
    let begin = format!("1 | bougt{}...\n  | ^^^^^ {label}", "x".repeat(135));
    assert_eq!(frame(&format!("bougt{long}\n"), "bougt"), begin);
    let end = format!("1 | ...{}bougt\n  | {}^^^^^ {label}", "x".repeat(40), " ".repeat(43));
    assert_eq!(frame(&format!("{long}bougt\r\n"), "bougt"), end);
    let whole = format!("1 | {}...\n  | {} {label}", "x".repeat(140), "^".repeat(140));
    assert_eq!(frame(&format!("{long}\r\nb: c\n"), &format!("{long}\r\nb")), whole);
}

#[test]
fn a_name_cannot_paint_over_what_is_printed() {
    let text = "a: \"\x1b[2K\u{202e}x\"\n";
    let (source, diagnostic) = finding(text, "\x1b[2K\u{202e}x");
    for shown in [plain(&diagnostic, &source), frames(&diagnostic, &source, false)] {
        assert!(!shown.contains(['\x1b', '\u{202e}']), "{shown}");
        assert!(shown.starts_with("error[TX0203]: unknown event `\\u{1b}[2K\\u{202e}x`\n"), "{shown}");
    }
    assert!(json(&diagnostic, &source).contains(r"unknown event `\u001b[2K"));
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let (source, diagnostic) = finding("a: bougt\n", "bougt");
    assert!(frames(&diagnostic, &source, true).contains('\x1b'));
    assert!(!frames(&diagnostic, &source, false).contains('\x1b'));
}

#[test]
fn an_empty_text_has_a_place_too() {
    let source = Source::from_text("taxonomy.yaml", "");
    let mut diagnostics = Diagnostics::default();
    diagnostics.error(Code::EmptyPlan, Span::new(0, 0, 0), "the plan is empty");
    let diagnostic = diagnostics.sorted()[0];
    let expected = "error[TX0004]: the plan is empty\n --> taxonomy.yaml:1:1\n  |\n1 |\n  | ^\n  |";
    assert_eq!(plain(diagnostic, &source), expected);
    assert!(frames(diagnostic, &source, false).starts_with("error[TX0004]: the plan is empty\n --> taxonomy.yaml:1:1"));
    let object = r#"{"code":"TX0004","severity":"error","lint":null,"message":"the plan is empty","file":"taxonomy.yaml","line":1,"column":1,"end_line":1,"end_column":1,"help":null}"#;
    assert_eq!(json(diagnostic, &source), object);
}
