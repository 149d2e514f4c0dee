//! `AWS::Serverless::MicrovmImage`: an image of a machine, and the role that builds it.

use super::literal::Literal;
use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::service_role::service_role;
use super::tags;
use super::value::{Entry, Value, get_att, list, map, sub, sub_with};
use crate::source::NodeId;
use crate::template::transform::Draft;

/// Properties that the image takes over, and those among them that it must have.
const COPIED: [&str; 4] = ["Name", "BaseImageArn", "BaseImageVersion", "Description"];
const REQUIRED: [&str; 4] = ["Name", "BaseImageArn", "BaseImageVersion", "CodeUri"];
/// Lists and maps that the image has even where they are empty.
const LISTS: [&str; 4] = ["EgressNetworkConnectors", "CpuConfigurations", "Resources", "AdditionalOsCapabilities"];
const MAPS: [&str; 2] = ["Logging", "Hooks"];

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let draft = &*sam.draft;
    if let Some(missing) = REQUIRED.iter().find(|name| resource.get(draft, name).is_none()) {
        return Err(Stop::error(resource.node, format!("the image `{}` has no `{missing}`", resource.id)));
    }
    let code = resource.blame(draft, "CodeUri");
    let mut image = resource.becomes(draft, "AWS::Lambda::MicrovmImage");
    image.set("Description", "");
    for name in LISTS {
        image.set(name, list![]);
    }
    for name in MAPS {
        image.set(name, map! {});
    }
    image.copy_all(draft, resource.properties, &COPIED);
    image.copy_all(draft, resource.properties, &LISTS);
    image.copy_all(draft, resource.properties, &MAPS);
    image.set("CodeArtifact", map! { "Uri" => code });
    image.set("EnvironmentVariables", tags::list_of(draft, resource.get(draft, "EnvironmentVariables")));
    image.set("Tags", tags::marked(draft, resource, tags::CREATED_BY.0));
    let mut generated = Vec::new();
    let role: Value = match resource.get(draft, "BuildRoleArn") {
        Some(role) => role.into(),
        None => {
            let role = build_role(draft, resource, code)?;
            let arn = get_att(role.id.clone(), "Arn");
            generated.push(role);
            arn
        }
    };
    image.set("BuildRoleArn", role);
    generated.push(image);
    Ok(generated)
}

/// The role that reads the code and writes logs while the image is built.
fn build_role(draft: &Draft<'_>, resource: &Resource, code: NodeId) -> Done<Generated> {
    let mut role = service_role(draft, resource, format!("{}BuildRole", resource.id), "lambda.amazonaws.com");
    let read = map! { "Effect" => "Allow", "Action" => list!["s3:GetObject"], "Resource" => objects(draft, code)? };
    let log = map! {
        "Effect" => "Allow",
        "Action" => list!["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource" => "*",
    };
    let document = map! { "Version" => "2012-10-17", "Statement" => list![read, log] };
    role.set("Policies", list![map! { "PolicyName" => "MicrovmImageBuildPolicy", "PolicyDocument" => document }]);
    role.set("Tags", tags::in_background(draft, resource));
    Ok(role)
}

/// The objects of the bucket that the code is in.
fn objects(draft: &Draft<'_>, code: NodeId) -> Done<Value> {
    if let Literal::Text(text) = draft.literal(code)
        && let Some(path) = text.strip_prefix("s3://")
    {
        let bucket = path.split('/').next().unwrap_or_default();
        if bucket.is_empty() {
            return Err(Stop::error(code, format!("`{text}` names no bucket")));
        }
        return Ok(sub(format!("arn:${{AWS::Partition}}:s3:::{bucket}/*")));
    }
    let parts = map! { "Fn::Split" => list!["/", code] };
    let bucket = map! { "Fn::Select" => list![2, parts] };
    Ok(sub_with("arn:${AWS::Partition}:s3:::${Bucket}/*", vec![Entry::new("Bucket", bucket)]))
}
