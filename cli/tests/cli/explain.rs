use std::path::Path;

use crate::run::{Folder, Run, run};

#[test]
fn every_listed_code_has_a_page_whose_plans_show_it() {
    let folder = Folder::new(&[]);
    let list = folder.run(&["explain"]);
    assert_eq!((list.code, list.err.as_str()), (0, ""));
    for line in list.out.lines() {
        let (code, title) = line.split_once("  ").expect("a line is a code and its title");
        let page = folder.run(&["explain", code]);
        assert_eq!((page.code, page.err.as_str()), (0, ""), "{code}");
        assert_eq!(page.out.lines().next(), Some(format!("# {code}: {title}").as_str()));
        let plans = plans(&page.out);
        let [wrong, right] = &plans[..] else { panic!("{code}: a page has a wrong plan and a right one") };
        let wrong = codes(wrong, code);
        assert_eq!(wrong, [code], "{code}: the first plan has this finding and no other");
        assert_eq!(codes(right, code), [""; 0], "{code}: the second plan has none");
    }
}

/// The plans of a page, each with its files: one that begins with a comment of its path belongs to the plan before it.
fn plans(page: &str) -> Vec<Vec<(String, String)>> {
    let mut plans = Vec::new();
    for text in page.split("```yaml\n").skip(1).map(|part| part.split("```").next().unwrap()) {
        let path = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# "))
            .filter(|path| Path::new(path).extension().is_some_and(|extension| extension == "yaml"));
        if path.is_none() {
            plans.push(Vec::new());
        }
        let file = (path.unwrap_or("plan.yaml").to_owned(), text.replace("<TAB>", "\t"));
        plans.last_mut().expect("a page begins with a plan").push(file);
    }
    plans
}

/// Lints of what only a whole plan has: one on a page declares things that it does not use or describe.
const OF_WHOLE_PLANS: [&str; 10] = [
    "missing-description",
    "missing-owner",
    "near-duplicate-name",
    "unused-type",
    "unused-property-group",
    "unused-owner",
    "unused-cohort",
    "personal-name",
    "unreachable-property",
    "ambiguous-scalar",
];

/// The codes found in a plan of the page of `code`, each once; its first line may be a comment with the arguments.
fn codes(plan: &[(String, String)], code: &str) -> Vec<String> {
    let files: Vec<_> = plan.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = Folder::new(&files);
    let mut arguments = vec!["check", "--format", "json", "plan.yaml"];
    let command = plan[0].1.lines().next().and_then(|line| line.strip_prefix("# taxogen check "));
    arguments.extend(command.into_iter().flat_map(str::split_whitespace));
    if !code.starts_with("TX06") {
        arguments.extend(OF_WHOLE_PLANS.iter().flat_map(|lint| ["--allow", *lint]));
    }
    // 2027-01-15.
    let told = folder.command(&arguments).env("SOURCE_DATE_EPOCH", "1800000000").output().expect("it runs");
    let told = Run::from(told);
    let mut codes: Vec<String> = told
        .out
        .lines()
        .map(|line| {
            let finding: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            finding["code"].as_str().expect("a code is text").to_owned()
        })
        .collect();
    codes.dedup();
    codes
}

#[test]
fn a_code_is_found_however_it_is_written() {
    let folder = Folder::new(&[]);
    let page = folder.run(&["explain", "TX0203"]);
    for given in ["tx0203", "[TX0203]"] {
        assert_eq!(folder.run(&["explain", given]), page);
    }
}

#[test]
fn an_unknown_code_leads_to_a_known_one() {
    let folder = Folder::new(&[]);
    let expected = "error: unknown code `TX023`\nhelp: a code with a similar name exists: `TX0203`\n";
    assert_eq!(folder.run(&["explain", "TX023"]), run(2, "", expected));
    let expected = "error: unknown code `E0308`\nhelp: `taxogen explain` lists every code\n";
    assert_eq!(folder.run(&["explain", "E0308"]), run(2, "", expected));
}
