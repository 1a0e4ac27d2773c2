//! Locks.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks even after a panic: no update under these locks can be left half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
