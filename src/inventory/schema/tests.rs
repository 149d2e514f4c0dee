//! The embedded catalogue as its users see it, and the packer against the reader on a small catalogue of its own.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;

fn resource(name: &str) -> ResourceType {
    Schema::embedded().resource(name).unwrap_or_else(|| panic!("{name} is not in the catalogue"))
}

fn kind(name: &str, path: &str) -> Kind {
    resource(name).resolve(path).unwrap_or_else(|error| panic!("{error}")).kind()
}

/// Visits everything that can be reached, each type once; the answer is the number of types.
fn walk(schema: Schema) -> usize {
    let mut seen = HashSet::new();
    let mut todo: Vec<Type> = schema.types().filter_map(|name| Some(schema.resource(name)?.properties())).collect();
    while let Some(ty) = todo.pop() {
        if seen.insert(ty) {
            todo.extend(ty.members().map(|member| member.ty).chain(ty.item()).chain(ty.value()));
            ty.enum_values().for_each(drop);
        }
    }
    for resource in schema.types().filter_map(|name| schema.resource(name)) {
        let lists =
            [resource.read_only(), resource.write_only(), resource.create_only(), resource.primary_identifier()];
        lists.into_iter().flatten().chain(resource.regions()).for_each(drop);
        let _ = resource.resolve("A.B[].C");
        assert!(!resource.is_write_only("no such path"));
    }
    seen.len()
}

// --- fasscan's own types

#[test]
fn the_own_catalogue_is_packed_from_its_text() {
    let packed = pack::pack(&pack::own(include_str!("own.json")).unwrap()).unwrap();
    assert!(packed == OWN, "run `cargo run --example pack_schema -- own`");
}

#[test]
fn own_types_are_found_beside_those_of_cloudformation() {
    for name in Schema::own().types() {
        assert_eq!(Schema::embedded().resource(name).map(ResourceType::name), Some(name));
    }
    assert_eq!(kind("Fasscan::IAM::PasswordPolicy", "MinimumPasswordLength"), Kind::Integer);
    assert_eq!(kind("Fasscan::EC2::Snapshot", "CreateVolumePermissions[].Group"), Kind::String);
    assert_eq!(Schema::embedded().suggest_type("Fasscan::IAM::PaswordPolicy"), Some("Fasscan::IAM::PasswordPolicy"));
}

// --- the embedded catalogue

#[test]
fn the_embedded_catalogue_says_where_it_comes_from() {
    let source = Schema::embedded().source();
    assert!(
        source.starts_with("cfn-lint 1.") && source.contains("MIT-0") && source.contains("schemas of 20"),
        "{source}"
    );
}

#[test]
fn every_type_name_is_found_again_and_sorted() {
    let names: Vec<&str> = Schema::embedded().types().collect();
    assert!(names.len() > 1_800, "{}", names.len());
    assert!(names.is_sorted());
    for name in names {
        assert_eq!(Schema::embedded().resource(name).map(ResourceType::name), Some(name));
    }
}

#[test]
fn every_object_of_the_embedded_catalogue_finds_its_members_again() {
    let schema = Schema::embedded();
    let mut seen = HashSet::new();
    let mut todo: Vec<Type> = schema.types().map(|name| resource(name).properties()).collect();
    while let Some(ty) = todo.pop() {
        if !seen.insert(ty) {
            continue;
        }
        assert!(ty.members().map(|member| member.name).is_sorted());
        assert_eq!(ty.members().count(), ty.members().len());
        for member in ty.members() {
            assert!(!member.name.is_empty());
            assert_eq!(ty.member(member.name), Some(member.ty));
        }
        assert!(ty.enum_values().all(|value| value.len() < 300 && !value.contains('\n')));
        todo.extend(ty.members().map(|member| member.ty).chain(ty.item()).chain(ty.value()));
    }
    assert!(seen.len() > 10_000, "{}", seen.len());
}

#[test]
fn every_listed_path_of_the_embedded_catalogue_is_marked() {
    for name in Schema::embedded().types() {
        let resource = resource(name);
        assert!(resource.properties().members().len() > 0 || name.starts_with("AWS::CloudFormation::"), "{name}");
        assert!(resource.read_only().all(|path| !path.is_empty() && resource.is_read_only(path)), "{name}");
        assert!(resource.write_only().all(|path| !path.is_empty() && resource.is_write_only(path)), "{name}");
        assert!(resource.create_only().all(|path| !path.is_empty() && resource.is_create_only(path)), "{name}");
    }
}

#[test]
fn well_known_properties_have_their_types() {
    let cases = [
        ("AWS::RDS::DBInstance", "StorageEncrypted", Kind::Boolean),
        ("AWS::RDS::DBInstance", "BackupRetentionPeriod", Kind::Integer),
        ("AWS::RDS::DBCluster", "StorageEncrypted", Kind::Boolean),
        (
            "AWS::S3::Bucket",
            "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
            Kind::String,
        ),
        ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.BlockPublicAcls", Kind::Boolean),
        ("AWS::S3::BucketPolicy", "PolicyDocument", Kind::Any),
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress[].CidrIp", Kind::String),
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress[*].FromPort", Kind::Integer),
        ("AWS::EC2::Volume", "Encrypted", Kind::Boolean),
        ("AWS::Lambda::Function", "VpcConfig.SubnetIds[]", Kind::String),
        ("AWS::Lambda::Function", "Environment.Variables.*", Kind::Any),
        ("AWS::Lambda::Function", "Environment.Variables.PASSWORD", Kind::Any),
        ("AWS::Logs::LogGroup", "RetentionInDays", Kind::Integer),
        ("AWS::KMS::Key", "EnableKeyRotation", Kind::Boolean),
        ("AWS::KMS::Key", "KeyPolicy", Kind::Any),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument.Statement[].Principal", Kind::Any),
        ("AWS::IAM::Role", "Policies[].PolicyName", Kind::String),
        ("AWS::CloudTrail::Trail", "IsLogging", Kind::Boolean),
        ("AWS::DynamoDB::Table", "SSESpecification.SSEEnabled", Kind::Boolean),
        ("AWS::SQS::Queue", "SqsManagedSseEnabled", Kind::Boolean),
        ("AWS::ElasticLoadBalancingV2::Listener", "DefaultActions[].Type", Kind::String),
        ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].Privileged", Kind::Boolean),
        ("AWS::CloudFormation::Stack", "Parameters.*", Kind::Any),
        ("Custom::AnythingAtAll", "Whatever.It.Takes", Kind::Any),
    ];
    for (name, path, expected) in cases {
        assert_eq!(kind(name, path), expected, "{name} {path}");
    }
    assert!(matches!(kind("AWS::EC2::SecurityGroup", "SecurityGroupIngress"), Kind::List(_)));
    assert!(matches!(kind("AWS::Lambda::Function", "Environment.Variables"), Kind::Map(_)));
    assert!(matches!(kind("AWS::S3::Bucket", "BucketEncryption"), Kind::Object(_)));
}

#[test]
fn enum_values_are_listed_with_numbers_by_size() {
    let retention = resource("AWS::Logs::LogGroup").resolve("RetentionInDays").unwrap();
    let days: Vec<u32> = retention.enum_values().map(|value| value.parse().unwrap()).collect();
    assert_eq!((days.first(), days.last()), (Some(&1), Some(&3653)));
    assert!(days.is_sorted() && days.contains(&365));
    let usage = resource("AWS::KMS::Key").resolve("KeyUsage").unwrap();
    assert!(usage.enum_values().any(|value| value == "SIGN_VERIFY"));
    assert_eq!(resource("AWS::KMS::Key").resolve("Description").unwrap().enum_values().count(), 0);
}

#[test]
fn required_members_are_known_at_every_depth() {
    let ingress = resource("AWS::EC2::SecurityGroup").resolve("SecurityGroupIngress[]").unwrap();
    assert_eq!(ingress.required().collect::<Vec<_>>(), ["IpProtocol"]);
    let policy = resource("AWS::S3::BucketPolicy").properties();
    assert_eq!(policy.required().collect::<Vec<_>>(), ["Bucket", "PolicyDocument"]);
}

#[test]
fn recursive_types_can_be_followed_without_end() {
    let path = format!("Rules[].Statement{}.GeoMatchStatement.CountryCodes[]", ".NotStatement.Statement".repeat(50));
    assert_eq!(kind("AWS::WAFv2::WebACL", &path), Kind::String);
}

#[test]
fn write_only_properties_are_those_that_a_live_resource_lacks() {
    let instance = resource("AWS::RDS::DBInstance");
    assert!(instance.is_write_only("MasterUserPassword"));
    assert!(!instance.is_write_only("StorageEncrypted"));
    let function = resource("AWS::Lambda::Function");
    assert!(function.is_write_only("Code.ZipFile"));
    assert!(!function.is_write_only("Code"), "other members of it can be read");
    assert!(function.is_write_only("SnapStart.ApplyOn"), "part of a write-only object");
}

#[test]
fn marked_paths_are_found_through_list_elements() {
    let instance = resource("AWS::RDS::DBInstance");
    assert!(instance.is_read_only("AdditionalStorageVolumes[].StorageOperationStatus"));
    assert!(instance.is_read_only("AdditionalStorageVolumes[0].StorageOperationStatus"));
    assert!(!instance.is_read_only("AdditionalStorageVolumes[]"));
    assert!(instance.is_create_only("StorageEncrypted"));
}

#[test]
fn attributes_are_the_read_only_names_outside_elements() {
    let attributes: Vec<&str> = resource("AWS::RDS::DBInstance").attributes().collect();
    assert!(attributes.contains(&"Endpoint.Address") && attributes.contains(&"DBInstanceArn"));
    assert!(!attributes.iter().any(|name| name.starts_with("AdditionalStorageVolumes")));
    assert!(resource("AWS::S3::Bucket").attributes().any(|name| name == "Arn"));
}

#[test]
fn identifiers_and_regions_are_known() {
    let stage = resource("AWS::ApiGateway::Stage");
    assert_eq!(stage.primary_identifier().collect::<Vec<_>>(), ["RestApiId", "StageName"]);
    assert!(Schema::embedded().regions().count() > 30);
    assert!(resource("AWS::S3::Bucket").regions().any(|region| region == "eu-central-1"));
    assert!(resource("AWS::OpsWorks::App").regions().all(|region| region != "us-east-1"));
    assert_eq!(resource("AWS::Serverless::Function").regions().count(), 0);
}

#[test]
fn unknown_resource_types_get_a_suggestion() {
    let schema = Schema::embedded();
    assert!(schema.resource("AWS::S3::Bukcet").is_none());
    assert_eq!(schema.suggest_type("AWS::S3::Bukcet"), Some("AWS::S3::Bucket"));
    assert_eq!(schema.suggest_type("aws::rds::dbinstance"), Some("AWS::RDS::DBInstance"));
    assert_eq!(schema.suggest_type("AWS::RDS::Instance"), Some("AWS::RDS::DBInstance"));
    assert_eq!(schema.suggest_type("Company::Own::Thing"), None);
}

// --- path errors

fn error(name: &str, path: &str) -> (PathErrorKind, String, Option<String>, String) {
    let error = resource(name).resolve(path).unwrap_err();
    (error.kind, error.to_string(), error.help(), path[error.range].to_owned())
}

#[test]
fn an_unknown_property_is_named_with_its_object_and_the_nearest_name() {
    let (kind, message, help, place) = error("AWS::RDS::DBInstance", "StorageEncrpyted");
    assert_eq!(kind, PathErrorKind::Unknown);
    assert_eq!(message, "`StorageEncrpyted` is not a property of `AWS::RDS::DBInstance`");
    assert_eq!(help.as_deref(), Some("did you mean `StorageEncrypted`"));
    assert_eq!(place, "StorageEncrpyted");

    let (_, message, help, place) =
        error("AWS::S3::Bucket", "BucketEncryption.serversideencryptionconfiguration[].BucketKeyEnabled");
    assert_eq!(
        message,
        "`serversideencryptionconfiguration[]` is not a property of `BucketEncryption` in `AWS::S3::Bucket`"
    );
    assert_eq!(help.as_deref(), Some("did you mean `ServerSideEncryptionConfiguration[]`"));
    assert_eq!(place, "serversideencryptionconfiguration[]");
}

#[test]
fn a_missing_step_to_list_elements_is_said() {
    let (kind, message, help, place) = error("AWS::EC2::SecurityGroup", "SecurityGroupIngress.CidrIp");
    assert_eq!(kind, PathErrorKind::IsAList);
    assert_eq!(message, "`SecurityGroupIngress` is a list, and a path enters its elements with `[]`");
    assert_eq!(help.as_deref(), Some("write `SecurityGroupIngress[]`"));
    assert_eq!(place, "SecurityGroupIngress");
}

#[test]
fn a_step_into_something_that_is_no_list_is_said() {
    let (kind, message, help, _) = error("AWS::RDS::DBInstance", "StorageEncrypted[]");
    assert_eq!(kind, PathErrorKind::NotAList);
    assert_eq!(message, "`StorageEncrypted[]` steps to elements, but it is a boolean");
    assert_eq!(help.as_deref(), Some("write `StorageEncrypted`"));
}

#[test]
fn a_name_after_a_scalar_is_said() {
    let (kind, message, help, place) = error("AWS::RDS::DBInstance", "StorageEncrypted.Value");
    assert_eq!(kind, PathErrorKind::NotAnObject);
    assert_eq!(message, "`Value` cannot be looked up in `StorageEncrypted`, which is a boolean");
    assert_eq!((help, place.as_str()), (None, "Value"));
}

#[test]
fn a_malformed_path_is_said_even_in_free_form_json() {
    for path in
        ["", "KeyPolicy..B", "KeyPolicy.", "KeyPolicy[0]", "KeyPolicy.[", "KeyPolicy.a]b", ".KeyPolicy", "KeyPolicy.[]"]
    {
        assert_eq!(error("AWS::KMS::Key", path).0, PathErrorKind::Malformed, "{path}");
    }
}

#[test]
fn a_path_may_start_at_an_element() {
    let ingress = resource("AWS::EC2::SecurityGroup").resolve("SecurityGroupIngress[]").unwrap();
    assert_eq!(ingress.resolve("CidrIp").unwrap().kind(), Kind::String);
    let error = ingress.resolve("CidrIP4").unwrap_err();
    assert_eq!(error.to_string(), "`CidrIP4` is not a property here");
    assert_eq!(error.help().as_deref(), Some("did you mean `CidrIp`"));
}

// --- the packer, and files that are damaged

fn sample() -> Vec<pack::Resource> {
    let tree = json!({
        "properties": {
            "Root": {"$ref": "#/definitions/Tree"},
            "Labels": {"type": "object", "patternProperties": {"^a": {"type": "string"}, "^b": {"type": "integer"}}},
            "Open": {"type": "object", "additionalProperties": true, "properties": {"Known": {"type": "number"}}},
            "Closed": {"type": "object", "additionalProperties": false},
            "Mixed": {"type": ["string", "integer"]},
            "Policy": {"type": ["object", "string"]},
            "Lists": {"type": "array", "items": {"type": "array", "items": {"type": "boolean"}}},
            "Port": {"allOf": [{"$ref": "#/definitions/Port"}]},
        },
        "required": ["Root"],
        "readOnlyProperties": ["/properties/Root/Children/*/Id", "/properties/Root/Id"],
        "writeOnlyProperties": ["/properties/Policy"],
        "primaryIdentifier": ["/properties/Root/Id", "/properties/Mixed"],
        "definitions": {
            "Port": {"type": "integer", "enum": [443, 80, 8080]},
            "Tree": {
                "type": "object",
                "properties": {
                    "Id": {"type": "string"},
                    "Children": {"type": "array", "items": {"$ref": "#/definitions/Tree"}},
                },
                "oneOf": [
                    {"required": ["Id", "Left"], "properties": {"Left": {"enum": ["a"]}, "Id": {"enum": ["x"]}}},
                    {"required": ["Id", "Right"], "properties": {"Left": {"const": "b"}, "Right": {"type": "string"}}},
                ],
            },
        },
    });
    let mut renamed = tree.clone();
    renamed["description"] = json!("the same types at other addresses");
    vec![entry("My::Tree::One", vec![0], tree), entry("My::Tree::Two", vec![0, 1], renamed)]
}

fn entry(name: &str, regions: Vec<usize>, schema: Value) -> pack::Resource {
    pack::Resource { name: name.into(), regions, schema }
}

fn packed(resources: Vec<pack::Resource>) -> Vec<u8> {
    let regions = vec!["here-1".to_owned(), "there-2".to_owned()];
    pack::pack(&pack::Catalogue { source: "sample 1".into(), regions, resources }).unwrap()
}

fn open(bytes: Vec<u8>) -> Schema {
    Schema::open(Box::leak(bytes.into_boxed_slice()))
}

#[test]
fn what_is_packed_is_read_back() {
    let schema = open(packed(sample()));
    assert_eq!(schema.source(), "sample 1");
    assert_eq!(schema.types().collect::<Vec<_>>(), ["My::Tree::One", "My::Tree::Two"]);
    let one = schema.resource("My::Tree::One").unwrap();
    assert_eq!(one.properties().required().collect::<Vec<_>>(), ["Root"]);
    assert_eq!(one.resolve("Labels.anything").unwrap(), one.resolve("Labels.*").unwrap());
    assert_eq!(one.resolve("Labels.*").unwrap().kind(), Kind::String);
    assert_eq!(one.resolve("Open.Known").unwrap().kind(), Kind::Number);
    assert_eq!(one.resolve("Open.Other.Deep").unwrap().kind(), Kind::Any);
    assert_eq!(one.resolve("Closed.Other").unwrap_err().kind, PathErrorKind::Unknown);
    assert_eq!(one.resolve("Mixed").unwrap().kind(), Kind::String);
    assert_eq!(one.resolve("Policy.Statement[].Effect").unwrap().kind(), Kind::Any);
    assert_eq!(one.resolve("Lists[][]").unwrap().kind(), Kind::Boolean);
    assert_eq!(one.resolve("Lists[]").unwrap().resolve("[]").unwrap().kind(), Kind::Boolean);
    assert_eq!(one.resolve("Port").unwrap().enum_values().collect::<Vec<_>>(), ["80", "443", "8080"]);
    assert_eq!(one.attributes().collect::<Vec<_>>(), ["Root.Id"]);
    assert!(one.is_read_only("Root.Children[].Id") && one.is_write_only("Policy.Statement"));
    assert_eq!(one.primary_identifier().collect::<Vec<_>>(), ["Root.Id", "Mixed"]);
    assert_eq!(one.regions().collect::<Vec<_>>(), ["here-1"]);
}

#[test]
fn alternatives_become_the_union_of_their_properties() {
    let root = open(packed(sample())).resource("My::Tree::One").unwrap().resolve("Root").unwrap();
    let names: Vec<&str> = root.members().map(|member| member.name).collect();
    assert_eq!(names, ["Children", "Id", "Left", "Right"]);
    assert_eq!(root.required().collect::<Vec<_>>(), ["Id"], "what every alternative requires");
    assert_eq!(root.member("Left").unwrap().enum_values().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(root.member("Id").unwrap().enum_values().count(), 0, "one alternative allows any value");
}

#[test]
fn equal_types_are_stored_once_even_when_recursive() {
    let schema = open(packed(sample()));
    let [one, two] = ["My::Tree::One", "My::Tree::Two"].map(|name| schema.resource(name).unwrap().properties());
    assert_eq!(one, two);
    assert_eq!(one.resolve("Root").unwrap(), one.resolve("Root.Children[].Children[]").unwrap());
}

#[test]
fn packing_is_deterministic_and_independent_of_order() {
    let mut reversed = sample();
    reversed.reverse();
    assert_eq!(packed(sample()), packed(sample()));
    assert_eq!(packed(sample()), packed(reversed));
}

#[test]
fn a_damaged_catalogue_answers_less_and_never_panics() {
    let sound = packed(sample());
    let count = walk(open(sound.clone()));
    assert!(count > 5);
    for at in 0..sound.len() {
        for byte in [0x00, 0x7f, 0xff] {
            let mut damaged = sound.clone();
            damaged[at] = byte;
            walk(open(damaged));
        }
        walk(open(sound[..at].to_vec()));
    }
}

#[test]
fn bytes_that_are_no_catalogue_are_an_empty_one() {
    for bytes in [&b""[..], b"fascfn", b"PK\x03\x04 something else entirely, long enough for a header"] {
        let schema = Schema::open(bytes);
        assert_eq!((schema.source(), schema.types().count(), schema.regions().count()), ("", 0, 0));
        assert!(schema.resource("AWS::S3::Bucket").is_none());
        assert_eq!(schema.suggest_type("AWS::S3::Bucket"), None);
    }
}
