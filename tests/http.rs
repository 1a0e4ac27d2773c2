//! The HTTP contract, on the real router and the real sampler, with sources that say what the test needs.

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

/// Far less than a source may take, far more than an answer from memory needs on a busy machine.
const NO_WAIT: Duration = Duration::from_secs(1);

/// A router over fakes, and the sampler, which must live as long.
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

struct Answer {
    status: StatusCode,
    content_type: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Server {
    async fn ask(&self, request: Request<Body>) -> Answer {
        let answered = tokio::time::timeout(NO_WAIT, self.router.clone().oneshot(request));
        let response = answered.await.expect("no request waits for a source").unwrap();
        let header = |name| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let (status, content_type) = (response.status(), header(header::CONTENT_TYPE));
        assert_eq!(header(header::LOCATION), "", "nothing here redirects");
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, content_type, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Asks until the answer is as expected; the sampler's clock is real.
    async fn get_until(&self, path: &str, expected: impl Fn(&Answer) -> bool) -> Answer {
        for _ in 0..200 {
            let answer = self.get(path).await;
            if expected(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("not within 20 s: {}", self.get(path).await.text);
    }
}

/// The wire's form of a moment: UTC, microseconds, Z.
fn is_timestamp(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 27 && text.ends_with('Z') && text.as_bytes()[10] == b'T' && text.as_bytes()[19] == b'.'
}

#[tokio::test]
async fn host_has_every_field_of_the_contract() {
    let answer = healthy().await.get("/api/telemetry/host").await;
    assert_eq!((answer.status, answer.content_type.as_str()), (StatusCode::OK, "application/json"));
    let body = answer.json();
    assert_eq!(body["cpu"], json!({"percent": 45.0, "count": 2}));
    assert_eq!(body["memory"], json!({"percent": 62.5, "used_gb": 12.5, "total_gb": 20.0, "available_gb": 7.5}));
    assert_eq!(body["swap"], json!({"percent": 25.0, "used_gb": 1.0, "total_gb": 4.0}));
    assert_eq!(body["disk"], json!({"percent": 54.0, "used_gb": 108.0, "total_gb": 200.0, "read_only": false}));
    assert!(is_timestamp(&body["timestamp"]), "{body}");
    assert_eq!((body["stale"].as_bool(), body["hostname"].as_str()), (Some(false), Some("atlas-01")));
    assert!(body["age_seconds"].is_f64() && body["errors"] == json!({}), "{body}");
}

#[tokio::test]
async fn containers_have_every_field_of_the_contract() {
    let server = healthy().await;
    let measured = |answer: &Answer| answer.json()["total_cpu_percent"].is_number();
    let body = server.get_until("/api/telemetry/containers", measured).await.json();
    assert_eq!((&body["running_count"], &body["measured_count"]), (&json!(2), &json!(1)), "one in error is counted");
    assert_eq!((&body["total_cpu_percent"], &body["total_memory_mb"]), (&json!(20.0), &json!(512.0)));
    let rows = body["containers"].as_array().unwrap();
    let row = json!({"id": "a", "name": "a", "cpu": 20.0, "cpu_host_percent": 10.0, "memory_mb": 512.0,
                     "memory_limit_mb": 1024.0, "cpu_limit_cores": 1.5, "state": "running", "stale": false});
    assert_eq!(rows[0], row, "and no error");
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
    let body = server.get_until(path, |answer| answer.json()["split"]["cpu_percent"].is_object()).await.json();
    let split = |host: f64, containers: f64, other: f64| json!({"host": host, "containers": containers, "other": other, "clamped": false});
    assert_eq!(body["split"]["cpu_percent"], split(45.0, 10.0, 35.0));
    assert_eq!(body["split"]["memory_mb"], split(12_800.0, 256.0, 12_544.0), "without the file cache");
    assert_eq!(body["split"]["memory_percent"], split(62.5, 1.2, 61.3));
}

#[tokio::test]
async fn a_server_with_a_page_of_its_own_has_the_endpoints_beside_it() {
    let own = Router::new().route("/", get(|| async { "my page" }));
    let mut server = healthy().await;
    server.router = own.merge(endpoints(server.state.clone()));
    assert_eq!(server.get("/").await.text, "my page");
    assert_eq!(server.get("/api/telemetry/host").await.json()["hostname"], "atlas-01");
    assert_eq!(server.get("/api/telemetry/containers").await.json()["running_count"], 2);
    assert_eq!(server.get("/api/telemetry/history").await.json()["interval_seconds"], 1);
}

#[tokio::test]
async fn the_first_html_names_who_uses_most_of_a_host_in_trouble() {
    let host = FakeHost::busy(90);
    let server = server(host, FakeEngine::new(Engine::Up(vec!["a"]))).await;
    let page = server.get_until("/", |answer| answer.text.contains(" ht-has-culprit")).await;
    // The one container uses 10 of the 90.
    assert!(page.text.contains("outside agents: 80.0% of the host's CPU"), "{}", page.text);
    assert!(page.text.contains("ht-total ht-is-other ht-is-culprit"), "its line in the tables is marked");
}

#[tokio::test]
async fn containers_elsewhere_are_no_part_of_this_host() {
    let engine = FakeEngine::remote(Engine::Up(vec!["a"]));
    let server = server(FakeHost::new(), engine).await;
    let measured = |answer: &Answer| answer.json()["total_cpu_percent"].is_number();
    let body = server.get_until("/api/telemetry/containers", measured).await.json();
    assert_eq!(body["split"], json!({"cpu_percent": null, "memory_percent": null, "memory_mb": null}));
    assert_eq!(body["containers"][0]["cpu_host_percent"], 10.0, "of the host that they are on");
    assert!(server.get("/").await.text.contains("class=\"ht-agents-value\">10%</b>"), "in the header as well");
    let history = server.get("/api/telemetry/history").await.json();
    assert_eq!(history["totals"].as_array().unwrap().last().unwrap()["cpu_host_percent"], 10.0);
}

#[tokio::test]
async fn a_container_of_which_the_daemon_has_no_numbers_keeps_its_row() {
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
    let long_enough = |answer: &Answer| answer.json()["totals"].as_array().is_some_and(|totals| totals.len() > 2);
    let answer = server.get_until(path, long_enough).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (StatusCode::OK, "application/json"));
    let body = answer.json();
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
    let rounds = list("totals").len();
    let cpu = |id: &str| trends.iter().find(|trend| trend["id"] == id).unwrap()["cpu"].as_array().unwrap().clone();
    assert_eq!((cpu("a").len(), cpu("broken").len()), (rounds, rounds), "a value for each round");
    assert_eq!((&cpu("a")[0], cpu("a").last()), (&Value::Null, Some(&json!(20.0))), "no window in the first round");
    assert!(cpu("broken").iter().all(Value::is_null));
}

#[tokio::test]
async fn without_docker_history_has_the_host() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Down)).await;
    let body = server.get("/api/telemetry/history").await.json();
    assert_eq!((body["host"].as_array().map(Vec::len), &body["totals"]), (Some(1), &json!([])));
}

#[tokio::test]
async fn a_browser_s_headers_and_stray_queries_change_nothing() {
    let server = healthy().await;
    let host = "/api/telemetry/host";
    for path in [host, "/api/telemetry/containers", "/api/telemetry/history", "/api/telemetry/host?_=1&x=%00"] {
        let request = Request::get(path).header(header::ACCEPT, "text/html,*/*").header(header::REFERER, "http://x/");
        let answer = server.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (StatusCode::OK, "application/json"), "{path}");
        assert!(answer.json().is_object(), "{path}");
    }
}

#[tokio::test]
async fn no_container_is_zero() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Up(vec![]))).await;
    let answer = server.get("/api/telemetry/containers").await;
    let (counts, rows) = ("\"running_count\":0,\"measured_count\":0", "\"containers\":[]");
    for part in [counts, "\"total_cpu_percent\":0.0,\"total_memory_mb\":0.0", rows] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    let page = server.get("/").await;
    assert!(page.text.contains("No agents are running."), "{}", page.text);
}

#[tokio::test]
async fn without_docker_containers_are_503_and_all_else_goes_on() {
    let engine = FakeEngine::new(Engine::Down);
    let server = server(FakeHost::new(), engine.clone()).await;
    let answer = server.get("/api/telemetry/containers").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.content_type, "application/json");
    assert_eq!(answer.json(), json!({"detail": "Docker not available", "reason": "nobody listens"}));
    assert_eq!(server.get("/api/telemetry/host").await.status, StatusCode::OK);
    let page = server.get("/").await;
    assert_eq!(page.status, StatusCode::OK, "Docker being down is part of what the page shows");
    assert!(page.text.contains("Docker not available") && page.text.contains("nobody listens"));
    engine.becomes(Engine::Up(vec!["a"]));
    server.get_until("/api/telemetry/containers", |answer| answer.status == StatusCode::OK).await;
}

#[tokio::test]
async fn a_docker_that_hangs_leaves_the_last_numbers_stale_and_then_none_and_no_request_waits() {
    let engine = FakeEngine::new(Engine::Up(vec!["a"]));
    let server = server(FakeHost::new(), engine.clone()).await;
    let lists = engine.lists.load(Ordering::Relaxed);
    engine.becomes(Engine::Hung);
    let path = "/api/telemetry/containers";
    let stale = server.get_until(path, |answer| answer.json()["stale"] == true).await;
    assert_eq!(stale.json()["running_count"], 1, "the last good numbers stay");
    let gone = server.get_until(path, |answer| answer.status == StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(gone.json()["reason"].as_str().unwrap().contains("no answer"), "{}", gone.text);
    // Every request above was answered while the list hung; nor did they make the sampler ask more often.
    assert!(engine.lists.load(Ordering::Relaxed) - lists <= 6, "{}", engine.lists.load(Ordering::Relaxed));
    engine.becomes(Engine::Up(vec!["a"]));
    server.get_until(path, |answer| answer.status == StatusCode::OK).await;
}

#[tokio::test]
async fn one_container_that_fails_is_a_row_and_not_the_end_of_docker() {
    let server = server(FakeHost::new(), FakeEngine::new(Engine::Up(vec!["broken"]))).await;
    let answer = server.get("/api/telemetry/containers").await;
    assert_eq!(answer.status, StatusCode::OK);
    let body = answer.json();
    assert_eq!((&body["running_count"], &body["containers"][0]["error"]), (&json!(1), &json!("no answer")));
    assert!(body["total_cpu_percent"].is_null() && body["total_memory_mb"].is_null());
}

#[tokio::test]
async fn before_the_first_round_nothing_is_known() {
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
    let answer = server.get("/api/telemetry/host").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.json(), json!({"detail": "Error getting host stats: gone; gone; gone"}));
    let page = server.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Error getting host stats: gone; gone; gone"), "the page says why");
}

#[tokio::test]
async fn a_docker_that_hangs_within_a_round_leaves_the_last_numbers() {
    let engine = FakeEngine::new(Engine::Up(vec!["a"]));
    let server = server(FakeHost::new(), engine.clone()).await;
    let path = "/api/telemetry/containers";
    server.get_until(path, |answer| answer.json()["total_cpu_percent"].is_number()).await;
    engine.becomes(Engine::HungAfterList);
    let stale = server.get_until(path, |answer| answer.json()["stale"] == true).await.json();
    assert_eq!((&stale["running_count"], &stale["total_cpu_percent"]), (&json!(1), &json!(20.0)));
    assert_eq!(stale["containers"][0]["name"], "a", "not the row that nobody answered for");
}

#[tokio::test]
async fn other_routes_are_404_and_other_methods_405() {
    let server = healthy().await;
    for path in
        ["/nope", "/api", "/api/telemetry", "/api/telemetry/host/", "/pkg/nope.js", "/Cargo.toml", "/pkg/../Cargo.toml"]
    {
        let answer = server.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.json()["detail"].is_string(), "{path}: {}", answer.text);
    }
    for path in ["/", "/api/telemetry/host", "/api/telemetry/containers", "/api/telemetry/history"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let request = Request::builder().method(method.clone()).uri(path).body(Body::empty()).unwrap();
            assert_eq!(server.ask(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
        let head = server.ask(Request::head(path).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""), "HEAD {path}");
    }
}

#[tokio::test]
async fn the_page_has_live_numbers_in_its_first_html() {
    let server = healthy().await;
    server.get_until("/api/telemetry/containers", |answer| answer.json()["total_cpu_percent"].is_number()).await;
    let page = server.get("/").await;
    assert_eq!((page.status, page.content_type.as_str()), (StatusCode::OK, "text/html; charset=utf-8"));
    for part in ["atlas-01", "45%", "12.5", "/20G", "54%", "20.0%", "512.0 MiB", "no answer"] {
        assert!(page.text.contains(part), "{part} is not in {}", page.text);
    }
    assert!(page.text.contains("<circle "), "the sparkline begins with the first sample");
}
