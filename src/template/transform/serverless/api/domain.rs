//! `Domain` of a REST API: the domain name, which paths of it lead to the API, and its DNS records.

use super::super::edit::filled;
use super::super::logical_id::{data_of, data_of_all, json_of, json_text, suffix};
use super::super::resource::{Generated, Resource};
use super::super::sam::{Done, Sam, Stop};
use super::super::value::{Entry, Value, list, reference};
use super::record_sets::{self, Target, base_paths, mutual_tls};
use crate::source::{Kind, NodeId, Span};
use crate::template::transform::Draft;

/// A `Domain` that is expanded.
struct Domain<'r> {
    resource: &'r Resource,
    node: NodeId,
    at: Span,
    /// The logical id of the domain name.
    id: String,
    endpoint: String,
}

/// What `Domain` stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let Some(member) = resource.member(sam.draft, "Domain") else { return Ok(Vec::new()) };
    let node = member.value;
    if !sam.draft.is_map(node) {
        return Err(Stop::error(node, "`Domain` must be a map"));
    }
    let endpoint = match sam.draft.present(node, "EndpointConfiguration") {
        Some(member) => sam.text_of(member.value, "EndpointConfiguration")?,
        None => "REGIONAL".to_owned(),
    };
    let prefix = match endpoint.as_str() {
        "REGIONAL" | "EDGE" => "ApiGatewayDomainName",
        "PRIVATE" => "ApiGatewayDomainNameV2",
        _ => return Err(Stop::error(node, "the endpoint of a domain must be `EDGE`, `REGIONAL` or `PRIVATE`")),
    };
    let draft = &*sam.draft;
    let (name, certificate) = (needed(draft, node, "DomainName")?, needed(draft, node, "CertificateArn")?);
    let id = format!("{prefix}{}", suffix(&data_of(&draft.tree, name)));
    let domain = Domain { resource, node, at: member.key_span, id, endpoint };
    let mut generated = vec![domain.name(draft, name, certificate)?];
    generated.extend(domain.mappings(draft)?);
    let target = match domain.endpoint.as_str() {
        "REGIONAL" => Target::Regional(&domain.id),
        "EDGE" => Target::Edge(&domain.id),
        _ => Target::Private,
    };
    generated.extend(record_sets::expand(draft, &mut sam.apis.record_sets, resource, node, &target)?);
    generated.extend(domain.association(draft)?);
    Ok(generated)
}

/// A value that a domain must have.
pub(in super::super) fn needed(draft: &Draft<'_>, domain: NodeId, name: &str) -> Done<NodeId> {
    let member = draft.present(domain, name);
    member.map(|member| member.value).ok_or_else(|| Stop::error(domain, format!("`Domain` must have a `{name}`")))
}

impl Domain<'_> {
    fn is_private(&self) -> bool {
        self.endpoint == "PRIVATE"
    }

    fn generates(&self, draft: &Draft<'_>, id: String, kind: &'static str) -> Generated {
        self.resource.generates_at(draft, id, kind, self.at)
    }

    fn name(&self, draft: &Draft<'_>, name: NodeId, certificate: NodeId) -> Done<Generated> {
        let tree = &draft.tree;
        let kind = if self.is_private() { "AWS::ApiGateway::DomainNameV2" } else { "AWS::ApiGateway::DomainName" };
        let mut domain = self.generates(draft, self.id.clone(), kind);
        domain.set("DomainName", name);
        let is_regional = self.endpoint == "REGIONAL";
        domain.set(if is_regional { "RegionalCertificateArn" } else { "CertificateArn" }, certificate);
        let mut endpoint = vec![Entry::new("Types", list![self.endpoint.clone()])];
        endpoint.extend(filled(tree, self.node, "IpAddressType").map(|node| Entry::new("IpAddressType", node)));
        domain.set("EndpointConfiguration", endpoint);
        let own = if self.is_private() { "Policy" } else { "OwnershipVerificationCertificateArn" };
        for name in ["SecurityPolicy", "EndpointAccessMode", own] {
            domain.set_some(name, filled(tree, self.node, name));
        }
        if !self.is_private() {
            domain.set_some("MutualTlsAuthentication", mutual_tls(draft, self.node)?);
        }
        Ok(domain)
    }

    fn mappings(&self, draft: &Draft<'_>) -> Done<Vec<Generated>> {
        let Some(paths) = base_paths(draft, self.node)? else { return Ok(vec![self.mapping(draft, "", None)]) };
        let tree = &draft.tree;
        let is_kept = tree.get(self.node, "NormalizeBasePath").is_some_and(|node| tree.scalar(node) == Some("false"));
        let mapping = |path: &String| {
            let plain: String = path.chars().filter(|letter| letter.is_alphanumeric()).collect();
            let path = if is_kept { path.clone() } else { plain.clone() };
            self.mapping(draft, &plain, Some(path))
        };
        Ok(paths.iter().map(mapping).collect())
    }

    fn mapping(&self, draft: &Draft<'_>, infix: &str, path: Option<String>) -> Generated {
        let (kind, name) = match self.is_private() {
            true => ("AWS::ApiGateway::BasePathMappingV2", "DomainNameArn"),
            false => ("AWS::ApiGateway::BasePathMapping", "DomainName"),
        };
        let api = &self.resource.id;
        let mut mapping = self.generates(draft, format!("{api}{infix}BasePathMapping"), kind);
        mapping.set(name, reference(self.id.clone()));
        mapping.set("RestApiId", reference(api.to_string()));
        mapping.set("Stage", reference(format!("{api}.Stage")));
        mapping.set_some("BasePath", path);
        mapping
    }

    /// The association of a private domain name with a VPC endpoint.
    fn association(&self, draft: &Draft<'_>) -> Done<Option<Generated>> {
        let Some(member) = draft.present(self.node, "AccessAssociation").filter(|_| self.is_private()) else {
            return Ok(None);
        };
        if !draft.is_map(member.value) {
            return Err(Stop::error(member.value, "`AccessAssociation` must be a map"));
        }
        let endpoint = draft.tree.get(member.value, "VpcEndpointId");
        let endpoint_data = endpoint.map_or_else(|| "null".to_owned(), |node| json_of(&draft.tree, node));
        let data = data_of_all(&[endpoint_data, json_text(&self.id)]);
        let id = format!("DomainNameAccessAssociation{}", suffix(&data));
        let kind = "AWS::ApiGateway::DomainNameAccessAssociation";
        let mut association = self.resource.generates_at(draft, id, kind, member.key_span);
        association.set("DomainNameArn", reference(self.id.clone()));
        association.set("AccessAssociationSourceType", "VPCE");
        let present = endpoint.filter(|node| !matches!(draft.tree.kind(*node), Kind::Null));
        association.set_some("AccessAssociationSource", present.map(Value::Node));
        Ok(Some(association))
    }
}
