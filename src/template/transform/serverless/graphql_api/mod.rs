//! `AWS::Serverless::GraphQLApi`: an API of AppSync with its schema, its sources of data and its resolvers.

mod auth;
mod code;
mod data_sources;

use rustc_hash::FxHashMap;

use super::connector::{Connection, Endpoint};
use super::resource::{Generated, Resource};
use super::role::trust;
use super::sam::{Done, LOGICAL_ID, Sam, Stop};
use super::tags;
use super::value::{Entry, Value, get_att, list, map, reference, sub};
use crate::source::{Member, NodeId, Span};
use crate::template::transform::Draft;

const APPSYNC: &str = "appsync.amazonaws.com";

/// Properties that the API takes over.
const COPIED: [&str; 7] = [
    "Name",
    "XrayEnabled",
    "Visibility",
    "OwnerContact",
    "IntrospectionConfig",
    "QueryDepthLimit",
    "ResolverCountLimit",
];

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let mut graph = Graph::new(sam.draft, resource);
    graph.api()?;
    graph.schema()?;
    graph.api_keys()?;
    graph.cache()?;
    data_sources::expand(&mut graph)?;
    graph.domain_name()?;
    code::functions(&mut graph)?;
    code::resolvers(&mut graph)?;
    Ok(graph.out)
}

/// An API while it is expanded.
struct Graph<'d, 'a> {
    draft: &'d Draft<'a>,
    resource: &'d Resource,
    attributes: Vec<Entry>,
    /// The names of sources of data, as the template calls them.
    data_sources: FxHashMap<&'d str, Value>,
    /// The ids of functions, as the template calls them.
    functions: FxHashMap<&'d str, Value>,
    /// Whether there is the source of data that holds none.
    none: bool,
    out: Vec<Generated>,
}

impl<'d, 'a> Graph<'d, 'a> {
    fn new(draft: &'d Draft<'a>, resource: &'d Resource) -> Self {
        let (data_sources, functions) = (FxHashMap::default(), FxHashMap::default());
        let attributes = resource.kept(draft);
        Self { draft, resource, attributes, data_sources, functions, none: false, out: Vec::new() }
    }

    fn get(&self, name: &str) -> Option<NodeId> {
        self.resource.get(self.draft, name)
    }

    /// A resource of the API: its logical id is that of the API with `suffix`, and it stands at `at`.
    fn part(&self, suffix: &str, kind: &'static str, at: Span) -> Generated {
        let id = format!("{}{suffix}", self.resource.id);
        Generated::new(id, kind, at).with_attributes(self.attributes.clone())
    }

    fn api_id(&self) -> Value {
        get_att(self.resource.id.to_string(), "ApiId")
    }

    /// The members of a map, and `what` it is in messages; none where there is none. Their keys become parts of logical
    /// ids.
    fn entries(&self, node: Option<NodeId>, what: &str) -> Done<&'d [Member]> {
        let Some(node) = node else { return Ok(&[]) };
        if !self.draft.is_map(node) {
            return Err(Stop::error(node, format!("`{what}` is not a map")));
        }
        let members = self.draft.tree.members(node);
        match members.iter().find(|member| self.draft.tree.key(member).len() > LOGICAL_ID) {
            Some(member) => Err(Stop::error(member.value, format!("a name in `{what}` is longer than a logical id"))),
            None => Ok(members),
        }
    }

    /// A member that a map must have; `owner` is the key of the map.
    fn required(&self, map: NodeId, name: &'static str, owner: &str) -> Done<Member> {
        self.draft.present(map, name).ok_or_else(|| Stop::error(map, format!("`{owner}` has no `{name}`")))
    }

    fn api(&mut self) -> Done<()> {
        let (draft, resource) = (self.draft, self.resource);
        let mut api = resource.becomes(draft, "AWS::AppSync::GraphQLApi");
        api.set("Name", resource.id.to_string());
        api.copy_all(draft, resource.properties, &COPIED);
        let functions = auth::set(self, &mut api)?;
        api.set("Tags", tags::marked(draft, resource, "graphqlapi:createdBy"));
        let role = self.set_logging(&mut api)?;
        self.out.push(api);
        self.out.extend(role);
        for (index, function) in functions.into_iter().enumerate() {
            self.permit(index + 1, function)?;
        }
        Ok(())
    }

    /// Lets the API call the function that decides who may call it.
    fn permit(&mut self, number: usize, function: NodeId) -> Done<()> {
        let id = &self.resource.id;
        let source = Endpoint {
            type_name: "AWS::AppSync::GraphQLApi".to_owned(),
            arn: Some(reference(id.to_string())),
            resource_id: Some(self.api_id()),
            ..Endpoint::default()
        };
        let destination = Endpoint {
            type_name: "AWS::Lambda::Function".to_owned(),
            arn: Some(function.into()),
            ..Endpoint::default()
        };
        self.connect(&format!("{id}ToLambdaAuthConnector{number}"), &source, &destination, &["Write"], function)
    }

    /// Adds what a connector between the two generates; it stands where `at` stands.
    fn connect(
        &mut self,
        id: &str,
        source: &Endpoint,
        destination: &Endpoint,
        permissions: &[&str],
        at: NodeId,
    ) -> Done<()> {
        let span = self.draft.tree.span(at);
        let connection = Connection { id, suffix: "", source, destination, permissions, permissions_at: span };
        let make = |id, kind| Generated::new(id, kind, span);
        let granted = connection.grant(&make).map_err(|mistake| Stop::error(at, mistake.message))?;
        self.out.extend(granted.resources);
        Ok(())
    }

    /// Sets how the API logs, which it does unless the template forbids it; the role for it, when there is none.
    fn set_logging(&self, api: &mut Generated) -> Done<Option<Generated>> {
        let (draft, node) = (self.draft, self.get("Logging"));
        let settings = match node {
            Some(node) if draft.is_map(node) => Some(node),
            Some(node) if draft.tree.scalar(node) == Some("false") => return Ok(None),
            Some(node) if draft.tree.scalar(node) != Some("true") => {
                return Err(Stop::error(node, "`Logging` must be a map or a boolean"));
            }
            _ => None,
        };
        let get = |name| settings.and_then(|settings| draft.present(settings, name)).map(|member| member.value);
        let verbose = get("ExcludeVerboseContent").filter(|node| draft.tree.scalar(*node) != Some("false"));
        let level = get("FieldLogLevel").map_or_else(|| "ALL".into(), Value::from);
        let own = get("CloudWatchLogsRoleArn");
        let at = node.map_or(api.place(), |node| draft.tree.span(node));
        let role = own.is_none().then(|| {
            let mut role = self.part("CloudWatchRole", "AWS::IAM::Role", at);
            role.set("AssumeRolePolicyDocument", trust(APPSYNC));
            let policy = sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs");
            role.set("ManagedPolicyArns", list![policy]);
            role
        });
        let role_arn = role.as_ref().map(|role| get_att(role.id.clone(), "Arn")).or(own.map(Value::from));
        let mut config = map! { "FieldLogLevel" => level };
        for (name, value) in [("ExcludeVerboseContent", verbose.map(Value::from)), ("CloudWatchLogsRoleArn", role_arn)]
        {
            if let Some(value) = value {
                config.insert(name, value);
            }
        }
        api.set("LogConfig", config.at(at));
        Ok(role)
    }

    fn schema(&mut self) -> Done<()> {
        let mut schema = self.part("Schema", "AWS::AppSync::GraphQLSchema", self.resource.key_span);
        schema.set("ApiId", self.api_id());
        schema.copy_as(self.draft, self.resource.properties, "SchemaInline", "Definition");
        schema.copy_as(self.draft, self.resource.properties, "SchemaUri", "DefinitionS3Location");
        match (self.get("SchemaInline"), self.get("SchemaUri")) {
            (Some(_), Some(second)) => Err(Stop::error(second, "`SchemaInline` and `SchemaUri` exclude each other")),
            (None, None) => {
                let message = format!("the API `{}` has no `SchemaInline` and no `SchemaUri`", self.resource.id);
                Err(Stop::error(self.resource.node, message))
            }
            _ => {
                self.out.push(schema);
                Ok(())
            }
        }
    }

    fn api_keys(&mut self) -> Done<()> {
        for member in self.entries(self.get("ApiKeys"), "ApiKeys")? {
            let mut key = self.part(self.draft.tree.key(member), "AWS::AppSync::ApiKey", member.key_span);
            key.set("ApiId", self.api_id());
            key.copy_all(self.draft, Some(member.value), &["ApiKeyId", "Description"]);
            key.copy_as(self.draft, Some(member.value), "ExpiresOn", "Expires");
            self.out.push(key);
        }
        Ok(())
    }

    fn cache(&mut self) -> Done<()> {
        let Some(member) = self.resource.member(self.draft, "Cache") else { return Ok(()) };
        let mut cache = self.part("ApiCache", "AWS::AppSync::ApiCache", member.key_span);
        cache.set("ApiId", self.api_id());
        for name in ["ApiCachingBehavior", "Type", "Ttl"] {
            self.required(member.value, name, "Cache")?;
            cache.copy(self.draft, Some(member.value), name);
        }
        let encryption = ["AtRestEncryptionEnabled", "TransitEncryptionEnabled"];
        cache.copy_all(self.draft, Some(member.value), &encryption);
        self.out.push(cache);
        Ok(())
    }

    fn domain_name(&mut self) -> Done<()> {
        let Some(member) = self.resource.member(self.draft, "DomainName") else { return Ok(()) };
        let mut domain = self.part("DomainName", "AWS::AppSync::DomainName", member.key_span);
        for name in ["CertificateArn", "DomainName"] {
            self.required(member.value, name, "DomainName")?;
            domain.copy(self.draft, Some(member.value), name);
        }
        domain.copy(self.draft, Some(member.value), "Description");
        let kind = "AWS::AppSync::DomainNameApiAssociation";
        let mut association = self.part("DomainNameApiAssociation", kind, member.key_span);
        association.set("ApiId", self.api_id());
        association.set("DomainName", reference(domain.id.clone()));
        self.out.extend([domain, association]);
        Ok(())
    }
}
