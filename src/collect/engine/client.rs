//! An HTTP client for the engine, over a Unix socket, TCP or TLS.
//!
//! It does not use a Docker client library: those parse whole responses into strict types, so a single unexpected field
//! would lose every container.

use super::endpoint::{DockerEndpoint, Tls};
use super::error::EngineError;
use super::headers::EngineHeaders;
use super::request::Request;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, HeaderMap};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Builder, ResponseFuture};
use hyper_util::rt::TokioExecutor;
use hyperlocal::UnixConnector;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// The maximum size of a response body, in bytes. For comparison, a list of a thousand containers is about 2 MB.
const MAX_ANSWER: usize = 64 << 20;

/// The maximum length of a line, in bytes. An event has all labels of its container.
const MAX_LINE: usize = 1 << 20;

/// The newest API version, as (major, minor), whose responses are known to parse.
const NEWEST_API: (u32, u32) = (1, 52);

type Http<C> = hyper_util::client::legacy::Client<C, Empty<Bytes>>;

/// A client for one engine. Cloning is cheap: all clones share the same transport.
#[derive(Clone)]
pub(super) struct Client {
    transport: Transport,
    /// The version prefix of every request path, such as `/v1.41`; empty if the engine's API version is unknown.
    prefix: String,
}

#[derive(Clone)]
enum Transport {
    Unix { http: Http<UnixConnector>, socket: PathBuf },
    Tcp { http: Http<HttpConnector>, address: String },
    Tls { http: Http<HttpsConnector<HttpConnector>>, address: String },
}

/// A successful response from the engine.
pub(super) struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

impl Client {
    /// Creates a client, which does not connect until the first request. Fails if the TLS certificates cannot be read.
    pub(super) fn new(endpoint: &DockerEndpoint) -> Result<Self, EngineError> {
        // Keep one idle connection, for pings: a new one costs the engine more than the answer. With daemons
        // that delay every response, a thousand containers would otherwise leave hundreds of connections open.
        let mut builder = Builder::new(TokioExecutor::new());
        let builder = builder.pool_max_idle_per_host(1);
        let transport = match endpoint {
            DockerEndpoint::Unix(socket) => {
                Transport::Unix { http: builder.build(UnixConnector), socket: socket.clone() }
            }
            DockerEndpoint::Tcp { address, tls: None } => {
                Transport::Tcp { http: builder.build(connector()), address: address.clone() }
            }
            DockerEndpoint::Tcp { address, tls: Some(tls) } => {
                let config = tls_config(tls).map_err(EngineError::Transport)?;
                let https = HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1();
                let https = https.wrap_connector(connector());
                Transport::Tls { http: builder.build(https), address: address.clone() }
            }
        };
        Ok(Self { transport, prefix: String::new() })
    }

    /// The same connection with the newest API version that both sides know. `version` is the engine's newest; if it is
    /// unknown, the prefix stays as it is.
    pub(super) fn in_version(self, version: Option<&str>) -> Self {
        let parse = |version: &str| {
            let (major, minor) = version.split_once('.')?;
            Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
        };
        match version.and_then(parse).map(|theirs| theirs.min(NEWEST_API)) {
            Some((major, minor)) => Self { prefix: format!("/v{major}.{minor}"), ..self },
            None => self,
        }
    }

    /// Sends a request whose response does not end, and returns it once it has begun. No timeouts here either.
    pub(super) async fn open(&self, request: Request<'_>) -> Result<Lines, EngineError> {
        let (head, body) = self.response(request).await?;
        if !head.status.is_success() {
            return Err(EngineError::refused(request, head.status.as_u16(), &head.headers, &[]));
        }
        Ok(Lines { body, begun: Vec::new(), lines: VecDeque::new() })
    }

    async fn response(&self, request: Request<'_>) -> Result<(hyper::http::response::Parts, Incoming), EngineError> {
        let path = format!("{}{}", self.prefix, request.path());
        let response = self.send(&path)?.await.map_err(|error| EngineError::Transport(error.into()))?;
        Ok(response.into_parts())
    }

    /// Sends a request and reads the whole response. There is no timeout here; callers set their own deadlines.
    pub(super) async fn get(&self, request: Request<'_>) -> Result<Answer, EngineError> {
        let (head, body) = self.response(request).await?;
        let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(EngineError::Transport)?.to_bytes();
        if !head.status.is_success() {
            return Err(EngineError::refused(request, head.status.as_u16(), &head.headers, &body));
        }
        Ok(Answer { headers: head.headers, body })
    }

    fn send(&self, path: &str) -> Result<ResponseFuture, EngineError> {
        let uri = match &self.transport {
            Transport::Unix { socket, .. } => Ok(hyperlocal::Uri::new(socket, path).into()),
            Transport::Tcp { address, .. } => format!("http://{address}{path}").parse::<hyper::Uri>(),
            Transport::Tls { address, .. } => format!("https://{address}{path}").parse(),
        };
        let uri = uri.map_err(|error| EngineError::Transport(error.into()))?;
        let mut request = hyper::Request::new(Empty::new());
        *request.uri_mut() = uri;
        Ok(match &self.transport {
            Transport::Unix { http, .. } => {
                request.headers_mut().insert(HOST, hyper::header::HeaderValue::from_static("localhost"));
                http.request(request)
            }
            Transport::Tcp { http, .. } => http.request(request),
            Transport::Tls { http, .. } => http.request(request),
        })
    }
}

/// The lines of a response that does not end.
pub(super) struct Lines {
    body: Incoming,
    /// The beginning of the next line.
    begun: Vec<u8>,
    lines: VecDeque<String>,
}

impl Lines {
    /// The next line; `None` when the response has ended, the connection is lost or a line is too long. May be
    /// cancelled.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(line);
            }
            let frame = self.body.frame().await?.ok()?;
            for byte in frame.data_ref().into_iter().flatten() {
                match byte {
                    b'\n' => {
                        self.lines.push_back(String::from_utf8_lossy(&self.begun).into_owned());
                        self.begun.clear();
                    }
                    byte => self.begun.push(*byte),
                }
            }
            if self.begun.len() > MAX_LINE {
                return None;
            }
        }
    }
}

impl Answer {
    /// The body as text. Invalid UTF-8 is replaced, so it can garble a name but does not lose the whole response.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub(super) fn headers(&self) -> EngineHeaders {
        EngineHeaders::of(&self.headers)
    }
}

/// Connects over TCP. Probes an idle connection, because a router may have dropped that of the events without a word.
fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_keepalive(Some(Duration::from_secs(60)));
    connector
}

/// Configures TLS with the same certificate files as the Docker CLI. The daemon's certificate is verified against
/// `ca.pem` alone, not against the system's trusted roots.
fn tls_config(tls: &Tls) -> Result<ClientConfig, Box<dyn Error + Send + Sync>> {
    let file = |name: &str| tls.directory.join(name);
    let in_file = |name: &str, error: rustls::pki_types::pem::Error| format!("{}: {error}", file(name).display());
    let certificates = |name: &str| -> Result<Vec<CertificateDer<'static>>, Box<dyn Error + Send + Sync>> {
        let read = CertificateDer::pem_file_iter(file(name)).and_then(Iterator::collect);
        Ok(read.map_err(|error| in_file(name, error))?)
    };
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates("ca.pem")?);
    if added == 0 {
        return Err(format!("{}: no certificate in it", file("ca.pem").display()).into());
    }
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).map_err(|error| in_file("key.pem", error))?;
    Ok(ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates("cert.pem")?, key)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_use_the_newest_version_that_both_sides_know() {
        let client = Client::new(&DockerEndpoint::Unix("/s".into())).expect("a client");
        for (theirs, prefix) in
            [(Some("1.41"), "/v1.41"), (Some("1.99"), "/v1.52"), (Some("new"), ""), (Some("1"), ""), (None, "")]
        {
            assert_eq!(client.clone().in_version(theirs).prefix, prefix, "{theirs:?}");
        }
    }
}
