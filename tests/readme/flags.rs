async fn dashboard(client: &taxogen::Client, id: &str) -> &'static str {
    let user = client.user(id);
    user.flag_properties(person::Properties::new().with_plan_tier(PlanTier::Pro)); // flags go by it, and nothing is sent
    if let Err(error) = user.load_flags().await {
        eprintln!("flags go by what is known here: {error}");
    }
    if user.flag(flags::NEW_DASHBOARD) { "charts" } else { "tables" }
}
