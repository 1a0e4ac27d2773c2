//! Tests that every key can be set in every layer, and tests for precedence and error messages.

use super::*;
use crate::serve::config::keys::variables;
use std::io::Write as _;
use std::time::Duration;

/// A value other than the default for each key.
const OTHER_VALUES: [(&str, &str); 10] = [
    ("listen", "127.0.0.1:1"),
    ("docker_host", "tcp://10.0.0.1:2375"),
    ("container_label", "app=web"),
    ("container_prefix", "agent-"),
    ("container_noun", "box"),
    ("interval", "10"),
    ("disk_path", "/data"),
    ("hostname", "atlas-01"),
    ("log", "debug"),
    ("site_root", "elsewhere"),
];

fn load(flags: &[&str], env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let env: BTreeMap<_, _> = env.iter().copied().collect();
    Config::load(flags.iter().map(OsString::from), |name| env.get(name).map(ToString::to_string))
}

/// Loads with a configuration file whose contents are `text`. In errors, its path is replaced with FILE.
fn load_with_file(text: &str, flags: &[&str], env: &[(&str, &str)]) -> Result<Config, String> {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("the file is written");
    let path = file.path().to_str().expect("a path");
    let loaded = load(&[&["--config", path], flags].concat(), env);
    loaded.map_err(|error| error.to_string().replace(path, "FILE"))
}

#[test]
fn the_program_runs_without_any_configuration() {
    let config = load(&[], &[]).expect("defaults");
    assert_eq!(config.listen, "127.0.0.1:3000".parse().expect("an address"));
    assert_eq!(config.docker_host, DockerEndpoint::Unix("/var/run/docker.sock".into()));
    assert_eq!(config.interval, Duration::from_secs(5));
    assert_eq!((config.container_label, config.container_noun.as_str()), (None, "container"));
    assert!(!config.hostname.is_empty());
}

#[test]
fn each_key_is_read_from_its_flag_its_variables_and_the_file() {
    assert_eq!(OTHER_VALUES.map(|(key, _)| key.to_owned()).to_vec(), keys(), "each key has a test value");
    let default = load(&[], &[]).expect("defaults");
    for (key, value) in OTHER_VALUES {
        let by_flag = load(&[&flag(key), value], &[]).expect("a configuration");
        assert_ne!(by_flag, default, "{key}");
        for variable in variables(key) {
            assert_eq!(load(&[], &[(&variable, value)]).expect("a configuration"), by_flag, "{variable}");
        }
        assert_eq!(load_with_file(&format!("{key} = {value:?}"), &[], &[]), Ok(by_flag), "{key} in a file");
    }
}

#[test]
fn each_value_is_stored_in_its_own_field() {
    let flags = OTHER_VALUES.map(|(key, value)| format!("{}={value}", flag(key)));
    let expected = Config {
        listen: "127.0.0.1:1".parse().expect("an address"),
        docker_host: DockerEndpoint::Tcp { address: "10.0.0.1:2375".into(), tls: None },
        container_label: Some("app=web".into()),
        container_prefix: "agent-".into(),
        container_noun: "box".into(),
        interval: Duration::from_secs(10),
        disk_path: "/data".into(),
        hostname: "atlas-01".into(),
        log: tracing::Level::DEBUG,
        site_root: "elsewhere".into(),
        reload_port: 3001,
    };
    assert_eq!(load(&flags.each_ref().map(String::as_str), &[]).expect("a configuration"), expected);
}

#[test]
fn leptos_toml_shows_the_defaults() {
    let shown = include_str!("../../../../Leptos.toml").lines().map(|line| line.trim_start_matches("# "));
    // These two defaults depend on the machine, so the file gives examples instead.
    let is_example = |line: &str| line.starts_with("hostname") || line.starts_with("site_root");
    let is_key = |line: &&str| line.split_once(" = ").is_some_and(|(key, _)| keys().contains(&key.to_owned()));
    let lines: Vec<&str> = shown.filter(is_key).filter(|line| !is_example(line)).collect();
    assert_eq!(lines.len(), keys().len() - 2, "{lines:?}");
    assert_eq!(
        load_with_file(&lines.join("\n"), &[], &[]).expect("a configuration"),
        load(&[], &[]).expect("defaults")
    );
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let file = "interval = 10\nlisten = \"127.0.0.1:1\"\ndisk_path = \"/file\"\n";
    let env = [
        ("HOST_TELEMETRY_LISTEN", "127.0.0.1:3"),
        ("HOST_TELEMETRY_DISK_PATH", "/env"),
        ("HOST_TELEMETRY_INTERVAL", ""),
    ];
    let config = load_with_file(file, &["--listen", "127.0.0.1:4"], &env).expect("a configuration");
    assert_eq!(config.listen.port(), 4);
    assert_eq!(config.disk_path, PathBuf::from("/env"));
    assert_eq!(config.interval, Duration::from_secs(10), "an empty variable counts as unset");
}

#[test]
fn variables_of_other_programs_beat_the_file() {
    let env = [("DOCKER_HOST", "unix:///env.sock")];
    let config = load_with_file("docker_host = \"unix:///file.sock\"", &[], &env).expect("a configuration");
    assert_eq!(config.docker_host, DockerEndpoint::Unix("/env.sock".into()));
}

#[test]
fn a_bad_value_is_reported_with_its_origin() {
    let error = load(&[], &[("LEPTOS_SITE_ADDR", "here")]).expect_err("a bad value").to_string();
    assert!(error.starts_with("listen = \"here\" (from LEPTOS_SITE_ADDR) is not allowed: it must be an IP"), "{error}");
    let file = "disk_path = \"data\"";
    let error = load_with_file(file, &[], &[]).expect_err("a bad value");
    assert_eq!(error, "disk_path = \"data\" (from FILE) is not allowed: it must be an absolute path");
    assert!(load_with_file(file, &["--disk-path", "/"], &[]).is_ok(), "a value that a flag overrides is not validated");
}

#[test]
fn an_unknown_flag_is_rejected_with_status_2() {
    let error = load(&["--nonsense"], &[]).expect_err("an unknown flag");
    assert!(matches!(error, ConfigError::CommandLine(_)) && error.exit_status() == 2, "{error}");
}

#[test]
fn our_own_variables_beat_those_of_other_programs() {
    let docker = ("DOCKER_HOST", "tcp://10.0.0.1:2375");
    let config = load(&[], &[docker, ("LEPTOS_SITE_ADDR", "127.0.0.1:9")]).expect("a configuration");
    assert_eq!(config.docker_host, DockerEndpoint::Tcp { address: "10.0.0.1:2375".into(), tls: None });
    assert_eq!(config.listen.port(), 9);
    let ours = ("HOST_TELEMETRY_DOCKER_HOST", "unix:///ours.sock");
    assert_eq!(
        load(&[], &[docker, ours]).expect("a configuration").docker_host,
        DockerEndpoint::Unix("/ours.sock".into())
    );
}

#[test]
fn the_tls_variables_of_docker_are_honored() {
    let host = ("DOCKER_HOST", "tcp://10.0.0.1:2376");
    let directory = |env: &[(&str, &str)]| match load(&[], env).expect("a configuration").docker_host {
        DockerEndpoint::Tcp { tls, .. } => tls.map(|tls| tls.directory),
        DockerEndpoint::Unix(_) => None,
    };
    assert_eq!(directory(&[host, ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/c")]), Some("/c".into()));
    assert_eq!(directory(&[host, ("DOCKER_TLS_VERIFY", "1"), ("HOME", "/h")]), Some("/h/.docker".into()));
    assert_eq!(directory(&[host, ("DOCKER_TLS_VERIFY", "")]), None);
}

#[test]
fn the_reload_port_of_cargo_leptos_is_honored() {
    assert_eq!(load(&[], &[("LEPTOS_RELOAD_PORT", "4001")]).expect("a configuration").reload_port, 4001);
    assert_eq!(load(&[], &[]).expect("a configuration").reload_port, 3001);
}

#[test]
fn with_a_label_containers_are_called_agents() {
    let config = load(&["--container-label", "trinity.platform=agent"], &[]).expect("a configuration");
    assert_eq!(config.container_label.as_deref(), Some("trinity.platform=agent"));
    assert_eq!(config.container_noun, "agent");
    let config = load(&["--container-label", ""], &[]).expect("a configuration");
    assert_eq!((config.container_label, config.container_noun.as_str()), (None, "container"), "empty means no label");
}

#[test]
fn a_bad_value_is_reported_with_its_key_and_what_is_allowed() {
    let cases: [(&[&str], &str); 11] = [
        (
            &["--interval", "0"],
            "interval = \"0\" (from --interval) is not allowed: it must be whole seconds from 1 to 60",
        ),
        (&["--interval", "61"], "whole seconds"),
        (&["--interval", "5s"], "\"5s\""),
        (&["--interval", "-1"], "whole seconds"),
        (&["--log", "loud"], "error, warn, info, debug or trace"),
        (&["--listen", "3000"], "an IP address and a port"),
        (&["--docker-host", "ssh://root@a"], "docker_host = \"ssh://root@a\""),
        (&["--disk-path", "data"], "an absolute path"),
        (&["--container-label", "=x"], "key or key=value"),
        (&["--container-noun", "two words"], "one word"),
        (&["--hostname", "a\nb"], "a name of at most"),
    ];
    for (flags, part) in cases {
        let error = load(flags, &[]).expect_err("a bad value");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains('\n'), "the error is not on one line: {error}");
        assert_eq!(error.exit_status(), 2);
    }
}

#[test]
fn a_bad_file_is_reported_with_the_place_of_the_error() {
    let error_of = |text| load_with_file(text, &[], &[]).expect_err("a bad file");
    assert!(error_of("# fine\n\ninterval = = 5\n").starts_with("FILE: line 3: "));
    assert!(error_of("intervall = 5\n").contains("unknown key \"intervall\"; known keys are listen, "));
    assert!(error_of("interval = 5.5\n").contains("interval = \"5.5\""));
    let error = "container_prefix = \"true\" (from FILE) is not allowed: it must be a string or a number";
    assert_eq!(error_of("container_prefix = true\n"), error);
    let missing = load(&["--config", "/nowhere/at.toml"], &[]).expect_err("a missing file");
    assert!(missing.to_string().starts_with("cannot read /nowhere/at.toml: "), "{missing}");
    assert_eq!(missing.exit_status(), 1);
}
