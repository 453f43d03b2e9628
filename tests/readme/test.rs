#[test]
fn whoever_signs_up_is_captured() {
    let (client, recorder) = taxogen::Client::recorder();
    sign_up(&client.user("user_123"));
    assert_eq!(recorder.events(events::UserSignedUp::NAME), [events::UserSignedUp::new(PlanTier::Pro)]);
}
