//! Values to statements: effect, `Sid`, actions, resources, and what each kind of policy asks for.

use super::forms::{self, Form};
use super::kind::PolicyKind;
use super::policy::{Effect, Element, Principals, Statement};
use super::read::Reading;
use super::text::{ACCOUNT, REGION, Text, UNKNOWN};
use crate::value::{Cause, Kind, Read, ValueId};

/// The elements of a statement.
const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

impl Reading<'_> {
    pub(super) fn statement(&mut self, id: ValueId, index: usize) -> Statement {
        let place = self.view.place(id);
        let before = self.problems.len();
        let unknown_elements = self.has_unknown_elements(id, &ELEMENTS, "statement");
        let mut statement = Statement {
            place,
            index,
            sid: self.sid(id),
            effect: self.effect(id),
            principals: self.principals(id),
            actions: Element { negated: false, texts: Vec::new(), open: Vec::new(), place },
            resources: self.element(id, "Resource", "NotResource", &forms::resource),
            conditions: Vec::new(),
            // One of them may have been meant as a condition.
            conditions_open: if unknown_elements { vec![Cause::Invalid] } else { Vec::new() },
            causes: Vec::new(),
        };
        match self.element(id, "Action", "NotAction", &forms::action) {
            Some(actions) => statement.actions = actions,
            None => {
                let help = "name what it is about with `Action` or `NotAction`".to_owned();
                let cause = self.refuse(place, "the statement has no `Action`", Some(help));
                statement.actions.open.push(cause);
            }
        }
        self.unknown_parts(id, &mut statement.causes);
        if let Some(conditions) = self.present(id, "Condition") {
            self.conditions(conditions.value, &mut statement);
        }
        if let Some(kind) = self.setting.kind {
            self.of_kind(id, kind, &mut statement);
        }
        if self.problems.len() > before && !statement.causes.contains(&Cause::Invalid) {
            statement.causes.push(Cause::Invalid);
        }
        statement
    }

    fn sid(&mut self, id: ValueId) -> Option<Box<str>> {
        let entry = self.present(id, "Sid")?;
        let place = self.view.place(entry.value);
        let sid = match self.view.text(entry.value) {
            Read::Known(sid) => sid,
            Read::Unknown(_) => return None,
            Read::Absent => {
                self.refuse(place, "`Sid` is a text", None);
                return None;
            }
        };
        // IAM takes letters and digits only; services with policies of resources take more.
        let iam = self.setting.kind.is_some_and(|kind| {
            matches!(kind, PolicyKind::Identity | PolicyKind::Trust | PolicyKind::Boundary | PolicyKind::Session)
        });
        if iam && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let plain: String = sid.chars().filter(char::is_ascii_alphanumeric).collect();
            let help = (!plain.is_empty()).then(|| format!("write `{plain}`"));
            self.refuse(place, format!("the `Sid` `{sid}` has characters other than letters and digits"), help);
        }
        Some(sid.into())
    }

    fn effect(&mut self, id: ValueId) -> Option<Effect> {
        let Some(entry) = self.present(id, "Effect") else {
            let help = "write `Allow` or `Deny`".to_owned();
            self.refuse(self.view.place(id), "the statement has no `Effect`", Some(help));
            return None;
        };
        let place = self.view.place(entry.value);
        match self.view.text(entry.value) {
            Read::Known(text) if text == "Allow" => return Some(Effect::Allow),
            Read::Known(text) if text == "Deny" => return Some(Effect::Deny),
            Read::Known(text) => {
                let help = match self.meant(&text, ["Allow", "Deny"]) {
                    // "The Effect value is case sensitive": "IAM JSON policy elements: Effect".
                    Some(meant) => format!("did you mean `{meant}`"),
                    None => "write `Allow` or `Deny`".to_owned(),
                };
                self.refuse(place, format!("there is no effect `{text}`"), Some(help));
            }
            Read::Absent => drop(self.refuse(place, "`Effect` is a text", Some("write `Allow` or `Deny`".to_owned()))),
            Read::Unknown(_) => {}
        }
        None
    }

    fn element(&mut self, id: ValueId, name: &str, not: &str, form: Form<'_>) -> Option<Element> {
        let (entry, negated, both) = match (self.present(id, name), self.present(id, not)) {
            (Some(entry), both) => (entry, false, both),
            (None, Some(entry)) => (entry, true, None),
            (None, None) => return None,
        };
        let (texts, mut open) = self.texts(entry.value, if negated { not } else { name }, false, form);
        if let Some(both) = both {
            let place = self.key_place(id, both.key_span);
            open.push(self.refuse(place, format!("a statement has either `{name}` or `{not}`"), None));
        }
        Some(Element { negated, texts, open, place: self.view.place(entry.value) })
    }

    /// The texts of a value that is one or a list of them. Where it is `plain`, numbers and booleans are texts too.
    pub(super) fn texts(&mut self, id: ValueId, name: &str, plain: bool, form: Form<'_>) -> (Vec<Text>, Vec<Cause>) {
        let (mut texts, mut open) = (Vec::new(), Vec::new());
        match self.view.elements(id) {
            Read::Known((items, more)) => {
                // A list of conditions may be empty: nothing matches it.
                if items.is_empty() && more.is_none() && !plain {
                    open.push(self.refuse(self.view.place(id), format!("`{name}` is empty"), None));
                }
                open.extend(more.map(|cause| self.view.values.cause(cause).clone()));
                for (_, item) in items {
                    let place = self.view.place(item);
                    match (self.view.deep(item).1, self.text(item)) {
                        (Kind::Number(_) | Kind::Bool(_), Some(text)) if !plain => {
                            self.refuse(
                                place,
                                format!("`{name}` is a text"),
                                Some(format!("write `\"{}\"`", text.text)),
                            );
                            texts.push(text);
                        }
                        (_, Some(text)) => {
                            if let Some((message, help)) = form(&text.text, self.setting.kind) {
                                self.refuse(place, message, help);
                            }
                            texts.push(text);
                        }
                        (_, None) => open.push(match self.cause(item) {
                            Some(cause) => cause,
                            None => self.refuse(place, format!("`{name}` is a text or a list of texts"), None),
                        }),
                    }
                }
            }
            // Something stands here: texts of which nothing is known.
            Read::Unknown(cause) => {
                open.push(self.view.values.cause(cause).clone());
                texts.push(Text { text: UNKNOWN.into(), place: self.view.place(id) });
            }
            Read::Absent => {}
        }
        (texts, open)
    }

    /// A text with tokens for what the template does not decide; `None` for lists, maps and nothing.
    pub(super) fn text(&self, id: ValueId) -> Option<Text> {
        let mut text = String::new();
        self.push_text(id, &mut text)?;
        Some(Text { text: text.into(), place: self.view.place(id) })
    }

    fn push_text(&self, id: ValueId, text: &mut String) -> Option<()> {
        let (id, kind) = self.view.deep(id);
        match kind {
            Kind::Concat(range) => {
                for part in self.view.values.items(range) {
                    // What is no text is left out, as `View::symbolic` does.
                    let _ = self.push_text(*part, text);
                }
            }
            Kind::Reference { resource, attribute } => text.push_str(&(self.references)(resource, attribute)),
            Kind::Unknown(cause) => match self.view.values.cause(cause) {
                Cause::Environment { name } if &**name == "AWS::AccountId" => text.push_str(ACCOUNT),
                Cause::Environment { name } if &**name == "AWS::Region" => text.push_str(REGION),
                _ => text.push_str(UNKNOWN),
            },
            _ => text.push_str(&self.view.symbolic(id)?),
        }
        Some(())
    }

    /// The causes of all unknown parts of a statement; what only deployment decides is a name, not a gap.
    fn unknown_parts(&self, id: ValueId, causes: &mut Vec<Cause>) {
        match self.view.head(id).1 {
            Kind::Unknown(cause) => {
                let cause = self.view.values.cause(cause);
                if !causes.contains(cause) && !matches!(cause, Cause::Environment { .. }) {
                    causes.push(cause.clone());
                }
            }
            Kind::List(range) | Kind::Concat(range) => {
                for part in self.view.values.items(range) {
                    self.unknown_parts(*part, causes);
                }
            }
            Kind::Map(range) => {
                for entry in self.view.values.entries(range) {
                    self.unknown_parts(entry.value, causes);
                }
            }
            _ => {}
        }
    }

    /// What statements of this kind of policy must have and must not have.
    fn of_kind(&mut self, id: ValueId, kind: PolicyKind, statement: &mut Statement) {
        let (place, whose) = (statement.place, kind.described());
        match &statement.principals {
            None if kind.has_principals() => {
                let help = "name who it is about with `Principal`".to_owned();
                let cause =
                    self.refuse(place, format!("the statement has no `Principal`, which {whose} needs"), Some(help));
                statement.principals = Some(Principals { negated: false, list: Vec::new(), open: vec![cause], place });
            }
            Some(_) if !kind.has_principals() => {
                let help = "leave it out: the policy is about whom it is attached to".to_owned();
                self.refuse_element(id, &["Principal", "NotPrincipal"], &format!("{whose} has no"), &help);
            }
            _ => {}
        }
        match (kind, &statement.resources) {
            // "Has prohibited field Resource", says IAM; the resource is the role.
            (PolicyKind::Trust, Some(_)) => {
                let help = "leave it out: the policy is about its role";
                self.refuse_element(id, &["Resource", "NotResource"], "a trust policy has no", help);
            }
            // Policies of some resources, such as those of ECR repositories, need none.
            (PolicyKind::Trust | PolicyKind::Resource, None) | (_, Some(_)) => {}
            (_, None) => {
                let help = "name what it is about with `Resource` or `NotResource`".to_owned();
                let cause = self.refuse(place, "the statement has no `Resource`", Some(help));
                statement.resources = Some(Element { negated: false, texts: Vec::new(), open: vec![cause], place });
            }
        }
        match kind {
            PolicyKind::Trust => self.of_trust_policy(statement),
            PolicyKind::Rcp => self.of_rcp(id, statement),
            _ => {}
        }
    }

    /// "AssumeRole policy may only specify STS AssumeRole actions", says IAM.
    fn of_trust_policy(&mut self, statement: &Statement) {
        let sts = |text: &str| text.get(..4).is_some_and(|service| service.eq_ignore_ascii_case("sts:"));
        for action in statement.actions.texts.iter().filter(|action| !action.is_open() && !sts(&action.text)) {
            let help = "a role is assumed with `sts:AssumeRole` or one of its kin".to_owned();
            self.refuse(action.place, format!("a trust policy cannot be about `{}`", action.shown()), Some(help));
        }
    }

    /// "RCP syntax" in the AWS Organizations User Guide.
    fn of_rcp(&mut self, id: ValueId, statement: &Statement) {
        if statement.effect == Some(Effect::Allow) {
            let help = "deny what must not happen; `RCPFullAWSAccess` allows the rest".to_owned();
            let place = self.present(id, "Effect").map_or(statement.place, |entry| self.view.place(entry.value));
            self.refuse(place, "a resource control policy can only deny", Some(help));
        }
        self.refuse_element(id, &["NotPrincipal"], "a resource control policy has no", "use a condition");
        self.refuse_element(id, &["NotAction"], "a resource control policy has no", "name the actions with `Action`");
        let Some(principals) = statement.principals.as_ref().filter(|principals| !principals.negated) else { return };
        for principal in &principals.list {
            if principal.kind != super::PrincipalKind::Anyone && !principal.text.is_open() {
                let help = "say who with a condition, such as one on `aws:PrincipalArn`".to_owned();
                self.refuse(principal.text.place, "the `Principal` of a resource control policy is `*`", Some(help));
            }
        }
    }

    /// Refuses elements of a statement, each at its key.
    fn refuse_element(&mut self, id: ValueId, names: &[&str], message: &str, help: &str) {
        for name in names {
            if let Some(entry) = self.present(id, name) {
                self.refuse(self.key_place(id, entry.key_span), format!("{message} `{name}`"), Some(help.to_owned()));
            }
        }
    }
}
