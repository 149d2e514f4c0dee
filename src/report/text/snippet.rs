//! Findings and diagnostics as a compiler shows them: title, place, quoted lines, notes.

use super::paint::{clean, wrap};
use super::{Detail, Page, case_text, rule_id, severity_name};
use crate::report::document::{Diagnostic, Excerpt, Finding, Position, ResourceInfo, RuleInfo, Severity};
use crate::report::marked;
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

/// Characters that still fit beside the mark; longer texts become a note.
const LABEL: usize = 50;
/// Notes of a wide terminal are not wider than this.
const NOTE_WIDTH: usize = 120;

/// A finding, without a line feed at the end.
pub(super) fn finding(page: Page<'_>, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::INFO,
    };
    let rule = page.report.rules.get(finding.rule);
    let words = words(rule, finding);
    let mut notes = Notes::new(page, finding.excerpt.line, &finding.excerpt);
    for (name, text) in &words.notes {
        notes.add(name, text);
    }
    let resource = page.report.resources.get(finding.resource);
    if let Some(resource) = resource {
        notes.add("resource", &resource_text(resource));
    }
    if let Some(text) = origin_text(finding, resource) {
        notes.add("source", &text);
    }
    if !finding.when.is_empty() {
        notes.add("note", &format!("fails when {}", case_text(&finding.when)));
    }
    for related in &finding.related {
        let at = &related.location;
        notes.add("note", &format!("{} ({}:{}:{})", related.message, at.file, at.start.line, at.start.column));
    }
    if let Some(rule) = rule {
        about_rule(page, rule, &mut notes);
    }
    let name = format!("{}[{}]: ", severity_name(finding.severity), rule_id(page.report, finding.rule));
    let title = level
        .with_name(severity_name(finding.severity))
        .primary_title(title_text(page, name.chars().count(), &words.title))
        .id(rule_id(page.report, finding.rule));
    let group = Group::with_title(title)
        .element(origin(&finding.location.file, Some(finding.location.start)))
        .element(quoted(&finding.excerpt, words.label))
        .elements(notes.elements);
    draw(page, group)
}

/// A problem of the input, without a line feed at the end.
pub(super) fn diagnostic(page: Page<'_>, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.level.as_str() {
        "error" => Level::ERROR,
        "warning" => Level::WARNING,
        _ => Level::NOTE,
    };
    let title = level.primary_title(title_text(page, diagnostic.level.chars().count() + 2, &diagnostic.message));
    let mut group = Group::with_title(title);
    if !diagnostic.path.is_empty() {
        group = group.element(origin(&diagnostic.path, diagnostic.position));
    }
    let mut notes = match &diagnostic.excerpt {
        Some(excerpt) => Notes::new(page, excerpt.line, excerpt),
        None => Notes { page, gutter: 1, elements: Vec::new() },
    };
    if let Some(excerpt) = &diagnostic.excerpt {
        group = group.element(quoted(excerpt, None));
    }
    for note in &diagnostic.notes {
        let at = note.position;
        notes.add("note", &format!("{} ({}:{}:{})", note.message, diagnostic.path, at.line, at.column));
    }
    if let Some(help) = &diagnostic.help {
        notes.add("help", help);
    }
    draw(page, group.elements(notes.elements))
}

fn draw(page: Page<'_>, group: Group<'_>) -> String {
    let renderer = if page.paint.on() { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
    // Blanks that a line ends with would only be noise in files that the output is kept in.
    let drawn = renderer.term_width(page.width).render(&[group]);
    drawn.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The title, broken so that the following lines stand under the first.
fn title_text(page: Page<'_>, indent: usize, text: &str) -> String {
    let width = page.width.saturating_sub(indent).max(super::LEAST_WIDTH);
    wrap(&clean(text), width).join("\n")
}

fn origin(path: &str, position: Option<Position>) -> Origin<'static> {
    let origin = Origin::path(clean(path));
    match position {
        Some(at) => origin.line(at.line as usize).char_column(at.column as usize),
        None => origin,
    }
}

fn quoted<'a>(excerpt: &'a Excerpt, label: Option<String>) -> Snippet<'a, Annotation<'a>> {
    let mark = AnnotationKind::Primary.span(marked(excerpt)).label(label);
    Snippet::source(excerpt.text.as_str()).line_start(excerpt.line as usize).annotation(mark)
}

/// What stands in the title, beside the mark and below it.
struct Words {
    title: String,
    label: Option<String>,
    notes: Vec<(&'static str, String)>,
}

/// The title is the rule's; the message of the finding stands beside the mark if it is short enough.
fn words(rule: Option<&RuleInfo>, finding: &Finding) -> Words {
    let title = rule.map_or(&finding.message, |rule| &rule.title).clone();
    let property = finding.path.strip_prefix("Properties.").unwrap_or(&finding.path);
    let (mut label, mut notes) = (None, Vec::new());
    let mut say = |name, text: String| match label {
        None if text.chars().count() <= LABEL => label = Some(clean(&text)),
        _ => notes.push((name, text)),
    };
    if finding.message != title {
        say("note", finding.message.clone());
    }
    match finding.found.as_deref() {
        Some(value) if !finding.message.contains(value) => say("note", format!("found `{value}`")),
        None if !property.is_empty() && !finding.message.contains(property) => {
            say("note", format!("`{property}` is not set"));
        }
        _ => {}
    }
    Words { title, label, notes }
}

fn resource_text(resource: &ResourceInfo) -> String {
    let mut text = format!("{} `{}`", resource.type_name, resource.logical_id);
    if !resource.stack.is_empty() {
        text += &format!(" in stack `{}`", resource.stack);
    }
    for place in [&resource.account, &resource.region].into_iter().flatten() {
        text += &format!(", {place}");
    }
    text
}

/// Where the CDK app makes the resource: its line and its construct path.
fn origin_text(finding: &Finding, resource: Option<&ResourceInfo>) -> Option<String> {
    let path = resource.and_then(|resource| resource.cdk_path.as_deref());
    match (&finding.source, path) {
        (Some(frame), Some(path)) => Some(format!("{}:{}:{} ({path})", frame.file, frame.line, frame.column)),
        (Some(frame), None) => Some(format!("{}:{}:{}", frame.file, frame.line, frame.column)),
        (None, Some(path)) => Some(path.to_owned()),
        (None, None) => None,
    }
}

fn about_rule(page: Page<'_>, rule: &RuleInfo, notes: &mut Notes<'_>) {
    if page.detail != Detail::Verbose {
        notes.add("help", first_sentence(&rule.remediation));
        return;
    }
    notes.add("why", &rule.description);
    notes.add("help", &rule.remediation);
    let controls: Vec<String> =
        rule.controls.iter().map(|control| format!("{} {}", control.framework, control.id)).collect();
    notes.add("controls", &controls.join(", "));
    for reference in &rule.references {
        notes.add("see", reference);
    }
}

/// The first sentence of a text, without its full stop. A full stop ends it when a capital follows.
fn first_sentence(text: &str) -> &str {
    let text = text.trim();
    let end = text.match_indices(". ").map(|(at, _)| at).find(|&at| {
        let before = &text[..at];
        text[at + 2..].trim_start().starts_with(char::is_uppercase) && !before.ends_with(".g") && !before.ends_with(".e")
    });
    end.map_or(text.strip_suffix('.').unwrap_or(text), |at| &text[..at])
}

/// The notes under a snippet, each broken to the width.
struct Notes<'a> {
    page: Page<'a>,
    /// Columns of the line numbers.
    gutter: usize,
    elements: Vec<Element<'a>>,
}

impl<'a> Notes<'a> {
    fn new(page: Page<'a>, line: u32, excerpt: &Excerpt) -> Self {
        let last = line as usize + excerpt.text.matches('\n').count();
        Self { page, gutter: last.to_string().len(), elements: Vec::new() }
    }

    fn add(&mut self, name: &'static str, text: &str) {
        let text = clean(text);
        if text.trim().is_empty() {
            return;
        }
        // The gutter, ` = `, the name, `: `.
        let used = self.gutter + 3 + name.len() + 2;
        let width = self.page.width.min(NOTE_WIDTH).saturating_sub(used).max(super::LEAST_WIDTH);
        let level = if name == "help" { Level::HELP } else { Level::NOTE.with_name(name) };
        self.elements.push(level.message(wrap(&text, width).join("\n")).into());
    }
}
