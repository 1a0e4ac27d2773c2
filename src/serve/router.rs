//! The routes: three endpoints, one page and its files. Any other path gets a 404.

use super::state::AppState;
use crate::app::Shell;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::handler::HandlerWithoutStateExt;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, HeaderValue, REFERER, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, get_service};
use axum::{Json, Router};
use leptos::prelude::provide_context;
use leptos::view;
use serde_json::json;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

/// The three endpoints, served from `state`, for merging into the router of a server that has its own page.
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use host_telemetry::api::Settings;
/// use host_telemetry::collect::{DockerReader, Sampler, SamplerOptions, SystemHost};
/// use host_telemetry::serve::{AppState, endpoints};
/// # use leptos::config::LeptosOptions;
/// use std::sync::Arc;
///
/// # async fn example(host: SystemHost, docker: DockerReader, options: SamplerOptions, leptos: LeptosOptions) {
/// // The sampler measures until it is dropped.
/// let sampler = Sampler::spawn(host, docker, options);
/// let state = AppState { source: Arc::new(sampler.telemetry()), settings: Settings::default(), leptos };
/// let app: Router = Router::new().route("/", get(|| async { "a page of your own" })).merge(endpoints(state));
/// # }
/// ```
pub fn endpoints(state: AppState) -> Router {
    // The executor can be set only once per process, so this fails for a second router, which is harmless.
    let _ = any_spawner::Executor::init_tokio();
    Router::new()
        .route("/api/telemetry/host", get(endpoint))
        .route("/api/telemetry/containers", get(endpoint))
        .route("/api/telemetry/history", get(endpoint))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(headers))
        .with_state(state)
}

/// All routes, served from `state`.
pub fn router(state: AppState) -> Router {
    let endpoints = endpoints(state.clone());
    let site = state.leptos.site_root.to_string();
    let pkg = format!("{site}/{}", state.leptos.site_pkg_dir);
    let files = |folder: &str| ServeDir::new(folder).precompressed_br().not_found_service(not_found.into_service());
    Router::new()
        .route("/", get(page))
        .nest_service(&format!("/{}", state.leptos.site_pkg_dir), get_service(files(&pkg)))
        .route("/page.css", get_service(files(&site)))
        .route("/favicon.svg", get_service(files(&site)))
        .route("/favicon-critical.svg", get_service(files(&site)))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(headers))
        .with_state(state)
        .merge(endpoints)
        .layer(CompressionLayer::new())
}

/// The dashboard. The status is 200 even if Docker is down, because the page itself shows that.
async fn page(State(state): State<AppState>, request: Request) -> Response {
    let snapshot = state.snapshot().rendered();
    let render = leptos_axum::render_app_async_with_context(
        move || provide_context(snapshot.clone()),
        move || {
            let options = state.leptos.clone();
            view! { <Shell options hostname=state.settings.hostname.clone()/> }
        },
    );
    render(request).await
}

/// Runs the server function that is registered for the request's path.
async fn endpoint(State(state): State<AppState>, mut request: Request) -> Response {
    // To support HTML forms, leptos redirects a GET request that accepts text/html to its Referer. These endpoints must
    // always respond with JSON.
    request.headers_mut().remove(REFERER);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    // Server functions are looked up by method, so HEAD must become GET. An outer layer strips the response's body.
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    let source = state.source;
    let context = move || provide_context(Arc::clone(&source));
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

async fn not_found(request: Request) -> Response {
    detail(StatusCode::NOT_FOUND, format!("no such page: {}", request.uri().path()))
}

async fn method_not_allowed(request: Request) -> Response {
    detail(StatusCode::METHOD_NOT_ALLOWED, format!("{} is not allowed here, only GET", request.method()))
}

/// An error response in the format shared by all endpoints.
fn detail(status: StatusCode, detail: String) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

/// Adds headers to every response. Measurements must not be cached. Files may be cached but must be revalidated, which
/// costs only a 304 as long as they are unchanged.
async fn headers(request: Request, next: Next) -> Response<Body> {
    let is_file = request.uri().path().contains('.');
    let mut response = next.run(request).await;
    let cache = HeaderValue::from_static(if is_file { "no-cache" } else { "no-store" });
    if is_file {
        // Files vary by Accept-Encoding, but the compression layer says so only for responses that it compresses
        // itself.
        response.headers_mut().insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    }
    response.headers_mut().entry(CACHE_CONTROL).or_insert(cache);
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
