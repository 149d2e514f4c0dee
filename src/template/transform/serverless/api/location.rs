//! Where a definition lies that is not part of the template.

use super::super::edit::filled;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value};
use crate::source::NodeId;
use crate::template::transform::Draft;

/// The object that `DefinitionUri` names. A file that is uploaded before deployment stays a path, as it does in what
/// becomes of it.
pub(in super::super) fn of(draft: &Draft<'_>, uri: NodeId) -> Done<Value> {
    let tree = &draft.tree;
    if let Some(text) = tree.string(uri) {
        let Some(rest) = text.strip_prefix("s3://") else { return Ok(uri.into()) };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let Some((bucket, key)) = path.split_once('/').filter(|(bucket, _)| !bucket.is_empty()) else {
            return Err(Stop::error(uri, "`DefinitionUri` must name a bucket and a key, such as `s3://bucket/key`"));
        };
        let key = key.trim_start_matches('/').to_owned();
        let mut entries = vec![Entry::new("Bucket", bucket.to_owned()), Entry::new("Key", key)];
        let version = query.split('&').find_map(|pair| pair.strip_prefix("versionId="));
        entries.extend(version.map(|version| Entry::new("Version", version.to_owned())));
        return Ok(Value::Map(entries).at(tree.span(uri)));
    }
    let (Some(bucket), Some(key)) = (filled(tree, uri, "Bucket"), filled(tree, uri, "Key")) else {
        return Err(Stop::error(uri, "`DefinitionUri` must have a `Bucket` and a `Key`"));
    };
    let mut entries = vec![Entry::new("Bucket", bucket), Entry::new("Key", key)];
    entries.extend(draft.present(uri, "Version").map(|member| Entry::new("Version", member.value)));
    Ok(Value::Map(entries).at(tree.span(uri)))
}
