//! Commands for an operator to copy.

mod command;
mod engine;

pub(super) use command::Command;
pub(super) use engine::{commands_for, program};
