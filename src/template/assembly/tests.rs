use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::source::{Level, Limits};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixture(name: &str) -> (Assembly, Loader) {
    let loader = Loader::new(root(), Limits::default());
    (read(&root().join("fixtures").join(name), &loader), loader)
}

fn stack<'a>(assembly: &'a Assembly, name: &str) -> &'a StackArtifact {
    assembly.stacks.iter().find(|stack| stack.display_name == name).unwrap()
}

fn constructs(stack: &StackArtifact, loader: &Loader) -> ConstructIndex {
    let (index, problems) = ConstructIndex::read(stack, loader);
    assert!(problems.is_empty(), "{problems:?}");
    index
}

/// `function file:line:column`.
fn shown(frame: Option<Frame>) -> String {
    frame.map_or("-".into(), |f| format!("{} {}:{}:{}", f.function, f.file, f.line, f.column))
}

/// Files of a made-up assembly.
fn assembly_of(files: &[(&str, &str)]) -> (tempfile::TempDir, Assembly) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join("out").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let loader = Loader::new(dir.path(), Limits::default());
    let assembly = read(&dir.path().join("out"), &loader);
    (dir, assembly)
}

fn messages(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn stacks_of_nested_assemblies_are_read_with_their_environments() {
    let (assembly, _) = fixture("systems/global-platform/cdk.out");
    assert!(assembly.diagnostics.is_empty(), "{:?}", assembly.diagnostics);
    let names: Vec<_> = assembly.stacks.iter().map(|stack| stack.display_name.as_str()).collect();
    let stages =
        ["Prod", "Staging", "Dev"].map(|stage| ["Network", "Data", "Compute"].map(|name| format!("{stage}/{name}")));
    let expected: Vec<_> = stages.as_flattened().iter().map(String::as_str).chain(["Foundation"]).collect();
    assert_eq!(names, expected);
    let network = stack(&assembly, "Prod/Network");
    assert_eq!(network.artifact_id, "ProdNetwork2D2E7D69");
    assert_eq!((network.account.as_deref(), network.region.as_deref()), (Some("111111111111"), Some("us-east-1")));
    assert_eq!(network.stack_name, "Prod-Network");
    assert_eq!(network.termination_protection, Some(false));
    assert!(network.dir.ends_with("cdk.out/assembly-Prod") && network.root.ends_with("cdk.out"));
    assert!(network.template_file.ends_with("assembly-Prod/ProdNetwork2D2E7D69.template.json"));
}

#[test]
fn both_generations_give_the_same_stacks() {
    for generation in ["assemblies/cdk-2.150-debug/cdk.out", "assemblies/cdk-2.276-debug/cdk.out"] {
        let (assembly, _) = fixture(generation);
        assert!(assembly.diagnostics.is_empty(), "{:?}", assembly.diagnostics);
        let shop = stack(&assembly, "Shop");
        assert_eq!((&shop.account, &shop.region), (&None, &None), "unknown-account is no account");
        assert_eq!(shop.tags, [("Team".to_owned(), "pay".to_owned())]);
        assert_eq!(shop.termination_protection, Some(true));
        assert_eq!(stack(&assembly, "Prod/Shop").account.as_deref(), Some("111111111111"));
    }
}

#[test]
fn a_construct_has_the_first_line_of_the_users_own_program() {
    for generation in ["assemblies/cdk-2.150-debug/cdk.out", "assemblies/cdk-2.276-debug/cdk.out"] {
        let (assembly, loader) = fixture(generation);
        let index = constructs(stack(&assembly, "Prod/Shop"), &loader);
        assert_eq!(shown(index.frame("Prod/Shop/Logs/Resource")), "new Shop /src/shop/shop.js:4:13");
        assert_eq!(shown(index.frame("/Prod/Shop/Logs/Resource")), "new Shop /src/shop/shop.js:4:13");
        assert_eq!(shown(index.frame("Prod/Shop/Nested/Inner/Resource")), "new Child /src/shop/shop.js:2:73");
        assert_eq!(
            shown(index.frame("Prod/Shop/Logs/Resource/Below/It")),
            "new Shop /src/shop/shop.js:4:13",
            "the nearest ancestor answers for what is not in the metadata"
        );
        assert_eq!(shown(index.frame("Elsewhere/Logs")), "-");
        assert_eq!(index.user_files(), ["/src/shop/shop.js"]);
    }
}

#[test]
fn what_has_no_user_frame_of_its_own_has_that_of_its_stack() {
    let (assembly, loader) = fixture("systems/oltp-pipeline/cdk.out");
    let index = constructs(stack(&assembly, "AwsHandsonStack"), &loader);
    assert_eq!(
        shown(index.frame("AwsHandsonStack/Custom::S3AutoDeleteObjectsCustomResourceProvider/Role")),
        " /src/oltp-pipeline/bin/cdk-github-action.ts:10:1"
    );
}

#[test]
fn logical_ids_belong_to_the_template_that_has_them() {
    for generation in ["assemblies/cdk-2.150-debug/cdk.out", "assemblies/cdk-2.276-debug/cdk.out"] {
        let (assembly, loader) = fixture(generation);
        let index = constructs(stack(&assembly, "Shop"), &loader);
        assert_eq!(index.stack_path(), "Shop");
        assert_eq!(index.construct_path("Shop", "Logs6819BB44"), Some("Shop/Logs/Resource"));
        assert_eq!(index.construct_path("Shop/Nested", "Inner09E1DD49"), Some("Shop/Nested/Inner/Resource"));
        assert_eq!(index.construct_path("Shop", "Inner09E1DD49"), None, "it is in the nested template");
        assert_eq!(
            index.construct_path("Shop", "NestedNestedStackNestedNestedStackResourceDEFDAA4D"),
            Some("Shop/Nested.NestedStack/Nested.NestedStackResource")
        );
    }
}

#[test]
fn every_logical_id_of_every_template_finds_the_path_that_the_template_says() {
    for system in
        ["oltp-pipeline/cdk.out", "trading-platform/cdk.out.prod", "global-platform/cdk.out", "fas-openvpn/cdk.out"]
    {
        let (assembly, loader) = fixture(&format!("systems/{system}"));
        for stack in &assembly.stacks {
            let index = constructs(stack, &loader);
            let tree = loader.json(&stack.template_file).unwrap();
            let resources = tree.get(tree.root(), "Resources").unwrap();
            for resource in tree.members(resources) {
                let path = tree.at(resource.value, &["Metadata", "aws:cdk:path"]).and_then(|node| tree.string(node));
                let found = index.construct_path(index.stack_path(), tree.key(resource));
                assert_eq!(found, path, "{} {}", stack.artifact_id, tree.key(resource));
            }
        }
    }
}

#[test]
fn the_line_that_set_a_property_is_known_of_debug_assemblies() {
    let (assembly, loader) = fixture("assemblies/cdk-2.276-debug/cdk.out");
    let index = constructs(stack(&assembly, "Shop"), &loader);
    let frame = |property| shown(index.property_frame("Shop/Logs/Resource", property));
    assert_eq!(frame("BucketEncryption"), "new Shop /src/shop/shop.js:5:22");
    assert_eq!(frame("ObjectLockEnabled"), "new Shop /src/shop/shop.js:5:55");
    assert_eq!(frame("Tags"), "-");
}

#[test]
fn acknowledged_rules_have_scope_reason_and_line() {
    let (assembly, loader) = fixture("assemblies/cdk-2.276-debug/cdk.out");
    let index = constructs(stack(&assembly, "Prod/Shop"), &loader);
    let [ack] = &index.acknowledged()[..] else { panic!("one is there") };
    assert_eq!(
        (ack.scope.as_str(), ack.id.as_str(), ack.reason.as_str()),
        ("Prod/Shop/Logs", "fasscan::S3-X", "logs of logs")
    );
    assert_eq!(shown(ack.frame.clone()), "new Shop /src/shop/shop.js:8:46");
    assert_eq!(ack.span.slice(ack.file.text()), r#""fasscan::S3-X": "logs of logs""#);
    let (old, loader) = fixture("assemblies/cdk-2.150-debug/cdk.out");
    assert!(constructs(stack(&old, "Shop"), &loader).acknowledged().is_empty());
}

#[test]
fn lines_of_traces_are_told_apart() {
    let user = |line: &str| shown(Frame::parse_user(line));
    assert_eq!(user("new Foo (/app/lib/foo.ts:31:21)"), "new Foo /app/lib/foo.ts:31:21");
    assert_eq!(user("    at Object.<anonymous> (C:\\app\\foo.ts:3:4)"), " C:\\app\\foo.ts:3:4");
    assert_eq!(user("at file:///app/foo.mjs:3:4"), " /app/foo.mjs:3:4");
    assert_eq!(user("run (/app (copy)/foo.ts:1:2)"), "run /app (copy)/foo.ts:1:2");
    for line in [
        "...new DatabaseInstance2 in aws-cdk-lib...",
        "...node internals...",
        "(no user code in 10 frames, use --stack-trace-limit to capture more)",
        "new Bucket (/app/node_modules/aws-cdk-lib/aws-s3/lib/bucket.js:1:20551)",
        "Module._compile (node:internal/modules/cjs/loader:1521:14)",
        "node:internal/main/run_main_module:28:49",
        "new Bucket (/tmp/jsii-kernel-x1/lib/bucket.js:1:2)",
        "Promise.all (index 0)",
        "",
    ] {
        assert_eq!(user(line), "-", "{line}");
    }
}

#[test]
fn frames_of_another_machine_are_found_beside_the_assembly() {
    let (assembly, loader) = fixture("systems/oltp-pipeline/cdk.out");
    let index = constructs(stack(&assembly, "AwsHandsonStack"), &loader);
    let roots = SourceRoots::new(&assembly.dir, root(), index.user_files());
    let found = roots.relative("/src/oltp-pipeline/lib/constructs/rds-Postgres.ts");
    let path = "fixtures/systems/oltp-pipeline/app/lib/constructs/rds-Postgres.ts".to_owned();
    assert_eq!(found, RelativeFile { path, exists: true });
    let gone = roots.relative("/src/oltp-pipeline/lib/gone.ts");
    assert_eq!(gone, RelativeFile { path: "lib/gone.ts".into(), exists: false });
}

#[test]
fn a_frames_path_is_never_absolute_and_never_that_of_a_namesake() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("app/cdk.out")).unwrap();
    fs::create_dir_all(dir.path().join("app/lib")).unwrap();
    fs::write(dir.path().join("app/index.ts"), "").unwrap();
    fs::write(dir.path().join("app/lib/a.ts"), "").unwrap();
    let files = ["/build/x/lib/a.ts", "/build/x/bin/index.ts", "C:\\build\\x\\lib\\b.ts"];
    let roots = SourceRoots::new(&dir.path().join("app/cdk.out"), dir.path(), files[..2].iter().copied());
    assert_eq!(roots.relative(files[0]), RelativeFile { path: "app/lib/a.ts".into(), exists: true });
    assert_eq!(roots.relative(files[1]), RelativeFile { path: "bin/index.ts".into(), exists: false });
    assert_eq!(roots.relative(files[2]), RelativeFile { path: "lib/b.ts".into(), exists: false });
    assert_eq!(roots.relative("/a.ts"), RelativeFile { path: "a.ts".into(), exists: false });
    let here = dir.path().join("app/lib/a.ts");
    let here = roots.relative(here.to_str().unwrap());
    assert_eq!(here, RelativeFile { path: "app/lib/a.ts".into(), exists: true }, "synthesized on this machine");
    let elsewhere = SourceRoots::new(&dir.path().join("app/cdk.out"), &dir.path().join("app/lib"), files);
    for file in files {
        assert!(
            !elsewhere.relative(file).path.starts_with(['/', 'C']) && !elsewhere.relative(file).path.contains("..")
        );
    }
}

/// The ways by which the nested stacks of a stack's template are found, after `change` of the template's text.
fn nested(name: &str, stack_name: &str, change: impl Fn(&str) -> String) -> Vec<(String, String, Option<String>, Way)> {
    let (assembly, loader) = fixture(name);
    let stack = stack(&assembly, stack_name);
    let lazy = LazyConstructs::new(stack, &loader);
    let text = change(&fs::read_to_string(&stack.template_file).unwrap());
    let file = Arc::new(crate::source::SourceFile::new("changed.json", text));
    let tree = Arc::new(crate::source::json::parse(&file, Limits::default()).unwrap());
    let templates = NestedTemplates::of_stack(stack, &lazy, &loader);
    let mut out = Vec::new();
    for resource in tree.members(tree.get(tree.root(), "Resources").unwrap()) {
        if tree.get(resource.value, "Type").and_then(|kind| tree.string(kind)) != Some("AWS::CloudFormation::Stack") {
            continue;
        }
        let request = NestedRequest {
            tree: &tree,
            template_dir: &stack.dir,
            stack_path: None,
            logical_id: tree.key(resource),
            resource: resource.value,
        };
        match templates.find(&request) {
            NestedTemplate::Local { path, stack_path, way } => {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                out.push((tree.key(resource)[..4].to_owned(), name, stack_path, way));
            }
            other => panic!("{other:?}"),
        }
    }
    out
}

const PROD: &str = "systems/trading-platform/cdk.out.prod";

fn trading(way: Way) -> Vec<(String, String, Option<String>, Way)> {
    [("Network", "425EF3A2"), ("Data", "8A144767"), ("Compute", ""), ("Compliance", "")]
        .iter()
        .map(|(name, hash)| {
            (name[..4].to_owned(), format!("TapStackprod{name}{hash}"), Some(format!("TapStackprod/{name}")), way)
        })
        .collect()
}

fn assert_trading(found: &[(String, String, Option<String>, Way)], way: Way) {
    let expected = trading(way);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!((&found.0, &found.2, found.3), (&expected.0, &expected.2, expected.3));
        assert!(found.1.starts_with(&expected.1) && found.1.ends_with(".nested.template.json"), "{}", found.1);
    }
}

#[test]
fn nested_templates_are_found_by_the_asset_path() {
    assert_trading(&nested(PROD, "TapStackprod", str::to_owned), Way::AssetPath);
}

#[test]
fn nested_templates_are_found_by_the_hash_without_asset_and_path_metadata() {
    let without = |text: &str| text.replace("aws:asset:path", "x").replace("aws:cdk:path", "y");
    assert_trading(&nested(PROD, "TapStackprod", without), Way::AssetHash);
}

#[test]
fn nested_templates_are_found_by_the_metadata_of_the_construct_alone() {
    let without = |text: &str| {
        text.replace("aws:asset:path", "x").replace("aws:cdk:path", "y").replace("TemplateURL", "TemplateUrl")
    };
    assert_trading(&nested(PROD, "TapStackprod", without), Way::Construct);
}

#[test]
fn nested_templates_of_old_assemblies_and_of_stages_are_found() {
    let without = |text: &str| text.replace("aws:asset:path", "x");
    for (change, way) in [(&str::to_owned as &dyn Fn(&str) -> String, Way::AssetPath), (&without, Way::AssetHash)] {
        let found = nested("assemblies/cdk-2.150-debug/cdk.out", "Prod/Shop", change);
        let name = "ProdShopNestedD27B3C3D.nested.template.json".to_owned();
        assert_eq!(found, [("Nest".to_owned(), name, Some("Prod/Shop/Nested".to_owned()), way)]);
    }
}

/// What is found for a nested stack of this URL in the template `dir/t/parent.json`, when all of `dir` may be read.
fn beside(url: &str, files: &[&str]) -> (tempfile::TempDir, NestedTemplate) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("root/t/sub")).unwrap();
    for file in files {
        fs::write(dir.path().join("root/t").join(file), "{}").unwrap();
    }
    let text = format!(
        r#"{{"Resources": {{"N": {{"Type": "AWS::CloudFormation::Stack", "Properties": {{"TemplateURL": {url}}}}}}}}}"#
    );
    let file = Arc::new(crate::source::SourceFile::new("t/parent.json", text));
    let tree = Arc::new(crate::source::json::parse(&file, Limits::default()).unwrap());
    let loader = Loader::new(dir.path().join("root"), Limits::default());
    let request = NestedRequest {
        tree: &tree,
        template_dir: &dir.path().join("root/t"),
        stack_path: None,
        logical_id: "N",
        resource: tree.at(tree.root(), &["Resources", "N"]).unwrap(),
    };
    let root = dir.path().join("root");
    let found = NestedTemplates::under(&root, &loader).find(&request);
    (dir, found)
}

#[test]
fn a_relative_path_is_the_template_beside_the_parent() {
    for (url, file) in
        [(r#""./child.yaml""#, "child.yaml"), (r#""sub/c.json""#, "sub/c.json"), (r#""../up.yaml""#, "../up.yaml")]
    {
        let (dir, found) = beside(url, &[file]);
        let NestedTemplate::Local { path, way, .. } = found else { panic!("{found:?}") };
        assert_eq!(path.canonicalize().unwrap(), dir.path().join("root/t").join(file).canonicalize().unwrap());
        assert_eq!(way, Way::RelativePath);
    }
}

#[test]
fn a_local_template_that_is_missing_or_outside_is_an_error_with_its_place() {
    let error = |url: &str, files: &[&str]| match beside(url, files).1 {
        NestedTemplate::Broken(errors) => messages(&errors).join("; "),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        error(r#""./gone.yaml""#, &[]),
        "t/parent.json:1:90: the template `./gone.yaml` of the nested stack `N` does not exist"
    );
    assert_eq!(
        error(r#""../../secret.yaml""#, &["../../secret.yaml"]),
        "t/parent.json:1:90: the template `../../secret.yaml` of the nested stack leads out of the directory: \
         only files under `.` are read"
    );
    assert!(error(r#""/etc/hosts""#, &[]).contains("is an absolute path"));
}

#[test]
fn a_template_elsewhere_is_remote() {
    for url in [
        r#""https://s3.amazonaws.com/b/t.json""#,
        r#""s3://b/t.json""#,
        r#"{"Ref": "Url"}"#,
        r#"{"Fn::Sub": "https://${B}.s3.amazonaws.com/t.json"}"#,
        "null",
    ] {
        assert!(matches!(beside(url, &["t.json"]).1, NestedTemplate::RemoteNestedStack), "{url}");
    }
}

#[test]
fn paths_out_of_the_assembly_are_refused_where_they_stand() {
    let manifest = r#"{"version": "36.0.0", "artifacts": {
 "A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../secret.json"}},
 "B": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "/etc/passwd"}},
 "C": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}},
 "D": {"type": "aws:cloudformation:stack", "additionalMetadataFile": "../m.json", "properties": {"templateFile": "t.json"}}}}"#;
    let (_dir, assembly) = assembly_of(&[("manifest.json", manifest), ("../secret.json", "{}"), ("t.json", "{}")]);
    assert_eq!(
        messages(&assembly.diagnostics),
        [
            "out/manifest.json:2:75: `../secret.json` leads out of the directory: only files of the assembly are read",
            "out/manifest.json:3:75: `/etc/passwd` is an absolute path: only files of the assembly are read",
            "out/manifest.json:4:70: `..` leads out of the directory: only files of the assembly are read",
            "out/manifest.json:5:70: `../m.json` leads out of the directory: only files of the assembly are read",
        ]
    );
    assert_eq!(assembly.stacks.len(), 1, "the stack without metadata is still read");
}

#[test]
fn what_is_wrong_with_a_manifest_is_said_and_the_rest_is_read() {
    let manifest = r#"{"version": "36.0.0", "new field": 1, "missing": [{"key": "vpc-provider:x", "provider": "vpc-provider"}], "artifacts": {
 "A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "gone.json"}},
 "B": {"type": "aws:cloudformation:stack"},
 "C": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}},
 "D": {"type": "cdk:something-new"},
 "E": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "sub"}},
 "F": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1",
       "properties": {"templateFile": "t.json", "stackName": "f", "parameters": {"P": "v", "N": 1}}}}}"#;
    let (_dir, assembly) =
        assembly_of(&[("manifest.json", manifest), ("t.json", "{}"), ("sub/manifest.json", "{\"artifacts\": ")]);
    let found = messages(&assembly.diagnostics);
    assert!(
        found[0].starts_with("out/manifest.json:1:51: the context value `vpc-provider:x` was missing"),
        "{}",
        found[0]
    );
    assert_eq!(assembly.diagnostics[0].level, Level::Warning);
    assert_eq!(
        found[1..4],
        [
            "out/manifest.json:2:75: the template `gone.json` of the stack `A` does not exist",
            "out/manifest.json:3:2: the stack `B` has no `templateFile`",
            "out/manifest.json:4:70: the nested assembly `.` contains itself",
        ]
    );
    assert!(found[4].starts_with("out/sub/manifest.json:1:"), "{}", found[4]);
    assert_eq!(found.len(), 5);
    let [f] = &assembly.stacks[..] else { panic!("one stack is whole") };
    assert_eq!((f.account.as_deref(), f.region.as_deref()), (None, Some("eu-west-1")));
    assert_eq!((f.stack_name.as_str(), f.display_name.as_str()), ("f", "F"));
    assert_eq!(f.parameters, [("P".to_owned(), "v".to_owned()), ("N".to_owned(), "1".to_owned())]);
}

#[test]
fn an_assembly_without_a_manifest_is_an_error() {
    let (_dir, assembly) = assembly_of(&[("cdk.out", "{}")]);
    assert_eq!(messages(&assembly.diagnostics), ["out/manifest.json: cannot read it: no such file or directory"]);
}

#[test]
fn a_missing_or_broken_metadata_file_costs_lines_and_is_a_warning() {
    let manifest = r#"{"version": "1", "artifacts": {"S": {"type": "aws:cloudformation:stack",
 "additionalMetadataFile": "m.json", "properties": {"templateFile": "t.json"}}}}"#;
    let (dir, assembly) = assembly_of(&[("manifest.json", manifest), ("t.json", "{}")]);
    let loader = Loader::new(dir.path(), Limits::default());
    let (index, problems) = ConstructIndex::read(&assembly.stacks[0], &loader);
    assert_eq!(problems[0].level, Level::Warning);
    assert_eq!(messages(&problems), ["out/m.json: the metadata file that the manifest names does not exist"]);
    assert!(index.frame("S").is_none() && index.construct_path("S", "X").is_none());
    fs::write(dir.path().join("out/m.json"), "{").unwrap();
    let (_, problems) = ConstructIndex::read(&assembly.stacks[0], &loader);
    assert_eq!(problems.iter().map(|problem| problem.level).collect::<Vec<_>>(), [Level::Warning]);
}

/// What is found for the nested stack of a template in an assembly, with this `aws:asset:path`.
fn asset_path(path: &str, files: &[(&str, &str)]) -> NestedTemplate {
    let manifest = r#"{"version": "1", "artifacts": {
 "S.assets": {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}},
 "S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}}}}"#;
    let assets = r#"{"files": {"abc": {"source": {"path": "by-hash.json"}}}}"#;
    let template = format!(
        r#"{{"Resources": {{"N": {{"Type": "AWS::CloudFormation::Stack", "Properties": {{"TemplateURL": {{"Fn::Sub": "https://b/abc.json"}}}},
 "Metadata": {{"aws:asset:property": "TemplateURL", "aws:asset:path": "{path}"}}}}}}}}"#
    );
    let mut all = vec![("manifest.json", manifest), ("S.assets.json", assets), ("t.json", &template)];
    all.extend(files);
    let (dir, assembly) = assembly_of(&all);
    let loader = Loader::new(dir.path(), Limits::default());
    let stack = &assembly.stacks[0];
    let lazy = LazyConstructs::new(stack, &loader);
    let tree = Arc::new(loader.json(&stack.template_file).unwrap());
    let resource = tree.at(tree.root(), &["Resources", "N"]).unwrap();
    let request = NestedRequest { tree: &tree, template_dir: &stack.dir, stack_path: None, logical_id: "N", resource };
    NestedTemplates::of_stack(stack, &lazy, &loader).find(&request)
}

#[test]
fn an_asset_path_out_of_the_assembly_is_refused_and_no_other_way_is_tried() {
    let found = asset_path("../secret.json", &[("../secret.json", "{}"), ("by-hash.json", "{}")]);
    let NestedTemplate::Broken(errors) = found else { panic!("{found:?}") };
    assert_eq!(
        messages(&errors),
        ["out/t.json:2:70: the template `../secret.json` of the nested stack leads out of the directory: \
          only files under `out` are read"]
    );
}

#[test]
fn a_missing_asset_is_looked_for_by_its_hash_and_is_an_error_only_then() {
    let found = asset_path("gone.json", &[("by-hash.json", "{}")]);
    assert!(matches!(found, NestedTemplate::Local { way: Way::AssetHash, .. }), "{found:?}");
    let found = asset_path("gone.json", &[]);
    let NestedTemplate::Broken(errors) = found else { panic!("{found:?}") };
    assert_eq!(messages(&errors), ["out/t.json:2:70: the template `gone.json` of the nested stack `N` does not exist"]);
}

proptest::proptest! {
    #[test]
    fn any_line_and_any_path_are_taken_without_a_panic(line in "[a-z/\\\\:. (\u{e9})0-9]{0,40}") {
        let _ = Frame::parse_user(&line);
        let relative = SourceRoots::new(root(), root(), [line.as_str(), "/a/b.ts"]).relative(&line);
        proptest::prop_assert!(!relative.path.starts_with('/') && !relative.path.split('/').any(|part| part == ".."));
    }
}
