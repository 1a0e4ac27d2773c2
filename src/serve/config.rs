//! The configuration. In order of increasing precedence, values come from the built-in defaults, Leptos.toml, the
//! environment and the command line; all are validated in the same way.

mod error;
mod keys;
mod layers;
mod load;
mod values;

pub use error::ConfigError;
pub use keys::Config;
