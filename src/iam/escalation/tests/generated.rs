//! Every method has a case where it works, made from its own data, and one for each action without which it does not.

use super::super::methods::{Bits, catalogue};
use super::*;

const ROOT: &str = r#"{"AWS": "arn:aws:iam::111122223333:root"}"#;

/// An account in which the method works for a principal with these actions, and the principal.
fn case(method: &Method, actions: &[&str]) -> (Builder, usize) {
    let mut builder = Builder::new();
    let all = [allow("*", "*")];
    let on = |on: On| method.actions.iter().any(|needed| needed.on == on);
    let mut granted: Vec<String> = actions.iter().map(|action| allow(action, "*")).collect();
    let bounded = method.gain() == Gains::Unbounded;
    if bounded || method.gain() == Gains::Undenied {
        granted.push(allow("*", "*"));
    }
    let at = if on(On::OwnRole) { builder.role("start", ROOT, &[]) } else { builder.user("start", &[]) };
    let missing: Vec<&str> = method.actions.iter().map(|needed| needed.action.as_str()).collect();
    let missing: Vec<&str> = missing.into_iter().filter(|action| !actions.contains(action)).collect();
    let held = if method.gain() == Gains::Undenied {
        // Administration of IAM is denied, but for the method.
        let mut rest = vec![deny("iam:CreateUser iam:CreateRole", "*")];
        if !missing.is_empty() {
            rest.push(deny(&missing.join(" "), "*"));
        }
        rest
    } else {
        Vec::new()
    };
    match method.gain() {
        Gains::Undenied => {
            let managed = method.actions[0].action.starts_with("iam:Detach");
            let holder = if on(On::OwnGroup) { builder.group("team", &[]) } else { at };
            if on(On::OwnGroup) {
                builder.0.principals[at].groups.push(holder as u32);
            }
            builder.managed(at, "grants", &granted);
            if managed {
                builder.managed(holder, "denies", &held);
            } else {
                let link = Link::inline(builder.0.add(Attached::of(statements(&held.join(", ")))));
                builder.0.principals[holder].links.push(link);
            }
        }
        _ => {
            if bounded {
                let mut rest = vec![allow("s3:*", "*")];
                rest.extend(actions.iter().map(|action| allow(action, "*")));
                builder.boundary(at, &rest);
            }
            if !granted.is_empty() {
                builder.managed(at, "own", &granted);
            }
            if on(On::OwnGroup) {
                let group = builder.group("team", &[]);
                builder.0.principals[at].groups.push(group as u32);
            }
        }
    }
    let target = if on(On::Group) {
        builder.group("administrators", &all)
    } else if on(On::User) {
        builder.user("administrator", &[])
    } else {
        let trusts = match (&method.services.first(), &method.federated) {
            (Some(service), _) if service.starts_with("cognito") => format!(r#"{{"Federated": "{service}"}}"#),
            (Some(service), _) => format!(r#"{{"Service": "{service}"}}"#),
            (_, Some(kind)) => format!(r#"{{"Federated": "arn:aws:iam::{ID}:{kind}corp"}}"#),
            _ if method.bits.contains(sts()) => ROOT.to_owned(),
            _ => r#"{"AWS": "arn:aws:iam::999999999999:root"}"#.to_owned(),
        };
        builder.role("administrator", &trusts, &[])
    };
    builder.managed(target, "everything", &all);
    if let Some(kind) = &method.workload {
        builder.workload(kind_of(kind).unwrap().name, "work", target);
    }
    (builder, at)
}

fn sts() -> usize {
    catalogue().id("sts:AssumeRole").unwrap()
}

fn finds(method: &Method, actions: &[&str]) -> bool {
    let (builder, at) = case(method, actions);
    let analysis = builder.analysis();
    let shown: Vec<&Step> = analysis.standings[at].steps.iter().filter(|step| step.method.id == method.id).collect();
    for step in &shown {
        assert_eq!(step.witnesses.len(), method.actions.len(), "{}: a witness for each action", method.id);
        for (needed, witness) in method.actions.iter().zip(&step.witnesses) {
            assert_eq!(needed.action, witness.action);
        }
    }
    !shown.is_empty()
}

#[test]
fn every_method_works_with_its_actions_and_not_without_one_of_them() {
    assert!(methods().len() >= 80, "{}", methods().len());
    for method in methods() {
        let actions: Vec<&str> = method.actions.iter().map(|needed| needed.action.as_str()).collect();
        assert!(finds(method, &actions), "{} does not work with its actions", method.id);
        for without in 0..actions.len() {
            let mut rest = actions.clone();
            let dropped = rest.remove(without);
            assert!(!finds(method, &rest), "{} works without {dropped}", method.id);
        }
    }
}

#[test]
fn every_method_that_leads_to_a_principal_makes_an_escalation() {
    for method in methods().iter().filter(|method| method.gain() != Gains::Credentials && method.assumes.is_none()) {
        let actions: Vec<&str> = method.actions.iter().map(|needed| needed.action.as_str()).collect();
        let (builder, at) = case(method, &actions);
        let standing = &builder.analysis().standings[at];
        assert_eq!(standing.verdict, Verdict::Escalates(Level::Shown), "{}: {:?}", method.id, standing.steps);
    }
}

#[test]
fn methods_are_well_formed() {
    let mut ids = std::collections::BTreeSet::new();
    for method in methods() {
        assert!(ids.insert(&method.id), "{} is there twice", method.id);
        assert!(method.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        assert!(method.text.ends_with('.') && !method.name.ends_with('.'), "{}", method.id);
        assert!(!method.sources.is_empty() && method.sources.iter().all(|source| source.starts_with("https://")));
        assert!(!method.actions.is_empty(), "{}", method.id);
        let passes = method.actions.iter().any(|needed| needed.on == On::PassedRole);
        assert_eq!(passes, !method.services.is_empty(), "{}: services and a passed role belong together", method.id);
        if let Some(kind) = &method.workload {
            assert!(kind_of(kind).is_some(), "{}: there is no kind {kind}", method.id);
        }
    }
    assert!(catalogue().actions.len() <= Bits::CAPACITY);
}

#[test]
fn every_action_of_a_method_is_one_of_aws() {
    for needed in methods().iter().flat_map(|method| &method.actions) {
        let known = crate::iam::catalogue::catalogue().action(&needed.action);
        assert_eq!(known.map(|action| action.to_string()), Some(needed.action.clone()));
    }
}

#[test]
fn policies_alone_open_methods() {
    for method in methods().iter().filter(|method| !matches!(method.gain(), Gains::Unbounded | Gains::Undenied)) {
        let actions: Vec<&str> = method.actions.iter().map(|needed| needed.action.as_str()).collect();
        let standing = escalations_of(&[statements(&allow(&actions.join(" "), "*"))]);
        assert!(standing.steps.iter().any(|step| step.method.id == method.id), "{}", method.id);
    }
    assert_eq!(escalations_of(&[statements(&allow("s3:Get*", "*"))]).verdict, Verdict::No);
}

#[test]
fn managed_policies_of_aws_for_reading_open_no_way_to_become_an_administrator() {
    for name in
        ["ReadOnlyAccess", "ViewOnlyAccess", "SecurityAudit", "AWSLambdaBasicExecutionRole", "AmazonS3FullAccess"]
    {
        let document = crate::iam::catalogue::managed_policy(name).unwrap().document;
        assert_eq!(escalations_of(&[policy(&document)]).verdict, Verdict::No, "{name}");
    }
    for name in
        ["IAMFullAccess", "PowerUserAccess", "AWSLambda_FullAccess", "AmazonEC2FullAccess", "AmazonSSMFullAccess"]
    {
        let document = crate::iam::catalogue::managed_policy(name).unwrap().document;
        let verdict = escalations_of(&[policy(&document)]).verdict;
        assert!(matches!(verdict, Verdict::Escalates(_)), "{name}: {verdict:?}");
    }
    let document = crate::iam::catalogue::managed_policy("AdministratorAccess").unwrap().document;
    assert!(matches!(escalations_of(&[policy(&document)]).verdict, Verdict::Administrator(..)));
}
