//! Places: addresses relative to the folder of the scan, regions with their text, names of resources.

use super::sentence;
use crate::report::document::{Excerpt, Location as Place, Position, ResourceInfo, SourceFrame};
use crate::report::marked;
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location, LogicalLocation, Message, PhysicalLocation, Region,
};

/// The name that relative addresses are based on; code scanning takes it for the root of the repository.
pub(super) const ROOT: &str = "%SRCROOT%";

/// A place in a template with its region, and the text there when the excerpt has all of it.
pub(super) fn template(place: &Place, excerpt: Option<&Excerpt>) -> Location {
    let mut region = region(place.start);
    region.end_line = Some(place.end.line.max(place.start.line).max(1).into());
    region.end_column = Some(place.end.column.max(1).into());
    region.byte_offset = Some(place.bytes[0].into());
    region.byte_length = Some(place.bytes[1].saturating_sub(place.bytes[0]).into());
    let mut physical = physical(&place.file, None);
    if let Some(excerpt) = excerpt {
        let last = excerpt.line as usize + excerpt.text.matches('\n').count();
        if (excerpt.line..).contains(&place.start.line) && place.end.line as usize <= last {
            region.snippet = Some(content(&excerpt.text[marked(excerpt)]));
            let mut context = Region::builder().start_line(i64::from(excerpt.line)).build();
            context.end_line = Some(super::signed(last));
            context.snippet = Some(content(&excerpt.text));
            physical.context_region = Some(context);
        }
    }
    physical.region = Some(region);
    Location::builder().physical_location(physical).build()
}

/// A line of the program that made a resource.
pub(super) fn source(frame: &SourceFrame) -> Location {
    at(&frame.file, Some(Position { line: frame.line, column: frame.column }))
}

/// A file, and where in it as far as it is known.
pub(super) fn at(path: &str, position: Option<Position>) -> Location {
    Location::builder().physical_location(physical(path, position.map(region))).build()
}

/// The same location as one of the further ones of a result: with a number and with what is there.
pub(super) fn related(mut location: Location, id: usize, message: &str) -> Location {
    location.id = Some(super::signed(id));
    location.message = Some(Message::from(&sentence(message)));
    location
}

/// The resource by its logical id, and the one that a transform made it of; one of an account by its ARN. Consumers take a
/// qualified name for the id itself, so the stack stands apart.
pub(super) fn logical(resource: &ResourceInfo) -> Vec<LogicalLocation> {
    let named = |name: &str| {
        let mut location = LogicalLocation::builder().name(name).kind("resource").build();
        location.properties = Some(super::bag([("stack", resource.stack.clone().into())]));
        location
    };
    [resource.arn.as_ref().unwrap_or(&resource.logical_id)]
        .into_iter()
        .chain(&resource.made_of)
        .map(|name| named(name))
        .collect()
}

fn physical(path: &str, region: Option<Region>) -> PhysicalLocation {
    let mut physical = PhysicalLocation::builder().artifact_location(artifact(path)).build();
    physical.region = region;
    physical
}

fn region(position: Position) -> Region {
    // 0 would make the log invalid, and no line is worse than the first.
    let Position { line, column } = position;
    Region::builder().start_line(i64::from(line.max(1))).start_column(i64::from(column.max(1))).build()
}

fn content(text: &str) -> ArtifactContent {
    ArtifactContent::builder().text(text).build()
}

/// Absolute paths, which no repository has, are addresses of their own.
fn artifact(path: &str) -> ArtifactLocation {
    let path = path.strip_prefix("./").unwrap_or(path);
    let drive = path.starts_with(|c: char| c.is_ascii_alphabetic()) && path.get(1..3) == Some(":/");
    match (path.starts_with('/'), drive) {
        (true, _) => ArtifactLocation::builder().uri(format!("file://{}", encode(path))).build(),
        (_, true) => ArtifactLocation::builder().uri(format!("file:///{}:{}", &path[..1], encode(&path[2..]))).build(),
        _ => ArtifactLocation::builder().uri(encode(path)).uri_base_id(ROOT).build(),
    }
}

/// Percent-encodes everything but the characters that RFC 3986 leaves alone in a path. A colon is encoded as well, as
/// the first segment of a relative address would become a scheme by it.
fn encode(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::artifact;

    #[test]
    fn addresses_are_encoded_and_only_relative_ones_have_a_base() {
        let uri = |path: &str| {
            let artifact = artifact(path);
            (artifact.uri.unwrap(), artifact.uri_base_id.is_some())
        };
        assert_eq!(uri("cdk.out/Stück 1.json"), ("cdk.out/St%C3%BCck%201.json".to_owned(), true));
        assert_eq!(uri("./a%b#c?.yaml"), ("a%25b%23c%3F.yaml".to_owned(), true));
        assert_eq!(uri("a:b.yaml"), ("a%3Ab.yaml".to_owned(), true));
        assert_eq!(uri("<stdin>"), ("%3Cstdin%3E".to_owned(), true));
        assert_eq!(uri("/tmp/x y"), ("file:///tmp/x%20y".to_owned(), false));
        assert_eq!(uri("C:/x"), ("file:///C:/x".to_owned(), false));
    }
}
