//! What makes a finding the same one tomorrow.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

/// Gives fingerprints, telling findings of equal identity apart by their order.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    /// By identity: how many each environment has so far.
    seen: FxHashMap<String, FxHashMap<String, u32>>,
}

impl Fingerprints {
    /// The first 32 hexadecimal digits of the SHA-256 of the identity and of how many equal ones came before in the same
    /// environments: those of different environments are the same finding, and one more environment changes none of them.
    pub(super) fn next(&mut self, identity: &str, environments: &[String]) -> String {
        let seen = self.seen.entry(identity.to_owned()).or_default();
        let unnamed = [String::new()];
        let environments = if environments.is_empty() { &unnamed } else { environments };
        let count = environments.iter().filter_map(|name| seen.get(name)).max().copied().unwrap_or(0);
        let digest = Sha256::digest(format!("{identity}\n{count}"));
        seen.extend(environments.iter().map(|name| (name.clone(), count + 1)));
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
        digest.iter().take(16).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

/// What a finding is: the rule, the resource, and the property of its owner. No line, no message, no severity.
pub(super) fn identity(rule: &str, resource: &str, owner: &str, path: &str) -> String {
    let owner = if owner == resource { "" } else { owner };
    format!("{rule}\n{resource}\n{owner}\n{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_findings_are_told_apart_and_others_do_not_matter() {
        let one = identity("r", "App/Db", "App/Db", "Properties.A");
        let mut first = Fingerprints::default();
        let mut second = Fingerprints::default();
        second.next(&identity("r", "App/Other", "App/Other", "Properties.A"), &[]);
        let (a, b) = (first.next(&one, &[]), first.next(&one, &[]));
        assert_ne!(a, b);
        assert_eq!(a, second.next(&one, &[]));
        assert!(a.len() == 32 && a.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn environments_are_no_part_of_a_fingerprint() {
        let one = identity("r", "App/Db", "App/Db", "Properties.A");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (mut alone, mut several) = (Fingerprints::default(), Fingerprints::default());
        let (a, b) = (alone.next(&one, &[]), alone.next(&one, &[]));
        assert_eq!(several.next(&one, &names(&["dev"])), a);
        assert_eq!(several.next(&one, &names(&["prod"])), a);
        assert_eq!(several.next(&one, &names(&["dev", "stage"])), b);
    }
}
