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
    insta::assert_snapshot!(run.stdout, @r#"
    allowed: s3:GetObject on arn:aws:s3:::data/bob/a.txt by arn:aws:iam::111122223333:user/bob

    statements that apply:
      fixtures/iam/simulate/reader.json:4:5: statement `ReadHome` allows, in the policies of the principal
    "#);
}

#[test]
fn a_denied_request_says_what_almost_allowed_it() {
    let run = simulate(&["--resource", "arn:aws:s3:::data/ann/a.txt", "--context", "aws:SecureTransport=false"]);
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout, @r#"
    denied, for nothing allows it: s3:GetObject on arn:aws:s3:::data/ann/a.txt by arn:aws:iam::111122223333:user/bob
      not allowed by the policies of the principal

    statements that almost apply:
      fixtures/iam/simulate/reader.json:4:5: statement `ReadHome` allows, in the policies of the principal
        `Resource` does not match
      fixtures/iam/simulate/reader.json:10:5: statement `ReadSecurely` allows, in the policies of the principal
        condition `Bool` on `aws:SecureTransport` does not hold: the request has `false`
    "#);
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
    insta::assert_snapshot!(here.stdout, @r#"
    denied, for nothing allows it: s3:GetObject on arn:aws:s3:::data/bob/a.txt by arn:aws:iam::111122223333:user/bob
      not allowed by the service control policies of level `2`

    statements that apply:
      fixtures/iam/simulate/full.json:1:41: statement 1 allows, in the service control policies of level `root`
      fixtures/iam/simulate/reader.json:4:5: statement `ReadHome` allows, in the policies of the principal

    statements that almost apply:
      fixtures/iam/simulate/region-lock.json:3:16: statement `OnlyHere` denies, in the service control policies of level `root`
        condition `StringNotEquals` on `aws:RequestedRegion` does not hold: the request has `eu-central-1`
      fixtures/iam/simulate/reader.json:10:5: statement `ReadSecurely` allows, in the policies of the principal
        condition `Bool` on `aws:SecureTransport` does not hold: the request has no such key
    "#);
    let there = simulate(&[&resource[..], &scps, &["--context", "aws:RequestedRegion=us-east-1"]].concat());
    assert_eq!(there.code(), 1);
    insta::assert_snapshot!(there.stdout, @r#"
    denied by a statement: s3:GetObject on arn:aws:s3:::data/bob/a.txt by arn:aws:iam::111122223333:user/bob
      denied by the service control policies of level `root`

    statements that apply:
      fixtures/iam/simulate/full.json:1:41: statement 1 allows, in the service control policies of level `root`
      fixtures/iam/simulate/region-lock.json:3:16: statement `OnlyHere` denies, in the service control policies of level `root`
      fixtures/iam/simulate/reader.json:4:5: statement `ReadHome` allows, in the policies of the principal

    statements that almost apply:
      fixtures/iam/simulate/reader.json:10:5: statement `ReadSecurely` allows, in the policies of the principal
        condition `Bool` on `aws:SecureTransport` does not hold: the request has no such key
    "#);
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
    insta::assert_snapshot!(run.stdout, @r#"
    not known: kms:Decrypt on arn:aws:kms:eu-central-1:111122223333:key/k by arn:aws:iam::111122223333:user/bob
      because the question does not say the key policy

    statements that apply:
      fixtures/iam/simulate/full.json:1:41: statement 1 allows, in the policies of the principal
    "#);
}

#[test]
fn json_has_everything_that_the_text_has() {
    let run = simulate(&["--resource", "arn:aws:s3:::data/ann/a.txt", "--output", "json"]);
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout, @r#"
    {
      "version": 1,
      "decision": "denied",
      "explicit": false,
      "layers": [
        {
          "kind": "identity",
          "level": null
        }
      ],
      "causes": [],
      "context": {
        "aws:username": "bob",
        "aws:PrincipalArn": "arn:aws:iam::111122223333:user/bob",
        "aws:PrincipalAccount": "111122223333",
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "User",
        "aws:userid": null,
        "aws:ResourceAccount": "111122223333"
      },
      "resource_account": "111122223333",
      "statements": [
        {
          "layer": {
            "kind": "identity",
            "level": null
          },
          "file": "fixtures/iam/simulate/reader.json",
          "line": 4,
          "column": 5,
          "statement": 0,
          "sid": "ReadHome",
          "effect": "Allow",
          "outcome": "misses",
          "why": "`Resource` does not match"
        },
        {
          "layer": {
            "kind": "identity",
            "level": null
          },
          "file": "fixtures/iam/simulate/reader.json",
          "line": 10,
          "column": 5,
          "statement": 1,
          "sid": "ReadSecurely",
          "effect": "Allow",
          "outcome": "misses",
          "why": "condition `Bool` on `aws:SecureTransport` does not hold: the request has no such key"
        }
      ]
    }
    "#);
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
