//! The answer for people.

use std::fmt::Write as _;

use super::{Allowed, Answer, Shown, ShownStep};
use crate::report::text::clean;

/// How many further methods are named.
const FURTHER: usize = 6;

/// Everything, with a line feed at the end.
pub(super) fn render(answers: &[Answer]) -> String {
    let mut text = String::new();
    for answer in answers {
        if !text.is_empty() {
            text.push('\n');
        }
        match &answer.policy {
            Some(within) => policy(answer, within, &mut text),
            None => account(answer, &mut text),
        }
    }
    // Names are those of the inputs, which must not write to the terminal.
    text.lines().map(|line| clean(line) + "\n").collect()
}

fn account(answer: &Answer, text: &mut String) {
    let _ = match &answer.account {
        Some(account) => writeln!(text, "{}: account {account}", answer.input),
        None => writeln!(text, "{}", answer.input),
    };
    let of =
        |verdicts: &'static [&'static str]| answer.principals.iter().filter(move |one| verdicts.contains(&one.verdict));
    section("administrators", of(&["administrator"]), text, administrator);
    section("can become administrators", of(&["escalates"]), text, escalates);
    section("can become administrators with what is not in the input", of(&["assumed"]), text, escalates);
    section("unknown", of(&["unknown"]), text, unknown);
    let count = |verdicts| of(verdicts).count();
    let _ = writeln!(
        text,
        "\n  {} principals: {} administrators, {} can become one, {} with what is not in the input, {} unknown, {} cannot",
        answer.principals.len(),
        count(&["administrator"]),
        count(&["escalates"]),
        count(&["assumed"]),
        count(&["unknown"]),
        count(&["no"]),
    );
}

fn section<'a>(
    title: &str,
    principals: impl Iterator<Item = &'a Shown>,
    text: &mut String,
    one: impl Fn(&Shown, &mut String),
) {
    for (index, principal) in principals.enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n  {title}");
        }
        one(principal, text);
    }
}

fn administrator(shown: &Shown, text: &mut String) {
    let by = shown.by.as_ref().map(by).unwrap_or_default();
    let _ = writeln!(text, "    {} `{}`: {by}", shown.kind, shown.name);
}

fn by(allowed: &Allowed) -> String {
    let place = allowed.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
    format!("{} of {}{place}", allowed.statement, allowed.policy)
}

fn escalates(shown: &Shown, text: &mut String) {
    let _ = writeln!(text, "    {}", shown.path.as_deref().unwrap_or_default());
    if let Some(step) = shown.steps.first() {
        requests(step, text);
    }
    further(shown.steps.get(1..).unwrap_or_default(), text);
}

fn requests(step: &ShownStep, text: &mut String) {
    for request in &step.requests {
        let given =
            if request.given.is_empty() { String::new() } else { format!(" with {}", request.given.join(", ")) };
        let by = request.by.as_ref().map(|allowed| format!(": {}", by(allowed))).unwrap_or_default();
        let _ = writeln!(text, "      {} on {}{given}{by}", request.action, request.resource);
    }
}

fn further(steps: &[ShownStep], text: &mut String) {
    let names: Vec<&str> = steps.iter().filter(|step| step.level != "unknown").map(|step| step.method).collect();
    if names.is_empty() {
        return;
    }
    let more = names.len().saturating_sub(FURTHER);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let _ = writeln!(text, "      also by {}{more}", names[..names.len().min(FURTHER)].join(", "));
}

fn unknown(shown: &Shown, text: &mut String) {
    let _ = writeln!(text, "    {} `{}`: {}", shown.kind, shown.name, shown.causes.join("; "));
}

/// A policy by itself: all methods that it opens.
fn policy(answer: &Answer, within: &str, text: &mut String) {
    let name = if within.is_empty() { answer.input.clone() } else { format!("{}: {within}", answer.input) };
    for shown in &answer.principals {
        let _ = match shown.verdict {
            "administrator" => writeln!(
                text,
                "{name}: whoever has it is an administrator: {}",
                shown.by.as_ref().map(by).unwrap_or_default()
            ),
            "unknown" if shown.steps.is_empty() => writeln!(text, "{name}: unknown: {}", shown.causes.join("; ")),
            _ if shown.steps.is_empty() => writeln!(text, "{name}: opens no method"),
            _ => writeln!(text, "{name}: opens {}", counted(shown.steps.len())),
        };
        for step in &shown.steps {
            let _ = writeln!(text, "  {} ({}): {} --> {}", step.method, step.category, step.name, step.target);
            if let Some(assumes) = step.assumes {
                let _ = writeln!(text, "    where there is {assumes}");
            }
            requests_of_policy(step, text);
        }
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "a method".to_owned() } else { format!("{count} methods") }
}

fn requests_of_policy(step: &ShownStep, text: &mut String) {
    for request in &step.requests {
        let given =
            if request.given.is_empty() { String::new() } else { format!(" with {}", request.given.join(", ")) };
        let place = request.by.as_ref().and_then(|allowed| allowed.place.clone()).unwrap_or_default();
        let _ = writeln!(text, "    {} on {}{given} {place}", request.action, request.resource);
    }
}
