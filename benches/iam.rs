//! The IAM analyses, by criterion; first what loading the catalogue of actions costs, measured by itself because it happens once.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is no library")]

mod support;

use std::env;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use fasscan::iam::Policy;
use fasscan::iam::catalogue::{Catalogue, catalogue, managed_policy, managed_policy_names};
use fasscan::iam::decide::{Context, Policies, Principal, Request, Verdict, decide};
use fasscan::iam::document::Reader;
use fasscan::source::{Files, Limits, SourceFile, json};
use fasscan::value::{Values, View, World};
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
    decisions(&mut criterion);
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

fn policy(text: &str) -> Policy {
    let file = Arc::new(SourceFile::new("policy.json", text));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let (mut values, world) = (Values::default(), World::open());
    let root = values.push_tree(&tree, tree.root(), Files::default().add(Arc::clone(&file)));
    Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}

/// Questions about one request: a principal with two AWS managed policies, in an organisation; and the managed policies one by one.
fn decisions(criterion: &mut Criterion) {
    let managed = |name: &str| policy(&managed_policy(name).unwrap().document);
    let (power, audit) = (managed("PowerUserAccess"), managed("SecurityAudit"));
    let full = policy(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#);
    let lock = policy(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":["iam:*","sts:*","organizations:*"],"Resource":"*",
            "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]},
            "ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Admin*"}}}}"#,
    );
    let bucket = policy(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::data",
            "arn:aws:s3:::data/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},{"Effect":"Allow",
            "Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::data/*"}]}"#,
    );
    let policies = Policies {
        identity: vec![&power, &audit],
        resource: Some(vec![&bucket]),
        scps: Some(vec![vec![&full, &lock], vec![&full], vec![&full]]),
        ..Policies::default()
    };
    let session = Principal::parse("arn:aws:sts::111122223333:assumed-role/app/one").unwrap();
    let context = Context::new().with("aws:RequestedRegion", "eu-west-1").with("aws:SecureTransport", "true");
    let request =
        Request::new(session, "s3:GetObject", "arn:aws:s3:::data/x/y/z.parquet", Some("111122223333"), context);
    let all: Vec<Policy> = managed_policy_names().map(|name| policy(&managed_policy(name).unwrap().document)).collect();
    let mut group = criterion.benchmark_group("decide");
    group.bench_function("a request through all layers", |bench| {
        bench.iter(|| decide(black_box(&policies), black_box(&request)))
    });
    group.throughput(Throughput::Elements(all.len() as u64));
    group.bench_function("a request of each managed policy", |bench| {
        bench.iter(|| {
            let ask = |policy| decide(&Policies { identity: vec![policy], ..Policies::default() }, &request);
            all.iter().filter(|policy| ask(policy).verdict == Verdict::Allowed).count()
        })
    });
    group.finish();
}
