//! Where the code of a function is.

use crate::template::transform::serverless::resource::Resource;
use crate::template::transform::serverless::s3;
use crate::template::transform::serverless::sam::{Done, Sam};
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
        Some(member) => s3::parts(sam.draft, member.value, "CodeUri", &s3::CODE)?.unwrap_or_default(),
        None => Vec::new(),
    };
    Ok(with_key(sam, resource, location))
}

fn with_key(sam: &Sam<'_, '_>, resource: &Resource, mut entries: Vec<Entry>) -> Value {
    let key = resource.member(sam.draft, "SourceKMSKeyArn");
    entries.extend(key.map(|key| Entry::copied("SourceKMSKeyArn", key)));
    entries.into()
}
