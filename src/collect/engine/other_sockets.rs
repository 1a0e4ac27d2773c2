//! Finds engines at addresses other than the configured one: rootless Docker, Docker contexts and Podman.

use super::endpoint::DockerEndpoint;
use serde_json::Value;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

/// Suggests another engine and the flag that selects it; `None` if no other engine is found.
pub(super) fn hint(asked: &Path) -> Option<String> {
    let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    find(asked, Path::new("/"), &env)
}

fn find(asked: &Path, root: &Path, env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let home = env("HOME").map(PathBuf::from);
    let is_other = |path: &Path| is_socket(path) && canonical(path) != canonical(asked);
    let is_elsewhere = |address: &str| match DockerEndpoint::parse(address, None) {
        Ok(DockerEndpoint::Unix(path)) => is_other(&path),
        Ok(DockerEndpoint::Tcp { .. }) => true,
        Err(_) => false,
    };
    let context = home.as_deref().and_then(|home| context(home, env));
    if let Some((name, address)) = context.filter(|(_, address)| is_elsewhere(address)) {
        return Some(format!("the Docker context {name:?} is at {address}: set --docker-host {address}"));
    }
    let (what, socket) = sockets(root, home.as_deref(), env).into_iter().find(|(_, socket)| is_other(socket))?;
    let socket = socket.display();
    Some(format!("{what} is at {socket}: set --docker-host unix://{socket}"))
}

fn is_socket(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.file_type().is_socket())
}

/// Resolves symbolic links such as /var/run. Returns the path unchanged if it does not exist.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The usual socket paths of container engines, most likely first.
fn sockets(root: &Path, home: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Vec<(&'static str, PathBuf)> {
    let users = root.join("run/user");
    let others = std::fs::read_dir(users).into_iter().flatten().flatten().map(|entry| entry.path());
    let runtimes: Vec<PathBuf> = env("XDG_RUNTIME_DIR").map(PathBuf::from).into_iter().chain(others).collect();
    let mut sockets = vec![("Docker", root.join("var/run/docker.sock"))];
    sockets.extend(runtimes.iter().map(|folder| ("rootless Docker", folder.join("docker.sock"))));
    if let Some(home) = home {
        sockets.push(("Docker Desktop", home.join(".docker/desktop/docker.sock")));
        sockets.push(("rootless Docker", home.join(".docker/run/docker.sock")));
    }
    sockets.push(("Podman", root.join("run/podman/podman.sock")));
    sockets.extend(runtimes.iter().map(|folder| ("rootless Podman", folder.join("podman/podman.sock"))));
    sockets
}

/// The name and address of the context that the Docker CLI would use; `None` if no context is selected or its files
/// cannot be read.
fn context(home: &Path, env: &dyn Fn(&str) -> Option<String>) -> Option<(String, String)> {
    let folder = env("DOCKER_CONFIG").map_or_else(|| home.join(".docker"), PathBuf::from);
    let read = |path: &Path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).ok()?).ok();
    let name = env("DOCKER_CONTEXT")
        .or_else(|| read(&folder.join("config.json"))?.get("currentContext")?.as_str().map(str::to_owned))?;
    let contexts = std::fs::read_dir(folder.join("contexts/meta")).ok()?;
    let mut contexts = contexts.flatten().filter_map(|entry| read(&entry.path().join("meta.json")));
    let context = contexts.find(|context| context.get("Name").and_then(Value::as_str) == Some(name.as_str()))?;
    let address = context.pointer("/Endpoints/docker/Host")?.as_str()?.to_owned();
    Some((name, address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_rootless_socket_is_found_and_named_with_the_flag_to_set() {
        let root = tempfile::tempdir().expect("a folder");
        let runtime = root.path().join("run/user/1000");
        std::fs::create_dir_all(&runtime).expect("a folder");
        let find = || find(Path::new("/var/run/docker.sock"), root.path(), &|_| None);
        assert_eq!(find(), None);
        std::fs::write(runtime.join("docker.sock"), "").expect("a file");
        assert_eq!(find(), None, "a file is not a socket");
        std::fs::remove_file(runtime.join("docker.sock")).expect("removed");
        let socket = runtime.join("docker.sock");
        let _listener = UnixListener::bind(&socket).expect("a socket");
        let socket = socket.display();
        let expected = format!("rootless Docker is at {socket}: set --docker-host unix://{socket}");
        assert_eq!(find(), Some(expected));
    }

    #[test]
    fn the_current_context_comes_first() {
        let root = tempfile::tempdir().expect("a folder");
        let docker = root.path().join(".docker");
        std::fs::create_dir_all(docker.join("contexts/meta/0a")).expect("a folder");
        std::fs::write(docker.join("config.json"), r#"{"currentContext": "lab"}"#).expect("written");
        let meta = |host: &str| {
            let text = format!(r#"{{"Name": "lab", "Endpoints": {{"docker": {{"Host": "{host}"}}}}}}"#);
            std::fs::write(docker.join("contexts/meta/0a/meta.json"), text).expect("written");
        };
        let home = root.path().display().to_string();
        let find = |asked: &str| find(Path::new(asked), root.path(), &|name| (name == "HOME").then(|| home.clone()));
        let socket = root.path().join("lab.sock").display().to_string();
        meta(&format!("unix://{socket}"));
        assert_eq!(find("/var/run/docker.sock"), None, "nothing is there");
        let _listener = UnixListener::bind(&socket).expect("a socket");
        let expected = format!("the Docker context \"lab\" is at unix://{socket}: set --docker-host unix://{socket}");
        assert_eq!(find("/var/run/docker.sock"), Some(expected));
        std::os::unix::fs::symlink(root.path(), root.path().join("link")).expect("a link");
        let linked = root.path().join("link/lab.sock").display().to_string();
        for configured in [socket, linked] {
            assert_eq!(find(&configured), None, "that is the configured address");
        }
        meta("ssh://lab");
        assert_eq!(find("/var/run/docker.sock"), None, "ssh:// is not supported");
    }
}
