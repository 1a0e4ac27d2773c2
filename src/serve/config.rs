//! The configuration: built-in default < Leptos.toml < environment < command line, every value checked the same way.

mod error;
mod keys;
mod layers;
mod load;
mod values;

pub use error::ConfigError;
pub use keys::Config;
