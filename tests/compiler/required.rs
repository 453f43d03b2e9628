//! The name of the literal that `new` may take is known where names are checked.
//!
//! Whether `new` takes positions or a literal is decided twice: by `emit`, which writes it, and by `check`, which
//! tells a name that it would meet. This holds the two to one another.

use std::fs;
use std::path::Path;

use taxogen_compiler::{generate, source::Source};

use crate::analyze;

const EVENTS: &str = "\nevents:\n";

#[test]
fn an_event_is_refused_the_name_of_a_literal_exactly_where_there_is_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let (mut refused, mut accepted) = (0, 0);
    for entry in fs::read_dir(folder).expect("the golden files") {
        let path = entry.expect("an entry of the folder").path();
        let text = if path.extension().is_some_and(|extension| extension == "yaml") {
            fs::read_to_string(&path).expect("a plan")
        } else {
            continue;
        };
        let plan = analyze(&Source::from_text("plan.yaml", text.as_str())).plan.expect("a golden plan is right");
        let code = generate(&plan);
        for event in plan.events.iter().filter(|_| text.contains(EVENTS)) {
            let literal = format!("{}Required", event.name.ident.trim_end_matches('_'));
            if plan.events.iter().any(|other| other.name.ident == literal) {
                continue;
            }
            let exists = code.contains(&format!("pub struct {literal}"));
            let with = text.replace(EVENTS, &format!("{EVENTS}  {literal}: {{}}\n"));
            let told = analyze(&Source::from_text("plan.yaml", with)).plan.is_none();
            assert_eq!(told, exists, "{}: {literal}", path.display());
            if exists { refused += 1 } else { accepted += 1 }
        }
    }
    assert!(refused >= 5 && accepted >= 20, "{refused} {accepted}");
}
