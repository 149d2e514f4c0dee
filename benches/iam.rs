//! The IAM analyses, by criterion; first what loading the catalogue of actions costs, measured by itself because it happens once.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is no library")]

mod support;

use std::env;
use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use fasscan::iam::catalogue::{Catalogue, catalogue, managed_policy};
use support::{median, thread_time};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The data of the catalogue, as the program has them.
static ACTIONS: &[u8] = include_bytes!("../src/iam/catalogue/data/actions.bin");

/// Services that many templates use: a scan touches about so many.
const SERVICES: [&str; 20] = [
    "apigateway",
    "autoscaling",
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
];

fn main() {
    // `cargo test --benches` only wants to see that it runs.
    loading(if env::args().any(|argument| argument == "--test") { 1 } else { 11 });
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    lookups(&mut criterion);
    criterion.final_summary();
}

/// How often a turn of [`loading`] loads: the clock of the processor ticks every few milliseconds.
const LOADS: u32 = 10;

/// Processor time of the thread for one of [`LOADS`] runs, in milliseconds.
fn milliseconds<T>(work: impl Fn() -> T) -> f64 {
    let before = thread_time();
    for _ in 0..LOADS {
        black_box(work());
    }
    (thread_time() - before) as f64 / 1e6 / f64::from(LOADS)
}

/// A catalogue is never given back, so each load costs memory: few turns, and the median.
fn loading(turns: usize) {
    let fresh = || -> &'static Catalogue { Box::leak(Box::new(Catalogue::read(ACTIONS))) };
    let load = |services: &[&str]| {
        let catalogue = fresh();
        services.iter().map(|prefix| catalogue.service(prefix).unwrap().actions.len()).sum::<usize>()
    };
    let index = median((0..turns).map(|_| milliseconds(fresh)).collect());
    let some = median((0..turns).map(|_| milliseconds(|| load(&SERVICES))).collect());
    let all = median((0..turns).map(|_| milliseconds(|| fresh().actions().count())).collect());
    println!("catalogue: index {index:.2} ms; with 20 services {some:.2} ms; with all of them {all:.2} ms");
}

fn lookups(criterion: &mut Criterion) {
    let catalogue = catalogue();
    let mut group = criterion.benchmark_group("catalogue");
    group.bench_function("action", |bench| bench.iter(|| catalogue.action(black_box("s3:GetObject"))));
    group.bench_function("condition key", |bench| {
        bench.iter(|| catalogue.condition_key(black_box("aws:PrincipalTag/team")))
    });
    for pattern in ["*", "s3:*", "s3:Get*", "ec2:*Instance*", "*:Describe*"] {
        group.bench_function(format!("set of {pattern}"), |bench| {
            bench.iter(|| catalogue.set_matching([black_box(pattern)]))
        });
    }
    group.bench_function("managed policy", |bench| bench.iter(|| managed_policy(black_box("ReadOnlyAccess"))));
    group.finish();
}
