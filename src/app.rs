//! This project's own page around the component: the HTML document and the dashboard.

mod dashboard;
mod document;

pub use dashboard::App;
pub use document::Shell;
