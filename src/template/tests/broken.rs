//! `fixtures/broken`: what is said of damaged inputs, and that the rest is still there.

use super::*;

/// Everything that is said of an input, with file names alone, and the resources that are there with their properties.
fn told_of(name: &str) -> (Vec<String>, Vec<String>) {
    let loaded = loaded(name);
    let mut said = told(&loaded.diagnostics);
    let mut resources = Vec::new();
    for unit in &loaded.units {
        let (inventory, diagnostics) = unit.resolve();
        said.extend(told(&diagnostics));
        let world = World::open();
        let view = View::new(&inventory.values, &world);
        for (_, resource) in inventory.resources() {
            resources.push(format!("{} {}", resource.logical_id, shown(&inventory, &view, resource.properties)));
        }
    }
    let base = format!("{}/", name.rsplit_once('/').map_or("", |(dir, _)| dir));
    (said.iter().map(|text| text.replace(&base, "")).collect(), resources)
}

const DB: &str = r#"Db {"StorageEncrypted":false}"#;

#[test]
fn a_damaged_template_is_said_to_be_at_its_place_and_the_rest_is_there() {
    let public = r#"Db {"StorageEncrypted":"?invalid","PubliclyAccessible":true}"#;
    let unknown = r#"Db {"StorageEncrypted":"?invalid"}"#;
    let cases: [(&str, &[&str], &[&str]); 17] = [
        ("root-is-a-list.yaml", &["1:1: a template is a map"], &[]),
        ("resources-is-a-list.yaml", &["3:3: `Resources` is not a map"], &[]),
        ("no-resources.yaml", &["1:1: the template has no `Resources`"], &[]),
        ("resource-without-type.yaml", &["2:3: resource `Nameless` has no `Type`"], &[DB]),
        ("resource-is-text.yaml", &["2:9: resource `Text` is not a map"], &[DB]),
        ("type-is-not-text.yaml", &["3:11: the `Type` of resource `Odd` is not a text"], &[DB]),
        ("properties-is-a-list.yaml", &["5:7: `Properties` is not a map"], &["Odd \"?invalid\"", DB]),
        ("unknown-intrinsic.yaml", &["6:9: there is no function `Fn::Decide`"], &[public]),
        ("two-functions-in-one-map.json", &["7:11: `Ref` must be the only key of its map"], &[public]),
        ("circular-conditions.yaml", &["3:12: condition `A` depends on itself"], &[DB]),
        ("circular-mapping.yaml", &["4:16: a mapping holds texts and lists of texts only"], &[unknown]),
        (
            "undefined-condition.yaml",
            &["4:16: there is no condition `Nowhere`", "6:25: there is no condition `Neither`"],
            &[unknown],
        ),
        ("if-with-two-arguments.yaml", &["7:25: `Fn::If` takes a condition and two values"], &[public]),
        ("select-out-of-range.yaml", &["5:25: `Fn::Select` asks for element 2 of 2"], &[public]),
        (
            "sub-with-unknown-variable.yaml",
            &["5:27: there is no parameter or resource `Nowhere`"],
            &[r#"Db {"MasterUserPassword":"?invalid-secret","PubliclyAccessible":true}"#],
        ),
        (
            "ref-to-nothing.yaml",
            &["5:25: there is no parameter or resource `Nowhere`", "6:17: there is no resource `Nowhere`"],
            &[r#"Db {"StorageEncrypted":"?invalid","KmsKeyId":"?invalid","PubliclyAccessible":true}"#],
        ),
        ("missing-mapping-key.yaml", &["7:25: mapping `M` has no value for `prod`, `Enc`"], &[public]),
    ];
    for (name, said, resources) in cases {
        let (found, there) = told_of(&format!("broken/template/{name}"));
        let said: Vec<String> = said.iter().map(|text| format!("{name}:{text}")).collect();
        assert_eq!((found, there), (said, resources.iter().map(|text| (*text).to_owned()).collect()), "{name}");
    }
}

#[test]
fn references_in_a_circle_end_as_references() {
    let (said, resources) = told_of("broken/template/circular-getatt.yaml");
    assert_eq!(said, [""; 0]);
    assert_eq!(resources, [r#"A {"BucketName":"<B.Arn>-a"}"#, r#"B {"BucketName":"<A.Arn>-b"}"#]);
    let (said, resources) = told_of("broken/template/circular-ref.yaml");
    assert_eq!(said, [""; 0]);
    assert!(resources[0].contains(r#""CidrIp":"0.0.0.0/0""#), "{resources:?}");
}

#[test]
fn a_loop_that_explodes_is_a_gap_and_is_not_expanded() {
    let resolved = resolved("broken/template/foreach-explosion.yaml");
    assert_eq!(resolved.gaps(), ["the resources of `Fn::ForEach::L5` are not expanded: invalid"]);
    assert_eq!(resolved.said, ["broken/template/foreach-explosion.yaml:24:25: loops are nested at most 5 deep"]);
    assert_eq!(resolved.inventory.resources().len(), 0);
}

#[test]
fn a_damaged_assembly_is_said_to_be_at_its_place_and_the_sound_template_is_there() {
    let outside = "only files of the assembly are read";
    let cases: [(&str, &[&str]); 11] = [
        (
            "path-outside",
            &[
                &format!("manifest.json:15:25: `../bait.template.json` leads out of the directory: {outside}"),
                &format!("manifest.json:22:25: `../../etc/passwd` leads out of the directory: {outside}"),
                &format!("manifest.json:29:25: `/etc/passwd` is an absolute path: {outside}"),
                &format!("manifest.json:35:26: `../../..` leads out of the directory: {outside}"),
            ],
        ),
        (
            "nested-path-outside",
            &["App.template.json:15:23: the template `../bait.template.json` of the nested stack leads out of the \
               directory: only files under `cdk.out` are read"],
        ),
        (
            "missing-nested-template",
            &["App.template.json:15:23: the template `AppChild00000000.nested.template.json` of the nested stack \
               `Child` does not exist"],
        ),
        (
            "missing-template",
            &["manifest.json:15:25: the template `Gone.template.json` of the stack `Gone` does not exist"],
        ),
        ("broken-manifest", &["manifest.json:2:1: expected a key in double quotes, found the end of the file"]),
        (
            "manifest-is-a-list",
            &["manifest.json:1:1: the manifest has no map `artifacts`: it is not of a cloud assembly"],
        ),
        ("stack-without-template-file", &["manifest.json:11:5: the stack `Empty` has no `templateFile`"]),
        ("nested-stack-of-itself", &["App.template.json:12:20: the nested stack `Child` contains itself"]),
        ("assembly-of-itself", &["manifest.json:14:26: the nested assembly `.` contains itself"]),
        ("broken-metadata", &[]),
        ("future-version", &[]),
    ];
    for (name, said) in cases {
        let (found, resources) = told_of(&format!("broken/assemblies/{name}/cdk.out"));
        let found: Vec<String> = found.iter().map(|text| text.replace("cdk.out/", "")).collect();
        assert_eq!(found, said, "{name}");
        assert_eq!(resources.iter().filter(|resource| *resource == DB).count(), 1, "{name}: {resources:?}");
        assert!(!resources.iter().any(|resource| resource.starts_with("Bait")), "{name}: {resources:?}");
    }
}

#[test]
fn broken_metadata_costs_places_and_is_said_when_they_are_asked_for() {
    let resolved = resolved("broken/assemblies/broken-metadata/cdk.out");
    let constructs = &resolved.unit.constructs;
    assert_eq!(constructs.frame(StackId(0), "App/Db"), None);
    let [problem] = constructs.diagnostics().try_into().unwrap();
    assert_eq!(problem.level, Level::Warning);
    assert!(problem.path.ends_with("App.metadata.json"), "{problem}");
}

#[test]
fn deep_chains_of_conditions_end_and_stay_open() {
    let mut conditions = String::from("  C0: !Equals [!Ref E, a]\n");
    for index in 1..3000 {
        let before = index - 1;
        conditions += &format!("  C{index}: !And [!Condition C{before}, !Not [!Not [!Condition C{before}]]]\n");
    }
    for conditions in [conditions.clone(), conditions.lines().rev().map(|line| format!("{line}\n")).collect()] {
        let template = format!(
            "Parameters: {{E: {{Type: String}}}}\nConditions:\n{conditions}Resources:\n  B: {{Type: 'AWS::S3::Bucket', \
             Condition: C2999}}\n"
        );
        let resolved = text(&template);
        let world = World::open();
        let view = View::new(&resolved.inventory.values, &world);
        assert_eq!(resolved.inventory.exists(&view, resolved.find("demo", "B")), None);
    }
}

#[test]
fn stacks_that_nest_each_other_twice_end_in_bounded_memory() {
    let dir = tempfile::tempdir().unwrap();
    for level in 0..20 {
        let nested = |name| {
            let next = level + 1;
            format!("  {name}: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: t{next}.yaml}}}}\n")
        };
        let template = format!("Resources:\n{}{}", nested("A"), nested("B"));
        std::fs::write(dir.path().join(format!("t{level}.yaml")), template).unwrap();
    }
    std::fs::write(dir.path().join("t20.yaml"), "Resources: {}\n").unwrap();
    let resolved = resolved_of(load(&Input::Template { path: dir.path().join("t0.yaml") }, &loader(), &environment()));
    assert!(resolved.inventory.stacks.len() <= 10_000);
    assert!(resolved.inventory.gaps.iter().any(|gap| gap.cause == crate::value::Cause::Limit));
}

#[test]
fn functions_inside_functions_end_at_the_bound_and_what_is_deeper_is_unknown() {
    let loader = Loader::new(fixtures(), Limits { depth: 500, ..Limits::default() });
    let wrappers: [(&str, &str); 5] = [
        (r#"{"Fn::Select": [0, ["#, "]]}"),
        (r#"{"Fn::Join": ["", ["#, "]]}"),
        (r#"{"Fn::Sub": ["${a}", {"a": "#, "}]}"),
        (r#"{"Fn::If": ["C", "#, r#", "x"]}"#),
        (r#"{"Fn::Select": [0, {"Fn::Split": ["-", "#, "]}]}"),
    ];
    for (open, close) in wrappers {
        for count in [20, 110] {
            let value = format!("{}\"end\"{}", open.repeat(count), close.repeat(count));
            let template = format!(
                r#"{{"Parameters": {{"P": {{"Type": "String", "Default": "a"}}}}, "Resources": {{}}, "Conditions":
                {{"C": {{"Fn::Equals": [{{"Ref": "P"}}, "a"]}}}}, "Outputs": {{"A": {{"Value": {value}}}}}}}"#
            );
            let resolved = resolved_of(load_stdin(template.as_bytes(), &loader, &environment()));
            let output = resolved.outputs(&[]);
            let expected = if count == 20 { "end" } else { "?limit" };
            assert!(output["A"] == expected || output["A"] == "end", "{open} {count}: {output} {:?}", resolved.said);
            assert!(count == 110 || output["A"] == "end", "{open}: {output}");
        }
    }
}

#[test]
fn a_chain_of_imports_through_hundreds_of_stacks_ends() {
    let dir = tempfile::tempdir().unwrap();
    let mut artifacts = serde_json::Map::new();
    for index in 0..600 {
        let value = if index == 599 { json!("end") } else { json!({"Fn::ImportValue": format!("e{}", index + 1)}) };
        let template = json!({
            "Resources": {},
            "Outputs": {"O": {"Value": value, "Export": {"Name": format!("e{index}")}}},
        });
        let file = format!("s{index}.template.json");
        std::fs::write(dir.path().join(&file), template.to_string()).unwrap();
        artifacts.insert(
            format!("s{index}"),
            json!({"type": "aws:cloudformation:stack", "properties": {"templateFile": file}}),
        );
    }
    let manifest = json!({"version": "1.0.0", "artifacts": artifacts});
    std::fs::write(dir.path().join("manifest.json"), manifest.to_string()).unwrap();
    let input = Input::Assembly { dir: dir.path().to_path_buf() };
    let resolved = resolved_of(load(&input, &loader(), &environment()));
    assert_eq!(resolved.outputs(&[]), json!({"O": "?limit"}), "{:?}", resolved.said);
}

#[test]
fn comparisons_of_a_long_text_with_many_unknown_parts_are_not_described_at_length() {
    let long = "{{resolve:ssm:a}}".repeat(800);
    let keys: Vec<String> = (0..160).map(|key| format!("k{key}: {{ x: {key} }}")).collect();
    let find = |name: &str| format!("!FindInMap [M, !Ref {name}, x]");
    let template = format!(
        "Parameters: {{ P: {{ Type: String }}, Q: {{ Type: String }} }}\nMappings:\n  M:\n    long: {{ x: '{long}' }}\n    {}\n\
         Conditions: {{ V: !Equals [{}, {}] }}\nResources:\n  B: {{ Type: AWS::S3::Bucket, Condition: V }}\n",
        keys.join("\n    "),
        find("P"),
        find("Q")
    );
    let resolved = text(&template);
    let values = &resolved.inventory.values;
    let longest = values.variables.iter().map(|variable| variable.name.len()).max();
    assert!(longest.is_some_and(|longest| longest < 100_000), "{longest:?}");
}
