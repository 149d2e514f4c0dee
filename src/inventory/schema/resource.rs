//! One resource type.

use super::path::names;
use super::{HIGH_BIT, PathError, Schema, Type, Values};

const NAME: u32 = 0;
const ROOT: u32 = 1;
const READ_ONLY: u32 = 2;
const WRITE_ONLY: u32 = 3;
const CREATE_ONLY: u32 = 4;
const PRIMARY_IDENTIFIER: u32 = 5;
const REGIONS: u32 = 6;

/// One resource type of a catalogue.
///
/// The path lists give property paths by names alone, `LoggingConfig.Bucket`: steps to list elements and map values are left
/// out. The `is_…` questions take paths with or without them.
#[derive(Clone, Copy)]
pub struct ResourceType {
    pub(super) schema: Schema,
    pub(super) index: u32,
}

impl std::fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ResourceType({})", self.name())
    }
}

impl ResourceType {
    /// The name, such as `AWS::S3::Bucket`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.schema.text(self.word(NAME))
    }

    /// The type of the `Properties` object. It has the read-only ones too.
    #[must_use]
    pub fn properties(self) -> Type {
        Type::new(self.schema, self.word(ROOT))
    }

    /// What stands at a path from `Properties`, see [`Type::resolve`].
    ///
    /// # Errors
    /// Which segment of the path does not exist, and what may have been meant.
    pub fn resolve(self, path: &str) -> Result<Type, PathError> {
        self.properties().resolve(path).map_err(|error| error.of(self.name()))
    }

    /// The names that `Fn::GetAtt` accepts as the schema has them, such as `Arn` or `Endpoint.Address`, sorted: the read-only
    /// properties. Some older types accept a few of their other properties too, so a name that is not here may be valid.
    pub fn attributes(self) -> impl Iterator<Item = &'static str> {
        let schema = self.schema;
        self.list(READ_ONLY).numbers().filter(|number| number & HIGH_BIT == 0).map(move |number| schema.text(number))
    }

    /// Paths that are in the live resource and cannot be set.
    #[must_use]
    pub fn read_only(self) -> Values {
        self.list(READ_ONLY)
    }

    /// Paths that can be set and are not in the live resource.
    #[must_use]
    pub fn write_only(self) -> Values {
        self.list(WRITE_ONLY)
    }

    /// Paths whose change replaces the resource.
    #[must_use]
    pub fn create_only(self) -> Values {
        self.list(CREATE_ONLY)
    }

    /// The properties that identify a live resource, in order.
    #[must_use]
    pub fn primary_identifier(self) -> Values {
        self.list(PRIMARY_IDENTIFIER)
    }

    /// Whether the property at the path, or one that it is part of, is set by the service and cannot be set by a template.
    #[must_use]
    pub fn is_read_only(self, path: &str) -> bool {
        covers(self.read_only(), path)
    }

    /// Whether the property at the path, or one that it is part of, can be set but not read back from a live resource. An
    /// object of which some members are write-only is not itself write-only.
    #[must_use]
    pub fn is_write_only(self, path: &str) -> bool {
        covers(self.write_only(), path)
    }

    /// Whether a change of the property at the path, or of one that it is part of, replaces the resource.
    #[must_use]
    pub fn is_create_only(self, path: &str) -> bool {
        covers(self.create_only(), path)
    }

    /// The regions that have the type, sorted. Of isolated regions the source knows nothing and lists every type. Empty for
    /// the types of the serverless transform (`AWS::Serverless::…`), which exist in templates alone.
    pub fn regions(self) -> impl Iterator<Item = &'static str> {
        let bits = u64::from(self.word(REGIONS)) | u64::from(self.word(REGIONS + 1)) << 32;
        self.schema.regions().zip(0u32..64).filter(move |(_, bit)| bits >> bit & 1 == 1).map(|(region, _)| region)
    }

    fn list(self, word: u32) -> Values {
        self.schema.list(self.word(word))
    }

    fn word(self, word: u32) -> u32 {
        self.schema.resource_word(self.index, word).unwrap_or(u32::MAX)
    }
}

/// Whether a listed path is `path` or a beginning of it, comparing names alone.
fn covers(mut listed: Values, path: &str) -> bool {
    listed.any(|listed| {
        let mut names = names(path);
        !listed.is_empty() && listed.split('.').all(|name| names.next() == Some(name))
    })
}
