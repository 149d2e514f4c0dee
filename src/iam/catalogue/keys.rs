//! Condition keys.

use super::{Catalogue, Service};
use crate::iam::matches_ignoring_case;
use crate::value::did_you_mean;

/// The type of the values of a condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// An Amazon Resource Name.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A date with time, or seconds since 1970.
    Date,
    /// An IP address.
    IpAddress,
    /// Base64.
    Binary,
}

/// A condition key, as a service or the IAM User Guide documents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionKey {
    /// The name, with `${...}` for a part that a policy chooses: `aws:PrincipalTag/${TagKey}`.
    pub name: &'static str,
    /// The type of its values.
    pub kind: KeyType,
    /// Whether a request can have several values for it, so that a policy needs `ForAllValues` or `ForAnyValue`.
    pub multivalued: bool,
}

impl ConditionKey {
    /// From a letter and a name.
    pub(super) fn read(text: &'static str) -> Option<Self> {
        let letter = text.bytes().next()?;
        let kind = match letter.to_ascii_lowercase() {
            b's' => KeyType::String,
            b'a' => KeyType::Arn,
            b'b' => KeyType::Bool,
            b'n' => KeyType::Numeric,
            b'd' => KeyType::Date,
            b'i' => KeyType::IpAddress,
            b'y' => KeyType::Binary,
            _ => return None,
        };
        Some(Self { name: text.get(1..)?, kind, multivalued: letter.is_ascii_uppercase() })
    }

    /// Whether the key as a policy writes it, such as `aws:principaltag/team`, is this one. Case does not matter, and a part that
    /// the policy chooses has at least one character.
    #[must_use]
    pub fn is(&self, written: &str) -> bool {
        self.name.eq_ignore_ascii_case(written) || fits(self.name, written)
    }
}

/// Whether a text is the name with something in place of each `${...}`.
fn fits(name: &str, written: &str) -> bool {
    let Some((start, mut rest)) = name.split_once("${") else { return false };
    if !written.get(..start.len()).is_some_and(|written| written.eq_ignore_ascii_case(start)) {
        return false;
    }
    let mut pattern = format!("{start}?*");
    while let Some((_, after)) = rest.split_once('}') {
        let (plain, next) = after.split_once("${").unwrap_or((after, ""));
        pattern.push_str(plain);
        if plain.len() < after.len() {
            pattern.push_str("?*");
        }
        rest = next;
    }
    matches_ignoring_case(&pattern, written)
}

fn exact<'a>(keys: &'a [ConditionKey], written: &str) -> Option<&'a ConditionKey> {
    keys.iter().find(|key| key.name.eq_ignore_ascii_case(written))
}

fn filled_in<'a>(keys: &'a [ConditionKey], written: &str) -> Option<&'a ConditionKey> {
    keys.iter().find(|key| fits(key.name, written))
}

impl Service {
    /// The condition key of the service that a policy writes as `written`, in any case.
    #[must_use]
    pub fn condition_key(&self, written: &str) -> Option<&'static ConditionKey> {
        exact(self.condition_keys, written).or_else(|| filled_in(self.condition_keys, written))
    }
}

impl Catalogue {
    /// The condition key that a policy writes as `written`, in any case: a global one (`aws:SourceIp`), one of a service
    /// (`s3:prefix`), or one of an identity provider (`saml:aud`). Keys with a part to choose (`aws:PrincipalTag/team`) are found with
    /// that part filled in. OpenID Connect providers other than the well-known ones are not known.
    #[must_use]
    pub fn condition_key(&self, written: &str) -> Option<&ConditionKey> {
        let (vendor, _) = written.split_once(':')?;
        exact(&self.globals, written)
            .or_else(|| self.service(vendor)?.condition_key(written))
            .or_else(|| {
                let vendors =
                    self.vendors.iter().filter(|(name, _)| name.eq_ignore_ascii_case(vendor) || fits(name, vendor));
                vendors
                    .flat_map(|(_, services)| services)
                    .find_map(|prefix| self.service(prefix)?.condition_key(written))
            })
            .or_else(|| filled_in(&self.globals, written))
    }

    /// A known condition key near to one that is not known: `aws:SourceIP4` was meant as `aws:SourceIp`. Of those with a part to
    /// choose, the name as documented.
    #[must_use]
    pub fn suggest_key(&self, written: &str) -> Option<&'static str> {
        let (vendor, _) = written.split_once(':')?;
        let own = self.service(vendor).map(|service| service.condition_keys).unwrap_or_default();
        did_you_mean(written, self.globals.iter().chain(own).map(|key| key.name))
    }

    /// The condition keys that requests to every service can have: `aws:*`, those of other services, and common claims of OpenID
    /// Connect providers.
    #[must_use]
    pub fn global_keys(&self) -> &[ConditionKey] {
        &self.globals
    }
}
