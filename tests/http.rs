//! Tests the HTTP contract with the real router and sampler, but fake readers.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::routing::get;
use host_telemetry::api::Settings;
use host_telemetry::collect::{Sampler, SamplerOptions};
use host_telemetry::serve::{AppState, endpoints, router};
use leptos::config::LeptosOptions;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::fakes::{Engine, FakeEngine, FakeHost};
use tower::ServiceExt;

/// Much shorter than a reader's timeout, yet long enough for a response from memory on a busy machine.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The real router with fake readers. The sampler runs until this is dropped.
struct Server {
    router: Router,
    state: AppState,
    _sampler: Sampler,
}

async fn server(host: FakeHost, engine: FakeEngine) -> Server {
    let options =
        SamplerOptions { interval: Duration::from_secs(1), hostname: "atlas-01".into(), prefix: "agent-".into() };
    let sampler = Sampler::spawn(host, engine, options);
    sampler.first_samples().await;
    let state = AppState {
        source: Arc::new(sampler.telemetry()),
        settings: Settings { hostname: "atlas-01".into(), noun: "agent".into(), interval_seconds: 1 },
        leptos: LeptosOptions::builder().output_name("host-telemetry").site_root("nowhere").build(),
    };
    Server { router: router(state.clone()), state, _sampler: sampler }
}

async fn healthy() -> Server {
    server(FakeHost::new(), FakeEngine::new(Engine::Up(vec!["a", "broken"]))).await
}

struct Response {
    status: StatusCode,
    content_type: String,
    text: String,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Server {
    async fn send(&self, request: Request<Body>) -> Response {
        let response = tokio::time::timeout(RESPONSE_TIMEOUT, self.router.clone().oneshot(request));
        let response = response.await.expect("a response without waiting for a reader").unwrap();
        let header = |name| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let (status, content_type) = (response.status(), header(header::CONTENT_TYPE));
        assert_eq!(header(header::LOCATION), "", "no endpoint redirects");
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Response { status, content_type, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str) -> Response {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Polls in real time until `expected` accepts the response. Panics after about 20 s.
    async fn get_until(&self, path: &str, expected: impl Fn(&Response) -> bool) -> Response {
        for _ in 0..200 {
            let response = self.get(path).await;
            if expected(&response) {
                return response;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("not within 20 s: {}", self.get(path).await.text);
    }
}

/// Whether the value is a timestamp in the API's format: UTC with microseconds, ending in `Z`.
fn is_timestamp(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 27 && text.ends_with('Z') && text.as_bytes()[10] == b'T' && text.as_bytes()[19] == b'.'
}

#[tokio::test]
async fn host_has_every_field_of_the_contract() {
    let response = healthy().await.get("/api/telemetry/host").await;
    assert_eq!((response.status, response.content_type.as_str()), (StatusCode::OK, "application/json"));
    let body = response.json();
    assert_eq!(body["cpu"], json!({"percent": 45.0, "count": 2}));
    assert_eq!(body["memory"], json!({"percent": 62.5, "used_gb": 12.5, "total_gb": 20.0, "available_gb": 7.5}));
    assert_eq!(body["swap"], json!({"percent": 25.0, "used_gb": 1.0, "total_gb": 4.0}));
    assert_eq!(
        body["disk"],
        json!({"percent": 54.0, "used_gb": 108.0, "total_gb": 200.0, "read_only": false, "path": "/"})
    );
    assert_eq!(body["high_since"], json!({"cpu": null, "memory": null, "disk": null}));
    assert!(is_timestamp(&body["timestamp"]), "{body}");
    assert_eq!((body["stale"].as_bool(), body["hostname"].as_str()), (Some(false), Some("atlas-01")));
    assert!(body["age_seconds"].is_f64() && body["errors"] == json!({}), "{body}");
}

#[tokio::test]
async fn containers_have_every_field_of_the_contract() {
    let server = healthy().await;
    let measured = |response: &Response| response.json()["total_cpu_percent"].is_number();
    let body = server.get_until("/api/telemetry/containers", measured).await.json();
    assert_eq!(
        (&body["running_count"], &body["measured_count"]),
        (&json!(2), &json!(1)),
        "a failed container is running"
    );
    assert_eq!((&body["total_cpu_percent"], &body["total_memory_mb"]), (&json!(20.0), &json!(512.0)));
    assert_eq!((&body["culprits"], &body["engine"]), (&json!({"cpu": null, "memory": null}), &json!("docker")));
    assert_eq!(body["events"], json!([]));
    assert_eq!((&body["total_memory_limit_mb"], &body["listed_at"]), (&json!(1024.0), &Value::Null));
    assert!(body["list_age_seconds"].is_f64(), "{body}");
    let rows = body["containers"].as_array().unwrap();
    let row = json!({"id": "a", "name": "a", "full_name": "agent-a", "cpu": 20.0, "cpu_host_percent": 10.0, "memory_mb": 512.0,
                     "memory_host_percent": 1.2, "memory_limit_mb": 1024.0, "cpu_limit_cores": 1.5, "limits_known": true,
                     "image": "agent:1", "started_at": null, "restart_count": 0, "source": "engine", "state": "running",
                     "stale": false});
    assert_eq!(rows[0], row, "the row has no error field");
    assert_eq!(rows[1]["name"], "broken");
    assert!(rows[1]["cpu"].is_null() && rows[1]["memory_mb"].is_null());
    assert_eq!(rows[1]["error"], "no answer");
    assert!(is_timestamp(&body["timestamp"]), "{body}");
    assert_eq!((body["stale"].as_bool(), body["age_seconds"].is_f64()), (Some(false), true));
}

#[tokio::test]
async fn the_host_is_split_into_containers_and_everything_else() {
    let server = healthy().await;
    let path = "/api/telemetry/containers";
    let body = server.get_until(path, |response| response.json()["split"]["cpu_percent"].is_object()).await.json();
    let split = |host: f64, containers: f64, other: f64| json!({"host": host, "containers": containers, "other": other, "clamped": false, "includes_cache": false});
    assert_eq!(body["split"]["cpu_percent"], split(45.0, 10.0, 35.0));
    assert_eq!(body["split"]["memory_mb"], split(12_800.0, 256.0, 12_544.0), "without the file cache");
    assert_eq!(body["split"]["memory_percent"], split(62.5, 1.2, 61.3));
}

#[tokio::test]
async fn endpoints_can_be_merged_into_another_servers_router() {
    let own = Router::new().route("/", get(|| async { "my page" }));
    let mut server = healthy().await;
    server.router = own.merge(endpoints(server.state.clone()));
    assert_eq!(server.get("/").await.text, "my page");
    assert_eq!(server.get("/api/telemetry/host").await.json()["hostname"], "atlas-01");
    assert_eq!(server.get("/api/telemetry/containers").await.json()["running_count"], 2);
    assert_eq!(server.get("/api/telemetry/history").await.json()["interval_seconds"], 1);
}

#[tokio::test]
async fn the_first_html_names_the_culprit() {
    let host = FakeHost::busy(90);
    let server = server(host, FakeEngine::new(Engine::Up(vec!["a"]))).await;
    let page = server.get_until("/", |response| response.text.contains("other processes\u{a0}80%\u{a0}of CPU")).await;
    // The host is at 90% CPU, of which the only container uses 10 percentage points.
    let (host, containers) =
        (server.get("/api/telemetry/host").await.json(), server.get("/api/telemetry/containers").await.json());
    assert!(is_timestamp(&host["high_since"]["cpu"]), "{host}");
    let other = json!({"kind": "other", "id": "", "name": "", "percent": 80.0, "count": 0});
    assert_eq!(containers["culprits"], json!({"cpu": other, "memory": null}));
    assert!(page.text.contains("Other processes use 80% of the host."), "{}", page.text);
    assert!(page.text.contains("ht-total ht-is-other ht-is-culprit"), "the row of other processes is marked");
}

#[tokio::test]
async fn remote_containers_are_not_part_of_this_host() {
    let engine = FakeEngine::remote(Engine::Up(vec!["a"]));
    let server = server(FakeHost::new(), engine).await;
    let measured = |response: &Response| response.json()["total_cpu_percent"].is_number();
    let body = server.get_until("/api/telemetry/containers", measured).await.json();
    assert_eq!(body["split"], json!({"cpu_percent": null, "memory_percent": null, "memory_mb": null}));
    assert_eq!(body["containers"][0]["cpu_host_percent"], 10.0, "relative to the remote host");
    assert!(server.get("/").await.text.contains("class=\"ht-agents-value\">10%</b>"), "the header shows it, too");
    let history = server.get("/api/telemetry/history").await.json();
    assert_eq!(history["totals"].as_array().unwrap().last().unwrap()["cpu_host_percent"], 10.0);
}

#[tokio::test]
async fn a_container_without_statistics_keeps_its_row() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Up(vec!["a", "silent"]))).await;
    let body = server.get("/api/telemetry/containers").await.json();
    assert_eq!(body["running_count"], 2, "it is listed as running: {body}");
    let rows = body["containers"].as_array().unwrap();
    let silent = rows.iter().find(|row| row["name"] == "silent").unwrap();
    assert!(silent["memory_mb"].is_null() && silent["error"].is_string(), "{silent}");
}

#[tokio::test]
async fn history_has_the_last_samples_with_their_times() {
    let server = healthy().await;
    let path = "/api/telemetry/history";
    let long_enough = |response: &Response| response.json()["totals"].as_array().is_some_and(|totals| totals.len() > 2);
    let response = server.get_until(path, long_enough).await;
    assert_eq!((response.status, response.content_type.as_str()), (StatusCode::OK, "application/json"));
    let body = response.json();
    assert_eq!(body["interval_seconds"], 1);
    let list = |key: &str| body[key].as_array().unwrap().clone();
    for point in list("host") {
        assert!(is_timestamp(&point["timestamp"]), "{point}");
        assert_eq!((&point["cpu"], &point["memory"]), (&json!(45.0), &json!(62.5)));
    }
    let newest = list("totals").last().unwrap().clone();
    assert!(is_timestamp(&newest["timestamp"]), "{newest}");
    assert_eq!((&newest["total_cpu_percent"], &newest["total_memory_mb"]), (&json!(20.0), &json!(512.0)));
    assert_eq!((&newest["cpu_host_percent"], &newest["memory_host_percent"]), (&json!(10.0), &json!(1.2)));
    let trends = list("containers");
    let scrapes = list("totals").len();
    let cpu = |id: &str| trends.iter().find(|trend| trend["id"] == id).unwrap()["cpu"].as_array().unwrap().clone();
    assert_eq!((cpu("a").len(), cpu("broken").len()), (scrapes, scrapes), "a value for each scrape");
    assert_eq!((&cpu("a")[0], cpu("a").last()), (&Value::Null, Some(&json!(20.0))), "no CPU in the first scrape");
    assert!(cpu("broken").iter().all(Value::is_null));
}

#[tokio::test]
async fn the_last_hour_is_a_grid_of_means() {
    let server = healthy().await;
    let path = "/api/telemetry/history?minutes=60";
    let measured = |response: &Response| response.json()["totals"][0]["total_cpu_percent"].is_number();
    let body = server.get_until(path, measured).await.json();
    assert_eq!(body["interval_seconds"], 30);
    let begins = body["host"][0]["timestamp"].as_str().unwrap();
    assert!(begins.ends_with(":00.000000Z") || begins.ends_with(":30.000000Z"), "{begins}");
    assert_eq!((&body["host"][0]["cpu"], &body["totals"][0]["total_cpu_percent"]), (&json!(45.0), &json!(20.0)));
    let named: Vec<_> = body["containers"].as_array().unwrap().iter().map(|trend| &trend["name"]).collect();
    assert!(named.contains(&&json!("a")), "{named:?}");
}

#[tokio::test]
async fn another_period_is_refused() {
    let server = healthy().await;
    for minutes in ["5", "061", "60.0", "-1", "x"] {
        let response = server.get(&format!("/api/telemetry/history?minutes={minutes}")).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{minutes}");
        let detail = "minutes must be 60, or left out for the latest 60 samples";
        assert_eq!(response.json(), json!({"detail": detail}), "{minutes}");
    }
}

#[tokio::test]
async fn without_docker_the_history_has_the_host() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Down)).await;
    let body = server.get("/api/telemetry/history").await.json();
    assert_eq!((body["host"].as_array().map(Vec::len), &body["totals"]), (Some(1), &json!([])));
}

#[tokio::test]
async fn browser_headers_and_unknown_queries_are_ignored() {
    let server = healthy().await;
    let host = "/api/telemetry/host";
    for path in [host, "/api/telemetry/containers", "/api/telemetry/history", "/api/telemetry/host?_=1&x=%00"] {
        let request = Request::get(path).header(header::ACCEPT, "text/html,*/*").header(header::REFERER, "http://x/");
        let response = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((response.status, response.content_type.as_str()), (StatusCode::OK, "application/json"), "{path}");
        assert!(response.json().is_object(), "{path}");
    }
}

#[tokio::test]
async fn no_containers_is_zero() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Up(vec![]))).await;
    let response = server.get("/api/telemetry/containers").await;
    let (counts, rows) = ("\"running_count\":0,\"measured_count\":0", "\"containers\":[]");
    for part in [counts, "\"total_cpu_percent\":0.0,\"total_memory_mb\":0.0", rows] {
        assert!(response.text.contains(part), "{part}: {}", response.text);
    }
    let page = server.get("/").await;
    assert!(page.text.contains("No agents are running."), "{}", page.text);
}

#[tokio::test]
async fn without_docker_only_containers_are_503() {
    let engine = FakeEngine::new(Engine::Down);
    let server = server(FakeHost::new(), engine.clone()).await;
    let response = server.get("/api/telemetry/containers").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.content_type, "application/json");
    let body = response.json();
    assert_eq!((&body["detail"], &body["reason"]), (&json!("Docker not available"), &json!("nothing listens")));
    assert!(is_timestamp(&body["since"]), "{body}");
    assert_eq!(server.get("/api/telemetry/host").await.status, StatusCode::OK);
    let page = server.get("/").await;
    assert_eq!(page.status, StatusCode::OK, "the page shows that Docker is down");
    assert!(page.text.contains("Docker unavailable") && page.text.contains("Nothing listens"));
    engine.becomes(Engine::Up(vec!["a"]));
    server.get_until("/api/telemetry/containers", |response| response.status == StatusCode::OK).await;
}

#[tokio::test]
async fn a_hanging_docker_makes_numbers_stale_then_unavailable_and_blocks_no_request() {
    let engine = FakeEngine::new(Engine::Up(vec!["a"]));
    let server = server(FakeHost::new(), engine.clone()).await;
    let lists = engine.lists.load(Ordering::Relaxed);
    engine.becomes(Engine::Hung);
    let path = "/api/telemetry/containers";
    let stale = server.get_until(path, |response| response.json()["stale"] == true).await;
    assert_eq!(stale.json()["running_count"], 1, "the last good numbers stay");
    let gone = server.get_until(path, |response| response.status == StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(gone.json()["reason"].as_str().unwrap().contains("timed out"), "{}", gone.text);
    // The requests above were answered while the list hung, and did not make the sampler scrape more often.
    assert!(engine.lists.load(Ordering::Relaxed) - lists <= 6, "{}", engine.lists.load(Ordering::Relaxed));
    engine.becomes(Engine::Up(vec!["a"]));
    server.get_until(path, |response| response.status == StatusCode::OK).await;
}

#[tokio::test]
async fn a_failing_container_is_a_row_with_an_error() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Up(vec!["broken"]))).await;
    let response = server.get("/api/telemetry/containers").await;
    assert_eq!(response.status, StatusCode::OK);
    let body = response.json();
    assert_eq!((&body["running_count"], &body["containers"][0]["error"]), (&json!(1), &json!("no answer")));
    assert!(body["total_cpu_percent"].is_null() && body["total_memory_mb"].is_null());
}

#[tokio::test]
async fn before_the_first_scrape_everything_is_null() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Hung)).await;
    let body = server.get("/api/telemetry/containers").await.json();
    assert!(
        body["running_count"].is_null() && body["total_cpu_percent"].is_null() && body["total_memory_mb"].is_null()
    );
    assert_eq!(body["containers"], json!([]));
}

#[tokio::test]
async fn an_unreadable_host_is_500() {
    let server = server(FakeHost::unreadable(), FakeEngine::new(Engine::Up(vec![]))).await;
    let response = server.get("/api/telemetry/host").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.json(), json!({"detail": "Error getting host stats: gone; gone; gone"}));
    let page = server.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Error getting host stats: gone; gone; gone"), "the page shows the reason");
}

#[tokio::test]
async fn a_docker_that_hangs_during_a_scrape_leaves_the_last_numbers() {
    let engine = FakeEngine::new(Engine::Up(vec!["a"]));
    let server = server(FakeHost::new(), engine.clone()).await;
    let path = "/api/telemetry/containers";
    server.get_until(path, |response| response.json()["total_cpu_percent"].is_number()).await;
    engine.becomes(Engine::HungAfterList);
    let stale = server.get_until(path, |response| response.json()["stale"] == true).await.json();
    assert_eq!((&stale["running_count"], &stale["total_cpu_percent"]), (&json!(1), &json!(20.0)));
    assert_eq!(stale["containers"][0]["name"], "a", "not the container listed by the failed scrape");
}

#[tokio::test]
async fn other_routes_are_404_and_other_methods_are_405() {
    let server = healthy().await;
    for path in
        ["/nope", "/api", "/api/telemetry", "/api/telemetry/host/", "/pkg/nope.js", "/Cargo.toml", "/pkg/../Cargo.toml"]
    {
        let response = server.get(path).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert!(response.json()["detail"].is_string(), "{path}: {}", response.text);
    }
    for path in ["/", "/api/telemetry/host", "/api/telemetry/containers", "/api/telemetry/history"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let request = Request::builder().method(method.clone()).uri(path).body(Body::empty()).unwrap();
            assert_eq!(server.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
        let head = server.send(Request::head(path).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""), "HEAD {path}");
    }
}

#[tokio::test]
async fn the_first_html_has_live_numbers() {
    let server = healthy().await;
    server.get_until("/api/telemetry/containers", |response| response.json()["total_cpu_percent"].is_number()).await;
    let page = server.get("/").await;
    assert_eq!((page.status, page.content_type.as_str()), (StatusCode::OK, "text/html; charset=utf-8"));
    for part in ["atlas-01", "45%", "12.5", "/20G", "54%", "20.0%", "512.0 MiB", "no answer"] {
        assert!(page.text.contains(part), "{part} is not in {}", page.text);
    }
    assert!(page.text.contains("<circle "), "the sparkline starts with the first sample");
}
