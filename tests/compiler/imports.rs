//! A name of the plan never hides a name that a generated module imports.

use std::collections::BTreeSet;
use std::fmt::Write;

use syn::visit::Visit;
use taxogen_compiler::{generate, source::Source};

use crate::analyze;

use crate::golden::plans;

/// The names that `use` brings in from outside the plan.
#[derive(Default)]
struct Imported(BTreeSet<String>);

impl<'ast> Visit<'ast> for Imported {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_some() {
            self.visit_use_tree(&item.tree);
        }
    }

    fn visit_use_name(&mut self, name: &'ast syn::UseName) {
        self.0.insert(name.ident.to_string());
    }
}

#[test]
fn an_event_and_a_type_may_have_the_name_of_anything_imported() {
    let mut imported = Imported::default();
    for (_, plan) in plans() {
        imported.visit_file(&syn::parse_str(&generate(&plan)).expect("it is Rust"));
    }
    // Modules are of another name space, and no generated type begins in lower case.
    let names: Vec<_> = imported.0.iter().filter(|name| name.starts_with(char::is_uppercase)).collect();
    assert!(names.len() > 15, "{names:?}");

    for section in ["events", "types"] {
        let shape = if section == "events" { "{}" } else { "{ object: { a: integer } }" };
        let mut text = format!("taxogen: 1\n{section}:\n");
        for name in &names {
            writeln!(text, "  {name}: {shape}").expect("text takes everything");
        }
        let plan = analyze(&Source::from_text("taxonomy.yaml", text)).plan.expect("any name is a name");
        let code = generate(&plan);
        let hidden: Vec<_> = names.iter().filter(|name| !code.contains(&format!("pub struct {name}_"))).collect();
        assert!(hidden.is_empty(), "in `{section}` these hide what the module imports: {hidden:?}");
    }
}
