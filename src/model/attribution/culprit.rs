//! Who uses most of a resource that is short.

use serde::Serialize;

/// Who uses most of a resource that is short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprit {
    /// What kind of user this is.
    pub kind: CulpritKind,
    /// The container's ID as in its row; empty unless `kind` is [`CulpritKind::Container`].
    pub id: String,
    /// The container's name as in its row; empty unless `kind` is [`CulpritKind::Container`].
    pub name: String,
    /// The culprit's usage as a percentage of the whole host, 0 to 100; one decimal.
    pub percent: f64,
    /// How many containers this is; 0 for [`CulpritKind::Other`].
    pub count: u32,
}

/// The kinds of culprit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum CulpritKind {
    /// A single container that accounts for at least a third of the host's usage, and for more than everything outside
    /// the containers.
    #[serde(rename = "container")]
    Container,
    /// All containers together: they use more than everything outside, but none of them is a culprit by itself.
    #[serde(rename = "containers")]
    Containers,
    /// Everything outside the measured containers.
    #[default]
    #[serde(rename = "other")]
    Other,
}

impl Culprit {
    /// Whether the culprit is not a container but everything outside the measured containers.
    pub fn is_outside(&self) -> bool {
        self.kind == CulpritKind::Other
    }
}

/// The culprit for each resource; `null` if the resource is not short or nobody stands out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprits {
    /// The culprit for CPU.
    pub cpu: Option<Culprit>,
    /// The culprit for memory.
    pub memory: Option<Culprit>,
}
