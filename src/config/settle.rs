//! What profiles, the configuration file and flags mean together.
//!
//! A flag wins over the file, and the file over profiles. Two profiles that set one parameter to different values are an error
//! until the file or a flag settles it: neither is weakened silently.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Config;
use crate::facts::scope::{Scope, Tags};
use crate::framework::{self, Framework};
use crate::profile::{ParamSetting, Profile};
use crate::report::assessment::{Param, Settings};
use crate::report::document::RuleInfo;
use crate::rule::{ParamError, Rule, RuleSet};
use crate::scan::{self, Assessment};
use crate::source::{Diagnostic, Level, SourceFile};

/// What was chosen by names, those of flags before those of the file.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// Profiles to judge by.
    pub profiles: Vec<Profile>,
    /// Only rules that bear on one of these frameworks; on any when there are none. They exist.
    pub frameworks: Vec<Box<str>>,
    /// Tags that flags give.
    pub scope: Tags,
    /// Parameters that flags set later, by rule and name: profiles need not agree about them.
    pub settled: Vec<(Box<str>, Box<str>)>,
}

/// By what a scan judges.
#[derive(Debug)]
pub struct Settled {
    /// The rules, with their parameters.
    pub rules: RuleSet,
    /// Which resources are in the scope.
    pub scope: Scope,
    /// What to say of frameworks.
    pub assessment: Assessment,
}

/// Applies the configuration file and the profiles to the rules.
///
/// # Errors
/// Rules and parameters that there are not, values that they do not take, and profiles that contradict each other.
pub fn settle(mut rules: RuleSet, config: Option<&Config>, chosen: &Chosen) -> Result<Settled, Vec<Diagnostic>> {
    let mut settings = Settings {
        config: config.map(|config| config.file.path().to_owned()),
        profiles: chosen.profiles.iter().map(|profile| profile.id.to_string()).collect(),
        ..Settings::default()
    };
    let mut problems = unknown_rules(&rules, &chosen.profiles);
    let mut params = Params::default();
    for profile in &chosen.profiles {
        let set_by = format!("profile `{}`", profile.id);
        for setting in &profile.params {
            params.set(&mut rules, &profile.file, setting, set_by.clone(), &mut problems);
        }
    }
    let of_profiles = std::mem::take(&mut params.disputes);
    if let Some(config) = config {
        for setting in &config.params {
            let line = config.file.position(setting.value_span.start).line;
            let set_by = format!("{}:{line}", config.file.path());
            params.set(&mut rules, &config.file, setting, set_by, &mut problems);
        }
    }
    problems.extend(of_profiles.into_iter().filter_map(|dispute| {
        let by_file =
            config.is_some_and(|config| config.params.iter().any(|param| dispute.is_about(&param.rule, &param.name)));
        let by_flag = chosen.settled.iter().any(|(rule, name)| dispute.is_about(rule, name));
        (!by_file && !by_flag).then(|| dispute.told())
    }));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut assessment = Assessment { frameworks: frameworks(chosen), ..Assessment::default() };
    settings.params = params.all.into_values().collect();
    let scope = scope(config, chosen);
    settings.scope = scope.alternatives().iter().map(by_key).collect();
    assessment.settings = settings;
    assessment.leave_out(leave_out(&mut rules, chosen));
    Ok(Settled { rules, scope, assessment })
}

/// The frameworks that were chosen, or those of the profiles, or all.
fn frameworks(chosen: &Chosen) -> Vec<&'static Framework> {
    let wanted = |framework: &&Framework| {
        let of_profile = |profile: &Profile| match profile.frameworks.as_slice() {
            [] => !profile.own_only,
            ids => ids.contains(&framework.id),
        };
        match chosen.frameworks.as_slice() {
            [] => chosen.profiles.is_empty() || chosen.profiles.iter().any(of_profile),
            ids => ids.contains(&framework.id),
        }
    };
    framework::builtin().iter().filter(wanted).collect()
}

/// Takes away the rules that no profile includes or that bear on no chosen framework.
fn leave_out(rules: &mut RuleSet, chosen: &Chosen) -> Vec<RuleInfo> {
    let bears = |rule: &Rule, id: &str| rule.controls.iter().any(|control| *control.framework == *id);
    let goes = |rule: &mut Rule| {
        let included = chosen.profiles.is_empty() || chosen.profiles.iter().any(|profile| profile.includes(rule));
        !included || !(chosen.frameworks.is_empty() || chosen.frameworks.iter().any(|id| bears(rule, id)))
    };
    rules.rules.extract_if(.., goes).filter(|rule| rule.profile.is_none()).map(|rule| scan::info(&rule)).collect()
}

/// Tags of flags, or of the file, or of the profiles.
fn scope(config: Option<&Config>, chosen: &Chosen) -> Scope {
    if !chosen.scope.is_empty() {
        return Scope::of(chosen.scope.clone());
    }
    match config.and_then(|config| config.scope.clone()) {
        Some(tags) => Scope::of(tags),
        None => chosen.profiles.iter().fold(Scope::default(), |scope, profile| scope.or(profile.scope.clone())),
    }
}

fn by_key(tags: &Tags) -> BTreeMap<String, Vec<String>> {
    let values = |values: &[Box<str>]| values.iter().map(ToString::to_string).collect();
    tags.iter().map(|(key, of_key)| (key.to_string(), values(of_key))).collect()
}

fn unknown_rules(rules: &RuleSet, profiles: &[Profile]) -> Vec<Diagnostic> {
    let left_out = profiles.iter().flat_map(|profile| profile.leave_out.iter().map(move |rule| (profile, rule)));
    let unknown = left_out.filter(|(_, (id, _))| rules.find(id).is_none()).map(|(profile, (id, span))| {
        let mut problem = Diagnostic::at(Level::Error, &profile.file, *span, format!("there is no rule `{id}`"));
        problem.help = rules.suggest(id).map(|meant| format!("did you mean `{meant}`"));
        problem
    });
    unknown.collect()
}

/// The parameters that were set, by rule and name.
#[derive(Default)]
struct Params {
    all: BTreeMap<(Box<str>, Box<str>), Param>,
    disputes: Vec<Dispute>,
}

/// Two places that set one parameter to different values.
struct Dispute {
    first: Param,
    second: Param,
}

impl Dispute {
    fn is_about(&self, rule: &str, name: &str) -> bool {
        self.first.rule == rule && self.first.name == name
    }

    fn told(self) -> Diagnostic {
        let Self { first, second } = self;
        let (name, rule) = (&first.name, &first.rule);
        let message = format!(
            "{} sets `{name}` of rule `{rule}` to {}, and {} to {}",
            first.set_by, first.value, second.set_by, second.value
        );
        Diagnostic::of_path(Level::Error, "", message)
            .with_help(format!("scan once by each, or settle it with `--rule-param {rule}.{name}=VALUE`"))
    }
}

impl Params {
    fn set(
        &mut self,
        rules: &mut RuleSet,
        file: &Arc<SourceFile>,
        setting: &ParamSetting,
        set_by: String,
        problems: &mut Vec<Diagnostic>,
    ) {
        if let Err(error) = rules.set_param(&setting.rule, &setting.name, setting.value.clone()) {
            let span = match &error {
                ParamError::UnknownRule { .. } => setting.rule_span,
                ParamError::UnknownParam { .. } => setting.name_span,
                ParamError::WrongType { .. } | ParamError::Invalid(_) => setting.value_span,
            };
            let mut problem = Diagnostic::at(Level::Error, file, span, error.to_string());
            problem.help = error.help().or_else(|| known_params(rules, &error));
            problems.push(problem);
            return;
        }
        // The rule may be named by an earlier id.
        let id = rules.find(&setting.rule).map_or_else(|| setting.rule.clone(), |rule| rule.id.clone());
        let param =
            Param { rule: id.to_string(), name: setting.name.to_string(), value: setting.value.to_string(), set_by };
        let before = self.all.insert((id, setting.name.clone()), param.clone());
        if let Some(first) = before.filter(|first| first.value != param.value) {
            self.disputes.push(Dispute { first, second: param });
        }
    }
}

/// The parameters that the rule has.
fn known_params(rules: &RuleSet, error: &ParamError) -> Option<String> {
    let ParamError::UnknownParam { rule, .. } = error else { return None };
    let names: Vec<&str> = rules.find(rule)?.params.iter().map(|param| &*param.name).collect();
    Some(match names.as_slice() {
        [] => format!("`{rule}` has no parameters"),
        names => format!("known are `{}`", names.join("`, `")),
    })
}
