//! The metrics of the host that the header has.

use crate::model::{HostStats, Severity};

/// A metric of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Cpu,
    Memory,
    Disk,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Cpu, Self::Memory, Self::Disk];

    /// As the header has it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Mem",
            Self::Disk => "Disk",
        }
    }

    /// As it is said aloud.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
            Self::Disk => "Disk",
        }
    }

    /// As it is called within a sentence.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }

    /// Its utilization in percent; `None` if it was not measured.
    pub(super) fn percent(self, host: &HostStats) -> Option<f64> {
        match self {
            Self::Cpu => host.cpu.as_ref().map(|cpu| cpu.percent),
            Self::Memory => host.memory.as_ref().map(|memory| memory.percent),
            Self::Disk => host.disk.as_ref().map(|disk| disk.percent),
        }
    }

    pub(super) fn band(self, host: &HostStats) -> Option<Severity> {
        self.percent(host).map(Severity::of)
    }
}
