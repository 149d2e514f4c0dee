//! Findings and diagnostics as a compiler shows them: title, place, quoted lines, notes.

use super::folds::Entry;
use super::paint::{clean, clean_lines, wrap};
use super::{Detail, Page, case_text, environments_text, rule_id, severity_name};
use crate::report::document::{Diagnostic, Excerpt, Finding, Position, ResourceInfo, RuleInfo, Severity};
use crate::report::marked;
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;
use std::ops::Range;

/// Characters of a value that are shown; the line of the template has the rest.
const LONGEST_VALUE: usize = 200;
/// Notes of a wide terminal are not wider than this.
const NOTE_WIDTH: usize = 120;

/// A finding and what says the same, without a line feed at the end.
pub(super) fn finding(page: Page<'_>, entry: &Entry<'_>) -> String {
    let finding = entry.finding;
    let level = match finding.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::INFO,
    };
    let rule = page.report.rules.get(finding.rule);
    let quote = Quote::new(&finding.excerpt);
    let words = words(page, rule, finding, &quote);
    let mut notes = Notes { page, gutter: quote.gutter, elements: Vec::new() };
    for text in &words.notes {
        notes.add("note", text);
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
    if let Some(environments) = environments_text(page.report, &finding.environments) {
        notes.add("note", &environments);
    }
    if finding.out_of_scope {
        notes.add("note", "out of scope: it counts neither for the gate nor for a control");
    }
    for related in &finding.related {
        let at = &related.location;
        notes.add("note", &format!("{} ({}:{}:{})", related.message, at.file, at.start.line, at.start.column));
    }
    if let Some(text) = entry.rest(page) {
        notes.add("note", &text);
    }
    if let Some(rule) = rule {
        about_rule(page, rule, &mut notes);
    }
    let (name, id) = (severity_name(finding.severity), clean(rule_id(page.report, finding.rule)));
    let title = title_text(page, name.len() + id.chars().count() + 4, &(words.title + &entry.times(page)));
    let place = quote.place(page, &finding.location.file, Some(finding.location.start), &title);
    let group = Group::with_title(level.with_name(name).primary_title(title).id(id))
        .element(quote.snippet(words.label))
        .elements(notes.elements);
    draw(page, group, Some(place))
}

/// A problem of the input, without a line feed at the end.
pub(super) fn diagnostic(page: Page<'_>, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.level.as_str() {
        "error" => Level::ERROR,
        "warning" => Level::WARNING,
        _ => Level::NOTE,
    };
    let title = title_text(page, diagnostic.level.chars().count() + 2, &diagnostic.message);
    let quote = diagnostic.excerpt.as_ref().map(Quote::new);
    let mut notes = Notes { page, gutter: quote.as_ref().map_or(0, |quote| quote.gutter), elements: Vec::new() };
    for note in &diagnostic.notes {
        let at = note.position;
        notes.add("note", &format!("{} ({}:{}:{})", note.message, diagnostic.path, at.line, at.column));
    }
    if let Some(environments) = environments_text(page.report, &diagnostic.environments) {
        notes.add("note", &environments);
    }
    if let Some(help) = &diagnostic.help {
        notes.add("help", help);
    }
    let place = quote.as_ref().map(|quote| quote.place(page, &diagnostic.path, diagnostic.position, &title));
    let mut group = Group::with_title(level.primary_title(title));
    match &quote {
        Some(quote) => group = group.element(quote.snippet(None)),
        None if diagnostic.path.is_empty() => {}
        None => group = group.element(origin(&diagnostic.path, diagnostic.position)),
    }
    draw(page, group.elements(notes.elements), place)
}

/// A line to put behind the first ones of a drawing.
struct Inserted {
    behind: usize,
    line: String,
}

fn draw(page: Page<'_>, group: Group<'_>, inserted: Option<Inserted>) -> String {
    let renderer = if page.paint.on() { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
    let drawn = renderer.term_width(page.width).render(&[group]);
    // Blanks that a line ends with would only be noise in files that the output is kept in.
    let mut lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
    if let Some(Inserted { behind, line }) = &inserted {
        lines.insert((*behind).min(lines.len()), line);
    }
    lines.join("\n")
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

/// The quoted lines with their mark, fit for a terminal.
struct Quote<'a> {
    text: Cow<'a, str>,
    line: usize,
    mark: Range<usize>,
    /// Columns of the line numbers.
    gutter: usize,
}

impl<'a> Quote<'a> {
    fn new(excerpt: &'a Excerpt) -> Self {
        let (line, mark) = (excerpt.line as usize, marked(excerpt));
        let last = line + excerpt.text[..mark.end].matches('\n').count();
        Self { text: clean_lines(&excerpt.text), line, mark, gutter: last.to_string().len() }
    }

    fn snippet(&self, label: Option<String>) -> Snippet<'_, Annotation<'_>> {
        let mark = AnnotationKind::Primary.span(self.mark.clone()).label(label);
        Snippet::source(self.text.as_ref()).line_start(self.line).annotation(mark)
    }

    /// The line ` --> file:line:column`. It is not left to the snippet, which would count the column in the quoted line:
    /// that one may be cut or redacted.
    fn place(&self, page: Page<'_>, path: &str, position: Option<Position>, title: &str) -> Inserted {
        let at = position.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        let line = format!("{}{}{}{at}", " ".repeat(self.gutter), page.paint.arrow("--> "), clean(path));
        Inserted { behind: title.lines().count().max(1), line }
    }

    /// Whether a label fits beside the end of the mark.
    fn has_room(&self, page: Page<'_>, label: &str) -> bool {
        let before = &self.text[..self.mark.end];
        let column = before.rfind('\n').map_or(before, |feed| &before[feed + 1..]).chars().count();
        // The gutter, ` | `, the mark, a blank, the label.
        self.gutter + 3 + column + 1 + label.chars().count() <= page.width
    }

    /// Whether the mark shows this value, blanks apart.
    fn shows(&self, value: &str) -> bool {
        let dense = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        dense(&self.text[self.mark.clone()]).contains(&dense(value))
    }
}

/// What stands in the title, beside the mark and below it.
struct Words {
    title: String,
    label: Option<String>,
    notes: Vec<String>,
}

/// The title is the rule's; the message of the finding stands beside the mark if there is room.
fn words(page: Page<'_>, rule: Option<&RuleInfo>, finding: &Finding, quote: &Quote<'_>) -> Words {
    let title = rule.map_or(&finding.message, |rule| &rule.title).clone();
    let property = finding.path.strip_prefix("Properties.").unwrap_or(&finding.path);
    let says = |text: &str| finding.message.contains(text);
    let mut texts = Vec::new();
    if finding.message != title {
        texts.push(clean(&finding.message));
    }
    match finding.found.as_deref() {
        Some(value) if !says(value) && (texts.is_empty() || !quote.shows(value)) => {
            texts.push(clean(&format!("found `{}`", shortened(value))));
        }
        None if finding.absent && property != "Properties" && !says(property) => {
            texts.push(clean(&format!("`{property}` is not set")))
        }
        _ => {}
    }
    let label = texts.first().is_some_and(|text| quote.has_room(page, text)).then(|| texts.remove(0));
    Words { title, label, notes: texts }
}

/// A value that is not longer than a note can bear.
fn shortened(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}...", &value[..end]).into(),
        None => value.into(),
    }
}

fn resource_text(resource: &ResourceInfo) -> String {
    let mut text = format!("{} `{}`", resource.type_name, resource.logical_id);
    if resource.is_live() {
        text += &resource.arn.as_ref().map(|arn| format!(" ({arn})")).unwrap_or_default();
        text += &resource.account.as_ref().map(|account| format!(" in account {account}")).unwrap_or_default();
        text += &resource.region.as_ref().map(|region| format!(", {region}")).unwrap_or_default();
        return text;
    }
    if let Some(made_of) = &resource.made_of {
        text += &format!(", made of `{made_of}`,");
    }
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
        text[at + 2..].trim_start().starts_with(char::is_uppercase)
            && !before.ends_with(".g")
            && !before.ends_with(".e")
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

impl Notes<'_> {
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
