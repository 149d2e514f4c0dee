//! The log groups that a resource writes to.
//!
//! Source: the properties' pages in the CloudFormation template reference; names that AWS chooses: "Using CloudWatch logs with
//! Lambda", "CloudWatch log formats for API Gateway" and "View your build logs" in the guides of the services.

use super::text::{Index, Text, any, names, text};
use super::{Facts, Found};
use crate::inventory::StackId;
use crate::value::{Read, ResourceId, ValueId, View};

const GROUP: &str = "AWS::Logs::LogGroup";

/// The properties that name a log group, by type; `[]` stands for each element of a list.
const PROPERTIES: [(&str, &str); 23] = [
    ("AWS::ApiGateway::Stage", "AccessLogSetting.DestinationArn"),
    ("AWS::ApiGatewayV2::Stage", "AccessLogSettings.DestinationArn"),
    ("AWS::CloudTrail::Trail", "CloudWatchLogsLogGroupArn"),
    ("AWS::CodeBuild::Project", "LogsConfig.CloudWatchLogs.GroupName"),
    ("AWS::EC2::ClientVpnEndpoint", "ConnectionLogOptions.CloudwatchLogGroup"),
    ("AWS::EC2::FlowLog", "LogDestination"),
    ("AWS::EC2::FlowLog", "LogGroupName"),
    ("AWS::EC2::VPNConnection", "VpnTunnelOptionsSpecifications[].LogOptions.CloudwatchLogOptions.LogGroupArn"),
    ("AWS::ECS::Cluster", "Configuration.ExecuteCommandConfiguration.LogConfiguration.CloudWatchLogGroupName"),
    ("AWS::ECS::TaskDefinition", "ContainerDefinitions[].LogConfiguration.Options.awslogs-group"),
    ("AWS::ElastiCache::CacheCluster", "LogDeliveryConfigurations[].DestinationDetails.CloudWatchLogsDetails.LogGroup"),
    (
        "AWS::ElastiCache::ReplicationGroup",
        "LogDeliveryConfigurations[].DestinationDetails.CloudWatchLogsDetails.LogGroup",
    ),
    ("AWS::Elasticsearch::Domain", "LogPublishingOptions.*.CloudWatchLogsLogGroupArn"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions.LogGroupName",
    ),
    ("AWS::Lambda::Function", "LoggingConfig.LogGroup"),
    ("AWS::MSK::Cluster", "LoggingInfo.BrokerLogs.CloudWatchLogs.LogGroup"),
    (
        "AWS::NetworkFirewall::LoggingConfiguration",
        "LoggingConfiguration.LogDestinationConfigs[].LogDestination.logGroup",
    ),
    ("AWS::OpenSearchService::Domain", "LogPublishingOptions.*.CloudWatchLogsLogGroupArn"),
    ("AWS::Pipes::Pipe", "LogConfiguration.CloudwatchLogsLogDestination.LogGroupArn"),
    ("AWS::Route53::HostedZone", "QueryLoggingConfig.CloudWatchLogsLogGroupArn"),
    ("AWS::Route53Resolver::ResolverQueryLoggingConfig", "DestinationArn"),
    ("AWS::StepFunctions::StateMachine", "LoggingConfiguration.Destinations[].CloudWatchLogsLogGroup.LogGroupArn"),
    ("AWS::WAFv2::LoggingConfiguration", "LogDestinationConfigs[]"),
];

/// The names that AWS chooses where no property names a group: what stands before and after the resource's name.
const DEFAULTS: [(&str, &str, &str); 4] = [
    ("AWS::AppSync::GraphQLApi", "/aws/appsync/apis/", ""),
    ("AWS::CodeBuild::Project", "/aws/codebuild/", ""),
    ("AWS::EKS::Cluster", "/aws/eks/", "/cluster"),
    ("AWS::Lambda::Function", "/aws/lambda/", ""),
];

/// Whether resources of a type write to log groups.
pub(super) fn writes(type_name: &str) -> bool {
    PROPERTIES
        .iter()
        .map(|(name, _)| *name)
        .chain(DEFAULTS.iter().map(|(name, ..)| *name))
        .any(|name| name == type_name)
}

impl<'a> Facts<'a> {
    pub(super) fn log_groups(&self, view: &View<'a>, start: ResourceId, found: &mut Found) {
        let inventory = self.inventory;
        let index = self.derived.groups.get_or_init(|| Index::of(inventory, inventory.of_type(GROUP)));
        let (type_name, stack) = (inventory.type_name(start), inventory.resource(start).stack);
        let mut written = Vec::new();
        for (_, path) in PROPERTIES.iter().filter(|(name, _)| *name == type_name) {
            let steps: Vec<&str> = path.split('.').collect();
            self.texts_at(view, stack, inventory.resource(start).properties, &steps, &mut written, found);
        }
        // A bucket or stream may stand where a group may.
        let mut groups: Vec<Text> = written.iter().filter_map(group_name).collect();
        if written.is_empty() && found.possible.is_empty() {
            for (_, before, after) in DEFAULTS.iter().filter(|(name, ..)| *name == type_name) {
                let own = names(inventory, view, start).into_iter();
                groups
                    .extend(own.map(|name| Text { text: format!("{before}{}{after}", name.text), cause: name.cause }));
            }
        }
        if type_name == "AWS::ApiGateway::Stage" {
            groups.extend(self.execution_logs(view, stack, start));
        }
        let before = found.sure.len();
        for group in &groups {
            for partner in index.candidates(group) {
                let is = any(names(inventory, view, partner).iter().map(|name| name.is(group)));
                self.add_partner(view, partner, is, found);
            }
        }
        // The group that is meant may be in another template.
        if found.sure.len() == before
            && let Some(cause) = groups.iter().find_map(|group| group.cause.clone())
        {
            found.possible.push((None, cause));
        }
    }

    /// `API-Gateway-Execution-Logs_API/STAGE`.
    fn execution_logs(&self, view: &View<'a>, stack: StackId, stage: ResourceId) -> Option<Text> {
        let part =
            |property: &str| text(self.inventory, view, stack, self.inventory.property(view, stage, &[property]));
        let (api, name) = (part("RestApiId")?, part("StageName")?);
        let text = format!("API-Gateway-Execution-Logs_{}/{}", api.text, name.text);
        Some(Text { text, cause: api.cause.or(name.cause) })
    }

    /// The texts at a path; what is not known there may be a partner.
    pub(super) fn texts_at(
        &self,
        view: &View<'a>,
        stack: StackId,
        from: ValueId,
        steps: &[&str],
        texts: &mut Vec<Text>,
        found: &mut Found,
    ) {
        let Some((step, rest)) = steps.split_first() else {
            if let Some(text) = text(self.inventory, view, stack, from) {
                texts.push(text);
            }
            return;
        };
        let (key, list) = step.strip_suffix("[]").map_or((*step, false), |key| (key, true));
        let mut values = Vec::new();
        let entries = match key {
            "*" => view.entries(from).map(|entries| values.extend(entries.iter().map(|entry| entry.value))),
            key => view.member(from, self.inventory.names.find(key)).map(|entry| values.push(entry.value)),
        };
        if let Read::Unknown(cause) = entries {
            found.possible.push((None, view.values.cause(cause).clone()));
        }
        for value in values {
            if !list {
                self.texts_at(view, stack, value, rest, texts, found);
                continue;
            }
            match view.list(value) {
                Read::Known((items, open)) => {
                    items.into_iter().for_each(|item| self.texts_at(view, stack, item, rest, texts, found));
                    found.possible.extend(open.map(|cause| (None, view.values.cause(cause).clone())));
                }
                Read::Unknown(cause) => found.possible.push((None, view.values.cause(cause).clone())),
                Read::Absent => {}
            }
        }
    }
}

/// The name of the group that a name or ARN means; `None` when it is something else.
fn group_name(written: &Text) -> Option<Text> {
    let Some(rest) = written.text.strip_prefix("arn:") else { return Some(written.clone()) };
    let Some((_, name)) = rest.split_once(":log-group:") else {
        return written.cause.is_some().then(|| Text { text: crate::iam::document::UNKNOWN.into(), ..written.clone() });
    };
    let name = name.strip_suffix(":*").unwrap_or(name);
    Some(Text { text: name.to_owned(), cause: if name.contains("\u{1}?") { written.cause.clone() } else { None } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::schema::Schema;
    use crate::value::Cause;

    #[test]
    fn every_property_of_the_table_is_in_the_schema() {
        for (name, path) in PROPERTIES {
            let path = path.replace("awslogs-group", "\"awslogs-group\"");
            let resource = Schema::embedded().resource(name).unwrap_or_else(|| panic!("{name}"));
            assert!(resource.resolve(&path).is_ok(), "{name} {path}");
        }
        for (name, ..) in DEFAULTS {
            assert!(Schema::embedded().resource(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_group_is_meant_by_its_name_or_arn() {
        let name = |text: &str| group_name(&Text::known(text)).map(|text| text.text);
        assert_eq!(name("/a/b").as_deref(), Some("/a/b"));
        assert_eq!(name("arn:aws:logs:eu-west-1:111122223333:log-group:/a/b:*").as_deref(), Some("/a/b"));
        assert_eq!(name("arn:aws:logs:eu-west-1:111122223333:log-group:/a/b").as_deref(), Some("/a/b"));
        assert_eq!(name("arn:aws:s3:::logs"), None);
    }

    #[test]
    fn what_is_not_known_of_an_arn_beside_the_name_does_not_matter() {
        let cause = Cause::Undecided;
        let text = Text { text: "arn:aws:logs:\u{1}?1@0\u{1}:1:log-group:a:*".into(), cause: Some(cause) };
        assert!(group_name(&text).is_some_and(|name| name.text == "a" && name.cause.is_none()));
    }
}
