//! What holds of any plan.

use taxogen_compiler::diagnostic::{Diagnostics, Severity};
use taxogen_compiler::source::{Source, Span};
use taxogen_compiler::yaml::{self, Node, NodeKind};
use taxogen_compiler::{Analysis, analyze, generate, render, stand_in};

/// Findings are kept up to a number, and aliases stand for nodes up to one: so much may come beside the text.
const MEMORY_OF_ANYTHING: u64 = 48 << 20;

/// How many bytes a byte of the text may become: `[a,a]` has a node for two of them.
const MEMORY_PER_BYTE: u64 = 400;

/// The tree of a text: there is one, or an error; every place in it is a place of the text.
pub(crate) fn of_tree(text: &str) {
    let source = Source::from_text("taxonomy.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let mut tree = None;
    bounded(text.len(), || tree = yaml::parse(&source, 0, &mut diagnostics));
    assert!(tree.is_some() || diagnostics.has_errors(), "no tree and no error");
    if let Some(tree) = &tree {
        places(tree, &source);
    }
    let mut again = Diagnostics::default();
    assert_eq!(yaml::parse(&source, 0, &mut again), tree, "read twice");
    findings(&diagnostics, &source);
}

/// The whole compiler: a plan without errors is Rust, one with errors leaves its names.
pub(crate) fn of_plan(texts: &[(&str, &str)]) -> bool {
    let source = Source::from_texts(texts);
    let mut analysis = None;
    let length = texts.iter().map(|(_, text)| text.len()).sum();
    bounded(length, || analysis = Some(analyze(&source)));
    let Analysis { plan, diagnostics, .. } = analysis.expect("it has run");
    assert_eq!(plan.is_none(), diagnostics.has_errors(), "a plan is there when there is no error");
    findings(&diagnostics, &source);
    let again = analyze(&Source::from_texts(texts));
    assert_eq!(again.diagnostics.sorted(), diagnostics.sorted(), "told twice");
    let Some(plan) = plan else {
        let items = stand_in::items(&source, &quote::quote!(compile_error!("broken")));
        syn::parse2::<syn::File>(items).expect("what stands for a broken plan is Rust");
        return false;
    };
    let code = generate(&plan);
    assert_eq!(generate(&again.plan.expect("there was a plan")), code, "generated twice");
    syn::parse_file(&code).unwrap_or_else(|error| panic!("the code is no Rust: {error}\n{code}"));
    true
}

fn bounded(length: usize, work: impl FnOnce()) {
    let used = allocation_counter::measure(work).bytes_max;
    let most = MEMORY_OF_ANYTHING + MEMORY_PER_BYTE * length as u64;
    assert!(used <= most, "{used} bytes of memory for a text of {length}");
}

fn places(node: &Node, source: &Source) {
    assert_place(node.span, source);
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| places(item, source)),
        NodeKind::Mapping(entries) => {
            for entry in entries {
                assert_place(entry.key.span, source);
                places(&entry.value, source);
            }
        }
    }
}

fn assert_place(span: Span, source: &Source) {
    let text = &source.file(span.file).text;
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no place of the text");
}

fn findings(diagnostics: &Diagnostics, source: &Source) {
    let found = diagnostics.sorted();
    assert_eq!(diagnostics.is_empty(), found.is_empty());
    assert_eq!(diagnostics.has_errors(), diagnostics.errors() > 0);
    assert!(found.iter().filter(|found| found.severity == Severity::Error).count() <= diagnostics.errors());
    for found in found {
        std::iter::once(found.primary)
            .chain(found.labels.iter().map(|(span, _)| *span))
            .for_each(|span| assert_place(span, source));
        assert!(!found.message.is_empty() && !found.message.ends_with('.'), "{}", found.message);
        let plain = render::plain(found, source);
        let frames = render::frames(found, source, true);
        let json = render::json(found, source);
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
        let hidden = |shown: &str| shown.chars().any(|letter| letter.is_control() && !"\n\x1b".contains(letter));
        assert!(!hidden(&plain) && !plain.contains('\x1b'), "{plain:?}");
        assert!(!hidden(&frames), "{frames:?}");
    }
}
