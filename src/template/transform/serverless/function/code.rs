//! Where the code of a function is.

use crate::source::NodeId;
use crate::template::transform::serverless::resource::Resource;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value};

/// `Code` of the function.
pub(super) fn of(sam: &Sam<'_, '_>, resource: &Resource, is_image: bool) -> Done<Value> {
    let get = |name: &str| resource.member(sam.draft, name);
    if is_image {
        // An image that is still to be built has no location yet.
        let image = get("ImageUri").map(|image| Entry::copied("ImageUri", image));
        return Ok(Value::Map(image.into_iter().collect()));
    }
    if let Some(inline) = get("InlineCode") {
        return Ok(with_key(sam, resource, vec![Entry::copied("ZipFile", inline)]));
    }
    let location = match get("CodeUri") {
        Some(member) => location(sam, member.value, "CodeUri")?,
        None => Vec::new(),
    };
    Ok(with_key(sam, resource, location))
}

fn with_key(sam: &Sam<'_, '_>, resource: &Resource, mut entries: Vec<Entry>) -> Value {
    let key = resource.member(sam.draft, "SourceKMSKeyArn");
    entries.extend(key.map(|key| Entry::copied("SourceKMSKeyArn", key)));
    entries.into()
}

/// The place in S3 that a `CodeUri` or `ContentUri` names, as `S3Bucket`, `S3Key` and so on; `what` is its name.
///
/// A path of the machine says nothing about the place: `sam package` puts the code where only it knows.
pub(in crate::template::transform::serverless) fn location(
    sam: &Sam<'_, '_>,
    node: NodeId,
    what: &str,
) -> Done<Vec<Entry>> {
    if sam.draft.is_map(node) {
        return from_map(sam, node, what);
    }
    let Some(text) = sam.draft.tree.string(node) else {
        return Err(Stop::error(node, format!("`{what}` must be a text or a map")));
    };
    let span = sam.draft.tree.span(node);
    let Some((bucket, key)) = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else {
        return Ok(Vec::new());
    };
    let (key, query) = key.split_once('?').unwrap_or((key, ""));
    let version = query.split('&').find_map(|pair| pair.strip_prefix("versionId="));
    let text = |text: &str| Value::from(text.to_owned()).at(span);
    let mut entries = vec![
        Entry::new("S3Bucket", text(bucket)),
        Entry::new("S3Key", text(key.split('#').next().unwrap_or(key).trim_start_matches('/'))),
    ];
    entries.extend(version.map(|version| Entry::new("S3ObjectVersion", text(version))));
    Ok(entries)
}

fn from_map(sam: &Sam<'_, '_>, node: NodeId, what: &str) -> Done<Vec<Entry>> {
    let get = |name: &str| sam.draft.present(node, name);
    let (Some(bucket), Some(key)) = (get("Bucket"), get("Key")) else {
        return Err(Stop::error(node, format!("`{what}` needs `Bucket` and `Key`")));
    };
    let mut entries = vec![Entry::copied("S3Bucket", bucket), Entry::copied("S3Key", key)];
    entries.extend(get("Version").map(|version| Entry::copied("S3ObjectVersion", version)));
    entries.extend(get("StorageMode").map(|mode| Entry::copied("S3ObjectStorageMode", mode)));
    Ok(entries)
}
