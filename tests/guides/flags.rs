fn dashboard(user: &User) -> &'static str {
    if user.flag(flags::NEW_DASHBOARD) { "charts" } else { "tables" }
}

fn why(user: &User) -> String {
    let answer = user.evaluate(flags::NEW_DASHBOARD);
    format!("{} by {}: {}", answer.value, answer.source, answer.assignment)
}

fn client(posthog: PostHog, definitions: LocalFlags) -> Result<Client, taxogen::Error> {
    Client::builder()
        .to(posthog)
        .local_flags(definitions)
        .flags_from(EnvironmentFlags::from_env()?)
        .flags_from(FlagFile::when_there("flags.json")?)
        .build()
}

#[test]
fn the_new_dashboard_has_charts() {
    let (client, _recorder) = Client::recorder();
    let client = client.override_flags([flags::NEW_DASHBOARD.is(true)]);
    assert_eq!(dashboard(&client.user("user_4")), "charts");
}

fn request(client: &Client, id: &str) -> User {
    let user = client.user(id);
    user.flag_properties(person::Properties::new().with_plan_tier(PlanTier::Pro));
    user
}

async fn page(user: &User) -> &'static str {
    if let Err(error) = user.load_flags().await {
        eprintln!("flags go by what is known here: {error}");
    }
    dashboard(user)
}
