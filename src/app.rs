//! This project's own page around the component: the document, and the dashboard.

mod dashboard;
mod document;

pub use dashboard::App;
pub use document::Shell;
