//! Statements that are made of a resource's properties.
//!
//! Source: the template reference of the types, and "Working with resource-based IAM policies in Lambda" and "Permissions for
//! event buses", which show the statement that each property becomes a part of.

use super::reference_text;
use crate::iam::document::{
    ACCOUNT, Condition, Effect, Element, Operator, Policy, Principal, PrincipalKind, Principals, REGION, Reader,
    Statement, Test, Text, UNKNOWN, Version,
};
use crate::inventory::Inventory;
use crate::value::{Cause, Kind, ResourceId, View};

/// The conditions that properties of `AWS::Lambda::Permission` and `AWS::Lambda::LayerVersionPermission` become.
const CONDITIONS: [(&str, &str, Test); 7] = [
    ("PrincipalOrgID", "aws:PrincipalOrgID", Test::StringEquals),
    ("OrganizationId", "aws:PrincipalOrgID", Test::StringEquals),
    ("SourceAccount", "aws:SourceAccount", Test::StringEquals),
    ("SourceArn", "aws:SourceArn", Test::ArnLike),
    ("EventSourceToken", "lambda:EventSourceToken", Test::StringEquals),
    ("FunctionUrlAuthType", "lambda:FunctionUrlAuthType", Test::StringEquals),
    ("InvokedViaFunctionUrl", "lambda:InvokedViaFunctionUrl", Test::Bool),
];

struct Properties<'a> {
    inventory: &'a Inventory,
    view: View<'a>,
    resource: ResourceId,
    causes: Vec<Cause>,
}

/// The policy that the properties of a resource make: one Allow.
pub(super) fn of_properties(inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> Policy {
    let mut properties = Properties { inventory, view: *view, resource, causes: Vec::new() };
    let statement = properties.statement();
    Policy {
        place: statement.place,
        version: Version::V2012,
        statements: vec![statement],
        open: Vec::new(),
        problems: Vec::new(),
    }
}

impl Properties<'_> {
    fn statement(&mut self) -> Statement {
        let type_name = self.inventory.type_name(self.resource);
        let principal = self.text(&["Principal"]).unwrap_or_else(|| self.fixed(UNKNOWN));
        let action = self.text(&["Action"]).unwrap_or_else(|| self.fixed("events:PutEvents"));
        let target = match type_name {
            "AWS::Lambda::LayerVersionPermission" => self.text(&["LayerVersionArn"]),
            "AWS::Lambda::Permission" => self.text(&["FunctionName"]).map(|name| function_arn(&name)),
            _ => None,
        };
        let target = target.unwrap_or_else(|| self.fixed("*"));
        let conditions: Vec<Condition> = match type_name {
            "AWS::Events::EventBusPolicy" => self.event_bus_condition().into_iter().collect(),
            _ => CONDITIONS.iter().filter_map(|(property, key, test)| self.condition(property, key, *test)).collect(),
        };
        let place = principal.place;
        let element = |text: Text| Element { negated: false, place: text.place, texts: vec![text], open: Vec::new() };
        Statement {
            place,
            index: 0,
            sid: None,
            effect: Some(Effect::Allow),
            principals: Some(Principals {
                negated: false,
                list: vec![Principal { kind: kind_of(&principal.text), text: principal }],
                open: Vec::new(),
                place,
            }),
            actions: element(action),
            resources: Some(element(target)),
            conditions,
            conditions_open: Vec::new(),
            causes: std::mem::take(&mut self.causes),
        }
    }

    /// The text of a property; `None` when it is not there.
    fn text(&mut self, keys: &[&str]) -> Option<Text> {
        let value = self.inventory.property(&self.view, self.resource, keys);
        match self.view.head(value).1 {
            Kind::Absent => return None,
            Kind::Unknown(cause) => match self.view.values.cause(cause) {
                Cause::Environment { .. } => {}
                cause => self.causes.push(cause.clone()),
            },
            _ => {}
        }
        let (inventory, view) = (self.inventory, self.view);
        let references = move |resource, attribute| reference_text(inventory, &view, resource, attribute);
        let reader = Reader { view, names: &inventory.names, references: &references };
        Some(reader.text(value).unwrap_or_else(|| self.fixed(UNKNOWN)))
    }

    /// A text that is written nowhere.
    fn fixed(&self, text: &str) -> Text {
        Text { text: text.into(), place: self.view.place(self.inventory.resource(self.resource).properties) }
    }

    fn condition(&mut self, property: &str, key: &str, test: Test) -> Option<Condition> {
        let value = self.text(&[property])?;
        let operator = Operator { quantifier: None, test, if_exists: false };
        Some(Condition { operator, key: key.into(), place: value.place, values: vec![value], open: Vec::new() })
    }

    /// `Condition: { Key, Type, Value }`, of which `aws:PrincipalOrgID` with `StringEquals` is the only one.
    fn event_bus_condition(&mut self) -> Option<Condition> {
        let value = self.text(&["Condition", "Value"])?;
        let operator = Operator { quantifier: None, test: Test::StringEquals, if_exists: false };
        let (key, place) = ("aws:PrincipalOrgID".into(), value.place);
        Some(Condition { operator, key, place, values: vec![value], open: Vec::new() })
    }
}

/// A principal that is written as a bare text.
fn kind_of(text: &str) -> PrincipalKind {
    match text {
        "*" => PrincipalKind::Anyone,
        text if text.contains(".amazonaws.com") => PrincipalKind::Service,
        _ => PrincipalKind::Aws,
    }
}

/// The ARN of a function that is named by its name, a part of its ARN or its ARN.
fn function_arn(name: &Text) -> Text {
    let text = match &*name.text {
        text if text.starts_with("arn:") || !name.is_known() => text.into(),
        text => {
            let name = text.rsplit_once("function:").map_or(text, |(_, name)| name);
            format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}").into()
        }
    };
    Text { text, place: name.place }
}
