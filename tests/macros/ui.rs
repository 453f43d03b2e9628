//! Mistakes in the code that calls a macro: each file of `ui` with what rustc says of it.
//!
//! Only errors whose text is ours stand there, so that another version of rustc says the same. After a
//! sentence has changed on purpose, `TRYBUILD=overwrite cargo test -p taxogen-macro-tests ui` writes the
//! files; what they say is then read as prose.

#[test]
fn a_mistake_is_told_at_the_token_that_is_wrong() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
