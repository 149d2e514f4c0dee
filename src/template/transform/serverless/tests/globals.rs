//! `Globals`.

use serde_json::json;

use super::expanded;

fn with_globals(globals: &str, function: &str) -> super::Expanded {
    expanded(&format!(
        "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: {globals}\nResources:\n  F:\n    Type: \
         AWS::Serverless::Function\n    {function}\n"
    ))
}

const BASE: &str = "Runtime: python3.13, Handler: a.b, CodeUri: s3://b/k";

#[test]
fn maps_are_merged_lists_are_joined_and_else_the_resource_counts() {
    let done = with_globals(
        &format!(
            "{{{BASE}, Timeout: 3, Layers: [one], Environment: {{Variables: {{A: global, B: global}}}}, \
             Architectures: [arm64]}}"
        ),
        "Properties: {Timeout: 9, Layers: [two], Environment: {Variables: {B: own, C: own}}, Architectures: [x86_64]}",
    );
    let function = done.properties("F");
    assert_eq!(function["Timeout"], 9);
    assert_eq!(function["Layers"], json!(["one", "two"]));
    assert_eq!(function["Environment"], json!({"Variables": {"A": "global", "B": "own", "C": "own"}}));
    assert_eq!(function["Architectures"], json!(["x86_64"]));
}

#[test]
fn a_function_value_is_no_map_to_be_merged() {
    let done = with_globals(
        &format!("{{{BASE}, VpcConfig: {{SubnetIds: [a]}}}}"),
        "Properties: {VpcConfig: !If [C, {SubnetIds: [b]}, !Ref AWS::NoValue]}",
    );
    assert!(done.properties("F")["VpcConfig"].get("Fn::If").is_some());
}

#[test]
fn globals_reach_a_resource_without_properties_unless_it_ignores_them() {
    let globals = format!("{{{BASE}, MemorySize: 512, Timeout: 3}}");
    assert_eq!(with_globals(&globals, "").properties("F")["MemorySize"], 512);
    let some = with_globals(&globals, "IgnoreGlobals: [MemorySize]").properties("F");
    assert_eq!((some.get("MemorySize"), &some["Timeout"]), (None, &json!(3)));
    let none = with_globals(&globals, "IgnoreGlobals: '*'\n    Properties: {Handler: a.b, Runtime: x, InlineCode: y}");
    assert_eq!(none.properties("F").get("MemorySize"), None);
}

#[test]
fn a_section_or_property_that_globals_cannot_have_is_an_error() {
    let done = with_globals(&format!("{{{BASE}, Role: x}}"), "");
    assert_eq!(done.said(), ["error: `Function` of `Globals` cannot have `Role` at x"]);
    let done = expanded(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Functions: {Timeout: 3}}\nResources: {T: {Type: \
         AWS::SNS::Topic}}\n",
    );
    assert_eq!(done.said(), ["error: `Globals` has no section `Functions` at {Timeout: 3}"]);
}

#[test]
fn globals_that_would_multiply_beyond_bounds_are_a_gap() {
    let variables: String = (0..2000).map(|index| format!("V{index}: x, ")).collect();
    let functions: String = (0..1200)
        .map(|index| {
            let own = "Properties: {Environment: {Variables: {A: b}}}";
            format!("  F{index}: {{Type: AWS::Serverless::Function, {own}}}\n")
        })
        .collect();
    let done = expanded(&format!(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {{Function: {{{BASE}, Environment: {{Variables: \
         {{{variables}}}}}}}}}\nResources:\n{functions}"
    ));
    assert!(done.said().iter().any(|said| said.starts_with("gap: the globals are too large")));
}
