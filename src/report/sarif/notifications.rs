//! What could not be read, was not examined, or was skipped, as notifications of the run.

use super::{places, rules::plain, sentence};
use crate::report::document::Report;
use crate::report::environments_text;
use serde_sarif::sarif::{
    Location, Message, Notification, NotificationLevel, ReportingDescriptor, ReportingDescriptorReference,
};

/// The kinds of notification: id, name, what it says, what to do. The order is that of [`Kind`].
const KINDS: [(&str, &str, &str, &str); 4] = [
    (
        "input-problem",
        "InputProblem",
        "An input could not be read, or does not mean what its author thinks.",
        "Correct the input at the place that is named.",
    ),
    (
        "not-examined",
        "NotExamined",
        "Something was there and could not be evaluated.",
        "Give the scanner what it lacks, or examine it by hand: no verdict covers it.",
    ),
    (
        "skipped-file",
        "SkippedFile",
        "A file was not scanned.",
        "Name the file on the command line if it is a template.",
    ),
    (
        "too-many-results",
        "TooManyResults",
        "The log has no room for all results.",
        "Read the JSON report, or scan fewer templates at a time.",
    ),
];

#[derive(Clone, Copy)]
enum Kind {
    InputProblem,
    NotExamined,
    SkippedFile,
    TooManyResults,
}

/// The kinds of notification that [`all`] makes.
pub(super) fn descriptors() -> Vec<ReportingDescriptor> {
    // GitHub's rules ask of these what they ask of rules.
    let descriptor = |(id, name, text, help): (&str, &str, &str, &str)| {
        ReportingDescriptor::builder()
            .id(id)
            .name(name)
            .short_description(plain(text.to_owned()))
            .full_description(plain(text.to_owned()))
            .help(plain(help.to_owned()))
            .build()
    };
    KINDS.map(descriptor).into()
}

/// Diagnostics, gaps, skipped files, and how many results were left out.
pub(super) fn all(report: &Report, left_out: usize) -> Vec<Notification> {
    let mut all = Vec::new();
    let environments = |names: &[String]| {
        environments_text(report, names).map(|text| format!(" {}", sentence(&text))).unwrap_or_default()
    };
    for diagnostic in &report.diagnostics {
        let level = match diagnostic.level.as_str() {
            "error" => NotificationLevel::Error,
            "warning" => NotificationLevel::Warning,
            _ => NotificationLevel::Note,
        };
        let help = diagnostic.help.as_deref().map(|help| format!(" {}", sentence(help))).unwrap_or_default();
        let place = (!diagnostic.path.is_empty()).then(|| places::at(&diagnostic.path, diagnostic.position));
        let text = sentence(&diagnostic.message) + &help + &environments(&diagnostic.environments);
        all.push(notification(Kind::InputProblem, level, text, place));
    }
    for gap in &report.gaps {
        let place = places::template(&gap.location, None);
        let text = sentence(&format!("not examined: {}: {}", gap.what, gap.cause.text));
        let text = text + &environments(&gap.environments);
        all.push(notification(Kind::NotExamined, NotificationLevel::Warning, text, Some(place)));
    }
    for file in &report.skipped {
        let text = sentence(&format!("skipped: {}", file.reason));
        all.push(notification(Kind::SkippedFile, NotificationLevel::Note, text, Some(places::at(&file.path, None))));
    }
    if left_out > 0 {
        let text = format!("{left_out} results are left out; the JSON report has all of them.");
        all.push(notification(Kind::TooManyResults, NotificationLevel::Warning, text, None));
    }
    all
}

fn notification(kind: Kind, level: NotificationLevel, text: String, place: Option<Location>) -> Notification {
    let index = kind as usize;
    let descriptor = ReportingDescriptorReference::builder().id(KINDS[index].0).index(super::signed(index)).build();
    let mut notification = Notification::builder()
        .descriptor(descriptor)
        .level(super::json(&level))
        .message(Message::from(text.as_str()))
        .build();
    notification.locations = place.map(|place| vec![place]);
    notification
}
