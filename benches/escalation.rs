//! An account of 5,000 principals against all methods of privilege escalation, on one core. The budget is in
//! `docs/performance.md`.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is no library")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use fasscan::iam::Policy;
use fasscan::iam::document::Reader;
use fasscan::iam::escalation::{
    Account, Analysis, Attached, Link, Principal, PrincipalKind, Verdict, Workload, kind_of, methods,
};
use fasscan::source::{Files, Limits, SourceFile, json};
use fasscan::value::{Values, View, World};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ID: &str = "111122223333";

fn policy(text: &str) -> Policy {
    let mut files = Files::default();
    let file = Arc::new(SourceFile::new("policy.json", text));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let mut values = Values::default();
    let root = values.push_tree(&tree, tree.root(), files.add(Arc::clone(&file)));
    let world = World::open();
    Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}

fn allow(actions: &str, resource: &str) -> String {
    let actions: Vec<String> = actions.split(' ').map(|action| format!("{action:?}")).collect();
    format!(r#"{{"Effect": "Allow", "Action": [{}], "Resource": "{resource}"}}"#, actions.join(", "))
}

fn document(list: &[String]) -> Policy {
    policy(&format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, list.join(", ")))
}

/// An account as large ones are: most principals have a few shared policies and one of their own; one in fifty has something
/// that looks like an escalation, one in two hundred is an administrator. `every` makes every principal look like one.
fn account(count: usize, every: bool) -> Account {
    let mut account = Account { id: ID.to_owned(), ..Account::default() };
    let shared: Vec<u32> = (0..60)
        .map(|at| {
            let list = [
                allow("s3:GetObject s3:ListBucket dynamodb:* logs:*", &format!("arn:aws:s3:::team-{at}/*")),
                allow("lambda:InvokeFunction lambda:Get* sqs:* sns:Publish", "*"),
                allow("sts:AssumeRole", &format!("arn:aws:iam::{ID}:role/team-{at}-*")),
                allow("iam:PassRole", &format!("arn:aws:iam::{ID}:role/team-{at}-*")),
                r#"{"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#.to_owned(),
            ];
            account.add(Attached::of(document(&list)))
        })
        .collect();
    let administrator = account.add(Attached::of(document(&[allow("*", "*")])));
    let dangerous: Vec<u32> = methods()
        .iter()
        .map(|method| {
            let list: Vec<String> = method
                .actions
                .iter()
                .map(|needed| allow(&needed.action, &format!("arn:aws:*:*:{ID}:*/team-0-*")))
                .collect();
            account.add(Attached::of(document(&list)))
        })
        .collect();
    let services = ["lambda", "ec2", "ecs-tasks", "codebuild", "glue", "cloudformation", "states"];
    let trusts: Vec<u32> = services
        .iter()
        .map(|service| format!(r#"{{"Service": "{service}.amazonaws.com"}}"#))
        .chain([format!(r#"{{"AWS": "arn:aws:iam::{ID}:root"}}"#)])
        .map(|who| format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {who}}}"#))
        .map(|statement| document(&[statement]))
        .map(|trust| account.add(Attached::of(trust)))
        .collect();
    for at in 0..count {
        let (kind, noun) = match at % 10 {
            0..3 => (PrincipalKind::User, "user"),
            _ => (PrincipalKind::Role, "role"),
        };
        let name = format!("team-{}-{at}", at % 60);
        let mut principal = Principal::new(kind, name.clone(), format!("arn:aws:iam::{ID}:{noun}/{name}"));
        principal.links.push(Link::managed(shared[at % shared.len()]));
        principal.links.push(Link::managed(shared[at * 7 % shared.len()]));
        if every || at % 50 == 7 {
            principal.links.push(Link::managed(dangerous[at % dangerous.len()]));
        }
        if at % 200 == 3 {
            principal.links.push(Link::managed(administrator));
        }
        let own = allow("s3:PutObject", &format!("arn:aws:s3:::own-{at}/*"));
        principal.links.push(Link::inline(account.add(Attached::of(document(&[own])))));
        if kind == PrincipalKind::Role {
            principal.trust = Some(trusts[at % trusts.len()]);
            if at % 5 == 4 {
                let kind = kind_of("lambda-function").unwrap();
                let arn = kind.arn("aws", "eu-west-1", ID, &name);
                account.workloads.push(Workload { kind: kind.name, name, arn, role: Some(at as u32) });
            }
        }
        account.principals.push(principal);
    }
    account
}

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    for (name, every) in [("as large accounts are", false), ("every principal with a method", true)] {
        let account = account(5_000, every);
        let analysis = Analysis::of(&account);
        let is = |wanted: fn(&Verdict) -> bool| analysis.standings.iter().filter(|one| wanted(&one.verdict)).count();
        println!(
            "{name}: {} principals, {} methods: {} administrators, {} can become one, {} unknown",
            account.principals.len(),
            methods().len(),
            is(|verdict| matches!(verdict, Verdict::Administrator(..))),
            is(|verdict| matches!(verdict, Verdict::Escalates(_))),
            is(|verdict| matches!(verdict, Verdict::Unknown(_))),
        );
        criterion.bench_function(&format!("escalation/5,000 principals, {name}"), |bencher| {
            bencher.iter(|| black_box(Analysis::of(black_box(&account))));
        });
    }
    criterion.final_summary();
}
