//! `AWS::Serverless::LayerVersion`: a layer, of which every change makes a further version.

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::value::Value;
use super::{literal::Literal, s3};
use crate::source::NodeId;
use crate::template::transform::Draft;

const ARCHITECTURES: [&str; 2] = ["arm64", "x86_64"];

/// What the resource stands for. It has a logical id of its own for each content, so that an older version stays.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let draft = &*sam.draft;
    let Some(content) = resource.get(draft, "ContentUri") else {
        return Err(Stop::error(resource.node, format!("the layer `{}` has no `ContentUri`", resource.id)));
    };
    check_architectures(draft, resource)?;
    let mut layer = resource.becomes(draft, "AWS::Lambda::LayerVersion");
    match retention(draft, resource)? {
        Some(policy) => layer.set_attribute("DeletionPolicy", policy),
        None if layer.attribute("DeletionPolicy").is_none() => layer.set_attribute("DeletionPolicy", "Retain"),
        None => {}
    }
    layer.set("LayerName", resource.id.to_string());
    layer.copy_all(draft, resource.properties, &["LayerName", "Description", "LicenseInfo"]);
    layer.copy_all(draft, resource.properties, &["CompatibleArchitectures", "CompatibleRuntimes"]);
    layer.set_some("Content", s3::location(draft, content, "ContentUri", &s3::CODE)?);
    let properties = resource.properties.unwrap_or(resource.node);
    let id = format!("{}{}", resource.id, sam.digests.of(sam.draft, &Value::Node(properties)));
    sam.references.rename(&resource.id, &id);
    Ok(vec![layer.called(id)])
}

/// What `RetentionPolicy` makes the `DeletionPolicy`.
fn retention(draft: &Draft<'_>, resource: &Resource) -> Done<Option<Value>> {
    let Some(node) = resource.get(draft, "RetentionPolicy") else { return Ok(None) };
    let wrong = || Stop::error(node, "`RetentionPolicy` must be `Retain` or `Delete`");
    match draft.literal(node) {
        Literal::Text(text) => {
            let known = ["Retain", "Delete"].into_iter().find(|policy| policy.eq_ignore_ascii_case(&text));
            known.map(|policy| Some(Value::from(policy).at(draft.tree.span(node)))).ok_or_else(wrong)
        }
        Literal::Open(cause) => Err(Stop::gap(node, "whether the layer is retained is not known", cause)),
        Literal::Other => Err(wrong()),
    }
}

fn check_architectures(draft: &Draft<'_>, resource: &Resource) -> Done<()> {
    let items = resource.get(draft, "CompatibleArchitectures").map_or(&[][..], |node| draft.tree.items(node));
    let wrong = |item: &&NodeId| draft.tree.string(**item).is_some_and(|text| !ARCHITECTURES.contains(&text));
    match items.iter().find(wrong) {
        Some(item) => Err(Stop::error(*item, "an architecture is `arm64` or `x86_64`")),
        None => Ok(()),
    }
}
