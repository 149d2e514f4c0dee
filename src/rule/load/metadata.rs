//! A rule file from top to bottom: metadata, mapping to controls, remediation, and the parts that other files read.

use std::borrow::Cow;
use std::sync::Arc;

use crate::inventory::schema::Schema;
use crate::rule::ast::{Assert, ControlReference, Fix, Rule, Severity, Status, Strength};
use crate::source::{Level, NodeId, SourceFile, Span};

use super::Conventions;
use super::clause::Spoken;
use super::format::{is_date, is_kebab_case, is_name, sentence_problem};
use super::path::{Scope, Within};
use super::reader::{Declared, Reader};
use crate::rule::builtin::Prose;
use crate::rule::builtin_profiles;

/// The keys of a rule.
pub(in crate::rule) const KEYS: [&str; 17] = [
    "id",
    "title",
    "severity",
    "status",
    "reviewed",
    "aliases",
    "peers",
    "profile",
    "description",
    "references",
    "params",
    "select",
    "related",
    "assert",
    "control",
    "remediation",
    "test",
];
pub(in crate::rule) const SELECT_KEYS: [&str; 3] = ["types", "section", "where"];
pub(in crate::rule) const CONTROL_KEYS: [&str; 4] = ["framework", "ids", "strength", "rationale"];
pub(in crate::rule) const REMEDIATION_KEYS: [&str; 2] = ["text", "fix"];
pub(in crate::rule) const FIX_KEYS: [&str; 4] = ["set", "value", "safe", "why"];
/// The scanners whose ids rules of the project name, so that each is spelled in one way.
pub(in crate::rule) const SCANNERS: [&str; 7] =
    ["aws-config", "security-hub", "checkov", "prowler", "trivy", "cdk-nag", "guard"];
pub(in crate::rule) const SEVERITIES: [(&str, Severity); 4] =
    [("critical", Severity::Critical), ("high", Severity::High), ("medium", Severity::Medium), ("low", Severity::Low)];
pub(in crate::rule) const STATUSES: [(&str, Status); 3] =
    [("preview", Status::Preview), ("stable", Status::Stable), ("deprecated", Status::Deprecated)];
/// The sections of a template whose declarations a rule may select, with the types that these have in the inventory.
pub(in crate::rule) const SECTIONS: [(&str, &str); 2] =
    [("Parameters", "Fasscan::Template::Parameter"), ("Outputs", "Fasscan::Template::Output")];
pub(in crate::rule) const STRENGTHS: [(&str, Strength); 2] =
    [("direct", Strength::Direct), ("supports", Strength::Supports)];

impl<'a> Reader<'a> {
    /// The rule at `root`; `None` when there is an error, which is in `problems` then.
    pub(super) fn rule(&mut self, root: NodeId, file: &Arc<SourceFile>) -> Option<Rule> {
        if !self.is_table(root, "rule") {
            return None;
        }
        self.keys(root, &KEYS);
        let id = self.id(root, file);
        let title = self.required_text(root, "title");
        self.check_sentence(root, "title");
        let severity = self.require(root, "severity").and_then(|word| self.word(word, "severity", &SEVERITIES));
        let status = self.require(root, "status").and_then(|word| self.word(word, "status", &STATUSES));
        let reviewed = self.reviewed(root);
        let aliases = self.aliases(root, id);
        let prose = self.prose;
        let peers = match prose {
            Some(prose) => prose.peers.iter().map(|(scanner, id)| ((*scanner).into(), (*id).into())).collect(),
            None => self.peers(root),
        };
        let profile = self.profile(root);
        let description: Option<Cow<'static, str>> = match prose {
            Some(prose) => Some(prose.description.into()),
            None => self.required_text(root, "description").map(owned),
        };
        let references = match prose {
            Some(prose) => prose.references.iter().map(|page| (*page).into()).collect(),
            None => self.references(root),
        };
        self.declare_params(root);
        let (types, selected) = self.select(root);
        self.selected = selected.clone();
        self.declare_relations(root);
        let conditions = self.conditions(root, &selected);
        let related = self.related(root, &selected);
        let asserts = self.asserts(root, &selected);
        let controls = match prose {
            Some(prose) => written_controls(prose),
            None => self.controls(root),
        };
        let (remediation, fix) = self.remediation(root, &selected);
        let tests = self.tests(root);
        self.check_used();
        self.check_project(root);
        let params = std::mem::take(&mut self.params).into_iter();
        let params = params.map(|param| crate::rule::ast::Param { name: param.name, value: param.value }).collect();
        if self.failed_since(0) {
            return None;
        }
        Some(Rule {
            id: id?.into(),
            title: title?.into(),
            severity: severity?,
            status: status?,
            reviewed: reviewed?.into(),
            aliases,
            peers,
            profile: profile.map(Into::into),
            description: description?,
            references,
            params,
            types,
            conditions,
            related,
            asserts,
            controls,
            remediation: remediation?,
            fix,
            tests,
            file: Arc::clone(file),
        })
    }

    fn id(&mut self, root: NodeId, file: &SourceFile) -> Option<&'a str> {
        let node = self.require(root, "id")?;
        let id = self.text(node, "id")?;
        let span = self.tree.span(node);
        let Some(checks) = self.checks else { return Some(id) };
        if !is_kebab_case(id) {
            self.error(span, format!("`{id}` is not lower-case words joined by hyphens"));
        }
        let (folder, name) = file.path().rsplit_once('/').unwrap_or(("", file.path()));
        let stem = name.strip_suffix(".toml").unwrap_or(name);
        if stem != id {
            self.error(span, format!("the id `{id}` is not the file name `{stem}`"));
        }
        let service = folder.rsplit('/').next().unwrap_or_default();
        if checks.conventions == Conventions::Project && !id.starts_with(&format!("{service}-")) {
            self.error(span, format!("`{id}` does not start with its service `{service}`"));
        }
        Some(id)
    }

    fn reviewed(&mut self, root: NodeId) -> Option<&'a str> {
        let node = self.require(root, "reviewed")?;
        let date = self.text(node, "reviewed")?;
        if self.checks.is_some() && !is_date(date) {
            self.error(self.tree.span(node), format!("`{date}` is not a date as YYYY-MM-DD"));
        }
        Some(date)
    }

    fn aliases(&mut self, root: NodeId, id: Option<&str>) -> Vec<Box<str>> {
        let Some(node) = self.tree.get(root, "aliases") else { return Vec::new() };
        let aliases = self.texts(node, "aliases");
        for (alias, span) in &aliases {
            if !is_kebab_case(alias) {
                self.error(*span, format!("`{alias}` is not lower-case words joined by hyphens"));
            }
            if Some(*alias) == id {
                self.error(*span, format!("`{alias}` is the id itself"));
            }
        }
        aliases.into_iter().map(|(alias, _)| alias.into()).collect()
    }

    /// The ids of other scanners; one scanner may have several.
    fn peers(&mut self, root: NodeId) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
        let tree = self.tree;
        let mut peers = Vec::new();
        let Some(table) = tree.get(root, "peers").filter(|id| self.is_table(*id, "peers")) else { return peers };
        for member in tree.members(table) {
            let scanner = tree.key(member);
            if !is_kebab_case(scanner) {
                self.error(member.key_span, format!("`{scanner}` is not lower-case words joined by hyphens"));
            } else if self.checks.is_some_and(|checks| checks.conventions == Conventions::Project)
                && !SCANNERS.contains(&scanner)
            {
                self.unknown(member.key_span, "scanner", scanner, &SCANNERS);
            }
            let ids = match tree.string(member.value) {
                Some(_) => self.text(member.value, scanner).map(|id| vec![(id, Span::default())]).unwrap_or_default(),
                None => self.texts(member.value, scanner),
            };
            peers.extend(ids.into_iter().map(|(id, _)| (owned(scanner), owned(id))));
        }
        peers
    }

    /// The profile that the rule belongs to. Those of a user may belong to a profile of the user.
    fn profile(&mut self, root: NodeId) -> Option<&'a str> {
        let node = self.tree.get(root, "profile")?;
        let profile = self.text(node, "profile")?;
        let Some(checks) = self.checks else { return Some(profile) };
        let span = self.tree.span(node);
        if !is_kebab_case(profile) {
            self.error(span, format!("`{profile}` is not lower-case words joined by hyphens"));
        } else if checks.conventions == Conventions::Project && !builtin_profiles().contains(&profile) {
            self.unknown(span, "profile", profile, builtin_profiles());
        }
        let control = self.tree.get(root, "control").and_then(|list| self.tree.items(list).first());
        if let Some(control) = control {
            let message = "a rule that belongs to a profile counts for no control";
            self.error(self.tree.span(*control), message);
        }
        Some(profile)
    }

    fn references(&mut self, root: NodeId) -> Vec<Cow<'static, str>> {
        let Some(node) = self.tree.get(root, "references") else { return Vec::new() };
        let references = self.texts(node, "references");
        for (reference, span) in &references {
            if !reference.starts_with("https://") || reference.contains(char::is_whitespace) {
                self.error(*span, format!("`{reference}` is not an https address"));
            }
        }
        references.into_iter().map(|(reference, _)| owned(reference)).collect()
    }

    fn declare_params(&mut self, root: NodeId) {
        let tree = self.tree;
        let Some(table) = tree.get(root, "params").filter(|id| self.is_table(*id, "params")) else { return };
        for member in tree.members(table) {
            let name = tree.key(member);
            if !is_name(name) {
                self.error(member.key_span, format!("`{name}` is not a name of letters, digits, `-` and `_`"));
            }
            let Some(value) = self.literal(member.value) else { continue };
            self.params.push(Declared { name: name.into(), span: member.key_span, value, used: false });
        }
    }

    /// The selected types and their scope.
    fn select(&mut self, root: NodeId) -> (Vec<Box<str>>, Scope) {
        let tree = self.tree;
        let nothing = (Vec::new(), Scope::default());
        let Some(table) = self.require(root, "select") else { return nothing };
        if !self.is_table(table, "select") {
            return nothing;
        }
        self.keys(table, &SELECT_KEYS);
        if let Some(section) = tree.member(table, "section") {
            if let Some(types) = tree.member(table, "types") {
                self.error(types.key_span, "`types` and `section` do not go together");
            }
            let span = tree.span(section.value);
            let Some(name) = self.word(section.value, "section", &SECTIONS) else { return nothing };
            let mut scope = self.scope_of(&[(name, span)]);
            // What is declared has a name, as the value of a map has a key.
            scope.within = Within::Keyed;
            return (vec![name.into()], scope);
        }
        let Some(node) = self.require(table, "types") else { return nothing };
        let types = self.texts(node, "types");
        if self.tree.items(node).is_empty() && !self.failed_since(0) {
            self.error(self.tree.span(node), "`types` has no resource types");
        }
        let scope = self.scope_of(&types);
        (types.into_iter().map(|(name, _)| name.into()).collect(), scope)
    }

    /// The scope of these resource types, and an error for each that there is not.
    pub(super) fn scope_of(&mut self, names: &[(&str, Span)]) -> Scope {
        let Some(checks) = self.checks else { return Scope::default() };
        let mut found = Vec::with_capacity(names.len());
        for (name, span) in names {
            match checks.schema.resource(name) {
                Some(resource) => found.push(resource),
                None => {
                    let help = suggestion(checks.schema, name);
                    self.error_help(*span, format!("unknown resource type `{name}`"), help);
                }
            }
        }
        // With one type unknown, a path that the others lack may be its own.
        if found.len() == names.len() { Scope::resources(found) } else { Scope::default() }
    }

    fn conditions(&mut self, root: NodeId, selected: &Scope) -> Vec<crate::rule::ast::Clause> {
        match self.tree.at(root, &["select", "where"]) {
            Some(conditions) => self.clauses(conditions, "where", selected, &mut Spoken::default()),
            None => Vec::new(),
        }
    }

    fn asserts(&mut self, root: NodeId, selected: &Scope) -> Vec<Assert> {
        let Some(list) = self.require(root, "assert") else { return Vec::new() };
        let items = self.list(list, "assert").unwrap_or_default();
        let mut asserts = Vec::with_capacity(items.len());
        for item in items {
            let mut spoken = Spoken::default();
            let clause = self.clause(*item, selected, &mut spoken, &["message"]);
            // Of an assert that could not be read it is not known what its message may speak of.
            let Some(clause) = clause else { continue };
            let message = self.require(*item, "message").and_then(|message| self.message(message, &spoken));
            asserts.extend(message.map(|message| Assert { clause, message }));
        }
        asserts
    }

    fn controls(&mut self, root: NodeId) -> Vec<ControlReference> {
        let tree = self.tree;
        let mut controls: Vec<ControlReference> = Vec::new();
        let Some(list) = tree.get(root, "control") else { return controls };
        for item in self.list(list, "control").unwrap_or_default() {
            if !self.is_table(*item, "control") {
                continue;
            }
            self.keys(*item, &CONTROL_KEYS);
            let framework = self.required_text(*item, "framework");
            let ids = self.require(*item, "ids").map(|ids| (self.texts(ids, "ids"), tree.span(ids)));
            let strength = self.require(*item, "strength").and_then(|word| self.word(word, "strength", &STRENGTHS));
            let rationale = self.required_text(*item, "rationale");
            let (Some(framework), Some((ids, ids_span))) = (framework, ids) else { continue };
            if ids.is_empty() {
                self.error(ids_span, "`ids` has no controls");
            }
            let place = tree.get(*item, "framework").map_or(tree.span(*item), |node| tree.span(node));
            self.check_controls(framework, place, &ids, &controls);
            let (Some(strength), Some(rationale)) = (strength, rationale) else { continue };
            let ids = ids.into_iter().map(|(id, _)| owned(id)).collect();
            controls.push(ControlReference { framework: owned(framework), ids, strength, rationale: owned(rationale) });
        }
        controls
    }

    /// Whether the framework has these controls, and the rule did not name them before.
    fn check_controls(&mut self, framework: &str, place: Span, ids: &[(&str, Span)], before: &[ControlReference]) {
        let Some(checks) = self.checks else { return };
        let Some(known) = checks.frameworks.iter().find(|known| &*known.id == framework) else {
            let known: Vec<&str> = checks.frameworks.iter().map(|known| &*known.id).collect();
            return self.unknown(place, "framework", framework, &known);
        };
        for (id, span) in ids {
            if known.control(id).is_none() {
                let controls: Vec<&str> = known.controls.iter().map(|control| &*control.id).collect();
                let above =
                    controls.iter().find(|above| id.strip_prefix(**above).is_some_and(|rest| rest.starts_with('.')));
                match above {
                    Some(above) => {
                        let help = format!("did you mean `{above}`");
                        self.error_help(*span, format!("unknown control `{id}`"), help);
                    }
                    None => self.unknown(*span, "control", id, &controls),
                }
            }
            let again =
                before.iter().any(|other| &*other.framework == framework && other.ids.iter().any(|at| &**at == *id));
            if again {
                self.error(*span, format!("control `{id}` is mapped twice"));
            }
        }
    }

    fn remediation(&mut self, root: NodeId, selected: &Scope) -> (Option<Cow<'static, str>>, Option<Fix>) {
        let Some(table) = self.require(root, "remediation") else { return (None, None) };
        if !self.is_table(table, "remediation") {
            return (None, None);
        }
        self.keys(table, &REMEDIATION_KEYS);
        let text = match self.prose {
            Some(prose) => Some(prose.remediation.into()),
            None => self.required_text(table, "text").map(owned),
        };
        let fix = self.tree.get(table, "fix").and_then(|fix| self.fix(fix, selected));
        (text, fix)
    }

    fn fix(&mut self, id: NodeId, selected: &Scope) -> Option<Fix> {
        if !self.is_table(id, "fix") {
            return None;
        }
        self.keys(id, &FIX_KEYS);
        let set = self.require(id, "set").and_then(|set| self.path(set, "set", selected));
        let value = self.require(id, "value").and_then(|value| self.operand(value));
        let safe = self.require(id, "safe").and_then(|safe| self.boolean(safe, "safe"));
        let why = self.optional_text(id, "why");
        if safe == Some(false) && self.tree.get(id, "why").is_none() {
            self.error(self.tree.span(id), "`why` is missing: a fix that is not safe says so");
        }
        Some(Fix { set: set?.path.text, value: value?, safe: safe?, why: why.map(Into::into) })
    }

    /// Reports what is declared and never used.
    fn check_used(&mut self) {
        // A clause that could not be read may be the one that uses it.
        if self.checks.is_none() || self.failed_since(0) {
            return;
        }
        let params = self.params.iter().filter(|param| !param.used).map(|param| ("parameter", &param.name, param.span));
        let relations = self.relations.iter().filter(|one| !one.used).map(|one| ("relation", &one.name, one.span));
        let unused: Vec<(&str, Box<str>, Span)> =
            params.chain(relations).map(|(what, name, span)| (what, name.clone(), span)).collect();
        for (what, name, span) in unused {
            self.error(span, format!("{what} `{name}` is never used"));
        }
    }

    fn check_sentence(&mut self, root: NodeId, key: &str) {
        let tree = self.tree;
        let Some(node) = tree.get(root, key).filter(|_| self.checks.is_some()) else { return };
        if let Some(problem) = tree.string(node).and_then(sentence_problem) {
            self.error(tree.span(node), format!("`{key}` {problem}"));
        }
    }

    /// What the rules of this repository have beside.
    fn check_project(&mut self, root: NodeId) {
        if self.checks.is_none_or(|checks| checks.conventions != Conventions::Project) {
            return;
        }
        let tree = self.tree;
        let needed = if tree.get(root, "profile").is_some() { &["references"][..] } else { &["control", "references"] };
        for &key in needed {
            if tree.get(root, key).is_none_or(|list| tree.items(list).is_empty()) {
                self.error(self.place(root), format!("`{key}` is missing"));
            }
        }
        let controls = tree.get(root, "control").map_or(&[][..], |list| tree.items(list)).iter();
        let prose = controls.filter_map(|control| tree.get(*control, "rationale"));
        let prose = prose.chain(tree.get(root, "description")).chain(tree.at(root, &["remediation", "text"]));
        for node in prose {
            if tree.string(node).is_some_and(|text| !text.ends_with('.')) {
                let problem = self.diagnostic(Level::Error, tree.span(node), "the text does not end with a full stop");
                self.problems.push(problem);
            }
        }
    }
}

/// The controls of a built-in rule.
fn written_controls(prose: &'static Prose) -> Vec<ControlReference> {
    let one = |(framework, ids, strength, rationale): &(&'static str, &'static [&'static str], &str, &'static str)| {
        let (_, strength) = STRENGTHS.into_iter().find(|(word, _)| word == strength)?;
        let ids = ids.iter().map(|id| (*id).into()).collect();
        Some(ControlReference { framework: (*framework).into(), ids, strength, rationale: (*rationale).into() })
    };
    prose.controls.iter().filter_map(one).collect()
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

fn suggestion(schema: Schema, name: &str) -> Option<String> {
    schema.suggest_type(name).map(|meant| format!("did you mean `{meant}`"))
}
