//! Names of actions.

use super::Lint;
use crate::iam::document::{Statement, Text};
use crate::iam::{matches, matches_ignoring_case};
use crate::value::did_you_mean;

/// Texts of an element that are compared with each other; more are not looked at.
const COMPARED: usize = 400;

impl Lint<'_> {
    pub(super) fn actions(&mut self, statement: &Statement) {
        for action in &statement.actions.texts {
            if !action.is_open() {
                self.action(action);
            }
        }
        let name = if statement.actions.negated { "NotAction" } else { "Action" };
        self.repeated(&statement.actions.texts, name, matches_ignoring_case);
        if let Some(resources) = &statement.resources {
            let name = if resources.negated { "NotResource" } else { "Resource" };
            self.repeated(&resources.texts, name, matches);
        }
    }

    fn action(&mut self, text: &Text) {
        // What has another form is a problem of the grammar.
        let Some((prefix, name)) = text.text.split_once(':') else { return };
        if prefix.contains(['*', '?']) || name.is_empty() || name.contains([':', ' ']) {
            return;
        }
        let unknown = self.unknown();
        let meant = |meant: String| format!("did you mean `{meant}`");
        if self.catalogue.service(prefix).is_none() {
            let help = self.meant(|catalogue| {
                catalogue.suggest(&text.text).or_else(|| {
                    let prefix = did_you_mean(prefix, catalogue.prefixes())?;
                    Some(format!("{prefix}:{name}"))
                })
            });
            return self.warn(
                "unknown-service",
                text.place,
                format!("the service `{prefix}` is {unknown}"),
                help.map(meant),
            );
        }
        if name.contains(['*', '?']) {
            if self.catalogue.ids_matching(&text.text).is_empty() {
                let message = format!("`{}` matches no action of the data of {}", text.text, self.catalogue.date());
                self.warn("matches-nothing", text.place, message, None);
            }
            return;
        }
        match self.catalogue.action(&text.text) {
            None => {
                let help = self.meant(|catalogue| catalogue.suggest(&text.text)).map(meant);
                self.warn("unknown-action", text.place, format!("the action `{}` is {unknown}", text.text), help);
            }
            Some(found) if found.action.retired => {
                let message =
                    format!("the data of {} do not have the action `{}` any more", self.catalogue.date(), text.text);
                self.suggest("retired-action", text.place, message, None);
            }
            Some(_) => {}
        }
    }

    /// Texts of an element that another one covers.
    fn repeated(&mut self, texts: &[Text], name: &str, covers: fn(&str, &str) -> bool) {
        let texts: Vec<&Text> = texts.iter().filter(|text| text.is_known()).take(COMPARED).collect();
        for (index, text) in texts.iter().enumerate() {
            let covering = texts.iter().enumerate().find(|(other, wide)| {
                // A `?` would take a `*` for one character.
                let comparable = !(wide.text.contains('?') && text.text.contains('*'));
                let covered = *other != index && comparable && covers(&wide.text, &text.text);
                // Of two that cover each other the first stays.
                covered && (*other < index || !covers(&text.text, &wide.text))
            });
            if let Some((_, wide)) = covering {
                let (shown, wide) = (text.shown(), wide.shown());
                let message = match shown == wide {
                    true => format!("`{shown}` stands in this `{name}` already"),
                    false => format!("`{wide}` in this `{name}` covers `{shown}`"),
                };
                self.suggest("redundant", text.place, message, Some("leave it out".to_owned()));
            }
        }
    }
}
