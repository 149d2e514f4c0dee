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

/// The parts of the place that a property names. None for a file or folder beside the template: `sam package` uploads
/// it, and only then is there a place.
pub(super) fn parts(draft: &Draft<'_>, node: NodeId, property: &str, names: &Names) -> Done<Option<Vec<Entry>>> {
    let span = draft.tree.span(node);
    let parts = match draft.tree.string(node) {
        Some(text) if !text.starts_with("s3://") => return Ok(None),
        Some(text) => of_uri(text).map(|parts| parts.map(|part| part.map(|text| Value::from(text).at(span)))),
        None => Some(PARTS.map(|part| draft.present(node, part).map(|member| member.value.into()))),
    };
    let parts = parts.filter(|[bucket, key, ..]| bucket.is_some() && key.is_some()).ok_or_else(|| {
        Stop::error(node, format!("`{property}` must be `s3://bucket/key`, or a map with `Bucket` and `Key`"))
    })?;
    let entries = names.iter().zip(parts).filter_map(|(name, part)| Some(Entry::new((*name)?, part?)));
    Ok(Some(entries.collect()))
}

/// The same as a map.
pub(super) fn location(draft: &Draft<'_>, node: NodeId, property: &str, names: &Names) -> Done<Option<Value>> {
    let parts = parts(draft, node, property, names)?;
    Ok(parts.map(|parts| Value::from(parts).at(draft.tree.span(node))))
}

/// `s3://bucket/key?versionId=version`
fn of_uri(text: &str) -> Option<[Option<String>; 4]> {
    let (bucket, rest) = text.strip_prefix("s3://")?.split_once('/')?;
    let (key, query) = rest.split_once('?').unwrap_or((rest, ""));
    let key = key.split('#').next().unwrap_or_default().trim_start_matches('/');
    let version = query.split('&').find_map(|pair| pair.strip_prefix("versionId="));
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some([text(bucket), text(key), version.and_then(text), None])
}
