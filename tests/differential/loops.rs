//! Loops: what `AWS::LanguageExtensions` makes of a template, as cfn-lint expands it.

use std::path::Path;

use serde_json::json;

use crate::differences::Comparison;
use crate::dump::resolve;
use crate::oracle::{ROOT, ask, templates};

#[test]
fn loops_become_what_cfn_lint_makes_of_them() {
    let files = templates(&["transforms/language"]);
    let theirs = ask("loops.py", &json!(files));
    let folder = tempfile::tempdir().unwrap();
    let mut comparison = Comparison::default();
    for file in &files {
        comparison.count("templates");
        let theirs = &theirs[file];
        let ours = resolve(Path::new(ROOT), file);
        let refused = match &ours {
            Ok(resolved) => !resolved.errors.is_empty(),
            Err(_) => true,
        };
        match (refused, theirs.get("template"), ours) {
            // The functions that are left in their result are fasscan's to resolve, as in its own.
            (false, Some(template), Ok(ours)) => {
                std::fs::write(folder.path().join("theirs.json"), template.to_string()).unwrap();
                let theirs = resolve(folder.path(), "theirs.json").unwrap();
                comparison.same(file, "", &ours.dump(), &theirs.dump());
                comparison.same(file, "gaps", &json!(ours.gaps()), &json!(theirs.gaps()));
            }
            (true, None, _) => comparison.count("refused by both"),
            (true, Some(_), ours) => {
                let said = ours.map_or_else(|error| error, |resolved| resolved.errors.join("; "));
                comparison.differ(file, "", &said.into(), &"expanded".into());
            }
            (false, ..) => comparison.differ(file, "", &"expanded".into(), &theirs["error"]),
        }
    }
    comparison.finish("cfn-lint");
}
