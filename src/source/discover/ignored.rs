//! Which paths of a walk `.gitignore` and `.ignore` files leave out.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The ignore files that hold at a place of a walk, outermost first.
///
/// Only files of the tree count, not the settings of the user or the clone: the same tree gives the same inputs everywhere.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    files: Vec<Gitignore>,
}

impl Ignored {
    /// What holds at `root` (absolute) by the ignore files above it in its repository.
    ///
    /// A root that is ignored itself was named on purpose: nothing above it holds.
    pub(super) fn above(root: &Path) -> Self {
        let mut ignored = Self::default();
        let Some(repository) = root.ancestors().find(|dir| dir.join(".git").exists()) else { return ignored };
        let mut above: Vec<&Path> = root.ancestors().skip(1).take_while(|dir| dir.starts_with(repository)).collect();
        above.reverse();
        for dir in above {
            ignored.enter(dir);
        }
        // `build/**` covers all that is in `build`, but not `build`.
        let inside = root.join("any");
        let covers = |file: &Gitignore| {
            file.matched_path_or_any_parents(root, true).is_ignore() || file.matched(&inside, false).is_ignore()
        };
        if ignored.files.iter().any(covers) { Self::default() } else { ignored }
    }

    /// Adds what the ignore files of `dir` say; the answer is how to [`Self::leave`] it.
    pub(super) fn enter(&mut self, dir: &Path) -> usize {
        let before = self.files.len();
        for name in [".gitignore", ".ignore"] {
            let path = dir.join(name);
            if path.is_file() {
                let mut builder = GitignoreBuilder::new(dir);
                // A pattern that is no glob is passed over, as git does.
                let _ = builder.add(path);
                self.files.extend(builder.build());
            }
        }
        before
    }

    /// Forgets what was added since the matching [`Self::enter`].
    pub(super) fn leave(&mut self, before: usize) {
        self.files.truncate(before);
    }

    /// Whether `path`, an entry of the directory last entered, is left out.
    pub(super) fn covers(&self, path: &Path, is_dir: bool) -> bool {
        let verdict = self.files.iter().rev().map(|file| file.matched(path, is_dir)).find(|found| !found.is_none());
        matches!(verdict, Some(Match::Ignore(_)))
    }
}
