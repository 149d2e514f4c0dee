use crate::framework;
use crate::rule::ast::{Absent, Clause, Fallback, Literal, Operand, Operator, Quantifier, Segment, Via};

use super::*;

/// A rule that uses most of the language and has no error.
pub(in crate::rule) const RULE: &str = r#"id          = "own-rule"
title       = "Function is odd"
severity    = "low"
status      = "preview"
reviewed    = 2026-11-21
aliases     = ["own-rule-before"]
peers       = { checkov = ["CKV_1", "CKV_2"] }
description = "It is odd."
references  = ["https://example.com/a"]

[params]
names = ["A", "B"]
days  = 7

[select]
types = ["AWS::Lambda::Function"]
where = [{ path = "Runtime", exists = true }]

[related.key]
type = "AWS::KMS::Key"
to   = "KmsKeyArn"

[[assert]]
path    = "Runtime"
one_of  = ["python3.13", "nodejs22.x"]
absent  = "fail"
message = "`Runtime` is {value}, not {param.names}"

[[assert]]
path     = "Timeout"
at_least = { param = "days" }
absent   = "pass"
message  = "`Timeout` is {value}"

[[assert]]
none    = "Environment.Variables"
match   = [{ path = "@key", one_of = { param = "names" } }, { path = ".", matches = "^x" }]
message = "{element} is there"

[[assert]]
on      = "key"
match   = [{ path = "EnableKeyRotation", equals = true, absent = "fail" }]
missing = "unknown"
message = "{partner} does not rotate"

[[control]]
framework = "soc2-2017"
ids       = ["CC6.1"]
strength  = "direct"
rationale = "Because."

[remediation]
text = "Repair it."
fix  = { set = "Timeout", value = 7, safe = true }

[[test]]
name     = "all three"
params   = { days = 8 }
template = """
Resources:
  One: { Type: AWS::Lambda::Function }
  Two: { Type: AWS::Lambda::Function }
  Three: { Type: AWS::Lambda::Function }
"""
expect   = [
    { resource = "One", outcome = "fail", line = 2, when = { Prod = true } },
    { resource = "Two", outcome = "pass", by_default = true },
    { resource = "Three", outcome = "unknown", cause = "import-value" },
]
"#;

fn load_as(path: &str, text: &str) -> (RuleSet, Vec<Diagnostic>) {
    let file = Arc::new(SourceFile::new(path, text));
    load_user(&[file], framework::builtin(), RuleSet::default())
}

pub(super) fn load(text: &str) -> (RuleSet, Vec<Diagnostic>) {
    load_as("own-rule.toml", text)
}

/// One line each: level where it is none, place, message, help.
pub(super) fn told(problems: &[Diagnostic]) -> String {
    let mut out = String::new();
    for problem in problems {
        if problem.level != Level::Error {
            out += &format!("{:?} ", problem.level);
        }
        out += &format!("{problem}\n");
        for note in &problem.notes {
            let file = problem.file.as_ref().expect("file");
            let at = file.position(note.span.start);
            out += &format!("  {}:{}: {}\n", at.line, at.column, note.message);
        }
        if let Some(help) = &problem.help {
            out += &format!("  help: {help}\n");
        }
    }
    out
}

/// Checks what is told about the rule with one change, and that it is told at the text marked by `at`.
#[track_caller]
fn check(from: &str, to: &str, at: &str, expected: &str) {
    assert_eq!(RULE.matches(from).count(), 1, "`{from}` stands in the rule once");
    let text = RULE.replace(from, to);
    let (rules, problems) = load(&text);
    let told: Vec<String> = problems
        .iter()
        .map(|problem| {
            let span = problem.span.expect("place");
            assert_eq!(span.slice(&text), at, "{}", problem.message);
            let help = problem.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
            format!("{}{help}", problem.message)
        })
        .collect();
    assert_eq!(told, [expected]);
    assert!(rules.rules.is_empty() || problems.iter().all(|problem| problem.level != Level::Error));
}

#[test]
fn built_in_rules_have_no_problem() {
    assert_eq!(told(&crate::rule::lint_builtin()), "");
}

#[test]
fn built_in_rules_are_the_same_from_the_binary_and_from_their_files() {
    let (carried, problems) = RuleSet::builtin();
    assert_eq!(told(&problems), "");
    let checks =
        Checks { schema: Schema::embedded(), frameworks: framework::builtin(), conventions: Conventions::Project };
    let (read, _) = load_checked(&crate::rule::builtin_files(), &checks, RuleSet::default());
    assert!(!carried.rules.is_empty());
    assert_eq!(carried.rules.len(), read.rules.len());
    for (carried_rule, read_rule) in carried.rules.iter().zip(&read.rules) {
        assert!(carried_rule.tests.is_empty() && !read_rule.tests.is_empty());
        assert_eq!(carried_rule.file.path(), read_rule.file.path());
        let shape =
            |rule: &Rule| format!("{:?} {:?} {:?} {:?}", rule.reviewed, rule.controls, rule.remediation, rule.fix);
        assert_eq!(shape(carried_rule), shape(read_rule));
        assert_eq!(crate::rule::show(carried_rule), crate::rule::show(read_rule));
        assert_eq!(carried_rule.asserts.len(), read_rule.asserts.len());
    }
}

#[test]
fn the_example_of_the_documentation_loads() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rule-language.md");
    let text = std::fs::read_to_string(path).expect("document");
    let block = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("block");
    let (rules, problems) = load_as("rds-storage-unencrypted.toml", block);
    // It shows one test only.
    insta::assert_snapshot!(told(&problems), @r#"
    Warning rds-storage-unencrypted.toml:1:15: no test shows a pass, an unknown
      help: add a `[[test]]`
    "#);
    assert_eq!(rules.rules.len(), 1);
    assert_eq!(rules.rules[0].peers.len(), 3);
}

#[test]
fn all_errors_of_a_file_are_told_at_once_and_in_order() {
    let text = include_str!("../../../fixtures/broken/rules/ten-errors.toml");
    let (rules, problems) = load_as("ten-errors.toml", text);
    assert!(rules.rules.is_empty());
    insta::assert_snapshot!(told(&problems), @r#"
    ten-errors.toml:1:15: the id `ten-mistakes` is not the file name `ten-errors`
    Warning ten-errors.toml:1:15: no test shows a pass, a fail with its line, an unknown
      help: add a `[[test]]`
    ten-errors.toml:3:15: unknown severity `hihg`
      help: did you mean `high`
    ten-errors.toml:5:15: `2026-02-30` is not a date as YYYY-MM-DD
    ten-errors.toml:12:10: unknown resource type `AWS::S3::Buckets`
      help: did you mean `AWS::S3::Bucket`
    ten-errors.toml:16:1: unknown operator `equal`
      help: did you mean `equals`
    ten-errors.toml:22:22: unknown parameter `minimum_day`
      help: did you mean `minimum_days`
    ten-errors.toml:28:11: `(aurora|postgres` is not a regular expression: unclosed group
    ten-errors.toml:34:46: `equals` and `exists` are two operators in one clause
      34:28: the first
      help: write two clauses, in `all` or `any`
    ten-errors.toml:39:14: unknown control `3.5.1.9`
      help: did you mean `3.5.1`
    ten-errors.toml:45:57: `safe` is to be `true` or `false`, not a text
    "#);
}

#[test]
fn a_rule_is_compiled_as_written() {
    let (rules, problems) = load(RULE);
    assert_eq!(told(&problems), "");
    let rule = &rules.rules[0];
    assert_eq!(rule.peers, [("checkov".into(), "CKV_1".into()), ("checkov".into(), "CKV_2".into())]);
    assert_eq!(&*rule.reviewed, "2026-11-21");
    assert_eq!(rule.params[1].value, Literal::Number(7.0, "7".into()));
    let Clause::Test {
        operator: Operator::AtLeast(Operand::Param(1)),
        absent: Some(Fallback::Holds(Absent::Pass)),
        ..
    } = &rule.asserts[1].clause
    else {
        panic!("{:?}", rule.asserts[1].clause)
    };
    let Clause::Quantified { quantifier: Quantifier::None, over, matches, .. } = &rule.asserts[2].clause else {
        panic!("{:?}", rule.asserts[2].clause)
    };
    let keys: Vec<&str> = over
        .segments
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => rules.names.text(*key),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, ["Environment", "Variables"]);
    assert_eq!(matches.len(), 2);
    let Clause::On { related: 0, quantifier: Quantifier::Some, missing: Absent::Unknown, .. } = &rule.asserts[3].clause
    else {
        panic!("{:?}", rule.asserts[3].clause)
    };
    assert!(matches!(&rule.related[0].via, Via::Selected(path) if &*path.text == "KmsKeyArn"));
    assert_eq!(rule.tests[0].expect[0].when, [("Prod".into(), "true".into())]);
    assert_eq!(rule.tests[0].expect[0].line, Some(2));
}

#[test]
fn broken_toml_is_told_and_other_files_are_still_loaded() {
    let broken = Arc::new(SourceFile::new("broken.toml", "id = \n"));
    let good = Arc::new(SourceFile::new("own-rule.toml", RULE));
    let (rules, problems) = load_user(&[broken, good], framework::builtin(), RuleSet::default());
    assert_eq!(rules.rules.len(), 1);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().starts_with("broken.toml:1:"), "{}", problems[0]);
}

#[test]
fn ids_and_aliases_are_unique_over_all_files() {
    let (builtin, _) = RuleSet::builtin();
    let taken = builtin.rules[0].id.to_string();
    let alias = RULE.replace("own-rule-before", &taken);
    let files = [
        Arc::new(SourceFile::new("a/own-rule.toml", RULE)),
        Arc::new(SourceFile::new("b/own-rule.toml", RULE)),
        Arc::new(SourceFile::new("c/own-rule.toml", alias)),
    ];
    let count = builtin.rules.len();
    let (rules, problems) = load_user(&files, framework::builtin(), builtin);
    assert_eq!(rules.rules.len(), count + 1);
    let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "b/own-rule.toml:1:15: `own-rule` is the id or an alias of another rule",
            "b/own-rule.toml:6:16: `own-rule-before` is the id or an alias of another rule",
            "c/own-rule.toml:1:15: `own-rule` is the id or an alias of another rule",
            &format!("c/own-rule.toml:6:16: `{taken}` is the id or an alias of another rule"),
        ]
    );
}

#[test]
fn wrong_metadata_is_told() {
    let words = "known are `critical`, `high`, `medium`, `low`";
    check("\"low\"", "\"worst\"", "\"worst\"", &format!("unknown severity `worst` | {words}"));
    check("\"low\"", "3", "3", "`severity` is to be a text, not a number");
    check("\"preview\"", "\"stabel\"", "\"stabel\"", "unknown status `stabel` | did you mean `stable`");
    check("2026-11-21", "\"21.11.2026\"", "\"21.11.2026\"", "`21.11.2026` is not a date as YYYY-MM-DD");
    check("aliases     =", "aliasses =", "aliasses", "unknown key `aliasses` | did you mean `aliases`");
    check("title       = \"Function is odd\"\n", "", "", "`title` is missing");
    check("Function is odd", "It is odd.", "\"It is odd.\"", "`title` ends with a full stop");
    check("https://example.com/a", "http://x", "\"http://x\"", "`http://x` is not an https address");
    check("[\"own-rule-before\"]", "[\"Before\"]", "\"Before\"", "`Before` is not lower-case words joined by hyphens");
    check("\"own-rule\"", "\"own-rules\"", "\"own-rules\"", "the id `own-rules` is not the file name `own-rule`");
}

#[test]
fn an_id_that_is_no_name_is_told() {
    let (_, problems) = load_as("Own_rule.toml", &RULE.replace("\"own-rule\"", "\"Own_rule\""));
    assert_eq!(told(&problems), "Own_rule.toml:1:15: `Own_rule` is not lower-case words joined by hyphens\n");
}

#[test]
fn rules_of_this_repository_keep_more_conventions() {
    let text = RULE.replace("\nreferences  = [\"https://example.com/a\"]", "").replace("It is odd.", "It is odd");
    let text = text.split("[[test]]").next().expect("head");
    let file = Arc::new(SourceFile::new("rules/aws/lambda/own-rule.toml", text));
    let checks =
        Checks { schema: Schema::embedded(), frameworks: framework::builtin(), conventions: Conventions::Project };
    let (_, problems) = load_checked(&[file], &checks, RuleSet::default());
    insta::assert_snapshot!(told(&problems), @r#"
    rules/aws/lambda/own-rule.toml:1:1: `references` is missing
    rules/aws/lambda/own-rule.toml:1:15: `own-rule` does not start with its service `lambda`
    rules/aws/lambda/own-rule.toml:1:15: no test shows a pass, a fail with its line, an unknown
      help: add a `[[test]]`
    rules/aws/lambda/own-rule.toml:8:15: the text does not end with a full stop
    "#);
}

#[test]
fn rules_of_this_repository_spell_scanners_in_one_way() {
    let text = RULE.replace("peers       = { checkov", "peers       = { chekov");
    let checks =
        Checks { schema: Schema::embedded(), frameworks: framework::builtin(), conventions: Conventions::Project };
    let file = Arc::new(SourceFile::new("rules/aws/own/own-rule.toml", text));
    let (_, problems) = load_checked(&[file], &checks, RuleSet::default());
    let scanner = problems.iter().find(|problem| problem.message.contains("scanner")).expect("told");
    assert_eq!(scanner.message, "unknown scanner `chekov`");
    assert_eq!(scanner.help.as_deref(), Some("did you mean `checkov`"));
}

#[test]
fn derived_relations_know_their_ends() {
    let relation = "type = \"AWS::KMS::Key\"\nto   = \"KmsKeyArn\"";
    let matches = "match   = [{ path = \"EnableKeyRotation\", equals = true, absent = \"fail\" }]";
    let told = |derived: &str| {
        let text = RULE.replace(relation, derived).replace(matches, "match   = []");
        load(&text).1.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told("derived = \"log-group\""), [""; 0]);
    assert_eq!(told("derived = \"subscription\""), ["`subscription` is not known of `AWS::Lambda::Function`"]);
    assert_eq!(
        told("type = \"AWS::KMS::Key\"\nderived = \"log-group\""),
        ["`log-group` leads to `AWS::Logs::LogGroup`, not to `AWS::KMS::Key`"]
    );
    assert_eq!(told("derived = \"neighbor\""), ["unknown derived `neighbor`"]);
    assert_eq!(told("derived = \"neighbour\""), ["`type` is missing"]);
}

#[test]
fn a_rule_of_a_profile_counts_for_no_control() {
    let (head, rest) = RULE.split_once("[[control]]").expect("control");
    let (control, rest) = rest.split_once("[remediation]").expect("remediation");
    let text = format!("{head}[remediation]{rest}").replace("status ", "profile = \"platform\"\nstatus ");
    let checks =
        Checks { schema: Schema::embedded(), frameworks: framework::builtin(), conventions: Conventions::Project };
    let told_of = |text: &str| {
        let file = Arc::new(SourceFile::new("rules/aws/own/own-rule.toml", text));
        told(&load_checked(&[file], &checks, RuleSet::default()).1)
    };
    assert_eq!(told_of(&text), "");
    assert_eq!(
        load(&text.replace("\"platform\"", "\"of-the-house\"")).0.rules[0].profile.as_deref(),
        Some("of-the-house")
    );
    let unknown = told_of(&text.replace("\"platform\"", "\"platfrom\""));
    assert!(
        unknown.contains("own-rule.toml:4:11: unknown profile `platfrom`\n  help: did you mean `platform`"),
        "{unknown}"
    );
    let both = told_of(&text.replace("[remediation]", &format!("[[control]]{control}[remediation]")));
    assert!(both.contains(": a rule that belongs to a profile counts for no control"), "{both}");
}

#[test]
fn a_rule_of_a_user_without_tests_is_loaded_with_a_warning() {
    let (rules, problems) = load(RULE.split("[[test]]").next().expect("head"));
    assert_eq!(rules.rules.len(), 1);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].level, Level::Warning);
    assert_eq!(problems[0].message, "no test shows a pass, a fail with its line, an unknown");
}

#[test]
fn wrong_controls_are_told() {
    check("\"CC6.1\"", "\"CC6.1.1\"", "\"CC6.1.1\"", "unknown control `CC6.1.1` | did you mean `CC6.1`");
    check("\"CC6.1\"", "\"CC6.1\", \"CC6.1\"", "\"CC6.1\"", "`CC6.1` is listed twice");
    check("[\"CC6.1\"]", "[]", "[]", "`ids` has no controls");
    check(
        "\"soc2-2017\"",
        "\"soc2-2018\"",
        "\"soc2-2018\"",
        "unknown framework `soc2-2018` | did you mean `soc2-2017`",
    );
    check("\"direct\"", "\"indirect\"", "\"indirect\"", "unknown strength `indirect` | did you mean `direct`");
    let again = "[[control]]\nframework = \"soc2-2017\"\nids = [\"CC6.1\"]\nstrength = \"direct\"\nrationale = \"So.\"\n\n[remediation]";
    check("[remediation]", again, "\"CC6.1\"", "control `CC6.1` is mapped twice");
}

#[test]
fn types_and_paths_are_checked_against_the_schema() {
    check(
        "\"AWS::Lambda::Function\"]",
        "\"AWS::Lambda::Funktion\"]",
        "\"AWS::Lambda::Funktion\"",
        "unknown resource type `AWS::Lambda::Funktion` | did you mean `AWS::Lambda::Function`",
    );
    check(
        "\"AWS::KMS::Key\"",
        "\"AWS::KMS::Keys\"",
        "\"AWS::KMS::Keys\"",
        "unknown resource type `AWS::KMS::Keys` | did you mean `AWS::KMS::Key`",
    );
    check(
        "\"EnableKeyRotation\"",
        "\"KeyRotation\"",
        "KeyRotation",
        "`KeyRotation` is not a property of `AWS::KMS::Key` | did you mean `EnableKeyRotation`",
    );
    check(
        "\"Environment.Variables\"",
        "\"Environment.Variable\"",
        "Variable",
        "`Variable` is not a property of `Environment` in `AWS::Lambda::Function` | did you mean `Variables`",
    );
    check(
        "\"Environment.Variables\"",
        "\"Environment\"",
        "\"Environment\"",
        "`Environment` has no elements to look at, it is an object",
    );
    check(
        "set = \"Timeout\"",
        "set = \"TimeOut\"",
        "TimeOut",
        "`TimeOut` is not a property of `AWS::Lambda::Function` | did you mean `Timeout`",
    );
    check(
        "path    = \"Runtime\"\n",
        "path    = \".\"\n",
        "\".\"",
        "`.` stands for an element, and there is none here | write it in `match` of `each`, `some` or `none`",
    );
    check(
        "path    = \"Runtime\"\n",
        "path    = \"@key\"\n",
        "\"@key\"",
        "`@key` stands for the key of a map's value, and there is none here | write it in `match` of `each`, `some` or `none` over a map",
    );
    check(
        "path    = \"Runtime\"\n",
        "path    = \"VpcConfig..SubnetIds\"\n",
        "",
        "the path has an empty step | write `A.B`, `A[].B` for every element, `A.*` for every value or `A.\"b.c\"` for a key with a dot",
    );
    check(
        "path    = \"Runtime\"\n",
        "path    = \"Layers[0]\"\n",
        "Layers[0]",
        "`Layers[0]` is not a step of a path | write `A.B`, `A[].B` for every element, `A.*` for every value or `A.\"b.c\"` for a key with a dot",
    );
    check(
        "to   = \"KmsKeyArn\"",
        "to   = \"KmsKey\"",
        "KmsKey",
        "`KmsKey` is not a property of `AWS::Lambda::Function` | did you mean `KmsKeyArn`",
    );
}

#[test]
fn values_that_the_schema_does_not_allow_are_told() {
    check(
        "[\"python3.13\", \"nodejs22.x\"]",
        "[\"python3.31\"]",
        "[\"python3.31\"]",
        "`python3.31` is not a value of `Runtime` | did you mean `python3.11`",
    );
    check(
        "equals = true, absent",
        "equals = \"yes\", absent",
        "\"yes\"",
        "`yes` does not fit `EnableKeyRotation`, which is a boolean",
    );
    check(
        "equals = true, absent",
        "at_least = 1, absent",
        "1",
        "`at_least` does not fit `EnableKeyRotation`, which is a boolean",
    );
    check(
        "path     = \"Timeout\"",
        "path     = \"Layers\"",
        "{ param = \"days\" }",
        "`at_least` does not fit `Layers`, which is a list | use `contains`, the path `Layers[]`, or a quantifier such as `some = \"Layers\"`",
    );
    check(
        "at_least = { param = \"days\" }",
        "contains = { param = \"days\" }",
        "{ param = \"days\" }",
        "`contains` does not fit `Timeout`, which is an integer",
    );
}

#[test]
fn a_value_of_the_past_may_be_ruled_out_with_a_warning() {
    let text = RULE.replace("one_of  = [\"python3.13\", \"nodejs22.x\"]", "not_equals = \"python1\"");
    let (rules, problems) = load(&text);
    assert_eq!(rules.rules.len(), 1);
    assert_eq!(told(&problems), "Warning own-rule.toml:25:14: `python1` is not a value of `Runtime`\n");
}

#[test]
fn a_clause_has_one_subject_and_one_operator() {
    let runtime = "path    = \"Runtime\"\none_of  = [\"python3.13\", \"nodejs22.x\"]\nabsent  = \"fail\"";
    let subjects = "write one of `path`, `attribute`, `all`, `any`, `not`, `each`, `some`, `none`, `on`, `iam`, `network`, `scp`, `secret`, `key`, `tags`, `relation`, `distinct`, `by_default`";
    check(
        runtime,
        "attribute = \"DeletionPolicy\"\npath = \"Runtime\"\nexists = true",
        "path",
        "`attribute` and `path` are two subjects in one clause | write two clauses, in `all` or `any`",
    );
    check(runtime, "", "[[assert]]", &format!("the clause does not say what it looks at | {subjects}"));
    check(runtime, "paht = \"Runtime\"\nexists = true", "paht", "unknown key `paht` | did you mean `path`");
    check(
        runtime,
        "path = \"Runtime\"\nexists = true\nequals = \"a\"",
        "equals",
        "`exists` and `equals` are two operators in one clause | write two clauses, in `all` or `any`",
    );
    check(runtime, "path = \"Runtime\"\nequal = \"a\"", "equal", "unknown operator `equal` | did you mean `equals`");
    check(
        runtime,
        "path = \"Runtime\"\nmissing = \"fail\"\nexists = true",
        "missing",
        "`missing` does not go with `path`",
    );
    check(
        runtime,
        "all = [{ path = \"Runtime\", exists = true }]\nabsent = \"fail\"",
        "absent",
        "`absent` does not go with `all`",
    );
    check(runtime, "all = []", "[]", "`all` has no clauses");
    check(runtime, "any = [\"x\"]", "\"x\"", "a clause is a table, not a text");
    check(runtime, "not = true", "true", "a clause is a table, not a boolean");
    check(
        runtime,
        "attribute = \"UpdatePolicy\"\nexists = true",
        "\"UpdatePolicy\"",
        "unknown attribute `UpdatePolicy` | known are `DeletionPolicy`, `UpdateReplacePolicy`, `Metadata`",
    );
    check(
        runtime,
        "attribute = \"DeletionPolicy\"\nequals = \"Keep\"\nabsent = \"fail\"",
        "\"Keep\"",
        "`Keep` is not a value of `DeletionPolicy` | allowed are `Delete`, `Retain`, `RetainExceptOnCreate`, `Snapshot`",
    );
    check(
        runtime,
        "path = \"Runtime\"\nequals = \"python3.13\"\nabsent = \"fail\"\ncase = \"fold\"",
        "\"fold\"",
        "unknown case `fold` | known are `ignore`",
    );
    check("message = \"{element} is there\"", "", "[[assert]]", "`message` is missing");
}

#[test]
fn nothing_asked_of_a_path_is_told() {
    let (_, problems) = load(&RULE.replace("one_of  = [\"python3.13\", \"nodejs22.x\"]\n", ""));
    assert_eq!(problems[0].message, "nothing is asked of this `path`");
}

#[test]
fn absent_is_mandatory_on_optional_properties_and_forbidden_with_exists() {
    let help = "write `absent = \"fail\"`, `\"pass\"` or `\"unknown\"`, as AWS's default is";
    check(
        "\nabsent  = \"fail\"",
        "",
        "one_of",
        &format!(
            "`absent` is missing: `Runtime` is optional, and `one_of` does not say what holds without it | {help}"
        ),
    );
    check(
        "exists = true }",
        "exists = true, absent = \"pass\" }",
        "absent",
        "`absent` does not go with `exists`, which asks for just that",
    );
    check(
        "absent   = \"pass\"",
        "absent = \"true\"",
        "\"true\"",
        "unknown absent `true` | known are `fail`, `pass`, `harmless`, `unknown`",
    );
    let (rules, problems) = load(&RULE.replace(
        "path     = \"Timeout\"\nat_least = { param = \"days\" }\nabsent   = \"pass\"",
        "path = \"Role\"\nnot_equals = { param = \"days\" }",
    ));
    assert_eq!(told(&problems), "", "`Role` is required");
    assert_eq!(rules.rules.len(), 1);
}

#[test]
fn a_default_is_a_value_that_may_stand_there() {
    let absent = |value: &str| format!("at_least = {{ param = \"days\" }}\nabsent   = {{ value = {value} }}");
    let before = "at_least = { param = \"days\" }\nabsent   = \"pass\"";
    let (rules, problems) = load(&RULE.replace(before, &absent("3")));
    assert_eq!((told(&problems), rules.rules.len()), (String::new(), 1));
    let at = "{ value = \"three\" }";
    check(before, &absent("\"three\""), at, "`three` does not fit `Timeout`, which is an integer");
    check(before, &absent("{}"), "{}", "`value` is to be a single value or a list, not a table");
    let before = "absent  = \"fail\"\nmessage = \"`Runtime`";
    let at = "{ value = [\"x\"] }";
    let after = format!("absent  = {at}\nmessage = \"`Runtime`");
    check(before, &after, at, "`one_of` asks nothing of a list, which is the value here");
}

#[test]
fn a_question_for_a_key_says_what_holds_without_one() {
    let clause = |clause: &str| {
        format!(
            "on      = \"key\"\nmatch   = [{{ path = \"EnableKeyRotation\", equals = true, absent = \"fail\" }}, {clause}]"
        )
    };
    let before = "on      = \"key\"\nmatch   = [{ path = \"EnableKeyRotation\", equals = true, absent = \"fail\" }]";
    check(
        before,
        &clause("{ key = { path = \"Description\", customer = true } }"),
        "{ path = \"Description\", customer = true }",
        "`absent` is missing: `Description` is optional, and `key` does not say what holds without it | write \
         `absent = \"fail\"`, `\"pass\"` or `\"unknown\"`, as AWS's default is",
    );
    check(
        before,
        &clause("{ key = { path = \"Tags\", customer = true }, absent = \"fail\" }"),
        "{ path = \"Tags\", customer = true }",
        "`key` does not fit `Tags`, which is a list",
    );
}

#[test]
fn operands_have_the_shape_of_their_operator() {
    let one_of = "one_of  = [\"python3.13\", \"nodejs22.x\"]";
    check(one_of, "one_of = \"python3.13\"", "\"python3.13\"", "`one_of` is to be a list of single values, not a text");
    check(one_of, "one_of = []", "[]", "`one_of` has no values");
    check(one_of, "equals = [\"a\"]", "[\"a\"]", "`equals` is to be a single value, not a list");
    check(one_of, "starts_with = 3", "3", "`starts_with` is to be a text, not a number");
    check(one_of, "matches = \"(a\"", "\"(a\"", "`(a` is not a regular expression: unclosed group");
    check(
        one_of,
        "matches = [\"a\", \"[\"]",
        "[\"a\", \"[\"]",
        "`[` is not a regular expression: unclosed character class",
    );
    check(
        one_of,
        "cidr_within = [\"10.0.0.1/8\"]",
        "[\"10.0.0.1/8\"]",
        "`10.0.0.1/8` has address bits after its prefix",
    );
    check(one_of, "at_most = \"3\"", "\"3\"", "`at_most` is to be a number, not a text");
    check(
        one_of,
        "before_today = { a = \"soon\" }",
        "{ a = \"soon\" }",
        "the date of `a`, `soon`, is not a date as YYYY-MM-DD",
    );
    check(
        one_of,
        "before_today = [\"a\"]",
        "[\"a\"]",
        "`before_today` is to be a table from value to date, not a list",
    );
    check("exists = true }", "exists = 1 }", "1", "`exists` is to be `true` or `false`, not a number");
}

#[test]
fn parameters_and_relations_are_declared_and_used() {
    check("{ param = \"days\" }", "{ param = \"day\" }", "\"day\"", "unknown parameter `day` | did you mean `days`");
    check("{param.names}", "{param.name}", "{param.name}", "unknown parameter `name` | did you mean `names`");
    check("days  = 7", "days  = 7\nhours = 3", "hours", "parameter `hours` is never used");
    check("on      = \"key\"", "on      = \"keys\"", "\"keys\"", "unknown relation `keys` | did you mean `key`");
    let other = "[related.role]\ntype = \"AWS::IAM::Role\"\nto = \"Role\"\n\n[related.key]";
    check("[related.key]", other, "role", "relation `role` is never used");
    check(
        "to   = \"KmsKeyArn\"",
        "to   = \"KmsKeyArn\"\nvia = \"KeyPolicy\"",
        "to",
        "`via` and `to` do not go together",
    );
    check(
        "to   = \"KmsKeyArn\"",
        "to   = \"KmsKeyArn\"\nunseen = \"ignore\"",
        "unseen",
        "`unseen` goes with `via`, `user` and `neighbour` only",
    );
    check(
        "to   = \"KmsKeyArn\"",
        "",
        "[related.key]",
        "the relation does not say which property makes it | write `via` with a property of the partner, `to` with one of the selected resource, or `derived`",
    );
    check(
        "to   = \"KmsKeyArn\"",
        "via = \"KeyPolicy\"\nfrom = \"key\"",
        "key",
        "relation `key` never starts at the selected resource",
    );
    check(
        "missing = \"unknown\"",
        "",
        "[[assert]]",
        "`missing` is missing | write `missing = \"fail\"`, `\"pass\"` or `\"unknown\"`: what holds without a partner",
    );
}

#[test]
fn placeholders_of_a_message_exist() {
    check("is {value}, not", "is {valeu}, not", "{valeu}", "unknown placeholder `valeu` | did you mean `value`");
    check(
        "`Timeout` is {value}",
        "`Timeout` is {element}",
        "{element}",
        "`{element}` needs `each`, `some`, `none` or a `network` question",
    );
    check("`Timeout` is {value}", "{statement} is odd", "{statement}", "`{statement}` needs an `iam` question");
    check("`Timeout` is {value}", "{partner} is odd", "{partner}", "`{partner}` needs `on` or `relation`");
    check("`Timeout` is {value}", "is {value", "{", "`{` is never closed");
    let timeout = "path     = \"Timeout\"\nat_least = { param = \"days\" }\nabsent   = \"pass\"\nmessage  = \"`Timeout` is {value}\"";
    let tags =
        "some = \"Tags\"\nmatch = [{ path = \"Key\", not_equals = { param = \"days\" } }]\nmessage = \"{element.Kee}\"";
    check(timeout, tags, "{element.Kee}", "`Kee` is not a property here | did you mean `Key`");
    check("{element} is there", "{element} is there.", "\"{element} is there.\"", "`message` ends with a full stop");
}

#[test]
fn questions_of_a_field_are_checked() {
    let runtime = "path    = \"Runtime\"\none_of  = [\"python3.13\", \"nodejs22.x\"]\nabsent  = \"fail\"";
    let names = [
        (
            "iam = { grants_admin = true }",
            "grants_admin",
            "unknown key `grants_admin` | did you mean `grants_administrator`",
        ),
        (
            "iam = { grants_administrator = true }",
            "grants_administrator",
            "`AWS::Lambda::Function` has no policies that `grants_administrator` asks about | name the property that holds the policy with `in`",
        ),
        (
            "iam = { grants_administrator = false, in = \"Role\" }",
            "false",
            "`grants_administrator` is to be `true` | write `not = { ... = { grants_administrator = true } }` for the opposite",
        ),
        (
            "iam = {}",
            "{}",
            "`iam` asks nothing | write one of `denies`, `allows`, `grants_administrator`, `grants_service_wildcard`, `grants_public`, `grants_outside`, `grants_service`, `grants_federated`, `s3_public`, `grants_all_but`, `same_principal_may`, `escalates`, `managed_policy`, `wildcard_actions`, `wildcard_resources`, `risk`, `service_wildcard_risk`, `pass_role_unscoped`, `inverted_allow`, `region_unrestricted`",
        ),
        ("iam = { managed_policy = [\"A\"] }", "managed_policy", "`AWS::Lambda::Function` has no `ManagedPolicyArns`"),
        (
            "iam = { denies = { principal = \"*\", action = \"a:b\" }, in = \"Role\" }",
            "{ principal = \"*\", action = \"a:b\" }",
            "`resource` is missing",
        ),
        (
            "network = { subnet_internet_routed = true }",
            "subnet_internet_routed",
            "`subnet_internet_routed` is a question to `AWS::EC2::Subnet`, not to `AWS::Lambda::Function`",
        ),
        ("network = { ingress_open = { ports = [70000], cidrs = [\"::/0\"] } }", "[70000]", "`70000` is not a port"),
        (
            "network = { ingress_open = { ports = \"all\", cidrs = [\"all\"] } }",
            "[\"all\"]",
            "`all` is not an address block",
        ),
        ("network = { ingress_open = { ports = \"all\" } }", "{ ports = \"all\" }", "`cidrs` is missing"),
        (
            "secret = { path = \"Environment.Variables\" }",
            "{ path = \"Environment.Variables\" }",
            "`keys` is missing: `Environment.Variables` is a map, whose keys name the secrets",
        ),
        (
            "secret = { path = \"Description\", text = \"members\" }",
            "\"members\"",
            "`text = \"members\"` needs `keys`, the names of secrets",
        ),
        (
            "secret = { path = \"Description\", keys = [\"(\"] }",
            "[\"(\"]",
            "`(` is not a regular expression: unclosed group",
        ),
        (
            "secret = { path = \"Tags\", key = \"Key\", keys = [\"a\"] }",
            "{ path = \"Tags\", key = \"Key\", keys = [\"a\"] }",
            "`value` is missing: a pair has `key`, its name, and `value`",
        ),
        (
            "secret = { path = \"Tags\", key = \"Key\", value = \"Value\" }",
            "{ path = \"Tags\", key = \"Key\", value = \"Value\" }",
            "`keys` is missing: the names of secrets among the pairs",
        ),
        (
            "secret = { path = \"Tags\", key = \"Key\", value = \"Value\", keys = [\"a\"], text = \"any\" }",
            "text",
            "`text` does not go with pairs, whose values are secrets by their name",
        ),
        ("tags = { present = [] }", "[]", "`present` has no values"),
        ("relation = { name = \"key\" }", "{ name = \"key\" }", "`exists` is missing"),
    ];
    for (clause, at, message) in names {
        check(runtime, clause, at, message);
    }
}

#[test]
fn tests_are_checked() {
    check("resource = \"One\"", "resource = \"Four\"", "\"Four\"", "the template has no resource `Four`");
    check("line = 2", "line = 9", "9", "`line` is to be a line of the template, which has 4");
    check("outcome = \"fail\"", "outcome = \"failed\"", "\"failed\"", "unknown outcome `failed` | did you mean `fail`");
    check("by_default = true", "cause = \"macro\"", "cause", "`cause` does not go with outcome `pass`");
    check("\"import-value\"", "\"import\"", "\"import\"", "unknown cause `import` | did you mean `import-value`");
    check("params   = { days = 8 }", "params = { day = 8 }", "day", "unknown parameter `day` | did you mean `days`");
    check("params   = { days = 8 }", "params = { days = \"8\" }", "\"8\"", "parameter `days` is a number, not a text");
    check(
        "name     = \"all three\"",
        "nam = \"all three\"\nname = \"a\"",
        "nam",
        "unknown key `nam` | did you mean `name`",
    );
    let twice = "[[test]]\nname = \"all three\"\ntemplate = \"Resources: { One: 1 }\"\nexpect = [{ resource = \"One\", outcome = \"pass\" }]\n\n[[test]]";
    check("[[test]]", twice, "\"all three\"", "two tests are named `all three`");
}

#[test]
fn only_the_wanted_built_in_rules_are_read() {
    let (rules, problems) = RuleSet::builtin_where(|rule| rule.types.contains(&"AWS::S3::Bucket"));
    assert_eq!(told(&problems), "");
    assert!(rules.find("s3-versioning-disabled").is_some());
    assert!(rules.rules.iter().all(|rule| rule.types.iter().any(|name| &**name == "AWS::S3::Bucket")));
    let (all, _) = RuleSet::builtin();
    let ids = |rules: &RuleSet| rules.rules.iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
    let mut table: Vec<Box<str>> = crate::rule::Builtin::all().iter().map(|rule| rule.id.into()).collect();
    table.sort();
    assert_eq!(ids(&all), table);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_damaged_rule_never_panics_and_is_loaded_or_refused_with_a_place(
        at in 0..RULE.len(),
        len in 0usize..30,
        with in "([a-z.\"{}\\[\\]=]{0,3}|true|7|\\[\\]|\\{\\}|\"\"|\"A\\[\\]\\.\\*\"|\\{ param = \"days\" \\})",
    ) {
        let mut text = RULE.to_owned();
        text.replace_range(at..(at + len).min(RULE.len()), &with);
        let (rules, problems) = load(&text);
        let errors: Vec<&Diagnostic> = problems.iter().filter(|problem| problem.level == Level::Error).collect();
        assert_eq!(rules.rules.is_empty(), !errors.is_empty(), "{}", told(&problems));
        assert!(errors.iter().all(|problem| problem.position().is_some()));
    }
}
