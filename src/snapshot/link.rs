//! Which texts of a snapshot mean a resource of it: ids, ARNs and names become references, as a template would write them.
//!
//! A template refers by `Ref` and `Fn::GetAtt`, an account by literal texts. Everything after this module follows references,
//! so it finds the same edges in both. A reference that is made of a text still reads as that text.

use rustc_hash::FxHashMap;

use super::lines::Resource;
use crate::inventory::{Inventory, identity};
use crate::source::Symbol;
use crate::value::{Place, ResourceId};

/// Hexadecimal digits that AWS's ids end with.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=40;

/// Bytes of a text that is looked at as an ARN with something behind it; an ARN has at most so many.
const LONGEST_ARN: usize = 2048;
/// Resources that may share a name; one that more have means none of them.
const NAMESAKES: usize = 64;

/// What a text means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) resource: ResourceId,
    /// `Ref` for the id; what the ARN or another name is called.
    pub(super) attribute: Symbol,
}

/// The resources of a snapshot by what they are called.
#[derive(Debug, Default)]
pub(super) struct Links {
    by_text: FxHashMap<Box<str>, Vec<Target>>,
}

impl Links {
    /// Adds a resource, and what its names stand for to the inventory.
    pub(super) fn add(&mut self, inventory: &mut Inventory, id: ResourceId, line: &Resource<'_>, place: Place) {
        // Types of fasscan's own are facts, which nothing names.
        if line.type_name.starts_with("Fasscan::") {
            return;
        }
        let attribute = identity(line.type_name).and_then(|identity| identity.arn).map_or("Arn", |(name, _)| name);
        let domains = match line.type_name {
            "AWS::S3::Bucket" => vec![
                (format!("{}.s3.amazonaws.com", line.id), "DomainName".to_owned()),
                (format!("{}.s3.{}.amazonaws.com", line.id, line.region), "RegionalDomainName".to_owned()),
            ],
            _ => Vec::new(),
        };
        let own = [(line.id, "Ref".to_owned())].into_iter();
        let arn = line.arn.into_iter().flat_map(|arn| {
            // All streams of a log group, and the group.
            let group = arn.strip_suffix(":*").map(|group| (group, "GroupArn".to_owned()));
            [Some((arn, attribute.to_owned())), group].into_iter().flatten()
        });
        let names = line.names.iter().enumerate().map(|(index, name)| (*name, format!("Names.{index}")));
        let domains = domains.iter().map(|(text, attribute)| (text.as_str(), attribute.clone()));
        for (text, attribute) in own.chain(arn).chain(names).chain(domains) {
            let attribute = inventory.names.intern(&attribute);
            let known = self.by_text.entry(text.into()).or_default();
            // What one resource is called twice stands side by side.
            if text.is_empty() || known.last().is_some_and(|target| target.resource == id) {
                continue;
            }
            known.push(Target { resource: id, attribute });
            let value = inventory.values.push_text(text, place);
            inventory.values.set_known(id, attribute, value);
        }
    }

    /// What a text means that stands under `key` in a property of `from`; `None` when that is not one resource.
    pub(super) fn find(&self, inventory: &Inventory, from: ResourceId, key: &str, text: &str) -> Option<Target> {
        let known = self.by_text.get(text).filter(|known| known.len() <= NAMESAKES)?;
        let stack = inventory.resource(from).stack;
        let mut near = known
            .iter()
            // Nothing refers to itself: that is its name.
            .filter(|target| target.resource != from)
            .filter(|target| text.starts_with("arn:") || inventory.is_in_reach(stack, target.resource))
            .filter(|target| is_speaking(text) || suits(key, inventory.type_name(target.resource)));
        let first = near.next()?;
        match near.next() {
            None => Some(*first),
            // What is in the same region comes before what is in none.
            Some(second) => {
                let own = |target: &&Target| inventory.resource(target.resource).stack == stack;
                let mut own = [first, second].into_iter().chain(near).filter(own);
                own.next().filter(|_| own.next().is_none()).copied()
            }
        }
    }

    /// The resource that a text begins with the ARN of, and how long that is: `arn:aws:s3:::logs/AWSLogs/*`.
    pub(super) fn find_beginning(
        &self,
        inventory: &Inventory,
        from: ResourceId,
        key: &str,
        text: &str,
    ) -> Option<(Target, usize)> {
        if !text.starts_with("arn:") || text.len() > LONGEST_ARN {
            return None;
        }
        let least = text.match_indices(':').nth(4)?.0 + 1;
        let ends = text.rmatch_indices(['/', ':']).map(|(at, _)| at).take_while(|at| *at > least);
        ends.filter_map(|at| Some((self.find(inventory, from, key, &text[..at])?, at))).next()
    }
}

/// Whether a text is made by AWS to mean one resource, so that it means it wherever it stands.
fn is_speaking(text: &str) -> bool {
    let has_number = || {
        let digits = text.rsplit('-').next().unwrap_or_default();
        digits.len() < text.len()
            && DIGITS.contains(&digits.len())
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.starts_with("arn:")
        || text.starts_with("https://")
        || text.starts_with("alias/")
        || text.ends_with(".amazonaws.com")
        || has_number()
}

/// Whether a key says that a resource of a type is named there: `DBSubnetGroupName`, `Roles`, `RestApiId`.
fn suits(key: &str, type_name: &str) -> bool {
    const ENDINGS: [&str; 6] = ["Names", "Name", "Identifiers", "Identifier", "Ids", "Id"];
    let stem = ENDINGS.iter().find_map(|ending| key.strip_suffix(ending)).unwrap_or(key);
    let last = type_name.rsplit("::").next().unwrap_or_default();
    let named = |stem: &str| !stem.is_empty() && (stem.ends_with(last) || last.ends_with(stem));
    named(stem) || stem.strip_suffix('s').is_some_and(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_aws_speak_for_themselves_and_names_do_not() {
        for text in [
            "vpc-0a1b2c3d4e5f60718",
            "sg-12345678",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "mrk-1234abcd12ab34cd56ef1234567890ab",
            "arn:aws:s3:::logs",
            "alias/cards",
            "logs.s3.amazonaws.com",
        ] {
            assert!(is_speaking(text), "{text}");
        }
        for text in ["prod", "12345678", "deadbeef", "app-logs", "my-db-2024", "admin"] {
            assert!(!is_speaking(text), "{text}");
        }
    }

    #[test]
    fn a_key_says_of_which_type_the_named_resource_is() {
        for (key, type_name) in [
            ("DBSubnetGroupName", "AWS::RDS::DBSubnetGroup"),
            ("Roles", "AWS::IAM::Role"),
            ("UserName", "AWS::IAM::User"),
            ("RestApiId", "AWS::ApiGateway::RestApi"),
            ("S3BucketName", "AWS::S3::Bucket"),
            ("Cluster", "AWS::ECS::Cluster"),
            ("DBClusterIdentifier", "AWS::RDS::DBCluster"),
        ] {
            assert!(suits(key, type_name), "{key} {type_name}");
        }
        for (key, type_name) in
            [("Name", "AWS::IAM::Role"), ("Value", "AWS::RDS::DBInstance"), ("Engine", "AWS::IAM::User")]
        {
            assert!(!suits(key, type_name), "{key} {type_name}");
        }
    }
}
