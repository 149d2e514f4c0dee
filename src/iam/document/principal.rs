//! Values to principals.

use super::forms;
use super::policy::{Principal, PrincipalKind, Principals};
use super::read::{Reading, listed};
use crate::value::{Cause, Kind, Read, ValueId};

/// The kinds of principals.
const KINDS: [(&str, PrincipalKind); 4] = [
    ("AWS", PrincipalKind::Aws),
    ("Service", PrincipalKind::Service),
    ("Federated", PrincipalKind::Federated),
    ("CanonicalUser", PrincipalKind::CanonicalUser),
];

impl Reading<'_> {
    pub(super) fn principals(&mut self, id: ValueId) -> Option<Principals> {
        let (entry, negated, both) = match (self.present(id, "Principal"), self.present(id, "NotPrincipal")) {
            (Some(entry), both) => (entry, false, both),
            (None, Some(entry)) => (entry, true, None),
            (None, None) => return None,
        };
        let (value, place) = (entry.value, self.view.place(entry.value));
        let mut found = Principals { negated, list: Vec::new(), open: Vec::new(), place };
        if let Some(both) = both {
            let place = self.key_place(id, both.key_span);
            let cause = self.refuse(place, "a statement has either `Principal` or `NotPrincipal`", None);
            found.open.push(cause);
        }
        match self.view.deep(value).1 {
            Kind::Map(_) => self.principal_map(value, &mut found),
            Kind::List(_) => {
                let help = "write `\"*\"`, or lists under the kinds as in `{\"AWS\": [...]}`".to_owned();
                found.open.push(self.refuse(place, "principals are named by their kind", Some(help)));
                self.add_principals(value, PrincipalKind::Aws, &mut found);
            }
            _ => {
                if let Read::Known(text) = self.view.text(value)
                    && text != "*"
                {
                    let kind = if text.ends_with(".amazonaws.com") { "Service" } else { "AWS" };
                    let help = format!("write `{{\"{kind}\": \"{text}\"}}`");
                    let message = format!("the principal `{text}` is named without its kind");
                    found.open.push(self.refuse(place, message, Some(help)));
                }
                self.add_principals(value, PrincipalKind::Aws, &mut found);
            }
        }
        Some(found)
    }

    fn principal_map(&mut self, id: ValueId, found: &mut Principals) {
        let Read::Known(entries) = self.view.entries(self.view.deep(id).0) else { return };
        if entries.is_empty() {
            let cause = self.refuse(self.view.place(id), "the statement names no principal", None);
            found.open.push(cause);
        }
        for entry in entries {
            let name = self.names.text(entry.key);
            if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name) {
                self.add_principals(entry.value, *kind, found);
                continue;
            }
            let known = KINDS.map(|(known, _)| known);
            let help = match self.meant(name, known) {
                Some(meant) => format!("did you mean `{meant}`"),
                None => format!("the kinds are {}", listed(&known)),
            };
            let place = self.key_place(id, entry.key_span);
            found.open.push(self.refuse(place, format!("`{name}` is no kind of principal"), Some(help)));
        }
    }

    fn add_principals(&mut self, id: ValueId, kind: PrincipalKind, found: &mut Principals) {
        let name = KINDS.iter().find(|(_, known)| *known == kind).map_or("Principal", |(name, _)| name);
        // What is named without its kind has been refused as a whole.
        let bare = found.place == self.view.place(id);
        let form = move |text: &str, _| if bare { None } else { forms::principal(kind, text) };
        let (texts, open) = self.principal_texts(id, name, &form);
        found.open.extend(open);
        for text in texts {
            // Only `AWS` has the wildcard that means anyone.
            let anyone = kind == PrincipalKind::Aws && &*text.text == "*";
            found.list.push(Principal { kind: if anyone { PrincipalKind::Anyone } else { kind }, text });
        }
    }

    /// Account ids may be written as numbers.
    fn principal_texts(&mut self, id: ValueId, name: &str, form: forms::Form<'_>) -> (Vec<super::Text>, Vec<Cause>) {
        let (texts, mut open) = self.texts(id, name, true, form);
        if texts.is_empty() && open.is_empty() && self.view.deep(id).1 != Kind::Absent {
            open.push(self.refuse(self.view.place(id), format!("`{name}` is empty"), None));
        }
        (texts, open)
    }
}
