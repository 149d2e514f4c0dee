//! What each rule costs on given inputs, warm: for finding out where the time of an evaluation goes.
//!
//! `cargo run --profile profiling --example rule_cost -- fixtures/systems`; with `--only ID` one rule (or `all`) is evaluated
//! again and again, for `perf record`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use fasscan::eval::{Options, evaluate, evaluate_rule};
use fasscan::inventory::Inventory;
use fasscan::rule::RuleSet;
use fasscan::source::discover::{DiscoverOptions, discover};
use fasscan::source::{Limits, Loader};
use fasscan::template::load::load;
use fasscan::template::unit::Environment;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each is measured, at least: the clock is that of the scheduler, which ticks every 4 ms.
const ENOUGH: Duration = Duration::from_millis(60);

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = arguments.iter().position(|argument| argument == "--only").map(|at| arguments.drain(at..at + 2).nth(1));
    let paths: Vec<PathBuf> = arguments.into_iter().map(PathBuf::from).collect();
    let cwd = std::env::current_dir().unwrap();
    let limits = Limits::default();
    let (loader, rules) = (Loader::new(&cwd, limits), RuleSet::builtin().0);
    let found = discover(&paths, &DiscoverOptions { cwd: cwd.clone(), max_bytes: limits.bytes as u64 });
    let loaded: Vec<_> = found.inputs.iter().map(|input| load(input, &loader, &Environment::default())).collect();
    let inventories: Vec<Inventory> =
        loaded.iter().flat_map(|loaded| &loaded.units).map(|unit| unit.resolve().0).collect();
    let options = Options { today: "2026-01-31".into(), strict: false, ..Options::default() };
    let one = |rule: usize| {
        for inventory in &inventories {
            black_box(evaluate_rule(inventory, &rules, rule, &options));
        }
    };
    if let Some(only) = only.flatten() {
        let rule = rules.rules.iter().position(|rule| *rule.id == *only);
        return (0..200).for_each(|_| rule.map_or_else(|| _ = all(&inventories, &rules, &options), one));
    }
    let first = once(|| _ = black_box(all(&inventories, &rules, &options)));
    let whole = each(|| _ = black_box(all(&inventories, &rules, &options)));
    let mut costs: Vec<(Duration, &str)> =
        rules.rules.iter().enumerate().map(|(index, rule)| (each(|| one(index)), &*rule.id)).collect();
    costs.sort_unstable_by(|a, b| b.cmp(a));
    println!("{} rules, {} inventories: first {first:.2?}, warm {whole:.2?}", costs.len(), inventories.len());
    for (cost, id) in costs.iter().take(25) {
        println!("{:9.1} µs  {id}", cost.as_secs_f64() * 1e6);
    }
    let rest: Duration = costs.iter().skip(25).map(|(cost, _)| *cost).sum();
    println!("{:9.1} µs  all others", rest.as_secs_f64() * 1e6);
}

fn all(inventories: &[Inventory], rules: &RuleSet, options: &Options) -> usize {
    inventories.iter().map(|inventory| evaluate(inventory, rules, options).len()).sum()
}

/// Processor time: other programs do not count.
fn once(work: impl FnOnce()) -> Duration {
    let start = thread_time();
    work();
    Duration::from_nanos(thread_time() - start)
}

/// The same of one of many times.
fn each(work: impl Fn()) -> Duration {
    let mut times = 1;
    loop {
        let taken = once(|| (0..times).for_each(|_| work()));
        if taken >= ENOUGH {
            return taken / times;
        }
        times *= 2;
    }
}

/// Processor time that this thread has used, in nanoseconds.
fn thread_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}
