//! The question for secrets in clear text.

use super::answer::{Answer, Blame};
use super::cursor::{Cursor, Leaf};
use super::focus::element_step;
use super::scope::{Scope, Wanted};
use crate::facts::secret;
use crate::inventory::schema::Schema;
use crate::rule::{Pair, SecretQuestion, SecretText};
use crate::value::{Cause, CauseId, Kind, Place, Read, ValueId};

/// The declarations of a template's parameters.
const PARAMETER: &str = "Fasscan::Template::Parameter";

/// A question with where it is asked.
#[derive(Clone, Copy)]
struct Asked<'q> {
    question: &'q SecretQuestion,
    cursor: &'q Cursor,
    wanted: Wanted,
}

/// A value that may show a secret.
struct Spot<'s> {
    written: ValueId,
    /// Such as `Properties.Environment.Variables.TOKEN`.
    path: &'s str,
    head: Place,
    says: Says,
    /// Whether the service shows the value to whoever may describe the resource.
    kept: bool,
}

/// What deploys another template: the parameters of that one say what is hidden.
const HANDS_ON: [&str; 2] = ["AWS::CloudFormation::StackSet", "AWS::ServiceCatalog::CloudFormationProvisionedProduct"];

/// What the name of a value says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It is the property for a secret, so whatever stands there is one.
    Secret,
    /// It is that of a secret; what stands there may still say where one is kept.
    Maybe,
    Nothing,
}

/// A parameter of a template.
struct Parameter<'p> {
    name: &'p str,
    /// Whether it has `NoEcho`.
    hidden: bool,
}

impl Scope<'_> {
    pub(super) fn secret(&self, question: &SecretQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        let asked = Asked { question, cursor, wanted };
        let mut answer = Answer::of(false);
        for (list, leaf) in self.leaves(cursor, &question.path).into_iter().enumerate() {
            answer = answer.or_each(match (leaf, &question.pair) {
                (Leaf::Value { written, trail, head }, None) => {
                    self.secret_value(asked, written, &trail.text(self), head, list)
                }
                (Leaf::Value { written, trail, head }, Some(pair)) => {
                    let at = Cursor { value: written, trail, head, ..cursor.clone() };
                    self.secret_pairs(asked, pair, &at, list)
                }
                (Leaf::Unknown { cause, .. }, _) => Answer::unknown(vec![self.cause(cause)]),
                (Leaf::Absent { .. }, _) => Answer::of(false),
            });
        }
        answer
    }

    /// One of several things that may each show a secret; each decides by itself.
    fn secret_one(&self, asked: Asked<'_>, step: u64, work: impl Fn() -> Answer) -> Answer {
        let one = || self.undecided_is_open(asked.wanted, &work);
        match asked.wanted {
            Wanted::True => self.conjunct(step, false, one),
            _ => one(),
        }
    }

    /// Whether the value, or one of the map, is a secret.
    fn secret_value(&self, asked: Asked<'_>, written: ValueId, path: &str, head: Place, list: usize) -> Answer {
        let Kind::Map(range) = self.view.deep(written).1 else {
            return self.undecided_is_open(asked.wanted, || self.secret_text(asked, written, path, head));
        };
        let mut answer = Answer::of(false);
        for (index, entry) in self.view.values.entries(range).iter().enumerate() {
            let name = self.context.inventory.names.text(entry.key);
            answer = answer.or_each(self.secret_one(asked, element_step(list, index), || {
                let path = format!("{path}.{name}");
                let (says, kept) = (self.says(asked.question, name), self.is_kept(asked, &path));
                self.secret_entry(asked, &Spot { written: entry.value, path: &path, head, says, kept })
            }));
        }
        answer
    }

    /// Whether one of the pairs of a name and a value, or the one that stands there, shows a secret.
    fn secret_pairs(&self, asked: Asked<'_>, pair: &Pair, at: &Cursor, list: usize) -> Answer {
        if let Kind::Map(_) = self.view.deep(at.value).1 {
            return self.undecided_is_open(asked.wanted, || self.secret_pair(asked, pair, at));
        }
        let items = match self.view.written(at.value) {
            Read::Known(items) => items,
            Read::Absent => return Answer::of(false),
            Read::Unknown(cause) => return Answer::unknown(vec![self.cause(cause)]),
        };
        let mut answer = Answer::of(false);
        for (index, item) in items {
            answer = answer.or_each(self.secret_one(asked, element_step(list, index), || {
                let head = self.place_of(item, at.head);
                let one = Cursor { value: item, head, trail: at.trail.index(index), element: Some(item), ..at.clone() };
                self.secret_pair(asked, pair, &one)
            }));
        }
        answer
    }

    fn secret_pair(&self, asked: Asked<'_>, pair: &Pair, at: &Cursor) -> Answer {
        let asked = Asked { cursor: at, ..asked };
        let name = match self.leaves(at, &pair.key).into_iter().next() {
            Some(Leaf::Value { written, .. }) => self.view.text(written),
            Some(Leaf::Unknown { cause, .. }) => Read::Unknown(cause),
            Some(Leaf::Absent { .. }) | None => Read::Absent,
        };
        let mut answer = Answer::of(false);
        for leaf in self.leaves(at, &pair.value) {
            let (written, trail, head) = match leaf {
                Leaf::Value { written, trail, head } => (written, trail, head),
                Leaf::Absent { .. } => continue,
                Leaf::Unknown { cause, .. } => {
                    answer = answer.or_each(Answer::unknown(vec![self.cause(cause)]));
                    continue;
                }
            };
            let path = trail.text(self);
            let kept = self.is_kept(asked, &path);
            let of = |says| self.secret_entry(asked, &Spot { written, path: &path, head, says, kept });
            answer = answer.or_each(match &name {
                Read::Known(name) => of(self.says(asked.question, name)),
                Read::Absent => of(Says::Nothing),
                Read::Unknown(cause) => {
                    let (whatever, named) = (of(Says::Nothing), of(Says::Maybe));
                    match whatever.holds() || !named.holds() {
                        true => whatever.or(named),
                        false => Answer::unknown(vec![self.cause(*cause)]),
                    }
                }
            });
        }
        answer
    }

    /// What the name of an entry says.
    fn says(&self, question: &SecretQuestion, name: &str) -> Says {
        match question.keys.as_ref().is_some_and(|keys| keys.is_match(self.rule, name)) {
            true => Says::Maybe,
            false => Says::Nothing,
        }
    }

    /// Whether a value with a name shows a secret: it looks like one, or the name says so.
    fn secret_entry(&self, asked: Asked<'_>, spot: &Spot<'_>) -> Answer {
        let parts = secret::literal_parts(&self.view, spot.written);
        let whole = parts.join("\u{1}");
        let is_text = parts.iter().any(|part| !part.trim().is_empty()) && !secret::is_placeholder(&whole);
        if (is_text && spot.says != Says::Nothing) || secret::looks_like_credential(&secret::readable(&whole)) {
            return self.secret_found(asked, spot, None);
        }
        self.secret_parts_open(asked, spot)
    }

    fn secret_text(&self, asked: Asked<'_>, written: ValueId, path: &str, head: Place) -> Answer {
        let SecretQuestion { keys, text, .. } = asked.question;
        let name = path.rsplit('.').next().unwrap_or_default();
        let of_secret = secret::is_secret_name(name);
        // Schemas also call write-only what only CloudFormation does not read again, as the data of launch templates.
        let kept = !of_secret && (*text == SecretText::Members || self.is_kept(asked, path));
        let says = match text {
            SecretText::Any if !kept => Says::Secret,
            SecretText::Any => Says::Maybe,
            SecretText::Members => Says::Nothing,
        };
        let spot = Spot { written, path, head, says, kept };
        if let (SecretText::Members, Kind::Unknown(cause)) = (text, self.unwrapped(written)) {
            // What it says may be more than secrets, unless it is the property for one.
            let says = if of_secret { Says::Secret } else { Says::Nothing };
            let answer = self.secret_open(asked, &Spot { says, ..spot }, cause);
            return if of_secret || answer.holds() { answer } else { self.text_open(cause) };
        }
        let parts = secret::literal_parts(&self.view, written);
        let joined = parts.join("\u{1}");
        let whole = secret::readable(&joined);
        let named = |name: &str| keys.as_ref().is_some_and(|keys| keys.is_match(self.rule, name));
        let is_secret = match text {
            SecretText::Any => parts.iter().any(|part| !part.trim().is_empty()),
            SecretText::Members => {
                secret::members(&whole).iter().any(|(name, value)| named(name) || secret::looks_like_credential(value))
            }
        } || secret::looks_like_credential(&whole);
        match (is_secret, says) {
            (true, _) => self.secret_found(asked, &spot, None),
            (false, Says::Secret) if !parts.is_empty() => match self.empty_default(asked, &spot) {
                Some(because) => self.secret_found(asked, &spot, Some(because)),
                None => self.secret_parts_open(asked, &spot),
            },
            _ => self.secret_parts_open(asked, &spot),
        }
    }

    /// What a text is made of, when it is the base64 form of something.
    fn unwrapped(&self, id: ValueId) -> Kind {
        match self.view.deep(id).1 {
            Kind::Base64(inner) => self.unwrapped(inner),
            kind => kind,
        }
    }

    fn secret_found(&self, asked: Asked<'_>, spot: &Spot<'_>, because: Option<String>) -> Answer {
        if asked.wanted != Wanted::True {
            return Answer::of(true);
        }
        let place = self.place_of(spot.written, spot.head);
        Answer::of(true).with(vec![Blame {
            place: Some(place),
            owner: Some(asked.cursor.resource),
            path: spot.path.to_owned(),
            found: Some("****".to_owned()),
            element: asked.cursor.element,
            secrets: vec![place],
            because,
            ..Blame::default()
        }])
    }

    /// Whether a part of which nobody knows what it says shows a secret.
    fn secret_parts_open(&self, asked: Asked<'_>, spot: &Spot<'_>) -> Answer {
        let mut answer = Answer::of(false);
        for cause in secret::open_parts(&self.view, spot.written) {
            answer = answer.or(self.secret_open(asked, spot, cause));
        }
        answer
    }

    /// What a secret store resolves at deployment is not clear text; a plain parameter of the parameter store is, by
    /// whatever way it is read. The value of a template parameter is shown to everybody who may describe the stack, unless it
    /// has `NoEcho`; and `NoEcho` hides nothing where the service itself shows the value.
    ///
    /// Sources: "Get a plaintext value from Systems Manager Parameter Store" (`ssm` resolves no `SecureString`), "Specify
    /// existing resources at runtime with CloudFormation-supplied parameter types" (nor do parameter types) and
    /// "CloudFormation template Parameters syntax" (`NoEcho`) in the CloudFormation User Guide.
    fn secret_open(&self, asked: Asked<'_>, spot: &Spot<'_>, cause: CauseId) -> Answer {
        match self.cause(cause) {
            Cause::DynamicReference { service } if &*service == "ssm" && spot.says != Says::Nothing => {
                self.secret_found(asked, spot, None)
            }
            Cause::SsmParameter { name } if spot.says == Says::Secret || secret::is_certain_name(&name) => {
                let because = format!("parameter `{name}` is read from the parameter store in clear text");
                self.secret_found(asked, spot, Some(because))
            }
            Cause::ParameterWithoutDefault { name } => match self.parameter(asked, &name) {
                Some(parameter) => self.secret_parameter(asked, spot, &parameter, cause),
                None if spot.says == Says::Nothing => Answer::of(false),
                None => self.text_open(cause),
            },
            _ if spot.says == Says::Nothing => Answer::of(false),
            _ => self.text_open(cause),
        }
    }

    /// Whether a parameter that is not given yet shows a secret here. By its own name it is one, or by `NoEcho`; another
    /// one may as well say where a secret is kept.
    fn secret_parameter(&self, asked: Asked<'_>, spot: &Spot<'_>, parameter: &Parameter<'_>, cause: CauseId) -> Answer {
        let Parameter { name, hidden } = *parameter;
        let certain = match spot.says {
            Says::Secret => true,
            Says::Maybe => secret::is_certain_name(name) || (hidden && !secret::is_harmless_name(name)),
            Says::Nothing => secret::is_certain_name(name),
        };
        let because = match hidden {
            _ if !certain && spot.says == Says::Nothing => return Answer::of(false),
            _ if !certain => return self.text_open(cause),
            true if !spot.kept => return Answer::of(false),
            true => format!("`NoEcho` of parameter `{name}` hides nothing here"),
            false => format!("parameter `{name}` is shown: it has no `NoEcho`"),
        };
        self.secret_found(asked, spot, Some(because))
    }

    /// Why a property for a secret shows one that is empty in the template: a parameter without `NoEcho` hands it in, and
    /// its empty default is there to be replaced.
    fn empty_default(&self, asked: Asked<'_>, spot: &Spot<'_>) -> Option<String> {
        let place = self.view.place(self.view.head(spot.written).0);
        let parameter = self.parameter(asked, self.context.inventory.empty_parameters.get(&place)?)?;
        let name = parameter.name;
        (!parameter.hidden).then(|| format!("parameter `{name}` is shown: it has no `NoEcho`"))
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
    fn is_kept(&self, asked: Asked<'_>, path: &str) -> bool {
        let path = path.strip_prefix("Properties.").unwrap_or(path);
        let type_name = self.context.inventory.type_name(asked.cursor.resource);
        let is_write_only = || Schema::embedded().resource(type_name).is_some_and(|ty| ty.is_write_only(path));
        !HANDS_ON.contains(&type_name) && !is_write_only()
    }

    /// The parameter of this name of the resource's stack, or of one that this is nested in and that hands it on.
    fn parameter<'p>(&self, asked: Asked<'_>, name: &'p str) -> Option<Parameter<'p>> {
        let inventory = self.context.inventory;
        let mut stack = Some(inventory.resource(asked.cursor.resource).stack);
        let mut found: Option<Parameter<'p>> = None;
        while let Some(here) = stack {
            let declared = inventory.of_type(PARAMETER).iter().find(|id| {
                let declared = inventory.resource(**id);
                declared.stack == here && &*declared.logical_id == name
            });
            if let Some(declared) = declared {
                let no_echo = self.view.text(inventory.property(&self.view, *declared, &["NoEcho"]));
                let hidden = matches!(no_echo, Read::Known(text) if text.eq_ignore_ascii_case("true"));
                // Of those that hand on under one name, each shows it.
                let hidden = hidden && found.is_none_or(|found| found.hidden);
                found = Some(Parameter { name, hidden });
            }
            stack = inventory.stacks[here.0 as usize].parent.map(|parent| inventory.resource(parent).stack);
        }
        found
    }
}
