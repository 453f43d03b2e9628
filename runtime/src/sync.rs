//! The locks of the log, its lanes and what is remembered: those of the standard library, or where tests run threads in every order those of
//! shuttle, which decides at each of them who goes on.

#[cfg(all(test, shuttle))]
pub(crate) use shuttle::sync::Mutex;
#[cfg(all(test, shuttle, feature = "http"))]
pub(crate) use shuttle::sync::{Condvar, MutexGuard};
#[cfg(not(all(test, shuttle)))]
pub(crate) use std::sync::Mutex;
#[cfg(all(not(all(test, shuttle)), feature = "http"))]
pub(crate) use std::sync::{Condvar, MutexGuard};
