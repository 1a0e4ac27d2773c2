//! Command line, start, serve until told to stop.

use clap::Parser;
use host_telemetry::serve::{self, Config, Options};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::try_from_env("HOST_TELEMETRY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let config = match Config::load(&options, |name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(error) => return fail(error.exit_status(), &error),
    };
    match serve::serve(config, serve::told_to_stop()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &error),
    }
}

/// Says in one line why the program ends.
fn fail(status: u8, error: &dyn std::error::Error) -> ExitCode {
    eprintln!("host-telemetry: {error}");
    ExitCode::from(status)
}
