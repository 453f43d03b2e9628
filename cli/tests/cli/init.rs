use crate::run::{Folder, run};

#[test]
fn the_first_plan_compiles() {
    let folder = Folder::new(&[("my-shop/note.txt", "")]);
    let written = folder.run(&["init", "my-shop/taxonomy.yaml"]);
    let lines = "\
taxogen = { path = \"../taxogen/runtime\" } # Cargo.toml, under [dependencies]: your clone of taxogen
taxogen::taxonomy!();                      // src/main.rs, at the top
let client = taxogen::Client::from_env()?; // where the application starts
";
    let talk = "my-shop/taxonomy.yaml: written; `taxogen check` tells mistakes in it. Now add:\n\n";
    assert_eq!(written, run(0, lines, talk));
    assert!(folder.read("my-shop/taxonomy.yaml").contains("\nname: my-shop\n"));
    let checked = folder.run(&["check", "my-shop/taxonomy.yaml"]);
    assert_eq!(checked, run(0, "", "my-shop/taxonomy.yaml: 1 event, 1 flag, no problems\n"));
    assert!(folder.run(&["generate", "my-shop/taxonomy.yaml"]).out.contains("pub struct UserSignedUp<'a>"));
}

#[test]
fn a_folder_whose_name_is_no_word_gets_another() {
    let folder = Folder::new(&[("x: y/note.txt", "")]);
    assert_eq!(folder.run(&["init", "x: y/taxonomy.yaml"]).code, 0);
    assert!(folder.read("x: y/taxonomy.yaml").contains("\nname: my-product\n"));
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new(&[("taxonomy.yaml", "mine")]);
    let expected = "\
error: `taxonomy.yaml` exists already
help: it is left as it is; give another path, or remove it
";
    assert_eq!(folder.run(&["init"]), run(2, "", expected));
    assert_eq!(folder.read("taxonomy.yaml"), "mine");
}
