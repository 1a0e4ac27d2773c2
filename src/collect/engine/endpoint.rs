//! Where the Docker daemon listens.

use std::net::IpAddr;
use std::path::PathBuf;

/// The longest path of a Unix socket on Linux, in bytes: the size of `sun_path` minus the terminating zero.
const LONGEST_PATH: usize = 107;

/// The address of a daemon, in the same syntax as `DOCKER_HOST`. Other schemes are not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DockerEndpoint {
    /// `unix:///absolute/path`
    Unix(PathBuf),
    /// `tcp://host:port`, plain or with TLS.
    Tcp {
        /// The daemon's host and port.
        address: String,
        /// The TLS certificates; `None` for a plain connection.
        tls: Option<Tls>,
    },
}

/// The client's certificates, laid out as in `DOCKER_CERT_PATH`. The daemon's certificate is always verified, and only
/// against `ca.pem`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The directory that contains `ca.pem`, `cert.pem` and `key.pem`.
    pub directory: PathBuf,
}

impl DockerEndpoint {
    /// A description of the allowed addresses, for error messages.
    pub const ALLOWED: &'static str = "unix:///absolute/path or tcp://host:port";

    /// Whether the address belongs to another machine. If not, the engine may still be remote, because a local socket
    /// or port can be forwarded.
    pub(super) fn is_remote(&self) -> bool {
        let Self::Tcp { address, .. } = self else { return false };
        let host = address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host != "localhost" && !host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// Parses an address; the error says what is allowed. `tls` applies only to `tcp://`, as in the Docker CLI.
    pub fn parse(text: &str, tls: Option<Tls>) -> Result<Self, &'static str> {
        if let Some(path) = text.strip_prefix("unix://") {
            let is_path = path.starts_with('/') && path.len() <= LONGEST_PATH;
            return is_path.then(|| Self::Unix(path.into())).ok_or(Self::ALLOWED);
        }
        let address = text.strip_prefix("tcp://").ok_or(Self::ALLOWED)?.trim_end_matches('/');
        let (host, port) = address.rsplit_once(':').ok_or(Self::ALLOWED)?;
        let port_is_valid = port.parse::<u16>().is_ok_and(|port| port != 0);
        let host_is_valid = !host.is_empty() && !host.contains(['/', '@', ' ', '?', '#']);
        (host_is_valid && port_is_valid).then(|| Self::Tcp { address: address.to_owned(), tls }).ok_or(Self::ALLOWED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_and_tcp_are_accepted() {
        let tls = Tls { directory: "/certs".into() };
        assert_eq!(
            DockerEndpoint::parse("unix:///run/docker.sock", Some(tls.clone())),
            Ok(DockerEndpoint::Unix("/run/docker.sock".into()))
        );
        assert_eq!(
            DockerEndpoint::parse("tcp://[::1]:2376/", Some(tls.clone())),
            Ok(DockerEndpoint::Tcp { address: "[::1]:2376".into(), tls: Some(tls) })
        );
    }

    #[test]
    fn sockets_and_loopback_addresses_are_local() {
        let is_remote = |text: &str| DockerEndpoint::parse(text, None).expect("an address").is_remote();
        for here in ["unix:///run/docker.sock", "tcp://localhost:1", "tcp://127.0.0.1:1", "tcp://[::1]:1"] {
            assert!(!is_remote(here), "{here}");
        }
        for there in ["tcp://10.0.0.7:2375", "tcp://[2001:db8::1]:2376", "tcp://docker.example:2376"] {
            assert!(is_remote(there), "{there}");
        }
    }

    #[test]
    fn anything_else_is_rejected() {
        for text in [
            "",
            "/var/run/docker.sock",
            "unix://relative",
            &format!("unix:///{}", "a".repeat(LONGEST_PATH)),
            "http://a:1",
            "ssh://a",
            "tcp://a",
            "tcp://:1",
            "tcp://a:0",
            "tcp://a:99999",
            "tcp://user@a:1",
            "fd://",
            "npipe:////./pipe/docker",
        ] {
            assert!(DockerEndpoint::parse(text, None).is_err(), "{text}");
        }
    }
}
