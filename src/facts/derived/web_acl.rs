//! The web ACL that is associated with a resource.
//!
//! Source: "AWS::WAFv2::WebACLAssociation" in the CloudFormation template reference, "Associating or disassociating protection with
//! an AWS resource" in the AWS WAF Developer Guide.

use super::text::{Text, any, arns, names, text};
use super::{Facts, Found};
use crate::iam::document::UNKNOWN;
use crate::value::{Cause, ResourceId, ValueId, View};

const ACL: &str = "AWS::WAFv2::WebACL";
const ASSOCIATION: &str = "AWS::WAFv2::WebACLAssociation";

/// Types that a web ACL can protect.
const PROTECTED: [&str; 9] = [
    "AWS::Amplify::App",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::AppRunner::Service",
    "AWS::AppSync::GraphQLApi",
    "AWS::CloudFront::Distribution",
    "AWS::Cognito::UserPool",
    "AWS::EC2::VerifiedAccessInstance",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
];

pub(super) fn is_protected(type_name: &str) -> bool {
    PROTECTED.contains(&type_name)
}

impl<'a> Facts<'a> {
    pub(super) fn web_acls(&self, view: &View<'a>, start: ResourceId, found: &mut Found) {
        let inventory = self.inventory;
        // What a distribution names is the ACL itself.
        let own = inventory.property(view, start, &["DistributionConfig", "WebACLId"]);
        self.add_acl(view, start, own, Ok(true), found);
        for association in inventory.of_type(ASSOCIATION) {
            let related = self.is_associated(view, *association, start);
            let related = match (related, inventory.exists(view, *association)) {
                (Ok(false), _) | (_, Some(false)) => continue,
                (Ok(true), None) => Err(Cause::Undecided),
                (related, _) => related,
            };
            let acl = inventory.property(view, *association, &["WebACLArn"]);
            self.add_acl(view, *association, acl, related, found);
        }
        if let Some(cause) = self.unseen().referrer(inventory, start, &[ASSOCIATION]) {
            found.possible.push((None, cause.clone()));
        }
    }

    /// Adds the ACL that a value names.
    fn add_acl(
        &self,
        view: &View<'a>,
        owner: ResourceId,
        named: ValueId,
        related: Result<bool, Cause>,
        found: &mut Found,
    ) {
        let inventory = self.inventory;
        let Some(named_text) = text(inventory, view, inventory.resource(owner).stack, named) else { return };
        if named_text.text.is_empty() {
            return;
        }
        let mut references = Vec::new();
        view.references(view.deep(named).0, &mut references);
        if let Some((acl, _)) = references.iter().find(|(id, _)| inventory.type_name(*id) == ACL) {
            return self.add_partner(view, *acl, related, found);
        }
        match related {
            // There is one, in another template.
            Ok(_) => found
                .hidden
                .push(named_text.cause.unwrap_or(Cause::NotInInput { what: "the web ACL that is associated".into() })),
            Err(cause) => found.possible.push((None, cause)),
        }
    }

    /// Whether an association is about the resource.
    fn is_associated(&self, view: &View<'a>, association: ResourceId, start: ResourceId) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let value = inventory.property(view, association, &["ResourceArn"]);
        let stack = inventory.resource(association).stack;
        let Some(written) = text(inventory, view, stack, value) else { return Ok(false) };
        let mut references = Vec::new();
        view.references(view.deep(value).0, &mut references);
        let stage = inventory.type_name(start) == "AWS::ApiGateway::Stage";
        let api = inventory.type_name(start) == "AWS::ApiGateway::RestApi";
        if !api && references.iter().any(|(id, _)| *id == start) {
            return Ok(true);
        }
        let Some((_, after)) = written.text.split_once("/restapis/") else {
            if stage || api {
                // Only what is not known may still name one.
                let cause = written.cause.clone();
                return Text { text: format!("arn:aws:apigateway:{UNKNOWN}"), cause }.is(&written);
            }
            let arns = arns(inventory, view, start);
            if arns.is_empty() {
                // Of a resource without a known form of its ARN, only what is not known at all may be meant.
                let open = references.is_empty().then_some(written.cause).flatten();
                return open.map_or(Ok(false), Err);
            }
            return any(arns.iter().map(|arn| arn.is(&written)));
        };
        let after = Text { text: after.to_owned(), cause: written.cause.clone() };
        match (stage, api) {
            (true, _) => any(self.stage_paths(view, start).iter().map(|path| path.is(&after))),
            (_, true) => any(names(inventory, view, start).iter().map(|name| {
                let api = after.text.split("/stages/").next().unwrap_or_default();
                name.is(&Text { text: api.to_owned(), cause: after.cause.clone() })
            })),
            _ => Ok(false),
        }
    }

    /// `API/stages/STAGE`, with the stage by its name or by a reference to it.
    fn stage_paths(&self, view: &View<'a>, stage: ResourceId) -> Vec<Text> {
        let inventory = self.inventory;
        let stack = inventory.resource(stage).stack;
        let read = |property: &str| text(inventory, view, stack, inventory.property(view, stage, &[property]));
        let Some(api) = read("RestApiId") else { return Vec::new() };
        let own = names(inventory, view, stage).into_iter();
        own.chain(read("StageName"))
            .map(|name| Text {
                text: format!("{}/stages/{}", api.text, name.text),
                cause: api.cause.clone().or(name.cause),
            })
            .collect()
    }
}
