//! What wildcards open.

use super::{Charge, Evidence};
use crate::eval::scope::Scope;
use crate::iam::least::{self, Allows, Answer, Finding};
use crate::rule::LeastQuestion;

pub(super) fn administrator(allows: &Allows) -> Evidence {
    evidence(least::administrator(allows))
}

pub(super) fn service_wildcard(allows: &Allows) -> Evidence {
    evidence(least::service_wildcards(allows))
}

impl Scope<'_> {
    pub(super) fn least(&self, question: &LeastQuestion, allows: &Allows) -> Evidence {
        evidence(match question {
            LeastQuestion::WildcardActions => least::wildcard_actions(allows),
            LeastQuestion::WildcardResources(besides) => least::wildcard_resources(allows, besides),
            LeastQuestion::Risk(risk) => least::risk(allows, *risk),
            LeastQuestion::ServiceWildcardRisk(risk) => least::service_wildcard_risk(allows, *risk),
            LeastQuestion::PassRoleUnscoped => least::pass_role_unscoped(allows),
            LeastQuestion::InvertedAllow => least::inverted_allow(allows),
            LeastQuestion::RegionUnrestricted(regions) => {
                let regions: Vec<&str> =
                    self.rule.operand(regions).list().iter().filter_map(|region| region.text()).collect();
                least::region_unrestricted(allows, &regions)
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
