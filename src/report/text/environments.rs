//! The environments side by side: what is counted in each.

use super::Page;
use super::paint::clean;
use crate::report::document::Environment;

/// A line of the table: what it is called, and its number in an environment.
type Line = (&'static str, fn(&Environment) -> usize);

const LINES: [Line; 8] = [
    ("pass", |one| one.pass),
    ("fail", |one| one.fail),
    ("unknown", |one| one.unknown),
    ("not applicable", |one| one.not_applicable),
    ("critical findings", |one| one.findings.critical),
    ("high findings", |one| one.findings.high),
    ("medium findings", |one| one.findings.medium),
    ("low findings", |one| one.findings.low),
];

/// The table, without a line feed at the end; nothing when no environment is named. Lines of zeros alone are left out, and
/// where the environments do not fit beside each other, the table has several parts.
pub(super) fn table(page: Page<'_>) -> Option<String> {
    let environments = &page.report.environments;
    let lines: Vec<Line> =
        LINES.into_iter().filter(|(_, number)| environments.iter().any(|one| number(one) > 0)).collect();
    let left = lines.iter().map(|(name, _)| name.len()).chain(["environment".len()]).max()?;
    let mut parts: Vec<Vec<Column>> = Vec::new();
    let mut used = usize::MAX;
    for environment in environments {
        let column = Column::new(environment, &lines);
        let fits = used.saturating_add(2 + column.width) <= page.width;
        match parts.last_mut().filter(|_| fits) {
            Some(part) => {
                used += 2 + column.width;
                part.push(column);
            }
            None => {
                used = left + 2 + column.width;
                parts.push(vec![column]);
            }
        }
    }
    let written: Vec<String> = parts.iter().map(|part| written(page, &lines, left, part)).collect();
    (!written.is_empty()).then(|| written.join("\n"))
}

struct Column {
    name: String,
    numbers: Vec<String>,
    width: usize,
}

impl Column {
    fn new(environment: &Environment, lines: &[Line]) -> Self {
        let name = clean(&environment.name);
        let numbers: Vec<String> = lines.iter().map(|(_, number)| number(environment).to_string()).collect();
        let width = numbers.iter().map(String::len).chain([name.chars().count()]).max().unwrap_or(0);
        Self { name, numbers, width }
    }
}

fn written(page: Page<'_>, lines: &[Line], left: usize, columns: &[Column]) -> String {
    let cells = |cell: &dyn Fn(&Column) -> String| {
        columns.iter().map(|column| format!("  {:>1$}", cell(column), column.width)).collect::<String>()
    };
    let head = format!("{:left$}{}", "environment", cells(&|column| column.name.clone()));
    let mut text = page.paint.strong(&head);
    for (index, (name, _)) in lines.iter().enumerate() {
        text += &format!("\n{name:left$}{}", cells(&|column| column.numbers[index].clone()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::paint::Paint;
    use super::*;
    use crate::report::Report;
    use crate::report::text::Detail;

    #[test]
    fn what_does_not_fit_beside_the_others_comes_below_them() {
        let environment =
            |name: &str, pass: usize| Environment { name: name.to_owned(), pass, ..Environment::default() };
        let environments =
            vec![environment("development", 7), environment("staging", 12345), environment("production", 8)];
        let report = Report { environments, ..Report::default() };
        let at = |width| {
            table(Page { report: &report, paint: Paint::new(false), width, detail: Detail::Normal }).unwrap_or_default()
        };
        let wide = "environment  development  staging  production\npass                   7    12345           8";
        assert_eq!(at(120), wide);
        assert_eq!(
            at(40),
            "environment  development  staging\npass                   7    12345\nenvironment  production\npass                  8"
        );
    }
}
