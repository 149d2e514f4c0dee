//! The systems and assemblies: nothing in them is wrong, and values cross stacks.

use super::*;

const INPUTS: [&str; 12] = [
    "systems/fas-openvpn/cdk.out",
    "systems/oltp-pipeline/cdk.out",
    "systems/trading-platform/cdk.out.dev",
    "systems/trading-platform/cdk.out.prod",
    "systems/fintech-capstone/cdk.out",
    "systems/global-platform/cdk.out",
    "assemblies/generation-36/cdk.out",
    "assemblies/no-asset-metadata/cdk.out",
    "assemblies/cross-stack-import/cdk.out",
    "assemblies/cross-stack-output/cdk.out",
    "assemblies/cdk-2.150-debug/cdk.out",
    "assemblies/cdk-2.276-debug/cdk.out",
];

#[test]
fn no_system_has_an_error() {
    for name in INPUTS {
        let resolved = resolved(name);
        assert!(resolved.said.is_empty(), "{name}: {:#?}", resolved.said);
        assert!(resolved.inventory.resources().len() > 1, "{name}");
    }
}

/// Properties of resources as a text for snapshots.
fn properties(name: &str, resources: &[(&str, &str)]) -> String {
    let resolved = resolved(name);
    let mut out = String::new();
    for (stack, prefix) in resources {
        let found = resolved.inventory.resources().map(|(id, _)| id).filter(|id| {
            let resource = resolved.inventory.resource(*id);
            resolved.inventory.stack(*id).name.starts_with(stack) && resource.logical_id.starts_with(prefix)
        });
        let ids: Vec<ResourceId> = found.collect();
        let [id] = ids.as_slice() else { panic!("{} of `{stack}` `{prefix}`", ids.len()) };
        let resource = resolved.inventory.resource(*id);
        let stack = &resolved.inventory.stack(*id).name;
        let properties = resolved.properties_in(stack, &resource.logical_id, &[]);
        let cdk_path = resource.cdk_path();
        out += &format!("{stack} {} ({})\n", resource.logical_id, cdk_path.unwrap_or("-"));
        out += &serde_json::to_string_pretty(&properties).unwrap();
        out.push('\n');
    }
    out
}

#[test]
fn values_pass_through_nested_stacks() {
    insta::assert_snapshot!(properties(
        "systems/trading-platform/cdk.out.prod",
        &[
            ("TapStackprod-Compliance", "ConfigBucket2112C5EC"),
            ("TapStackprod-Compute", "LambdaSg30A6108C"),
            ("TapStackprod-Compute", "AuroraFromLambda"),
            ("TapStackprod-Data", "AuroraSubnets"),
        ]
    ));
}

#[test]
fn values_pass_through_stack_outputs() {
    insta::assert_snapshot!(properties(
        "systems/fintech-capstone/cdk.out",
        &[("FinTechCompute", "Alb16C2F182"), ("FinTechData", "AuroraSubnets")]
    ));
}

#[test]
fn values_pass_through_exports_and_from_there_into_nested_stacks() {
    insta::assert_snapshot!(properties(
        "systems/global-platform/cdk.out",
        &[
            ("Prod-Data", "LedgerSubnets"),
            ("Prod-Data-SessionStore", "Sessions8896A56D"),
            ("Prod-Compute", "Alb16C2F182")
        ]
    ));
}

#[test]
fn values_pass_between_the_stacks_of_small_assemblies() {
    let mut out = String::new();
    for name in ["cross-stack-import", "cross-stack-output"] {
        let resolved = resolved(&format!("assemblies/{name}/cdk.out"));
        let world = World::open();
        let view = View::new(&resolved.inventory.values, &world);
        for (id, resource) in resolved.inventory.resources() {
            let (stack, values) = (&resolved.inventory.stack(id).name, &resolved.inventory);
            out += &format!("{name} {stack} {}\n", shown(values, &view, resource.properties));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn construct_paths_come_from_the_metadata_where_the_template_has_none() {
    let resolved = resolved("assemblies/no-asset-metadata/cdk.out");
    let mut lines = Vec::new();
    for (id, resource) in resolved.inventory.resources() {
        let cdk_path = resource.cdk_path();
        let path = cdk_path.unwrap_or("-");
        let root = resolved.inventory.root_stack(resource.stack);
        let line = resolved.unit.constructs.frame(root, path);
        let line = line.map_or("-".into(), |line| format!("{}:{} {}", line.path, line.line, line.exists));
        lines.push(format!("{} {path} {line}", resolved.inventory.stack(id).name));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_frame_is_shown_where_the_source_is_on_this_machine() {
    let resolved = resolved("systems/trading-platform/cdk.out.prod");
    let id = resolved
        .find("TapStackprod-ComplianceNestedStackComplianceNestedStackResource6EDC17CD", "ConfigBucket2112C5EC");
    let resource = resolved.inventory.resource(id);
    let cdk_path = resource.cdk_path();
    let root = resolved.inventory.root_stack(resource.stack);
    let line = resolved.unit.constructs.frame(root, cdk_path.unwrap()).unwrap();
    assert!(line.exists && line.path.starts_with("systems/trading-platform/app/"), "{line:?}");
    assert!(resolved.unit.constructs.diagnostics().is_empty());
}
