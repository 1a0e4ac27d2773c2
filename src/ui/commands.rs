//! Commands for an operator to copy.

mod command;
mod engine;

pub(super) use command::{commands, copy};
pub(super) use engine::{commands_for, program};
