//! A template and a changed one, of which it is known what the change means for every verdict.
//!
//! The templates are those of the rules' inline tests, so that what changes is what rules look at. `METAMORPHIC_CASES=2000`
//! runs that many cases of each property, and `METAMORPHIC_FROM=123` begins with that one.

mod rewrite;
mod seeds;
mod split;
mod write;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use fasscan::facts::secret::is_secret_name;
use fasscan::report::Report;
use fasscan::scan::{Request, scan};
use fasscan::source::Limits;
use fasscan::template::unit::Environment;
use serde_json::{Map, Value};

use rewrite::{Reference, rewrite};
use seeds::{Random, Said, Seed, Verdicts, project};

/// Cases of a property when nothing else is said.
const CASES: u64 = 400;

/// What a property says of a case: whether it is about that case at all, or what does not hold.
type Held = Result<bool, String>;

/// Runs a property on random seeds and shows what of it does not hold, the first few of it.
fn for_each_case(property: impl Fn(&Seed, &mut Random) -> Held) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (from, count) = (number("METAMORPHIC_FROM").unwrap_or(0), number("METAMORPHIC_CASES").unwrap_or(CASES));
    let (mut told, mut failures, mut held) = (String::new(), 0, 0);
    for case in from..from + count {
        let mut random = Random(case.wrapping_mul(0x1234_5678_9abc_def1));
        let seed = random.pick(&project().seeds);
        match property(seed, &mut random) {
            Ok(about) => held += u64::from(about),
            Err(message) => {
                failures += 1;
                if failures <= 12 {
                    let _ = writeln!(told, "\ncase {case}, of `{}`: {message}", seed.name);
                }
            }
        }
    }
    assert!(failures == 0, "{failures} of {count} cases:{told}");
    assert!(held * 4 >= count, "the property is about {held} of {count} cases only");
}

/// What is different, as text; details too when `exactly`.
fn difference(before: &Verdicts, after: &Verdicts, exactly: bool) -> Option<String> {
    before.iter().find_map(|(key, was)| match after.get(key) {
        None => Some(format!("{key:?} has no verdict any more, it was {was:?}")),
        Some(is) if is.outcome != was.outcome || exactly && is != was => {
            Some(format!("{key:?}:\n  was {was:?}\n  is  {is:?}"))
        }
        _ => None,
    })
}

#[test]
fn the_same_value_said_in_another_way_keeps_every_verdict() {
    for_each_case(|seed, random| {
        let mut template = seed.template.clone();
        let mut ways = Vec::new();
        for _ in 0..=random.below(2) {
            let places = rewrite::places(&template);
            if places.is_empty() {
                return Ok(false);
            }
            let place = random.pick(&places).clone();
            let mut changed = template.clone();
            if let Some(way) = rewrite::another_way(&mut changed, &place, random) {
                template = changed;
                ways.push(format!("{place} by {way}"));
            }
        }
        let before = seed.verdicts();
        match difference(&before, &seed.with(template.clone()).verdicts(), false) {
            Some(different) => Err(format!("{ways:?}\n  {different}\n{template}")),
            None => Ok(true),
        }
    });
}

#[test]
fn an_unknown_leaves_a_verdict_or_makes_it_unknown() {
    for_each_case(|seed, random| {
        let mut template = seed.template.clone();
        let places = rewrite::places(&template);
        if places.is_empty() {
            return Ok(false);
        }
        let place = random.pick(&places);
        let Some((way, runtime)) = rewrite::unsettle(&mut template, place, random) else { return Ok(false) };
        let after = seed.with(template.clone()).verdicts();
        for (key, was) in seed.verdicts() {
            let Some(is) = after.get(&key) else { continue };
            // A secret that only deployment reads is none in clear text, and one in a value of another name is seen only
            // where it is written.
            let last = place.rsplit('/').next().unwrap_or_default();
            if project().about_secrets[&key.0] && (runtime || !is_secret_name(last)) {
                continue;
            }
            // A name that nobody knows takes the resource out of relations by that name: it does not concern others then.
            if was.outcome == "not applicable" && place.ends_with("Name") {
                continue;
            }
            // What nobody sees of the policies of an identity is taken to give, and not to deny what is seen.
            if key.0 == "iam-privilege-escalation-path" && was.outcome == "pass" && place.contains("/Statement") {
                continue;
            }
            let flipped = was.outcome != is.outcome && is.outcome != "unknown" && was.outcome != "unknown";
            if flipped {
                return Err(format!("{place} by {way}\n  {key:?}:\n  was {was:?}\n  is  {is:?}\n{template}"));
            }
        }
        Ok(true)
    });
}

#[test]
fn the_way_of_writing_a_template_changes_no_verdict() {
    for_each_case(|seed, random| {
        let before = seed.verdicts();
        let text = match random.below(4) {
            0 => serde_json::to_string_pretty(&seed.template).unwrap(),
            1 => rewrite::shuffled(&seed.template, random).to_string(),
            2 => write::Yaml::of(&rewrite::shuffled(&seed.template, random), random),
            _ => write::Yaml::of(&seed.template, random),
        };
        difference(&before, &seed.verdicts_of_text(&text), true)
            .map_or(Ok(true), |different| Err(format!("{different}\n{text}")))
    });
}

#[test]
fn moving_resources_to_a_nested_stack_changes_no_verdict() {
    for_each_case(|seed, random| {
        let Some((parent, child)) = split::split(&seed.template, random) else { return Ok(false) };
        let (parent, child) = (parent.to_string(), child.to_string());
        let after = seed.verdicts_of_texts(&[&parent, &child], &[("MetaChild", 1)]);
        let different = difference(&seed.verdicts(), &after, false);
        different.map_or(Ok(true), |different| Err(format!("{different}\n{parent}\n{child}")))
    });
}

/// The template with other names for everything in it, and nothing but sections that can be joined with others.
fn renamed(template: &Value) -> Option<Value> {
    let sections = ["Parameters", "Mappings", "Conditions", "Resources", "AWSTemplateFormatVersion", "Description"];
    let map = template.as_object()?;
    if !map.keys().all(|key| sections.contains(&key.as_str())) {
        return None;
    }
    let name = |name: &str| format!("Other{name}");
    let mut names: BTreeSet<String> = BTreeSet::new();
    for section in sections {
        names.extend(map.get(section).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned());
    }
    let mut other = Map::new();
    for (section, members) in map {
        let Value::Object(members) = members else { continue };
        let members = members.iter().map(|(key, value)| {
            let mut value = value.clone();
            rewrite(&mut value, &mut |reference| match reference {
                Reference::Ref(known) if names.contains(known) => Some(serde_json::json!({"Ref": name(known)})),
                Reference::Attribute(known, attribute) if names.contains(known) => {
                    Some(serde_json::json!({"Fn::GetAtt": [name(known), attribute]}))
                }
                _ => None,
            });
            rename_plain(&mut value, &names);
            (name(key), value)
        });
        other.insert(section.clone(), members.collect::<Map<_, _>>().into());
    }
    Some(other.into())
}

/// The names that stand where no function refers: conditions, mappings, `DependsOn`.
fn rename_plain(value: &mut Value, names: &BTreeSet<String>) {
    let rename = |value: &mut Value| {
        if let Value::String(text) = value
            && names.contains(text)
        {
            *text = format!("Other{text}");
        }
    };
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename_plain(item, names)),
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("Fn::If" | "Fn::FindInMap", Value::Array(items)) => items.iter_mut().take(1).for_each(rename),
                    ("DependsOn", Value::Array(items)) => items.iter_mut().for_each(rename),
                    ("Condition" | "DependsOn", value) => rename(value),
                    _ => {}
                }
                rename_plain(value, names);
            }
        }
        _ => {}
    }
}

/// All texts that may name something outside a template.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(map) => map.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// The texts under keys that name a resource.
fn physical_names(value: &Value, found: &mut BTreeSet<String>) {
    if let Value::Array(items) = value {
        items.iter().for_each(|item| physical_names(item, found));
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        if key.ends_with("Name") || key.ends_with("Identifier") || key.ends_with("Id") || key.ends_with("Names") {
            texts(value, found);
        }
        physical_names(value, found);
    }
}

#[test]
fn an_unrelated_resource_changes_no_verdict_of_others() {
    for_each_case(|seed, random| {
        let stranger = random.pick(&project().seeds);
        let (Some(other), true) = (renamed(&stranger.template), renamed(&seed.template).is_some()) else {
            return Ok(false);
        };
        let (mut own, mut theirs) = (BTreeSet::new(), BTreeSet::new());
        physical_names(&seed.template, &mut own);
        texts(&other, &mut theirs);
        let mut named = BTreeSet::new();
        physical_names(&other, &mut named);
        let mut all = BTreeSet::new();
        texts(&seed.template, &mut all);
        // One that is named as in the other, or refers to something that nobody knows, may be related.
        let unsettled = ["Parameters", "Fn::ImportValue", "{{resolve", "Fn::If", "AWS::StackName", "Custom::"];
        let open = unsettled.iter().any(|word| other.to_string().contains(word));
        if own.intersection(&theirs).next().is_some() || named.intersection(&all).next().is_some() || open {
            return Ok(false);
        }
        let mut whole = seed.template.clone();
        for (section, members) in other.as_object().unwrap() {
            for (name, value) in members.as_object().unwrap() {
                rewrite::declare(&mut whole, section, name, value.clone());
            }
        }
        // What is deployed beside a resource is related to it for rules that ask for just that.
        let mut before = seed.verdicts();
        before.retain(|key, _| !project().about_neighbours.contains(&key.0));
        let different = difference(&before, &seed.with(whole.clone()).verdicts(), true);
        different.map_or(Ok(true), |different| Err(format!("with `{}`: {different}\n{whole}", stranger.name)))
    });
}

#[test]
fn the_same_template_twice_is_found_fault_with_twice() {
    let dir = tempfile::tempdir().unwrap();
    let run = |names: &[&str]| -> Report {
        let request = Request {
            paths: names.iter().map(|name| dir.path().join(name)).collect(),
            snapshots: Vec::new(),
            cwd: dir.path().to_path_buf(),
            environment: Environment::default(),
            deployments: Vec::new(),
            options: fasscan::eval::Options { today: "2026-11-21".into(), strict: false, ..Default::default() },
            fail_on: None,
            assessment: Default::default(),
            jobs: None,
            limits: Limits::default(),
        };
        scan(&request, &project().rules)
    };
    for_each_case(|seed, random| {
        let text = write::Yaml::of(&seed.template, random);
        for name in ["a.yaml", "b.yaml"] {
            std::fs::write(dir.path().join(name), &text).unwrap();
        }
        let (one, two) = (run(&["a.yaml"]), run(&["a.yaml", "b.yaml"]));
        let of = |report: &Report, file: &str| -> Vec<String> {
            let own = report.findings.iter().filter(|finding| finding.location.file == file);
            own.map(|finding| format!("{} {} {:?}", finding.rule, finding.message, finding.location.bytes)).collect()
        };
        let expected = of(&one, "a.yaml");
        for file in ["a.yaml", "b.yaml"] {
            if of(&two, file) != expected {
                return Err(format!("{file}: {:?} instead of {expected:?}\n{text}", of(&two, file)));
            }
        }
        if two.verdicts.len() != 2 * one.verdicts.len() || two.summary.unknown != 2 * one.summary.unknown {
            return Err(format!("{:?} instead of twice {:?}", two.summary, one.summary));
        }
        Ok(true)
    });
}

#[test]
fn a_difference_is_seen() {
    let said = |outcome| Said { outcome, details: Vec::new(), when: Vec::new() };
    let verdicts = |outcome| Verdicts::from([(("rule".to_owned(), "Id".to_owned()), said(outcome))]);
    assert!(difference(&verdicts("pass"), &verdicts("fail"), false).is_some());
    assert!(difference(&verdicts("pass"), &Verdicts::new(), false).is_some());
    assert!(difference(&verdicts("pass"), &verdicts("pass"), true).is_none());
}

/// What the random cases found once, each as a rule, the properties of a type, and what is to be said.
const FOUND: [(&str, &str, &str, &str); 7] = [
    // A statement that only deployment shows, in place of a list or map.
    (
        "iam-administrator-policy",
        "AWS::IAM::Policy",
        r#"{"PolicyDocument": {"Statement": {"Fn::GetAtt": ["Q", "Arn"]}}}"#,
        "unknown",
    ),
    // A custom resource may return anything.
    (
        "iam-role-assumable-by-anyone",
        "AWS::IAM::Role",
        r#"{"AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": {"Fn::GetAtt": ["C", "V"]}}}}}"#,
        "unknown",
    ),
    // The same of an attribute of AWS's own types, which is a name.
    (
        "iam-role-assumable-by-anyone",
        "AWS::IAM::Role",
        r#"{"AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": {"Fn::GetAtt": ["R", "Arn"]}}}}}"#,
        "pass",
    ),
    // An action that is known in part.
    (
        "iam-service-wildcard",
        "AWS::IAM::Policy",
        r#"{"PolicyDocument": {"Statement": {"Effect": "Allow", "Action": {"Fn::Sub": "s3:${P}"}, "Resource": "*"}}}"#,
        "unknown",
    ),
    // A secret that is put together of what nobody knows.
    (
        "rds-master-password-cleartext",
        "AWS::RDS::DBInstance",
        r#"{"MasterUserPassword": {"Fn::Sub": "${P}${P}"}}"#,
        "fail",
    ),
    (
        "lambda-environment-secret-cleartext",
        "AWS::Lambda::Function",
        r#"{"Environment": {"Variables": {"DB_PASSWORD": {"Fn::Sub": "${P}${P}"}}}}"#,
        "unknown",
    ),
    // A tag that nobody knows may be the one that is missing.
    ("tagging-required-tags-missing", "AWS::S3::Bucket", r#"{"Tags": [{"Ref": "P"}]}"#, "unknown"),
];

#[test]
fn what_the_random_cases_found_stays_mended() {
    for (rule, kind, properties, outcome) in FOUND {
        let text = format!(
            r#"{{"Parameters": {{"P": {{"Type": "String"}}}}, "Resources": {{
            "Q": {{"Type": "AWS::SQS::Queue"}}, "C": {{"Type": "Custom::C"}}, "R": {{"Type": "AWS::IAM::User"}},
            "Main": {{"Type": "{kind}", "Properties": {properties}}}}}}}"#
        );
        let said = &project().seeds[0].verdicts_of_text(&text)[&(rule.to_owned(), "Main".to_owned())];
        assert_eq!(said.outcome, outcome, "{rule} of {properties}: {said:?}");
    }
}
