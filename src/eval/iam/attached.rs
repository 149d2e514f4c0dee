//! Managed policies that are attached by their ARN.

use crate::eval::answer::{Answer, Blame};
use crate::eval::cursor::Cursor;
use crate::eval::scope::{Scope, Wanted};
use crate::rule::Operand;
use crate::value::{OPAQUE, Read};

impl Scope<'_> {
    pub(super) fn managed_policy(&self, names: &Operand, cursor: &Cursor, wanted: Wanted) -> Answer {
        let inventory = self.context.inventory;
        let list = inventory.get(&self.view, cursor.value, &["ManagedPolicyArns"]);
        let (items, open) = match self.view.elements(list) {
            Read::Known(list) => list,
            Read::Unknown(cause) => return Answer::unknown(vec![self.cause(cause)]),
            Read::Absent => (Vec::new(), None),
        };
        let (mut blames, mut causes) = (Vec::new(), Vec::new());
        causes.extend(open.map(|cause| self.cause(cause)));
        for (index, item) in items {
            let Some(text) = self.view.symbolic(item) else { continue };
            let named = self.rule.operand(names).list().iter().filter_map(|name| name.text()).any(|name| {
                // The partition may be unknown; AWS's own policies are in the account `aws`.
                text.ends_with(&format!(":iam::aws:policy/{name}"))
            });
            if named {
                blames.push(Blame {
                    place: Some(self.place_of(item, self.view.place(list))),
                    owner: Some(cursor.resource),
                    path: format!("{}.ManagedPolicyArns[{index}]", cursor.trail.text(self)),
                    found: text.rsplit('/').next().map(str::to_owned),
                    ..Blame::default()
                });
            } else if let Read::Unknown(cause) = self.view.text(item)
                && text.contains(&format!("{OPAQUE}?{OPAQUE}"))
                && !text.contains(":policy/")
            {
                causes.push(self.cause(cause));
            }
        }
        match (blames.is_empty(), causes.is_empty()) {
            (false, _) => Answer::of(true).with(if wanted == Wanted::True { blames } else { Vec::new() }),
            (true, false) => Answer::unknown(causes),
            (true, true) => Answer::of(false),
        }
    }
}
