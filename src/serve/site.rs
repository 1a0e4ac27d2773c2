//! Checks that the page's files exist before the server starts. Otherwise a missing file could go unnoticed, because
//! the page would still load, only without live updates or styles.

use super::config::ConfigError;
use crate::app::Shell;
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use std::path::Path;

/// Fails if a file that the page links to is missing.
pub(super) fn check(options: &LeptosOptions) -> Result<(), ConfigError> {
    let folder = Path::new(options.site_root.as_ref());
    match linked_files(options).into_iter().find(|file| !folder.join(file).is_file()) {
        Some(file) => Err(ConfigError::NoSite { folder: folder.display().to_string(), file }),
        None => Ok(()),
    }
}

/// The files that the document's head links to, as paths relative to the site folder. They are taken from the rendered
/// head because the name of the WebAssembly file depends on how leptos was compiled.
fn linked_files(options: &LeptosOptions) -> Vec<String> {
    let html = Owner::new().with(|| {
        let options = options.clone();
        view! { <Shell options hostname=String::new()/> }.to_html()
    });
    let head = html.split("</head>").next().unwrap_or_default();
    head.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_links_its_script_webassembly_style_sheets_and_icon() {
        let options = LeptosOptions::builder().output_name("host-telemetry").site_root("nowhere").build();
        let files = linked_files(&options);
        for file in ["pkg/host-telemetry.js", "pkg/host-telemetry.css", "page.css", "favicon.svg"] {
            assert!(files.contains(&file.to_owned()), "{file} is not in {files:?}");
        }
        assert!(files.iter().any(|file| file.ends_with(".wasm")), "{files:?}");
    }
}
