//! What a run costs the disk.

use super::life::{Life, plan};
use super::world::World;
use super::yaml_world::smooth;

/// The syncs of a run from after its creation to its end, whose checkpoint takes one if something is unsynced then.
fn syncs(steps: &str) -> u64 {
    let plan = plan(&format!("name: counted\nsteps:\n{steps}"));
    let mut life = Life::new(&plan, World::new(smooth()));
    // The first entry is synced when the run is created.
    let created = 1;
    life.finish();
    life.disk.counts().syncs - created
}

fn chain(effects: &[&str]) -> String {
    let step = |(at, effect): (usize, &&str)| {
        let needs = if at == 0 { String::new() } else { format!(", needs: s{}", at - 1) };
        format!("  s{at}: {{ uses: sim.{effect}{needs} }}\n")
    };
    effects.iter().enumerate().map(step).collect()
}

#[test]
fn a_chain_costs_at_most_one_sync_a_step_and_one_at_the_end() {
    for effect in ["repeat", "keyed", "once"] {
        assert_eq!(syncs(&chain(&[effect; 20])), 21, "{effect}");
    }
    assert_eq!(syncs(&chain(&["once", "repeat", "keyed", "once", "repeat"])), 6);
}

#[test]
fn reads_cost_none_but_that_of_the_end() {
    assert_eq!(syncs(&chain(&["read"; 20])), 1);
    assert_eq!(syncs(&chain(&["read", "read", "repeat", "read", "read"])), 2);
}

#[test]
fn a_fan_costs_one_sync_a_group() {
    let items: Vec<String> = (0..20).map(|n| format!("i{n}")).collect();
    let fan = |effect: &str, limit: &str| {
        syncs(&format!(
            "  s0: {{ uses: sim.{effect}, strategy: {{ matrix: {{ x: [{}] }}{limit} }} }}\n",
            items.join(", ")
        ))
    };
    assert_eq!(fan("read", ""), 1);
    assert_eq!(fan("repeat", ""), 2);
    // All answers come at the same moment here.
    assert_eq!(fan("once", ""), 2);
    assert_eq!(fan("once", ", max-parallel: 5"), 5);
}
