//! The question for secrets in clear text.

use super::answer::{Answer, Blame};
use super::cursor::{Cursor, Leaf};
use super::focus::element_step;
use super::scope::{Scope, Wanted};
use crate::facts::secret;
use crate::inventory::schema::Schema;
use crate::rule::{Path, Pattern, SecretText};
use crate::value::{Cause, CauseId, Kind, Place, Read, ResourceId, ValueId};

/// The declarations of a template's parameters.
const PARAMETER: &str = "Fasscan::Template::Parameter";

/// A question for secrets.
struct SecretQuestion<'q> {
    keys: Option<&'q Pattern>,
    text: SecretText,
    cursor: &'q Cursor,
    wanted: Wanted,
}

impl Scope<'_> {
    pub(super) fn secret(
        &self,
        path: &Path,
        keys: Option<&Pattern>,
        text: SecretText,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let question = SecretQuestion { keys, text, cursor, wanted };
        let mut answer = Answer::of(false);
        for (list, leaf) in self.leaves(cursor, path).into_iter().enumerate() {
            answer = answer.or_each(match leaf {
                Leaf::Value { written, trail, head } => {
                    self.secret_value(&question, written, &trail.text(self), head, list)
                }
                Leaf::Unknown { cause, .. } => Answer::unknown(vec![self.cause(cause)]),
                Leaf::Absent { .. } => Answer::of(false),
            });
        }
        answer
    }

    /// Whether the value, or one of the map, is a secret; each entry of a map decides by itself.
    fn secret_value(
        &self,
        question: &SecretQuestion<'_>,
        written: ValueId,
        path: &str,
        head: Place,
        list: usize,
    ) -> Answer {
        let Kind::Map(range) = self.view.deep(written).1 else {
            return self.undecided_is_open(question.wanted, || self.secret_text(question, written, path, head));
        };
        let mut answer = Answer::of(false);
        for (index, entry) in self.view.values.entries(range).iter().enumerate() {
            let name = self.context.inventory.names.text(entry.key);
            let one = || {
                self.undecided_is_open(question.wanted, || self.secret_entry(question, entry.value, name, path, head))
            };
            answer = answer.or_each(match question.wanted {
                Wanted::True => self.conjunct(element_step(list, index), false, one),
                _ => one(),
            });
        }
        answer
    }

    fn secret_entry(
        &self,
        question: &SecretQuestion<'_>,
        value: ValueId,
        name: &str,
        path: &str,
        head: Place,
    ) -> Answer {
        let named = || question.keys.is_some_and(|keys| keys.is_match(self.rule, name));
        let parts = secret::literal_parts(&self.view, value);
        let shown = parts.iter().any(|part| !part.trim().is_empty());
        let whole = parts.join("\u{1}");
        let whole = secret::readable(&whole);
        if (shown && !secret::is_placeholder(&whole) && named()) || secret::looks_like_credential(&whole) {
            return self.secret_found(question, value, format!("{path}.{name}"), name, head);
        }
        if !named() {
            return Answer::of(false);
        }
        let shown = || self.secret_found(question, value, format!("{path}.{name}"), name, head);
        self.secret_parts_open(question, value, self.is_kept(question.cursor.resource, path), &shown)
    }

    /// Whether what nobody knows of a value may be a secret that is shown.
    fn secret_parts_open(
        &self,
        question: &SecretQuestion<'_>,
        value: ValueId,
        kept: bool,
        shown: &dyn Fn() -> Answer,
    ) -> Answer {
        let open = secret::open_parts(&self.view, value);
        open.into_iter()
            .fold(Answer::of(false), |answer, cause| answer.or(self.secret_open(question, cause, kept, shown)))
    }

    fn secret_text(&self, question: &SecretQuestion<'_>, written: ValueId, path: &str, head: Place) -> Answer {
        let key = path.rsplit('.').next().unwrap_or_default();
        let kept = self.is_kept(question.cursor.resource, path) && !secret::is_secret_name(key);
        let shown = || self.secret_found(question, written, path.to_owned(), key, head);
        if let Kind::Unknown(cause) = self.view.deep(written).1 {
            return match question.text {
                SecretText::Any => self.secret_open(question, cause, kept, &shown),
                // What it says may be more than secrets.
                SecretText::Members => self.text_open(cause),
            };
        }
        let named = |name: &str| question.keys.is_some_and(|keys| keys.is_match(self.rule, name));
        let parts = secret::literal_parts(&self.view, written);
        let whole = parts.join("\u{1}");
        let whole = secret::readable(&whole);
        let is_secret = match question.text {
            SecretText::Any => parts.iter().any(|part| !part.trim().is_empty()),
            SecretText::Members => {
                secret::members(&whole).iter().any(|(name, value)| named(name) || secret::looks_like_credential(value))
            }
        } || secret::looks_like_credential(&whole);
        match question.text {
            _ if is_secret => shown(),
            SecretText::Any => self.secret_parts_open(question, written, kept, &shown),
            SecretText::Members => Answer::of(false),
        }
    }

    fn secret_found(
        &self,
        question: &SecretQuestion<'_>,
        value: ValueId,
        path: String,
        key: &str,
        head: Place,
    ) -> Answer {
        if question.wanted != Wanted::True {
            return Answer::of(true);
        }
        Answer::of(true).with(vec![Blame {
            place: Some(self.place_of(value, head)),
            owner: Some(question.cursor.resource),
            path,
            found: Some("****".to_owned()),
            element: question.cursor.element,
            bindings: vec![("key", key.to_owned())],
            ..Blame::default()
        }])
    }

    /// What a secret store resolves at deployment is not clear text; a plain parameter of the parameter store is. A template
    /// parameter with `NoEcho` shows nothing, unless the service itself shows the value (`kept`).
    ///
    /// Sources: "Get a plaintext value from Systems Manager Parameter Store" (`ssm` resolves no `SecureString`) and
    /// "CloudFormation template Parameters syntax" (`NoEcho`) in the CloudFormation User Guide.
    fn secret_open(
        &self,
        question: &SecretQuestion<'_>,
        cause: CauseId,
        kept: bool,
        shown: &dyn Fn() -> Answer,
    ) -> Answer {
        match self.cause(cause) {
            Cause::DynamicReference { service } if &*service == "ssm" => shown(),
            Cause::ParameterWithoutDefault { name }
                if !kept && self.is_hidden(question.cursor.resource, &name) == Some(true) =>
            {
                Answer::of(false)
            }
            _ => self.text_open(cause),
        }
    }

    /// Whether a text of which nobody knows what it says shows secrets.
    fn text_open(&self, cause: CauseId) -> Answer {
        match self.cause(cause) {
            Cause::DynamicReference { .. } | Cause::RuntimeAttribute { .. } | Cause::SsmParameter { .. } => {
                Answer::of(false)
            }
            cause => Answer::unknown(vec![cause]),
        }
    }

    /// Whether the service shows the property to whoever may describe the resource.
    fn is_kept(&self, resource: ResourceId, path: &str) -> bool {
        let path = path.strip_prefix("Properties.").unwrap_or(path);
        let ty = Schema::embedded().resource(self.context.inventory.type_name(resource));
        !ty.is_some_and(|ty| ty.is_write_only(path))
    }

    /// Whether the parameter of the resource's template has `NoEcho`; none where there is no such parameter.
    fn is_hidden(&self, resource: ResourceId, name: &str) -> Option<bool> {
        let inventory = self.context.inventory;
        let stack = inventory.resource(resource).stack;
        let declared = inventory.of_type(PARAMETER).iter().find(|id| {
            let declared = inventory.resource(**id);
            declared.stack == stack && &*declared.logical_id == name
        })?;
        let no_echo = self.view.text(inventory.property(&self.view, *declared, &["NoEcho"]));
        Some(matches!(no_echo, Read::Known(text) if text.eq_ignore_ascii_case("true")))
    }
}
