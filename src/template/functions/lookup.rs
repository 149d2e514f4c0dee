//! Look-ups: `Ref`, `Fn::GetAtt`, pseudo parameters, `Fn::FindInMap`, `Fn::ImportValue`, `Fn::GetStackOutput`.

use crate::inventory::partition;
use crate::source::{Kind as Node, NodeId};
use crate::template::resolver::Resolver;
use crate::template::state::Output;
use crate::value::{Cause, Kind, Place, ResourceId, ValueId};

impl<'u> Resolver<'u> {
    /// What `Ref` returns.
    pub(in crate::template) fn reference(&mut self, stack: usize, name: &str, place: Place) -> ValueId {
        if name.starts_with("AWS::") {
            return self.pseudo_parameter(stack, name, place);
        }
        if let Some(value) = self.stacks[stack].parameters.get(name).copied() {
            if matches!(self.inventory.values.kind(value), Kind::Text(text) if self.inventory.values.str(text).is_empty())
            {
                self.inventory.empty_parameters.insert(place, name.into());
            }
            return self.at(value, place);
        }
        if let Some((resource, _)) = self.stacks[stack].resources.get(name).copied() {
            let attribute = self.inventory.names.intern("Ref");
            return self.reference_to(resource, attribute, place);
        }
        match self.expansion(stack, &["Parameters", "Resources"]) {
            Some(cause) => self.unknown(cause, place),
            None => self.invalid(place, format!("there is no parameter or resource `{name}`")),
        }
    }

    /// A `Ref` whose name a function makes, which the language extensions allow.
    pub(super) fn made_reference(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        if !matches!(self.stacks[stack].tree.kind(node), Node::Map { .. }) {
            return self.invalid(place, "`Ref` takes a name");
        }
        if !self.extended(stack, "a function in `Ref`", place) {
            return self.unknown(Cause::Invalid, place);
        }
        let name = self.value(stack, node);
        self.each_case(name, place, &mut |resolver, name| match resolver.constant_text(name).map(str::to_owned) {
            Some(name) => resolver.reference(stack, &name, place),
            None => resolver.pass_unknown(name, place),
        })
    }

    /// Source: "Pseudo parameters reference" in the CloudFormation User Guide.
    fn pseudo_parameter(&mut self, stack: usize, name: &str, place: Place) -> ValueId {
        // A condition is worked out for every region, as for every value of a parameter.
        if self.case.in_condition
            && let Some(open) = self.stacks[stack].parameters.get(name).copied()
        {
            return self.at(open, place);
        }
        let known = &self.inventory.stacks[self.stacks[stack].id.0 as usize];
        let region = known.region.as_deref();
        let text = match name {
            "AWS::NoValue" => return self.inventory.values.push(Kind::Absent, place),
            "AWS::AccountId" => known.account.as_deref().map(str::to_owned),
            "AWS::Region" => region.map(str::to_owned),
            // Where no region is known it is one of the public partition: what a policy allows is the same in all.
            "AWS::Partition" => Some(region.map_or("aws", partition).to_owned()),
            "AWS::URLSuffix" => {
                let china = region.is_some_and(|region| region.starts_with("cn-"));
                Some(if china { "amazonaws.com.cn" } else { "amazonaws.com" }.to_owned())
            }
            "AWS::StackName" => {
                // The name of a nested stack gets a random suffix.
                known.parent.is_none().then(|| known.name.to_string())
            }
            "AWS::StackId" | "AWS::NotificationARNs" => None,
            _ => return self.invalid(place, format!("there is no pseudo parameter `{name}`")),
        };
        match text {
            Some(text) => self.inventory.values.push_text(&text, place),
            None => self.unknown(Cause::Environment { name: name.into() }, place),
        }
    }

    pub(super) fn get_att(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        let wrong = "`Fn::GetAtt` takes a resource and an attribute";
        match (tree.string(node), tree.items(node)) {
            (Some(text), _) => match text.split_once('.') {
                Some((resource, attribute)) => self.attribute(stack, resource, attribute, place),
                None => self.invalid(place, wrong),
            },
            (None, [resource, attribute]) => {
                let made = matches!(tree.kind(*resource), Node::Map { .. });
                if made && !self.extended(stack, "a function as the resource of `Fn::GetAtt`", place) {
                    return self.unknown(Cause::Invalid, place);
                }
                let [resource, attribute] = [*resource, *attribute].map(|node| self.value(stack, node));
                self.each_case(resource, place, &mut |resolver, resource| {
                    let Some(name) = resolver.constant_text(resource).map(str::to_owned) else {
                        return resolver.pass_unknown(resource, place);
                    };
                    resolver.each_case(attribute, place, &mut |resolver, attribute| match resolver
                        .constant_text(attribute)
                        .map(str::to_owned)
                    {
                        Some(attribute) => resolver.attribute(stack, &name, &attribute, place),
                        None => resolver.pass_unknown(attribute, place),
                    })
                })
            }
            _ => self.invalid(place, wrong),
        }
    }

    /// What `Fn::GetAtt` returns; outputs of nested stacks are the values that they stand for.
    pub(super) fn attribute(&mut self, stack: usize, resource: &str, attribute: &str, place: Place) -> ValueId {
        let Some((name, (id, node))) = self.stacks[stack].resources.get_key_value(resource).map(|(n, r)| (*n, *r))
        else {
            return match self.expansion(stack, &["Resources"]) {
                Some(cause) => self.unknown(cause, place),
                None => self.invalid(place, format!("there is no resource `{resource}`")),
            };
        };
        if let Some(output) = attribute.strip_prefix("Outputs.")
            && self.stacks[stack].tree.get(node, "Type").and_then(|kind| self.stacks[stack].tree.string(kind))
                == Some("AWS::CloudFormation::Stack")
        {
            return match self.nested_stack(stack, name) {
                Some(nested) => match self.output(nested, output) {
                    Some(value) => self.at(value, place),
                    None => match self.expansion(nested, &["Outputs"]) {
                        Some(cause) => self.unknown(cause, place),
                        None => self.invalid(place, format!("nested stack `{name}` has no output `{output}`")),
                    },
                },
                None => self.unknown(Cause::RemoteNestedStack, place),
            };
        }
        if is_custom(self.inventory.type_name(id)) {
            // Nothing bounds what it returns: unlike the attributes of AWS's types it may be `*`, or a whole list or map.
            return self.unknown(Cause::RuntimeAttribute { name: format!("{name}.{attribute}").into() }, place);
        }
        let attribute = self.inventory.names.intern(attribute);
        self.reference_to(id, attribute, place)
    }

    /// The value of an output that another stack asks for.
    fn read_output(&mut self, stack: usize, name: &str) -> Option<ValueId> {
        let (name, _) = self.stacks[stack].outputs.get_key_value(name)?;
        self.exports.read.insert((stack, *name));
        self.output(stack, name)
    }

    /// The value of an output; absent when its condition is never true, `None` when there is no such output.
    pub(in crate::template) fn output(&mut self, stack: usize, name: &str) -> Option<ValueId> {
        let (name, output) = self.stacks[stack].outputs.get_key_value(name).map(|(name, output)| (*name, *output))?;
        let node = match output {
            Output::Resolved(value) => return Some(value),
            Output::InProgress => return None,
            Output::Unresolved(node) => node,
        };
        self.stacks[stack].outputs.insert(name, Output::InProgress);
        // The output is kept, whatever is assumed where it is first asked for.
        let case = std::mem::take(&mut self.case);
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        let mut value = match tree.get(node, "Value") {
            Some(value) => self.value(stack, value),
            None => self.invalid(place, format!("output `{name}` has no `Value`")),
        };
        if let Some(condition) = tree.get(node, "Condition").and_then(|condition| tree.string(condition))
            && let Some(condition) = self.condition(stack, condition, Some(place))
        {
            value = match self.decided(condition) {
                Some(true) => value,
                Some(false) => ValueId::ABSENT,
                None => {
                    let kind = Kind::If { condition, then: value, otherwise: ValueId::ABSENT };
                    self.inventory.values.push(kind, place)
                }
            };
        }
        let value = self.bounded(value);
        self.case = case;
        self.stacks[stack].outputs.insert(name, Output::Resolved(value));
        Some(value)
    }

    pub(super) fn fn_find_in_map(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        let items = tree.items(node);
        if !(3..=4).contains(&items.len()) {
            return self.invalid(place, "`Fn::FindInMap` takes a mapping and two keys");
        }
        let default = items.get(3).and_then(|options| tree.get(*options, "DefaultValue"));
        if items.len() == 4 && default.is_none() {
            return self.invalid(place, "the fourth argument of `Fn::FindInMap` is `DefaultValue`");
        }
        let allowed = |key: &NodeId| match tree.members(*key) {
            [member] => matches!(tree.key(member), "Ref" | "Fn::FindInMap" | "Fn::Transform"),
            members => members.is_empty(),
        };
        let made = !items[..3].iter().all(allowed);
        if default.is_some() && !self.extended(stack, "`DefaultValue` of `Fn::FindInMap`", place)
            || made && !self.extended(stack, "a function but `Ref` and `Fn::FindInMap` in `Fn::FindInMap`", place)
        {
            return self.unknown(Cause::Invalid, place);
        }
        let keys = [items[0], items[1], items[2]].map(|key| self.value(stack, key));
        self.find_in_map(stack, keys, 0, default, place)
    }

    /// Decides the keys one after the other, each in all its cases.
    fn find_in_map(
        &mut self,
        stack: usize,
        keys: [ValueId; 3],
        decided: usize,
        default: Option<NodeId>,
        place: Place,
    ) -> ValueId {
        if decided == keys.len() {
            return self.mapping_value(stack, keys, default, place);
        }
        self.each_case(keys[decided], place, &mut |resolver, key| {
            if resolver.constant_text(key).is_none() {
                return resolver.pass_unknown(key, place);
            }
            let mut keys = keys;
            keys[decided] = key;
            resolver.find_in_map(stack, keys, decided + 1, default, place)
        })
    }

    fn mapping_value(&mut self, stack: usize, keys: [ValueId; 3], default: Option<NodeId>, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        let texts = keys.map(|key| self.constant_text(key).unwrap_or_default().to_owned());
        let mut at = self.stacks[stack].mappings;
        for key in &texts {
            let Some(node) = at else { break };
            // A macro or include may add to the mapping.
            if tree.get(node, "Fn::Transform").is_some() {
                return self.unknown(Cause::Macro { name: "Fn::Transform".into() }, place);
            }
            at = tree.get(node, key);
        }
        match (at, default) {
            (Some(node), _) => self.mapped(stack, node, place),
            (None, Some(default)) => self.value(stack, default),
            (None, None) => {
                let [map, first, second] = texts;
                if let Some(cause) = self.expansion(stack, &["Mappings"]) {
                    return self.unknown(cause, place);
                }
                self.invalid(place, format!("mapping `{map}` has no value for `{first}`, `{second}`"))
            }
        }
    }

    /// A value of a mapping, which is a scalar or a list of scalars and never a function.
    fn mapped(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        let plain = |node: NodeId| tree.scalar(node).is_some();
        if plain(node) || tree.items(node).iter().all(|item| plain(*item)) && tree.members(node).is_empty() {
            let value = self.value(stack, node);
            return self.at(value, place);
        }
        self.invalid(self.place(stack, node), "a mapping holds texts and lists of texts only")
    }

    pub(super) fn fn_import_value(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let name = self.value(stack, node);
        self.each_case(name, place, &mut |resolver, name| {
            let Some(text) = resolver.constant_text(name).map(str::to_owned) else {
                return resolver.unknown(Cause::ImportValue { name: "".into() }, place);
            };
            let key = resolver.export_key(stack, &text);
            let found = resolver.export(&key);
            match found.and_then(|(stack, output)| resolver.read_output(stack, output)) {
                Some(value) => resolver.at(value, place),
                None => resolver.unknown(Cause::ImportValue { name: text.into() }, place),
            }
        })
    }

    /// Exports are unique within an account and region.
    fn export_key(&self, stack: usize, name: &str) -> String {
        let environment = self.environment(stack);
        format!(
            "{}/{}/{name}",
            environment.account.as_deref().unwrap_or_default(),
            environment.region.as_deref().unwrap_or_default()
        )
    }

    /// The stack and output of an export; nested stacks that were not asked for yet are looked at last.
    fn export(&mut self, key: &str) -> Option<(usize, &'u str)> {
        let case = std::mem::take(&mut self.case);
        self.gather_exports();
        if !self.exports.outputs.contains_key(key) && !self.exports.looking {
            self.exports.looking = true;
            let mut stack = 0;
            while stack < self.stacks.len() {
                for name in self.nested_names(stack) {
                    self.nested_stack(stack, name);
                }
                stack += 1;
            }
            self.exports.looking = false;
            self.gather_exports();
        }
        self.case = case;
        self.exports.outputs.get(key).copied()
    }

    /// The logical ids of the stack's nested stacks.
    fn nested_names(&self, stack: usize) -> Vec<&'u str> {
        let state = &self.stacks[stack];
        let is_nested = |id: ResourceId| self.inventory.type_name(id) == "AWS::CloudFormation::Stack";
        let nested = state.resources.iter().filter(|(_, (id, _))| is_nested(*id));
        let mut names: Vec<&'u str> = nested.map(|(name, _)| *name).collect();
        names.sort_unstable();
        names
    }

    /// Takes the exports of the stacks that were entered since the last time.
    fn gather_exports(&mut self) {
        while self.exports.stacks < self.stacks.len() {
            let stack = self.exports.stacks;
            self.exports.stacks += 1;
            let tree = self.stacks[stack].tree;
            let Some(section) = tree.get(tree.root(), "Outputs") else { continue };
            for member in tree.members(section) {
                let Some(node) = tree.at(member.value, &["Export", "Name"]) else { continue };
                let name = self.value(stack, node);
                if let Some(name) = self.constant_text(name).map(str::to_owned) {
                    let key = self.export_key(stack, &name);
                    self.exports.outputs.entry(key).or_insert((stack, tree.key(member)));
                }
            }
        }
    }

    /// Source: "Fn::GetStackOutput" in the CloudFormation template reference: stack name and output name, and
    /// optionally region and role, of a stack that need not export the output.
    pub(super) fn fn_get_stack_output(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        if !matches!(tree.kind(node), Node::Map { .. }) {
            return self.invalid(place, "`Fn::GetStackOutput` takes `StackName` and `OutputName`");
        }
        let mut argument = |name: &str| -> Result<Option<String>, ()> {
            let Some(node) = tree.get(node, name) else { return Ok(None) };
            let value = self.value(stack, node);
            self.constant_text(value).map(|text| Some(text.to_owned())).ok_or(())
        };
        let (stack_name, output, region) = (argument("StackName"), argument("OutputName"), argument("Region"));
        let (Ok(Some(stack_name)), Ok(Some(output)), Ok(region)) = (stack_name, output, region) else {
            return self.unknown(Cause::ImportValue { name: "".into() }, place);
        };
        let region = region.map(String::into_boxed_str).or_else(|| self.environment(stack).region);
        // A role may lead into another account, so the account is not compared.
        let mut candidates = (0..self.stacks.len()).filter(|index| {
            let known = &self.inventory.stacks[self.stacks[*index].id.0 as usize];
            known.parent.is_none()
                && *known.name == *stack_name
                && (known.region.is_none() || region.is_none() || known.region == region)
        });
        let found = match (candidates.next(), candidates.next()) {
            (Some(index), None) => Some(index),
            _ => None,
        };
        match found.and_then(|index| self.read_output(index, &output)) {
            Some(value) => self.at(value, place),
            None => self.unknown(Cause::ImportValue { name: format!("{stack_name}.{output}").into() }, place),
        }
    }
}

/// Whether code of the account decides what the attributes of the type are.
fn is_custom(type_name: &str) -> bool {
    type_name.starts_with("Custom::") || type_name == "AWS::CloudFormation::CustomResource"
}
