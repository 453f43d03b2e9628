taxogen::taxonomy!(); // compiles the plan
use types::PlanTier;

fn main() -> Result<(), taxogen::Error> {
    let client = taxogen::Client::from_env()?; // POSTHOG_API_KEY, SEGMENT_WRITE_KEY, MIXPANEL_TOKEN
    client.register(super_properties::Properties::new().with_app_version("1.4.0"));
    let user = client.user("user_123");
    user.capture(events::UserSignedUp::new(PlanTier::Pro).with_referral_code("SPRING"));
    if user.flag(flags::NEW_DASHBOARD) { /* … */ }
    println!("{}", client.shutdown(std::time::Duration::from_secs(5)));
    Ok(())
}
