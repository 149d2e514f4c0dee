//! Whether a principal can become an administrator.

use crate::eval::answer::{Answer, Blame};
use crate::eval::cursor::Cursor;
use crate::eval::scope::{Scope, Wanted};
use crate::facts::permissions::Escalations;
use crate::iam::escalation::Verdict;
use crate::value::Cause;

impl Scope<'_> {
    pub(super) fn escalates(&self, cursor: &Cursor, wanted: Wanted) -> Answer {
        let all = self.context.facts.escalations(&self.view);
        let Some((account, at)) = all.of(cursor.resource) else { return Answer::of(false) };
        match &account.analysis.standings[at].verdict {
            Verdict::Escalates(_) if wanted == Wanted::True => {
                Answer::of(true).with(vec![self.escalation(account, at, cursor)])
            }
            Verdict::Escalates(_) => Answer::of(true),
            Verdict::Unknown(causes) => {
                if causes.contains(&Cause::Undecided) {
                    all.note_undecided(&self.view);
                }
                Answer::unknown(causes.clone())
            }
            Verdict::Administrator(..) | Verdict::No if wanted == Wanted::False => {
                let mut answer = Answer::of(false);
                answer.blames = vec![self.absent_blame(cursor.head, cursor.trail.text(self), cursor)];
                answer
            }
            Verdict::Administrator(..) | Verdict::No => Answer::of(false),
        }
    }

    /// The statement that the path begins with, and the path.
    fn escalation(&self, account: &Escalations, at: usize, cursor: &Cursor) -> Blame {
        let path = account.analysis.shown_path(&account.principals.account, at);
        let steps = &account.analysis.standings[at].steps;
        let witness = steps.first().and_then(|step| step.witnesses.first());
        let allowed = witness.and_then(|witness| witness.allowed_by);
        let written = allowed.and_then(|(policy, statement)| {
            let attached = account.principals.account.policies.get(policy as usize)?;
            let found = attached.policy.statements.iter().find(|known| known.index == statement)?;
            Some((attached.owner?, format!("{}.Statement[{statement}]", attached.path), found.place))
        });
        let mut blame = match written {
            Some((owner, path, place)) => {
                Blame { place: Some(place), owner: Some(owner), path, element: cursor.element, ..Blame::default() }
            }
            // The policy is one of AWS.
            None => self.absent_blame(cursor.head, cursor.trail.text(self), cursor),
        };
        blame.bindings = vec![("witness", path)];
        blame
    }
}
