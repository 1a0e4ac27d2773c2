//! Property tests with any text in any file of a container's cgroup.

use super::reader::{CgroupReader, Machine, Wanted};
use crate::collect::containers::KernelReading;
use crate::collect::host::properties::{config, counter};
use proptest::prelude::*;
use std::path::PathBuf;

/// The text of a file: numbers, lines of keys and numbers, or anything.
fn text() -> impl Strategy<Value = String> {
    let keys = ["usage_usec", "inactive_file", "total_inactive_file", "active_file", "populated"];
    let pairs = prop::collection::vec(counter(), keys.len()).prop_map(move |numbers| {
        keys.iter().zip(numbers).map(|(key, number)| format!("{key} {number}\n")).collect::<String>()
    });
    prop_oneof![
        4 => counter().prop_map(|number| format!("{number}\n")),
        4 => pairs,
        1 => (counter(), counter()).prop_map(|(quota, period)| format!("{quota} {period}\n")),
        1 => Just("max\n".to_owned()),
        1 => "\\PC{0,20}",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_files_are_read_or_unknown(
        files in prop::collection::vec(text(), 8),
        process in "\\PC{0,40}",
        cpus in prop::option::of(any::<u32>()),
        memory in prop::option::of(counter()),
    ) {
        let folder = std::env::temp_dir().join(format!("ht-cgroup-properties-{}", std::process::id()));
        let write = |name: PathBuf, text: &str| {
            std::fs::create_dir_all(name.parent().expect("a folder")).expect("made");
            std::fs::write(name, text).expect("written");
        };
        write(folder.join("cgroup/cgroup.controllers"), "");
        write(folder.join("proc/7/cgroup"), &format!("0::/{process}\n1:memory:{process}\n{process}"));
        let names = [
            "docker/ab/cpu.stat", "docker/ab/cpu.max", "docker/ab/memory.current", "docker/ab/memory.stat",
            "docker/ab/memory.max", "docker/ab/cgroup.events", "docker/memory.max", "docker/cpu.max",
        ];
        names.iter().zip(&files).for_each(|(name, text)| write(folder.join("cgroup").join(name), text));
        let mut reader = CgroupReader::new(folder.join("cgroup"), folder.join("proc")).expect("a hierarchy");
        let wanted = [Wanted { id: "ab".into(), pid: Some(7) }, Wanted { id: process, pid: Some(7) }];
        let readings = reader.read(&wanted, Machine { cpus, memory });
        prop_assert_eq!(readings.len(), 2);
        for reading in readings {
            let KernelReading::Counted(_, counters) = reading else { continue };
            let limits = counters.limits.expect("limits");
            prop_assert!(counters.cpu_total.is_some() || counters.memory.is_some());
            prop_assert!(counters.memory_without_cache <= counters.memory);
            prop_assert!(limits.cpu.is_none_or(|cores| cores.is_finite() && cores > 0.0), "{limits:?}");
            prop_assert!(limits.memory.iter().all(|limit| memory.is_none_or(|memory| limit.bytes < memory)));
        }
    }
}
