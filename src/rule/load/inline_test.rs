//! The inline tests of a rule.

use rustc_hash::FxHashMap;

use crate::facts::scope::Scope;
use crate::rule::ast::{Expectation, Literal, OutcomeName, RuleTest};
use crate::source::{Level, NodeId, Span};

use super::Conventions;
use super::format::is_date;
use super::reader::Reader;

/// The keys of a test.
pub(in crate::rule) const KEYS: [&str; 9] =
    ["name", "template", "params", "strict", "scope", "region", "account", "today", "expect"];
pub(in crate::rule) const EXPECT_KEYS: [&str; 6] = ["resource", "outcome", "line", "when", "cause", "by_default"];
pub(in crate::rule) const OUTCOMES: [(&str, OutcomeName); 4] = [
    ("pass", OutcomeName::Pass),
    ("fail", OutcomeName::Fail),
    ("unknown", OutcomeName::Unknown),
    ("not-applicable", OutcomeName::NotApplicable),
];
/// What is expected beside an outcome, with the outcomes that it goes with.
pub(in crate::rule) const GO_WITH: [(&str, &[OutcomeName]); 4] = [
    ("line", &[OutcomeName::Fail, OutcomeName::Unknown]),
    ("when", &[OutcomeName::Fail]),
    ("cause", &[OutcomeName::Unknown]),
    ("by_default", &[OutcomeName::Pass]),
];
/// The identifiers that `value::Cause` gives.
pub(in crate::rule) const CAUSES: [&str; 19] = [
    "undecided",
    "parameter-without-default",
    "ssm-parameter",
    "import-value",
    "dynamic-reference",
    "macro",
    "remote-nested-stack",
    "runtime-attribute",
    "environment",
    "invalid",
    "access-denied",
    "throttled",
    "unreachable",
    "unsupported",
    "call-failed",
    "deadline",
    "not-collected",
    "limit",
    "not-in-input",
];

impl<'a> Reader<'a> {
    /// All tests; what a rule must have is asked for when there are checks.
    pub(super) fn tests(&mut self, root: NodeId) -> Vec<RuleTest> {
        let tree = self.tree;
        let before = self.problems.len();
        let mut tests = Vec::new();
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        if let Some(list) = tree.get(root, "test") {
            for item in self.list(list, "test").unwrap_or_default() {
                let Some(test) = self.inline_test(*item) else { continue };
                let name = tree.get(*item, "name").map(|name| (tree.string(name).unwrap_or_default(), tree.span(name)));
                if let Some((name, span)) = name
                    && let Some(first) = names.insert(name, span)
                {
                    let problem = self.diagnostic(Level::Error, span, format!("two tests are named `{name}`"));
                    self.problems.push(problem.with_note(first, "the first"));
                }
                tests.push(test);
            }
        }
        if !self.failed_since(before) {
            self.check_coverage(root, &tests);
        }
        tests
    }

    /// Every rule shows a pass, a fail with its line, and an unknown.
    fn check_coverage(&mut self, root: NodeId, tests: &[RuleTest]) {
        let Some(checks) = self.checks else { return };
        let level = if checks.conventions == Conventions::Project { Level::Error } else { Level::Warning };
        let expected = || tests.iter().flat_map(|test| &test.expect);
        let mut missing = Vec::new();
        if !expected().any(|expect| expect.outcome == OutcomeName::Pass) {
            missing.push("a pass");
        }
        if !expected().any(|expect| expect.outcome == OutcomeName::Fail && expect.line.is_some()) {
            missing.push("a fail with its line");
        }
        // Parameters are declared by literals: of them everything is known.
        let declared =
            self.tree.at(root, &["select", "section"]).and_then(|id| self.tree.string(id)) == Some("Parameters");
        if !declared && !expected().any(|expect| expect.outcome == OutcomeName::Unknown) {
            missing.push("an unknown");
        }
        if !missing.is_empty() {
            let place = self.tree.get(root, "id").map_or(self.place(root), |id| self.tree.span(id));
            let message = format!("no test shows {}", missing.join(", "));
            let problem = self.diagnostic(level, place, message).with_help("add a `[[test]]`");
            self.problems.push(problem);
        }
    }

    /// `scope = { KEY = "VALUE" }`: the declared scope of the test.
    fn test_scope(&mut self, id: NodeId) -> Scope {
        let tree = self.tree;
        let Some(table) = tree.get(id, "scope").filter(|table| self.is_table(*table, "scope")) else {
            return Scope::default();
        };
        let members = tree.members(table).iter();
        let tags =
            members.filter_map(|tag| Some((tree.key(tag).into(), vec![self.text(tag.value, tree.key(tag))?.into()])));
        Scope::of(tags.collect())
    }

    fn inline_test(&mut self, id: NodeId) -> Option<RuleTest> {
        let tree = self.tree;
        if !self.is_table(id, "test") {
            return None;
        }
        self.keys(id, &KEYS);
        let name = self.required_text(id, "name");
        let template = self.required_text(id, "template");
        let params = self.test_params(id);
        let strict = self.optional_bool(id, "strict").unwrap_or(false);
        let scope = self.test_scope(id);
        let region = self.optional_text(id, "region").map(Into::into);
        let account = self.optional_text(id, "account").map(Into::into);
        let today = self.today(id).map(Into::into);
        let mut expect = Vec::new();
        if let Some(list) = self.require(id, "expect") {
            let items = self.list(list, "expect").unwrap_or_default();
            if items.is_empty() {
                self.error(tree.span(list), "the test expects nothing");
            }
            for item in items {
                expect.extend(self.expectation(*item, template.unwrap_or_default()));
            }
        }
        let (name, template) = (name?.into(), template?.into());
        Some(RuleTest { name, template, params, strict, scope, account, region, today, expect, span: tree.span(id) })
    }

    /// The day on which the test runs.
    fn today(&mut self, id: NodeId) -> Option<&'a str> {
        let node = self.tree.get(id, "today")?;
        let date = self.text(node, "today")?;
        if !is_date(date) {
            self.error(self.tree.span(node), format!("`{date}` is not a date as YYYY-MM-DD"));
        }
        Some(date)
    }

    fn test_params(&mut self, id: NodeId) -> Vec<(Box<str>, Literal)> {
        let tree = self.tree;
        let mut params = Vec::new();
        let Some(table) = tree.get(id, "params").filter(|table| self.is_table(*table, "params")) else { return params };
        for member in tree.members(table) {
            let name = tree.key(member);
            let value = self.literal(member.value);
            let (Some(index), Some(value)) = (self.param_to_set(member.key_span, name), value) else { continue };
            let default = &self.params[index].value;
            if default.describe() != value.describe() {
                let message = format!("parameter `{name}` is {}, not {}", default.describe(), value.describe());
                self.error(tree.span(member.value), message);
            }
            params.push((name.into(), value));
        }
        params
    }

    /// The index of a parameter that a test sets, which is no use of it.
    fn param_to_set(&mut self, span: Span, name: &str) -> Option<usize> {
        let used: Vec<bool> = self.params.iter().map(|param| param.used).collect();
        let index = self.param(span, name);
        self.params.iter_mut().zip(used).for_each(|(param, used)| param.used = used);
        index
    }

    fn expectation(&mut self, id: NodeId, template: &str) -> Option<Expectation> {
        let tree = self.tree;
        if !self.is_table(id, "expect") {
            return None;
        }
        self.keys(id, &EXPECT_KEYS);
        let resource = self.required_text(id, "resource");
        if let Some(resource) = resource
            && !template.contains(resource)
            && !template.is_empty()
        {
            let span = tree.get(id, "resource").map_or(tree.span(id), |id| tree.span(id));
            self.error(span, format!("the template has no resource `{resource}`"));
        }
        let outcome = self.require(id, "outcome").and_then(|word| self.word(word, "outcome", &OUTCOMES));
        let line = tree.get(id, "line").and_then(|line| self.line(line, template));
        let when = self.when(id);
        let cause = tree.get(id, "cause").and_then(|cause| {
            let words = CAUSES.map(|cause| (cause, cause));
            self.word(cause, "cause", &words)
        });
        let by_default = self.optional_bool(id, "by_default");
        let outcome = outcome?;
        for (key, goes_with) in GO_WITH {
            if let Some(member) = tree.member(id, key)
                && !goes_with.contains(&outcome)
            {
                self.error(member.key_span, format!("`{key}` does not go with outcome `{}`", outcome.as_str()));
            }
        }
        let (resource, cause) = (resource?.into(), cause.map(Into::into));
        Some(Expectation { resource, outcome, line, when, cause, by_default, span: tree.span(id) })
    }

    fn line(&mut self, id: NodeId, template: &str) -> Option<u32> {
        let lines = template.lines().count();
        let line = self.tree.scalar(id).and_then(|text| text.parse::<u32>().ok());
        match line {
            Some(line) if line >= 1 && line as usize <= lines => Some(line),
            _ => {
                self.error(self.tree.span(id), format!("`line` is to be a line of the template, which has {lines}"));
                None
            }
        }
    }

    fn when(&mut self, id: NodeId) -> Vec<(Box<str>, Box<str>)> {
        let tree = self.tree;
        let mut when = Vec::new();
        let Some(table) = tree.get(id, "when").filter(|table| self.is_table(*table, "when")) else { return when };
        for member in tree.members(table) {
            match tree.scalar(member.value) {
                Some(value) => when.push((tree.key(member).into(), value.into())),
                None => self.wrong_type(member.value, "when", "a table from parameter or condition to a single value"),
            }
        }
        when
    }
}
