//! What wildcards open.

use super::{Charge, Evidence};
use crate::eval::scope::Scope;
use crate::iam::Policy;
use crate::iam::least::{self, Allows, Answer, Finding};
use crate::rule::LeastQuestion;

pub(super) fn administrator(policy: &Policy) -> Evidence {
    evidence(least::administrator(&Allows::new(policy)))
}

pub(super) fn service_wildcard(policy: &Policy) -> Evidence {
    evidence(least::service_wildcards(&Allows::new(policy)))
}

impl Scope<'_> {
    pub(super) fn least(&self, question: &LeastQuestion, policy: &Policy) -> Evidence {
        let allows = Allows::new(policy);
        evidence(match question {
            LeastQuestion::WildcardActions => least::wildcard_actions(&allows),
            LeastQuestion::WildcardResources(besides) => least::wildcard_resources(&allows, besides),
            LeastQuestion::Risk(risk) => least::risk(&allows, *risk),
            LeastQuestion::PassRoleUnscoped => least::pass_role_unscoped(&allows),
            LeastQuestion::InvertedAllow => least::inverted_allow(&allows),
            LeastQuestion::RegionUnrestricted(regions) => {
                let regions: Vec<&str> =
                    self.rule.operand(regions).list().iter().filter_map(|region| region.text()).collect();
                least::region_unrestricted(&allows, &regions)
            }
        })
    }
}

fn evidence(answer: Answer) -> Evidence {
    if !answer.findings.is_empty() {
        Evidence::Yes(answer.findings.iter().map(charge).collect())
    } else if answer.open.is_empty() {
        Evidence::No
    } else {
        Evidence::Unknown(answer.open)
    }
}

fn charge(finding: &Finding) -> Charge {
    Charge {
        statement: Some(finding.statement),
        place: Some(finding.place),
        bindings: vec![
            ("actions", finding.actions_text()),
            ("wildcard", finding.wildcards_text()),
            ("arns", finding.formats_text()),
        ],
    }
}
