//! Each step of a scan by itself, by criterion; and at the end the whole scan beside its floor: reading the same files into
//! `serde_json::Value`s. The budgets are in `docs/performance.md`.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is no library")]

mod support;

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use criterion::{BatchSize, Criterion, Throughput};
use fasscan::eval::{self, Outcome, Verdict, evaluate};
use fasscan::report::sarif;
use fasscan::rule::RuleSet;
use fasscan::scan::{Request, scan};
use fasscan::source::discover::Input;
use fasscan::source::{Limits, Loader, SourceFile, json, yaml};
use fasscan::template::load::{Loaded, load};
use fasscan::template::unit::Environment;
use support::conditions::SHAPES;
use support::{as_yaml, assembly_files, median, root, synthetic, systems, templates, thread_time};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often scan and floor are measured, in turns.
const TURNS: usize = 41;

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    parse(&mut criterion);
    judge(&mut criterion);
    conditions(&mut criterion);
    whole(&mut criterion);
    criterion.final_summary();
    // `cargo test --benches` only wants to see that it runs.
    let turns = if env::args().any(|argument| argument == "--test") { 1 } else { TURNS };
    floor(turns);
    catalogue(turns);
    linear(turns.min(11));
    loops(turns.min(11));
    serverless(turns.min(11));
}

fn parse(criterion: &mut Criterion) {
    let texts: Vec<String> = templates().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut group = criterion.benchmark_group("parse");
    let files = |name: &str, texts: Vec<String>| -> Vec<Arc<SourceFile>> {
        texts.into_iter().map(|text| Arc::new(SourceFile::new(name, text))).collect()
    };
    let yamls = files("t.yaml", texts.iter().map(|text| as_yaml(text)).collect());
    let jsons = files("t.json", texts);
    let bytes = |files: &[Arc<SourceFile>]| Throughput::Bytes(files.iter().map(|file| file.text().len() as u64).sum());
    group.throughput(bytes(&jsons));
    group.bench_function("json", |bencher| {
        bencher.iter(|| jsons.iter().map(|file| json::parse(file, Limits::default()).unwrap().len()).sum::<usize>());
    });
    group.throughput(bytes(&yamls));
    group.bench_function("yaml", |bencher| {
        bencher
            .iter(|| yamls.iter().map(|file| yaml::parse(file, Limits::default()).unwrap().trees.len()).sum::<usize>());
    });
    group.finish();
}

fn judge(criterion: &mut Criterion) {
    let loader = Loader::new(root(), Limits::default());
    let rules = rules();
    let mut group = criterion.benchmark_group("judge");
    let dir = tempfile::tempdir().unwrap();
    let large = dir.path().join("large.template.json");
    fs::write(&large, synthetic(10_000)).unwrap();
    for (name, inputs) in [("systems", assemblies()), ("10000", vec![Input::Template { path: large }])] {
        let loaded: Vec<Loaded> = inputs.iter().map(|input| load(input, &loader, &Environment::default())).collect();
        let units = || loaded.iter().flat_map(|loaded| &loaded.units);
        group.bench_function(format!("resolve {name}"), |bencher| {
            bencher.iter(|| units().map(|unit| unit.resolve().0.resources().len()).sum::<usize>());
        });
        let inventories: Vec<_> = units().map(|unit| unit.resolve().0).collect();
        group.bench_function(format!("evaluate {name}"), |bencher| {
            bencher.iter(|| {
                inventories.iter().map(|inventory| evaluate(inventory, &rules, &options()).len()).sum::<usize>()
            });
        });
    }
    group.finish();
}

/// Templates with many conditions, each beside the same template without any.
fn conditions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("conditions");
    let dir = tempfile::tempdir().unwrap();
    let loader = Loader::new(root(), Limits::default());
    let rules = rules();
    for (name, template) in SHAPES {
        for (kind, conditions) in [("with", true), ("without", false)] {
            let path = dir.path().join("t.template.json");
            fs::write(&path, template(conditions).to_string()).unwrap();
            let loaded = load(&Input::Template { path }, &loader, &Environment::default());
            let inventory = loaded.units[0].resolve().0;
            group.bench_function(format!("{name}, {kind} conditions"), |bencher| {
                bencher.iter(|| evaluate(&inventory, &rules, &options()).len());
            });
        }
    }
    group.finish();
}

fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scan");
    let rules = rules();
    // A scan ends without giving its rules back.
    group.bench_function("rules", |bencher| bencher.iter_with_large_drop(RuleSet::builtin));
    group.bench_function("systems", |bencher| bencher.iter(|| scan(&request(systems()), &rules).findings.len()));
    let report = scan(&request(systems()), &rules);
    group.bench_function("sarif of the systems", |bencher| {
        bencher.iter(|| sarif::render(&report, &sarif::SarifOptions::default()).len());
    });
    for count in [500, 10_000] {
        let dir = template_of(count);
        group.bench_function(format!("{count} resources"), |bencher| {
            bencher.iter_batched(|| request(dir.path()), |request| scan(&request, &rules), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// The scan of the five systems, from the loading of the rules to the SARIF file, beside its floor.
fn floor(turns: usize) {
    let files = assembly_files();
    let dir = tempfile::tempdir().unwrap();
    let read = || {
        for path in &files {
            black_box(serde_json::from_slice::<serde_json::Value>(&fs::read(path).unwrap()).unwrap());
        }
    };
    let scanned = || {
        let report = scan(&request(systems()), &rules());
        fs::write(dir.path().join("report.sarif"), sarif::render(&report, &sarif::SarifOptions::default())).unwrap();
    };
    let (mut floors, mut scans) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        floors.push(measured(read));
        scans.push(measured(scanned));
    }
    let bytes: u64 = files.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    let (floor, scan) = (median(floors), median(scans));
    println!("\nfloor: {} JSON files, {bytes} bytes, into serde_json::Value: {floor:.2} ms", files.len());
    println!("scan of the five systems with all rules, SARIF written: {scan:.2} ms");
    println!(
        "ratio {:.2}; of the budget (4 floors and 5 ms) {:.0} %",
        scan / floor,
        100.0 * scan / (4.0 * floor + 5.0)
    );
}

/// How often the systems are judged in one measurement of [`catalogue`].
const TIMES: u32 = 10;

/// Thirty rules about buckets, databases and networks: of properties, relations, policies and reachability.
const THIRTY: [&str; 30] = [
    "ec2-instance-detailed-monitoring-disabled",
    "ec2-instance-imdsv1-allowed",
    "ec2-instance-key-pair",
    "ec2-instance-public-ip",
    "ec2-instance-user-data-secret",
    "ec2-launch-template-imdsv1-allowed",
    "ec2-security-group-open-admin-port",
    "ec2-security-group-open-any-port",
    "ec2-security-group-open-database-port",
    "ec2-security-group-open-egress",
    "ec2-security-group-rule-undescribed",
    "ec2-subnet-auto-assigns-public-ip",
    "ec2-volume-unencrypted",
    "ec2-vpc-flow-logs-missing",
    "rds-iam-authentication-disabled",
    "rds-instance-public",
    "rds-logs-not-exported",
    "rds-master-password-cleartext",
    "rds-minor-version-upgrade-disabled",
    "rds-multi-az-disabled",
    "rds-storage-unencrypted",
    "rds-subnet-group-internet-routed",
    "s3-access-logging-disabled",
    "s3-bucket-deleted-with-stack",
    "s3-bucket-not-kms-encrypted",
    "s3-bucket-policy-public",
    "s3-bucket-public-acl",
    "s3-plaintext-transport-allowed",
    "s3-public-access-block-incomplete",
    "s3-versioning-disabled",
];

/// What judging costs with all rules beside thirty of them, for each resource that a rule concerns.
fn catalogue(turns: usize) {
    let loader = Loader::new(root(), Limits::default());
    let loaded: Vec<Loaded> = assemblies().iter().map(|input| load(input, &loader, &Environment::default())).collect();
    let inventories: Vec<_> = loaded.iter().flat_map(|loaded| &loaded.units).map(|unit| unit.resolve().0).collect();
    let all = rules();
    let thirty = RuleSet::builtin_where(|rule| THIRTY.contains(&rule.id)).0;
    assert_eq!(thirty.rules.len(), THIRTY.len());
    let judged = |rules: &RuleSet| -> Vec<Verdict> {
        inventories.iter().flat_map(|inventory| evaluate(inventory, rules, &options())).collect()
    };
    println!("\nrules   ms   verdicts   concerned   µs for each concerned");
    let mut costs = Vec::new();
    for rules in [&thirty, &all] {
        let verdicts = judged(rules);
        let concerned = verdicts.iter().filter(|one| !matches!(one.outcome, Outcome::NotApplicable { .. })).count();
        // The clock may tick every 4 ms only.
        let often = || (0..TIMES).for_each(|_| drop(black_box(judged(rules))));
        let time = median((0..turns.min(11)).map(|_| measured(often) / f64::from(TIMES)).collect());
        let each = 1000.0 * time / concerned as f64;
        println!("{:5} {time:5.2} {:9} {concerned:10} {each:8.3}", rules.rules.len(), verdicts.len());
        costs.push(each);
    }
    println!("ratio {:.2} of 1.5", costs[1] / costs[0]);
}

/// Time by size, on one thread.
fn linear(turns: usize) {
    println!("\nresources   ms    µs for each");
    for count in [625, 2_500, 10_000] {
        let dir = template_of(count);
        let time = median((0..turns).map(|_| measured(|| drop(scan(&request(dir.path()), &rules())))).collect());
        println!("{count:9} {time:6.1} {:8.1}", 1000.0 * time / count as f64);
    }
}

/// What expanding loops costs beside parsing what they are expanded to: a template with loops and the same one written out are
/// both resolved, and what the first takes longer is the expansion.
fn loops(turns: usize) {
    println!("\niterations   parse ms   expansion ms   ratio");
    let loader = Loader::new(root(), Limits::default());
    for count in [1_000, 2_000, 4_000] {
        let items: Vec<String> = (0..count).map(|item| format!("\"I{item}\"")).collect();
        let body = |id: &str, name: &str| {
            format!(
                r#""Queue{id}": {{"Type": "AWS::SQS::Queue", "Properties": {{"QueueName": {name}, "KmsMasterKeyId": {{"Fn::GetAtt": ["Key{id}", "Arn"]}}, "RedrivePolicy": {{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead", "maxReceiveCount": 5}}, "Tags": [{{"Key": "Team", "Value": "payments"}}, {{"Key": "Name", "Value": {name}}}]}}}}, "Key{id}": {{"Type": "AWS::KMS::Key", "Properties": {{"EnableKeyRotation": true, "Description": {name}}}}}"#
            )
        };
        let loops = format!(
            r#"{{"Transform": "AWS::LanguageExtensions", "Resources": {{"Fn::ForEach::L": ["Id", [{}], {{{}}}]}}}}"#,
            items.join(", "),
            body("${Id}", r#"{"Fn::Sub": "q-${Id}-${AWS::Region}"}"#)
        );
        let written: Vec<String> = (0..count)
            .map(|item| body(&format!("I{item}"), &format!(r#"{{"Fn::Sub": "q-I{item}-${{AWS::Region}}"}}"#)))
            .collect();
        let written = format!(r#"{{"Resources": {{{}}}}}"#, written.join(", "));
        let file = Arc::new(SourceFile::new("t.json", written.clone()));
        let parse = median(
            (0..turns).map(|_| measured(|| drop(black_box(json::parse(&file, Limits::default()).unwrap())))).collect(),
        );
        let environment = Environment::default();
        let load = |text: &str| fasscan::template::load::load_stdin(text.as_bytes(), &loader, &environment);
        let resolve = |loaded: &Loaded| {
            assert_eq!(loaded.units[0].resolve().0.resources().len(), 2 * count);
            median((0..turns).map(|_| measured(|| drop(black_box(loaded.units[0].resolve())))).collect())
        };
        let expansion = resolve(&load(&loops)) - resolve(&load(&written));
        println!("{count:10} {parse:10.2} {expansion:14.2} {:7.2}", expansion / parse);
    }
}

/// What expanding serverless functions costs beside parsing the template: its expansion and the resolving of everything that it
/// generates, together.
fn serverless(turns: usize) {
    println!("\nfunctions   generated   parse ms   expanded and resolved ms   ratio");
    let loader = Loader::new(root(), Limits::default());
    for count in [100, 200, 400] {
        let function = |index: usize| {
            format!(
                "  Worker{index}:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: python3.13\n      CodeUri: s3://code/worker-{index}.zip\n      Policies:\n        - DynamoDBReadPolicy: {{ TableName: cards }}\n        - Statement: [{{ Effect: Allow, Action: 'kms:Decrypt', Resource: '*' }}]\n      Events:\n        Charge: {{ Type: Api, Properties: {{ Path: /charge/{index}, Method: post }} }}\n        Settle: {{ Type: SQS, Properties: {{ Queue: 'arn:aws:sqs:eu-west-1:123456789012:q{index}' }} }}\n"
            )
        };
        let text = format!(
            "Transform: AWS::Serverless-2016-10-31\nGlobals: {{ Function: {{ Tracing: Active, Timeout: 30 }} }}\nResources:\n{}",
            (0..count).map(function).collect::<String>()
        );
        let file = Arc::new(SourceFile::new("t.yaml", text.clone()));
        let parse = median(
            (0..turns).map(|_| measured(|| drop(black_box(yaml::parse(&file, Limits::default()).unwrap())))).collect(),
        );
        let loaded = fasscan::template::load::load_stdin(text.as_bytes(), &loader, &Environment::default());
        let generated = loaded.units[0].resolve().0.resources().len();
        assert!(generated > 3 * count);
        let resolve = median((0..turns).map(|_| measured(|| drop(black_box(loaded.units[0].resolve())))).collect());
        println!("{count:9} {generated:11} {parse:10.2} {resolve:26.2} {:7.2}", resolve / parse);
    }
}

/// Processor time of this thread in milliseconds.
fn measured(work: impl FnOnce()) -> f64 {
    let before = thread_time();
    work();
    (thread_time() - before) as f64 / 1e6
}

/// The assemblies of the five systems.
fn assemblies() -> Vec<Input> {
    let manifests = assembly_files().into_iter().filter(|path| path.ends_with("manifest.json"));
    let top = manifests.filter(|path| !path.to_string_lossy().contains("/assembly-"));
    top.map(|path| Input::Assembly { dir: path.parent().unwrap().to_path_buf() }).collect()
}

fn template_of(count: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("synthetic.template.json"), synthetic(count)).unwrap();
    dir
}

fn rules() -> RuleSet {
    RuleSet::builtin().0
}

fn options() -> eval::Options {
    eval::Options { today: "2026-01-31".into(), strict: false, ..Default::default() }
}

fn request(path: impl AsRef<Path>) -> Request {
    Request {
        paths: vec![path.as_ref().to_path_buf()],
        snapshots: Vec::new(),
        cwd: root(),
        environment: Environment::default(),
        deployments: Vec::new(),
        options: options(),
        fail_on: None,
        assessment: Default::default(),
        jobs: NonZeroUsize::new(1),
        limits: Limits::default(),
    }
}
