use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::iam::matches_ignoring_case;

const MANIFEST: &str = include_str!("data/manifest.toml");

fn manifest() -> toml::Table {
    MANIFEST.parse().unwrap()
}

fn action(name: &str) -> ActionRef {
    catalogue().action(name).unwrap_or_else(|| panic!("{name} is not known"))
}

fn resources(name: &str) -> Vec<&'static str> {
    action(name).action.resource_types.iter().map(|used| used.resource.name).collect()
}

fn keys(keys: &[&ConditionKey]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

#[test]
fn there_is_as_much_as_the_manifest_says() {
    let manifest = manifest();
    let count = |name: &str| manifest[name].as_integer().unwrap() as usize;
    let all: Vec<ActionRef> = catalogue().actions().collect();
    assert_eq!(all.len(), count("actions"));
    assert_eq!(catalogue().action_count(), count("actions"));
    assert_eq!(catalogue().prefixes().len(), count("services"));
    assert_eq!(all.iter().filter(|known| known.action.retired).count(), count("retired"));
    assert_eq!(all.iter().filter(|known| known.action.permissions_risk).count(), count("permissions_risk"));
    assert_eq!(all.iter().filter(|known| known.action.resource_types.is_empty()).count(), count("without_resource"));
    assert_eq!(all.iter().map(|known| known.action.dependent_actions.len()).sum::<usize>(), count("dependent_pairs"));
    let services = || catalogue().prefixes().map(|prefix| catalogue().service(prefix).unwrap());
    assert_eq!(services().map(|service| service.resource_types.len()).sum::<usize>(), count("resource_types"));
    assert_eq!(services().filter(|service| service.supports_rcp).count(), count("rcp_services"));
    let mut levels = BTreeMap::<AccessLevel, i64>::new();
    all.iter().for_each(|known| *levels.entry(known.action.access).or_default() += 1);
    let told = |name: &str| manifest["access_levels"][name].as_integer().unwrap();
    let expected = ["list", "read", "tagging", "write", "permissions_management"].map(told);
    assert_eq!(levels.into_values().collect::<Vec<_>>(), expected);
    assert_eq!(managed_policy_names().count(), count("managed_policies"));
    assert_eq!(managed_policies_date(), manifest["managed_policies_date"].as_str().unwrap());
    assert_eq!(catalogue().date(), manifest["date"].as_str().unwrap());
}

#[test]
fn the_data_were_made_from_the_tables_as_they_are() {
    let tables = [
        ("global-services.toml", include_str!("refresh/global-services.toml")),
        ("global-keys.toml", include_str!("refresh/global-keys.toml")),
    ];
    for (name, text) in tables {
        let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        let manifest = manifest();
        let mut sources = manifest["source"].as_array().unwrap().iter();
        let told = sources.find(|source| source.get("file").and_then(|file| file.as_str()) == Some(name)).unwrap();
        assert_eq!(told["sha256"].as_str(), Some(&*hash), "{name} was changed without a run of refresh/run.sh");
    }
}

#[test]
fn numbers_and_names_lead_to_each_other() {
    let mut names = HashSet::new();
    for (number, known) in catalogue().actions().enumerate() {
        assert_eq!(known.id.index(), number);
        let name = known.to_string();
        assert_eq!(catalogue().action(&name.to_uppercase()).unwrap().id, known.id, "{name}");
        assert_eq!(catalogue().by_id(known.id).unwrap().to_string(), name);
        assert!(known.service.ids().any(|id| id == known.id));
        assert!(names.insert(name.to_lowercase()), "{name} twice");
    }
    assert!(catalogue().ids_of("s3").unwrap().eq(catalogue().service("s3").unwrap().ids()));
    assert!(catalogue().by_id(ActionId(names.len() as u32)).is_none());
    assert!(catalogue().by_id(ActionId(u32::MAX)).is_none());
}

#[test]
fn every_reference_of_the_data_leads_somewhere() {
    let mut unknown = HashSet::<&str>::new();
    for known in catalogue().actions() {
        for used in known.action.resource_types {
            assert!(used.resource.arn.starts_with("arn:"), "{known}: {}", used.resource.arn);
        }
        let keys =
            known.action.resource_types.iter().flat_map(|used| used.condition_keys).chain(known.action.condition_keys);
        for key in keys {
            assert!(known.service.condition_key(key.name).is_some(), "{known}: {}", key.name);
        }
        let depends = known.action.dependent_actions.iter();
        unknown.extend(depends.copied().filter(|name| catalogue().action(name).is_none()));
    }
    // Slips of the sources, such as actions that never were: few, and of no harm.
    assert!(unknown.len() < 40, "{unknown:?}");
}

#[test]
fn access_levels_and_resources_of_well_known_actions() {
    let level = |name| action(name).action.access;
    assert_eq!(level("s3:GetObject"), AccessLevel::Read);
    assert!(resources("s3:GetObject").contains(&"object"));
    assert_eq!(level("s3:ListBucket"), AccessLevel::List);
    assert_eq!(level("s3:PutBucketPolicy"), AccessLevel::PermissionsManagement);
    assert_eq!(level("iam:PassRole"), AccessLevel::Write);
    assert_eq!(resources("iam:PassRole"), ["role"]);
    assert!(keys(action("iam:PassRole").action.condition_keys).contains(&"iam:PassedToService"));
    assert_eq!(level("iam:AttachRolePolicy"), AccessLevel::PermissionsManagement);
    assert_eq!(resources("kms:Decrypt"), ["key"]);
    assert_eq!(level("ec2:CreateTags"), AccessLevel::Tagging);
    assert_eq!(level("sts:AssumeRole"), AccessLevel::Write);
    assert_eq!(resources("sts:AssumeRole"), ["role"]);
    assert_eq!(level("organizations:LeaveOrganization"), AccessLevel::Write);
    assert!(resources("organizations:LeaveOrganization").is_empty());
    assert!(resources("xray:PutTraceSegments").is_empty(), "only `*` is legal");
    assert!(resources("timestream:DescribeEndpoints").is_empty());
    let object = catalogue().service("S3").unwrap().resource_type("object").unwrap();
    assert_eq!(object.arn, "arn:${Partition}:s3:::${BucketName}/${ObjectName}");
}

#[test]
fn running_an_instance_needs_several_resources_and_may_need_to_pass_a_role() {
    let run = action("ec2:runinstances");
    assert_eq!(run.to_string(), "ec2:RunInstances");
    let required = run.action.resource_types.iter().filter(|used| used.required);
    let names: Vec<&str> = required.clone().map(|used| used.resource.name).collect();
    assert_eq!(names, ["image", "instance", "network-interface", "security-group", "subnet"]);
    let instance = required.clone().find(|used| used.resource.name == "instance").unwrap();
    assert!(keys(instance.condition_keys).contains(&"ec2:MetadataHttpTokens"));
    assert!(run.action.dependent_actions.contains(&"iam:PassRole"));
    let passing =
        catalogue().actions().filter(|known| known.action.dependent_actions.contains(&"iam:PassRole")).count();
    assert!(passing > 250, "{passing}");
}

#[test]
fn permissions_are_also_changed_by_actions_that_aws_calls_writes() {
    let risk = |name: &str| (action(name).action.permissions_risk, action(name).action.manages_permissions());
    assert_eq!(risk("sqs:CreateQueue"), (true, true));
    assert_eq!(risk("iam:AttachRolePolicy"), (false, true));
    assert_eq!(risk("s3:GetObject"), (false, false));
}

#[test]
fn actions_of_services_that_ended_are_known_as_such() {
    assert!(action("codestar:CreateProject").action.retired);
    assert!(!action("codebuild:CreateProject").action.retired);
}

#[test]
fn global_services_have_the_region_of_their_endpoint() {
    let scope = |name: &str| action(name).action.scope;
    assert_eq!(scope("iam:CreateUser"), Scope::Global("us-east-1"));
    assert_eq!(scope("organizations:LeaveOrganization"), Scope::Global("us-east-1"));
    assert_eq!(scope("globalaccelerator:CreateAccelerator"), Scope::Global("us-west-2"));
    assert_eq!(scope("sts:AssumeRole"), Scope::Both("us-east-1"));
    assert_eq!(scope("s3:ListAllMyBuckets"), Scope::Both("us-east-1"));
    assert_eq!(scope("s3:CreateMultiRegionAccessPoint"), Scope::Global("us-west-2"));
    assert_eq!(scope("s3:GetObject"), Scope::Regional);
    assert_eq!(scope("kms:Decrypt"), Scope::Regional);
    assert_eq!(scope("ec2:DescribeRegions"), Scope::Regional);
    assert_eq!(catalogue().service("s3").unwrap().scope, Scope::Regional);
}

#[test]
fn resource_control_policies_apply_to_some_services() {
    for prefix in ["s3", "STS", "kms", "sqs", "secretsmanager", "dynamodb"] {
        assert!(catalogue().supports_rcp(prefix), "{prefix}");
    }
    for prefix in ["iam", "ec2", "organizations", "nosuch", ""] {
        assert!(!catalogue().supports_rcp(prefix), "{prefix}");
    }
}

#[test]
fn condition_keys_are_found_as_policies_write_them() {
    let key = |written: &str| catalogue().condition_key(written).map(|key| (key.name, key.kind, key.multivalued));
    assert_eq!(key("AWS:SourceIP"), Some(("aws:SourceIp", KeyType::IpAddress, false)));
    assert_eq!(key("aws:PrincipalOrgPaths"), Some(("aws:PrincipalOrgPaths", KeyType::String, true)));
    assert_eq!(key("aws:principaltag/Team"), Some(("aws:PrincipalTag/${TagKey}", KeyType::String, false)));
    assert_eq!(key("aws:PrincipalTag/"), None, "the tag has a name");
    assert_eq!(key("aws:PrincipalTag"), None);
    assert_eq!(key("aws:TagKeys"), Some(("aws:TagKeys", KeyType::String, true)));
    assert_eq!(key("aws:SourceArn"), Some(("aws:SourceArn", KeyType::Arn, false)));
    assert_eq!(key("iam:PassedToService"), Some(("iam:PassedToService", KeyType::String, false)));
    assert_eq!(key("s3:prefix"), Some(("s3:prefix", KeyType::String, false)));
    assert_eq!(key("s3:max-keys").map(|key| key.1), Some(KeyType::Numeric));
    assert_eq!(key("dynamodb:LeadingKeys").map(|key| key.2), Some(true));
    assert_eq!(
        key("kms:EncryptionContext:AppName").map(|key| key.0),
        Some("kms:EncryptionContext:${EncryptionContextKey}")
    );
    assert_eq!(key("token.actions.githubusercontent.com:sub").map(|key| key.1), Some(KeyType::String));
    assert_eq!(key("oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub").map(|key| key.1), Some(KeyType::String));
    assert_eq!(key("s3:ExistingObjectTag/team").map(|key| key.0), Some("s3:ExistingObjectTag/${key}"));
    assert_eq!(key("saml:aud").map(|key| key.0), Some("saml:aud"));
    assert_eq!(key("EC2:sourceinstancearn").map(|key| key.1), Some(KeyType::Arn));
    assert_eq!(key("accounts.google.com:sub").map(|key| key.0), Some("accounts.google.com:sub"));
    assert_eq!(key("cognito-identity.amazonaws.com:amr").map(|key| key.2), Some(true));
    assert_eq!(catalogue().suggest_key("aws:SourceIpp"), Some("aws:SourceIp"));
    assert_eq!(catalogue().suggest_key("s3:prefixx"), Some("s3:prefix"));
    assert_eq!(catalogue().suggest_key("s3:zzzzzzzzzzzz"), None);
    for unknown in ["aws:SourceIpp", "s3:nosuch", "nosuch:key", "", ":", "aws:"] {
        assert_eq!(key(unknown), None, "{unknown}");
    }
}

#[test]
fn patterns_stand_for_what_they_name() {
    let names = |pattern: &str| -> Vec<String> {
        catalogue().ids_matching(pattern).into_iter().map(|id| catalogue().by_id(id).unwrap().to_string()).collect()
    };
    assert_eq!(names("S3:getobject"), ["s3:GetObject"]);
    assert_eq!(names("ec2:Describe?pcs"), ["ec2:DescribeVpcs"]);
    assert!(names("s3:GetObject*").contains(&"s3:GetObjectAcl".to_owned()));
    assert_eq!(names("*").len(), catalogue().action_count());
    assert_eq!(names("*:*").len(), catalogue().action_count());
    assert_eq!(names("sqs:*").len(), catalogue().service("sqs").unwrap().actions.len());
    for nothing in ["", "s3", "s3:", ":GetObject", "s3:Get:Object", "nosuch:*", "s3:Nosuch*", "é:*", "s3:é*"] {
        assert!(names(nothing).is_empty(), "{nothing}");
    }
}

/// Patterns that are near to names: pieces of names and wildcards, in any case.
fn pattern() -> impl Strategy<Value = String> {
    let total = catalogue().action_count();
    let cut = |text: String, cuts: Vec<(usize, usize, u8)>| {
        let mut text: Vec<char> = text.chars().collect();
        for (at, length, by) in cuts {
            let at = at % (text.len() + 1);
            let end = (at + length).min(text.len());
            let with: &[char] = [&['*'][..], &['?'], &['*', '?'], &[], &['s'], &[':']][usize::from(by % 6)];
            text.splice(at..end, with.iter().copied());
        }
        text.into_iter().collect::<String>()
    };
    (0..total, proptest::collection::vec((0..40_usize, 0..9_usize, any::<u8>()), 0..5), any::<bool>()).prop_map(
        move |(id, cuts, upper)| {
            let name = catalogue().by_id(ActionId(id as u32)).unwrap().to_string();
            let pattern = cut(name, cuts);
            if upper { pattern.to_uppercase() } else { pattern }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn expansion_equals_matching_every_name(pattern in pattern()) {
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| catalogue().actions().map(|known| known.to_string()).collect());
        let each = NAMES.iter().enumerate().filter(|(_, name)| matches_ignoring_case(&pattern, name));
        let expected: Vec<usize> = each.map(|(id, _)| id).collect();
        let found: Vec<usize> = catalogue().ids_matching(&pattern).into_iter().map(ActionId::index).collect();
        prop_assert_eq!(&found, &expected);
        let set: Vec<usize> = catalogue().set_matching([&*pattern]).iter().map(ActionId::index).collect();
        prop_assert_eq!(&set, &expected);
    }

    #[test]
    fn sets_of_actions_obey_the_laws_of_sets(a in pattern(), b in pattern()) {
        let (a, b) = (catalogue().set_matching([&*a]), catalogue().set_matching([&*b]));
        let mut both = a.clone();
        both.union_with(&b);
        prop_assert!(a.is_subset(&both) && b.is_subset(&both));
        let mut common = a.clone();
        common.intersect_with(&b);
        prop_assert_eq!(both.len() + common.len(), a.len() + b.len());
        prop_assert_eq!(common.is_empty(), !a.intersects(&b));
        let mut rest = a.clone();
        rest.subtract(&b);
        prop_assert_eq!(rest.len(), a.len() - common.len());
        let other = a.complement();
        prop_assert_eq!(other.len() + a.len(), catalogue().action_count());
        prop_assert!(!other.intersects(&a) && other.complement() == a);
        prop_assert!(a.iter().all(|id| a.contains(id) && !other.contains(id)));
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_data_are_as_if_they_were_not_there(cut in 0..300_000_usize, at in 0..300_000_usize, byte in any::<u8>()) {
        let mut bytes = include_bytes!("data/actions.bin").to_vec();
        // Damage in the index matters most.
        for place in [at % bytes.len(), at % 12_000] {
            bytes[place] = byte;
        }
        bytes.truncate(cut.max(at % 12_000));
        let damaged: &'static Catalogue = Box::leak(Box::new(Catalogue::read(bytes.leak())));
        let _ = (damaged.ids_matching("ec2:*a*"), damaged.action("s3:GetObject"), damaged.condition_key("kms:ViaService"));
        let _ = (damaged.by_id(ActionId(7)), damaged.suggest("s3:GetObjct"));
    }
}

#[test]
fn names_that_nobody_knows_get_a_suggestion() {
    let suggest = |name: &str| catalogue().suggest(name);
    let is = |name: &str, meant: &str| assert_eq!(suggest(name).as_deref(), Some(meant), "{name}");
    is("s3:GetObjct", "s3:GetObject");
    is("s3:ListObjects", "s3:ListBucket");
    is("S3:headobject", "s3:GetObject");
    is("lambda:Invoke", "lambda:InvokeFunction");
    is("dynamdb:GetItem", "dynamodb:GetItem");
    is("stepfunctions:StartExecution", "states:StartExecution");
    is("cloudwatchlogs:CreateLogGroup", "logs:CreateLogGroup");
    is("elb:Describe*", "elasticloadbalancing:Describe*");
    assert_eq!(suggest("s3:Zzzzzzzzzzzz"), None);
    assert_eq!(suggest("qqqqqqqqq:Zzzzzzzzzzzz"), None);
    assert_eq!(suggest("GetObject"), None);
    assert_eq!(suggest("s3:Gte*"), None);
}

#[test]
fn operations_of_the_table_of_suggestions_lead_to_actions() {
    for (operation, meant) in suggest::OPERATIONS {
        assert!(catalogue().action(operation).is_none(), "{operation} is an action by now");
        assert!(catalogue().action(meant).is_some(), "{meant}");
    }
    for (name, prefix) in suggest::SERVICES {
        assert!(catalogue().service(prefix).is_some(), "{name}");
        assert!(catalogue().service(name).is_none() || name == "opensearch", "{name} is a service by now");
    }
}

#[test]
fn managed_policies_are_found_by_arn_path_and_name() {
    let administrator = managed_policy("arn:aws:iam::aws:policy/AdministratorAccess").unwrap();
    let document: serde_json::Value = serde_json::from_str(&administrator.document).unwrap();
    assert_eq!(document["Statement"][0]["Action"], "*");
    assert_eq!(managed_policy("AdministratorAccess").as_ref(), Some(&administrator));
    assert_eq!(
        managed_policy("arn:\u{1}Partition\u{1}:iam::aws:policy/AdministratorAccess").as_ref(),
        Some(&administrator)
    );
    let read_only = managed_policy("ReadOnlyAccess").unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&read_only.document).unwrap()["Statement"].is_array());
    assert!(read_only.document.len() > 50_000);
    let lambda = managed_policy("service-role/AWSLambdaBasicExecutionRole").unwrap();
    assert_eq!(lambda.arn, "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole");
    assert_eq!(managed_policy(&lambda.arn).as_ref(), Some(&lambda));
    for unknown in [
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
        "job-function/AWSLambdaBasicExecutionRole",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::111122223333:policy/AdministratorAccess",
        "administratoraccess",
        "",
        "NoSuchPolicy",
    ] {
        assert_eq!(managed_policy(unknown), None, "{unknown}");
    }
}

#[test]
fn every_managed_policy_is_a_policy_document() {
    for name in managed_policy_names() {
        let policy = managed_policy(name).unwrap();
        assert_eq!(policy.name, name);
        let document: serde_json::Value = serde_json::from_str(&policy.document).unwrap();
        assert!(document["Statement"].is_array() || document["Statement"].is_object(), "{name}");
        assert!(policy.version.starts_with('v') && policy.date.len() == 10, "{policy:?}");
    }
}

#[test]
fn the_data_stay_small() {
    let size = include_bytes!("data/actions.bin").len() + include_bytes!("data/managed-policies.bin").len();
    assert!(size < 700_000, "{size} bytes");
}
