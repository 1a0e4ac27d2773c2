use super::*;
use crate::model::HostSplit;

fn split(host: f64, containers: f64) -> Option<Split> {
    Some(Split { host, containers, other: host - containers, clamped: false, includes_cache: false })
}

/// A scrape on a host with 1,000 MiB of memory that uses `host` percent of both CPU and memory. `shares` lists the
/// containers' names and their shares of both.
fn scrape(host: f64, shares: &[(&str, f64)]) -> ContainersStats {
    let containers = shares.iter().map(|(_, share)| share).sum();
    let row = |(name, share): &(&str, f64)| ContainerStats {
        cpu: Some(8.0 * share),
        cpu_host_percent: Some(*share),
        memory_mb: Some(10.0 * share),
        ..ContainerStats::sample(name)
    };
    ContainersStats {
        split: HostSplit {
            cpu_percent: split(host, containers),
            memory_percent: split(host, containers),
            memory_mb: split(10.0 * host, 10.0 * containers),
        },
        containers: shares.iter().map(row).collect(),
        ..ContainersStats::default()
    }
}

/// The named culprits for CPU and memory after these scrapes, each as a name or `outside` with its usage, or as `-` if
/// there is none.
fn named(scrapes: &[ContainersStats]) -> (String, String) {
    let mut culprits = CulpritTrackers::default();
    scrapes.iter().for_each(|scrape| culprits.observe(scrape));
    let text = |tracker: &CulpritTracker| match &tracker.named {
        None => "-".into(),
        Some(culprit) if culprit.is_outside() => format!("outside {:.0}", culprit.percent),
        Some(Culprit { kind: CulpritKind::Containers, count, percent, .. }) => format!("{count} together {percent:.0}"),
        Some(culprit) => format!("{} {:.0}", culprit.name, culprit.percent),
    };
    (text(&culprits.cpu), text(&culprits.memory))
}

fn both(name: &str) -> (String, String) {
    (name.into(), name.into())
}

#[test]
fn the_largest_is_named_from_the_orange_band_on() {
    let twice = |host, shares: &[(&str, f64)]| named(&[scrape(host, shares), scrape(host, shares)]);
    assert_eq!(twice(94.0, &[("x", 61.0), ("b", 20.0)]), both("x 61"));
    assert_eq!(twice(75.0, &[("x", 61.0)]), both("x 61"));
    assert_eq!(twice(74.9, &[("x", 61.0)]), both("-"), "below 75 percent there is no culprit");
    assert_eq!(twice(90.0, &[("x", 30.0), ("y", 40.0), ("z", 11.0)]), both("y 40"));
    assert_eq!(twice(90.0, &[("x", 30.0), ("y", 29.0), ("z", 28.0)]), both("x 30"), "a third of the usage is enough");
    assert_eq!(
        twice(90.0, &[("x", 29.0), ("y", 29.0), ("z", 28.0)]),
        both("3 together 86"),
        "no container uses a third of it"
    );
    assert_eq!(twice(90.0, &[("x", 28.0), ("y", 27.0)]), both("2 together 55"), "together they use more than the rest");
    assert_eq!(twice(90.0, &[("x", 40.0), ("y", 10.0)]), both("2 together 50"), "x does not use more than the rest");
    assert_eq!(twice(90.0, &[("x", 10.0)]), both("outside 80"));
    assert_eq!(twice(90.0, &[]), both("outside 90"));
    assert_eq!(twice(90.0, &[("x", 45.0)]), both("-"), "in a tie, there is no culprit");
}

#[test]
fn unmeasured_load_has_no_culprit() {
    let mut unknown = scrape(94.0, &[("x", 61.0)]);
    unknown.split = HostSplit::default();
    assert_eq!(named(&[unknown.clone(), unknown]), both("-"));
    let mut stale = scrape(94.0, &[("x", 61.0)]);
    stale.containers[0].stale = true;
    (stale.running_count, stale.measured_count) = (Some(1), Some(0));
    assert_eq!(
        named(&[stale.clone(), stale]),
        both("-"),
        "everything else includes the stale container, so it cannot be the culprit either"
    );
}

#[test]
fn many_small_containers_are_named_together() {
    let names: Vec<String> = (0..199).map(|index| index.to_string()).collect();
    let crowd = |host, share| {
        let shares: Vec<_> = names.iter().map(|name| (name.as_str(), share)).collect();
        scrape(host, &shares)
    };
    assert_eq!(named(&[crowd(97.0, 0.45), crowd(97.0, 0.45)]), both("199 together 90"));
    assert_eq!(named(&[crowd(74.0, 0.3), crowd(74.0, 0.3)]), both("-"));
    assert_eq!(named(&[crowd(90.0, 0.2), crowd(90.0, 0.2)]), both("outside 50"), "everything else uses more");
    let mut partly = crowd(97.0, 0.45);
    partly.containers[0].stale = true;
    assert_eq!(named(&[crowd(97.0, 0.45), partly]), both("198 together 90"), "only those that were measured count");
    let single = || scrape(94.0, &[("x", 60.0), ("y", 10.0)]);
    let crowd = || crowd(97.0, 0.45);
    assert_eq!(named(&[crowd(), crowd(), single(), single()]), both("199 together 70"));
    assert_eq!(named(&[crowd(), crowd(), single(), single(), single()]), both("x 60"));
}

#[test]
fn two_scrapes_to_appear_three_to_go() {
    let of = |host, share| scrape(host, &[("x", share), ("y", 1.0)]);
    let (hot, calm, dip) = (|share| of(94.0, share), || of(40.0, 30.0), || of(60.0, 30.0));
    assert_eq!(named(&[hot(60.0)]), both("-"));
    assert_eq!(named(&[hot(60.0), calm(), hot(60.0)]), both("-"), "the scrapes are not consecutive");
    assert_eq!(named(&[hot(60.0), hot(62.0)]), both("x 62"));
    assert_eq!(named(&[hot(60.0), hot(62.0), dip(), dip()]), both("x 30"), "with its most recent usage");
    assert_eq!(named(&[hot(60.0), hot(62.0), dip(), dip(), dip()]), both("-"));
    assert_eq!(named(&[hot(60.0), hot(62.0), dip(), dip(), hot(61.0), dip(), dip()]), both("x 30"));
    assert_eq!(named(&[hot(60.0), hot(62.0), calm()]), both("-"), "nobody is accused while all is calm");
}

#[test]
fn the_next_culprit_follows_when_the_first_is_cleared() {
    let x = || scrape(94.0, &[("x", 60.0), ("y", 10.0)]);
    let y = || scrape(94.0, &[("x", 10.0), ("y", 60.0)]);
    assert_eq!(named(&[x(), x(), y()]), both("-"), "x no longer uses a third, and y has only done so once");
    assert_eq!(named(&[x(), x(), y(), y()]), both("y 60"));
    let close = || scrape(94.0, &[("x", 40.0), ("y", 45.0)]);
    assert_eq!(named(&[x(), x(), close(), close()]), both("x 40"), "a name does not change at once");
    assert_eq!(named(&[x(), x(), close(), close(), close()]), both("y 45"));
}

#[test]
fn a_culprit_that_ended_is_cleared_after_three_scrapes() {
    let x = || scrape(94.0, &[("x", 60.0)]);
    let gone = || scrape(94.0, &[]);
    assert_eq!(named(&[x(), x(), gone(), gone()]), both("x 60"));
    assert_eq!(named(&[x(), x(), gone(), gone(), gone()]), both("outside 94"));
}
