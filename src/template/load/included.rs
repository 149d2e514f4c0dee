//! The local files that `AWS::Include` names.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Gather, read};
use crate::source::{Diagnostic, Level};
use crate::template::assembly::NestedTemplates;
use crate::template::transform::included_files;
use crate::template::unit::Template;

impl Gather<'_> {
    /// Reads the files that a template in `dir` includes, each once.
    pub(super) fn include(&mut self, template: &mut Template, dir: &Path, finder: &NestedTemplates<'_>) {
        let tree = Arc::clone(&template.tree);
        let mut by_path = FxHashMap::default();
        for location in included_files(&tree) {
            let Some(name) = tree.string(location) else { continue };
            if template.included.contains_key(name) {
                continue;
            }
            let problem = |message| Diagnostic::at(Level::Error, tree.file(), tree.span(location), message);
            let path = match finder.local_file(dir, name) {
                Ok(Some(path)) => path,
                Ok(None) => {
                    self.loaded.diagnostics.push(problem(format!("the included file `{name}` does not exist")));
                    continue;
                }
                Err(reason) => {
                    self.loaded.diagnostics.push(problem(format!("the included file `{name}` {reason}")));
                    continue;
                }
            };
            let known = by_path.get(&path).cloned();
            let included = known.or_else(|| match read(self.loader, &path) {
                Ok((trees, mut warnings)) => {
                    self.loaded.diagnostics.append(&mut warnings);
                    trees.into_iter().next().map(Arc::new)
                }
                Err(mut problems) => {
                    self.loaded.diagnostics.append(&mut problems);
                    None
                }
            });
            if let Some(included) = included {
                self.loaded.included.push(path.clone());
                by_path.insert(path, Arc::clone(&included));
                template.included.insert(name.into(), included);
            }
        }
    }
}
