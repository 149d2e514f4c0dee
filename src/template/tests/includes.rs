//! `AWS::Include` of local files.

use super::*;

const NONE: [&str; 0] = [];

fn include(file: &str) -> String {
    format!("Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {file}}}}}")
}

#[test]
fn included_files_stand_in_for_the_transform_wherever_it_is() {
    let template = format!(
        r#"
Transform: [{{Name: AWS::Include, Parameters: {{Location: ./parts/top.yaml}}}}]
Mappings: {{M: {{{map}}}}}
Resources:
  Own: {{Type: AWS::SNS::Topic}}
  {section}
  Whole:
    {resource}
  Part:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: own
      {properties}
  Value: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {{{value}}}}}}}
  Several:
    Type: AWS::S3::Bucket
    Properties:
      Fn::Transform:
        - {{Name: AWS::Include, Parameters: {{Location: parts/name.yaml}}}}
        - {{Name: AWS::Include, Parameters: {{Location: parts/tags.json}}}}
Outputs: {{Mapped: {{Value: !FindInMap [M, a, b]}}, {output}}}
"#,
        map = include("parts/map.yaml"),
        section = include("parts/section.yaml"),
        resource = include("parts/resource.yaml"),
        properties = include("parts/tags.json"),
        value = include("parts/value.yaml"),
        output = include("parts/output.yaml"),
    );
    let resolved = directory(&[
        ("t.yaml", &template),
        ("parts/top.yaml", "Conditions:\n  FromTop: !Equals [a, a]\n"),
        ("parts/map.yaml", "a: {b: c}\n"),
        ("parts/section.yaml", "Included:\n  Type: AWS::SQS::Queue\n  Properties:\n    QueueName: !Sub \"${Own}-q\"\n"),
        ("parts/resource.yaml", "Type: AWS::SNS::Topic\nCondition: FromTop\nProperties: {DisplayName: d}\n"),
        ("parts/tags.json", r#"{"Tags": [{"Key": "k", "Value": {"Ref": "Own"}}]}"#),
        ("parts/value.yaml", "Fn::Join: ['-', [a, !Ref 'AWS::Region']]\n"),
        ("parts/name.yaml", "BucketName: several\n"),
        ("parts/output.yaml", "More: {Value: !GetAtt Included.Arn}\n"),
    ]);
    assert_eq!((resolved.said.as_slice(), resolved.gaps()), ([].as_slice(), vec![]));
    let tags = r#""Tags":[{"Key":"k","Value":"<Own.Ref>"}]"#;
    assert_eq!(
        resolved.everything(),
        [
            "t.Own null",
            r#"t.Whole {"DisplayName":"d"}"#,
            &format!(r#"t.Part {{"BucketName":"own",{tags}}}"#),
            r#"t.Value {"BucketName":"a-us-east-1"}"#,
            &format!(r#"t.Several {{"BucketName":"several",{tags}}}"#),
            r#"t.Included {"QueueName":"<Own.Ref>-q"}"#,
        ]
    );
    assert_eq!(resolved.outputs(&[]), json!({"Mapped": "c", "More": "<Included.Arn>"}));
    assert_eq!(resolved.lines("Included"), "parts/section.yaml:2 parts/section.yaml:4");
    assert_eq!(resolved.lines("Whole"), "t.yaml:8 parts/resource.yaml:3");
}

#[test]
fn all_resources_may_come_from_an_included_file() {
    let template = format!("{}\n", include("all.yaml"));
    let all = "Resources:\n  B: {Type: AWS::S3::Bucket}\n";
    let resolved = directory(&[("t.yaml", &template), ("all.yaml", all)]);
    assert_eq!((resolved.said.as_slice(), resolved.gaps()), ([].as_slice(), vec![]));
    assert_eq!(resolved.everything(), ["t.B null"]);
    let without = directory(&[("t.yaml", &template), ("all.yaml", "Outputs: {}\n")]);
    assert_eq!(without.said, ["t.yaml:1:1: the template has no `Resources`"]);
}

#[test]
fn loops_run_over_what_is_included_and_keep_its_places() {
    let template = format!("Transform: AWS::LanguageExtensions\nResources:\n  {}\n", include("loop.yaml"));
    let part = "Fn::ForEach::L:\n  - I\n  - [a, b]\n  - Bucket${I}:\n      Type: AWS::S3::Bucket\n      Properties: {BucketName: !Ref I}\n";
    let resolved = directory(&[("t.yaml", &template), ("loop.yaml", part)]);
    assert_eq!(resolved.said, NONE);
    assert_eq!(resolved.everything(), [r#"t.Bucketa {"BucketName":"a"}"#, r#"t.Bucketb {"BucketName":"b"}"#]);
    assert_eq!(resolved.lines("Bucketb"), "loop.yaml:5 loop.yaml:6");
}

#[test]
fn a_file_elsewhere_is_a_gap_and_its_names_are_no_errors() {
    for location in ["s3://bucket/x.yaml", "!Sub 's3://${AWS::Region}/x.yaml'", "https://x/y.yaml"] {
        let template = format!(
            r#"
Mappings: {{M: {{{0}}}}}
Conditions: {{{0}}}
Resources:
  {0}
  A: {{Type: AWS::S3::Bucket, Condition: Gone, Properties: {{BucketName: !Ref Gone, {0}}}}}
  B: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !FindInMap [M, a, b]}}}}
Outputs: {{{0}, O: {{Value: !GetAtt Gone.Arn}}}}
"#,
            include(location)
        );
        let resolved = directory(&[("t.yaml", &template)]);
        assert_eq!(resolved.said, NONE, "{location}");
        assert_eq!(resolved.gaps(), ["a macro adds resources: macro"]);
        assert_eq!(resolved.everything(), [r#"t.A "?macro""#, r#"t.B {"BucketName":"?macro"}"#]);
        assert_eq!(resolved.outputs(&[]), json!({"O": "?macro"}));
    }
}

#[test]
fn what_is_wrong_with_an_include_is_said_at_its_place() {
    let template = |file: &str| format!("Resources:\n  Own: {{Type: AWS::SNS::Topic}}\n  {}\n", include(file));
    let said = |file: &str, text: Option<&str>| {
        let template = template(file);
        let mut files = vec![("sub/t.yaml", ""), ("t.yaml", template.as_str())];
        files.extend(text.map(|text| ("part.yaml", text)));
        let resolved = directory(&files);
        assert_eq!(resolved.gaps(), ["a macro adds resources: macro"], "{file}: it stays as it is");
        resolved.said
    };
    let place = "t.yaml:3:62:";
    assert_eq!(said("gone.yaml", None), [format!("{place} the included file `gone.yaml` does not exist")]);
    let outside = said("../x.yaml", None).join("");
    assert!(
        outside.starts_with(&format!("{place} the included file `../x.yaml` leads out of the directory")),
        "{outside}"
    );
    let absolute = said("/etc/passwd", None).join("");
    assert!(
        absolute.starts_with(&format!("{place} the included file `/etc/passwd` is an absolute path")),
        "{absolute}"
    );
    assert_eq!(said("part.yaml", Some("- a\n")), [format!("{place} the included file `part.yaml` is not a map")]);
    assert_eq!(
        said("part.yaml", Some("Own: {Type: AWS::SQS::Queue}\n")),
        ["part.yaml:1:1: `Own` stands in the template that includes this file as well"]
    );
    let broken = said("part.yaml", Some("a: [\n")).join("");
    assert!(broken.starts_with("part.yaml:"), "{broken}");
}

#[test]
fn a_file_that_includes_another_is_an_error_and_the_inner_one_is_not_read() {
    let template = format!("Resources:\n  {}\n", include("part.yaml"));
    let part = format!("B:\n  Type: AWS::S3::Bucket\n  Properties:\n    {}\n", include("inner.yaml"));
    let resolved = directory(&[("t.yaml", &template), ("part.yaml", &part), ("inner.yaml", "BucketName: x\n")]);
    assert_eq!(resolved.said, ["part.yaml:4:20: a file that is included cannot include another"]);
    assert_eq!(resolved.everything(), [r#"t.B "?macro""#]);
}

#[test]
fn a_file_that_is_included_twice_is_read_once_and_stands_in_the_list_of_inputs() {
    let resource = |name: &str| format!("  {name}: {{Type: AWS::S3::Bucket, Properties: {{{}}}}}\n", include("p.yaml"));
    let template = format!("Resources:\n{}{}", resource("A"), resource("B"));
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("t.yaml"), template).unwrap();
    std::fs::write(dir.path().join("p.yaml"), "BucketName: x\n").unwrap();
    let loader = Loader::new(dir.path(), Limits::default());
    let loaded = load(&Input::Template { path: dir.path().join("t.yaml") }, &loader, &environment());
    assert_eq!(loaded.included, [dir.path().join("p.yaml")]);
    assert_eq!(loaded.units[0].unit.templates[0].trees().count(), 2);
    let resolved = resolved_of(loaded);
    assert_eq!(resolved.everything(), [r#"t.A {"BucketName":"x"}"#, r#"t.B {"BucketName":"x"}"#]);
    assert_eq!(resolved.inventory.files.iter().count(), 2);
}
