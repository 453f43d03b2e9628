//! Plans that are small to write and large to compile, and plans with very many mistakes.

use std::fmt::Write as _;

use crate::analyze;
use taxogen_compiler::code::Code;
use taxogen_compiler::source::Source;

/// Numbered lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "{}", line(at));
        text
    })
}

#[test]
fn what_includes_bring_together_is_bounded() {
    let properties = lines(500, |at| format!("    p{at}: string"));
    let events = lines(1_000, |at| format!("  event_{at}: {{ include: [large] }}"));
    let plan = format!("taxogen: 1\nproperty_groups:\n  large:\n{properties}events:\n{events}");
    let source = Source::from_text("taxonomy.yaml", plan);
    let analysis = analyze(&source);
    let [found] = analysis.diagnostics.sorted()[..] else { panic!("{:?}", analysis.diagnostics.sorted()) };
    assert_eq!(found.message, "with `large` all includes bring more than 200000 properties");
    // 500 properties in 400 events are as many as there may be.
    let line = source.start(found.primary).line;
    assert_eq!(source.file(0).text.lines().nth(line as usize - 1), Some("  event_400: { include: [large] }"));
}

#[test]
fn groups_that_include_a_large_one_are_bounded_as_well() {
    let properties = lines(2_000, |at| format!("    p{at}: string"));
    let groups = lines(2_000, |at| format!("  group_{at}: {{ include: [large], properties: {{ q: string }} }}"));
    let plan = format!("taxogen: 1\nproperty_groups:\n  large:\n{properties}{groups}");
    let analysis = analyze(&Source::from_text("taxonomy.yaml", plan));
    let codes: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::IncludeCycle]);
}

#[test]
fn among_very_many_names_few_are_looked_for() {
    let similar = |count: usize| {
        let events = lines(count, |at| format!("  event_number_{at}: {{}}"));
        let metrics: Vec<_> = (0..count).map(|at| format!("evnt_number_{at}")).collect();
        let plan = format!(
            "taxogen: 1\nevents:\n{events}flags: {{ f: {{ kind: experiment, variants: [a, b], default: a }} }}\n\
             experiments: {{ e: {{ flag: f, metrics: {{ secondary: [{}] }} }} }}\n",
            metrics.join(", ")
        );
        let analysis = analyze(&Source::from_text("taxonomy.yaml", plan));
        assert_eq!(analysis.diagnostics.errors(), count);
        analysis.diagnostics.sorted().iter().filter(|found| found.help[0].contains("similar")).count()
    };
    assert_eq!(similar(150), 150);
    assert_eq!(similar(4_000), 51);
}
