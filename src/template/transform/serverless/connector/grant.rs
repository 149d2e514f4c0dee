//! What a connector between two known ends generates: policies and permissions.

use super::profiles::{Access, DependedBy, End, Grant, PROFILES, Profile, Statement};
use crate::source::Span;
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::value::{Entry, Value, list, map, sub, sub_with};

/// One end of a connector: what is known of it.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Endpoint {
    pub(in super::super) type_name: String,
    /// Its logical id, when it is named by that.
    pub(in super::super) id: Option<String>,
    pub(in super::super) arn: Option<Value>,
    pub(in super::super) role_name: Option<Value>,
    pub(in super::super) queue_url: Option<Value>,
    pub(in super::super) resource_id: Option<Value>,
    pub(in super::super) name: Option<Value>,
    pub(in super::super) qualifier: Option<Value>,
}

/// A connector from one resource to one other.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Connection<'a> {
    /// The logical id of the connector.
    pub(in super::super) id: &'a str,
    /// What the logical ids of generated resources end in: tells several destinations apart.
    pub(in super::super) suffix: &'a str,
    pub(in super::super) source: &'a Endpoint,
    pub(in super::super) destination: &'a Endpoint,
    /// The names of the kinds of access.
    pub(in super::super) permissions: &'a [&'a str],
    /// Where those stand.
    pub(in super::super) permissions_at: Span,
}

/// What a connector generates.
#[derive(Debug)]
pub(in super::super) struct Granted {
    pub(in super::super) resources: Vec<Generated>,
    /// What has to wait for the first of them.
    pub(super) depended_by: DependedBy,
}

/// Why a connector cannot be expanded, and which part of it is wrong.
#[derive(Debug)]
pub(in super::super) struct Mistake {
    pub(super) about: About,
    pub(in super::super) message: String,
}

/// A part of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Source,
    Destination,
    Permissions,
}

impl Mistake {
    pub(super) fn new(about: About, message: impl Into<String>) -> Self {
        Self { about, message: message.into() }
    }
}

impl Connection<'_> {
    /// Generates the resources; `make` makes an empty one of a logical id and a type.
    pub(in super::super) fn grant(&self, make: &dyn Fn(String, &'static str) -> Generated) -> Result<Granted, Mistake> {
        let (from, to) = (&self.source.type_name, &self.destination.type_name);
        let profile = PROFILES.iter().find(|profile| profile.source == *from && profile.destination == *to);
        let Some(profile) = profile else {
            let message = format!("a connector from `{from}` to `{to}` is not supported");
            return Err(Mistake::new(About::Destination, message));
        };
        let accesses = self.accesses(profile)?;
        let Self { id, suffix, .. } = self;
        let mut depended_by = DependedBy::Nothing;
        let resources = match &profile.grant {
            Grant::Role(end, dependency) => {
                depended_by = *dependency;
                let mut policy = make(format!("{id}Policy{suffix}"), "AWS::IAM::ManagedPolicy");
                policy.set("PolicyDocument", self.document(&accesses, &|statement| self.role_statement(statement))?);
                policy.set("Roles", list![self.known(*end, "role", |end| &end.role_name)?]);
                vec![policy]
            }
            Grant::Queue(service) => {
                let mut policy = make(format!("{id}QueuePolicy{suffix}"), "AWS::SQS::QueuePolicy");
                let statement = |statement: &_| self.resource_statement(service, statement);
                policy.set("PolicyDocument", self.document(&accesses, &statement)?);
                policy.set("Queues", list![self.known(End::Destination, "queue URL", |end| &end.queue_url)?]);
                vec![policy]
            }
            Grant::Topic(service) => {
                let mut policy = make(format!("{id}TopicPolicy{suffix}"), "AWS::SNS::TopicPolicy");
                let statement = |statement: &_| self.resource_statement(service, statement);
                policy.set("PolicyDocument", self.document(&accesses, &statement)?);
                policy.set("Topics", list![self.known(End::Destination, "ARN", |end| &end.arn)?]);
                vec![policy]
            }
            Grant::Permission(service, source) => {
                let function = self.known(End::Destination, "ARN", |end| &end.arn)?;
                let mut permissions = Vec::new();
                for (access, _) in accesses {
                    let id = format!("{id}{}LambdaPermission{suffix}", access.name());
                    let mut permission = make(id, "AWS::Lambda::Permission");
                    permission.set("Action", Value::from("lambda:InvokeFunction").at(self.permissions_at));
                    permission.set("FunctionName", function.clone());
                    permission.set("Principal", *service);
                    permission.set("SourceArn", self.fill(source.arn)?);
                    permission.set_some("SourceAccount", source.same_account.then(|| sub("${AWS::AccountId}")));
                    permissions.push(permission);
                }
                permissions
            }
        };
        Ok(Granted { resources, depended_by })
    }

    /// The accesses that are asked for, as the profile has them.
    fn accesses(&self, profile: &Profile) -> Result<Vec<(Access, &'static [Statement])>, Mistake> {
        let wrong = |message| Err(Mistake::new(About::Permissions, message));
        let pair = || format!("a connector from `{}` to `{}`", profile.source, profile.destination);
        let names = |accesses: &mut dyn Iterator<Item = Access>, between: &str| {
            accesses.map(|access| format!("`{}`", access.name())).collect::<Vec<_>>().join(between)
        };
        let offered = || names(&mut profile.access.iter().map(|(access, _)| *access), " and ");
        if self.permissions.is_empty() {
            return wrong(format!("`Permissions` is empty, and {} has {}", pair(), offered()));
        }
        let unknown = |name: &&&str| !profile.access.iter().any(|(access, _)| access.name() == **name);
        if let Some(name) = self.permissions.iter().find(unknown) {
            return wrong(format!("`{name}` is no permission of {}, which has {}", pair(), offered()));
        }
        let asked: Vec<_> =
            profile.access.iter().filter(|(access, _)| self.permissions.contains(&access.name())).copied().collect();
        let is_asked =
            |set: &&[Access]| set.len() == asked.len() && asked.iter().all(|(access, _)| set.contains(access));
        if !profile.together.is_empty() && !profile.together.iter().any(is_asked) {
            let sets = profile.together.iter().map(|set| names(&mut set.iter().copied(), " with "));
            let sets: Vec<String> = sets.collect();
            return wrong(format!("{} takes only {}", pair(), sets.join(" or ")));
        }
        Ok(asked)
    }

    fn document(
        &self,
        accesses: &[(Access, &'static [Statement])],
        statement: &dyn Fn(&Statement) -> Result<Value, Mistake>,
    ) -> Result<Value, Mistake> {
        let statements = accesses.iter().flat_map(|(_, statements)| *statements);
        let statements = statements.map(statement).collect::<Result<Vec<Value>, Mistake>>()?;
        Ok(map! { "Version" => "2012-10-17", "Statement" => statements }.at(self.permissions_at))
    }

    fn role_statement(&self, statement: &Statement) -> Result<Value, Mistake> {
        let actions: Vec<Value> = statement.actions.iter().map(|action| Value::from(*action)).collect();
        let resources = statement.resources.iter().map(|text| self.fill(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(map! { "Effect" => "Allow", "Action" => actions, "Resource" => resources })
    }

    /// A statement of a policy of the destination: the service may act for the source.
    fn resource_statement(&self, service: &'static str, statement: &Statement) -> Result<Value, Mistake> {
        let resource = self.known(End::Destination, "ARN", |end| &end.arn)?;
        let source = self.known(End::Source, "ARN", |end| &end.arn)?;
        let action = statement.actions.first().copied().unwrap_or_default();
        Ok(map! {
            "Effect" => "Allow",
            "Principal" => map! { "Service" => service },
            "Resource" => resource,
            "Action" => action,
            "Condition" => map! { "ArnEquals" => map! { "aws:SourceArn" => source } },
        })
    }

    /// The text with what is known of the ends in the place of `${DestinationArn}` and its like.
    fn fill(&self, text: &'static str) -> Result<Value, Mistake> {
        let mut variables = Vec::new();
        for (end, prefix) in [(End::Source, "Source"), (End::Destination, "Destination")] {
            for (suffix, name, field) in FIELDS {
                let variable = format!("{prefix}{suffix}");
                let marker = format!("${{{variable}}}");
                if text.contains(&marker) {
                    let value = self.known(end, name, *field)?;
                    if text == marker {
                        return Ok(value);
                    }
                    variables.push(Entry::new(variable, value));
                }
            }
        }
        Ok(match variables.is_empty() {
            false => sub_with(text, variables),
            true if text.contains("${") => sub(text),
            true => text.into(),
        })
    }

    fn known(&self, end: End, what: &str, field: Field) -> Result<Value, Mistake> {
        let (endpoint, about, name) = match end {
            End::Source => (self.source, About::Source, "source"),
            End::Destination => (self.destination, About::Destination, "destination"),
        };
        field(endpoint)
            .clone()
            .ok_or_else(|| Mistake::new(about, format!("the {what} of the {name} of the connector is not known")))
    }
}

type Field = fn(&Endpoint) -> &Option<Value>;

/// What the texts of profiles name, `Source` or `Destination` before it, and what people call it.
const FIELDS: &[(&str, &str, Field)] = &[
    ("Arn", "ARN", |end| &end.arn),
    ("ResourceId", "id", |end| &end.resource_id),
    ("Name", "name", |end| &end.name),
    ("Qualifier", "qualifier", |end| &end.qualifier),
];

#[cfg(test)]
mod tests {
    use super::super::profiles::VALUES;
    use super::*;
    use crate::template::transform::serverless::value::reference;

    const AT: Span = Span { start: 0, end: 0 };

    fn known(type_name: &str) -> Endpoint {
        let value = || Some(reference("Of"));
        Endpoint {
            type_name: type_name.to_owned(),
            id: None,
            arn: value(),
            role_name: value(),
            queue_url: value(),
            resource_id: value(),
            name: value(),
            qualifier: value(),
        }
    }

    fn granted(source: &Endpoint, destination: &Endpoint, permissions: &[&str]) -> Result<Granted, Mistake> {
        let connection = Connection { id: "C", suffix: "", source, destination, permissions, permissions_at: AT };
        connection.grant(&|id, kind| Generated::new(id, kind, AT))
    }

    #[test]
    fn every_profile_grants_what_it_has_between_ends_that_are_known() {
        for profile in PROFILES {
            let (source, destination) = (known(profile.source), known(profile.destination));
            let all: Vec<&str> = profile.access.iter().map(|(access, _)| access.name()).collect();
            let granted = granted(&source, &destination, &all).unwrap();
            assert!(!granted.resources.is_empty(), "{} to {}", profile.source, profile.destination);
            for name in [profile.source, profile.destination] {
                assert!(VALUES.iter().any(|values| values.type_name == name), "nothing is known of {name}");
            }
        }
    }

    #[test]
    fn two_profiles_are_never_of_the_same_types() {
        let mut pairs: Vec<(&str, &str)> =
            PROFILES.iter().map(|profile| (profile.source, profile.destination)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!((pairs.len(), PROFILES.len()), (31, 31));
    }

    #[test]
    fn what_is_not_known_of_an_end_is_named() {
        let unnamed = Endpoint { name: None, ..known("AWS::StepFunctions::StateMachine") };
        let mistake = granted(&known("AWS::Lambda::Function"), &unnamed, &["Read"]).unwrap_err();
        assert_eq!(mistake.message, "the name of the destination of the connector is not known");
        assert_eq!(mistake.about, About::Destination);
    }
}
