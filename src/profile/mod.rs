//! Profiles: named sets of what to judge by, as data.
//!
//! A profile chooses rules, sets their parameters and draws a scope by tags. This module reads profiles; what several of them,
//! a configuration file and flags mean together, `config` settles.

mod reader;
mod schema;

use std::sync::{Arc, OnceLock};

use crate::facts::scope::{Scope, Tags};
use crate::rule::{Literal, Rule};
use crate::source::{Diagnostic, Limits, NodeId, SourceFile, Span, Tree, json, toml};

pub(crate) use reader::Reader;
pub use schema::schema;
pub(crate) use schema::setting;

const KEYS: [&str; 8] = ["id", "title", "description", "frameworks", "own_only", "leave_out", "params", "scope"];

/// A named set of what to judge by.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Such as `pci-cde`; equal to the file name.
    pub id: Box<str>,
    /// What it is for, in a few words.
    pub title: Box<str>,
    /// What it is for.
    pub description: Box<str>,
    /// Only rules that bear on one of these frameworks; on any when there are none.
    pub frameworks: Vec<Box<str>>,
    /// Only rules that belong to this profile.
    pub own_only: bool,
    /// Rules that are left out.
    pub leave_out: Vec<(Box<str>, Span)>,
    /// Parameters of rules.
    pub params: Vec<ParamSetting>,
    /// Which resources are in the scope.
    pub scope: Scope,
    /// Where it is written.
    pub file: Arc<SourceFile>,
}

/// A parameter of a rule with the value that a file gives it.
#[derive(Debug, Clone)]
pub struct ParamSetting {
    /// The rule's id.
    pub rule: Box<str>,
    /// The parameter.
    pub name: Box<str>,
    /// Its value.
    pub value: Literal,
    /// Where the rule is named.
    pub rule_span: Span,
    /// Where the parameter is named.
    pub name_span: Span,
    /// Where the value stands.
    pub value_span: Span,
}

impl Profile {
    /// Whether the rule is part of the profile.
    #[must_use]
    pub fn includes(&self, rule: &Rule) -> bool {
        let bears = |id: &str| rule.controls.iter().any(|control| *control.framework == *id);
        let chosen = match &rule.profile {
            Some(profile) => *profile == self.id,
            None => !self.own_only && (self.frameworks.is_empty() || self.frameworks.iter().any(|id| bears(id))),
        };
        chosen && !self.leave_out.iter().any(|(id, _)| *id == rule.id || rule.aliases.contains(id))
    }
}

/// The profiles that the program carries, sorted by id; read when first asked for.
pub fn builtin() -> &'static [Profile] {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    PROFILES.get_or_init(|| {
        let text = include_str!(concat!(env!("OUT_DIR"), "/profiles.json"));
        let file = Arc::new(SourceFile::new("rules/profiles", text));
        // The tests see that there is no error in it.
        let Ok(tree) = json::parse(&file, Limits::default()) else { return Vec::new() };
        tree.items(tree.root()).iter().filter_map(|item| read(&tree, *item).ok()).collect()
    })
}

/// Reads the file of a profile.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file. Whether there are such rules and parameters is not asked here.
pub fn load(file: &Arc<SourceFile>) -> Result<Profile, Vec<Diagnostic>> {
    let tree = toml::parse(file, Limits::default())?;
    let profile = read(&tree, tree.root())?;
    let name = file.path().rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".toml").unwrap_or(name);
    if *stem != *profile.id {
        let mut reader = Reader::new(&tree);
        let span = tree.get(tree.root(), "id").map_or(Span::default(), |id| tree.span(id));
        reader.error(span, format!("the id `{}` is not the file name `{stem}`", profile.id));
        return Err(reader.problems());
    }
    Ok(profile)
}

fn read(tree: &Tree, root: NodeId) -> Result<Profile, Vec<Diagnostic>> {
    let mut reader = Reader::new(tree);
    let profile = profile(&mut reader, tree, root);
    let problems = reader.problems();
    profile.filter(|_| problems.is_empty()).ok_or(problems)
}

fn profile(reader: &mut Reader<'_>, tree: &Tree, root: NodeId) -> Option<Profile> {
    reader.keys(root, &KEYS);
    let (id, title) = (reader.required_text(root, "id"), reader.required_text(root, "title"));
    let description = reader.required_text(root, "description");
    let frameworks = reader.frameworks(root);
    Some(Profile {
        frameworks: frameworks.into_iter().map(|(id, _)| id).collect(),
        own_only: reader.boolean(root, "own_only").unwrap_or(false),
        leave_out: reader.texts(root, "leave_out"),
        params: reader.params(root),
        scope: Scope::of(reader.scope(root).unwrap_or_default()),
        file: Arc::clone(tree.file()),
        id: id?,
        title: title?,
        description: description?,
    })
}

/// The tags of a scope as a reader knows them: `Compliance = PCI-DSS`.
#[must_use]
pub fn tags_text(tags: &Tags) -> String {
    let parts: Vec<String> = tags.iter().map(|(key, values)| format!("{key} = {}", values.join(" or "))).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{RuleSet, builtin_profiles};

    fn file(text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile::new("profiles/own.toml", text))
    }

    const HEAD: &str = "id = \"own\"\ntitle = \"Own\"\ndescription = \"Own.\"\n";

    #[test]
    fn the_profiles_that_are_carried_have_no_error_and_fit_the_rules() {
        let ids: Vec<&str> = builtin().iter().map(|profile| &*profile.id).collect();
        assert_eq!(ids, builtin_profiles());
        for id in ids {
            let path = format!("rules/profiles/{id}.toml");
            let text =
                std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).expect("file");
            let profile = load(&Arc::new(SourceFile::new(path, text))).expect("no error");
            let (mut rules, _) = RuleSet::builtin();
            for param in &profile.params {
                rules.set_param(&param.rule, &param.name, param.value.clone()).expect("parameter");
                let row = format!("`{}.{}`", param.rule, param.name);
                assert!(include_str!("../../docs/profiles.md").contains(&row), "{row} stands in the documentation");
            }
            for (rule, _) in &profile.leave_out {
                assert!(rules.find(rule).is_some(), "{id}: {rule}");
            }
        }
    }

    #[test]
    fn a_profile_chooses_its_own_rules_and_those_of_its_frameworks() {
        let (rules, _) = RuleSet::builtin();
        let of = |id: &str| builtin().iter().find(|profile| &*profile.id == id).expect("profile");
        let count = |id: &str| rules.rules.iter().filter(|rule| of(id).includes(rule)).count();
        let platform = rules.rules.iter().filter(|rule| rule.profile.is_some()).count();
        assert_eq!(count("platform"), platform);
        assert_eq!(count("operational"), rules.rules.len() - platform);
        assert!(count("pci-cde") > 50);
    }

    #[test]
    fn every_error_is_told_at_its_place() {
        let text = "id = \"own\"\ntitel = \"x\"\ndescription = \"Own.\"\nframeworks = [\"pci-dss-4\"]\nown_only = 1\n\
            leave_out = \"a\"\n[scope]\ntags = { A = [], B = 1 }\n[params]\na = 1\n[params.b]\n";
        let problems = load(&file(text)).expect_err("errors");
        let help = |problem: &Diagnostic| problem.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
        let told: Vec<String> = problems.iter().map(|problem| format!("{problem}{}", help(problem))).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        profiles/own.toml:1:1: `title` is missing
        profiles/own.toml:2:1: unknown key `titel` | did you mean `title`
        profiles/own.toml:4:15: unknown framework `pci-dss-4` | did you mean `pci-dss-4.0.1`
        profiles/own.toml:5:12: `own_only` is to be `true` or `false`
        profiles/own.toml:6:13: `leave_out` is to be a list of texts
        profiles/own.toml:8:14: `A` has no values
        profiles/own.toml:8:22: `B` is to be a text
        profiles/own.toml:10:1: `a` is to be a table of parameters, as in `[params."a"]`
        "#);
    }

    #[test]
    fn what_a_profile_says_is_read() {
        let text = format!(
            "{HEAD}leave_out = [\"x\"]\n[params.\"a-rule\"]\ndays = 7\n[scope]\ntags = {{ Compliance = [\"PCI\", \"PCI-DSS\"], Env = \"prod\" }}\n"
        );
        let profile = load(&file(&text)).expect("profile");
        assert_eq!(&*profile.leave_out[0].0, "x");
        let [param] = profile.params.as_slice() else { panic!("one") };
        assert_eq!((&*param.rule, &*param.name, param.value.to_string()), ("a-rule", "days", "7".to_owned()));
        let tags: Vec<String> = profile.scope.alternatives().iter().map(tags_text).collect();
        assert_eq!(tags, ["Compliance = PCI or PCI-DSS, Env = prod"]);
        let other = load(&Arc::new(SourceFile::new("other.toml", HEAD))).expect_err("name");
        assert_eq!(other[0].to_string(), "other.toml:1:6: the id `own` is not the file name `other`");
    }
}
