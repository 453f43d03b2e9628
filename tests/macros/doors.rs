//! Three ways from plan to code, one code.

use std::path::Path;

use taxogen_compiler::emit::{self, Options};
use taxogen_compiler::{analyze, generate, read};

#[test]
fn the_macro_gives_the_items_that_generate_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("workspaces/shop/taxonomy.yaml");
    let source = read(&path, "taxonomy.yaml").expect("the plan of the shop can be read");
    let plan = analyze(&source).plan.expect("the plan of the shop is right");
    let expanded = syn::parse2(emit::tokens(&plan, &Options::default())).expect("the macro gives items");
    let printed = syn::parse_str(&generate(&plan)).expect("`generate` prints items");
    assert_eq!(prettyplease::unparse(&printed), prettyplease::unparse(&expanded));
}
