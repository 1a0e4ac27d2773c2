//! Locks.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ignores poisoning: no update under these locks can be left half done by a panic.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
