//! Paths as people read them.

use std::fmt::Write as _;

use super::account::Account;
use super::evaluate::{Analysis, Step, Target, Verdict};

/// How many steps a path may have that is shown.
const STEPS: usize = 32;

impl Analysis {
    /// The steps from a principal to an administrator, each with the principal that takes it; empty when there is none.
    #[must_use]
    pub fn path(&self, from: usize) -> Vec<(u32, &Step)> {
        let (mut path, mut at) = (Vec::new(), from);
        while path.len() < STEPS {
            let Some(step) = self.standings.get(at).and_then(|standing| standing.steps.first()) else { break };
            path.push((at as u32, step));
            match step.target {
                Target::Principal(next, _) => at = next as usize,
                _ => break,
            }
        }
        path
    }

    /// The path as one line: `role A --lambda:CreateFunction + iam:PassRole--> role B --iam:AttachRolePolicy--> administrator`.
    #[must_use]
    pub fn shown_path(&self, account: &Account, from: usize) -> String {
        let name = |at: u32| account.principals.get(at as usize).map(super::Principal::shown).unwrap_or_default();
        let mut line = name(from as u32);
        let path = self.path(from);
        for (_, step) in &path {
            let _ = write!(line, " --{}--> ", step.method.summary());
            match &step.target {
                Target::Administrator => line.push_str("administrator"),
                Target::Principal(role, None) => line.push_str(&name(*role)),
                Target::Principal(role, Some(workload)) => {
                    let workload = account.workloads.get(*workload as usize);
                    let _ = write!(line, "{} of `{}`", name(*role), workload.map_or("", |workload| &workload.name));
                }
                Target::Any(what) => line.push_str(what),
                Target::Credentials => line.push_str("credentials"),
            }
        }
        let ends_at_principal = matches!(path.last(), Some((_, step)) if matches!(step.target, Target::Principal(..)));
        if ends_at_principal {
            line.push_str(" (administrator)");
        }
        line
    }

    /// Whether a principal is an administrator, or can become one.
    #[must_use]
    pub fn is_privileged(&self, at: usize) -> bool {
        matches!(
            self.standings.get(at).map(|standing| &standing.verdict),
            Some(Verdict::Administrator(..) | Verdict::Escalates(_))
        )
    }
}
