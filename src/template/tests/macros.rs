//! Macros and modules: what only AWS expands is a gap with its cause, and names that it may make are no errors.

use super::*;

const NONE: [&str; 0] = [];

/// A template in which everything refers to what is not there.
fn referring(addition: &str) -> String {
    format!(
        r#"
{addition}
Mappings: {{M: {{a: {{b: c}}}}}}
Resources:
  A: {{Type: AWS::S3::Bucket, Condition: Gone, DependsOn: Gone, Properties: {{BucketName: !Ref Gone, X: !GetAtt Gone.Arn}}}}
  B: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Sub "${{Gone.Name}}-${{Gone}}", X: !If [Gone, a, b], Y: !FindInMap [M, x, y]}}}}
"#
    )
}

#[test]
fn a_macro_of_the_whole_template_may_make_every_name() {
    for addition in [
        "Transform: Custom",
        "Transform: [AWS::LanguageExtensions, {Name: Custom, Parameters: {a: b}}]",
        "Transform: 'AWS::SecretsManager-2024-09-16'",
        "Fn::Transform: {Name: Custom}",
        "Fn::Transform: [{Name: Custom}, {Name: Other}]",
    ] {
        let resolved = text(&referring(addition));
        assert_eq!(resolved.said, NONE, "{addition}");
        assert_eq!(resolved.gaps().len(), 1, "{addition}: {:?}", resolved.gaps());
        assert!(resolved.inventory.stacks[0].transformed_by.is_some());
        assert_eq!(resolved.properties("A", &[]), json!({"BucketName": "?macro", "X": "?macro"}), "{addition}");
        let b = json!({"BucketName": "?macro-?macro", "X": "?macro", "Y": "?macro"});
        assert_eq!(resolved.properties("B", &[]), b, "{addition}");
    }
    let modules = text(&referring("Modules: {Content: {Source: ./module.yaml}}"));
    assert_eq!(
        (modules.said.as_slice(), modules.gaps()),
        ([].as_slice(), vec!["the modules of the template may change all of it: macro".to_owned()])
    );
    assert!(modules.inventory.stacks[0].transformed_by.is_some());
}

#[test]
fn a_module_or_macro_among_the_resources_may_make_names_of_resources() {
    let cases = [
        (
            "Mod: {Type: My::S3::Bucket::MODULE}",
            "what `My::S3::Bucket::MODULE` `Mod` expands to is not evaluated: macro",
        ),
        ("Mod: {Type: LocalModule, Source: ./m.yaml}", "what `LocalModule` `Mod` expands to is not evaluated: macro"),
        ("Mod: {Type: !Rain::Module ./m.yaml}", "the type of resource `Mod` is not known: macro"),
        ("Fn::Transform: {Name: Custom}", "a macro adds resources: macro"),
    ];
    for (addition, gap) in cases {
        let resolved = text(&format!(
            "Resources:\n  {addition}\n  B: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref ModBucket, X: !GetAtt Mod.Bucket.Arn}}}}\nOutputs: {{O: {{Value: !Ref Mod.Bucket}}}}\n"
        ));
        let said: Vec<&String> = resolved.said.iter().filter(|text| !text.contains("unknown tag")).collect();
        assert_eq!((said, resolved.gaps()), (vec![], vec![gap.to_owned()]), "{addition}");
        assert_eq!(resolved.properties("B", &[])["BucketName"], "?macro");
        assert_eq!(resolved.inventory.stacks[0].unexpanded.len(), 1);
        assert!(resolved.inventory.stacks[0].transformed_by.is_none());
    }
}

#[test]
fn macros_in_other_sections_make_names_of_these_sections_only() {
    let custom = "Fn::Transform: {Name: Custom}";
    let resolved = text(&format!(
        r#"
Parameters: {{{custom}, P: {{Type: String, Default: p}}}}
Mappings: {{{custom}}}
Conditions: {{{custom}}}
Resources:
  A: {{Type: AWS::S3::Bucket, Condition: Gone, Properties: {{BucketName: !Ref Gone, X: !FindInMap [M, a, b]}}}}
  B: {{Type: AWS::S3::Bucket, {custom}, Properties: {{BucketName: !Ref P}}}}
  C: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref P, Tags: [{{Key: a, {custom}}}], X: !GetAtt Gone.Arn}}}}
Outputs: {{{custom}}}
"#
    ));
    assert_eq!(resolved.said, ["<stdin>:8:115: there is no resource `Gone`"], "only parameters may have that name");
    assert_eq!(
        resolved.everything(),
        [
            r#"demo.A {"BucketName":"?macro","X":"?macro"}"#,
            r#"demo.B "?macro""#,
            r#"demo.C {"BucketName":"p","Tags":["?macro"],"X":"?invalid"}"#,
        ]
    );
    let world = World::open();
    let view = View::new(&resolved.inventory.values, &world);
    assert_eq!(resolved.inventory.exists(&view, resolved.find("demo", "A")), None, "nobody knows the condition");
}

#[test]
fn hooks_are_a_notice() {
    let resolved = resolved("cloudformation/20-stackset-module.yaml");
    let gaps = resolved.gaps();
    assert!(gaps.contains(&"what the hooks of the template add is not evaluated: macro".to_owned()), "{gaps:?}");
}

#[test]
fn a_loop_of_somebody_s_own_macro_is_no_error() {
    let resolved =
        text("Transform: Looper\nResources: {Fn::ForEach::X: [I, [a], {\"B${I}\": {Type: AWS::S3::Bucket}}]}\n");
    assert_eq!(resolved.said, NONE);
    assert!(resolved.gaps().contains(&"`Fn::ForEach::X` is not expanded: macro".to_owned()), "{:?}", resolved.gaps());
}
