use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn stat(cpu: &str) -> CpuTimes {
    CpuTimes::parse(&format!("cpu  {cpu}\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\nbtime 6\n")).expect("a cpu line")
}

/// /proc/stat from kernel 6.18, read twice, two seconds apart, on a machine with two CPUs, one of which is busy.
const RECORDED: [&str; 2] = [
    "cpu  1346498 13801 221406 1321011 17678 0 2825 1053 0 0
cpu0 662770 7338 104043 681951 4958 0 414 544 0 0
cpu1 683727 6462 117363 639060 12720 0 2410 509 0 0
intr 14501562 0 0 0
ctxt 36134971
btime 1795366611
processes 404110
procs_running 1
procs_blocked 0
softirq 9150433 1 2 3
",
    "cpu  1346698 13801 221407 1321209 17678 0 2825 1053 0 0
cpu0 662770 7338 104044 682148 4958 0 414 544 0 0
cpu1 683927 6462 117363 639060 12720 0 2410 509 0 0
intr 14502217 0 0 0
ctxt 36135134
btime 1795366611
processes 404110
procs_running 1
procs_blocked 0
softirq 9150533 1 2 3
",
];

#[test]
fn recorded_files_give_the_result_of_psutil() {
    let [before, now] = RECORDED.map(|text| CpuTimes::parse(text).expect("a stat file"));
    let percent = now.percent_since(&before, 2 * SECOND).map(round1);
    assert_eq!(percent, Ok(50.4), "psutil 7.2.2 returns this for the same two files");
    assert_eq!(now.count(), 2);
}

#[test]
fn busy_is_all_but_idle_and_iowait() {
    let before = stat("100 0 100 800 0 0 0 0 0 0");
    let now = stat("130 5 110 840 10 2 3 0 0 0");
    // 30 + 5 + 10 + 2 + 3 = 50 of 100 ticks were busy.
    assert_eq!(now.percent_since(&before, SECOND), Ok(50.0));
    assert_eq!(now.count(), 2);
}

#[test]
fn steal_is_busy_and_guest_is_not_counted_twice() {
    let before = stat("0 0 0 0 0 0 0 0 0 0");
    assert_eq!(stat("0 0 0 50 0 0 0 50 0 0").percent_since(&before, SECOND), Ok(50.0));
    assert_eq!(stat("40 10 0 50 0 0 0 0 40 10").percent_since(&before, SECOND), Ok(50.0));
    assert_eq!(stat("40 0 0 40 0 0 0 20 0 0").unstolen_fraction_since(&before, SECOND), 0.8);
    assert_eq!(stat("40 10 0 50 0 0 0 0 40 10").unstolen_fraction_since(&before, SECOND), 1.0);
    assert_eq!(before.unstolen_fraction_since(&before, SECOND), 1.0);
}

#[test]
fn a_falling_counter_does_not_become_a_spike() {
    let before = stat("100 0 100 1000 500 0 0 0 0 0");
    let now = stat("110 0 100 1100 300 0 0 0 0 0");
    // iowait fell by 200. As in psutil, 10 of 110 ticks were busy. A formula that compares totals would see the total
    // fall and return 100.
    assert_eq!(now.percent_since(&before, SECOND).map(round1), Ok(9.1));
}

#[test]
fn counters_that_do_not_move_are_an_error() {
    let still = stat("100 0 100 1000 500 0 0 0 0 0");
    let error = Err("/proc/stat: no time has passed since the last sample".into());
    assert_eq!(still.percent_since(&still, SECOND), error);
    assert_eq!(stat("5 0 5 5 5 0 0 0 0 0").percent_since(&still, SECOND), error, "all columns fell");
    assert_eq!(still.unstolen_fraction_since(&still, SECOND), 1.0);
    let gvisor = stat("0 0 0 0 0 0 0 0 0 0");
    assert_eq!(gvisor.percent_since(&gvisor, SECOND), Err("/proc/stat counts no time on this kernel".into()));
    assert!(stats(&gvisor, Some((&gvisor, SECOND))).is_err());
}

#[test]
fn a_column_that_rises_faster_than_time_is_left_out() {
    let before = stat("1000 0 0 1000 0 0 0 5 0 0");
    let half = SECOND / 2;
    let stolen = stat("1001 0 0 1099 0 0 0 800000005 0 0");
    assert_eq!(stolen.percent_since(&before, half), Ok(1.0));
    assert_eq!(stolen.unstolen_fraction_since(&before, half), 1.0);
    let all = stat("1000 0 0 1000 0 0 0 305 0 0");
    assert_eq!(all.percent_since(&before, half), Ok(100.0), "two CPUs for 0.5 s, plus 1 s that may be counted late");
    let more = stat("1000 0 0 1000 0 0 0 306 0 0");
    assert!(more.percent_since(&before, half).is_err(), "the only column that moved is left out");
    assert_eq!(more.percent_since(&before, SECOND), Ok(100.0), "over a longer time, the increase is possible");
}

#[test]
fn an_impossible_idle_time_does_not_make_the_host_100_percent_busy() {
    let before = stat("0 0 0 0 0 0 0 0 0 0");
    let error = stat("50 0 0 5000 0 0 0 0 0 0").percent_since(&before, SECOND);
    assert_eq!(error, Err("/proc/stat: the CPUs were idle for longer than the time since the last sample".into()));
}

#[test]
fn time_on_cpus_that_were_removed_counts() {
    let of = |user: u64, cpus: usize| {
        let lines: String = (0..cpus).map(|cpu| format!("cpu{cpu} 0 0 0 0\n")).collect();
        CpuTimes::parse(&format!("cpu {user} 0 0 100\n{lines}")).expect("CPU times")
    };
    assert_eq!(of(600, 1).percent_since(&of(0, 4), SECOND), Ok(100.0));
}

#[test]
fn text_that_is_not_a_stat_file_is_an_error() {
    for text in ["", "cpu 1 2 3", "cpu a b c d", "cpu 1 2 3 4", "intr 5\nctxt 7"] {
        assert!(CpuTimes::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn an_old_kernel_has_fewer_columns() {
    let times = CpuTimes::parse("cpu 1 2 3 4\ncpu0 1 2 3 4\n").expect("four columns");
    assert_eq!(times.count(), 1);
}
