//! The HTTP server: its configuration, its routes, and the code that connects the collector to the endpoints.

mod config;
mod open_files;
mod router;
mod site;
mod state;

pub use config::{Config, ConfigError};
pub use router::{endpoints, router};
pub use state::AppState;

use crate::api::Settings;
use crate::collect::{DockerReader, Sampler, SamplerOptions, SystemHost};
use leptos::config::LeptosOptions;
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::sleep;

/// How long in-flight requests may take to finish after a shutdown signal.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// Why the server could not start or stopped running.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The configuration refers to a file that does not exist.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server could not listen on the address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address that was to be listened on.
        address: SocketAddr,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// A measuring loop ended, which is a bug. The server exits rather than serve outdated numbers forever.
    #[error("measuring stopped")]
    SamplerEnded,
    /// The server can no longer accept connections.
    #[error("the server stopped: {0}")]
    Stopped(std::io::Error),
}

/// Measures and serves until `stop` resolves or an error occurs.
///
/// Binds the address first, so a port that is already in use is reported at once. Starts serving when the first host
/// sample is available and the first scrape of the containers has ended, but does not wait for that scrape for more
/// than two seconds.
pub async fn serve(config: Config, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
    open_files::raise_limit();
    let leptos = leptos_options(&config);
    site::check(&leptos)?;
    let address = config.listen;
    let refused = |source| ServeError::Listen { address, source };
    let socket = bind(address).map_err(refused)?;
    let mut sampler = start_sampler(&config);
    sampler.first_samples().await;
    let listener = socket.listen(1024).map_err(refused)?;
    let state = state(&config, &sampler, leptos);
    tokio::select! {
        ended = run(listener, state, stop) => ended,
        () = sampler.ended() => Err(ServeError::SamplerEnded),
    }
}

/// Resolves on Ctrl-C or SIGTERM.
pub async fn shutdown_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Lets a restarted server reuse its port while old connections are still in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn start_sampler(config: &Config) -> Sampler {
    let host = SystemHost::new(config.disk_path.clone());
    let containers = DockerReader::new(config.docker_host.clone(), config.container_label.clone(), config.interval);
    let options = SamplerOptions {
        interval: config.interval,
        hostname: config.hostname.clone(),
        prefix: config.container_prefix.clone(),
    };
    Sampler::spawn(host, containers, options)
}

fn leptos_options(config: &Config) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("host-telemetry")
        .site_root(config.site_root.display().to_string())
        .site_addr(config.listen)
        .reload_port(config.reload_port)
        .build()
}

fn state(config: &Config, sampler: &Sampler, leptos: LeptosOptions) -> AppState {
    AppState {
        source: Arc::new(sampler.telemetry()),
        settings: Settings {
            hostname: config.hostname.clone(),
            noun: config.container_noun.clone(),
            interval_seconds: u32::try_from(config.interval.as_secs()).unwrap_or(u32::MAX),
        },
        leptos,
    }
}

async fn run(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    if let Ok(address) = listener.local_addr() {
        tracing::info!("listening on http://{address}");
    }
    let (stopping, stopped) = oneshot::channel();
    let stop = async move {
        stop.await;
        let _ = stopping.send(());
    };
    let grace = async {
        // An error means that the server has already ended, which the other branch handles.
        let _ = stopped.await;
        sleep(SHUTDOWN_GRACE).await;
    };
    tokio::select! {
        ended = axum::serve(listener, router(state)).with_graceful_shutdown(stop).into_future() => {
            ended.map_err(ServeError::Stopped)
        }
        () = grace => Ok(()),
    }
}
