//! Loads the configuration and serves until a shutdown signal arrives.

use host_telemetry::serve::{self, Config, ConfigError};
use std::io::IsTerminal;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let config = match Config::load(std::env::args_os().skip(1), |name| {
        Some(std::env::var_os(name)?.to_string_lossy().into_owned())
    }) {
        Ok(config) => config,
        // clap also reports requests for help and the version as errors.
        Err(ConfigError::CommandLine(answer)) => answer.exit(),
        Err(error) => return fail(error.exit_status(), &error),
    };
    let terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_max_level(config.log)
        .with_writer(std::io::stderr)
        .with_ansi(terminal)
        .with_target(false)
        .init();
    match serve::serve(config, serve::shutdown_signal()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &error),
    }
}

/// Prints the error on one line and returns the exit status.
fn fail(status: u8, error: &dyn std::error::Error) -> ExitCode {
    eprintln!("host-telemetry: {error}");
    ExitCode::from(status)
}
