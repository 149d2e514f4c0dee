//! Reading: the values that a file holds, as cfn-flip reads them.

use serde_json::json;

use crate::differences::Comparison;
use crate::dump::{tree, written};
use crate::oracle::{ask, templates};

#[test]
fn files_hold_what_cfn_flip_reads() {
    let files = templates(&["systems", "assemblies", "cloudformation", "traps", "transforms", "scalars"]);
    let theirs = ask("flip.py", &json!(files));
    let mut comparison = Comparison::default();
    for file in &files {
        comparison.count("templates");
        let theirs = &theirs[file];
        match (tree(file), theirs.get("value")) {
            (Ok(tree), Some(theirs)) => comparison.same(file, "", &written(&tree, tree.root()), theirs),
            (Err(_), None) => comparison.count("refused by both"),
            (Ok(_), None) => comparison.differ(file, "", &"read".into(), &theirs["error"]),
            (Err(ours), Some(_)) => comparison.differ(file, "", &ours.into(), &"read".into()),
        }
    }
    comparison.finish("cfn-flip");
}
