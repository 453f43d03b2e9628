mod identity;

pub(crate) use identity::{Encoded, Identity, is_blank};

use std::fmt;
use std::sync::Arc;

use crate::client::{CaptureNow, Client, Entry, Notice};
use crate::destinations::Destinations;
use crate::error::Error;
use crate::event::{Event, Group, PersonProperties, PlanId, SuperProperties};
use crate::options::Options;
use crate::record::{Class, Place, RunTag, Verb};
use crate::value::{Invalid, Null, Rule};

/// A handle of one person. Owned, cheap to clone; it lives for a request.
///
/// All clones share the groups that the person is in, and the anonymous id under which they were known before.
#[derive(Clone)]
pub struct User {
    pub(crate) client: Client,
    pub(crate) identity: Arc<Identity>,
}

impl User {
    pub(crate) fn new(client: Client, distinct_id: String, is_anonymous: bool) -> Self {
        Self { client, identity: Arc::new(Identity::new(distinct_id, is_anonymous)) }
    }

    /// The id under which your product knows this person, or their anonymous id.
    #[must_use]
    pub fn distinct_id(&self) -> &str {
        self.identity.distinct_id()
    }

    /// The same person, who was seen under an anonymous id before your product knew them: a cookie, a device.
    ///
    /// From the next [`identify`](Self::identify) on the two are one person: PostHog gets the anonymous id with that
    /// call (`$anon_distinct_id`), Segment both ids with every call, and Mixpanel both with every event (`$device_id`
    /// and `$user_id`), and a `$identify` with that call. It counts for this handle and its clones. An id that is
    /// empty, or is the person's own, changes nothing; nor does any on a handle that is itself
    /// [anonymous](Client::anonymous).
    ///
    /// ```
    /// # use taxogen::{PersonProperties, PlanId, PropertyWriter};
    /// # mod person {
    /// #     pub struct Properties;
    /// #     impl Properties { pub fn new() -> Self { Self } }
    /// # }
    /// # impl PersonProperties for person::Properties {
    /// #     fn plan(&self) -> PlanId { PlanId::new("p", "0") }
    /// #     fn write(&self, _: &mut PropertyWriter<'_>) {}
    /// # }
    /// let (client, recorder) = taxogen::Client::recorder();
    /// client.user("user_123").with_anonymous_id("cookie_7").identify(person::Properties::new());
    /// assert_eq!(recorder.all()[0].anonymous_id().as_deref(), Some("cookie_7"));
    /// ```
    #[must_use = "it is the handle to go on with"]
    pub fn with_anonymous_id(self, id: impl AsRef<str>) -> Self {
        self.identity.was_anonymous(id.as_ref());
        self
    }

    /// Records that something happened. Never blocks on the network.
    pub fn capture(&self, event: impl Event) {
        self.capture_dyn(&event);
    }

    /// [`capture`](Self::capture) for an event that is not known until run time.
    pub fn capture_dyn(&self, event: &dyn Event) {
        self.record_event(&Entry::of_event(event.schema()), event);
    }

    /// Records that something happened, and lets the caller wait for its delivery: `capture_now(event).await`, on any async
    /// runtime, or [`wait`](CaptureNow::wait). For short programs and functions that may be frozen when they have
    /// answered.
    ///
    /// The event goes the way of all others, under one id, behind what was captured before. What is not delivered at the
    /// deadline stays in the log, and a lane delivers it later.
    pub fn capture_now(&self, event: impl Event) -> CaptureNow {
        let notice = Notice::default();
        self.record_event(&Entry { notice: Some(&notice), ..Entry::of_event(event.schema()) }, &event);
        CaptureNow::new(&self.client.core, &notice)
    }

    /// [`capture`](Self::capture) with a time of its own, or with what PostHog is to do about the person.
    ///
    /// ```
    /// # use taxogen::{Event, EventSchema, PlanId, PropertyWriter};
    /// # mod events {
    /// #     pub struct OrderPlaced;
    /// #     impl OrderPlaced { pub fn new() -> Self { Self } }
    /// # }
    /// # impl Event for events::OrderPlaced {
    /// #     fn schema(&self) -> &'static EventSchema { const { &EventSchema::new("o", PlanId::new("p", "0")) } }
    /// #     fn write(&self, _: &mut PropertyWriter<'_>) {}
    /// # }
    /// use taxogen::{Options, Timestamp};
    ///
    /// let (client, recorder) = taxogen::Client::recorder();
    /// let placed = Timestamp::from_unix_millis(1_262_304_000_000);
    /// client.user("user_123").capture_with(events::OrderPlaced::new(), &Options::new().at(placed));
    /// assert_eq!(recorder.all()[0].time(), placed);
    /// ```
    pub fn capture_with(&self, event: impl Event, options: &Options) {
        let entry = Entry { options: *options, ..Entry::of_event(event.schema()) };
        self.record_event(&entry, &event);
    }

    /// Records that a page was seen: Segment gets a `page` call under the event's name, PostHog a `$pageview`, and
    /// Mixpanel the event as it is.
    ///
    /// PostHog knows the properties of a page under names of its own: `url`, `path`, `host`, `referrer` and
    /// `referring_domain` become `$current_url`, `$pathname`, `$host`, `$referrer` and `$referring_domain` there, and
    /// the event's name the property `name`, where it has none of its own.
    pub fn page(&self, event: impl Event) {
        self.page_with(event, &Options::new());
    }

    /// [`page`](Self::page) with options.
    pub fn page_with(&self, event: impl Event, options: &Options) {
        let entry = Entry { verb: Verb::Page, options: *options, ..Entry::of_event(event.schema()) };
        self.record_event(&entry, &event);
    }

    /// Records that a screen of an app was seen: Segment gets a `screen` call under the event's name, PostHog a
    /// `$screen` with that name as `$screen_name`, and Mixpanel the event as it is.
    pub fn screen(&self, event: impl Event) {
        self.screen_with(event, &Options::new());
    }

    /// [`screen`](Self::screen) with options.
    pub fn screen_with(&self, event: impl Event, options: &Options) {
        let entry = Entry { verb: Verb::Screen, options: *options, ..Entry::of_event(event.schema()) };
        self.record_event(&entry, &event);
    }

    fn record_event(&self, entry: &Entry<'_>, event: &dyn Event) {
        self.client.core.record(&self.identity, entry, |properties| event.write(properties));
    }

    /// Says who this person is, with properties that are known of them.
    ///
    /// Of an [anonymous](Client::anonymous) person it sets the properties alone: PostHog would take that id for a
    /// known one, and merge it with no other any more.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn identify(&self, properties: impl PersonProperties) {
        let plan = properties.plan();
        let entry = Entry::new(Verb::Identify, &plan);
        self.client.core.record(&self.identity, &entry, |writer| properties.write(writer));
        self.learn_set(&properties);
    }

    /// Sets properties of this person; the plan says which of them are set only once.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn set(&self, properties: impl PersonProperties) {
        let plan = properties.plan();
        let entry = Entry::new(Verb::Set, &plan);
        self.client.core.record(&self.identity, &entry, |writer| properties.write(writer));
        self.learn_set(&properties);
    }

    /// Sets properties of this person where they have none yet, whatever the plan says of them.
    ///
    /// Segment has no such call: there they replace what was there.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn set_once(&self, properties: impl PersonProperties) {
        let plan = properties.plan();
        let entry = Entry::new(Verb::Set, &plan);
        self.client.core.record(&self.identity, &entry, |writer| properties.write(&mut writer.only_once()));
    }

    /// Takes properties away from this person, by their names on the wire: `$unset` at PostHog and Mixpanel, a trait
    /// that is `null` at Segment.
    ///
    /// All destinations are asked, also those that may only see a hash of the property. A name that is empty is left
    /// out, counted and told as a property is that breaks a rule.
    ///
    /// ```
    /// let (client, recorder) = taxogen::Client::recorder();
    /// client.user("user_123").unset(&["plan_tier", "coupon"]);
    /// assert_eq!(recorder.all()[0].to_json(), r#"{"$unset":["plan_tier","coupon"]}"#);
    /// ```
    pub fn unset(&self, names: &[&str]) {
        if names.is_empty() {
            return;
        }
        self.learn_unset(names);
        let entry = Entry::new(Verb::Unset, &PlanId::NONE);
        self.client.core.record_runs(&self.identity, &entry, |runs, _| {
            for name in names {
                if is_blank(name) {
                    runs.invalid.push(Invalid::hidden(name, Rule::Name));
                } else {
                    runs.property(RunTag::new(Place::Unset, Class::Public), Destinations::ALL, name, &Null);
                }
            }
        });
    }

    /// Makes properties part of every event that this handle and its clones capture from now on.
    ///
    /// They lie over those of [`Client::register`](crate::Client::register), which says the rest.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn register(&self, properties: impl SuperProperties) {
        self.client.core.register_at(&self.identity.supers, &properties);
    }

    /// Every event that this handle and its clones capture from now on says which variations the person is in; see
    /// [`Builder::stamp_variations`](crate::Builder::stamp_variations).
    ///
    /// ```
    /// # use taxogen::{Event, EventSchema, PlanId, PropertyWriter};
    /// # mod events { pub struct OrderPlaced; }
    /// # impl Event for events::OrderPlaced {
    /// #     fn schema(&self) -> &'static EventSchema { const { &EventSchema::new("order_placed", PlanId::new("p", "0")) } }
    /// #     fn write(&self, _: &mut PropertyWriter<'_>) {}
    /// # }
    /// use taxogen::{Client, Destinations, User};
    ///
    /// # let state = r#"{"version":1,"id":"user_123","variations":[["checkout","test"]]}"#;
    /// let (client, recorder) = Client::recorder();
    /// let user = User::resume(&client, state)?;
    /// user.stamp_variations();
    /// user.capture(events::OrderPlaced);
    /// assert_eq!(
    ///     recorder.all()[0].sent_to(Destinations::MIXPANEL).as_deref(),
    ///     Some(r#"order_placed {"[PostHog] checkout":"test"}"#)
    /// );
    /// # Ok::<(), taxogen::Error>(())
    /// ```
    pub fn stamp_variations(&self) {
        self.identity.context.begin_stamping_variations(self.client.core.stamping);
    }

    /// Every event that this handle and its clones capture from now on tells PostHog what its flags are for this person; see
    /// [`Builder::stamp_flags`](crate::Builder::stamp_flags). What is to be told of flags that are loaded and not read is
    /// asked for before they are loaded.
    pub fn stamp_flags(&self) {
        self.identity.context.begin_stamping_flags(self.client.core.stamping);
    }

    /// Nothing of this person is recorded from now on, by whatever handle; see [`Client::opt_out`](crate::Client::opt_out).
    ///
    /// # Errors
    ///
    /// When more people have opted out than the client can remember.
    pub fn opt_out(&self) -> Result<(), Error> {
        self.client.opt_out(self.distinct_id())
    }

    /// What this person does is recorded again; see [`Client::opt_in`](crate::Client::opt_in).
    pub fn opt_in(&self) {
        self.client.opt_in(self.distinct_id());
    }

    /// Says that this person belongs to a group, and sets the group's properties.
    ///
    /// What this handle and its clones capture from now on belongs to the group too, and to one group of each type, 255 at
    /// most. Segment knows one group of an event: it gets the first that was joined. A group whose key is empty, or nothing
    /// but spaces, is none: the call is counted as lost and told, and nobody joins.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn group(&self, group: impl Group) {
        if !is_blank(group.key()) {
            self.identity.join(group.group_type(), group.key());
        }
        let (plan, second_id, group_type) = (group.plan(), group.key(), group.group_type());
        let entry = Entry { second_id, group_type, ..Entry::new(Verb::Group, &plan) };
        self.client.core.record(&self.identity, &entry, |writer| group.write(writer));
        if self.client.core.asks_about_flags() {
            self.learn_group(&group);
        }
    }

    /// Says that this person was known as `previous_id` before: the two are one person.
    ///
    /// It is for two ids of your product. For one of before you knew them there is
    /// [`with_anonymous_id`](Self::with_anonymous_id), which newer projects of Mixpanel understand too: they take no
    /// notice of an alias.
    ///
    /// Where that is empty, or nothing but spaces, the call is counted as lost and told.
    pub fn alias(&self, previous_id: &str) {
        let entry = Entry { second_id: previous_id, ..Entry::new(Verb::Alias, &PlanId::NONE) };
        self.client.core.record(&self.identity, &entry, |_| {});
    }
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("User").field("distinct_id", &self.distinct_id()).finish_non_exhaustive()
    }
}
