//! `fasscan iam simulate`.

use crate::run::{Run, fasscan};

const BOB: &str = "arn:aws:iam::111122223333:user/bob";

/// Reading an object with the policy of the fixtures, by Bob and in his account, with these further arguments.
fn simulate(args: &[&str]) -> Run {
    let usual = [
        "iam",
        "simulate",
        "--principal",
        BOB,
        "--action",
        "s3:GetObject",
        "--resource-account",
        "111122223333",
        "--policy",
        "fixtures/iam/simulate/reader.json",
    ];
    fasscan(&[&usual, args].concat())
}

#[test]
fn an_allowed_request_names_the_statement_that_allows_it() {
    let run = simulate(&["--resource", "arn:aws:s3:::data/bob/a.txt"]);
    assert_eq!(run.code(), 0);
    insta::assert_snapshot!(run.stdout, @"");
}

#[test]
fn a_denied_request_says_what_almost_allowed_it() {
    let run = simulate(&["--resource", "arn:aws:s3:::data/ann/a.txt", "--context", "aws:SecureTransport=false"]);
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout, @"");
}

#[test]
fn every_level_of_the_organisation_is_asked() {
    let scps = [
        "--scp",
        "root=fixtures/iam/simulate/full.json",
        "--scp",
        "root=fixtures/iam/simulate/region-lock.json",
        "--scp",
        "fixtures/iam/simulate/ec2-only.json",
    ];
    let resource = ["--resource", "arn:aws:s3:::data/bob/a.txt"];
    let here = simulate(&[&resource[..], &scps, &["--context", "aws:RequestedRegion=eu-central-1"]].concat());
    assert_eq!(here.code(), 1);
    insta::assert_snapshot!(here.stdout, @"");
    let there = simulate(&[&resource[..], &scps, &["--context", "aws:RequestedRegion=us-east-1"]].concat());
    assert_eq!(there.code(), 1);
    insta::assert_snapshot!(there.stdout, @"");
    let exempt = simulate(&[&resource[..], &scps, &["--management-account", "111122223333"]].concat());
    assert_eq!(exempt.code(), 0);
}

#[test]
fn what_is_not_known_is_said() {
    let key = "arn:aws:kms:eu-central-1:111122223333:key/k";
    let policy = ["--policy", "fixtures/iam/simulate/full.json"];
    let run = fasscan(
        &[&["iam", "simulate", "--principal", BOB, "--action", "kms:Decrypt", "--resource", key][..], &policy].concat(),
    );
    assert_eq!(run.code(), 2);
    insta::assert_snapshot!(run.stdout, @"");
}

#[test]
fn json_has_everything_that_the_text_has() {
    let run = simulate(&["--resource", "arn:aws:s3:::data/ann/a.txt", "--output", "json"]);
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout, @"");
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    for args in [
        &["--principal", "bob", "--action", "s3:GetObject", "--resource", "*"][..],
        &["--principal", BOB, "--action", "s3:Get*", "--resource", "*"],
        &["--principal", BOB, "--action", "GetObject", "--resource", "*"],
        &["--principal", BOB, "--action", "s3:GetObject", "--resource", "*", "--context", "nonsense"],
        &["--principal", BOB, "--action", "s3:GetObject", "--resource", "*", "--resource-account", "12"],
        &["--principal", BOB, "--action", "s3:GetObject", "--resource", "*", "--policy", "no/such/file.json"],
        &["--principal", BOB, "--action", "s3:GetObject"],
    ] {
        let run = fasscan(&[&["iam", "simulate"], args].concat());
        assert_eq!(run.code(), 2, "{args:?}");
        assert!(run.stdout.is_empty() && run.stderr.contains("error"), "{args:?}: {run:?}");
    }
}
