use std::io;

use taxogen::{Client, Error, LocalFlags, Mixpanel, PostHog, Segment};
use taxogen_sandbox::{MIXPANEL_TOKEN, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, SEGMENT_WRITE_KEY, Sandbox};

/// The vendors, played on this machine.
pub(crate) struct Stage(Sandbox);

/// What PostHog has of the plan's flags.
const DEFINITIONS: &str = include_str!("../../definitions.json");

impl Stage {
    pub(crate) fn set() -> io::Result<Self> {
        let sandbox = Sandbox::start()?;
        sandbox.flags().define_text(DEFINITIONS);
        Ok(Self(sandbox))
    }

    pub(crate) fn client(&self) -> Result<Client, Error> {
        Client::builder()
            .to(PostHog::new(POSTHOG_KEY).host(self.0.posthog_url()))
            .to(Segment::new(SEGMENT_WRITE_KEY).host(self.0.segment_url()))
            .to(Mixpanel::new(MIXPANEL_TOKEN).host(self.0.mixpanel_url()))
            .local_flags(LocalFlags::polled(POSTHOG_PERSONAL_KEY))
            .hash_key("a key of this example")
            .on_trouble(|trouble| eprintln!("{trouble}"))
            .build()
    }
}
