//! Rules by the names that people know them by.

use super::ast::{Rule, RuleSet};

impl RuleSet {
    /// The rules of this name: the one with this id or earlier id, or else those that name it as the same control of another
    /// scanner (`CKV_AWS_16`, `RDS.3`, `RDS_STORAGE_ENCRYPTED`), whatever the case; rules of AWS Config also by the name
    /// that they are deployed with (`rds-storage-encrypted`).
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&Rule> {
        match self.find(name) {
            Some(rule) => vec![rule],
            None => self.rules.iter().filter(|rule| rule.peers.iter().any(|(_, id)| same(id, name))).collect(),
        }
    }
}

fn same(id: &str, name: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    plain(id) == plain(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found_by_their_ids_and_by_what_other_scanners_call_them() {
        let (rules, _) = RuleSet::builtin();
        let named = |name: &str| rules.named(name).iter().map(|rule| rule.id.to_string()).collect::<Vec<_>>();
        for name in [
            "rds-storage-unencrypted",
            "CKV_AWS_16",
            "ckv_aws_16",
            "RDS.3",
            "RDS_STORAGE_ENCRYPTED",
            "rds-storage-encrypted",
        ] {
            assert!(named(name).contains(&"rds-storage-unencrypted".to_owned()), "{name}");
        }
        assert!(named("CKV_AWS_1").iter().all(|id| !id.starts_with("rds-")));
        assert!(named("no-such-thing").is_empty());
    }
}
