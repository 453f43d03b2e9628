//! The page on flags shows code that is compiled, and what comes of it.

use serde_json::Value;
use taxogen::{Client, EnvironmentFlags, FlagFile, LocalFlags, PostHog, User};
use taxogen_flags::{Definitions, Person, Properties};
use taxogen_sandbox::{POSTHOG_KEY, Sandbox};

taxogen::taxonomy!();
use types::PlanTier;

const PAGE: &str = include_str!("../../docs/flags.md");
const PROGRAM: &str = include_str!("../guides/flags.rs");

include!("../guides/flags.rs");

/// The blocks of the page in this language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    PAGE.match_indices(&fence)
        .map(|(place, _)| PAGE[place + fence.len()..].split_once("```").expect("a block ends").0)
        .collect()
}

#[test]
fn the_page_shows_the_program_that_is_compiled() {
    assert_eq!(blocks("rust").join("\n"), PROGRAM);
}

#[test]
fn an_answer_says_where_it_comes_from() {
    let [file, definitions, _] = *blocks("json") else { panic!("a flag file, definitions and a person") };
    let [local, default, _] = *blocks("text") else { panic!("two answers and an explanation") };
    let (decided, _) = Client::builder().local_flags(LocalFlags::bytes(definitions)).recorder();
    assert_eq!(why(&request(&decided, "user_4")), local.trim_end());
    assert_eq!(dashboard(&request(&decided, "user_4")), "charts");
    assert_eq!(why(&Client::recorder().0.user("user_4")), default.trim_end());

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("flags.json"), file).unwrap();
    let flags = FlagFile::open(folder.path().join("flags.json")).unwrap();
    let (client, _) = Client::builder().flags_from(flags).recorder();
    assert_eq!(why(&client.user("user_7")), "true by file: assigned");
}

#[test]
fn the_clients_of_the_page_decide_and_load() {
    let [_, definitions, _] = *blocks("json") else { panic!("a flag file, definitions and a person") };
    let sandbox = Sandbox::start().unwrap();
    let posthog = PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url());
    let client = client(posthog, LocalFlags::bytes(definitions)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(page(&request(&client, "user_4"))), "charts");
    assert_eq!(runtime.block_on(page(&client.user("user_4"))), "tables", "what they ask about the person is not known");
}

#[test]
fn the_explanation_of_the_page_is_what_is_said() {
    let [_, definitions, person] = *blocks("json") else { panic!("a flag file, definitions and a person") };
    let definitions = Definitions::parse(definitions.as_bytes()).unwrap();
    let person: Value = serde_json::from_str(person).unwrap();
    let properties = person["person_properties"].to_string();
    let properties = Properties::from_json(&properties).unwrap();
    let person = Person::new(person["distinct_id"].as_str().unwrap()).with_properties(&properties);
    let explained = definitions.explain("new-dashboard", &person, 0).unwrap();
    assert_eq!(blocks("text")[2].trim_end(), explained.to_string().trim_end());
}
