//! Protected actions: whether anyone but break-glass principals can use them.

use super::clause::{StatementRef, action};
use super::law::{Law, Memo, Reach, Witness};
use super::regions::outside;
use super::{Chain, Options, Organization, Verdict};
use crate::iam::catalogue::Scope;
use crate::value::Cause;

/// An action that somebody can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAction {
    /// `cloudtrail:StopLogging`.
    pub action: String,
    /// The texts of the policies that name who can; empty: everyone can.
    pub patterns: Vec<String>,
    /// One request.
    pub witness: Witness,
}

/// The answer for some actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// How it stands.
    pub verdict: Verdict,
    /// The actions that somebody can use.
    pub open: Vec<OpenAction>,
    /// The statements that deny the actions that nobody can use.
    pub by: Vec<StatementRef>,
    /// Why nobody can tell.
    pub causes: Vec<Cause>,
}

/// Whether nobody in the account of `chain` but break-glass principals can use any of `actions` (names without wildcards).
#[must_use]
pub fn protection(organization: &Organization, chain: &Chain, actions: &[&str], options: &Options) -> Protection {
    let law = Law::new(organization, chain, options);
    let groups = law.region_groups(&outside(&[]));
    let mut memo = Memo::default();
    let mut found = Protection { verdict: Verdict::Proved, open: Vec::new(), by: Vec::new(), causes: Vec::new() };
    for name in actions {
        let mut by = Vec::new();
        let open = found.open.len();
        let asked = action(name);
        // Those whom no policy names come first: when everyone can, nobody needs to be named.
        let mut who: Vec<usize> = (0..law.principals.len().max(1)).collect();
        who.sort_by_key(|who| law.principals.get(*who).map_or(0, |principal| principal.matched.len()));
        let regions: Vec<&str> = match asked.known.map(|known| known.action.scope) {
            Some(Scope::Global(region)) => vec![region],
            _ => groups.iter().map(|(region, _)| *region).collect(),
        };
        'principals: for who in who {
            for region in &regions {
                match law.reach(asked, who, region, &mut memo) {
                    Reach::Denied(denied) => by.extend(denied),
                    Reach::Unknown(causes) => found.causes.extend(causes),
                    Reach::Open(witness) => {
                        let patterns = law.principals.get(who).map(|principal| principal.matched.clone());
                        let patterns = patterns.unwrap_or_default();
                        found.open.push(OpenAction { action: (*name).to_owned(), patterns, witness: *witness });
                        break 'principals;
                    }
                }
            }
        }
        if found.open.len() == open {
            found.by.extend(by);
        }
    }
    found.by.sort_unstable();
    found.by.dedup();
    found.causes.sort();
    found.causes.dedup();
    found.verdict = match (found.open.is_empty(), found.causes.is_empty()) {
        (false, _) => Verdict::Violated,
        (true, false) => Verdict::Unknown,
        (true, true) => Verdict::Proved,
    };
    found
}
