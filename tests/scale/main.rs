//! Many containers, many viewers, a long time. `make test` runs all of it in a short form, which counts and compares.
//! What takes long or is a timing is ignored there: `make bench-scale` and `make soak` run it on the release.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod collecting;
mod hanging;
mod soak;
#[path = "../support/mod.rs"]
mod support;
mod viewers;

/// The median of some numbers.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Starts this many sleeping containers, four at a time because each call is slow.
fn start_crowd(docker: &support::docker::TestDocker, count: usize) {
    let start = format!(
        "seq {count} | xargs -P 4 -I N docker run -d --network none --label {} --name crowd-N ht-busybox sleep 100000 >/dev/null",
        docker.label
    );
    let status = std::process::Command::new("sh").args(["-ec", &start]).env("DOCKER_HOST", &docker.host).status();
    assert!(status.expect("a shell").success(), "the containers do not start");
}
