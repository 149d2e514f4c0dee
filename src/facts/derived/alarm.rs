//! CloudWatch alarms on metrics of a resource: simple ones, metric math, and composite ones that name such an alarm.
//!
//! Source: "Amazon CloudWatch concepts" (dimensions) and the metrics' pages of the services' guides: a dimension is called after
//! what it names, `FunctionName`, `DBInstanceIdentifier`, `LoadBalancer`.

use elsa::sync::FrozenMap;
use rustc_hash::FxHashMap;

use super::text::{Text, any, arns, names, text};
use super::{Facts, Found};
use crate::facts::naming;
use crate::inventory::{Inventory, StackId, leaves_at};
use crate::source::Symbol;
use crate::value::{Cause, Kind, Read, ResourceId, ValueId, View};

const ALARM: &str = "AWS::CloudWatch::Alarm";
const COMPOSITE: &str = "AWS::CloudWatch::CompositeAlarm";
const FILTER: &str = "AWS::Logs::MetricFilter";

/// Dimensions that are not called after the type whose resources they name.
const DIMENSIONS: [(&str, &str); 6] = [
    ("AWS::ApiGateway::RestApi", "ApiName"),
    ("AWS::ApiGatewayV2::Api", "ApiId"),
    ("AWS::Cognito::UserPool", "UserPool"),
    ("AWS::EC2::VPNConnection", "VpnId"),
    ("AWS::ElastiCache::ReplicationGroup", "CacheClusterId"),
    ("AWS::Kinesis::Stream", "StreamName"),
];

/// What an alarm says of a metric: where the dimensions, or the name and namespace, are.
struct Metric {
    at: ValueId,
    namespace: &'static str,
}

impl<'a> Facts<'a> {
    pub(super) fn alarms(&self, view: &View<'a>, start: ResourceId, types: &[&str], found: &mut Found) {
        let inventory = self.inventory;
        let (mut on, mut maybe) = (Vec::new(), Vec::new());
        let own = [names(inventory, view, start), arns(inventory, view, start)].concat();
        for alarm in self.derived.alarms.get_or_init(|| Index::of(inventory)).about(inventory, start) {
            let is = self.is_on(view, alarm, start, &own);
            match &is {
                Ok(true) => on.push(alarm),
                Err(_) => maybe.push(alarm),
                Ok(false) => {}
            }
            if types.is_empty() || types.contains(&ALARM) {
                self.add_partner(view, alarm, is, found);
            }
        }
        if types.is_empty() || types.contains(&COMPOSITE) {
            for composite in inventory.of_type(COMPOSITE) {
                let is = match self.names_alarm(view, *composite, &on) {
                    Ok(false) if self.names_alarm(view, *composite, &maybe) != Ok(false) => Err(Cause::Undecided),
                    is => is,
                };
                self.add_partner(view, *composite, is, found);
            }
        }
    }

    /// Whether an alarm is on a metric of the resource, whose names and ARNs are `own`.
    fn is_on(&self, view: &View<'a>, alarm: ResourceId, start: ResourceId, own: &[Text]) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let properties = inventory.resource(alarm).properties;
        let mut metrics = vec![Metric { at: properties, namespace: "Namespace" }];
        let mut open = None;
        match view.list(inventory.get(view, properties, &["Metrics"])) {
            Read::Known((items, more)) => {
                open = more.map(|cause| view.values.cause(cause).clone());
                let metric = |item| inventory.get(view, item, &["MetricStat", "Metric"]);
                metrics.extend(items.into_iter().map(|item| Metric { at: metric(item), namespace: "Namespace" }));
            }
            Read::Unknown(cause) => open = Some(view.values.cause(cause).clone()),
            Read::Absent => {}
        }
        let stack = inventory.resource(alarm).stack;
        let filter = inventory.type_name(start) == FILTER;
        let answers = metrics.iter().map(|metric| match filter {
            true => self.is_filtered(view, stack, metric, start),
            false => self.has_dimension(view, stack, metric.at, start, own),
        });
        any(answers.chain(open.map(Err)))
    }

    /// Whether one of the dimensions names the resource.
    fn has_dimension(
        &self,
        view: &View<'a>,
        stack: StackId,
        metric: ValueId,
        start: ResourceId,
        own: &[Text],
    ) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let (items, more) = match view.list(inventory.get(view, metric, &["Dimensions"])) {
            Read::Known(list) => list,
            Read::Unknown(cause) => return Err(view.values.cause(cause).clone()),
            Read::Absent => return Ok(false),
        };
        let answers = items.into_iter().map(|item| {
            let value = inventory.get(view, item, &["Value"]);
            let mut references = Vec::new();
            view.references(value, &mut references);
            if references.iter().any(|(id, _)| *id == start) {
                return Ok(true);
            }
            let name = text(inventory, view, stack, inventory.get(view, item, &["Name"]));
            let about = name.is_none_or(|name| name.cause.is_some() || is_of(inventory.type_name(start), &name.text));
            let value = text(inventory, view, stack, value).filter(|_| about);
            let Some(value) = value else { return Ok(false) };
            any(own.iter().map(|own| own.is(&value)))
        });
        any(answers.chain(more.map(|cause| Err(view.values.cause(cause).clone()))))
    }

    /// Whether the metric is one that the metric filter makes.
    fn is_filtered(&self, view: &View<'a>, stack: StackId, metric: &Metric, filter: ResourceId) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let read = |stack, from, keys: &str| text(inventory, view, stack, inventory.get(view, from, &[keys]));
        let (Some(name), Some(space)) =
            (read(stack, metric.at, "MetricName"), read(stack, metric.at, metric.namespace))
        else {
            return Ok(false);
        };
        let list = inventory.property(view, filter, &["MetricTransformations"]);
        let own = inventory.resource(filter).stack;
        match view.list(list) {
            Read::Known((items, more)) => {
                let answers = items.into_iter().map(|item| {
                    let same = |key: &str, other: &Text| read(own, item, key).map_or(Ok(false), |text| text.is(other));
                    match (same("MetricName", &name), same("MetricNamespace", &space)) {
                        (Ok(false), _) | (_, Ok(false)) => Ok(false),
                        (Err(cause), _) | (_, Err(cause)) => Err(cause),
                        _ => Ok(true),
                    }
                });
                any(answers.chain(more.map(|cause| Err(view.values.cause(cause).clone()))))
            }
            Read::Unknown(cause) => Err(view.values.cause(cause).clone()),
            Read::Absent => Ok(false),
        }
    }

    /// Whether the rule of a composite alarm names one of these alarms.
    fn names_alarm(&self, view: &View<'a>, composite: ResourceId, alarms: &[ResourceId]) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let stack = inventory.resource(composite).stack;
        let rule = text(inventory, view, stack, inventory.property(view, composite, &["AlarmRule"]));
        let (Some(rule), false) = (rule, alarms.is_empty()) else { return Ok(false) };
        let is_named = |name: &Text| {
            rule.text.match_indices(&name.text).any(|(at, found)| {
                let before = rule.text[..at].chars().next_back();
                let after = rule.text[at + found.len()..].chars().next();
                let ends = |char: Option<char>| !char.is_some_and(|char| char.is_alphanumeric() || "-_".contains(char));
                !found.is_empty() && ends(before) && ends(after)
            })
        };
        if alarms.iter().any(|alarm| names(inventory, view, *alarm).iter().any(is_named)) {
            return Ok(true);
        }
        rule.cause.map_or(Ok(false), Err)
    }
}

/// Which alarms may be on which resources, in some world.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Those with a dimension whose value refers to the resource.
    referring: FxHashMap<ResourceId, Vec<ResourceId>>,
    /// Those with a dimension whose value is no reference.
    named: Vec<Named>,
    /// Those of [`Self::named`] that may be on a resource of a type.
    by_type: FrozenMap<Symbol, Box<[ResourceId]>>,
}

/// An alarm with dimensions whose values are no references.
#[derive(Debug)]
struct Named {
    alarm: ResourceId,
    /// The names of its dimensions; none where one is not known.
    dimensions: Option<Vec<Box<str>>>,
}

impl Index {
    fn of(inventory: &Inventory) -> Self {
        const METRICS: [&str; 4] = ["Metrics", "MetricStat", "Metric", "Dimensions"];
        let mut index = Self::default();
        for alarm in inventory.of_type(ALARM) {
            let properties = inventory.resource(*alarm).properties;
            let leaves = |last: &str| {
                let (mut found, last) = (Vec::new(), inventory.names.find(last));
                for keys in [&METRICS[3..], &METRICS] {
                    let keys = keys.iter().map(|key| inventory.names.find(key)).chain([last]).collect::<Vec<_>>();
                    leaves_at(inventory, properties, &keys, &mut found);
                }
                found
            };
            let mut is_named = false;
            for value in leaves("Value") {
                match inventory.values.kind(value) {
                    Kind::Reference { resource, .. } => {
                        let known = index.referring.entry(resource).or_default();
                        if known.last() != Some(alarm) {
                            known.push(*alarm);
                        }
                    }
                    _ => is_named = true,
                }
            }
            if is_named {
                let name = |id: ValueId| match inventory.values.kind(id) {
                    Kind::Text(text) => Some(Box::from(inventory.values.str(text))),
                    _ => None,
                };
                let dimensions = leaves("Name").into_iter().map(name).collect();
                index.named.push(Named { alarm: *alarm, dimensions });
            }
        }
        index
    }

    /// The alarms that may be on a metric of `start`, in document order.
    fn about(&self, inventory: &Inventory, start: ResourceId) -> Vec<ResourceId> {
        if inventory.type_name(start) == FILTER {
            return inventory.of_type(ALARM).to_vec();
        }
        let ty = inventory.resource(start).type_name;
        let named = self.by_type.get(&ty).unwrap_or_else(|| {
            let may = |named: &&Named| {
                let dimensions = named.dimensions.as_ref();
                dimensions.is_none_or(|names| names.iter().any(|name| is_of(inventory.type_name(start), name)))
            };
            self.by_type.insert(ty, self.named.iter().filter(may).map(|named| named.alarm).collect())
        });
        let mut found: Vec<ResourceId> =
            self.referring.get(&start).into_iter().flatten().chain(named).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Whether a dimension of this name names resources of the type.
fn is_of(type_name: &str, dimension: &str) -> bool {
    let service = type_name.rsplit("::").next().unwrap_or_default();
    let folded = dimension.replace(' ', "");
    folded.starts_with(service)
        || naming::name_property(type_name).is_some_and(|property| property == folded)
        || DIMENSIONS.contains(&(type_name, dimension))
}
