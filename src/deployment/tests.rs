//! Files of parameters, format by format, and what is wrong with them.

use super::*;
use crate::source::{Diagnostic, Limits, Loader};

fn read_as(name: &str, text: &str, environment: Option<&str>) -> Result<(Values, Vec<Diagnostic>), Vec<Diagnostic>> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), text).unwrap();
    read(&dir.path().join(name), &Loader::new(dir.path(), Limits::default()), environment)
}

/// `Name=Value` of every parameter, then the tags and the region.
fn of_environment(name: &str, text: &str, environment: Option<&str>) -> Vec<String> {
    let (values, warnings) = read_as(name, text, environment).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(warnings.is_empty(), "{warnings:?}");
    let parameters = values.parameters.iter().map(|one| format!("{}={}", one.name, one.value));
    let tags = values.tags.iter().map(|(key, value)| format!("tag {key}={value}"));
    parameters.chain(tags).chain(values.region.iter().map(|region| format!("in {region}"))).collect()
}

fn of(name: &str, text: &str) -> Vec<String> {
    of_environment(name, text, None)
}

/// What is wrong, one problem a line, with its help.
fn refused(name: &str, text: &str) -> String {
    told(&read_as(name, text, None).unwrap_err())
}

fn told(problems: &[Diagnostic]) -> String {
    let line = |problem: &Diagnostic| match &problem.help {
        Some(help) => format!("{problem} ({help})"),
        None => problem.to_string(),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn given(name: &str, value: &str) -> Given {
    Given { name: name.into(), value: value.into(), origin: None }
}

#[test]
fn what_comes_later_wins_and_the_rest_stays() {
    let tag = |value: &str| (Box::from("Team"), Box::from(value));
    let mut values = Values {
        parameters: vec![given("A", "1"), given("B", "2")],
        tags: vec![tag("old")],
        region: Some("us-east-1".into()),
    };
    values.merge(Values { parameters: vec![given("B", "3"), given("C", "4")], tags: vec![tag("new")], region: None });
    let shown: Vec<String> = values.parameters.iter().map(|one| format!("{}={}", one.name, one.value)).collect();
    assert_eq!(shown, ["A=1", "B=3", "C=4"]);
    assert_eq!(values.tags, [tag("new")]);
    assert_eq!(values.region.as_deref(), Some("us-east-1"));
}

#[test]
fn the_list_of_create_stack() {
    let json = r#"[
        {"ParameterKey": "Env", "ParameterValue": "prod"},
        {"ParameterKey": "Count", "ParameterValue": 3},
        {"ParameterKey": "Subnets", "ParameterValue": ["a", "b"]},
        {"ParameterKey": "Kept", "UsePreviousValue": true},
        {"ParameterKey": "Asked", "ParameterValue": "x", "UsePreviousValue": false, "ResolvedValue": "y"}
    ]"#;
    assert_eq!(of("p.json", json), ["Env=prod", "Count=3", "Subnets=a,b", "Asked=x"]);
    let yaml = "- ParameterKey: Env\n  ParameterValue: prod\n- ParameterKey: Kept\n  UsePreviousValue: true\n";
    assert_eq!(of("p.yaml", yaml), ["Env=prod"]);
    assert_eq!(of("p.json", "[]"), Vec::<String>::new());
}

#[test]
fn the_list_of_texts_of_deploy() {
    let json =
        r#"["Env=prod", "Empty=", "ParameterKey=A,ParameterValue=a\\,b", "ParameterKey=B,UsePreviousValue=true"]"#;
    assert_eq!(of("p.json", json), ["Env=prod", "Empty=", "A=a,b"]);
}

#[test]
fn the_flat_map() {
    assert_eq!(of("p.json", r#"{"Env": "prod", "On": true, "Zones": ["a", 1]}"#), ["Env=prod", "On=true", "Zones=a,1"]);
    assert_eq!(of("p.yaml", "Env: prod\nVersion: 1.10\nZones: [a, b]\n"), ["Env=prod", "Version=1.10", "Zones=a,b"]);
    assert_eq!(of("p.toml", "Env = \"prod\"\nCount = 3\n"), ["Env=prod", "Count=3"]);
    assert_eq!(of("p.yaml", "Parameters: x\nTags: y\n"), ["Parameters=x", "Tags=y"], "parameters may be called so");
}

#[test]
fn the_template_configuration_of_a_pipeline() {
    let json = r#"{"Parameters": {"Env": "prod"}, "Tags": {"Team": "pay"}, "StackPolicy": {"Statement": []}}"#;
    assert_eq!(of("c.json", json), ["Env=prod", "tag Team=pay"]);
    assert_eq!(of("c.json", r#"{"Tags": {"Team": "pay"}}"#), ["tag Team=pay"]);
}

#[test]
fn the_input_of_the_aws_cli() {
    let json = r#"{"StackName": "s", "Parameters": [{"ParameterKey": "Env", "ParameterValue": "prod"}],
        "Tags": [{"Key": "Team", "Value": "pay"}], "Capabilities": ["CAPABILITY_IAM"]}"#;
    assert_eq!(of("c.json", json), ["Env=prod", "tag Team=pay"]);
}

const SAM: &str = "version = 0.1\n[default.global.parameters]\nregion = \"eu-west-1\"\nparameter_overrides = \"Env=dev\"\n\
    [default.build.parameters]\ncached = true\n\
    [prod.deploy.parameters]\nparameter_overrides = [\"Env=prod\", \"Name=\\\"a b\\\" Size=2\"]\ntags = \"Team=pay Tier=1\"\n\
    [prod.global.parameters]\nparameter_overrides = \"Env=other\"\nregion = \"us-east-2\"\n";

#[test]
fn the_configuration_file_of_sam_by_environment() {
    assert_eq!(of("samconfig.toml", SAM), ["Env=dev", "in eu-west-1"]);
    let prod = ["Env=prod", "Name=a b", "Size=2", "tag Team=pay", "tag Tier=1", "in us-east-2"];
    assert_eq!(of_environment("samconfig.toml", SAM, Some("prod")), prod);
    assert_eq!(of_environment("samconfig.toml", SAM, Some("stage")), ["Env=dev", "in eu-west-1"]);
    let yaml = "version: 0.1\ndefault:\n  deploy:\n    parameters:\n      parameter_overrides:\n        - Env=dev\n        - Zones=a,b\n";
    assert_eq!(of("samconfig.yaml", yaml), ["Env=dev", "Zones=a,b"]);
    let map = "default: {deploy: {parameters: {parameter_overrides: {Env: dev, Zones: [a, b]}}}}\n";
    assert_eq!(of("samconfig.yaml", map), ["Env=dev", "Zones=a,b"]);
}

#[test]
fn an_environment_of_sam_that_gives_nothing_or_is_not_there_is_named() {
    let text = "[prod.deploy.parameters]\ncapabilities = \"CAPABILITY_IAM\"\n";
    let (_, warnings) = read_as("samconfig.toml", text, Some("prod")).unwrap();
    insta::assert_snapshot!(told(&warnings), @"samconfig.toml:1:2: the environment `prod` gives no parameter a value (a value stands in `parameter_overrides` of `deploy.parameters` or `global.parameters`)");
    insta::assert_snapshot!(refused("samconfig.toml", text), @"samconfig.toml:1:1: the file has no environment `default` (it has `prod`: name the one that is meant, as in `--env NAME=FILE`)");
    let file = "[default.deploy.parameters]\nparameter_overrides = \"file://p.json\"\n";
    insta::assert_snapshot!(refused("samconfig.toml", file), @"samconfig.toml:2:23: the values stand in another file, which is not followed (give that file as well)");
}

#[test]
fn every_problem_has_its_place() {
    let json = "[\n  {\"ParameterKey\": \"A\"},\n  {\"ParameterValue\": \"x\"},\n  {\"ParameterKey\": \"B\", \"Value\": \"x\"},\n  7,\n  \
        \"nonsense\",\n  {\"ParameterKey\": \"C\", \"ParameterValue\": {\"x\": 1}},\n  {\"ParameterKey\": \"D\", \"ParameterValue\": [[1]]},\n  \
        {\"ParameterKey\": \"E\", \"ParameterValue\": \"1\"},\n  {\"ParameterKey\": \"E\", \"ParameterValue\": \"2\"},\n  \
        {\"ParameterKey\": \"F\", \"ParameterValue\": \"1\", \"UsePreviousValue\": true}\n]";
    insta::assert_snapshot!(refused("p.json", json), @"
    p.json:2:20: parameter `A` has no value
    p.json:3:3: this parameter has no `ParameterKey`
    p.json:4:25: a parameter has no `Value` (it has `ParameterKey`, and `ParameterValue` or `UsePreviousValue`)
    p.json:4:20: parameter `B` has no value
    p.json:5:3: a parameter is a map with `ParameterKey` and `ParameterValue`, or a text `Key=Value`
    p.json:6:3: a parameter is expected here, of the form `Key=Value`
    p.json:7:43: the value of parameter `C` is a map (a value is a text, a number, a boolean or a list of these)
    p.json:8:43: the list of parameter `D` has an item that is no simple value (a value is a text, a number, a boolean or a list of these)
    p.json:10:20: parameter `E` is given twice
    p.json:11:25: parameter `F` has both a value and `UsePreviousValue`
    ");
}

#[test]
fn what_has_no_known_shape_is_refused() {
    for (name, text) in [
        ("p.json", "\"Env\""),
        ("p.yaml", "# nothing\n"),
        ("p.yaml", "A: 1\n---\nB: 2\n"),
        ("p.yaml", "A:\n"),
        ("p.yaml", "A: !Ref B\n"),
        ("t.yaml", "Resources: {}\nParameters: {A: {Type: String}}\n"),
        ("c.json", "{\"Parameters\": {\"A\": 1}, \"Tagz\": {}}"),
        ("c.json", "{\"Parameters\": {}, \"Tags\": [1]}"),
        ("p.json", "{\"A\": 1, \"A\": 2}"),
        ("samconfig.toml", "[default.deploy.parameters]\nparameter_overrides = \"A=1 B\"\n"),
        ("samconfig.toml", "[default.deploy.parameters]\nparameter_overrides = 7\nregion = 1\n"),
    ] {
        let problems = read_as(name, text, None).expect_err(text);
        assert!(!problems.is_empty());
    }
    let shown: Vec<String> = [
        ("c.json", "{\"Parameters\": {\"A\": 1}, \"Tagz\": {}}"),
        ("p.json", "{\"A\": 1,\n \"A\": 2}"),
        ("p.yaml", "A: {B: 1}\n"),
        ("p.yaml", "# nothing\n"),
        ("p.json", "7"),
        ("t.yaml", "Resources: {}\n"),
    ]
    .map(|(name, text)| refused(name, text))
    .to_vec();
    assert_eq!(
        shown,
        [
            "c.json:1:26: a template configuration has no `Tagz` (it has `Parameters`, `Tags` and `StackPolicy`)",
            "p.json:2:2: duplicate key `A`",
            "p.yaml:1:4: the value of parameter `A` is a map (a value is a text, a number, a boolean or a list of these)",
            "p.yaml: the file of parameters is empty",
            "p.json:1:1: a file of parameters is a map or a list (as in `{\"Key\": \"Value\"}` or `[{\"ParameterKey\": \
             \"Key\", \"ParameterValue\": \"Value\"}]`)",
            "t.yaml:1:1: this is a template, and no file of parameters",
        ]
    );
}

#[test]
fn no_problem_of_a_file_shows_a_value() {
    for (name, text) in [
        ("p.json", "{\"Pin\": hunter22}"),
        ("p.json", "{\"Pin\": \"hunter22\" \"x\"}"),
        ("p.json", "{\"Pin\": -hunter22}"),
        ("p.yaml", "Pin: *hunter22\n"),
        ("p.yaml", "Pin: @hunter22\n"),
        ("p.yaml", "Pin: \"hunter22\n"),
        ("p.yaml", "Pin: !hunter22 x: y\n"),
        ("p.toml", "Pin = hunter22\n"),
        ("p.toml", "Pin = \"\"\"hunter22\n"),
        ("p.json", "[\"hunter22\"]"),
        ("samconfig.toml", "[default.deploy.parameters]\nparameter_overrides = \"A=1 hunter22\"\n"),
        ("samconfig.toml", "[default.deploy.parameters]\nparameter_overrides = \"A=1 A='hunter22\"\n"),
    ] {
        let shown = refused(name, text);
        assert!(!shown.contains("hunter22"), "{shown}");
    }
}

#[test]
fn a_warning_about_a_number_does_not_show_it() {
    let (values, warnings) = read_as("p.yaml", "Pin: 012345670123\n", None).unwrap();
    assert_eq!(values.parameters.len(), 1);
    let shown = told(&warnings);
    assert!(shown.starts_with("p.yaml:1:6: ") && !shown.contains("12345670123"), "{shown}");
}
