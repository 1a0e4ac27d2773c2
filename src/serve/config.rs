//! The configuration: built-in default < Leptos.toml < environment < command line, each value checked alike.

mod error;
mod keys;
mod layers;
mod load;
mod values;

pub use error::ConfigError;
pub use keys::Config;
