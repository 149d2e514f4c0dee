//! The `Rules` section: what the values of parameters must satisfy, or CloudFormation refuses to deploy.
//!
//! What a rule asks of the account (`Fn::RefAll`, `Fn::ValueOf`, `Fn::ValueOfAll`) is not known, and constrains nothing.
//! Source: "Rules" and "Rule functions" in the CloudFormation template reference.

use super::compare::{PRODUCT, combined, negated};
use super::resolver::Resolver;
use super::state::Case;
use crate::source::{Diagnostic, Kind as Node, Level, NodeId, Tree};
use crate::value::{Assignment, Cause, Formula, Kind, Place, ResourceId, Trigger, ValueId, VariableId, World};

impl<'u> Resolver<'u> {
    /// Makes the rules of all stacks constraints.
    pub(super) fn constrain(&mut self) {
        for stack in 0..self.stacks.len() {
            let tree = self.stacks[stack].tree;
            let Some(section) = tree.get(tree.root(), "Rules") else { continue };
            if !matches!(tree.kind(section), Node::Map { .. }) {
                self.error(self.place(stack, section), "`Rules` is not a map");
                continue;
            }
            self.case = Case::of_condition();
            for member in tree.members(section).iter().filter(|member| !tree.key(member).starts_with("Fn::")) {
                self.rule(stack, tree, tree.key(member), member.value);
            }
            self.case = Case::default();
        }
    }

    fn rule(&mut self, stack: usize, tree: &'u Tree, name: &str, node: NodeId) {
        let Some(assertions) =
            tree.get(node, "Assertions").filter(|list| matches!(tree.kind(*list), Node::List { .. }))
        else {
            self.error(self.place(stack, node), format!("rule `{name}` has no list of `Assertions`"));
            return;
        };
        // A rule of a nested stack counts where there is one.
        let mut applies = vec![self.is_deployed(stack)];
        if let Some(condition) = tree.get(node, "RuleCondition") {
            let Some(formula) = self.assertion(stack, condition) else { return };
            applies.push(formula);
        }
        let applies = combined(applies, false);
        for assertion in tree.items(assertions) {
            let place = self.place(stack, *assertion);
            let Some(assert) = tree.get(*assertion, "Assert") else {
                self.error(place, format!("an assertion of rule `{name}` has no `Assert`"));
                continue;
            };
            let Some(formula) = self.assertion(stack, assert) else { continue };
            let formula = combined(vec![negated(applies.clone()), formula], true);
            let said = tree.get(*assertion, "AssertDescription").and_then(|text| tree.string(text));
            self.constraint(name, formula, place, said);
        }
    }

    /// Keeps what some values satisfy, and says what the values at hand do not.
    fn constraint(&mut self, name: &str, formula: Formula, place: Place, said: Option<&str>) {
        let values = &mut self.inventory.values;
        let defaults = values.variables.iter().enumerate().filter_map(|(index, variable)| {
            let (variable, case) = (VariableId(index as u32), variable.default?);
            Some(Assignment { variable, case, trigger: Trigger::Condition })
        });
        let by_default = World::of(defaults.collect()).truth(&values.conditions, &formula);
        let never = match &formula {
            Formula::Constant(truth) => !truth,
            formula => {
                let variables = formula.variables(&values.conditions);
                values.constraints.push(formula.clone(), variables);
                let possible = values.constraints.last_is_satisfiable(values);
                if !possible {
                    values.constraints.pop();
                }
                !possible
            }
        };
        let message = match (never, by_default) {
            (true, _) => format!("rule `{name}` refuses every value that the parameters may have here"),
            (false, Ok(false)) => format!("rule `{name}` refuses the default values of the parameters"),
            _ => return,
        };
        let file = self.inventory.files.get(place.file);
        let mut problem = Diagnostic::at(Level::Warning, file, place.span, message);
        problem.help = Some(said.map_or_else(|| "CloudFormation will not deploy this".into(), Into::into));
        // A template that is nested twice says it once.
        if self.diagnostics.iter().all(|known| (&known.message, known.span) != (&problem.message, problem.span)) {
            self.diagnostics.push(problem);
        }
    }

    /// The formula under which a stack is deployed: the conditions of the nested stacks that it is in.
    fn is_deployed(&self, stack: usize) -> Formula {
        let mut parts = Vec::new();
        let mut at: Option<ResourceId> = self.inventory.stacks[self.stacks[stack].id.0 as usize].parent;
        while let Some(id) = at {
            let resource = self.inventory.resource(id);
            parts.extend(resource.condition.map(Formula::Condition));
            at = self.inventory.stacks[resource.stack.0 as usize].parent;
        }
        combined(parts, false)
    }

    /// The formula of a rule function; `None` when it is written wrongly.
    fn assertion(&mut self, stack: usize, node: NodeId) -> Option<Formula> {
        let errors = self.diagnostics.len();
        let formula = self.assertion_at(stack, node);
        (self.diagnostics.len() == errors).then_some(formula)
    }

    fn assertion_at(&mut self, stack: usize, node: NodeId) -> Formula {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        let [member] = tree.members(node) else {
            return self.open_formula(stack, place, "an assertion is one rule function");
        };
        let parts = tree.items(member.value);
        let mut inner = |node: &NodeId| match self.deeper(|resolver| resolver.assertion_at(stack, *node)) {
            Some(formula) => formula,
            None => self.open_at(stack, *node),
        };
        match (tree.key(member), parts) {
            ("Fn::Not", [part]) => negated(inner(part)),
            ("Fn::And", [_, ..]) => combined(parts.iter().map(inner).collect(), false),
            ("Fn::Or", [_, ..]) => combined(parts.iter().map(inner).collect(), true),
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.rule_value(stack, *left), self.rule_value(stack, *right));
                self.equals(stack, left, right, &mut { PRODUCT })
            }
            ("Fn::Contains", [list, text]) => {
                let (list, text) = (self.rule_value(stack, *list), self.rule_value(stack, *text));
                self.members(stack, list, text, true)
            }
            ("Fn::EachMemberEquals", [list, text]) => {
                let (list, text) = (self.rule_value(stack, *list), self.rule_value(stack, *text));
                self.members(stack, list, text, false)
            }
            ("Fn::EachMemberIn", [list, others]) => {
                let (list, others) = (self.rule_value(stack, *list), self.rule_value(stack, *others));
                self.over_members(list, false, &mut |resolver, member| resolver.members(stack, others, member, true))
            }
            ("Condition", _) => self.formula(stack, node),
            (
                name @ ("Fn::Not"
                | "Fn::And"
                | "Fn::Or"
                | "Fn::Equals"
                | "Fn::Contains"
                | "Fn::EachMemberEquals"
                | "Fn::EachMemberIn"),
                _,
            ) => self.open_formula(stack, place, &format!("`{name}` has the wrong number of arguments")),
            (name, _) => self.open_formula(stack, place, &format!("`{name}` does not say whether a rule holds")),
        }
    }

    /// A value inside a rule; what only the account shows is not known.
    fn rule_value(&mut self, stack: usize, node: NodeId) -> ValueId {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        if let [member] = tree.members(node)
            && matches!(tree.key(member), "Fn::RefAll" | "Fn::ValueOf" | "Fn::ValueOfAll")
        {
            return self.unknown(Cause::NotInInput { what: "the account".into() }, place);
        }
        self.value(stack, node)
    }

    /// Some (`any`) or every member of a list equals a text.
    fn members(&mut self, stack: usize, list: ValueId, text: ValueId, any: bool) -> Formula {
        self.over_members(list, any, &mut |resolver, member| resolver.equals(stack, member, text, &mut { PRODUCT }))
    }

    /// What `test` says of some or of every member of a list, in all its cases.
    fn over_members(
        &mut self,
        list: ValueId,
        any: bool,
        test: &mut dyn FnMut(&mut Self, ValueId) -> Formula,
    ) -> Formula {
        if let Kind::List(range) = self.inventory.values.kind(list) {
            let members = self.inventory.values.items(range).to_vec();
            return combined(members.into_iter().map(|member| test(self, member)).collect(), any);
        }
        if let Some(cases) = self.open_cases(list) {
            let mut parts = Vec::with_capacity(cases.len());
            for (is, list) in cases {
                let inner = self.deeper(|resolver| resolver.over_members(list, any, test));
                let inner = inner.unwrap_or_else(|| self.open_member());
                parts.push(combined(vec![is, inner], false));
            }
            return combined(parts, true);
        }
        match self.constant_text(list) {
            Some(_) => test(self, list),
            None => self.open_member(),
        }
    }

    /// Which members there are is not known: it may hold or not.
    fn open_member(&mut self) -> Formula {
        let name = format!("member {}", self.comparisons.len());
        Formula::Is(self.comparison(&name), 1)
    }
}
