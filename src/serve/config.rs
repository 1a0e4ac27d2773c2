//! The configuration: built-in default < Leptos.toml < environment < command line, each value checked alike.

mod error;
mod keys;
mod load;
mod options;
mod sources;
mod values;

pub use error::ConfigError;
pub use load::Config;
pub use options::Options;
