//! The intrinsic functions, one folder for all: what each makes of its arguments, and what it leaves open.
//!
//! Source: "Intrinsic function reference" in the CloudFormation User Guide.

mod json;
mod list;
mod lookup;
mod text;

pub(super) use text::sub_names;

use super::conditions::condition_name;
use super::resolver::Resolver;
use super::state::Undecided;
use super::support::is_rule_function;
use super::transform::{LANGUAGE_EXTENSIONS, LOOP, declares};
use crate::source::{Member, NodeId};
use crate::value::{Cause, Kind, Place, ValueId};

/// In how many cases one function is applied before its result is unknown.
const CASES: usize = 4096;

impl<'u> Resolver<'u> {
    /// The value of a map with a single key that names a function.
    pub(super) fn function(&mut self, stack: usize, name: &'u str, member: &Member, place: Place) -> ValueId {
        let node = member.value;
        match name {
            "Ref" => match self.stacks[stack].tree.scalar(node) {
                Some(name) => self.reference(stack, name, place),
                None => self.made_reference(stack, node, place),
            },
            "Fn::GetAtt" => self.get_att(stack, node, place),
            "Fn::If" => self.fn_if(stack, node, place),
            "Fn::Sub" => self.fn_sub(stack, node, place),
            "Fn::Join" => self.fn_join(stack, node, place),
            "Fn::Split" => self.fn_split(stack, node, place),
            "Fn::Base64" => self.fn_base64(stack, node, place),
            "Fn::Select" => self.fn_select(stack, node, place),
            "Fn::Cidr" => self.fn_cidr(stack, node, place),
            "Fn::GetAZs" => self.fn_get_azs(stack, node, place),
            "Fn::Length" => self.fn_length(stack, node, place),
            "Fn::ToJsonString" => self.fn_to_json_string(stack, node, place),
            "Fn::FindInMap" => self.fn_find_in_map(stack, node, place),
            "Fn::ImportValue" => self.fn_import_value(stack, node, place),
            "Fn::GetStackOutput" => self.fn_get_stack_output(stack, node, place),
            "Fn::Transform" => {
                let cause = self.unexpanded(stack, member);
                self.unknown(cause, place)
            }
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                self.invalid(place, format!("`{name}` stands in `Conditions` only"))
            }
            "Fn::ForEach" => {
                self.invalid(place, "`Fn::ForEach` is written with the name of its loop, `Fn::ForEach::Name`")
            }
            name if name.starts_with(LOOP) => {
                let cause = self.unexpanded(stack, member);
                self.unknown(cause, place)
            }
            name if name.starts_with('!') => self.unknown(Cause::Macro { name: name.into() }, place),
            name if is_rule_function(name) => self.invalid(place, format!("`{name}` stands in `Rules` only")),
            name => self.invalid(place, format!("there is no function `{name}`")),
        }
    }

    fn fn_if(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        let [condition, then, otherwise] = tree.items(node) else {
            return self.invalid(place, "`Fn::If` takes a condition and two values");
        };
        let Some(name) = condition_name(tree, *condition) else {
            return self.invalid(place, "the first argument of `Fn::If` is the name of a condition");
        };
        let Some(condition) = self.condition(stack, name, Some(place)) else {
            let cause = self.expansion(stack, &["Conditions"]).unwrap_or(Cause::Invalid);
            return self.unknown(cause, place);
        };
        match self.decided(condition) {
            Some(true) => self.value(stack, *then),
            Some(false) => self.value(stack, *otherwise),
            None => {
                let (then, otherwise) = (self.value(stack, *then), self.value(stack, *otherwise));
                self.inventory.values.push(Kind::If { condition, then, otherwise }, place)
            }
        }
    }

    /// Applies `apply` to every case of a value that conditions or parameters leave open.
    ///
    /// What one case assumes holds in the cases inside it: a parameter that is used twice is not two parameters.
    pub(super) fn each_case(
        &mut self,
        id: ValueId,
        place: Place,
        apply: &mut dyn FnMut(&mut Self, ValueId) -> ValueId,
    ) -> ValueId {
        let result = self.deeper(|resolver| match resolver.inventory.values.kind(id) {
            Kind::If { condition, then, otherwise } => {
                let arms = [then, otherwise];
                let arms = resolver.each_arm(Undecided::Condition(condition), &arms, place, apply);
                match arms.as_slice() {
                    [then, otherwise] => {
                        let kind = Kind::If { condition, then: *then, otherwise: *otherwise };
                        resolver.inventory.values.push(kind, place)
                    }
                    [only] => *only,
                    _ => resolver.unknown(Cause::Limit, place),
                }
            }
            Kind::Choice { variable, arms } => {
                let arms = resolver.inventory.values.items(arms).to_vec();
                let arms = resolver.each_arm(Undecided::Variable(variable), &arms, place, apply);
                match arms.as_slice() {
                    [] => resolver.unknown(Cause::Limit, place),
                    [only] => *only,
                    arms => {
                        let arms = resolver.inventory.values.store_items(arms);
                        resolver.inventory.values.push(Kind::Choice { variable, arms }, place)
                    }
                }
            }
            Kind::Concat(range) => {
                let parts = resolver.inventory.values.items(range).to_vec();
                let open = |part: &ValueId| {
                    matches!(resolver.inventory.values.kind(*part), Kind::If { .. } | Kind::Choice { .. })
                };
                match parts.iter().position(open) {
                    Some(position) => resolver.each_case(parts[position], place, &mut |resolver, chosen| {
                        let mut parts = parts.clone();
                        parts[position] = chosen;
                        let whole = resolver.concat(&parts, place);
                        resolver.each_case(whole, place, apply)
                    }),
                    None => apply(resolver, id),
                }
            }
            _ => apply(resolver, id),
        });
        result.unwrap_or_else(|| self.unknown(Cause::Limit, place))
    }

    /// Applies `apply` to every arm; to one only where it is assumed already, and to none where there are too many cases.
    fn each_arm(
        &mut self,
        undecided: Undecided,
        arms: &[ValueId],
        place: Place,
        apply: &mut dyn FnMut(&mut Self, ValueId) -> ValueId,
    ) -> Vec<ValueId> {
        if let Some((_, arm)) = self.case.assumed.iter().find(|(known, _)| *known == undecided) {
            let arm = arms[(*arm).min(arms.len() - 1)];
            return vec![self.each_case(arm, place, apply)];
        }
        let before = self.case.product;
        self.case.product = before.max(1).saturating_mul(arms.len());
        let mut results = Vec::with_capacity(arms.len());
        if self.case.product <= CASES {
            for (index, arm) in arms.iter().enumerate() {
                self.case.assumed.push((undecided, index));
                results.push(self.each_case(*arm, place, apply));
                self.case.assumed.pop();
            }
        }
        self.case.product = before;
        results
    }

    /// Whether the template declares the language extensions, without which `what` is an error.
    fn extended(&mut self, stack: usize, what: &str, place: Place) -> bool {
        let declared = declares(self.stacks[stack].tree, LANGUAGE_EXTENSIONS);
        if !declared {
            self.error(place, format!("{what} needs the transform `{LANGUAGE_EXTENSIONS}`"));
        }
        declared
    }

    /// The arguments of a function that takes a list of this many.
    fn arguments(
        &mut self,
        stack: usize,
        node: NodeId,
        place: Place,
        name: &str,
        count: usize,
    ) -> Option<&'u [NodeId]> {
        let items = self.stacks[stack].tree.items(node);
        if items.len() == count {
            return Some(items);
        }
        self.error(place, format!("`{name}` takes {count} arguments"));
        None
    }

    /// What a function makes of an argument that is not known: unknown for the same cause.
    pub(super) fn pass_unknown(&mut self, id: ValueId, place: Place) -> ValueId {
        match self.open_cause(id) {
            Some(cause) => self.unknown(cause, place),
            None => self.invalid(place, "a function is given a value of the wrong kind here"),
        }
    }

    /// Why a value is not wholly known: the cause of its first part that is not.
    pub(super) fn open_cause(&self, id: ValueId) -> Option<Cause> {
        let values = &self.inventory.values;
        match values.kind(id) {
            Kind::Unknown(cause) => Some(values.cause(cause).clone()),
            Kind::Reference { .. } => Some(values.cause(values.runtime_cause(id)).clone()),
            Kind::Concat(range) | Kind::List(range) => {
                values.items(range).iter().find_map(|part| self.open_cause(*part))
            }
            Kind::Map(range) => values.entries(range).iter().find_map(|entry| self.open_cause(entry.value)),
            Kind::If { .. } | Kind::Choice { .. } => Some(Cause::Limit),
            _ => None,
        }
    }

    /// The text of a value that no condition, parameter or resource leaves open.
    pub(super) fn constant_text(&self, id: ValueId) -> Option<&str> {
        let values = &self.inventory.values;
        match values.kind(id) {
            Kind::Text(text) | Kind::Number(text) => Some(values.str(text)),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            _ => None,
        }
    }
}
