//! The program as a user runs it: arguments in, two streams and an exit code out.

mod check;
mod decisions;
mod explain;
mod flags_evaluate;
mod flags_list;
mod generate;
mod init;
mod lints;
mod run;
mod sandbox;
mod usage;
