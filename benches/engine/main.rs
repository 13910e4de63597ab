//! What the engine itself costs: decisions, the fold, and the journal, with actions that take no time.
//!
//! `cargo bench --bench engine`. Times are CPU time, for a whole run and per step; loading is measured on the wall. What a
//! run leaves in memory is freed outside of the time. Before the times stand the numbers that are counted. Targets are
//! printed beside what was measured; nothing fails for missing one.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod cpu;
mod instant;
mod limits;
mod workflows;

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use onramp::entropy::SeededEntropy;
use onramp::store::RunWriter;
use onramp::store::simulated::ForgetfulDisk;

use cpu::CpuTime;
use instant::{key, run};
use workflows::{HTTP, READ, chain, fan, load};

fn bootstrap(criterion: &mut Criterion<CpuTime>) {
    let plan = load(include_str!("../../workflows/bootstrap.yaml"));
    let mut group = criterion.benchmark_group("bootstrap");
    group.throughput(Throughput::Elements(plan.steps.len() as u64));
    group.bench_function("in memory", |bencher| bencher.iter_with_large_drop(|| run(&plan, None)));
    group.bench_function("with a journal", |bencher| {
        bencher.iter_with_large_drop(|| run(&plan, Some(&ForgetfulDisk::default())))
    });
    group.finish();
}

fn steps(criterion: &mut Criterion<CpuTime>) {
    for (name, shape) in [("chain", chain as fn(&str, usize) -> _), ("fan", fan)] {
        let mut group = criterion.benchmark_group(format!("{name} (target in memory: 5 µs/step)"));
        for steps in [10, 100, 1_000, 10_000, 100_000] {
            let plan: Arc<_> = shape(READ, steps);
            group.throughput(Throughput::Elements(steps as u64));
            group.bench_function(BenchmarkId::new("in memory", steps), |bencher| {
                bencher.iter_with_large_drop(|| run(&plan, None))
            });
        }
        let plan = shape(READ, 1_000);
        group.throughput(Throughput::Elements(1_000));
        group.bench_function(BenchmarkId::new("with a journal", 1_000), |bencher| {
            bencher.iter_with_large_drop(|| run(&plan, Some(&ForgetfulDisk::default())));
        });
        group.finish();
    }
}

fn loading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load 10,000 steps, on the wall (target: 50 ms)");
    for (name, step) in [("no outputs", READ), ("sealed outputs", HTTP)] {
        let disk = ForgetfulDisk::default();
        run(&fan(step, 10_000), Some(&disk));
        group.bench_function(name, |bencher| {
            bencher.iter_with_large_drop(|| {
                RunWriter::resume(disk.handle(), &key(), Arc::new(SeededEntropy::new(3))).unwrap()
            });
        });
    }
    group.finish();
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, limits::MEMORY, name, steps] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return limits::print_memory(name, steps.parse().unwrap());
    }
    limits::print();
    let criterion = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(500));
    let mut on_the_wall = criterion.measurement_time(Duration::from_secs(2)).configure_from_args();
    loading(&mut on_the_wall);
    let mut criterion = on_the_wall.with_measurement(CpuTime);
    bootstrap(&mut criterion);
    steps(&mut criterion);
    criterion.final_summary();
}
