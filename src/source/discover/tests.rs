use super::*;

const TEMPLATE: &str = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n";

/// A directory with these files; a name that ends in `/` is a directory.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn find(dir: &Path, paths: &[&str]) -> Discovery {
    let options = DiscoverOptions { cwd: dir.to_path_buf(), max_bytes: 1000 };
    discover(&paths.iter().map(PathBuf::from).collect::<Vec<_>>(), &options)
}

/// The inputs as `a:DIR` and `t:FILE`, relative to `dir`.
fn inputs(dir: &Path, found: &Discovery) -> Vec<String> {
    let show = |input: &Input| match input {
        Input::Stdin => "-".to_owned(),
        Input::Assembly { dir: path } => format!("a:{}", display(path, dir)),
        Input::Template { path } => format!("t:{}", display(path, dir)),
        Input::Snapshot { path } => format!("s:{}", display(path, dir)),
    };
    found.inputs.iter().map(show).collect()
}

fn errors(found: &Discovery) -> Vec<String> {
    found.diagnostics.iter().map(ToString::to_string).collect()
}

const MANIFEST: &str = r#"{"version": "36.0.0", "artifacts": {}}"#;

#[test]
fn a_walk_takes_templates_by_content_and_lists_what_it_passed_over() {
    let dir = tree(&[
        ("b/t.yml", TEMPLATE),
        ("a.template", TEMPLATE),
        ("package.json", r#"{"name": "x"}"#),
        ("k8s.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("notes.md", TEMPLATE),
        ("upper.JSON", r#"{"AWSTemplateFormatVersion": "2010-09-09"}"#),
    ]);
    let found = find(dir.path(), &["."]);
    assert_eq!(inputs(dir.path(), &found), ["t:a.template", "t:b/t.yml", "t:upper.JSON"]);
    let skipped: Vec<_> = found.skipped.iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
    let reason = "not a CloudFormation template";
    assert_eq!(skipped, [("k8s.yaml", reason), ("package.json", reason)]);
    assert!(found.diagnostics.is_empty());
}

#[test]
fn the_files_of_an_assembly_are_no_inputs_of_their_own() {
    let dir = tree(&[
        ("app/cdk.out/manifest.json", MANIFEST),
        ("app/cdk.out/S.template.json", r#"{"Resources": {}}"#),
        ("app/cdk.out/assembly-Prod/manifest.json", MANIFEST),
    ]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["."])), ["a:app/cdk.out"]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["app/cdk.out/manifest.json"])), ["a:app/cdk.out"]);
    assert_eq!(
        inputs(dir.path(), &find(dir.path(), &["app/cdk.out/assembly-Prod"])),
        ["a:app/cdk.out/assembly-Prod"],
        "a nested assembly that is named is taken"
    );
    let both = find(dir.path(), &["app/cdk.out/S.template.json", "app/cdk.out"]);
    assert_eq!(inputs(dir.path(), &both), ["a:app/cdk.out"]);
    assert_eq!(both.skipped[0].reason, "belongs to the assembly `app/cdk.out`");
    let alone = find(dir.path(), &["app/cdk.out/S.template.json"]);
    assert_eq!(inputs(dir.path(), &alone), ["t:app/cdk.out/S.template.json"]);
}

#[test]
fn a_directory_with_the_marker_of_an_assembly_is_one_although_its_manifest_is_gone() {
    let dir = tree(&[("out/cdk.out", r#"{"version": "36.0.0"}"#), ("out/S.template.json", r#"{"Resources": {}}"#)]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["."])), ["a:out"]);
}

#[test]
fn ignored_files_are_left_out_but_named_paths_and_cdk_out_are_not() {
    let dir = tree(&[
        (".gitignore", "cdk.out*\nbuild/**\n*.gen.yaml\n"),
        ("cdk.out.prod/manifest.json", MANIFEST),
        ("cdk.out.empty/x.yaml", TEMPLATE),
        ("build/t.yaml", TEMPLATE),
        ("a.gen.yaml", TEMPLATE),
        ("sub/.gitignore", "!keep.gen.yaml\n"),
        ("sub/keep.gen.yaml", TEMPLATE),
        ("node_modules/p/t.yaml", TEMPLATE),
        ("target/t.yaml", TEMPLATE),
    ]);
    fs::create_dir(dir.path().join(".git")).unwrap();
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["."])), ["a:cdk.out.prod", "t:sub/keep.gen.yaml"]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["a.gen.yaml"])), ["t:a.gen.yaml"]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["build"])), ["t:build/t.yaml"]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["node_modules"])), ["t:node_modules/p/t.yaml"]);
}

#[test]
fn the_ignore_files_above_a_walk_hold_as_far_as_its_repository() {
    let dir = tree(&[
        (".gitignore", "*.yaml\n"),
        ("repo/.gitignore", "*.gen.yml\n"),
        ("repo/.git/HEAD", ""),
        ("repo/infra/t.yaml", TEMPLATE),
        ("repo/infra/t.gen.yml", TEMPLATE),
    ]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["repo/infra"])), ["t:repo/infra/t.yaml"]);
}

#[test]
fn a_named_file_that_is_no_template_is_an_error_and_the_others_are_still_found() {
    let dir = tree(&[("t.yaml", TEMPLATE), ("x.txt", "hello"), ("Stack", TEMPLATE)]);
    let found = find(dir.path(), &["x.txt", "gone.yaml", "t.yaml", "Stack", "./t.yaml", "-", "-"]);
    assert_eq!(inputs(dir.path(), &found), ["-", "t:Stack", "t:t.yaml"]);
    assert_eq!(
        errors(&found),
        ["gone.yaml: cannot read it: no such file or directory", "x.txt: not a CloudFormation template"]
    );
}

#[test]
fn a_file_over_the_limit_is_an_error() {
    let big = format!("{TEMPLATE}#{}", "x".repeat(1000));
    let dir = tree(&[("big.yaml", &big), ("t.yaml", TEMPLATE)]);
    for paths in [&["."][..], &["big.yaml", "t.yaml"][..]] {
        let found = find(dir.path(), paths);
        assert_eq!(inputs(dir.path(), &found), ["t:t.yaml"]);
        assert_eq!(errors(&found), ["big.yaml: the file is larger than the limit of 1000 bytes"]);
    }
}

#[test]
#[cfg(unix)]
fn links_are_not_followed_in_a_walk_but_are_listed() {
    use std::os::unix::fs::symlink;
    let dir = tree(&[("a/t.yaml", TEMPLATE)]);
    symlink("..", dir.path().join("a/loop")).unwrap();
    symlink("t.yaml", dir.path().join("a/u.yaml")).unwrap();
    symlink("nowhere", dir.path().join("dead.yaml")).unwrap();
    let found = find(dir.path(), &["."]);
    assert_eq!(inputs(dir.path(), &found), ["t:a/t.yaml"]);
    assert_eq!(found.skipped.iter().map(|s| s.path.as_str()).collect::<Vec<_>>(), ["a/loop", "a/u.yaml", "dead.yaml"]);
    assert_eq!(inputs(dir.path(), &find(dir.path(), &["a/u.yaml"])), ["t:a/u.yaml"]);
    assert_eq!(errors(&find(dir.path(), &["dead.yaml"])), ["dead.yaml: cannot read it: no such file or directory"]);
}

#[test]
fn every_system_and_every_case_of_the_fixtures_is_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let options = DiscoverOptions { cwd: root.to_path_buf(), max_bytes: 50 << 20 };
    let found = discover(&[PathBuf::from("fixtures/systems")], &options);
    assert_eq!(
        inputs(root, &found),
        [
            "a:fixtures/systems/fas-openvpn/cdk.out",
            "a:fixtures/systems/fintech-capstone/cdk.out",
            "a:fixtures/systems/global-platform/cdk.out",
            "a:fixtures/systems/oltp-pipeline/cdk.out",
            "a:fixtures/systems/trading-platform/cdk.out.dev",
            "a:fixtures/systems/trading-platform/cdk.out.prod",
        ]
    );
    assert!(found.skipped.iter().any(|skipped| skipped.path.ends_with("oltp-pipeline/app/tsconfig.json")));
    let cases = discover(&[PathBuf::from("fixtures/cloudformation")], &options);
    assert_eq!(cases.inputs.len(), 23);
    let skipped: Vec<_> = cases.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!(skipped, ["fixtures/cloudformation/cases.json"]);
    assert!(cases.diagnostics.is_empty());
}
