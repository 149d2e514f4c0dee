//! Policy variables, and principals that say more than they seem to.

use super::Lint;
use crate::iam::document::{Effect, Part, PrincipalKind, Statement, Text, Version};

impl Lint<'_> {
    /// Variables stand in resources and in the values of conditions.
    pub(super) fn variables(&mut self, statement: &Statement) {
        let resources = statement.resources.iter().flat_map(|element| &element.texts);
        let values = statement.conditions.iter().flat_map(|condition| &condition.values);
        for text in resources.chain(values).filter(|text| text.text.contains("${")) {
            self.variables_of(text);
        }
    }

    fn variables_of(&mut self, text: &Text) {
        let parts = text.parts(Version::V2012);
        let mut named = false;
        for part in &parts {
            match part {
                Part::Variable { key, .. } if self.policy.version == Version::V2012 => self.variable(text, key),
                Part::Variable { .. } => named = true,
                Part::Literal(plain) if plain.contains("${") => {
                    let message = format!("`{}` has a `${{` that opens no policy variable", text.shown());
                    let help = "write `${aws:username}`, or `${$}` for the character".to_owned();
                    self.warn("variable", text.place, message, Some(help));
                }
                _ => {}
            }
        }
        if named {
            let message = format!("`{}` has no variables: the policy is not of version `2012-10-17`", text.shown());
            let help = "add `\"Version\": \"2012-10-17\"` to the policy".to_owned();
            self.warn("version", text.place, message, Some(help));
        }
    }

    fn variable(&mut self, text: &Text, key: &str) {
        match self.catalogue.condition_key(key) {
            Some(known) if known.multivalued => {
                let message = format!("`{key}` can have several values, so it cannot be a policy variable");
                self.warn("variable", text.place, message, None);
            }
            Some(_) => {}
            None if key.split_once(':').is_some_and(|(vendor, _)| vendor.contains('.')) => {}
            None => {
                let help = self.catalogue.suggest_key(key).map(|meant| format!("did you mean `${{{meant}}}`"));
                let message = format!("the policy variable `{key}` is {}", self.unknown());
                self.warn("variable", text.place, message, help);
            }
        }
    }

    /// "We strongly recommend that you do not use NotPrincipal in the same policy statement as Allow".
    pub(super) fn principals(&mut self, statement: &Statement) {
        let Some(principals) = statement.principals.as_ref().filter(|principals| principals.negated) else { return };
        if statement.effect == Some(Effect::Allow) {
            let message = "`Allow` with `NotPrincipal` allows everyone else, anonymous users too".to_owned();
            let help = "name who is allowed with `Principal`".to_owned();
            self.warn("not-principal", principals.place, message, Some(help));
        }
        if principals.list.iter().any(|principal| principal.kind == PrincipalKind::Anyone) {
            self.warn("not-principal", principals.place, "`NotPrincipal` of everyone is nobody".to_owned(), None);
        }
    }
}
