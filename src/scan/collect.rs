//! From the verdicts of a unit to the parts of the report: places become lines, secrets become masks.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rustc_hash::FxHashMap;

use super::excerpt::excerpt;
use super::fingerprint::{Fingerprints, identity};
use super::problem::{bare_diagnostic, problem, without_lines};
use super::redact::{MASK, Secrets, unparsed_spans, without};
use super::{counts, level_name, position, rules};
use crate::deployment::Deployment;
use crate::eval::{self, Case, Violation, When};
use crate::inventory::{Inventory, Resource};
use crate::report::Report;
use crate::report::document::{self as doc, Severity};
use crate::rule::RuleSet;
use crate::source::{Diagnostic, Level, SourceFile, Span};
use crate::template::load::LoadedUnit;
use crate::value::{Place, ResourceId};

/// Findings of one input that are shown: many resources may share one long list, each element of which is wrong.
const FINDINGS: usize = 50_000;

/// Characters of a found value that a report shows.
const FOUND: usize = 200;

/// What comes of one input; indices into `resources` count from its own first one.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The files of nested stacks, sorted.
    pub(super) nested: Vec<PathBuf>,
    /// The parameters of its templates; none when no template could be read.
    pub(super) declared: Option<BTreeSet<Box<str>>>,
    /// The values that parameters of its templates hide.
    pub(super) hidden: BTreeSet<Box<str>>,
    pub(super) resources: Vec<doc::ResourceInfo>,
    pub(super) verdicts: Vec<doc::Verdict>,
    /// The fingerprint of each is still its identity.
    pub(super) findings: Vec<doc::Finding>,
    pub(super) suppressions: Vec<doc::Suppression>,
    pub(super) gaps: Vec<doc::Gap>,
    pub(super) diagnostics: Vec<doc::Diagnostic>,
    /// Whether something has a tag of the declared scope.
    pub(super) tagged: bool,
    /// The files that templates include, sorted.
    pub(super) included: Vec<PathBuf>,
    /// The rules, by index, about types of which an account may hold resources that nobody listed.
    pub(super) unlisted: BTreeSet<usize>,
}

impl Part {
    /// A part without anything in it but the files of nested stacks.
    pub(super) fn new(nested: Vec<PathBuf>) -> Self {
        Self { nested, ..Self::default() }
    }

    /// Adds what another part found.
    pub(super) fn append(&mut self, other: Self) {
        let base = self.resources.len();
        self.hidden.extend(other.hidden);
        self.unlisted.extend(other.unlisted);
        self.tagged |= other.tagged;
        self.resources.extend(other.resources);
        self.verdicts.extend(other.verdicts.into_iter().map(|mut verdict| {
            verdict.resource += base;
            verdict
        }));
        self.findings.extend(other.findings.into_iter().map(|mut finding| {
            finding.resource += base;
            finding
        }));
        self.suppressions.extend(other.suppressions.into_iter().map(|mut suppression| {
            suppression.resource = suppression.resource.map(|resource| resource + base);
            suppression
        }));
        self.gaps.extend(other.gaps);
        self.diagnostics.extend(other.diagnostics);
    }

    /// Puts everything into the report.
    pub(super) fn join(self, report: &mut Report) {
        report.resources = self.resources;
        report.verdicts = self.verdicts;
        report.findings = self.findings;
        report.suppressions = self.suppressions;
        report.gaps = self.gaps;
        report.diagnostics.extend(self.diagnostics);
    }
}

/// A report about nothing yet.
pub(super) fn empty(rules: &RuleSet, today: &str, deployments: &[Deployment]) -> Report {
    let environment = |deployment: &Deployment| {
        let (name, region) = (deployment.name.as_deref()?, deployment.values.region.as_deref());
        let (name, files, region) = (name.to_owned(), deployment.files.clone(), region.map(str::to_owned));
        Some(doc::Environment { name, files, region, ..doc::Environment::default() })
    };
    Report {
        version: doc::VERSION.to_owned(),
        tool: doc::Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        date: today.to_owned(),
        environments: deployments.iter().filter_map(environment).collect(),
        rules: rules.rules.iter().map(rules::info).collect(),
        ..Report::default()
    }
}

/// By rule: whether its violations show secrets.
pub(super) fn secret_rules(rules: &RuleSet) -> Vec<bool> {
    rules.rules.iter().map(rules::is_about_secrets).collect()
}

/// Gives the findings their fingerprints and their order, and counts.
pub(super) fn finish(report: &mut Report, fail_on: Option<Severity>) {
    let mut fingerprints = Fingerprints::default();
    for finding in &mut report.findings {
        finding.fingerprint = fingerprints.next(&finding.fingerprint, &finding.environments);
    }
    let rules = &report.rules;
    report.findings.sort_by(|a, b| {
        let place = |finding: &doc::Finding| finding.location.bytes;
        (b.severity.cmp(&a.severity))
            .then_with(|| a.location.file.cmp(&b.location.file))
            .then_with(|| place(a).cmp(&place(b)))
            .then_with(|| rules[a.rule].id.cmp(&rules[b.rule].id))
    });
    report.summary = summary(report, fail_on);
    counts::environments(report);
}

fn summary(report: &Report, fail_on: Option<Severity>) -> doc::Summary {
    let mut summary = doc::Summary { skipped: report.skipped.len(), ..doc::Summary::default() };
    for verdict in &report.verdicts {
        match verdict.outcome {
            doc::Outcome::Pass => {
                summary.pass += 1;
                summary.pass_by_default += usize::from(verdict.by_default);
            }
            doc::Outcome::Fail => {
                summary.fail += 1;
                summary.fail_conditionally += usize::from(!verdict.when.is_empty());
            }
            doc::Outcome::Unknown => summary.unknown += 1,
            doc::Outcome::NotApplicable => summary.not_applicable += 1,
        }
    }
    summary.findings = counts::by_severity(report.findings.iter().map(|finding| finding.severity));
    summary.resources_out_of_scope = report.resources.iter().filter(|resource| resource.out_of_scope).count();
    summary.findings_out_of_scope = report.findings.iter().filter(|finding| finding.out_of_scope).count();
    let fails =
        |finding: &&doc::Finding| !finding.out_of_scope && fail_on.is_some_and(|least| finding.severity >= least);
    let failing = report.findings.iter().filter(fails).count();
    summary.gate = doc::Gate { fail_on, passed: failing == 0, failing };
    let unread = report.diagnostics.iter().any(|problem| problem.level == level_name(Level::Error));
    summary.complete = !unread && report.gaps.is_empty();
    summary
}

/// One unit with its verdicts.
pub(super) struct Scope<'a> {
    loaded: &'a LoadedUnit,
    inventory: &'a Inventory,
    rules: &'a RuleSet,
    secret_rules: &'a [bool],
    /// All environments: what is a secret in one is shown in none.
    deployments: &'a [Deployment],
    secrets: std::cell::OnceCell<Secrets>,
    /// Where rules about secrets found fault.
    shown: Vec<Place>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        loaded: &'a LoadedUnit,
        inventory: &'a Inventory,
        rules: &'a RuleSet,
        secret_rules: &'a [bool],
        deployments: &'a [Deployment],
        verdicts: &[eval::Verdict],
    ) -> Self {
        let of_secrets = verdicts.iter().filter(|verdict| secret_rules.get(verdict.rule).copied().unwrap_or(true));
        let places = |violation: &Violation| match violation.secrets.as_slice() {
            [] => vec![violation.place],
            secrets => secrets.to_vec(),
        };
        let shown = of_secrets.flat_map(violations).flat_map(places).collect();
        Self { loaded, inventory, rules, secret_rules, deployments, secrets: std::cell::OnceCell::new(), shown }
    }

    /// The secrets of the unit, looked for when something of it is shown.
    fn secrets(&self) -> &Secrets {
        let is_said = |word: &str| rules::say(self.rules, word);
        self.secrets
            .get_or_init(|| Secrets::of(&self.loaded.unit, self.inventory, &self.shown, self.deployments, is_said))
    }

    /// Whether the value of a parameter is a secret.
    pub(super) fn hides(&self, parameter: &str) -> bool {
        self.secrets().is_parameter(parameter)
    }

    /// Adds resources, verdicts, findings and gaps to the part.
    pub(super) fn collect(&self, verdicts: &[eval::Verdict], part: &mut Part) {
        let (base, mut more) = (part.resources.len(), 0);
        part.resources.extend(self.inventory.resources().map(|(id, _)| self.resource(id)));
        let mut declarations: FxHashMap<ResourceId, usize> = FxHashMap::default();
        for verdict in verdicts {
            let resource = match verdict.resource.0 as usize {
                index if index < self.inventory.resources().len() => base + index,
                // A declaration is of interest only where a rule judges it.
                _ => *declarations.entry(verdict.resource).or_insert_with(|| {
                    part.resources.push(self.resource(verdict.resource));
                    part.resources.len() - 1
                }),
            };
            part.verdicts.push(self.verdict(verdict, resource));
            for violation in violations(verdict) {
                match part.findings.len() < FINDINGS {
                    true => part.findings.push(self.finding(verdict, violation, resource)),
                    false => more += 1,
                }
            }
        }
        if more > 0 {
            let message = format!("there are more than {FINDINGS} findings, and {more} further ones are not shown");
            let name = self.inventory.stacks.first().map_or("", |stack| self.inventory.files.get(stack.file).path());
            part.diagnostics.push(bare_diagnostic(Diagnostic::of_path(Level::Error, name, message)));
        }
        part.suppressions.extend(self.inventory.suppressions.iter().map(|suppression| doc::Suppression {
            tool: suppression.tool.to_owned(),
            id: self.secrets().mask(&suppression.id),
            resource: suppression.resource.map(|id| base + id.0 as usize),
            reason: suppression.reason.as_deref().map(|reason| self.secrets().mask(reason)),
            location: self.location(suppression.place),
        }));
        part.gaps.extend(self.inventory.gaps.iter().map(|gap| doc::Gap {
            what: self.secrets().mask(&gap.what),
            cause: self.cause(&gap.cause),
            location: self.location(gap.place),
            environments: Vec::new(),
        }));
    }

    fn resource(&self, id: ResourceId) -> doc::ResourceInfo {
        let (resource, stack) = (self.inventory.resource(id), self.inventory.stack(id));
        let (file, live) = (self.inventory.files.get(resource.place.file), resource.live());
        doc::ResourceInfo {
            type_name: self.inventory.type_name(id).to_owned(),
            logical_id: resource.logical_id.to_string(),
            stack: stack.name.to_string(),
            account: stack.account.as_deref().map(str::to_owned),
            region: stack.region.as_deref().map(str::to_owned),
            cdk_path: resource.cdk_path().map(str::to_owned),
            arn: live.and_then(|live| live.arn.as_deref()).map(str::to_owned),
            seen_at: live.and_then(|live| live.seen_at.as_deref()).map(str::to_owned),
            made_of: if live.is_some() { None } else { made_of(resource, file.text()) },
            file: file.path().to_owned(),
            line: file.position(resource.key_span.start).line,
            out_of_scope: false,
        }
    }

    fn verdict(&self, verdict: &eval::Verdict, resource: usize) -> doc::Verdict {
        let mut out = doc::Verdict {
            rule: verdict.rule,
            resource,
            outcome: doc::Outcome::Pass,
            by_default: false,
            reason: None,
            causes: Vec::new(),
            when: Vec::new(),
            environments: Vec::new(),
        };
        match &verdict.outcome {
            eval::Outcome::Pass { by_default } => out.by_default = *by_default,
            eval::Outcome::Fail { violations, always } => {
                out.outcome = doc::Outcome::Fail;
                let first = if *always { None } else { violations.first() };
                out.when = self.cases(first.and_then(|violation| violation.when.as_ref()));
            }
            eval::Outcome::Unknown { causes, when } => {
                out.outcome = doc::Outcome::Unknown;
                out.causes = causes.iter().map(|cause| self.cause(cause)).collect();
                out.when = self.cases(when.as_ref());
            }
            eval::Outcome::NotApplicable { reason } => {
                out.outcome = doc::Outcome::NotApplicable;
                out.reason = Some((*reason).to_owned());
            }
        }
        out
    }

    /// The parameters of a case, without secrets, and the conditions that no parameter explains.
    fn cases(&self, when: Option<&When>) -> Vec<doc::Case> {
        let Some(when) = when else { return Vec::new() };
        let parameter = |(name, case): &(Box<str>, Case)| {
            let shown = |value: &str| self.secrets().parameter_value(name, value);
            let (value, not) = match case {
                Case::Is(value) => (shown(value), Vec::new()),
                Case::IsNot(values) => {
                    ("any other value".to_owned(), values.iter().map(|value| shown(value)).collect())
                }
            };
            doc::Case { name: name.to_string(), value, not }
        };
        let condition = |(name, truth): &(Box<str>, bool)| doc::Case {
            name: name.to_string(),
            value: truth.to_string(),
            not: Vec::new(),
        };
        when.parameters.iter().map(parameter).chain(when.conditions.iter().map(condition)).collect()
    }

    fn finding(&self, verdict: &eval::Verdict, violation: &Violation, resource: usize) -> doc::Finding {
        let rule = &self.rules.rules[verdict.rule];
        let owner = self.inventory.resource(violation.owner);
        let (message, found) = self.shown(verdict.rule, violation);
        doc::Finding {
            rule: verdict.rule,
            resource,
            severity: rules::severity(rule.severity),
            message,
            path: violation.path.clone(),
            found,
            absent: violation.absent,
            location: self.location(violation.place),
            excerpt: self.excerpt(violation.place),
            source: self.source(owner, &violation.path),
            related: self.related(verdict.resource, violation),
            when: self.cases(violation.when.as_ref()),
            fingerprint: identity(
                &rule.id,
                &self.identity_of(verdict.resource),
                &self.identity_of(violation.owner),
                &violation.path,
            ),
            out_of_scope: false,
            environments: Vec::new(),
        }
    }

    /// Message and found value without secrets.
    fn shown(&self, rule: usize, violation: &Violation) -> (String, Option<String>) {
        let secrets = self.secrets();
        let given = violation.found.as_deref().is_some_and(|found| secrets.is_given(found));
        let hidden = given || secrets.covers(violation.place) || self.secret_rules.get(rule).copied().unwrap_or(true);
        let mut message = violation.message.clone();
        if let Some(found) = violation.found.as_deref().filter(|found| hidden && !found.is_empty()) {
            message = without(&message, found);
        }
        let found = violation.found.as_deref().map(|found| match hidden {
            true => MASK.to_owned(),
            false => shortened(secrets.mask(found)),
        });
        (secrets.mask(&message), found)
    }

    /// What a resource is called over time: its construct path, or file and logical id; in an account its ARN, or where it is
    /// and its type and id.
    fn identity_of(&self, id: ResourceId) -> String {
        let resource = self.inventory.resource(id);
        if let Some(live) = resource.live() {
            let stack = &self.inventory.stack(id).name;
            let own = || format!("{stack}/{}/{}", self.inventory.type_name(id), resource.logical_id);
            return live.arn.as_deref().map_or_else(own, str::to_owned);
        }
        match resource.cdk_path() {
            Some(path) => path.to_owned(),
            None => {
                let file = self.inventory.files.get(resource.place.file).path();
                // A stack set has the same file as what is in its template.
                let parent = self.inventory.stack(id).parent.map(|parent| self.inventory.resource(parent));
                let parent = parent.filter(|parent| parent.place.file == resource.place.file);
                let parent = parent.map_or(String::new(), |parent| format!("{}/", parent.logical_id));
                format!("{file}#{parent}{}", resource.logical_id)
            }
        }
    }

    /// The line of the app that set the property, or that made the resource.
    fn source(&self, owner: &Resource, path: &str) -> Option<doc::SourceFrame> {
        let construct = owner.cdk_path()?;
        let root = self.inventory.root_stack(owner.stack);
        let property = path.strip_prefix("Properties.").and_then(|path| path.split(['.', '[']).next());
        let constructs = &self.loaded.constructs;
        let line = property
            .and_then(|property| constructs.property_frame(root, construct, property))
            .or_else(|| constructs.frame(root, construct))?;
        Some(doc::SourceFrame { file: line.path, line: line.line, column: line.column, exists: line.exists })
    }

    /// The judged resource, when the finding stands in another one.
    fn related(&self, judged: ResourceId, violation: &Violation) -> Vec<doc::RelatedLocation> {
        let resource = self.inventory.resource(judged);
        let own = violation.owner == judged && violation.place.file == resource.place.file;
        let mut related = Vec::new();
        if !own {
            let place = Place { file: resource.place.file, span: resource.key_span };
            let message = format!("`{}` ({}) is judged", resource.logical_id, self.inventory.type_name(judged));
            related.push(doc::RelatedLocation { location: self.location(place), message });
        }
        for (id, place) in &violation.also {
            let (name, type_name) = (&self.inventory.resource(*id).logical_id, self.inventory.type_name(*id));
            let message = format!("the same is said of `{name}` ({type_name})");
            related.push(doc::RelatedLocation { location: self.location(*place), message });
        }
        related
    }

    fn location(&self, place: Place) -> doc::Location {
        let file = self.inventory.files.get(place.file);
        let (start, end) = file.positions(place.span);
        doc::Location {
            file: file.path().to_owned(),
            start: position(start),
            end: position(end),
            bytes: [place.span.start, place.span.end],
        }
    }

    fn excerpt(&self, place: Place) -> doc::Excerpt {
        let file = self.inventory.files.get(place.file);
        self.excerpt_of(file, place.span)
    }

    fn excerpt_of(&self, file: &SourceFile, span: Span) -> doc::Excerpt {
        match self.secrets().of_file(file) {
            Some(secrets) => excerpt(file, span, |start, end| within(secrets, start, end)),
            None => excerpt(file, span, |start, end| unparsed_spans(file.text(), start, end)),
        }
    }

    /// Whether a problem is of a file of this unit.
    pub(super) fn owns(&self, problem: &Diagnostic) -> bool {
        let mut trees = self.loaded.unit.templates.iter().flat_map(|template| template.trees());
        let file = problem.file.as_deref();
        file.is_some_and(|file| trees.any(|tree| std::ptr::eq(tree.file().as_ref(), file)))
    }

    /// A problem of this unit.
    pub(super) fn diagnostic(&self, found: Diagnostic) -> doc::Diagnostic {
        let mask = |text: &str| self.secrets().mask(text);
        problem(found, mask, |file, span| self.excerpt_of(file, span))
    }

    /// The values that its parameters hide, when any are given.
    pub(super) fn hidden(&self) -> impl Iterator<Item = Box<str>> {
        let given = self.deployments.iter().any(|deployment| !deployment.values.parameters.is_empty());
        given.then(|| self.secrets().given()).into_iter().flatten().map(Box::from)
    }

    /// A problem of a value that this unit is given.
    pub(super) fn given_diagnostic(&self, problem: Diagnostic) -> doc::Diagnostic {
        without_lines(problem, |text| self.secrets().mask(text))
    }

    /// Why something is unknown. The name of an export may be made of a secret.
    fn cause(&self, cause: &crate::value::Cause) -> doc::Cause {
        doc::Cause { id: cause.id().to_owned(), text: self.secrets().mask(&cause.to_string()) }
    }
}

/// The spans of a line; `secrets` are sorted and disjoint.
fn within(secrets: &[Span], start: usize, end: usize) -> Vec<Span> {
    let first = secrets.partition_point(|span| (span.end as usize) <= start);
    secrets[first..].iter().take_while(|span| (span.start as usize) < end).copied().collect()
}

fn violations(verdict: &eval::Verdict) -> &[Violation] {
    match &verdict.outcome {
        eval::Outcome::Fail { violations, .. } => violations,
        _ => &[],
    }
}

/// The key at which the resource stands, where that is the logical id of another.
fn made_of(resource: &Resource, text: &str) -> Option<String> {
    let key = resource.key_span.slice(text).trim_matches(['"', '\'']);
    let is_id = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_id && *key != *resource.logical_id).then(|| key.to_owned())
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(FOUND) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
