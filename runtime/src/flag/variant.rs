/// The variants of a flag, as the compiler of the plan makes an enum of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the enum of a flag's variants",
    label = "not the variants of a flag",
    note = "the plan's flags with variants have such enums, in its module `flags`; for an enum of your own write \
            `#[derive(Experiment)]` and read it with `user.experiment()`"
)]
pub trait Variant: Sized + 'static {
    /// The keys on the wire, in the plan's order.
    const NAMES: &'static [&'static str];

    /// The variant of this key.
    fn from_name(name: &str) -> Option<Self>;

    /// The key of this variant.
    fn name(&self) -> &'static str;
}
