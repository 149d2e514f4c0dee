//! `Domain` of an HTTP or WebSocket API: the domain name, which paths of it lead to the API, and its DNS records.

use super::super::api::needed;
use super::super::api::record_sets::{self, Groups, Target, base_paths, mutual_tls};
use super::super::edit::filled;
use super::super::logical_id::{data_of, suffix};
use super::super::resource::{Generated, Resource};
use super::super::sam::{Done, Sam, Stop};
use super::super::value::{Entry, Value, reference};

/// What `Domain` stands for.
pub(in super::super) fn expand(
    sam: &Sam<'_, '_>,
    resource: &Resource,
    groups: &mut Groups,
    tags: Vec<Entry>,
) -> Done<Vec<Generated>> {
    let draft = &*sam.draft;
    let Some(member) = resource.member(draft, "Domain") else { return Ok(Vec::new()) };
    let (node, at, tree) = (member.value, member.key_span, &draft.tree);
    if !draft.is_map(node) {
        return Err(Stop::error(node, "`Domain` must be a map"));
    }
    if let Some(endpoint) = draft.present(node, "EndpointConfiguration")
        && sam.text_of(endpoint.value, "EndpointConfiguration")? != "REGIONAL"
    {
        return Err(Stop::error(endpoint.value, "the endpoint of a domain must be `REGIONAL`"));
    }
    let (name, certificate) = (needed(draft, node, "DomainName")?, needed(draft, node, "CertificateArn")?);
    let id = format!("ApiGatewayDomainNameV2{}", suffix(&data_of(tree, name)));
    let mut configuration = vec![Entry::new("CertificateArn", certificate), Entry::new("EndpointType", "REGIONAL")];
    for name in ["OwnershipVerificationCertificateArn", "SecurityPolicy"] {
        configuration.extend(filled(tree, node, name).map(|value| Entry::new(name, value)));
    }
    let mut domain = resource.generates_at(draft, id.clone(), "AWS::ApiGatewayV2::DomainName", at);
    domain.set("DomainName", name);
    domain.set("DomainNameConfigurations", vec![Value::Map(configuration)]);
    domain.set_some("MutualTlsAuthentication", mutual_tls(draft, node)?);
    domain.set("Tags", tags);
    let mut generated = vec![domain];
    let paths = base_paths(draft, node)?.map_or_else(|| vec![None], |paths| paths.into_iter().map(Some).collect());
    for path in paths {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte);
        if path.as_ref().is_some_and(|path| !path.bytes().all(is_known)) {
            return Err(Stop::error(node, "a base path has letters, digits, `/`, `-` and `_`"));
        }
        let infix = path.as_deref().unwrap_or_default().replace(['-', '_', '/'], "");
        let kind = "AWS::ApiGatewayV2::ApiMapping";
        let mut mapping = resource.generates_at(draft, format!("{}{infix}ApiMapping", resource.id), kind, at);
        mapping.set("DomainName", reference(id.clone()));
        mapping.set("ApiId", reference(resource.id.to_string()));
        mapping.set("Stage", reference(format!("{}.Stage", resource.id)));
        mapping.set_some("ApiMappingKey", path.map(|path| path.trim_matches('/').to_owned()));
        generated.push(mapping);
    }
    generated.extend(record_sets::expand(draft, groups, resource, node, &Target::Regional(&id))?);
    Ok(generated)
}
