//! Files that are generated are what they would be if they were generated now. `UPDATE=1 cargo test generated`
//! writes them.
use std::path::Path;

fn check(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} is not up to date; run `UPDATE=1 cargo test generated`", path.display());
}

/// Checks, or writes, what stands between `<!-- generated: NAME -->` and `<!-- end -->`.
pub(crate) fn check_block(path: &str, name: &str, expected: &str) {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let start = format!("<!-- generated: {name} -->\n");
    let (before, rest) = text.split_once(&start).unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    check(path, &format!("{before}{start}{expected}\n<!-- end -->{after}"));
}

#[test]
fn page_about_cloudformation() {
    check("docs/cloudformation.md", &fasscan::template::support::page());
}

#[test]
fn schema_of_the_json_report() {
    check("reports/schema/report.schema.json", &fasscan::report::json::schema());
}

#[test]
fn schemas_of_the_files_that_people_write() {
    use fasscan::{config, framework, profile, rule};
    check("reports/schema/rule.schema.json", &rule::schema(framework::builtin()));
    check("reports/schema/framework.schema.json", &framework::schema());
    check("reports/schema/profile.schema.json", &profile::schema());
    check("reports/schema/config.schema.json", &config::schema());
}

#[test]
fn table_of_escalation_methods() {
    check_block("docs/iam.md", "escalation methods", &fasscan::iam::escalation::table());
}

#[test]
fn pages_about_rules() {
    let schema = fasscan::inventory::schema::Schema::embedded();
    let frameworks = fasscan::framework::builtin();
    let checks = fasscan::rule::Checks { schema, frameworks, conventions: fasscan::rule::Conventions::Project };
    let (rules, problems) =
        fasscan::rule::load_checked(&fasscan::rule::builtin_files(), &checks, fasscan::rule::RuleSet::default());
    assert!(problems.is_empty(), "{problems:?}");
    let pages = fasscan::rule::docs::pages(&rules, frameworks);
    for page in &pages {
        check(&format!("docs/rules/{}", page.path), &page.text);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if pages.iter().any(|page| page.path == name) {
            continue;
        }
        assert!(
            std::env::var_os("UPDATE").is_some(),
            "{name} is the page of no rule; run `UPDATE=1 cargo test generated`"
        );
        std::fs::remove_file(path).unwrap();
    }
}
