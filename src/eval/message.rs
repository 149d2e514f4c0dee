//! Messages: placeholders filled in.

use super::answer::Blame;
use super::scope::Scope;
use crate::inventory::schema::{steps, unquoted};
use crate::rule::Message;

impl Scope<'_> {
    /// The text of a message for what decided the assert.
    pub(super) fn message(&self, message: &Message, blame: &Blame) -> String {
        let mut text = String::with_capacity(message.0.len() + 16);
        let mut rest: &str = &message.0;
        while let Some(start) = rest.find('{') {
            text.push_str(&rest[..start]);
            let Some(length) = rest[start..].find('}') else { break };
            let name = &rest[start + 1..start + length];
            text.push_str(&self.placeholder(name, blame));
            rest = &rest[start + length + 1..];
        }
        text.push_str(rest);
        if let Some(because) = &blame.because {
            text.push_str("; ");
            text.push_str(because);
        }
        text
    }

    fn placeholder(&self, name: &str, blame: &Blame) -> String {
        let inventory = self.context.inventory;
        if let Some((_, value)) = blame.bindings.iter().find(|(key, _)| *key == name) {
            return value.clone();
        }
        match name {
            "value" => blame.found.clone().unwrap_or_else(|| "not set".to_owned()),
            "path" => blame.path.clone(),
            "resource" => inventory.resource(self.selected).logical_id.to_string(),
            "partner" => blame
                .partner
                .map_or_else(|| "a related resource".to_owned(), |id| inventory.resource(id).logical_id.to_string()),
            "element" => blame
                .element
                .and_then(|element| self.shown(element))
                .unwrap_or_else(|| blame.path.rsplit('.').next().unwrap_or_default().to_owned()),
            _ => match (name.strip_prefix("param."), name.strip_prefix("element.")) {
                (Some(param), _) => {
                    let param = self.rule.params.iter().find(|known| *known.name == *param);
                    param.map(|param| param.value.to_string()).unwrap_or_default()
                }
                (None, Some(path)) => {
                    let keys: Vec<&str> = steps(path).map(|(_, step)| unquoted(step)).collect();
                    let value = blame.element.map(|element| inventory.get(&self.view, element, &keys));
                    value.and_then(|value| self.shown(value)).unwrap_or_else(|| "not set".to_owned())
                }
                (None, None) => String::new(),
            },
        }
    }
}
