//! The macros by their public names.
//!
//! Each hands the path of this crate to the macro behind it, so that an application may call the crate what it
//! likes, or reach it through another crate.

/// Ties an enum of the application to an experiment of the plan.
///
/// ```
/// #[derive(Debug, PartialEq, taxogen::Experiment)]
/// #[experiment("checkout-flow-redesign")]
/// enum Checkout {
///     Control,
///     #[experiment(name = "test")]
///     Simplified,
/// }
///
/// let (client, _) = taxogen::Client::recorder();
/// assert_eq!(client.user("user_123").experiment::<Checkout>(), Checkout::Control);
/// ```
///
/// What goes with a variant has the type that the plan gives to the flag's payload:
///
/// ```
/// taxogen::taxonomy!();
///
/// #[derive(Debug, PartialEq, taxogen::Experiment)]
/// #[experiment("checkout-flow-redesign", payload = types::CheckoutExperimentPayload<'static>)]
/// enum Checkout {
///     Control,
///     Test,
/// }
///
/// fn main() {
///     let (client, _) = taxogen::Client::recorder();
///     let answer = client.user("user_123").experiment_with_payload::<Checkout>();
///     assert_eq!(answer, (Checkout::Control, None));
/// }
/// ```
///
pub use taxogen_macros::Experiment;

/// The items of the plan: the modules `types`, `events`, `flags`, `experiments`, `person`, `groups` and
/// `super_properties`, as far as the plan has them, and `PLAN`.
///
/// It stands in a module or at the root of the crate that owns the plan. The plan is the one that
/// `[package.metadata.taxogen] plan = ".."` names, else the variable `TAXOGEN_PLAN`, else `taxonomy.yaml` beside
/// Cargo.toml or above it, up to the root of the workspace. `taxonomy!("x.yaml")` takes a path relative to
/// the source file. `taxonomy!(app = "api")` leaves out the events whose `apps` do not name this application.
/// Whenever the plan changes, cargo builds again.
///
/// ```
/// taxogen::taxonomy!();
///
/// fn main() {
///     let signed_up = events::UserSignedUp::new(types::Channel::Web, types::PlanTier::Pro);
///     assert!(format!("{:?}", signed_up.with_referral_code("SPRING")).contains("SPRING"));
/// }
/// ```
///
/// All mistakes of a plan are told at once, and the names that it declares stay known, so that code which uses
/// them is not told to be wrong as well.
#[macro_export]
macro_rules! taxonomy {
    ($($arguments:tt)*) => {
        $crate::__private::taxonomy! { ($crate) $($arguments)* }
    };
}

/// The wire name of an event of the plan, as a string literal; a name that is not in the plan does not compile.
///
/// For where a name is wanted and no event: queries, dashboards, tests. It stands wherever a literal may, in a
/// pattern and in `concat!` too. An event that has a `name` of its own is found by its key as well. `event!("name", plan = "x.yaml")` asks another plan, by a path relative to the
/// source file.
///
/// ```
/// assert_eq!(taxogen::event!("Order Completed"), "Order Completed");
/// ```
#[macro_export]
macro_rules! event {
    ($($arguments:tt)*) => {
        $crate::__private::event!($($arguments)*)
    };
}

/// The key of a flag of the plan, as a string literal; see [`event!`].
///
/// ```
/// assert_eq!(taxogen::flag!("payments-enabled"), "payments-enabled");
/// ```
#[macro_export]
macro_rules! flag {
    ($($arguments:tt)*) => {
        $crate::__private::flag!($($arguments)*)
    };
}
