//! Rules and the frameworks whose controls they bear on.

use super::{bag, sentence, signed};
use crate::report::assessment::{ControlResult, FrameworkResult};
use crate::report::document::{Control, Report, RuleInfo, Severity};
use crate::report::severity_name;
use serde_sarif::sarif::{
    MultiformatMessageString, ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference,
    ReportingDescriptorRelationship, ResultLevel, ToolComponent, ToolComponentReference,
};
use std::collections::BTreeMap;

/// GitHub shows ten tags of a rule.
const TAGS: usize = 10;

/// A framework and its controls: all of one that is reported on, or else those that some rule bears on.
pub(super) struct Framework<'a> {
    id: &'a str,
    /// What the scan says of it.
    result: Option<&'a FrameworkResult>,
    /// Control to its index among the taxa.
    controls: BTreeMap<&'a str, usize>,
}

/// The frameworks of the rules and those that are reported on, in the order of their ids.
pub(super) fn frameworks(report: &Report) -> Vec<Framework<'_>> {
    let mut found: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for control in report.rules.iter().flat_map(|rule| &rule.controls) {
        found.entry(&control.framework).or_default().insert(&control.id, 0);
    }
    for framework in &report.frameworks {
        let controls = found.entry(&framework.id).or_default();
        controls.extend(framework.controls.iter().map(|control| (control.id.as_str(), 0)));
    }
    let indexed = found.into_iter().map(|(id, mut controls)| {
        controls.values_mut().enumerate().for_each(|(at, index)| *index = at);
        let result = report.frameworks.iter().find(|framework| framework.id == id);
        Framework { id, result, controls }
    });
    indexed.collect()
}

/// A framework as a taxonomy: its controls are the taxa.
pub(super) fn taxonomy(framework: &Framework<'_>) -> ToolComponent {
    let (organization, name, version) = describe(framework.id);
    let results = framework.result.map_or(&[][..], |result| &result.controls).iter();
    let results: BTreeMap<&str, &ControlResult> = results.map(|control| (control.id.as_str(), control)).collect();
    let taxa: Vec<_> = framework.controls.keys().map(|id| taxon(id, results.get(id).copied())).collect();
    let text = match framework.result {
        Some(_) => sentence(&format!("Controls of {name}, each with its status in this scan")),
        None => sentence(&format!("Controls of {name} that the rules bear on")),
    };
    let mut component = ToolComponent::builder()
        .name(framework.id)
        .full_name(name)
        .short_description(plain(text))
        .taxa(taxa)
        .is_comprehensive(framework.result.is_some())
        .build();
    component.organization = organization.map(str::to_owned);
    component.version = version.map(str::to_owned);
    component
}

/// A control with what the scan says of it.
fn taxon(id: &str, result: Option<&ControlResult>) -> ReportingDescriptor {
    let mut taxon = ReportingDescriptor::builder().id(id).name(id).build();
    let Some(result) = result else { return taxon };
    taxon.short_description = Some(plain(sentence(&result.title)));
    let mut entries = vec![
        ("status", super::json(&result.status)),
        ("automation", super::json(&result.automation)),
        ("resources", super::json(&result.resources)),
    ];
    if let Some(evidence) = &result.evidence {
        entries.push(("evidence", evidence.clone().into()));
    }
    taxon.properties = Some(bag(entries));
    taxon
}

/// Publisher, name and version of a framework; one that is not known is called by its id.
fn describe(id: &str) -> (Option<&'static str>, String, Option<&str>) {
    if let Some(version) = id.strip_prefix("pci-dss-") {
        return (Some("PCI Security Standards Council"), format!("PCI DSS v{version}"), Some(version));
    }
    if let Some(version) = id.strip_prefix("soc2-") {
        return (Some("AICPA"), format!("SOC 2 Trust Services Criteria {version}"), Some(version));
    }
    (None, id.to_owned(), None)
}

/// Reference to the taxonomy of an index.
pub(super) fn reference(index: usize, framework: &Framework<'_>) -> ToolComponentReference {
    ToolComponentReference::builder().name(framework.id).index(signed(index)).build()
}

/// A rule with everything that a reader of a result needs.
pub(super) fn descriptor(rule: &RuleInfo, frameworks: &[Framework<'_>]) -> ReportingDescriptor {
    let relations: Vec<_> = rule.controls.iter().filter_map(|control| relation(control, frameworks)).collect();
    let mut descriptor = ReportingDescriptor::builder()
        .id(&rule.id)
        .name(pascal_case(&rule.id))
        .short_description(plain(sentence(&rule.title)))
        .full_description(plain(sentence(&rule.description)))
        .help(help(rule))
        .default_configuration(ReportingConfiguration::builder().level(super::json(&level(rule.severity))).build())
        .relationships(relations)
        .properties(properties(rule))
        .build();
    descriptor.help_uri = rule.references.first().cloned();
    descriptor
}

/// The level of a severity.
pub(super) const fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical | Severity::High => ResultLevel::Error,
        Severity::Medium => ResultLevel::Warning,
        Severity::Low => ResultLevel::Note,
    }
}

fn properties(rule: &RuleInfo) -> serde_sarif::sarif::PropertyBag {
    // GitHub makes critical of more than 9.0, high of 7.0 and more, medium of 4.0 and more.
    let (score, problem) = match rule.severity {
        Severity::Critical => ("9.5", "error"),
        Severity::High => ("8.0", "error"),
        Severity::Medium => ("5.5", "warning"),
        Severity::Low => ("3.0", "recommendation"),
    };
    let controls: Vec<String> = rule.controls.iter().map(|one| format!("{} {}", one.framework, one.id)).collect();
    let mut entries = vec![
        ("security-severity", score.into()),
        ("precision", "high".into()),
        ("problem.severity", problem.into()),
        ("severity", severity_name(rule.severity).into()),
        ("controls", controls.into()),
    ];
    if let Some(config) = rule.peers.get("aws-config") {
        entries.push(("aws_config_rules", config.clone().into()));
    }
    let mut tags = vec!["security".to_owned()];
    for control in &rule.controls {
        if tags.len() < TAGS && !tags.contains(&control.framework) {
            tags.push(control.framework.clone());
        }
    }
    let mut properties = bag(entries);
    properties.tags = Some(tags);
    properties
}

fn relation(control: &Control, frameworks: &[Framework<'_>]) -> Option<ReportingDescriptorRelationship> {
    let (at, framework) = frameworks.iter().enumerate().find(|(_, one)| one.id == control.framework)?;
    let target = ReportingDescriptorReference::builder()
        .id(&control.id)
        .index(signed(*framework.controls.get(control.id.as_str())?))
        .tool_component(reference(at, framework))
        .build();
    let mut relation =
        ReportingDescriptorRelationship::builder().target(target).kinds(vec!["relevant".to_owned()]).build();
    relation.properties = Some(bag([("strength", control.strength.clone().into())]));
    relation.description =
        (!control.rationale.is_empty()).then(|| serde_sarif::sarif::Message::from(&sentence(&control.rationale)));
    Some(relation)
}

/// Why, what to do, the controls and where the facts come from; once plain and once as Markdown.
fn help(rule: &RuleInfo) -> MultiformatMessageString {
    let (why, fix) = (sentence(&rule.description), sentence(&rule.remediation));
    let mut text = format!("{why}\n\nWhat to do: {fix}\n");
    let mut markdown = format!("{why}\n\n**What to do:** {fix}\n");
    let mut part = |title: &str, lines: Vec<(String, String)>| {
        if !lines.is_empty() {
            text += &format!("\n{title}:\n");
            markdown += &format!("\n**{title}:**\n\n");
        }
        for (plain, rich) in lines {
            text += &format!("- {plain}\n");
            markdown += &format!("- {rich}\n");
        }
    };
    let controls = rule.controls.iter().map(|control| {
        let (_, name, _) = describe(&control.framework);
        let end =
            if control.rationale.is_empty() { String::new() } else { format!(": {}", sentence(&control.rationale)) };
        let (id, strength) = (&control.id, &control.strength);
        (format!("{name} {id} ({strength}){end}"), format!("{name} `{id}` ({strength}){end}"))
    });
    part("Controls", controls.collect());
    part("References", rule.references.iter().map(|uri| (uri.clone(), format!("<{uri}>"))).collect());
    let peers = rule
        .peers
        .iter()
        .flat_map(|(scanner, ids)| ids.iter().map(move |id| (format!("{scanner} {id}"), format!("{scanner} `{id}`"))));
    part("The same check elsewhere", peers.collect());
    MultiformatMessageString::builder().text(text.trim_end()).markdown(markdown.trim_end()).build()
}

pub(super) fn plain(text: String) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// `rds-public-access` to `RdsPublicAccess`.
fn pascal_case(id: &str) -> String {
    let words = id.split(|c: char| !c.is_alphanumeric()).map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    });
    words.collect()
}
