//! What the changes start from: the templates of the inline tests of all rules, and what the rules say of a template.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use fasscan::eval::{self, Outcome};
use fasscan::facts::derived::Derived;
use fasscan::framework;
use fasscan::inventory::Inventory;
use fasscan::rule::{RuleSet, Via, builtin_files, load_user};
use fasscan::source::{Kind, Limits, Loader, NodeId, SourceFile, Tree};
use fasscan::template::unit::{Environment, Nested, Root, Template, Unit};
use serde_json::{Map, Value};

/// Random numbers (SplitMix64), so that a case is repeated by its number.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A template with where it is deployed to.
#[derive(Clone)]
pub(super) struct Seed {
    pub(super) name: String,
    pub(super) template: Value,
    environment: Environment,
}

pub(super) struct Project {
    pub(super) rules: RuleSet,
    /// By rule: whether it is about secrets in clear text.
    pub(super) about_secrets: BTreeMap<String, bool>,
    /// The rules that ask for resources of the same account and region, whatever refers to them.
    pub(super) about_neighbours: BTreeSet<String>,
    pub(super) seeds: Vec<Seed>,
}

pub(super) fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let (rules, problems) = load_user(&builtin_files(), framework::builtin(), RuleSet::default());
        assert!(!rules.rules.is_empty(), "{problems:?}");
        let mut seeds = Vec::new();
        for rule in &rules.rules {
            for test in &rule.tests {
                let Some(tree) = parse("seed.yaml", &test.template) else { continue };
                let account = test.account.clone().unwrap_or_else(|| "123456789012".into());
                let region = test.region.clone().unwrap_or_else(|| "us-east-1".into());
                seeds.push(Seed {
                    name: format!("{}: {}", rule.id, test.name),
                    template: plain(&tree, tree.root()),
                    environment: Environment { account: Some(account), region: Some(region) },
                });
            }
        }
        assert!(seeds.len() > 500, "{}", seeds.len());
        let secret = |rule: &fasscan::rule::Rule| rule.asserts.iter().any(|one| eval::looks_for_secrets(&one.clause));
        let about_secrets = rules.rules.iter().map(|rule| (rule.id.to_string(), secret(rule))).collect();
        let neighbours = |rule: &fasscan::rule::Rule| {
            rule.related.iter().any(|related| matches!(related.via, Via::Derived(Derived::Neighbour)))
        };
        let about_neighbours =
            rules.rules.iter().filter(|rule| neighbours(rule)).map(|rule| rule.id.to_string()).collect();
        Project { rules, about_secrets, about_neighbours, seeds }
    })
}

/// The first document of a text.
pub(super) fn parse(name: &str, text: &str) -> Option<Tree> {
    let loader = Loader::new("/", Limits::default());
    let documents = loader.parse(&Arc::new(SourceFile::new(name, text))).ok()?;
    documents.trees.into_iter().next()
}

fn plain(tree: &Tree, id: NodeId) -> Value {
    match tree.kind(id) {
        Kind::Null => Value::Null,
        Kind::Bool(truth) => truth.into(),
        Kind::Number(text) => serde_json::from_str(tree.text(text)).unwrap(),
        Kind::String(text) => tree.text(text).into(),
        Kind::List { .. } => tree.items(id).iter().map(|item| plain(tree, *item)).collect(),
        Kind::Map { .. } => {
            let member = |member: &fasscan::source::Member| (tree.key(member).to_owned(), plain(tree, member.value));
            Value::Object(tree.members(id).iter().map(member).collect::<Map<_, _>>())
        }
    }
}

/// What a rule says of a resource, without places and in an order that does not depend on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) outcome: &'static str,
    /// Messages with their paths; causes; defaults.
    pub(super) details: Vec<String>,
    pub(super) when: Vec<String>,
}

/// By rule and logical id.
pub(super) type Verdicts = BTreeMap<(String, String), Said>;

impl Seed {
    pub(super) fn with(&self, template: Value) -> Self {
        Self { template, ..self.clone() }
    }

    pub(super) fn verdicts(&self) -> Verdicts {
        self.verdicts_of_text(&self.template.to_string())
    }

    pub(super) fn verdicts_of_text(&self, text: &str) -> Verdicts {
        self.verdicts_of_texts(&[text], &[])
    }

    /// The verdicts of a template, the first one, with those of nested stacks that it has, by their names.
    pub(super) fn verdicts_of_texts(&self, texts: &[&str], nested: &[(&str, usize)]) -> Verdicts {
        let mut templates: Vec<Template> = texts
            .iter()
            .map(|text| parse("t.yaml", text).unwrap_or_else(|| panic!("{}: {text}", self.name)))
            .map(Template::new)
            .collect();
        for (name, index) in nested {
            templates[0].nested.insert((*name).into(), Nested::Template(*index));
        }
        let environment = self.environment.clone();
        let root = Root { template: 0, name: "t".into(), environment, parameters: Vec::new(), tags: Vec::new() };
        said(&fasscan::template::resolve(&Unit { templates, roots: vec![root] }).0)
    }
}

fn said(inventory: &Inventory) -> Verdicts {
    let rules = &project().rules;
    let options = eval::Options { today: "2026-11-21".into(), strict: false, ..Default::default() };
    let mut all = Verdicts::new();
    for verdict in eval::evaluate(inventory, rules, &options) {
        let id = inventory.resource(verdict.resource).logical_id.to_string();
        let key = (rules.rules[verdict.rule].id.to_string(), id);
        let case = |when: Option<eval::When>| -> Vec<String> {
            let when = when.unwrap_or_default();
            let parameters = when.parameters.iter().map(|(name, value)| format!("{name} = {value:?}"));
            parameters.chain(when.conditions.iter().map(|(name, truth)| format!("{name} = {truth}"))).collect()
        };
        let (outcome, mut details, mut when): (_, Vec<String>, Vec<String>) = match verdict.outcome {
            Outcome::Pass { by_default } => ("pass", vec![format!("by default: {by_default}")], Vec::new()),
            Outcome::Fail { violations, .. } => {
                let details = violations.iter().map(|one| format!("{}: {}", one.path, one.message)).collect();
                ("fail", details, violations.into_iter().flat_map(|one| case(one.when)).collect())
            }
            Outcome::Unknown { causes, when } => {
                ("unknown", causes.iter().map(ToString::to_string).collect(), case(when))
            }
            Outcome::NotApplicable { .. } => ("not applicable", Vec::new(), Vec::new()),
        };
        details.sort();
        when.sort();
        all.insert(key, Said { outcome, details, when });
    }
    all
}
