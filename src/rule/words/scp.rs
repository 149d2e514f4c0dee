//! Questions about the policies of organisations in words.

use super::value;
use crate::rule::ast::{Rule, ScpQuestion};

pub(super) fn scp(rule: &Rule, question: &ScpQuestion) -> String {
    match question {
        ScpQuestion::DeniesByRegion => "a service control policy denies requests by their region".to_owned(),
        ScpQuestion::LocksRegions { regions, .. } => {
            format!("service control policies deny every regional action outside {}", value(rule, regions))
        }
        ScpQuestion::KeepsGlobalServices { services, .. } => {
            format!("of the global services {} none is denied by its region", value(rule, services))
        }
        ScpQuestion::ProtectsRoot => "service control policies deny everything to root users".to_owned(),
        ScpQuestion::Protects { actions, .. } => {
            format!("service control policies deny {} to everyone", value(rule, actions))
        }
        ScpQuestion::Attached { everywhere: false } => "the policy is attached".to_owned(),
        ScpQuestion::Attached { everywhere: true } => "the policy is attached above every account".to_owned(),
        ScpQuestion::Valid => "the policy is valid and not too long".to_owned(),
        ScpQuestion::EnforcesTags(keys) => format!("the tag policy enforces values of {}", value(rule, keys)),
        ScpQuestion::OptsOutOfAi => "the policy opts out of every AI service".to_owned(),
    }
}
