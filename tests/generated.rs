//! Files that are generated are what they would be if they were generated now. `UPDATE=1 cargo test --test generated`
//! writes them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

fn check(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} is not up to date; run `UPDATE=1 cargo test --test generated`", path.display());
}

#[test]
fn schema_of_the_json_report() {
    check("reports/schema/report.schema.json", &fasscan::report::json::schema());
}
