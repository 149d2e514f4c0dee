//! DNS records of custom domains: one group for each hosted zone, which the APIs of a template share.

use rustc_hash::FxHashMap;

use super::super::edit::{filled, is_filled};
use super::super::logical_id::{data_of, data_of_all, json_of, suffix};
use super::super::resource::{Generated, Resource};
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, get_att};
use crate::source::{Kind, NodeId};
use crate::template::transform::Draft;

/// The groups so far, by logical id.
pub(in super::super) type Groups = FxHashMap<String, Group>;

/// A group of records.
#[derive(Debug, Clone)]
pub(in super::super) struct Group {
    generated: Generated,
    records: Vec<Value>,
}

/// What a record points to.
pub(in super::super) enum Target<'t> {
    /// A domain name of this region.
    Regional(&'t str),
    /// A domain name that CloudFront serves.
    Edge(&'t str),
    /// A VPC endpoint, which `Route53` tells.
    Private,
}

/// The zone of CloudFront distributions.
const EDGE_ZONE: &str = "Z2FDTNDATAQYW2";

/// The group for `Route53` of a domain.
pub(in super::super) fn expand(
    draft: &Draft<'_>,
    groups: &mut Groups,
    resource: &Resource,
    domain: NodeId,
    target: &Target<'_>,
) -> Done<Option<Generated>> {
    let tree = &draft.tree;
    let Some(member) = draft.present(domain, "Route53") else { return Ok(None) };
    let route = member.value;
    if !draft.is_map(route) {
        return Err(Stop::error(route, "`Route53` must be a map"));
    }
    let zone = filled(tree, route, "HostedZoneId").or_else(|| filled(tree, route, "HostedZoneName"));
    let Some(zone) = zone else {
        return Err(Stop::error(route, "`Route53` must have a `HostedZoneId` or a `HostedZoneName`"));
    };
    let name = tree.get(domain, "DomainName").unwrap_or(domain);
    let is_separate = match filled(tree, route, "SeparateRecordSetGroup").map(|node| (node, tree.kind(node))) {
        None => false,
        Some((_, Kind::Bool(truth))) => truth,
        Some((node, _)) => return Err(Stop::error(node, "`SeparateRecordSetGroup` must be `true` or `false`")),
    };
    let data = match is_separate {
        true => data_of_all(&[json_of(tree, zone), json_of(tree, name)]),
        false => data_of(tree, zone),
    };
    let new = || {
        let id = format!("RecordSetGroup{}", suffix(&data));
        let mut generated = resource.generates_at(draft, id, "AWS::Route53::RecordSetGroup", member.key_span);
        for name in ["HostedZoneId", "HostedZoneName"] {
            generated.set_some(name, filled(tree, route, name));
        }
        Group { generated, records: Vec::new() }
    };
    let records = records(draft, route, name, target).into_iter().map(|record| record.at(member.key_span));
    if is_separate {
        let mut group = new();
        group.records.extend(records);
        return Ok(Some(group.finish()));
    }
    let group = groups.entry(data.clone()).or_insert_with(new);
    group.records.extend(records);
    Ok(Some(group.clone().finish()))
}

impl Group {
    fn finish(mut self) -> Generated {
        self.generated.set("RecordSets", self.records);
        self.generated
    }
}

fn records(draft: &Draft<'_>, route: NodeId, name: NodeId, target: &Target<'_>) -> Vec<Value> {
    let tree = &draft.tree;
    let alias = alias(draft, route, target);
    let has_v6 = tree.get(route, "IpV6").is_some_and(|node| matches!(tree.kind(node), Kind::Bool(true)));
    let kinds = if has_v6 { &["A", "AAAA"][..] } else { &["A"] };
    let record = |kind: &&'static str| {
        let mut record =
            vec![Entry::new("Name", name), Entry::new("Type", *kind), Entry::new("AliasTarget", alias.clone())];
        for name in ["Region", "SetIdentifier"] {
            record.extend(draft.present(route, name).map(|member| Entry::new(name, member.value)));
        }
        Value::Map(record)
    };
    kinds.iter().map(record).collect()
}

fn alias(draft: &Draft<'_>, route: NodeId, target: &Target<'_>) -> Vec<Entry> {
    let given = |name: &str| draft.present(route, name).map(|member| Value::Node(member.value));
    let (zone, name) = match target {
        Target::Regional(id) => (
            Some(get_att((*id).to_owned(), "RegionalHostedZoneId")),
            Some(get_att((*id).to_owned(), "RegionalDomainName")),
        ),
        Target::Edge(id) => {
            let name = given("DistributionDomainName");
            let name = name.unwrap_or_else(|| get_att((*id).to_owned(), "DistributionDomainName"));
            (Some(EDGE_ZONE.into()), Some(name))
        }
        Target::Private => (given("VpcEndpointHostedZoneId"), given("VpcEndpointDomainName")),
    };
    let health = given("EvaluateTargetHealth").map(|value| Entry::new("EvaluateTargetHealth", value));
    let zone = zone.map(|zone| Entry::new("HostedZoneId", zone));
    let name = name.map(|name| Entry::new("DNSName", name));
    health.into_iter().chain(zone).chain(name).collect()
}

/// The settings of a domain for clients with certificates.
pub(in super::super) fn mutual_tls(draft: &Draft<'_>, domain: NodeId) -> Done<Option<Value>> {
    let tree = &draft.tree;
    let Some(node) = tree.get(domain, "MutualTlsAuthentication").filter(|node| is_filled(tree, *node)) else {
        return Ok(None);
    };
    let names = ["TruststoreUri", "TruststoreVersion"];
    let is_known = |member: &crate::source::Member| names.contains(&tree.key(member));
    if !draft.is_map(node) || !tree.members(node).iter().all(is_known) {
        let message = "`MutualTlsAuthentication` must be a map with `TruststoreUri` and `TruststoreVersion`";
        return Err(Stop::error(node, message));
    }
    let entries = names.iter().filter_map(|name| filled(tree, node, name).map(|value| Entry::new(*name, value)));
    Ok(Some(Value::Map(entries.collect()).at(tree.span(node))))
}

/// The paths of a domain that lead to an API; none for all of it.
pub(in super::super) fn base_paths(draft: &Draft<'_>, domain: NodeId) -> Done<Option<Vec<String>>> {
    let tree = &draft.tree;
    let Some(node) = filled(tree, domain, "BasePath") else { return Ok(None) };
    if let Some(path) = tree.string(node) {
        return Ok(Some(vec![path.to_owned()]));
    }
    if !draft.is_list(node) {
        return Ok(None);
    }
    let text = |item: &NodeId| {
        tree.string(*item).map(str::to_owned).ok_or_else(|| Stop::error(*item, "a base path must be a text"))
    };
    tree.items(node).iter().map(text).collect::<Done<Vec<String>>>().map(Some)
}
