//! Places in S3: `s3://bucket/key`, or a map of their parts.

use super::sam::{Done, Stop};
use super::value::{Entry, Value};
use crate::source::NodeId;
use crate::template::transform::Draft;

/// What a type calls the parts of a place, in the order of [`PARTS`].
pub(super) type Names = [Option<&'static str>; 4];

/// What serverless types call the parts.
const PARTS: [&str; 4] = ["Bucket", "Key", "Version", "StorageMode"];

/// The names in the code of functions and layers.
pub(super) const CODE: Names = [Some("S3Bucket"), Some("S3Key"), Some("S3ObjectVersion"), Some("S3ObjectStorageMode")];
/// The names in the definition of a state machine.
pub(super) const DEFINITION: Names = [Some("Bucket"), Some("Key"), Some("Version"), None];
/// The names in the code of a web function.
pub(super) const WEB_CODE: Names = [Some("Bucket"), Some("Key"), Some("VersionId"), None];

/// The place that a property names. None for a file or folder beside the template: `sam package` uploads it, and only
/// then is there a place.
pub(super) fn location(draft: &Draft<'_>, node: NodeId, property: &str, names: &Names) -> Done<Option<Value>> {
    let parts = match draft.tree.string(node) {
        Some(text) if !text.starts_with("s3://") => return Ok(None),
        Some(text) => of_uri(text).ok_or_else(|| {
            Stop::error(
                node,
                format!("`{text}` is no place in S3, which is `s3://bucket/key` or `s3://bucket/key?versionId=id`"),
            )
        })?,
        None => PARTS.map(|part| draft.present(node, part).map(|member| member.value.into())),
    };
    if parts[0].is_none() || parts[1].is_none() {
        return Err(Stop::error(node, format!("`{property}` must be a place in S3, or a map with `Bucket` and `Key`")));
    }
    let entries = names.iter().zip(parts).filter_map(|(name, part)| Some(Entry::new((*name)?, part?)));
    Ok(Some(Value::Map(entries.collect()).at(draft.tree.span(node))))
}

fn of_uri(text: &str) -> Option<[Option<Value>; 4]> {
    let (path, query) =
        text.strip_prefix("s3://")?.split_once('?').map_or((text.strip_prefix("s3://")?, ""), |both| both);
    let (bucket, key) = path.split_once('/')?;
    let key = key.split('#').next().unwrap_or_default().trim_start_matches('/');
    if bucket.is_empty() {
        return None;
    }
    let text = |text: &str| Some(Value::from(text.to_owned()));
    let version = query.split('&').find_map(|pair| pair.strip_prefix("versionId="));
    Some([text(bucket), text(key), version.and_then(text), None])
}
